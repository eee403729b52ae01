//! A small disk of one's own, to be filled and made read-only.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

/// Gone when it is dropped.
pub struct Disk {
    pub place: PathBuf,
    _folder: tempfile::TempDir,
}

impl Disk {
    /// `None` where this user may not have one, which is said in the name of `what`.
    pub fn small(what: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // Others may go through it, to what is theirs.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let place = folder.path().join("disk");
        fs::create_dir(&place).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs"])
            .arg(&place)
            .output();
        match mount {
            Ok(done) if done.status.success() => Some(Self { place, _folder: folder }),
            done => {
                // Past the capture of the test harness: a skipped test must not look like one that ran.
                let said = format!("SKIP {what}: no disk of one's own can be mounted here ({done:?})\n");
                std::io::stderr().write_all(said.as_bytes()).unwrap();
                None
            }
        }
    }

    pub fn mount_again(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.place).status();
        assert!(done.unwrap().success());
    }

    /// Takes all that is left, with a file that can be removed.
    pub fn fill(&self) -> PathBuf {
        let filler = self.place.join("filler");
        let mut file = fs::File::create(&filler).unwrap();
        let (large, small) = ([0; 4096], [0; 1]);
        while file.write_all(&large).is_ok() {}
        while file.write_all(&small).is_ok() {}
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.place).status());
    }
}
