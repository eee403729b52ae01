//! Client secrets: never in the file itself, only their digest, or where they are.

use std::path::Path;

use super::fault::Faults;
use super::file;
use super::raw::RawClient;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::oauth::client::SecretDigests;

/// A plain digest protects only what nobody can guess (see `domain/base/secret.rs`).
pub const SHORTEST_SECRET: usize = 32;
/// Longest secret in bytes.
const LONGEST_SECRET: usize = 1024;
const HASH: &str = "sha256:";

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

/// The digests of the client's secret, and of the one before it where that is still good.
pub(super) fn digests(
    client: &RawClient,
    at: &impl Fn(&str) -> String,
    folder: &Path,
    faults: &mut Faults,
) -> Option<SecretDigests> {
    let current = digest(client, at, folder, faults);
    let previous = client.previous_secret_hash.as_deref().map(|hash| {
        let read = read_hash(hash).ok_or(NOT_A_HASH);
        faults.keep(&at("previous_secret_hash"), read)
    });
    if previous.is_some() && previous == Some(current) {
        faults.add(at("previous_secret_hash"), "is the hash of the secret itself; leave it out");
    }
    Some(SecretDigests { current: current?, previous: previous.flatten() })
}

const NOT_A_HASH: &str = "must be what `vpgate hash-secret` prints: sha256:...";

/// From exactly one of the three keys.
fn digest(
    client: &RawClient,
    at: &impl Fn(&str) -> String,
    folder: &Path,
    faults: &mut Faults,
) -> Option<Digest> {
    match (&client.secret_hash, &client.secret_file, &client.secret_env) {
        (Some(hash), None, None) => {
            let read = read_hash(hash).ok_or(NOT_A_HASH);
            faults.keep(&at("secret_hash"), read)
        }
        (None, Some(path), None) => faults.keep(&at("secret_file"), from_file(&folder.join(path))),
        (None, None, Some(name)) => faults.keep(&at("secret_env"), from_env(name)),
        (None, None, None) => {
            faults.add(at("secret_hash"), "is missing: one of secret_hash, secret_file, secret_env");
            None
        }
        _ => {
            faults.add(at("secret_hash"), "only one of secret_hash, secret_file, secret_env may be given");
            None
        }
    }
}

/// A secret that somebody else gave us, as it is; the end of its line does not count.
pub(super) fn given_in_file(path: &Path) -> Result<Secret, String> {
    let bytes = file::read_private(path, LONGEST_SECRET + 2)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not text".to_owned())?;
    given(text.trim_end_matches(['\r', '\n']))
}

/// The same from the environment.
pub(super) fn given_in_env(name: &str) -> Result<Secret, String> {
    let text = std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?;
    given(&text)
}

fn given(text: &str) -> Result<Secret, String> {
    if text.is_empty() || text.len() > LONGEST_SECRET {
        return Err(format!("the secret must have 1 to {LONGEST_SECRET} characters"));
    }
    Ok(Secret::received(text))
}

fn from_file(path: &Path) -> Result<Digest, String> {
    // Room for the end of a line.
    let bytes = file::read_private(path, LONGEST_SECRET + 2)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "the secret must be printable ASCII".to_owned())?;
    digest_of(text.trim_end_matches(['\r', '\n']))
}

fn from_env(name: &str) -> Result<Digest, String> {
    let text = std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?;
    digest_of(&text)
}

fn digest_of(secret: &str) -> Result<Digest, String> {
    strong(secret)?;
    Ok(Secret::received(secret).digest())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_secret_file_may_end_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let secret = "s".repeat(43);
        std::fs::write(&path, format!("{secret}\n")).unwrap();
        only_ours(&path, true);
        assert_eq!(from_file(&path), Ok(Secret::received(secret).digest()));
        assert!(from_file(&folder.path().join("other")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_file_that_others_may_open_is_refused_whosoever_secret_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s".repeat(43)).unwrap();
        only_ours(&path, false);
        for refused in [from_file(&path).map(drop), given_in_file(&path).map(drop)] {
            assert!(refused.unwrap_err().contains("chmod go="));
        }
    }

    #[cfg(unix)]
    fn only_ours(path: &Path, ours: bool) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if ours { 0o600 } else { 0o640 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[cfg(not(unix))]
    fn only_ours(_: &Path, _: bool) {}
}
