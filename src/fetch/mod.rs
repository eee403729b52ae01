//! What we ask of other servers, and how carefully.
//!
//! Only addresses from configuration are ever fetched, and the `jwks_uri` that an issuer's metadata names,
//! and only for an issuer that the domain vouched for; [`client`] still treats every one of them as if a
//! stranger had written it.

pub mod address;
pub mod client;
mod issuer_document;
pub mod issuer_keys;

#[cfg(test)]
mod test_server;
