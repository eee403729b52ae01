//! What we ask of other servers, and how carefully.
//!
//! Only addresses from configuration are ever fetched, those that an issuer we believe signed into an
//! authentic credential ([`status_lists`]), and the `jwks_uri` that its metadata names; and only for an
//! issuer that the domain vouched for. [`client`] still treats every one of them as if a
//! stranger had written it.

pub mod address;
pub mod client;
mod issuer_document;
pub mod issuer_keys;
pub mod status_lists;

#[cfg(test)]
pub(crate) mod test_server;
