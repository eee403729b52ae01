//! Content encryption algorithms (RFC 7518 section 5.3).

use std::fmt;

use josekit::jwe::JweContentEncryption;
use josekit::jwe::enc::{A128GCM, A256GCM};

/// AES in Galois/Counter Mode, with a tag of 16 bytes and an IV of 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// With a key of 128 bits: what a verifier accepts that announces nothing (OpenID4VP 1.0 section 5.1).
    A128Gcm,
    /// With a key of 256 bits.
    A256Gcm,
}

impl ContentEncryption {
    /// Both, for metadata.
    pub const ALL: [Self; 2] = [Self::A128Gcm, Self::A256Gcm];

    /// The algorithm with this exact `enc` value; `None` for everything off the list.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enc| enc.name() == name)
    }

    /// The `enc` value.
    pub fn name(self) -> &'static str {
        match self {
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    pub(super) fn of_josekit(self) -> &'static dyn JweContentEncryption {
        match self {
            Self::A128Gcm => &A128GCM,
            Self::A256Gcm => &A256GCM,
        }
    }
}

impl fmt::Display for ContentEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
