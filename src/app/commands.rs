//! What commands do with the database and the keys of a service, while one runs or none.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::NotStarted;
use super::own_keys::{self, key_folder};
use crate::config::{Config, Storage};
use crate::flow::ports::{Clock as _, Signer as _, Store};
use crate::store::{self, Migrated};
use crate::system::clock::SystemClock;
use crate::system::entropy::SystemEntropy;
use crate::system::keys::{KeyPlans, Keyring};
use crate::system::signing_keys::{AHEAD, KeyListing, KeyRole, TokenSigner};

/// Brings the database to the version of this program.
///
/// # Errors
/// [`NotStarted::Storage`]
pub fn migrate(config: &Config) -> Result<Migrated, NotStarted> {
    Ok(store::migrate(&config.storage)?)
}

/// Copies the database, whole, to `target`, while services run or not. Its size in bytes.
///
/// # Errors
/// [`NotStarted::Backup`]
pub fn backup(config: &Config, target: &Path) -> Result<u64, NotStarted> {
    Ok(store::backup(&config.storage, target)?)
}

/// Moves everything from one database to another; how many rows of each table.
///
/// # Errors
/// [`NotStarted::Copy`]
pub async fn copy_storage(from: &Storage, to: &Storage) -> Result<store::Counts, NotStarted> {
    Ok(store::copy(from, to, SystemClock.now()).await?)
}

/// Says that the database goes with the keys that are in the folder now; those that are missing are made.
///
/// # Errors
/// [`NotStarted::Keys`], [`NotStarted::Storage`]
pub fn adopt_keys(config: &Config) -> Result<(), NotStarted> {
    own_keys::adopt(config, &SystemEntropy)
}

/// The signing keys, and where each is in its life. Keys that are missing are made, also those that sign nothing.
///
/// # Errors
/// [`NotStarted::Keys`]
pub fn list_keys(config: &Config) -> Result<Vec<KeyListing>, NotStarted> {
    own_keys::refuse_loss(config)?;
    let keys = Keyring::in_folder(key_folder(config)?, &SystemEntropy, &own_keys::plans(config)?)?;
    let now = SystemClock.now();
    Ok(keys.signer.list(now).into_iter().chain(keys.receipt_signer.list(now)).collect())
}

/// The public keys that check receipts, from the keys directory. Makes and changes nothing.
///
/// # Errors
/// [`NotStarted::Keys`]
pub fn receipt_jwks(config: &Config) -> Result<Value, NotStarted> {
    let plan = KeyPlans::of(&config.policy).receipts;
    Ok(TokenSigner::found_in(key_folder(config)?, &plan)?.jwks(SystemClock.now()))
}

/// The database, for a command. Makes none.
///
/// # Errors
/// [`NotStarted::Storage`]
pub fn open_existing(config: &Config) -> Result<Arc<dyn Store>, NotStarted> {
    Ok(store::open_existing(&config.storage)?)
}

/// Makes the next keys of `role`, which running services see by themselves.
///
/// # Errors
/// [`NotStarted::Keys`]
pub fn rotate_keys(config: &Config, role: KeyRole) -> Result<Vec<KeyListing>, NotStarted> {
    own_keys::refuse_loss(config)?;
    let plan = own_keys::plans(config)?.of_role(role);
    Ok(TokenSigner::rotate(key_folder(config)?, &plan, SystemClock.now())?)
}

/// Takes over the private key in `file` for `role`: published at once, signing in ten minutes, or `at_once` where
/// everybody who verifies knows it already.
///
/// # Errors
/// [`NotStarted::Keys`]
pub fn import_key(
    config: &Config,
    role: KeyRole,
    file: &Path,
    at_once: bool,
) -> Result<Vec<KeyListing>, NotStarted> {
    own_keys::refuse_loss(config)?;
    let now = SystemClock.now();
    let from = if at_once { now } else { now.plus(AHEAD) };
    let plan = own_keys::plans(config)?.of_role(role);
    Ok(TokenSigner::import(key_folder(config)?, &plan, file, (from, now))?)
}
