//! The key-binding JWT (RFC 9901 sections 4.3, 7.3).
use crate::domain::base::time::Timestamp;
/// What this request demanded; decided before the token is looked at (REQ-4.3).
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The exact client identifier (section 6 of the checklist).
    pub audience: &'a str,
    pub nonce: &'a str,
    /// When the request was made: a KB-JWT older than this (minus skew) is refused.
    pub requested_at: Timestamp,
    /// Allowed clock difference. Default 60 s.
    pub skew: std::time::Duration,
}
