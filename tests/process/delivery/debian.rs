//! The Debian package: built by its script, installed into a folder, updated, removed and purged by dpkg.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{at, is_root, ran, said, told};
use vpgate_test_support::equipment::{found, programs, skip};

/// A system that has nothing but the books of dpkg.
struct System {
    folder: TempDir,
}

impl System {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let books = folder.path().join("var/lib/dpkg");
        for made in ["info", "updates", "triggers"] {
            fs::create_dir_all(books.join(made)).unwrap();
        }
        fs::write(books.join("status"), "").unwrap();
        Self { folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// What dpkg said. Not as root, a name space in which we are.
    fn dpkg(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(if is_root() { "dpkg" } else { "unshare" });
        if !is_root() {
            command.args(["--map-root-user", "dpkg"]);
        }
        // What it depends on is on this system, and not in that folder.
        command.arg("--root").arg(self.folder.path()).args(["--force-script-chrootless", "--force-depends"]);
        let output = ran(command.args(arguments));
        assert!(output.status.success(), "dpkg {arguments:?}: {}", told(&output));
        told(&output)
    }
}

#[test]
fn the_package_is_installed_updated_removed_and_purged() {
    let wanted = [
        ("dpkg-deb", "dpkg"),
        ("strip", "binutils"),
        ("systemd-sysusers", "systemd"),
        ("python3", "python3"),
    ];
    let Some(()) = found("Debian package", programs(&wanted)) else { return };
    if !is_root() && !ran(Command::new("unshare").args(["--map-root-user", "true"])).status.success() {
        return skip("Debian package", "dpkg takes root, or a name space of users");
    }
    let place = tempfile::tempdir().unwrap();
    let package = place.path().join("vpgate.deb");
    said(
        Command::new(at("deploy/debian/build"))
            .args(["--quick", "--program", env!("CARGO_BIN_EXE_vpgate"), "--output"])
            .arg(&package),
    );
    let (system, package) = (System::new(), package.to_str().unwrap());
    let install = ["--install", package];
    system.dpkg(&install);
    is_installed(&system);

    // What the operator wrote stays.
    let (environment, config) = (system.at("etc/default/vpgate"), system.at("etc/vpgate/vpgate.toml"));
    fs::write(&environment, "VPGATE_LOG=debug\n").unwrap();
    fs::write(&config, "mine").unwrap();
    fs::create_dir_all(system.at("var/lib/vpgate/keys")).unwrap();
    system.dpkg(&install);
    system.dpkg(&["--remove", "vpgate"]);
    assert!(
        !system.at("usr/bin/vpgate").exists() && !system.at("usr/lib/systemd/system/vpgate.service").exists()
    );
    assert_eq!(fs::read_to_string(&environment).unwrap(), "VPGATE_LOG=debug\n");
    let warned = system.dpkg(&["--purge", "vpgate"]);
    assert!(!environment.exists(), "a file of the package");
    assert_eq!(fs::read_to_string(&config).unwrap(), "mine");
    assert!(
        system.at("var/lib/vpgate/keys").exists() && warned.contains("var/lib/vpgate is not empty"),
        "{warned}"
    );
}

fn is_installed(system: &System) {
    let version = said(Command::new(system.at("usr/bin/vpgate")).arg("--version"));
    assert_eq!(version.trim(), format!("vpgate {}", vpgate::VERSION));
    let users = fs::read_to_string(system.at("etc/passwd")).unwrap();
    assert!(
        users.lines().any(|line| line.starts_with("vpgate:") && line.contains(":/var/lib/vpgate:")),
        "{users}"
    );
    for path in ["usr/lib/systemd/system/vpgate.service", "usr/lib/systemd/system/vpgate@.service"] {
        let ours = at("deploy/systemd").join(Path::new(path).file_name().unwrap());
        assert_eq!(fs::read(system.at(path)).unwrap(), fs::read(ours).unwrap());
    }
    let page = said(Command::new("zcat").arg(system.at("usr/share/man/man1/vpgate-keys-rotate.1.gz")));
    assert!(page.contains(".TH vpgate-keys-rotate 1"), "{page}");
    let completed = "source \"$0\"; COMP_WORDS=(vpgate che) COMP_CWORD=1; _vpgate vpgate che vpgate; echo \"${COMPREPLY[@]}\"";
    let script = system.at("usr/share/bash-completion/completions/vpgate");
    assert_eq!(said(Command::new("bash").args(["-c", completed]).arg(script)).trim(), "check-config");
}
