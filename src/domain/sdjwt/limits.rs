//! How much of a stranger's text is looked at.

use crate::domain::base::json::Bounds;

/// Bounds on one presentation, checked before any work is done (REQ-4.23).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole text, in bytes.
    pub bytes: usize,
    /// How many Disclosures.
    pub disclosures: usize,
    /// One Disclosure as received, in bytes.
    pub disclosure_bytes: usize,
    /// Nesting of arrays and objects, also after the Disclosures are put in place.
    pub depth: usize,
    /// Members and elements of one JSON text.
    pub members: usize,
}

impl Default for Limits {
    /// 64 KiB, 128 Disclosures of at most 16 KiB, 16 levels, 2000 members: several times what
    /// the largest identity credentials in use need.
    fn default() -> Self {
        Self { bytes: 64 << 10, disclosures: 128, disclosure_bytes: 16 << 10, depth: 16, members: 2000 }
    }
}

impl Limits {
    pub(super) fn json(&self) -> Bounds {
        Bounds { bytes: self.bytes, depth: self.depth, members: self.members }
    }
}
