//! Webhooks (Standard Webhooks 1.0.0): which messages are due, one attempt at a time, and what a client may see of it
//! and do about it.

pub mod deliver;
pub mod manage;
pub mod measure;
mod message;

pub use message::Render;
