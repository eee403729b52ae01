//! What every format of credentials gives: the rooms above know no format.
//!
//! ```text
//! element of vp_token -> Presented (bounded) -> trust::vouch -> Authentic (facts: issuer, type, claims, ...)
//! ```

mod authentic;
mod presented;
pub mod settings;

pub use self::authentic::{Authentic, SdJwtEvidence};
pub use self::presented::Presented;
