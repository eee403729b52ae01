//! The JSON Schema of the file, and what else is made of the types behind it.

use std::fs;

use serde_json::Value as Json;

use super::*;

const COMMITTED: &str = "fixtures/config/schema.json";

#[test]
fn the_committed_schema_is_that_of_the_program() {
    let made = format!("{}\n", serde_json::to_string_pretty(schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(COMMITTED, &made).unwrap();
    }
    let committed = fs::read_to_string(COMMITTED).unwrap();
    assert!(committed == made, "run UPDATE_SCHEMA=1 cargo test --lib config::tests::schema");
}

fn as_json(text: &str) -> Json {
    serde_json::to_value(toml::from_str::<Table>(text).unwrap()).unwrap()
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::options().build(schema()).unwrap()
}

/// Every table in `value`, by its JSON Pointer.
fn tables(value: &Json, pointer: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            found.push(pointer.to_owned());
            members.iter().for_each(|(key, value)| tables(value, &format!("{pointer}/{key}"), found));
        }
        Json::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| tables(item, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn the_reference_fits_the_schema_and_no_key_can_be_added_anywhere() {
    let validator = validator();
    let full = as_json(FULL);
    let faults: Vec<String> =
        validator.iter_errors(&full).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(validator.is_valid(&as_json(CONTRACT)));
    let mut places = Vec::new();
    tables(&full, "", &mut places);
    assert!(places.len() > 30, "{places:?}");
    // Names of claims are the operator's to choose.
    for place in places.into_iter().filter(|place| !place.ends_with("/standard_claims")) {
        let mut more = full.clone();
        more.pointer_mut(&place).unwrap()["nobody_knows_this"] = true.into();
        assert!(!validator.is_valid(&more), "{place}");
    }
    for wrong in ["listen = 8080", "[device]\nuserCodeLength = \"8\"", "clients = [{ client_id = 7 }]"] {
        assert!(!validator.is_valid(&as_json(wrong)), "{wrong}");
    }
}

/// Every default that the schema states, with its path.
fn defaults(schema: &Json, path: &str, found: &mut Vec<(String, Value)>) {
    if let Some(default) = schema.get("default") {
        found.push((path.to_owned(), Value::try_from(default).unwrap()));
    }
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let inside = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        defaults(property, &inside, found);
    }
    if let Some(items) = schema.get("items") {
        defaults(items, &format!("{path}[0]"), found);
    }
}

#[test]
fn every_default_that_the_schema_states_is_what_the_program_takes() {
    let mut stated = Vec::new();
    defaults(schema(), "", &mut stated);
    for key in ["listen", "storage.url", "device.proximity", "tokens.lifetime", "clients[0].cross_device"] {
        assert!(stated.iter().any(|(path, _)| path == key), "{key} has no default");
    }
    for (key, default) in stated {
        let [said, silent] = [Some(default), None].map(|value| load(&with(&key, value)).unwrap());
        assert_eq!(format!("{said:?}"), format!("{silent:?}"), "{key}");
    }
}

#[test]
fn a_slip_of_the_hand_is_understood_in_every_table() {
    for (path, key, meant) in [
        ("", "lisetn", "listen"),
        ("wallets[0].dc_api", "respnse_mode", "response_mode"),
        ("wallets[0].signing", "kye_id", "key_id"),
        ("credentials[0].trust", "x5c_root", "x5c_roots"),
        ("scopes[0].rules[0]", "fieldOperater", "fieldOperator"),
        ("clients[0].device", "userCodeLenght", "userCodeLength"),
        ("clients[0].tokens", "lifetme", "lifetime"),
        ("status_lists", "oldset", "oldest"),
    ] {
        let key = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let found = load(&with(&key, Some("x".into()))).unwrap_err().to_string();
        let expected = format!("{key}: is not a known key; did you mean `{meant}`?");
        assert!(found.lines().any(|line| line == expected), "{found}");
    }
    let mut trust: Table =
        toml::from_str("trust = [{ jwks_uri = \"https://a.example\" }, { x5c_root = 1 }]").unwrap();
    let found = load(&with("credentials[0].trust", trust.remove("trust"))).unwrap_err().to_string();
    assert!(found.contains("trust[1].x5c_root: is not a known key; did you mean `x5c_roots`?"), "{found}");
}
