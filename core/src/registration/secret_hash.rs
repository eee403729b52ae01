//! Secrets of clients: registered by their digest, or by the place where they are.

use crate::base::secret::Digest;

/// A plain digest protects only what nobody can guess (see [`Secret`](crate::base::secret::Secret)).
pub const SHORTEST_SECRET: usize = 32;
/// Longest secret in bytes.
pub(super) const LONGEST_SECRET: usize = 1024;
const HASH: &str = "sha256:";
/// Why something is no digest.
pub(super) const NOT_A_HASH: &str = "must be what `vpgate hash-secret` prints: sha256:...";

/// How a digest is written in configuration: `sha256:` and 43 base64url characters.
pub fn hash_text(digest: Digest) -> String {
    format!("{HASH}{}", String::from(digest))
}

/// Reads back what [`hash_text`] wrote.
pub fn read_hash(text: &str) -> Option<Digest> {
    Digest::try_from(text.strip_prefix(HASH)?.to_owned()).ok()
}

/// Whether a secret is one that its plain digest protects.
///
/// # Errors
/// What is wrong with it; says nothing of the secret itself.
pub fn strong(secret: &str) -> Result<(), String> {
    if !(SHORTEST_SECRET..=LONGEST_SECRET).contains(&secret.len()) {
        return Err(format!(
            "the secret must have {SHORTEST_SECRET} to {LONGEST_SECRET} characters; `vpgate hash-secret --generate` makes one"
        ));
    }
    if !secret.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return Err("the secret must be printable ASCII (RFC 6749 appendix A.2)".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;

    #[test]
    fn a_digest_is_read_back_and_nothing_else_is() {
        let digest = Secret::received("x".repeat(43)).digest();
        let text = hash_text(digest);
        assert_eq!(read_hash(&text), Some(digest));
        for wrong in ["", "sha256:", &text[7..], &text[..text.len() - 1], &text.replace("sha256", "sha1")] {
            assert_eq!(read_hash(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn guessable_secrets_are_refused() {
        assert!(strong(&"x".repeat(32)).is_ok());
        assert!(strong(&"x".repeat(31)).is_err());
        assert!(strong(&"x".repeat(1025)).is_err());
        assert!(strong(&"ä".repeat(32)).is_err());
    }
}
