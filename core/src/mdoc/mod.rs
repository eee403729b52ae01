//! ISO mdoc (ISO/IEC 18013-5; OpenID4VP 1.0 Appendix B.2): from a stranger's text to an [`AuthenticMdoc`].
//!
//! ```text
//! text -> PresentedMdoc (one document, bounded) -> trust::vouch (whom do we believe?)
//!      -> chain and its profile -> issuer's signature -> security object -> digests over bytes as received
//!      -> the holder's signature over our own SessionTranscript -> validity now -> AuthenticMdoc
//! ```
//! Whether its issuer has taken it back is asked afterwards, in [`status_list`](crate::status_list). A MAC of the
//! device is refused: in OpenID4VP the reader has no key to make it with (Appendix B.2.6).

mod credential;
mod device_auth;
mod driving_licence;
mod elements;
mod mso;
mod profile;
mod purpose;
mod response;
mod transcript;
mod value;

pub use self::credential::AuthenticMdoc;
pub use self::purpose::MdocPurpose;
pub use self::response::PresentedMdoc;
pub use self::transcript::{AnswerKeyThumbprint, SessionTranscript};

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
