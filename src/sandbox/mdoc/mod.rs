//! Credentials in the format of ISO/IEC 18013-5: a mobile driving licence and personal identification data as mdoc, from
//! the demo issuer to the demo wallet. Written with the core's CBOR; read, hashed and signed by nothing that judges them.

pub(super) mod authority;
pub(super) mod documents;
pub(super) mod held;
pub(super) mod transcript;

/// The doctype of a mobile driving licence.
pub(super) const LICENCE: &str = "org.iso.18013.5.1.mDL";
/// Its namespace.
pub(super) const LICENCE_NAMESPACE: &str = "org.iso.18013.5.1";
/// The doctype of personal identification data, and its namespace.
pub(super) const PID: &str = "eu.europa.ec.eudi.pid.1";
