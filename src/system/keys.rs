//! Our own keys: some sign tokens, some receipts, three make keyed digests. In a folder that only we may read, or in
//! memory for a process that leaves nothing behind.
//!
//! | File | Holds |
//! |---|---|
//! | `signing.ES256.0.jwk`, ... | private keys, see [`super::signing_keys`] |
//! | `receipts.ES256.0.jwk`, ... | those that sign receipts |
//! | `digest.keys` | 64 random bytes: the key of user codes, then the key of subjects |
//!
//! With a security module the files of signing keys name keys in it, and hold none.
//!
//! Losing the signing keys ends the life of tokens that are out; losing `digest.keys` ends pending user
//! codes and gives every person a new subject. Every replica must have the same files.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::private_file;
use super::security_module::SecurityModule;
pub use super::signing_keys::NoSigningKeys;
use super::signing_keys::{self, KeyPlan, KeyRole, TokenSigner};
use crate::flow::ports::{Entropy, Unavailable};
use vpgate_core::base::base64url;
use vpgate_core::base::secret::{Digest, DigestKey};
use vpgate_core::policy::Policy;

const DIGEST: &str = "digest.keys";

/// Which keys that sign are wanted.
#[derive(Clone, Debug)]
pub struct KeyPlans {
    /// For tokens.
    pub tokens: KeyPlan,
    /// For receipts.
    pub receipts: KeyPlan,
}

impl KeyPlans {
    /// What this policy needs.
    pub fn of(policy: &Policy) -> Self {
        Self { tokens: KeyPlan::of(policy), receipts: KeyPlan::of_receipts(policy) }
    }

    /// With keys that are made in `module`, and sign there.
    #[must_use]
    pub fn in_module(mut self, module: Option<&Arc<SecurityModule>>) -> Self {
        for plan in [&mut self.tokens, &mut self.receipts] {
            plan.module = module.cloned();
        }
        self
    }

    /// Those for one purpose.
    pub fn of_role(self, role: KeyRole) -> KeyPlan {
        match role {
            KeyRole::Tokens => self.tokens,
            KeyRole::Receipts => self.receipts,
        }
    }
}

/// All of them.
#[derive(Debug)]
pub struct Keyring {
    /// What signs tokens.
    pub signer: TokenSigner,
    /// What signs receipts.
    pub receipt_signer: TokenSigner,
    /// Digests user codes.
    pub user_code_key: DigestKey,
    /// Makes subjects pairwise.
    pub subject_key: DigestKey,
    /// Makes the nonces of DPoP.
    pub nonce_key: DigestKey,
}

impl Keyring {
    /// New keys that nobody will ever see again.
    ///
    /// # Errors
    /// [`NoSigningKeys::Signing`], [`NoSigningKeys::Entropy`]
    pub fn in_memory(entropy: &dyn Entropy, plans: &KeyPlans) -> Result<Self, NoSigningKeys> {
        let signers = [&plans.tokens, &plans.receipts].map(TokenSigner::in_memory);
        Self::of(signers, &*random(entropy)?)
    }

    /// The keys in `folder`; what is missing is made. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`NoSigningKeys`]; nothing that exists is ever overwritten.
    pub fn in_folder(folder: &Path, entropy: &dyn Entropy, plans: &KeyPlans) -> Result<Self, NoSigningKeys> {
        let signers = [&plans.tokens, &plans.receipts].map(|plan| TokenSigner::in_folder(folder, plan));
        let path = folder.join(DIGEST);
        let bytes = private_file::load_or_make::<NoSigningKeys>(&path, || {
            let bytes = random(entropy)?;
            Ok(Zeroizing::new(base64url::encode(*bytes).into_bytes()))
        })?;
        let decoded = Zeroizing::new(base64url::decode(&*bytes).unwrap_or_default());
        let digest: &[u8; 64] = decoded.as_slice().try_into().map_err(|_| NoSigningKeys::Broken(path))?;
        Self::of(signers, digest)
    }

    /// Whether `folder` holds keys: the digest keys, and at least one that signs.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(DIGEST).is_file() && signing_keys::any_in(folder)
    }

    /// Tells these keys from others; says nothing about them. A database notes it.
    pub fn fingerprint(&self) -> Digest {
        // No subject is made from these words.
        self.subject_key.digest(b"the keys that a database goes with")
    }

    fn of(
        signers: [Result<TokenSigner, NoSigningKeys>; 2],
        digest: &[u8; 64],
    ) -> Result<Self, NoSigningKeys> {
        let [signer, receipt_signer] = signers;
        let (mut user_code, mut subject) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        user_code.copy_from_slice(&digest[..32]);
        subject.copy_from_slice(&digest[32..]);
        let subject_key = DigestKey::new(&subject);
        // A key of its own without a file of its own: no subject is made from these words.
        let nonce_key = DigestKey::new(subject_key.digest(b"the key of DPoP nonces").as_bytes());
        let (signer, receipt_signer) = (signer?, receipt_signer?);
        Ok(Self { signer, receipt_signer, user_code_key: DigestKey::new(&user_code), subject_key, nonce_key })
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
    use std::time::Duration;

    use super::*;
    use crate::flow::ports::Signer as _;
    use crate::system::entropy::SystemEntropy;
    use vpgate_core::base::time::Timestamp;
    use vpgate_core::jose::alg::Algorithm;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn in_folder(folder: &Path) -> Result<Keyring, NoSigningKeys> {
        let plan = |role| {
            let longest_lifetime = Duration::from_secs(1);
            KeyPlan { role, algorithms: vec![Algorithm::Es256], longest_lifetime, module: None }
        };
        let plans = KeyPlans { tokens: plan(KeyRole::Tokens), receipts: plan(KeyRole::Receipts) };
        Keyring::in_folder(folder, &SystemEntropy, &plans)
    }

    #[test]
    fn keys_survive_a_restart_and_are_ours_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep").join("keys");
        let first = in_folder(&folder).unwrap();
        let second = in_folder(&folder).unwrap();
        assert_eq!(first.signer.jwks(NOW), second.signer.jwks(NOW));
        let digests = |keys: &Keyring| {
            [&keys.user_code_key, &keys.subject_key, &keys.nonce_key].map(|it| it.digest(b"x"))
        };
        assert_eq!(digests(&first), digests(&second));
        let [one, two, three] = digests(&first);
        assert!(one != two && two != three && one != three);
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [DIGEST, "receipts.ES256.0.jwk", "signing.ES256.0.jwk"]);
    }

    #[test]
    fn a_broken_file_of_digest_keys_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        in_folder(folder.path()).unwrap();
        fs::write(folder.path().join(DIGEST), "short").unwrap();
        assert!(matches!(in_folder(folder.path()), Err(NoSigningKeys::Broken(_))));
    }
}
