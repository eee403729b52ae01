//! The committed OpenAPI document: it is the one that the code makes, it is valid, and tools of others can use
//! it. `UPDATE_OPENAPI=1 cargo test --test interop openapi` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use vpgate_test_support::equipment;
mod examples;
mod generated;
pub mod service;
mod tools;
mod valid;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[test]
fn the_document_in_the_repository_is_the_one_the_code_makes() {
    let path = committed();
    let made = vpgate::http::openapi_yaml();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == committed,
        "openapi/openapi.yaml is not what the code makes: run UPDATE_OPENAPI=1 cargo test --test interop openapi, \
         and read the difference"
    );
}

#[test]
fn the_document_is_deterministic() {
    assert_eq!(vpgate::http::openapi_yaml(), vpgate::http::openapi_yaml());
}

/// Where the document is.
fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.yaml")
}

/// What the code makes, read strictly.
fn document() -> Value {
    valid::parse(&vpgate::http::openapi_yaml()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_serves_the_document_in_both_forms_at_its_own_address() {
    let service = service::start();
    let mut expected = document();
    expected["servers"][0]["url"] = service.address.as_str().into();
    let yaml = service::served(&service, "/openapi.yaml").await;
    assert_eq!(valid::parse(&yaml).unwrap(), expected);
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    assert_eq!(json(service::served(&service, "/openapi.json").await), expected);
    expected["openapi"] = "3.0.3".into();
    expected.as_object_mut().unwrap().shift_remove("webhooks").unwrap();
    assert_eq!(json(service::served(&service, "/openapi.json?version=3.0").await), expected);
}

/// Runs a tool in a folder to a good end; all that it said.
pub fn run_in(folder: &Path, tool: &mut Command) -> String {
    let told = tool.current_dir(folder).output().unwrap();
    let said = [told.stdout, told.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(told.status.success(), "{tool:?} says:\n{said}");
    said
}

/// Every operation, with its path and method.
fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}
