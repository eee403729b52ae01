//! Our own keys: one signs tokens, two make keyed digests. In a folder that only we may read, or in
//! memory for a process that leaves nothing behind.
//!
//! | File | Holds |
//! |---|---|
//! | `signing.jwk` | the private ES256 key as a JWK (RFC 7517) |
//! | `digest.keys` | 64 random bytes: the key of user codes, then the key of subjects |
//!
//! Losing `signing.jwk` ends the life of tokens that are out; losing `digest.keys` ends pending user
//! codes and gives every person a new subject. Every replica must have the same files.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::private_file::{self, FileFault};
use crate::domain::base::base64url;
use crate::domain::base::json::{self, Bounds};
use crate::domain::base::secret::DigestKey;
use crate::domain::jose::alg::Algorithm;
use crate::domain::jose::key_set::KeySet;
use crate::domain::jose::signing::{SigningFault, SigningKey};
use crate::flow::ports::{Entropy, Signer, Unavailable};

const SIGNING: &str = "signing.jwk";
const DIGEST: &str = "digest.keys";
/// What `signing.jwk` may hold.
const JWK: Bounds = Bounds { bytes: 16 * 1024, depth: 2, members: 64 };

/// All of them.
#[derive(Debug)]
pub struct Keyring {
    /// Signs access tokens.
    pub signer: TokenSigner,
    /// Digests user codes.
    pub user_code_key: DigestKey,
    /// Makes subjects pairwise.
    pub subject_key: DigestKey,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum NoKeys {
    /// A file or the folder cannot be used.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The file is not what we wrote.
    #[error("{0} does not hold what it should; restore it from a backup, or move it away to start anew")]
    Broken(PathBuf),
    /// It is a key, but not one that signs our tokens.
    #[error("{0} is not an ES256 key")]
    NotEs256(PathBuf),
    /// No key can be made.
    #[error("a new key cannot be made: {0}")]
    Signing(#[from] SigningFault),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] Unavailable),
}

impl Keyring {
    /// New keys that nobody will ever see again.
    ///
    /// # Errors
    /// [`NoKeys::Signing`], [`NoKeys::Entropy`]
    pub fn in_memory(entropy: &dyn Entropy) -> Result<Self, NoKeys> {
        let signing = SigningKey::generate(Algorithm::Es256)?;
        Ok(Self::of(signing, &*random(entropy)?))
    }

    /// The keys in `folder`, made at the first start. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`NoKeys`]; nothing that exists is ever overwritten.
    pub fn in_folder(folder: &Path, entropy: &dyn Entropy) -> Result<Self, NoKeys> {
        private_file::make_folder(folder)?;
        let path = folder.join(SIGNING);
        let text = private_file::load_or_make::<NoKeys>(&path, || {
            let key = SigningKey::generate(Algorithm::Es256)?;
            Ok(Zeroizing::new(key.to_private_jwk().to_string().into_bytes()))
        })?;
        let broken = || NoKeys::Broken(path.clone());
        let jwk = json::parse(&text, &JWK).map_err(|_| broken())?;
        let signing = SigningKey::from_jwk(&jwk).map_err(|_| broken())?;
        if signing.algorithm() != Algorithm::Es256 {
            return Err(NoKeys::NotEs256(path));
        }
        let path = folder.join(DIGEST);
        let bytes = private_file::load_or_make::<NoKeys>(&path, || {
            let bytes = random(entropy)?;
            Ok(Zeroizing::new(base64url::encode(*bytes).into_bytes()))
        })?;
        let decoded = Zeroizing::new(base64url::decode(&*bytes).unwrap_or_default());
        let digest: &[u8; 64] = decoded.as_slice().try_into().map_err(|_| NoKeys::Broken(path))?;
        Ok(Self::of(signing, digest))
    }

    fn of(signing: SigningKey, digest: &[u8; 64]) -> Self {
        let (mut user_code, mut subject) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        user_code.copy_from_slice(&digest[..32]);
        subject.copy_from_slice(&digest[32..]);
        Self {
            signer: TokenSigner::new(signing),
            user_code_key: DigestKey::new(&user_code),
            subject_key: DigestKey::new(&subject),
        }
    }
}

/// Signs our tokens with one ES256 key.
#[derive(Debug)]
pub struct TokenSigner {
    key: SigningKey,
    jwks: Value,
}

impl TokenSigner {
    fn new(key: SigningKey) -> Self {
        let jwks = KeySet::of(vec![key.public_key().clone()]).to_json();
        Self { key, jwks }
    }
}

impl Signer for TokenSigner {
    fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, Unavailable> {
        let mut header = Map::new();
        header.insert("typ".to_owned(), typ.into());
        header.insert("kid".to_owned(), self.key.kid().into());
        self.key.sign(&header, claims).map_err(|why| Unavailable::new("the signing key", why))
    }

    fn jwks(&self) -> Value {
        self.jwks.clone()
    }
}

fn random(entropy: &dyn Entropy) -> Result<Zeroizing<[u8; 64]>, Unavailable> {
    let mut bytes = Zeroizing::new([0; 64]);
    entropy.fill(&mut *bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::jose::jws::UnverifiedJws;
    use crate::system::entropy::SystemEntropy;

    fn in_folder(folder: &Path) -> Result<Keyring, NoKeys> {
        Keyring::in_folder(folder, &SystemEntropy)
    }

    #[test]
    fn keys_survive_a_restart_and_are_ours_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep").join("keys");
        let first = in_folder(&folder).unwrap();
        let second = in_folder(&folder).unwrap();
        assert_eq!(first.signer.jwks(), second.signer.jwks());
        assert_eq!(first.user_code_key.digest(b"x"), second.user_code_key.digest(b"x"));
        assert_ne!(first.user_code_key.digest(b"x"), first.subject_key.digest(b"x"));
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [DIGEST, SIGNING]);
    }

    #[test]
    fn tokens_are_signed_with_the_published_key() {
        let keys = Keyring::in_memory(&SystemEntropy).unwrap();
        let claims = Map::from_iter([("sub".to_owned(), Value::from("x"))]);
        let token = keys.signer.sign("at+jwt", &claims).unwrap();
        let jws = UnverifiedJws::parse(&token, &JWK).unwrap();
        assert_eq!((jws.typ(), jws.algorithm()), (Some("at+jwt"), Algorithm::Es256));
        let jwks = keys.signer.jwks();
        assert!(jwks["keys"][0].get("d").is_none());
        let published = KeySet::from_json(&jwks).unwrap();
        let key = published.find(jws.kid(), jws.algorithm()).unwrap();
        assert_eq!(jws.verify(key).unwrap().payload(), &claims);
    }

    #[test]
    fn a_broken_or_foreign_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        in_folder(folder.path()).unwrap();
        let path = folder.path().join(SIGNING);
        let other = SigningKey::generate(Algorithm::EdDsa).unwrap().to_private_jwk().to_string();
        for text in ["", "{}", &other] {
            fs::write(&path, text).unwrap();
            assert!(in_folder(folder.path()).is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::remove_file(&path).unwrap();
        fs::write(folder.path().join(DIGEST), "short").unwrap();
        assert!(matches!(in_folder(folder.path()), Err(NoKeys::Broken(_))));
    }
}
