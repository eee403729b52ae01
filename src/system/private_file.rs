//! Files that only we may read: made once, whole and durable, never overwritten.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use zeroize::Zeroizing;

use vpgate_core::base::exposure::{Exposed, others_may_change, others_may_open};
use vpgate_core::base::time::Timestamp;

/// A draft is written within moments; nobody works on one that is older.
const DRAFT_AGE: Duration = Duration::from_secs(60);

/// Why a private file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be read or written.
    #[error("{path} cannot be used")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Others may open it. A key that others could have read is no key.
    #[error(transparent)]
    Exposed(#[from] Exposed),
}

/// Makes the folder, for us only, if it is not there. One that others may change is refused.
pub(super) fn make_folder(folder: &Path) -> Result<(), FileFault> {
    private_folder(folder).map_err(|source| FileFault::Unusable { path: folder.to_owned(), source })?;
    refuse_exposed(folder, |mode, _| others_may_change(mode))
}

/// Removes drafts that a process left in `folder` when it was killed while it made a key. Only files that
/// have the name of a draft of ours, and only when they are too old for anybody to be at work on them.
pub fn remove_old_drafts(folder: &Path, now: Timestamp) -> Result<(), FileFault> {
    let failed = |source| FileFault::Unusable { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(is_draft) && is_old(&entry, now) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// `signing.ES256.0.4711.tmp`, `digest.4711.tmp`: what [`write_once`] calls them.
fn is_draft(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.split('.').collect::<Vec<_>>()[..] {
        ["signing" | "receipts", _, second, process, "tmp"] => number(second) && number(process),
        ["digest", process, "tmp"] => number(process),
        _ => false,
    }
}

fn is_old(entry: &fs::DirEntry, now: Timestamp) -> bool {
    // Of the entry itself: a link is not followed.
    let Ok(found) = entry.metadata() else { return false };
    let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let changed = changed.and_then(|since| i64::try_from(since.as_secs()).ok()).map(Timestamp::from_unix);
    found.is_file() && changed.is_some_and(|at| now.since(at) >= DRAFT_AGE)
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

/// Makes the file; one that is there is left as it is.
pub(super) fn make(path: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    write_once(path, bytes).map_err(|source| FileFault::Unusable { path: path.to_owned(), source })
}

/// What the file holds, which is there.
pub(super) fn load(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    let failed = |source| FileFault::Unusable { path: path.to_owned(), source };
    refuse_exposed(path, others_may_open)?;
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
fn refuse_exposed(path: &Path, exposed: fn(u32, u32) -> bool) -> Result<(), FileFault> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::metadata(path);
    let found = found.map_err(|source| FileFault::Unusable { path: path.to_owned(), source })?;
    if exposed(found.mode(), found.uid()) {
        return Err(Exposed(path.to_owned()).into());
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: fn(u32, u32) -> bool) -> Result<(), FileFault> {
    Ok(())
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
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
        assert!(matches!(load(&path, ""), Err(FileFault::Exposed(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_change_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        make_folder(&keys).unwrap();
        for mode in [0o770, 0o777, 0o702] {
            fs::set_permissions(&keys, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(make_folder(&keys), Err(FileFault::Exposed(_))), "{mode:o}");
        }
    }

    #[test]
    fn old_drafts_are_removed_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let ours = [
            "signing.ES256.0.4711.tmp",
            "signing.RS256.1790000000.1.tmp",
            "receipts.ES256.0.4711.tmp",
            "digest.4711.tmp",
        ];
        let others = [
            "signing.ES256.0.jwk",
            "digest.keys",
            "notes.tmp",
            "digest.tmp",
            "signing.ES256.0.tmp",
            "signing.ES256.0.4711x.tmp",
            "digest.4711.tmp.bak",
        ];
        for name in ours.iter().chain(&others) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join("digest.1.tmp")).unwrap();
        let written = fs::metadata(folder.path().join(ours[0])).unwrap().modified().unwrap();
        let written = written.duration_since(UNIX_EPOCH).unwrap().as_secs();
        let later = |seconds| Timestamp::from_unix(i64::try_from(written).unwrap() + seconds);
        let left = || fs::read_dir(folder.path()).unwrap().count();
        for young in [0, 50, -3600] {
            remove_old_drafts(folder.path(), later(young)).unwrap();
            assert_eq!(left(), ours.len() + others.len() + 1, "{young}");
        }
        remove_old_drafts(folder.path(), later(70)).unwrap();
        assert_eq!(left(), others.len() + 1);
        assert!(others.iter().all(|name| folder.path().join(name).exists()));
        remove_old_drafts(&folder.path().join("not there"), later(70)).unwrap();
    }
}
