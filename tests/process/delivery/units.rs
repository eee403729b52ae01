//! The units of systemd: it understands them, they let the service do no more than it must, and the template is the unit.

use std::fs;
use std::process::Command;

use super::{at, ran, said, told};
use vpgate_test_support::equipment::{found, programs};

/// A tenth of what `systemd-analyze` calls exposure: from 0 (nothing is let through) to 100.
const EXPOSURE: &str = "11";

fn systemd() -> Option<()> {
    found("units of systemd", programs(&[("systemd-analyze", "systemd")]))
}

#[test]
fn the_units_are_as_closed_as_the_book_says() {
    let Some(()) = systemd() else { return };
    for unit in ["vpgate.service", "vpgate@.service"] {
        let output = ran(Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE])
            .arg(at("deploy/systemd").join(unit)));
        let figures = told(&output);
        assert!(output.status.success(), "{unit}: {figures}");
        let overall = figures.lines().find(|line| line.contains("Overall exposure level")).unwrap();
        let figure = overall.rsplit(": ").next().unwrap().split(' ').next().unwrap();
        let page = fs::read_to_string(at("docs/systemd.md")).unwrap();
        assert!(page.contains(&format!("exposure level {figure}")), "docs/systemd.md does not say {figure}");
    }
}

#[test]
fn systemd_understands_the_units() {
    let Some(()) = systemd() else { return };
    let folder = tempfile::tempdir().unwrap();
    for unit in ["vpgate.service", "vpgate@.service"] {
        let text = fs::read_to_string(at("deploy/systemd").join(unit)).unwrap();
        // The program and its manual page are not installed here.
        let text = text.replace("=/usr/bin/vpgate ", &format!("={} ", env!("CARGO_BIN_EXE_vpgate")));
        let path = folder.path().join(unit);
        fs::write(&path, text.replace("Documentation=man:vpgate(1)\n", "")).unwrap();
        let output = ran(Command::new("systemd-analyze").arg("verify").arg(&path));
        assert!(output.status.success(), "{unit}: {}", told(&output));
        let complaints = told(&output).lines().filter(|line| line.contains(unit)).count();
        assert_eq!(complaints, 0, "{}", told(&output));
    }
}

#[test]
fn the_template_is_the_unit_for_one_of_many() {
    let unit = fs::read_to_string(at("deploy/systemd/vpgate.service")).unwrap();
    let template = unit
        .replace("vpgate, an OpenID4VP verifier and OAuth authorization server", "vpgate for %i")
        .replace("/etc/vpgate/", "/etc/vpgate/%i/")
        .replace("/default/vpgate\n", "/default/vpgate-%i\n")
        .replace("User=vpgate\n", "User=vpgate-%i\n")
        .replace("Group=vpgate\n", "Group=vpgate-%i\n")
        .replace("StateDirectory=vpgate\n", "StateDirectory=vpgate-%i\n")
        .replace("/var/lib/vpgate\n", "/var/lib/vpgate-%i\n");
    assert_eq!(template, fs::read_to_string(at("deploy/systemd/vpgate@.service")).unwrap());
}

/// As docs/systemd.md says: a user for each.
#[test]
fn a_user_for_one_of_many_is_made_by_one_line() {
    let Some(()) = found("users of units", programs(&[("systemd-sysusers", "systemd")])) else { return };
    let page = fs::read_to_string(at("docs/systemd.md")).unwrap();
    let line = page.lines().find_map(|line| line.trim().strip_prefix("systemd-sysusers --inline ")).unwrap();
    let line = line.trim_matches('\'');
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("etc")).unwrap();
    said(Command::new("systemd-sysusers").arg("--root").arg(root.path()).args(["--inline", line]));
    let users = fs::read_to_string(root.path().join("etc/passwd")).unwrap();
    assert!(users.starts_with("vpgate-acme:x:"), "{users}");
}
