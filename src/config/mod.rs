//! Configuration: one TOML file and those that it includes, checked as a whole before anything starts.
//!
//! ```text
//! texts -> include -> spellings -> raw::File -> process, and vpgate_core::registration -> Config, or all Faults
//! ```
//! Here the file is read, and what is about this process is checked; what may be registered is the core's to say.
//! Relative paths begin at the folder of the file. Secrets are never in it: see [`secrets`].
//!
//! ```toml
#![doc = include_str!("../../fixtures/config/full.toml")]
//! ```

pub mod chain_memo;
mod doubts;
mod fault;
mod file;
mod hints;
mod include;
pub mod outgoing;
mod places;
mod postgres;
mod process;
mod proxies;
mod raw;
mod read;
mod schema;
mod security_module;
pub mod signature_memo;
mod spellings;
pub mod watch;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Table;
use url::Url;

pub use self::fault::{ConfigFault, Faults};
use self::file::Folder;
use self::include::JoinedFiles;
use self::outgoing::OutgoingRequests;
pub use self::places::FilePlace;
pub use self::postgres::{PostgresStorage, PostgresTls, StatementMode};
use self::raw::RawStorage;
use self::read::Written;
pub use self::schema::schema;
pub use self::security_module::SecurityModuleAccess;
use self::watch::FileWatch;
use vpgate_core::base::forwarded::TrustedProxies;
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::request_key::RequestKey;
use vpgate_core::policy::Policy;
use vpgate_core::registration::{Registrations, register, register_trust};
pub use vpgate_core::registration::{Trust, secret_hash as secrets};
use vpgate_core::status_list::token::CacheBounds;

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
    /// `operations.drain`: how long it goes on after it was told to stop, while it says that it is not ready.
    pub drain: Duration,
    /// `[operations] otlp_endpoint`: where traces go.
    pub collector: Option<Url>,
    /// Where grants and presentations are kept.
    pub storage: Storage,
    /// Where our own keys are kept.
    pub keys: KeyStorage,
    /// `[keys] pkcs11`: where those that sign are made, if that is elsewhere.
    pub security_module: Option<SecurityModuleAccess>,
    /// `[http]`: the proxies whose word about the browser's address counts.
    pub trusted_proxies: TrustedProxies,
    /// `danger_allow_loopback`
    pub allow_loopback: bool,
    /// `[fetch]`: how far our own requests reach.
    pub outgoing: OutgoingRequests,
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
    /// `reload`: when a running service reads its configuration again.
    pub reload: ReloadMode,
    /// What the operator should read at every start.
    pub warnings: Vec<String>,
    /// What the operator should know when checking the file; nothing is wrong.
    pub notes: Vec<String>,
}

/// `reload`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadMode {
    /// When it is told to by SIGHUP.
    Signal,
    /// And when one of the files has changed.
    Watch,
}

