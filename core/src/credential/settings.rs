//! What the operator decides about judging presentations.

use std::time::Duration;

use crate::base::time::CLOCK_TOLERANCE;
use crate::sdjwt::limits::PresentationLimits;

/// What the operator decides about judging presentations (`[verification]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationSettings {
    /// Bounds on one presentation.
    pub limits: PresentationLimits,
    /// How far the clocks of wallets and issuers may be from ours (REQ-6.6, REQ-4.23).
    pub clock_tolerance: Duration,
}

impl Default for VerificationSettings {
    fn default() -> Self {
        Self { limits: PresentationLimits::default(), clock_tolerance: CLOCK_TOLERANCE }
    }
}

impl VerificationSettings {
    /// The longest answer of a wallet that is read, in bytes, whatever it is written in: two presentations
    /// as long as may be, each a half longer because it is encrypted or escaped.
    pub fn longest_answer(&self) -> usize {
        self.limits.bytes.saturating_mul(3)
    }
}
