//! The allow-list of signature algorithms. What is not here does not exist: no `none`, no HMAC.

use std::fmt;

use ring::digest;

use crate::base::base64url;

/// Asymmetric signature algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2).
/// Each fits exactly one kind of key (RFC 8725 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// EdDSA on Ed25519, by the name that says so (RFC 9864 section 2.2).
    Ed25519,
    /// Ed25519 under the older name, which also stands for Ed448; that curve is not offered.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits or more.
    Rs256,
    /// RSASSA-PSS with SHA-256, 2048 bits or more.
    Ps256,
}

impl Algorithm {
    /// The whole allow-list, strongest habit first: for metadata and for errors.
    /// Every list that is announced anywhere is derived from this one.
    pub const ALL: [Self; 7] =
        [Self::Es256, Self::Es384, Self::Es512, Self::Ed25519, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// The algorithm with this exact `alg` value; `None` for everything off the list.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether the name says exactly which computation is meant: `EdDSA` leaves the curve open (RFC 9864
    /// section 2).
    pub fn is_fully_specified(self) -> bool {
        self != Self::EdDsa
    }

    /// The `alg` value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Ed25519 => "Ed25519",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

impl Algorithm {
    /// The left half of the hash that goes with this algorithm, in base64url: `at_hash` (OpenID Connect
    /// Core section 3.1.3.6). Ed25519 goes with the SHA-512 that is inside it.
    pub fn half_hash(self, bytes: &[u8]) -> String {
        let hash = match self {
            Self::Es256 | Self::Rs256 | Self::Ps256 => &digest::SHA256,
            Self::Es384 => &digest::SHA384,
            Self::Es512 | Self::Ed25519 | Self::EdDsa => &digest::SHA512,
        };
        let hash = digest::digest(hash, bytes);
        base64url::encode(hash.as_ref().get(..hash.as_ref().len() / 2).unwrap_or_default())
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_4_6_only_the_list_exists() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        for wrong in [
            "none", "None", "HS256", "HS384", "HS512", "es256", "ed25519", "Ed448", "ES256K", "RS1", "",
            "ES256 ",
        ] {
            assert_eq!(Algorithm::from_name(wrong), None, "{wrong}");
        }
    }
}