/// `[storage]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `sqlite::memory:`: gone when the process ends.
    Memory,
    /// `sqlite:FILE`
    Sqlite(PathBuf),
    /// `postgres://USER@HOST/DATABASE`
    Postgres(Box<PostgresStorage>),
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

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn load(path: &Path) -> Result<Self, Faults> {
        Self::load_noting(path).0
    }

    /// The same, with the files on which what came of it depends: those that were read or should have been, and the
    /// folders in which some were looked for.
    pub fn load_noting(path: &Path) -> (Result<Self, Faults>, FileWatch) {
        let mut faults = Faults::default();
        let JoinedFiles { table, mut watch } = include::read(path, &mut faults);
        let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
        let config = Self::read(table, &folder, &mut faults);
        watch.join(folder.asked_for());
        (faults.conclude(config), watch)
    }

    /// Reads whom to believe and how to judge, and nothing else: `[[credentials]]`, `[[transaction_data]]` and
    /// `[verification]` of a whole configuration, or of a file that has no more than that.
    ///
    /// # Errors
    /// All [`Faults`] of that part at once, and every key that does not exist.
    pub fn load_trust(path: &Path) -> Result<Trust, Faults> {
        let mut faults = Faults::default();
        let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
        let table = include::read(path, &mut faults).table;
        let trust = readable(&faults).and_then(|()| read::read(table, &mut faults));
        let trust = trust.and_then(|Written { file, origins, rules_version }| {
            let trust = register_trust(&file.into_registrations(rules_version), &folder);
            origins.registered(trust, &mut faults)
        });
        faults.conclude(trust)
    }

    /// The storage at `url`: `sqlite:FILE` or `postgres://`. The rest about a PostgreSQL is in `[storage]` of the file
    /// at `path`, where there is one; what else that file says does not count.
    ///
    /// # Errors
    /// All [`Faults`] of that part at once.
    pub fn load_storage(path: Option<&Path>, url: &str) -> Result<Storage, Faults> {
        let mut faults = Faults::default();
        let folder = Folder::new(path.and_then(Path::parent).unwrap_or(Path::new("")));
        let given = match path {
            None => Some(RawStorage::default()),
            Some(path) => {
                let table = include::read(path, &mut faults).table;
                let written = readable(&faults).and_then(|()| read::read(table, &mut faults));
                written.map(|written| written.file.storage)
            }
        };
        let storage = given.and_then(|given| process::storage_at(url, given, &folder, &mut faults));
        faults.conclude(storage)
    }

    /// Where a service with this file answers operators. What else is wrong with the file does not count: whoever asks
    /// a running service how it is must not hear of what somebody writes for the next start.
    ///
    /// # Errors
    /// What is wrong with that address, or why the file cannot be read.
    pub fn load_operations_address(path: &Path) -> Result<SocketAddr, Faults> {
        let mut faults = Faults::default();
        let table = include::read(path, &mut faults).table;
        let address = readable(&faults).and_then(|()| {
            let mut elsewhere = Faults::default();
            match read::read(table, &mut elsewhere) {
                Some(written) => process::operations_address(&written.file, &mut faults),
                None => {
                    faults = elsewhere;
                    None
                }
            }
        });
        faults.conclude(address)
    }

    /// Checks a text. Relative paths begin at `folder`.
    ///
    /// # Errors
    /// All [`Faults`] at once.
    pub fn from_toml(text: &str, folder: &Path) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let table = include::of_text(text, folder, &mut faults).table;
        let config = Self::read(table, &Folder::new(folder), &mut faults);
        faults.conclude(config)
    }

    fn read(table: Table, folder: &Folder<'_>, faults: &mut Faults) -> Option<Self> {
        readable(faults)?;
        Self::check(read::read(table, faults)?, folder, faults)
    }

    /// Everything is looked at, whatever was wrong before it.
    fn check(written: Written, folder: &Folder<'_>, faults: &mut Faults) -> Option<Self> {
        let Written { file, origins, rules_version } = written;
        let allow_loopback = file.danger_allow_loopback;
        let process = process::check(&file, folder, faults);
        let open_networks =
            process.iter().flat_map(|process| process.outgoing.networks.iter().copied()).collect();
        let given = Registrations { open_networks, ..file.into_registrations(rules_version) };
        let registered = register(&given, folder);
        let (registered, process) = (origins.registered(registered, faults)?, process?);
        let clock_tolerance = registered.policy.verification.clock_tolerance;
        Some(Self {
            warnings: doubts::warnings(&registered, &process, allow_loopback),
            notes: doubts::notes(&registered),
            public_url: registered.public_url,
            listen: process.listen,
            operations_listen: process.operations_listen,
            drain: process.drain,
            collector: process.collector,
            storage: process.storage,
            keys: process.keys,
            security_module: process.security_module,
            trusted_proxies: process.trusted_proxies,
            allow_loopback,
            outgoing: process.outgoing,
            cross_check: process.cross_check,
            reload: process.reload,
            status_cache: process.status_cache.with_clock_tolerance(clock_tolerance),
            request_keys: registered.request_keys,
            wallet_secrets: registered.wallet_secrets,
            policy: registered.policy,
        })
    }
}

/// Where a file cannot be read, what it would have said is not called missing.
fn readable(faults: &Faults) -> Option<()> {
    faults.is_empty().then_some(())
}
