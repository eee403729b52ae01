//! The files of signing keys, each written once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{DatedKey, KeyPlan, KeyRole, NoSigningKeys};
use crate::system::held_key::{HeldKey, JWK};
use crate::system::new_key;
use crate::system::private_file::{self, FileFault};
use crate::system::security_module::SecurityModule;
use vpgate_core::base::json;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

/// Whether there is a key that signs tokens in `folder`, whatever is in it.
pub(in crate::system) fn any_in(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.into_iter().any(|name| name.to_str().and_then(|name| dated(KeyRole::Tokens, name)).is_some())
}

/// Every key of that role in the folder; those among `known` are not read again.
pub(super) fn read(
    folder: &Path,
    role: KeyRole,
    module: Option<&Arc<SecurityModule>>,
    known: &[DatedKey],
) -> Result<Vec<DatedKey>, NoSigningKeys> {
    let failed = |source| FileFault::Unusable { path: folder.to_owned(), source };
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some((algorithm, from)) = path.file_name().and_then(|name| dated(role, name.to_str()?)) else {
            continue;
        };
        match known.iter().find(|dated| dated.file.as_ref() == Some(&path)) {
            Some(dated) => keys.push(dated.clone()),
            None => keys.push(load(path, algorithm, from, module)?),
        }
    }
    Ok(keys)
}

/// The key in one file.
pub(super) fn load(
    path: PathBuf,
    algorithm: Algorithm,
    from: Timestamp,
    module: Option<&Arc<SecurityModule>>,
) -> Result<DatedKey, NoSigningKeys> {
    let text = private_file::load(&path)?;
    let key = HeldKey::from_file(&text, module).ok_or_else(|| NoSigningKeys::Broken(path.clone()))?;
    if key.algorithm() != algorithm {
        return Err(NoSigningKeys::WrongAlgorithm(path));
    }
    Ok(DatedKey { key: Arc::new(key), from, file: Some(path) })
}

/// The next key: made, unless somebody has made it meanwhile.
pub(super) fn make(
    folder: &Path,
    plan: &KeyPlan,
    algorithm: Algorithm,
    from: Timestamp,
) -> Result<DatedKey, NoSigningKeys> {
    let path = path(folder, plan.role, algorithm, from);
    private_file::load_or_make::<NoSigningKeys>(&path, || match &plan.module {
        Some(module) => {
            let name = format!("vpgate {}.{}.{}", plan.role.name(), algorithm.name(), from.unix());
            Ok(HeldKey::made_in(module, &name, algorithm)?)
        }
        None => {
            let key = new_key::signing_key(algorithm)?;
            Ok(Zeroizing::new(key.to_private_jwk().to_string().into_bytes()))
        }
    })?;
    load(path, algorithm, from, plan.module.as_ref())
}

/// Where a key is.
pub(super) fn path(folder: &Path, role: KeyRole, algorithm: Algorithm, from: Timestamp) -> PathBuf {
    folder.join(format!("{}.{}.{}.jwk", role.name(), algorithm.name(), from.unix()))
}

/// A key that was made elsewhere, for one of the algorithms of `plan`.
pub(super) fn foreign(file: &Path, plan: &KeyPlan) -> Result<SigningKey, NoSigningKeys> {
    let text = private_file::load(file)?;
    let key = match json::parse(&text, &JWK) {
        Ok(jwk) => SigningKey::from_jwk(&jwk),
        Err(_) => SigningKey::from_pem(&text),
    };
    let key = key.map_err(|why| NoSigningKeys::NotAKey { path: file.to_owned(), why })?;
    if plan.algorithms.contains(&key.algorithm()) {
        return Ok(key);
    }
    let used: Vec<&str> = plan.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    Err(NoSigningKeys::Useless(key.algorithm(), used.join(", ")))
}

/// What a file name says; `None` for all other files.
fn dated(role: KeyRole, name: &str) -> Option<(Algorithm, Timestamp)> {
    let dated = name.strip_prefix(role.name())?.strip_prefix('.')?;
    let (algorithm, second) = dated.strip_suffix(".jwk")?.split_once('.')?;
    Some((Algorithm::from_name(algorithm)?, Timestamp::from_unix(second.parse().ok()?)))
}
