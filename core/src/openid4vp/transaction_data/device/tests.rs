use super::*;
use crate::openid4vp::testing::{CREDENTIAL, in_english, query};
use crate::openid4vp::transaction_data::{MAX_OBJECT_BYTES, TransactionTypes, TypeFault};

fn television() -> DeviceInSignature<'static> {
    let described = |name, words: &str| RightInSignature { name, description: Some(words.to_owned()) };
    DeviceInSignature {
        client_id: "tv",
        client_name: "Living-room TV",
        device_label: Some("Anna’s bedroom"),
        user_code: "WDJB-MJHT",
        rights: vec![described("basic", "Your name"), RightInSignature { name: "adult", description: None }],
    }
}

fn sent(device: &DeviceInSignature<'_>) -> TransactionData {
    device.transaction(&query(&[CREDENTIAL])).unwrap().unwrap()
}

/// The text of the exact string, as a caller of the offline check has it.
fn received(data: &TransactionData) -> String {
    json!(data.encoded()).to_string()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut object = sent(&television()).object().clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = object.pointer_mut(parent).unwrap();
    match parent.as_array_mut() {
        Some(items) => items[name.parse::<usize>().unwrap()] = value,
        None => drop(parent.as_object_mut().unwrap().insert(name.to_owned(), value)),
    }
    object
}

#[test]
fn req_15_15_the_object_names_client_device_code_and_rights() {
    let data = sent(&television());
    assert_eq!(
        *data.object(),
        json!({
            "type": "urn:vpgate:device_authorization:1", "credential_ids": [CREDENTIAL],
            "payload": {
                "client_id": "tv", "client_name": "Living-room TV", "device_label": "Anna’s bedroom",
                "user_code": "WDJB-MJHT",
                "scopes": [{ "name": "basic", "description": "Your name" }, { "name": "adult" }],
            },
        })
    );
    let types = TransactionTypes::default();
    let (title, lines) = in_english(&types.details(&data));
    assert_eq!(title, "Access for a device: Living-room TV");
    assert_eq!(
        lines,
        [
            "It calls itself: Anna’s bedroom",
            "It shows the code: WDJB-MJHT",
            "It will get: Your name",
            "It will get: adult"
        ]
    );
    assert_eq!(types.as_sent(&received(&data)).unwrap(), data);
    let row = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<TransactionData>(&row).unwrap(), data);
}

#[test]
fn req_15_15_every_credential_with_a_holder_may_carry_it_and_no_other() {
    let two = query(&["a", "b"]);
    assert_eq!(television().transaction(&two).unwrap().unwrap().credential_ids(), ["a", "b"]);
    let unbound = |ids: &[&str]| {
        let mut asked = query(&["a", "b"]).to_json();
        for credential in asked["credentials"].as_array_mut().unwrap() {
            if ids.contains(&credential["id"].as_str().unwrap()) {
                credential["require_cryptographic_holder_binding"] = json!(false);
            }
        }
        Query::from_json(&asked).unwrap()
    };
    let one = television().transaction(&unbound(&["a"])).unwrap().unwrap();
    assert_eq!(one.credential_ids(), ["b"]);
    one.fits(&unbound(&["a"])).unwrap();
    assert_eq!(television().transaction(&unbound(&["a", "b"])).unwrap(), None);
}

#[test]
fn req_15_15_nobody_else_writes_such_an_object_or_registers_the_type() {
    let types = TransactionTypes::default();
    let fault = types.from_json(sent(&television()).object()).unwrap_err();
    assert_eq!(fault.to_string(), "/type: is written by this service alone, for a device that asks");
    let taken = types.with(DEVICE_AUTHORIZATION, "Mine", &json!(true)).unwrap_err();
    assert_eq!(taken, TypeFault::Known);
}

/// What is published and what is read here are one: each refuses what the other refuses.
#[test]
fn req_15_15_the_schema_says_what_is_read() {
    let schema: Value = serde_json::from_str(DEVICE_AUTHORIZATION_SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let long = "a".repeat(257);
    let scope = |name: &str| json!({ "name": name });
    let cases = [
        (true, "/payload/device_label", json!("Kitchen")),
        (true, "/payload/scopes/0", scope("basic")),
        (true, "/payload/user_code", json!("1")),
        (true, "/payload/client_name", json!("ö".repeat(200))),
        (true, "/payload/scopes", json!(vec![scope("a"); 32])),
        (false, "/payload/client_id", json!("")),
        (false, "/payload/client_id", json!(1)),
        (false, "/payload/client_name", json!("ö".repeat(201))),
        (false, "/payload/device_label", json!("a".repeat(65))),
        (false, "/payload/device_label", json!(["Kitchen"])),
        (false, "/payload/user_code", json!("a".repeat(65))),
        (false, "/payload/user_code", Value::Null),
        (false, "/payload/scopes", json!([])),
        (false, "/payload/scopes", json!("basic")),
        (false, "/payload/scopes", json!(vec![scope("a"); 33])),
        (false, "/payload/scopes/0", scope(&long)),
        (false, "/payload/scopes/0", json!("basic")),
        (false, "/payload/scopes/0", json!({ "description": "Your name" })),
        (false, "/payload/scopes/0", json!({ "name": "a", "more": 1 })),
        (false, "/payload/scopes/0/description", json!("a".repeat(201))),
        (false, "/payload/country", json!("DE")),
        (false, "/surprise", json!(1)),
        (false, "/payload", json!("text")),
    ];
    for (good, pointer, value) in cases {
        let object = with(pointer, value);
        assert_eq!(schema.is_valid(&object), good, "schema: {object}");
        assert_eq!(check(&object).is_ok(), good, "{object}: {:?}", check(&object));
    }
    for (member, _) in sent(&television()).object()["payload"].as_object().unwrap() {
        let mut object = sent(&television()).object().clone();
        object["payload"].as_object_mut().unwrap().shift_remove(member);
        assert_eq!(schema.is_valid(&object), check(&object).is_ok(), "without {member}");
        assert_eq!(check(&object).is_ok(), member == "device_label", "without {member}");
    }
}

#[test]
fn req_15_15_long_and_hiding_texts_of_the_configuration_are_cut_and_the_object_stays_short() {
    let name = format!("{}\u{202e}VT", "n".repeat(198));
    let rights = (0..32).map(|_| RightInSignature { name: "basic", description: Some("ö".repeat(5000)) });
    let device = DeviceInSignature {
        client_name: &name,
        rights: rights.collect(),
        device_label: None,
        ..television()
    };
    let data = sent(&device);
    assert!(data.text().len() <= MAX_OBJECT_BYTES);
    let payload = &data.object()["payload"];
    assert_eq!(payload["client_name"], format!("{}VT", "n".repeat(198)));
    assert_eq!(payload["scopes"][31], json!({ "name": "basic" }), "descriptions go first");

    let one = DeviceInSignature { rights: device.rights[..1].to_vec(), ..device };
    assert_eq!(sent(&one).object()["payload"]["scopes"][0]["description"], "ö".repeat(200));
    let nameless = DeviceInSignature { client_name: " ", ..one };
    assert_eq!(nameless.transaction(&query(&[CREDENTIAL])).unwrap_err().pointer, "/payload/client_name");
}
