//! The keys that a database was used with, and no others: new ones would make every token unverifiable and
//! every person somebody else, without a word.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::NotStarted;
use crate::config::{Config, KeyStorage, SecurityModuleAccess};
use crate::flow::ports::Entropy;
use crate::store::{self, UsedWith};
use crate::system::keys::{KeyPlans, Keyring, NoSigningKeys};
use crate::system::private_file;
use crate::system::security_module::{ModulePlace, SecurityModule};
use vpgate_core::base::time::Timestamp;

/// Why the service does not start with these keys.
#[derive(Debug, thiserror::Error)]
pub enum NotOurKeys {
    /// There are none, and there were.
    #[error(
        "the keys in {0} are gone, and the database was used with them: restore the folder from a backup. New \
         keys make all tokens unverifiable and give every person another subject; if that is what you want, \
         run `vpgate keys adopt`"
    )]
    Gone(PathBuf),
    /// There are others.
    #[error(
        "the keys in {0} are not those that the database was used with: point [keys] directory at the right \
         folder, or restore it from a backup. With other keys every person has another subject; if that is \
         what you want, run `vpgate keys adopt`"
    )]
    Others(PathBuf),
}

/// The keys that `config` names. Made where they are missing, unless the database was used with some.
pub(super) fn load(config: &Config, entropy: &dyn Entropy, now: Timestamp) -> Result<Keyring, NotStarted> {
    let plans = plans(config)?;
    let KeyStorage::Directory(folder) = &config.keys else { return Ok(Keyring::in_memory(entropy, &plans)?) };
    let used = refuse_loss(config)?;
    private_file::remove_old_drafts(folder, now).map_err(NoSigningKeys::from)?;
    let keys = Keyring::in_folder(folder, entropy, &plans)?;
    match used {
        UsedWith::Keys(noted) if noted != keys.fingerprint() => {
            Err(NotOurKeys::Others(folder.clone()).into())
        }
        _ => Ok(keys),
    }
}

/// Which keys are wanted, and where those that sign are made. Opens the security module, where there is one.
pub(super) fn plans(config: &Config) -> Result<KeyPlans, NotStarted> {
    let plans = KeyPlans::of(&config.policy);
    let Some(SecurityModuleAccess { library, token, pin }) = config.security_module.clone() else {
        return Ok(plans);
    };
    let module = SecurityModule::open(&ModulePlace { library, token, pin }).map_err(NoSigningKeys::from)?;
    Ok(plans.in_module(Some(&Arc::new(module))))
}

/// Refuses to go on where keys would be made in the place of lost ones. What the database says of its keys.
pub(super) fn refuse_loss(config: &Config) -> Result<UsedWith, NotStarted> {
    let used = store::used_with(&config.storage)?;
    match &config.keys {
        KeyStorage::Directory(folder) if used != UsedWith::Nothing && !Keyring::is_in(folder) => {
            Err(NotOurKeys::Gone(folder.clone()).into())
        }
        _ => Ok(used),
    }
}

/// From now on the database goes with the keys that are in the folder.
pub(super) fn adopt(config: &Config, entropy: &dyn Entropy) -> Result<(), NotStarted> {
    let keys = Keyring::in_folder(key_folder(config)?, entropy, &plans(config)?)?;
    Ok(store::use_with(&config.storage, &keys.fingerprint())?)
}

/// Where they are.
pub(super) fn key_folder(config: &Config) -> Result<&Path, NotStarted> {
    match &config.keys {
        KeyStorage::Directory(folder) => Ok(folder),
        KeyStorage::Memory => Err(NotStarted::KeysInMemory),
    }
}
