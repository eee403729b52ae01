//! Configuration: one TOML file (contract section 8), checked as a whole before anything starts.
//!
//! ```text
//! text -> raw::File (types, unknown keys) -> Config (every rule between the parts), or all Faults
//! ```
//! Relative paths begin at the folder of the file. Secrets are never in it: see [`secrets`].
//!
//! ```toml
#![doc = include_str!("../../fixtures/config/full.toml")]
//! ```

mod address;
mod askable;
mod authorization;
mod check;
mod clients;
mod credentials;
mod device;
mod doubts;
mod duration;
mod fault;
mod file;
mod high_assurance;
mod proxies;
mod public_url;
mod raw;
mod read;
mod rules;
mod scopes;
pub mod secrets;
mod token_claims;
mod tokens;
mod transaction_types;
mod trust;
mod type_metadata;
mod verification;
mod wallet_choices;
mod wallet_signing;
mod wallets;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use url::Url;

pub use self::fault::{ConfigFault, Faults};
use vpgate_core::base::forwarded::TrustedProxies;
use vpgate_core::base::secret::Secret;
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::openid4vp::request_key::RequestKey;
use vpgate_core::openid4vp::transaction_data::TransactionTypes;
use vpgate_core::policy::Policy;
use vpgate_core::status_list::token::CacheBounds;
use vpgate_core::trust::TrustPolicy;

/// The longest configuration file, in bytes.
const LONGEST: usize = 1 << 20;

/// Everything the operator decided, checked.
#[derive(Debug)]
pub struct Config {
    /// Where the world sees us: scheme, host and port, perhaps a path; always with a slash at the end. Without it,
    /// the issuer identifier.
    pub public_url: Url,
    /// Where we listen.
    pub listen: SocketAddr,
    /// `[operations] listen`: where operators have a listener of their own, if they have.
    pub operations_listen: Option<SocketAddr>,
    /// Where grants and presentations are kept.
    pub storage: Storage,
    /// Where our own keys are kept.
    pub keys: KeyStorage,
    /// `[http]`: the proxies whose word about the browser's address counts.
    pub trusted_proxies: TrustedProxies,
    /// `danger_allow_loopback`
    pub allow_loopback: bool,
    /// `verification.cross_check`
    pub cross_check: CrossCheck,
    /// `[status_lists]`: how long one is kept and how old it may be, whatever its issuer says.
    pub status_cache: CacheBounds,
    /// The keys that sign requests, by the name of the wallet.
    pub request_keys: HashMap<String, RequestKey>,
    /// Our secrets at wallets to which requests are pushed, by the name of the wallet.
    pub wallet_secrets: HashMap<String, Secret>,
    /// What the flows go by.
    pub policy: Policy,
    /// What the operator should read at every start.
    pub warnings: Vec<String>,
    /// What the operator should know when checking the file; nothing is wrong.
    pub notes: Vec<String>,
}

/// `[storage]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `sqlite::memory:`: gone when the process ends.
    Memory,
    /// `sqlite:FILE`
    Sqlite(PathBuf),
}

/// `[keys]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStorage {
    /// Made at the start, gone with the process; goes with [`Storage::Memory`] only.
    Memory,
    /// A folder that only we may read.
    Directory(PathBuf),
}

/// `verification.cross_check`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossCheck {
    /// Our own core decides alone.
    Off,
    /// A second library must agree, where it can judge at all.
    #[cfg(feature = "cross-check")]
    Enforce,
}

/// What an offline verdict goes by.
#[derive(Debug)]
pub struct Trust {
    /// `[[credentials]]`
    pub issuers: TrustPolicy,
    /// `[[transaction_data]]`
    pub transaction_types: TransactionTypes,
    /// `[verification]`
    pub verification: VerificationSettings,
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn load(path: &Path) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let folder = path.parent().unwrap_or(Path::new(""));
        match text(path, &mut faults) {
            Some(text) => Self::from_toml(&text, folder),
            None => faults.conclude(None),
        }
    }

    /// Reads whom to believe and how to judge, and nothing else: `[[credentials]]`, `[[transaction_data]]` and
    /// `[verification]` of a whole configuration, or of a file that has no more than that.
    ///
    /// # Errors
    /// All [`Faults`] of that part at once, and every key that does not exist.
    pub fn load_trust(path: &Path) -> Result<Trust, Faults> {
        let mut faults = Faults::default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let trust = text(path, &mut faults)
            .and_then(|text| read::read(&text, &mut faults))
            .map(|file| check::trust(file, folder, &mut faults));
        faults.conclude(trust)
    }

    /// Checks a text. Relative paths begin at `folder`.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn from_toml(text: &str, folder: &Path) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let config = read::read(text, &mut faults).and_then(|file| check::check(file, folder, &mut faults));
        faults.conclude(config)
    }
}

fn text(path: &Path, faults: &mut Faults) -> Option<String> {
    let text = file::read(path, LONGEST)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned()));
    faults.keep("", text)
}
