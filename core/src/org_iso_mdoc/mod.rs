//! `org-iso-mdoc`: mdocs asked for through a browser's Digital Credentials API in the way of ISO/IEC 18013-7 Annex C,
//! the one that some browsers speak. Pure: keys, nonces and origins are arguments.
//!
//! ```text
//! EncryptionInfo (nonce, our key) + DeviceRequest (what, signed by us) --browser--> wallet
//! EncryptedResponse --HPKE, for the transcript of that EncryptionInfo and our origin--> DeviceResponse
//! ```
//! What a document is worth is judged where every mdoc is judged, against that same transcript.

mod device_request;
mod encrypted_response;
mod encryption_info;
mod split;

pub use self::device_request::{DeviceRequest, DocRequest};
pub use self::encrypted_response::{EncryptedResponse, EncryptedResponseFault};
pub use self::encryption_info::EncryptionInfo;
pub use self::split::by_doctype;

/// The value of `protocol` beside the request, and beside its answer.
pub const PROTOCOL: &str = "org-iso-mdoc";

/// The first element of what both sides wrap.
const DCAPI: &str = "dcapi";

#[cfg(test)]
mod tests;
