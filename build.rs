//! Which commit `vpgate --version` names: that of the checkout, in builds for production. A developer's build names none, so
//! that no commit makes it stale.

use std::env;
use std::process::Command;

/// Names the commit where there is no checkout, as in sources that were packed.
const GIVEN: &str = "VPGATE_COMMIT";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={GIVEN}");
    let built = match env::var("PROFILE").as_deref() {
        Ok("release") => production(),
        _ => "development build".to_owned(),
    };
    println!("cargo:rustc-env=VPGATE_BUILD={built}");
}

fn production() -> String {
    if let Some(commit) = env::var(GIVEN).ok().filter(|commit| !commit.is_empty()) {
        return format!("commit {commit}");
    }
    // A commit moves the first, a change of the sources the others.
    let head = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    for path in head.iter().map(String::as_str).chain(["src", "core", "Cargo.lock"]) {
        println!("cargo:rerun-if-changed={path}");
    }
    // The checkout around packed sources is somebody else's.
    let ours = git(&["ls-files", "--error-unmatch", "Cargo.toml"]);
    let commit = ours
        .and_then(|_| git(&["describe", "--always", "--exclude=*", "--abbrev=12", "--dirty= with changes"]));
    commit.map_or_else(|| "commit unknown: built without git".to_owned(), |commit| format!("commit {commit}"))
}

/// What it says; `None` without git, and outside of a checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let asked = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(asked.stdout).ok()?.trim().to_owned();
    (asked.status.success() && !said.is_empty()).then_some(said)
}
