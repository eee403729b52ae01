//! What lies where the service will look. Reading the configuration does not touch it.

use std::path::Path;

use crate::config::{Config, KeyStorage, Storage};
use crate::store;
use vpgate_core::base::exposure::{Exposed, others_may_change, others_may_open};

/// What keeps the service from starting as things are, or from starting well. Makes and changes nothing.
pub(super) fn look(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    if let Storage::Sqlite(database) = &config.storage {
        let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            found.push(format!("storage.url: the folder {} is not there; make it first", folder.display()));
        }
        found.extend(exposed(database, others_may_open).map(|fault| format!("storage.url: {fault}")));
    }
    if let KeyStorage::Directory(folder) = &config.keys {
        found.extend(
            exposed(folder, |mode, _| others_may_change(mode))
                .map(|fault| format!("keys.directory: {fault}")),
        );
    }
    found
}

/// Says so when another process has the database open. Two services may share one, with the same keys and
/// configuration; one that was started twice by mistake should be noticed.
pub(super) fn warn_of_others(config: &Config) {
    let Storage::Sqlite(database) = &config.storage else { return };
    if database.is_file() && store::is_open_elsewhere(&config.storage).unwrap_or_default() {
        tracing::warn!(
            database = %database.display(),
            "another process has the database open; that is right only for services that share it on purpose"
        );
    }
}

#[cfg(unix)]
fn exposed(path: &Path, rule: fn(u32, u32) -> bool) -> Option<Exposed> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    rule(found.mode(), found.uid()).then(|| Exposed(path.to_owned()))
}

#[cfg(not(unix))]
fn exposed(_: &Path, _: fn(u32, u32) -> bool) -> Option<Exposed> {
    None
}
