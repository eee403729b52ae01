//! The keys that sign our tokens, and those that sign receipts, and how one takes over from another.
//!
//! Each key is a file that is written once: `signing.ALGORITHM.SECOND.jwk` (of receipts
//! `receipts.ALGORITHM.SECOND.jwk`), a private JWK (RFC 7517) that signs from that second on. The newest one whose second has come signs. A new one is published before
//! that, so that everybody who keeps a copy of our JWKS has it when its first token arrives; an old one
//! stays published until the last token that it signed is dead. Nothing is ever rewritten, so replicas
//! can share the folder, and see a new key without a restart.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub(super) use self::folder::any_in;
use self::folder::{foreign, load, make, path, read};
use super::held_key::HeldKey;
use super::new_key;
use super::private_file::{self, FileFault};
use super::security_module::{ModuleFault, SecurityModule};
use crate::flow::ports::{Signer, Unavailable};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningFault;
use vpgate_core::policy::Policy;
use vpgate_core::receipt::RECEIPT_ALGORITHM;

/// So long a key is published before it signs: twice as long as our JWKS may be kept (5 minutes).
pub const AHEAD: Duration = Duration::from_secs(600);
/// How often the folder is looked at for new keys.
const LOOK: Duration = Duration::from_secs(30);

/// What keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// Access tokens, ID tokens, logout tokens.
    Tokens,
    /// Receipts, and nothing else.
    Receipts,
}

