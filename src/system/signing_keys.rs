//! The keys that sign our tokens, and those that sign receipts, and how one takes over from another.
//!
//! Each key is a file that is written once: `signing.ALGORITHM.SECOND.jwk` (of receipts
//! `receipts.ALGORITHM.SECOND.jwk`), a private JWK (RFC 7517) that signs from that second on. The newest one whose second has come signs. A new one is published before
//! that, so that everybody who keeps a copy of our JWKS has it when its first token arrives; an old one
//! stays published until the last token that it signed is dead. Nothing is ever rewritten, so replicas
//! can share the folder, and see a new key without a restart.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::new_key;
use super::private_file::{self, FileFault};
use crate::flow::ports::{Signer, Unavailable};
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::{SigningFault, SigningKey};
use vpgate_core::policy::Policy;
use vpgate_core::receipt::RECEIPT_ALGORITHM;

/// What a key file may hold.
const JWK: Bounds = Bounds { bytes: 16 * 1024, depth: 2, members: 64 };
/// So long a key is published before it signs: twice as long as our JWKS may be kept (5 minutes).
const AHEAD: Duration = Duration::from_secs(600);
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
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoSigningKeys {
    /// A file or the folder cannot be used.
    #[error(transparent)]
    File(#[from] FileFault),
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
    key: Arc<SigningKey>,
    from: Timestamp,
    file: Option<PathBuf>,
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
        Self { role: KeyRole::Tokens, algorithms: policy.token_algorithms(), longest_lifetime }
    }

    /// What the receipts of this policy need.
    pub fn of_receipts(policy: &Policy) -> Self {
        let longest_lifetime = policy.receipts.keep;
        Self { role: KeyRole::Receipts, algorithms: vec![RECEIPT_ALGORITHM], longest_lifetime }
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
            Ok(DatedKey { key: Arc::new(new_key::signing_key(algorithm)?), from, file: None })
        });
        Ok(Self::of(plan, None, made.collect::<Result<_, NoSigningKeys>>()?))
    }

    /// The keys in `folder`; what is missing is made. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`NoSigningKeys`]; nothing that exists is ever overwritten.
    pub fn in_folder(folder: &Path, plan: &KeyPlan) -> Result<Self, NoSigningKeys> {
        private_file::make_folder(folder)?;
        let mut keys = read(folder, plan.role, &[])?;
        for &algorithm in &plan.algorithms {
            if !keys.iter().any(|dated| dated.key.algorithm() == algorithm) {
                keys.push(make(folder, plan.role, algorithm, Timestamp::from_unix(0))?);
            }
        }
        Ok(Self::of(plan, Some(folder.to_owned()), keys))
    }

    /// The keys that are in `folder`, and no others. Blocks.
    ///
    /// # Errors
    /// [`NoSigningKeys`]
    pub fn found_in(folder: &Path, plan: &KeyPlan) -> Result<Self, NoSigningKeys> {
        Ok(Self::of(plan, Some(folder.to_owned()), read(folder, plan.role, &[])?))
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
                let next = make(folder, plan.role, algorithm, now.plus(AHEAD))?;
                signer.held().keys.push(next);
            }
        }
        let held = signer.held();
        for (dated, state) in states(&held.keys, plan.longest_lifetime, now) {
            if let (KeyState::Dead, Some(file)) = (state, &dated.file) {
                private_file::remove(file)?;
            }
        }
        Ok(listing(&held.keys, plan.role, plan.longest_lifetime, now))
    }

    /// Every key, and where it is in its life.
    pub fn list(&self, now: Timestamp) -> Vec<KeyListing> {
        listing(&self.held().keys, self.role, self.longest_lifetime, now)
    }

    fn of(plan: &KeyPlan, folder: Option<PathBuf>, keys: Vec<DatedKey>) -> Self {
        let held = Held { keys, looked_at: Timestamp::from_unix(0) };
        Self { role: plan.role, longest_lifetime: plan.longest_lifetime, folder, held: Mutex::new(held) }
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
            match read(folder, self.role, &held.keys) {
                Ok(keys) => held.keys = keys,
                Err(why) => tracing::warn!(%why, "the folder of the signing keys cannot be read again"),
            }
        }
        held
    }
}

impl Signer for TokenSigner {
    fn sign(
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
        key.sign(&header, claims).map_err(|why| Unavailable::new("the signing key", why))
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

/// Whether there is a key that signs tokens in `folder`, whatever is in it.
pub(super) fn any_in(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.into_iter().any(|name| name.to_str().and_then(|name| dated(KeyRole::Tokens, name)).is_some())
}

/// Every key of that role in the folder; those among `known` are not read again.
fn read(folder: &Path, role: KeyRole, known: &[DatedKey]) -> Result<Vec<DatedKey>, NoSigningKeys> {
    let failed = |source| FileFault::Unusable { path: folder.to_owned(), source };
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some((algorithm, from)) = path.file_name().and_then(|name| dated(role, name.to_str()?)) else {
            continue;
        };
        match known.iter().find(|dated| dated.file.as_ref() == Some(&path)) {
            Some(dated) => keys.push(dated.clone()),
            None => keys.push(load(path, algorithm, from)?),
        }
    }
    Ok(keys)
}

fn load(path: PathBuf, algorithm: Algorithm, from: Timestamp) -> Result<DatedKey, NoSigningKeys> {
    let text = private_file::load(&path)?;
    let broken = || NoSigningKeys::Broken(path.clone());
    let jwk = json::parse(&text, &JWK).map_err(|_| broken())?;
    let key = SigningKey::from_jwk(&jwk).map_err(|_| broken())?;
    if key.algorithm() != algorithm {
        return Err(NoSigningKeys::WrongAlgorithm(path));
    }
    Ok(DatedKey { key: Arc::new(key), from, file: Some(path) })
}

fn make(
    folder: &Path,
    role: KeyRole,
    algorithm: Algorithm,
    from: Timestamp,
) -> Result<DatedKey, NoSigningKeys> {
    let path = folder.join(format!("{}.{}.{}.jwk", role.name(), algorithm.name(), from.unix()));
    private_file::load_or_make::<NoSigningKeys>(&path, || {
        let key = new_key::signing_key(algorithm)?;
        Ok(Zeroizing::new(key.to_private_jwk().to_string().into_bytes()))
    })?;
    load(path, algorithm, from)
}

/// What a file name says; `None` for all other files.
fn dated(role: KeyRole, name: &str) -> Option<(Algorithm, Timestamp)> {
    let dated = name.strip_prefix(role.name())?.strip_prefix('.')?;
    let (algorithm, second) = dated.strip_suffix(".jwk")?.split_once('.')?;
    Some((Algorithm::from_name(algorithm)?, Timestamp::from_unix(second.parse().ok()?)))
}

#[cfg(test)]
mod tests;
