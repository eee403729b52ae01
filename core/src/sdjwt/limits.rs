//! How much of a stranger's text is looked at.

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
