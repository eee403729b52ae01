//! Both stories through the doors, in process: real pages, real signatures, a real database; only
//! time is ours to move.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod browser;
mod code_flow;
mod doors;
mod dpop;
mod logs;
mod own_pages;
mod phishing;
mod questions;
mod shop;
mod status;
mod street;
mod television;
mod tokens;
mod verify;
mod world;
