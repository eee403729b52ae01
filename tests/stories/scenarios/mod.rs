//! Both stories through the endpoints, in process: real pages, real signatures, a real database; only
//! time is ours to move.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod again;
mod agreed;
mod anchors;
mod answers;
mod asked_for;
mod asking;
mod audit;
mod below_a_path;
mod binding;
mod bodies;
mod choosing;
mod claims;
mod client_tokens;
mod code_flow;
mod crossing;
mod dc_api;
mod dpop;
mod earning;
mod encrypted;
mod endpoints;
mod following;
mod form_post;
mod haip;
mod identifiers;
mod in_signature;
mod limits;
pub mod logs;
mod lost_answers;
mod mdoc;
mod metrics;
mod oidf;
mod org_iso_mdoc;
mod own_pages;
mod phishing;
mod pictures;
mod portraits;
mod posting;
mod pushing;
mod questions;
mod receipts;
mod requests;
mod retention;
mod rules;
mod sessions;
mod shop;
mod status;
mod taken_back;
mod television;
mod token_readers;
mod tokens;
mod verify;
mod wallet_errors;
mod webhooks;
mod whose_fault;
