//! What the scripts need: found, or installed into the checkout as it was pinned.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

pub const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Looked for once: several tests need the same.
static NODE: LazyLock<Result<PathBuf, String>> = LazyLock::new(find_node);
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(find_python);

/// Node.js, with what the scripts import beside them.
pub fn node() -> Result<PathBuf, String> {
    NODE.clone()
}

/// The Python of a virtual environment in `target`, with Authlib in it.
pub fn python() -> Result<PathBuf, String> {
    PYTHON.clone()
}

fn find_node() -> Result<PathBuf, String> {
    for tool in ["node", "npm"] {
        runs(tool, &["--version"])
            .map_err(|()| format!("{tool} does not run; apt-get install nodejs npm"))?;
    }
    let folder = Path::new(HERE).join("node");
    let wanted = ["openid-client", "@openid4vc/openid4vp", "@sd-jwt/sd-jwt-vc"];
    if !wanted.iter().all(|package| folder.join("node_modules").join(package).exists()) {
        let install =
            Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).status();
        if !install.is_ok_and(|status| status.success()) {
            return Err("npm ci failed in tests/clients/node".to_owned());
        }
    }
    Ok("node".into())
}

fn find_python() -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients-python");
    let python = place.join("bin/python");
    let wanted = Path::new(HERE).join("python/requirements.txt");
    let finished = place.join("installed.txt");
    let same =
        std::fs::read(&finished).ok().is_some_and(|it| std::fs::read(&wanted).is_ok_and(|to| it == to));
    if same {
        return Ok(python);
    }
    let text = |path: &Path| path.display().to_string();
    runs("python3", &["-m", "venv", "--clear", &text(&place)])
        .map_err(|()| "python3 -m venv does not run; apt-get install python3-venv".to_owned())?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    runs(&text(&python), &[&pip[..], &[&text(&wanted)]].concat())
        .map_err(|()| "pip install failed for tests/clients/python/requirements.txt".to_owned())?;
    // Only now: one that was interrupted is made again.
    std::fs::copy(&wanted, &finished).map_err(|fault| fault.to_string())?;
    Ok(python)
}

fn runs(program: &str, arguments: &[&str]) -> Result<(), ()> {
    let ran = Command::new(program).args(arguments).stdout(Stdio::null()).status();
    if ran.is_ok_and(|status| status.success()) { Ok(()) } else { Err(()) }
}
