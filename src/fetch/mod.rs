//! What we ask of other servers, and how carefully.
//!
//! Only addresses from configuration are ever fetched (issuers, and wallets that are servers), those that an issuer we believe signed into an
//! authentic credential ([`status_lists`]), and the `jwks_uri` that its metadata names; and only for an
//! issuer that the core vouched for. [`client`] still treats every one of them as if a
//! stranger had written it. What came is kept in one cache, by one rule for all of them.

mod cache;
pub mod client;
mod issuer_document;
pub mod issuer_keys;
pub mod logout_receivers;
mod pushed_request;
pub mod reach;
pub mod status_lists;
mod wallet_metadata;
pub mod wallets;
pub mod webhook_receivers;

#[cfg(test)]
pub(crate) mod test_server;
