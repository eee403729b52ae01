//! What scripts and other people's tools need: found, or installed into the checkout as it was pinned.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Several tests need the same, and only one of them installs it.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Node.js. What the `package-lock.json` in `folder` pins is in its `node_modules`.
pub fn node(folder: &Path) -> Result<PathBuf, String> {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    for tool in ["node", "npm"] {
        runs(tool, &["--version"])
            .map_err(|()| format!("{tool} does not run; apt-get install nodejs npm"))?;
    }
    let (wanted, finished) = (folder.join("package-lock.json"), folder.join("node_modules/installed.json"));
    if same(&wanted, &finished) {
        return Ok("node".into());
    }
    let install = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).status();
    if !install.is_ok_and(|status| status.success()) {
        return Err(format!("npm ci failed in {}", folder.display()));
    }
    std::fs::copy(&wanted, &finished).map_err(|fault| fault.to_string())?;
    Ok("node".into())
}

/// The Python of a virtual environment in `target`, with what the file `requirements` pins in it.
pub fn python(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let place = crate::root().join(format!("target/{name}-python"));
    let (python, finished) = (place.join("bin/python"), place.join("installed.txt"));
    if same(requirements, &finished) {
        return Ok(python);
    }
    let text = |path: &Path| path.display().to_string();
    runs("python3", &["-m", "venv", "--clear", &text(&place)])
        .map_err(|()| "python3 -m venv does not run; apt-get install python3-venv".to_owned())?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    runs(&text(&python), &[&pip[..], &[&text(requirements)]].concat())
        .map_err(|()| format!("pip install failed for {}", requirements.display()))?;
    // Only now: one that was interrupted is made again.
    std::fs::copy(requirements, &finished).map_err(|fault| fault.to_string())?;
    Ok(python)
}

/// The program of the Go module in `folder`, built in `target`.
pub fn go(name: &str, folder: &Path) -> Result<PathBuf, String> {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    runs("go", &["version"]).map_err(|()| "go does not run; apt-get install golang-go".to_owned())?;
    let program = crate::root().join(format!("target/{name}-go"));
    let mut build = Command::new("go");
    build.args(["build", "-mod=readonly", "-o"]).arg(&program).arg(".").current_dir(folder);
    built(&mut build, folder).map(|()| program)
}

/// The program of the Rust package in `folder`, which is none of the workspace, built in `target`.
pub fn rust(name: &str, folder: &Path) -> Result<PathBuf, String> {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let target = crate::root().join(format!("target/{name}-rust"));
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--locked", "--target-dir"]).arg(&target).current_dir(folder);
    built(&mut build, folder).map(|()| target.join(format!("debug/vpgate-{name}-tests")))
}

/// Programs, each with the package of Debian that it comes with.
pub fn programs(wanted: &[(&str, &str)]) -> Result<(), String> {
    let there = |program: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        program.starts_with('/') && Path::new(program).exists()
            || std::env::split_paths(&path).any(|folder| folder.join(program).exists())
    };
    match wanted.iter().find(|(program, _)| !there(program)) {
        Some((program, package)) => Err(format!("no {program}; apt-get install {package}")),
        None => Ok(()),
    }
}

fn built(build: &mut Command, folder: &Path) -> Result<(), String> {
    let done = build.status().is_ok_and(|status| status.success());
    if done { Ok(()) } else { Err(format!("the program in {} was not built", folder.display())) }
}

/// `None` when the test that wants it is skipped, which is said.
pub fn found<Equipment>(what: &str, equipment: Result<Equipment, String>) -> Option<Equipment> {
    let missing = match equipment {
        Ok(found) => return Some(found),
        Err(missing) => missing,
    };
    assert!(std::env::var_os("VPGATE_REQUIRE_CLIENTS").is_none_or(|it| it != "1"), "{missing}");
    skip(what, &missing);
    None
}

/// Says that a test is left out. Past the capture of the test harness: it must not look like one that ran.
pub fn skip(what: &str, missing: &str) {
    std::io::stderr().write_all(format!("SKIP {what}: {missing}\n").as_bytes()).unwrap();
}

fn same(wanted: &Path, finished: &Path) -> bool {
    std::fs::read(finished).is_ok_and(|it| std::fs::read(wanted).is_ok_and(|to| it == to))
}

fn runs(program: &str, arguments: &[&str]) -> Result<(), ()> {
    let ran = Command::new(program).args(arguments).stdout(Stdio::null()).status();
    if ran.is_ok_and(|status| status.success()) { Ok(()) } else { Err(()) }
}
