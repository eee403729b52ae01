//! Digests by the names of the IANA registry (RFC 9901 section 4.1.1).

use ring::digest;

use super::base64url;

/// A hash that digests of credentials and of transaction data are made with; the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DigestAlgorithm {
    /// `sha-256`, also when `_sd_alg` is absent.
    Sha256,
    /// `sha-384`.
    Sha384,
    /// `sha-512`.
    Sha512,
}

impl DigestAlgorithm {
    /// By its exact name in the IANA registry of hash algorithms. Truncated variants are too weak,
    /// and nothing else is understood.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "sha-256" => Some(Self::Sha256),
            "sha-384" => Some(Self::Sha384),
            "sha-512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The name in `_sd_alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    /// Base64url of the hash of `text`'s bytes as they are (RFC 9901 section 4.2.3).
    pub fn digest(self, text: &str) -> String {
        base64url::encode(self.hash(text.as_bytes()))
    }

    /// Base64url of the hash of any bytes.
    pub fn digest_bytes(self, bytes: &[u8]) -> String {
        base64url::encode(self.hash(bytes))
    }

    /// The hash itself.
    pub fn hash(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9901 section 4.2.3.
    #[test]
    fn req_4_11_the_example_of_the_specification() {
        let disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
        let digest = DigestAlgorithm::Sha256.digest(disclosure);
        assert_eq!(digest, "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    }

    #[test]
    fn req_4_10_names_are_exact() {
        assert_eq!(DigestAlgorithm::from_name("sha-512"), Some(DigestAlgorithm::Sha512));
        for wrong in ["SHA-256", "sha256", "sha-256-128", "sha-1", "md5", "sha3-256", ""] {
            assert_eq!(DigestAlgorithm::from_name(wrong), None, "{wrong}");
        }
    }
}
