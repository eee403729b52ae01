//! What we ask of other servers, and how carefully.
//!
//! Only addresses from configuration are ever fetched, those in the metadata of an issuer that we believe,
//! and those that it signed into an authentic credential ([`status_lists`]); [`client`] still treats every one of them as if a
//! stranger had written it.

pub mod address;
pub mod client;
mod issuer_document;
pub mod issuer_keys;
pub mod status_lists;

#[cfg(test)]
pub(crate) mod test_server;
