//! A linter and two generators of others: what they say of the document, and what they make of it. Each must
//! find every operation and every type.
//!
//! Needs node 20 or newer, npm and python3 with venv (`apt-get install nodejs npm python3-venv`). Where one
//! is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure. What is
//! installed is pinned, and kept in the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::openapi::{committed, document, equipment, operations, run_in};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/openapi");

#[test]
fn redocly_finds_nothing() {
    let Some(_) = found("redocly", node()) else { return };
    let said = run(tool("redocly").arg("lint").arg(committed()).args(["--config", "redocly.yaml"]));
    assert!(!said.contains("You have"), "{said}");
}

#[test]
fn spectral_finds_nothing() {
    let Some(_) = found("spectral", node()) else { return };
    let quiet = ["--ruleset", "spectral.yaml", "--fail-severity", "hint"];
    run(tool("spectral").arg("lint").arg(committed()).args(quiet));
}

#[test]
fn openapi_typescript_makes_types_that_compile_with_every_operation_and_schema() {
    let Some(_) = found("openapi-typescript", node()) else { return };
    let made = made("typescript");
    run(tool("openapi-typescript").arg(committed()).arg("-o").arg(made.join("schema.d.ts")));
    let document = document();
    let mut uses = "import type { components, operations } from \"./schema\";\n".to_owned();
    for (at, name) in operation_names(&document).iter().enumerate() {
        uses += &format!("export type Operation{at} = operations[\"{name}\"][\"responses\"];\n");
    }
    for (at, name) in document["components"]["schemas"].as_object().unwrap().keys().enumerate() {
        uses += &format!("export type Schema{at} = components[\"schemas\"][\"{name}\"];\n");
    }
    // As a relying party would write it, with a type of transaction data that only the operator knows.
    uses += "export const registered: components[\"schemas\"][\"BeginPresentation\"] = { scope: \"s\", \
             redirect_uri: \"https://shop.example.com\", transaction_data: [{ type: \"urn:example:loan:v1\", \
             credential_ids: [\"pid\"], loan: { rate: 1 } }] };\n";
    fs::write(made.join("uses.ts"), uses).unwrap();
    run(tool("tsc").args(["--strict", "--noEmit"]).arg(made.join("uses.ts")));
}

#[test]
fn openapi_python_client_makes_a_client_with_every_operation_and_schema_and_warns_of_nothing() {
    let python = equipment::python("openapi", &Path::new(HERE).join("requirements.txt"));
    let Some(python) = found("openapi-python-client", python) else { return };
    let made = made("python");
    let client = made.join("vpgate_client");
    run(Command::new(&python)
        .args(["-m", "openapi_python_client", "generate", "--overwrite", "--fail-on-warning"])
        .args(["--meta", "none", "--config", "python-client.yaml", "--path"])
        .arg(committed())
        .arg("--output-path")
        .arg(&client));
    let document = document();
    // A type that is one of several others is written as these, without a name of its own.
    let schemas = document["components"]["schemas"].as_object().unwrap().iter();
    let named = schemas.filter(|(_, it)| it.get("anyOf").or(it.get("oneOf")).is_none());
    let named: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
    let expected = serde_json::json!({ "operations": operation_names(&document), "schemas": named });
    fs::write(made.join("expected.json"), expected.to_string()).unwrap();
    run(Command::new(&python).arg("python-client.py").arg(&made).env("PYTHONDONTWRITEBYTECODE", "1"));
}

fn operation_names(document: &Value) -> Vec<&str> {
    operations(document).map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect()
}

fn node() -> Result<PathBuf, String> {
    equipment::node(Path::new(HERE))
}

fn found(tool: &str, equipment: Result<PathBuf, String>) -> Option<PathBuf> {
    equipment::found(&format!("openapi, {tool}"), equipment)
}

/// One that npm installed.
fn tool(name: &str) -> Command {
    let mut tool = Command::new(Path::new(HERE).join("node_modules/.bin").join(name));
    // Nobody is told, and nobody is asked.
    tool.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    tool
}

/// An empty folder for what a tool makes.
fn made(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi").join(name);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(tool: &mut Command) -> String {
    run_in(Path::new(HERE), tool)
}
