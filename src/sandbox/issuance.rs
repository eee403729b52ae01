//! What issuing is in both formats.

use std::time::Duration;

use vpgate_core::jose::signing::SigningFault;

/// How long a credential lives.
pub const CREDENTIAL_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Why no credential was issued.
#[derive(Debug, thiserror::Error)]
pub enum NotIssued {
    /// sd-jwt-rs made no payload.
    #[error("the claims cannot be made into an SD-JWT")]
    Payload,
    /// It could not be signed.
    #[error(transparent)]
    Signature(#[from] SigningFault),
    /// The status list could not be packed.
    #[error("the status list cannot be packed")]
    StatusList(#[from] std::io::Error),
}
