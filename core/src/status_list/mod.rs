//! Whether a credential was revoked since it was issued: Token Status List
//! (draft-ietf-oauth-status-list-20, "TSL") as JWT and as CWT, and the identifier lists of ISO/IEC 18013-5 (second
//! edition, 12.3.6).
//!
//! ```text
//! Authentic -> StatusReference --(fetched)--> StatusListToken -> StatusList -> CredentialStatus
//! ```
//! A reference exists only on an authentic credential, so nothing is fetched for one that is expired,
//! forged or from somebody we do not believe (TSL 8.3).

pub mod check;
mod cwt;
pub mod kind;
mod list;
mod reference;
pub mod statuses;
pub mod token;
