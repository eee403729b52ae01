//! What certificates are for: extended key usages below the arc of ISO/IEC 18013-5 (Annex B.1).

/// 1.0.18013.5.1: the arc, as DER has it.
const ARC: [u8; 6] = [0x28, 0x81, 0x8c, 0x5d, 0x05, 0x01];

/// A role that a certificate can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MdocPurpose {
    /// Signs documents: 1.0.18013.5.1.2.
    Documents,
    /// Signs JWS: 1.0.18013.5.1.3.
    Jws,
    /// Signs requests, as a reader: 1.0.18013.5.1.6.
    Requests,
    /// Signs lists of authorities (VICAL): 1.0.18013.5.1.8.
    AuthorityLists,
}

impl MdocPurpose {
    const fn number(self) -> u8 {
        match self {
            Self::Documents => 2,
            Self::Jws => 3,
            Self::Requests => 6,
            Self::AuthorityLists => 8,
        }
    }

    /// Whether `purpose` is the object identifier of this role, as DER has its contents.
    pub fn is(self, purpose: &[u8]) -> bool {
        purpose.split_last() == Some((&self.number(), &ARC))
    }

    /// What it signs, in words.
    pub fn signs(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Jws => "JWS",
            Self::Requests => "requests of readers",
            Self::AuthorityLists => "lists of authorities (VICAL)",
        }
    }
}
