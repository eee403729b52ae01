//! Whether a credential was revoked since it was issued: Token Status List
//! (draft-ietf-oauth-status-list-20, "TSL"), JWT form; the CWT form is for mdoc and not offered.
//!
//! ```text
//! Authentic -> StatusReference --(fetched)--> StatusListToken -> StatusList -> CredentialStatus
//! ```
//! A reference exists only on an authentic credential, so nothing is fetched for one that is expired,
//! forged or from somebody we do not believe (TSL 8.3).

pub mod check;
pub mod statuses;
pub mod token;
