//! How much of a stranger's text is looked at, and how far clocks may be apart.

use std::time::Duration;

use crate::base::json::Bounds;

/// Bounds on one presentation, checked before any work is done (REQ-4.23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresentationLimits {
    /// The whole text, in bytes.
    pub bytes: usize,
    /// How many Disclosures.
    pub disclosures: usize,
    /// One Disclosure as received, in bytes.
    pub disclosure_bytes: usize,
    /// Nesting of arrays and objects, also after the Disclosures are put in place.
    pub depth: usize,
}

impl Default for PresentationLimits {
    /// 1 MiB, 512 Disclosures of at most 512 KiB, 16 levels: room for a portrait, and for a vaccination card.
    fn default() -> Self {
        Self { bytes: 1 << 20, disclosures: 512, disclosure_bytes: 512 << 10, depth: 16 }
    }
}

impl PresentationLimits {
    /// Members and elements of one JSON text when there are few Disclosures: several times what identity
    /// credentials have.
    const MEMBERS: usize = 2000;

    /// Of one JSON text. Every Disclosure has a digest somewhere, and some digests are decoys.
    pub fn json(&self) -> Bounds {
        let members = self.disclosures.saturating_mul(4).max(Self::MEMBERS);
        Bounds { bytes: self.bytes, depth: self.depth, members }
    }
}

/// How far a clock may be from ours when nothing else is configured.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

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
