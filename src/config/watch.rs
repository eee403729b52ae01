//! Whether the files of a configuration have changed: by a look at them now and then, which also sees what a
//! container's platform exchanges behind a link.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is seen of a file without reading it; nothing where there is none.
type Stamp = Option<(SystemTime, u64, u64)>;

/// Files, as they were just before they were read, and as they were at the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileWatch {
    read: BTreeMap<PathBuf, Stamp>,
    seen: BTreeMap<PathBuf, Stamp>,
}

impl FileWatch {
    /// Looks at one more, which is about to be read.
    pub(super) fn add(&mut self, file: PathBuf) {
        let stamp = stamp(&file);
        self.seen.insert(file.clone(), stamp);
        self.read.entry(file).or_insert(stamp);
    }

    /// Those of another.
    pub(super) fn join(&mut self, other: Self) {
        self.read.extend(other.read);
        self.seen.extend(other.seen);
    }

    /// Looks again. Whether something has changed since they were read, and nothing since the last look: who writes a
    /// file is left time to finish.
    pub fn has_changed(&mut self) -> bool {
        let now = self.read.keys().map(|file| (file.clone(), stamp(file))).collect();
        let at_rest = self.seen == now;
        self.seen = now;
        at_rest && self.seen != self.read
    }
}

/// Of what a link leads to.
fn stamp(file: &Path) -> Stamp {
    let found = fs::metadata(file).ok()?;
    Some((found.modified().ok()?, found.len(), number(&found)))
}

#[cfg(unix)]
fn number(found: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch<const N: usize>(files: [PathBuf; N]) -> FileWatch {
        let mut watch = FileWatch::default();
        files.into_iter().for_each(|file| watch.add(file));
        watch
    }

    #[test]
    fn a_change_counts_when_it_has_come_to_rest() {
        let folder = tempfile::tempdir().unwrap();
        let (file, gone) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        fs::write(&file, "1").unwrap();
        let mut watched = watch([file.clone(), gone.clone()]);
        assert!(!watched.has_changed());
        fs::write(&file, "12").unwrap();
        assert!(!watched.has_changed(), "perhaps somebody is still writing");
        fs::write(&file, "123").unwrap();
        assert!(!watched.has_changed());
        assert!(watched.has_changed());
        let mut watched = watch([file, gone.clone()]);
        assert!(!watched.has_changed());
        fs::write(&gone, "now it is there").unwrap();
        assert!([watched.has_changed(), watched.has_changed()] == [false, true]);
        fs::remove_file(gone).unwrap();
        assert!(
            [watched.has_changed(), watched.has_changed(), watched.has_changed()] == [false, false, false]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_exchanged_behind_a_link_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["one", "two"] {
            fs::create_dir(folder.path().join(version)).unwrap();
            fs::write(folder.path().join(version).join("vpgate.toml"), "same").unwrap();
        }
        let link = |to: &str| {
            std::os::unix::fs::symlink(to, folder.path().join("new")).unwrap();
            fs::rename(folder.path().join("new"), folder.path().join("data")).unwrap();
        };
        link("one");
        let mut watched = watch([folder.path().join("data/vpgate.toml")]);
        assert!(!watched.has_changed());
        link("two");
        assert!([watched.has_changed(), watched.has_changed()] == [false, true]);
    }
}