/// Which keys are wanted.
#[derive(Clone, Debug)]
pub struct KeyPlan {
    /// What they are for.
    pub role: KeyRole,
    /// There is at least one key for each.
    pub algorithms: Vec<Algorithm>,
    /// The longest life of what is signed: so long an old key stays published.
    pub longest_lifetime: Duration,
    /// Where new keys are made, and those that were made there sign.
    pub module: Option<Arc<SecurityModule>>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoSigningKeys {
    /// A file or the folder cannot be used.
    #[error(transparent)]
    File(#[from] FileFault),
    /// What is to be taken over is no private key that signs.
    #[error("{path} holds no private key (PEM, or a JWK) that could sign: {why}")]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: SigningFault,
    },
    /// Nothing is signed with it.
    #[error("nothing is signed with {algorithm} here, only with {used}: see [tokens]", algorithm = .0.name(), used = .1)]
    Useless(Algorithm, String),
    /// It is among the keys, under this name.
    #[error("the key {0} is here already")]
    Known(String),
    /// The file names a key in a module, and there is none.
    #[error("{0} names a key in a security module, and [keys] pkcs11 is missing")]
    NoModule(PathBuf),
    /// The module does not do what it should.
    #[error("the security module in [keys] pkcs11 cannot be used: {0}")]
    Module(#[from] ModuleFault),
    /// A key on the disk would be one that others can copy.
    #[error("keys are made in the security module of [keys] pkcs11: none is taken over from a file")]
    OnDisk,
    /// The file is not what we wrote.
    #[error("{0} does not hold what it should; restore it from a backup, or move it away to start anew")]
    Broken(PathBuf),
    /// It is a key, but not one of the algorithm in its name.
    #[error("{0} holds a key of another algorithm than its name says")]
    WrongAlgorithm(PathBuf),
    /// No key can be made.
    #[error("a new key cannot be made: {0}")]
    Signing(#[from] SigningFault),
    #[error(transparent)]
    Entropy(#[from] Unavailable),
}

/// One signing key, as an operator sees it.
#[derive(Debug)]
pub struct KeyListing {
    /// What it is for.
    pub role: KeyRole,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The key's name in the JWKS.
    pub kid: String,
    /// When it began to sign, or will.
    pub from: Timestamp,
    /// Where it is in its life.
    pub state: KeyState,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published; signs later.
    Next,
    /// The key signs tokens now.
    Signing,
    /// Published until then, for the tokens it signed.
    Old(Timestamp),
    /// No longer published; the next rotation removes it.
    Dead,
}

/// Signs our tokens, or our receipts.
#[derive(Debug)]
pub struct TokenSigner {
    role: KeyRole,
    longest_lifetime: Duration,
    module: Option<Arc<SecurityModule>>,
    folder: Option<PathBuf>,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    keys: Vec<DatedKey>,
    looked_at: Timestamp,
}

#[derive(Clone, Debug)]
struct DatedKey {
    key: Arc<HeldKey>,
    from: Timestamp,
    file: Option<PathBuf>,
}

impl DatedKey {
    /// Whether it is in a module that nobody has named.
    fn needs_module(&self) -> bool {
        matches!(&*self.key, HeldKey::InModule(key) if key.module.is_none())
    }
}

impl KeyRole {
    /// How the names of its files begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tokens => "signing",
            Self::Receipts => "receipts",
        }
    }
}

impl KeyPlan {
    /// What the tokens of this policy need.
    pub fn of(policy: &Policy) -> Self {
        let longest_lifetime = policy.tokens.longest_lifetime();
        Self { role: KeyRole::Tokens, algorithms: policy.token_algorithms(), longest_lifetime, module: None }
    }

    /// What the receipts of this policy need.
    pub fn of_receipts(policy: &Policy) -> Self {
        let longest_lifetime = policy.receipts.keep;
        Self { role: KeyRole::Receipts, algorithms: vec![RECEIPT_ALGORITHM], longest_lifetime, module: None }
    }
}

impl TokenSigner {
    /// New keys that nobody will ever see again.
    ///
    /// # Errors
    /// [`NoSigningKeys::Signing`]
    pub fn in_memory(plan: &KeyPlan) -> Result<Self, NoSigningKeys> {
        let from = Timestamp::from_unix(0);
        let made = plan.algorithms.iter().map(|&algorithm| {
            let key = HeldKey::Here(new_key::signing_key(algorithm)?);
            Ok(DatedKey { key: Arc::new(key), from, file: None })
        });
        Ok(Self::of(plan, None, made.collect::<Result<_, NoSigningKeys>>()?))
    }

    /// The keys in `folder`; what is missing is made. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`NoSigningKeys`]; nothing that exists is ever overwritten.
    pub fn in_folder(folder: &Path, plan: &KeyPlan) -> Result<Self, NoSigningKeys> {
        private_file::make_folder(folder)?;
        let mut keys = read(folder, plan.role, plan.module.as_ref(), &[])?;
        if let Some(file) =
            keys.iter().find(|dated| dated.needs_module()).and_then(|dated| dated.file.clone())
        {
            return Err(NoSigningKeys::NoModule(file));
        }
        for &algorithm in &plan.algorithms {
            if !keys.iter().any(|dated| dated.key.algorithm() == algorithm) {
                keys.push(make(folder, plan, algorithm, Timestamp::from_unix(0))?);
            }
        }
        Ok(Self::of(plan, Some(folder.to_owned()), keys))
    }

    /// The keys that are in `folder`, and no others. Blocks.
    ///
    /// # Errors
    /// [`NoSigningKeys`]
    pub fn found_in(folder: &Path, plan: &KeyPlan) -> Result<Self, NoSigningKeys> {
        Ok(Self::of(plan, Some(folder.to_owned()), read(folder, plan.role, None, &[])?))
    }

    /// Makes the next key of each algorithm that has none waiting, to sign in ten minutes, and removes
    /// those that are dead. Services that run with this folder see it by themselves.
    ///
    /// # Errors
    /// [`NoSigningKeys`]
    pub fn rotate(folder: &Path, plan: &KeyPlan, now: Timestamp) -> Result<Vec<KeyListing>, NoSigningKeys> {
        let signer = Self::in_folder(folder, plan)?;
        for &algorithm in &plan.algorithms {
            let waits = |dated: &DatedKey| dated.key.algorithm() == algorithm && dated.from > now;
            let waiting = signer.held().keys.iter().any(waits);
            if !waiting {
                let next = make(folder, plan, algorithm, now.plus(AHEAD))?;
                signer.held().keys.push(next);
            }
        }
        let held = signer.held();
        for (dated, state) in states(&held.keys, plan.longest_lifetime, now) {
            if let (KeyState::Dead, Some(file)) = (state, &dated.file) {
                if let (HeldKey::InModule(key), Some(module)) = (&*dated.key, &plan.module) {
                    module.destroy(&key.label)?;
                }
                private_file::remove(file)?;
            }
        }
        Ok(listing(&held.keys, plan.role, plan.longest_lifetime, now))
    }

    /// Takes over the private key in `file`, a PEM or a JWK, to sign from `from` on.
    ///
    /// # Errors
    /// [`NoSigningKeys`]; nothing is changed then.
    pub fn import(
        folder: &Path,
        plan: &KeyPlan,
        file: &Path,
        (from, now): (Timestamp, Timestamp),
    ) -> Result<Vec<KeyListing>, NoSigningKeys> {
        if plan.module.is_some() {
            return Err(NoSigningKeys::OnDisk);
        }
        let key = foreign(file, plan)?;
        let signer = Self::in_folder(folder, plan)?;
        if signer.held().keys.iter().any(|dated| dated.key.kid() == key.kid()) {
            return Err(NoSigningKeys::Known(key.kid().to_owned()));
        }
        let path = path(folder, plan.role, key.algorithm(), from);
        let text = Zeroizing::new(key.to_private_jwk().to_string().into_bytes());
        private_file::make(&path, &text)?;
        signer.held().keys.push(load(path, key.algorithm(), from, None)?);
        Ok(signer.list(now))
    }

    /// Every key, and where it is in its life.
    pub fn list(&self, now: Timestamp) -> Vec<KeyListing> {
        listing(&self.held().keys, self.role, self.longest_lifetime, now)
    }

    fn of(plan: &KeyPlan, folder: Option<PathBuf>, keys: Vec<DatedKey>) -> Self {
        let held = Held { keys, looked_at: Timestamp::from_unix(0) };
        let (role, longest_lifetime, module) = (plan.role, plan.longest_lifetime, plan.module.clone());
        Self { role, longest_lifetime, module, folder, held: Mutex::new(held) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys, after a look at the folder where the last one was a while ago. A folder that cannot be
    /// read takes no key away that is already here.
    fn current(&self, now: Timestamp) -> MutexGuard<'_, Held> {
        let mut held = self.held();
        if let Some(folder) = &self.folder
            && (now.since(held.looked_at) >= LOOK || held.looked_at > now)
        {
            held.looked_at = now;
            match read(folder, self.role, self.module.as_ref(), &held.keys) {
                Ok(keys) => held.keys = keys,
                Err(why) => tracing::warn!(%why, "the folder of the signing keys cannot be read again"),
            }
        }
        held
    }
}

#[async_trait]
impl Signer for TokenSigner {
    async fn sign(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, Unavailable> {
        let key = signing(&self.current(now).keys, algorithm, now).map(|dated| Arc::clone(&dated.key));
        let key =
            key.ok_or_else(|| Unavailable::new("the signing key", "there is none for the algorithm"))?;
        let mut header = Map::new();
        header.insert("typ".to_owned(), typ.into());
        header.insert("kid".to_owned(), key.kid().into());
        key.sign(&header, claims).await
    }

    fn jwks(&self, now: Timestamp) -> Value {
        let held = self.current(now);
        let published = states(&held.keys, self.longest_lifetime, now)
            .into_iter()
            .filter(|(_, state)| *state != KeyState::Dead)
            .map(|(dated, _)| dated.key.public_key().clone());
        KeySet::of(published.collect()).to_json()
    }

    fn jwks_in_use(&self, now: Timestamp) -> Value {
        let held = self.current(now);
        let in_use = states(&held.keys, self.longest_lifetime, now)
            .into_iter()
            .filter(|(_, state)| matches!(state, KeyState::Next | KeyState::Signing))
            .map(|(dated, _)| dated.key.public_key().clone());
        KeySet::of(in_use.collect()).to_json()
    }
}

/// The key of `algorithm` that signs now: the newest whose time has come, or the first to come.
fn signing(keys: &[DatedKey], algorithm: Algorithm, now: Timestamp) -> Option<&DatedKey> {
    let own = || keys.iter().filter(|dated| dated.key.algorithm() == algorithm);
    let age = |dated: &&DatedKey| (dated.from, dated.key.kid().to_owned());
    own().filter(|dated| dated.from <= now).max_by_key(age).or_else(|| own().min_by_key(age))
}

/// Every key, by algorithm and age, and where it is in its life.
fn states(keys: &[DatedKey], longest_lifetime: Duration, now: Timestamp) -> Vec<(&DatedKey, KeyState)> {
    let mut sorted: BTreeMap<&str, Vec<&DatedKey>> = BTreeMap::new();
    for dated in keys {
        sorted.entry(dated.key.algorithm().name()).or_default().push(dated);
    }
    let mut states = Vec::with_capacity(keys.len());
    for mut of_one in sorted.into_values() {
        of_one.sort_by_key(|dated| (dated.from, dated.key.kid().to_owned()));
        for (place, dated) in of_one.iter().enumerate() {
            let signs = signing(keys, dated.key.algorithm(), now);
            let successor = of_one.get(place + 1).map(|next| next.from);
            let state = match successor {
                _ if signs.is_some_and(|it| it.key.kid() == dated.key.kid()) => KeyState::Signing,
                _ if dated.from > now => KeyState::Next,
                Some(replaced) if now < replaced.plus(longest_lifetime) => {
                    KeyState::Old(replaced.plus(longest_lifetime))
                }
                _ => KeyState::Dead,
            };
            states.push((*dated, state));
        }
    }
    states
}

fn listing(keys: &[DatedKey], role: KeyRole, longest_lifetime: Duration, now: Timestamp) -> Vec<KeyListing> {
    states(keys, longest_lifetime, now)
        .into_iter()
        .map(|(dated, state)| KeyListing {
            role,
            algorithm: dated.key.algorithm(),
            kid: dated.key.kid().to_owned(),
            from: dated.from,
            state,
        })
        .collect()
}

#[cfg(test)]
mod tests;
