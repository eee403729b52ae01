//! The endpoints from outside: what a stranger sends in, and what comes back. The whole stories are told
//! in the scenarios; here each endpoint is tried for its manners.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod assertion;
mod authorize;
mod client;
mod client_authentication;
mod client_credentials;
mod cors;
mod edges;
mod human;
mod languages;
mod relying_party;
mod stage;
mod visitors;
