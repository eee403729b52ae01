//! What the operator wants to know about the status of a credential.

use std::time::Duration;

/// `status` and `status_stale_if_error` of `[[credentials]]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusPolicy {
    /// What is looked up.
    pub check: StatusCheck,
    /// How long a list that is no longer fresh serves when a new one cannot be had; never past its
    /// `exp`. Zero: not at all.
    pub stale_if_error: Duration,
}

/// What is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusCheck {
    /// A status that the credential names must be valid; one that names none is accepted.
    #[default]
    WhenNamed,
    /// The credential must name a status, and it must be valid.
    Required,
    /// `danger_ignore_status`: nothing is looked up, a revoked credential is accepted.
    Ignored,
}
