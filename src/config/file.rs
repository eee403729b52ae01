//! Small files that configuration names.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use vpgate_core::base::exposure::{Exposed, others_may_open};
use vpgate_core::jose::jws::SignatureMemo;
use vpgate_core::jose::x5c::ChainMemo;
use vpgate_core::registration::Sources;

use super::chain_memo::KeptChains;
use super::signature_memo::KeptSignatures;
use super::watch::FileWatch;

/// What the configuration names: files, where relative paths begin at this folder, and variables of our environment.
pub(super) struct Folder<'a> {
    at: &'a Path,
    /// The files that were asked for, there or not.
    asked_for: RefCell<FileWatch>,
}

impl<'a> Folder<'a> {
    pub(super) fn new(at: &'a Path) -> Self {
        Self { at, asked_for: RefCell::default() }
    }

    pub(super) fn at(&self) -> &Path {
        self.at
    }

    /// The files that were asked for, there or not.
    pub(super) fn asked_for(self) -> FileWatch {
        self.asked_for.into_inner()
    }

    fn noted(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        self.asked_for.borrow_mut().add(path.clone());
        path
    }
}

impl Sources for Folder<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.at.join(name)
    }

    fn file(&self, name: &str, limit: usize) -> Result<Vec<u8>, String> {
        read(&self.noted(name), limit)
    }

    fn private_file(&self, name: &str, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
        read_private(&self.noted(name), limit)
    }

    fn variable(&self, name: &str) -> Result<Zeroizing<String>, String> {
        let value = std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"));
        value.map(Zeroizing::new)
    }

    fn chain_memo(&self) -> Option<Arc<dyn ChainMemo>> {
        Some(Arc::new(KeptChains::default()))
    }

    fn signature_memo(&self) -> Option<Arc<dyn SignatureMemo>> {
        Some(Arc::new(KeptSignatures::default()))
    }
}

/// As [`read`], of a file that other users cannot read: a key that others could have read is no key.
///
/// # Errors
/// Why not, for the operator.
fn read_private(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let exposed = exposed(path).map_err(|why| format!("cannot read {}: {why}", path.display()))?;
    if exposed {
        return Err(Exposed(path.to_owned()).to_string());
    }
    read(path, limit).map(Zeroizing::new)
}

#[cfg(unix)]
fn exposed(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).map(|found| others_may_open(found.mode(), found.uid()))
}

#[cfg(not(unix))]
fn exposed(_: &Path) -> std::io::Result<bool> {
    Ok(false)
}

/// At most `limit` bytes of the file.
///
/// # Errors
/// Why not, for the operator.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let unreadable = |why: std::io::Error| format!("cannot read {}: {why}", path.display());
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(format!("{} is longer than {limit} bytes", path.display()));
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_with_a_secret_is_read_where_nobody_else_may_open_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s".repeat(43)).unwrap();
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = || Folder::new(folder.path()).private_file("secret", 43);
        mode(0o600);
        assert_eq!(*read().unwrap(), "s".repeat(43).into_bytes());
        mode(0o660);
        assert!(read().unwrap_err().contains("chmod go="));
        assert!(Folder::new(folder.path()).private_file("other", 43).is_err());
        assert!(Folder::new(folder.path()).file("secret", 42).is_err());
    }
}
