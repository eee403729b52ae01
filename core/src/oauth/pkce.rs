//! Proof Key for Code Exchange (RFC 7636): who asked for a code also takes the token. `S256` only.

use serde::{Deserialize, Serialize};

use crate::base::secret::{Digest, Secret};

/// A `code_challenge`: the SHA-256 of a verifier that only the client knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(Digest);

/// Why a challenge is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ChallengeFault {
    /// Not `S256`. Left out, the method means `plain` (section 4.3).
    #[error("code_challenge_method must be S256")]
    Method,
    #[error("code_challenge must be the base64url of a SHA-256: 43 characters")]
    Form,
}

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method` (section 4.3).
    ///
    /// # Errors
    /// [`ChallengeFault`]
    pub fn read(challenge: &str, method: Option<&str>) -> Result<Self, ChallengeFault> {
        if method != Some("S256") {
            return Err(ChallengeFault::Method);
        }
        Digest::try_from(challenge.to_owned()).map(Self).map_err(|_| ChallengeFault::Form)
    }

    /// Whether this is the challenge of `verifier` (section 4.6): 43 to 128 unreserved characters whose
    /// SHA-256 it is. Compared in constant time.
    pub fn is_met_by(&self, verifier: &Secret) -> bool {
        let text = verifier.expose();
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&text.len()) && text.bytes().all(unreserved) && verifier.digest() == self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn met(challenge: &str, verifier: &str) -> bool {
        CodeChallenge::read(challenge, Some("S256")).unwrap().is_met_by(&Secret::received(verifier))
    }

    #[test]
    fn req_11_15_only_s256_with_43_characters_is_a_challenge() {
        assert!(CodeChallenge::read(CHALLENGE, Some("S256")).is_ok());
        for method in [None, Some("plain"), Some("s256"), Some("")] {
            assert_eq!(CodeChallenge::read(CHALLENGE, method), Err(ChallengeFault::Method), "{method:?}");
        }
        let padded = format!("{CHALLENGE}=");
        for wrong in ["", &CHALLENGE[1..], &format!("{CHALLENGE}A"), &padded, &CHALLENGE.replace('-', "+")] {
            assert_eq!(CodeChallenge::read(wrong, Some("S256")), Err(ChallengeFault::Form), "{wrong}");
        }
    }

    #[test]
    fn req_11_16_only_its_own_verifier_meets_a_challenge() {
        assert!(met(CHALLENGE, VERIFIER));
        for wrong in
            ["", CHALLENGE, &VERIFIER[..42], &format!("{VERIFIER}A"), &VERIFIER.replace('d', "D"), " "]
        {
            assert!(!met(CHALLENGE, wrong), "{wrong}");
        }
    }

    #[test]
    fn req_11_16_a_verifier_has_43_to_128_unreserved_characters() {
        let own = |verifier: &str| met(&String::from(Digest::of(verifier.as_bytes())), verifier);
        for good in ["a".repeat(43), "a".repeat(128), "-._~".repeat(11)] {
            assert!(own(&good), "{good}");
        }
        for wrong in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "é".repeat(43), " ".repeat(43)] {
            assert!(!own(&wrong), "{wrong}");
        }
    }
}
