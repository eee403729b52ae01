//! Clients that generators of others make from the document that a running service serves: made without a warning,
//! compiled, and driven through the shop's story and the device grant (`examples/clients`).
//!
//! Beside Node.js and Python they need Go 1.26, a JDK (17 or newer) with Maven, and Cargo. Where one is missing the
//! test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure, but for an older Go: Debian has no newer
//! one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::openapi::service::{self, served};
use crate::openapi::{equipment, run_in};

/// Go 1.26 and later: what oapi-codegen is built with.
const GO: u32 = 26;
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/clients");
/// For generators that know no later version.
const BEFORE: &str = "/openapi.json?version=3.0";

#[tokio::test(flavor = "multi_thread")]
async fn typescript_by_openapi_fetch_and_by_hey_api() {
    let folder = folder("typescript");
    let Some(_) = found("TypeScript", equipment::node(&folder)) else { return };
    let service = service::start();
    document(&folder, &served(&service, "/openapi.json").await);
    let tool = |name: &str| Command::new(folder.join("node_modules/.bin").join(name));
    let schema = ["generated/openapi.json", "-o", "generated/schema.d.ts"];
    quietly(&folder, tool("openapi-typescript").args(schema));
    quietly(&folder, &mut tool("openapi-ts"));
    run_in(&folder, &mut tool("tsc"));
    for story in ["openapi-fetch", "hey-api"] {
        let script = format!("generated/js/{story}.js");
        run_in(&folder, Command::new("node").arg(script).arg(&service.address));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python_by_openapi_python_client() {
    let folder = folder("python");
    let python = equipment::python("generated", &folder.join("requirements.txt"));
    let Some(python) = found("Python", python) else { return };
    let service = service::start();
    document(&folder, &served(&service, "/openapi.json").await);
    let generate =
        ["generate", "--overwrite", "--fail-on-warning", "--meta", "none", "--config", "config.yaml"];
    let places = ["--path", "generated/openapi.json", "--output-path", "generated/vpgate_client"];
    quietly(&folder, Command::new(&python).args(["-m", "openapi_python_client"]).args(generate).args(places));
    let mut story = Command::new(&python);
    run_in(&folder, story.arg("shop.py").arg(&service.address).env("PYTHONDONTWRITEBYTECODE", "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn go_by_oapi_codegen() {
    let folder = folder("go");
    let Some(version) = found("Go", go_version()) else { return };
    if version < GO {
        let missing = format!("Go 1.{GO} is needed, and this is 1.{version}");
        equipment::skip("openapi, Go", &missing);
        return;
    }
    let service = service::start();
    document(&folder, &served(&service, "/openapi.json").await);
    let made = ["-generate", "types,client", "-package", "generated", "-o", "generated/vpgate.go"];
    let mut generate = Command::new("go");
    generate.args(["tool", "oapi-codegen"]).args(made).arg("generated/openapi.json");
    quietly(&folder, &mut generate);
    run_in(&folder, Command::new("go").args(["vet", "./..."]));
    run_in(&folder, Command::new("go").args(["run", "."]).arg(&service.address));
}

#[tokio::test(flavor = "multi_thread")]
async fn rust_by_progenitor() {
    let folder = folder("rust");
    let service = service::start();
    let document = document(&folder, &served(&service, BEFORE).await);
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/generated-rust");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--locked", "--quiet", "--target-dir"]).arg(target).arg("--").arg(&service.address);
    // What this build was told is not for that one.
    cargo.env_remove("RUSTFLAGS").env("OPENAPI_DOCUMENT", document);
    quietly(&folder, &mut cargo);
}

#[tokio::test(flavor = "multi_thread")]
async fn java_by_openapi_generator() {
    let folder = folder("java");
    let tools = [("mvn", "maven"), ("javac", "default-jdk-headless")];
    let Some(()) = found("Java", equipment::programs(&tools)) else { return };
    let service = service::start();
    document(&folder, &served(&service, BEFORE).await);
    let mut build = Command::new("mvn");
    build.args(["-B", "-ntp", "compile", "exec:java"]).arg(format!("-Dexec.args={}", service.address));
    let said = run_in(&folder, &mut build);
    // These are about the generator: it looks for names where a map has none, and takes no objects as examples.
    let its_own = ["Failed to get the schema name: null", "Ignoring complex example on request body"];
    let said = its_own.iter().fold(said, |said, it| said.replace(&format!("[WARNING] {it}"), ""));
    no_warning(&build, &said);
}

fn folder(name: &str) -> PathBuf {
    Path::new(CLIENTS).join(name)
}

/// The second number of Go's version.
fn go_version() -> Result<u32, String> {
    let told = Command::new("go").args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local").output();
    let version = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned()).unwrap_or_default();
    let minor = version.split('.').nth(1).and_then(|minor| minor.trim().parse().ok());
    minor.ok_or_else(|| format!("go does not run ({version:?}); apt-get install golang-go"))
}

fn found<Equipment>(language: &str, equipment: Result<Equipment, String>) -> Option<Equipment> {
    equipment::found(&format!("openapi, {language}"), equipment)
}

/// Writes the document where its client is made; what was made before is gone.
fn document(folder: &Path, document: &str) -> PathBuf {
    let generated = folder.join("generated");
    let _absent = fs::remove_dir_all(&generated);
    fs::create_dir_all(&generated).unwrap();
    let path = generated.join("openapi.json");
    fs::write(&path, document).unwrap();
    path
}

/// To a good end, without a warning.
fn quietly(folder: &Path, tool: &mut Command) {
    let said = run_in(folder, tool);
    no_warning(tool, &said);
}

fn no_warning(tool: &Command, said: &str) {
    assert!(!said.to_lowercase().contains("warn"), "{tool:?} says:\n{said}");
}
