//! The committed OpenAPI document is the one that the code makes.
//! `UPDATE_OPENAPI=1 cargo test --test openapi` writes it anew.

use std::path::Path;

#[test]
fn the_document_in_the_repository_is_the_one_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.yaml");
    let made = vpgate::http::openapi_yaml();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == committed,
        "openapi/openapi.yaml is not what the code makes: run UPDATE_OPENAPI=1 cargo test --test openapi, \
         and read the difference"
    );
}

#[test]
fn the_document_is_deterministic() {
    assert_eq!(vpgate::http::openapi_yaml(), vpgate::http::openapi_yaml());
}
