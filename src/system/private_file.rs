//! Files that only we may read: made once, whole and durable, never overwritten.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Why a private file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be read or written.
    #[error("{path} cannot be used")]
    Unusable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read it. A key that others could have read is no key.
    #[error("{0} can be read by other users; run `chmod go= {0}` if you are sure that nobody did")]
    Exposed(PathBuf),
}

/// Makes the folder, for us only, if it is not there.
pub(super) fn make_folder(folder: &Path) -> Result<(), FileFault> {
    private_folder(folder).map_err(|source| FileFault::Unusable { path: folder.to_owned(), source })
}

/// What the file holds; made first when there is none. Of two processes that start at once, one makes
/// it and both read it.
pub(super) fn load_or_make<E: From<FileFault>>(
    path: &Path,
    make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, E>,
) -> Result<Zeroizing<Vec<u8>>, E> {
    let failed = |source| FileFault::Unusable { path: path.to_owned(), source };
    if !path.try_exists().map_err(failed)? {
        match write_once(path, &make()?) {
            Ok(()) => {}
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(failed(why).into()),
        }
    }
    Ok(load(path)?)
}

/// What the file holds, which is there.
pub(super) fn load(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    let failed = |source| FileFault::Unusable { path: path.to_owned(), source };
    if others_may_read(path).map_err(failed)? {
        return Err(FileFault::Exposed(path.to_owned()));
    }
    fs::read(path).map(Zeroizing::new).map_err(failed)
}

/// Removes the file; somebody else may have been first.
pub(super) fn remove(path: &Path) -> Result<(), FileFault> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileFault::Unusable { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// All of it or nothing, durable when it returns: a temporary file is filled and then linked to its
/// name, which fails when the name is taken.
fn write_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = create_private(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::hard_link(&draft, path)
    });
    let removed = fs::remove_file(&draft);
    written?;
    removed?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(path: &Path, content: &str) -> Result<Zeroizing<Vec<u8>>, FileFault> {
        load_or_make(path, || Ok(Zeroizing::new(content.as_bytes().to_vec())))
    }

    #[test]
    fn the_first_content_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert_eq!(*load(&path, "first").unwrap(), b"first");
        assert_eq!(*load(&path, "second").unwrap(), b"first");
        assert_eq!(write_once(&path, b"third").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        load(&path, "secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(load(&path, ""), Err(FileFault::Exposed(_))));
    }
}
