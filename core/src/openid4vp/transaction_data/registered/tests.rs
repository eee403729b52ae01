use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::openid4vp::testing::in_english;

const KIND: &str = "urn:example:loan:v1";
const SCHEMA: &str = include_str!("../../../../../fixtures/config/loan.schema.json");

fn types() -> TransactionTypes {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    TransactionTypes::default().with(KIND, "Loan agreement", &schema).unwrap()
}

fn loan() -> Value {
    json!({"type": KIND, "credential_ids": ["id"], "payload": {
        "lender": "First Bank", "amount": 1250.5, "currency": "USD", "guarantors": ["Ann", "Bo"], "secured": false}})
}

fn with(pointer: &str, value: &Value) -> Value {
    let mut object = loan();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    object.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    object
}

#[test]
fn req_13_24_an_object_of_a_registered_type_is_sent_as_it_was_given() {
    let data = types().from_json(&loan()).unwrap();
    assert_eq!((data.kind(), data.object()), (KIND, &loan()));
    let text = String::from_utf8(base64url::decode(data.encoded()).unwrap()).unwrap();
    assert_eq!(text, loan().to_string());
    assert_eq!(types().as_sent(&json!(data.encoded()).to_string()).unwrap(), data);
    let row = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<TransactionData>(&row).unwrap(), data);
}

#[test]
fn req_1_84_what_the_schema_does_not_allow_is_not_sent() {
    for (pointer, value) in [
        ("/payload/amount", json!("1250.5")),
        ("/payload/amount", json!(0)),
        ("/payload/currency", json!("usd")),
        ("/payload/guarantors", json!(["a", "b", "c", "d", "e"])),
        ("/payload/months", json!(1.5)),
        ("/payload/note", json!("a member that the schema does not know")),
    ] {
        let object = with(pointer, &value);
        let fault = types().from_json(&object).unwrap_err();
        assert!(pointer.starts_with(&fault.pointer), "{fault}");
        let sent = json!(base64url::encode(object.to_string()));
        assert_eq!(types().as_sent(&sent.to_string()).unwrap_err(), fault);
    }
    let mut missing = loan();
    missing["payload"].as_object_mut().unwrap().shift_remove("lender");
    assert_eq!(types().from_json(&missing).unwrap_err().pointer, "/payload");
}

#[test]
fn a_fault_names_no_value() {
    let fault = types().from_json(&with("/payload/currency", &json!("secret"))).unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

#[test]
fn req_13_24_a_type_that_is_not_registered_is_refused() {
    let fault = TransactionTypes::default().from_json(&loan()).unwrap_err();
    assert_eq!(fault.pointer, "/type");
    let sent = json!(base64url::encode(loan().to_string()));
    assert_eq!(TransactionTypes::default().as_sent(&sent.to_string()).unwrap_err(), fault);
    assert_eq!(types().from_json(&with("/type", &json!("urn:example:loan:v2"))).unwrap_err(), fault);
}

#[test]
fn req_1_80_the_envelope_is_checked_whatever_the_schema_says() {
    let anything = TransactionTypes::default().with(KIND, "Anything", &json!(true)).unwrap();
    assert!(anything.from_json(&json!({"type": KIND, "credential_ids": ["id"], "flat": 1})).is_ok());
    for (wrong, pointer) in [
        (json!({"type": KIND, "flat": 1}), "/credential_ids"),
        (json!({"type": KIND, "credential_ids": []}), "/credential_ids"),
        (
            json!({"type": KIND, "credential_ids": ["id"], "transaction_data_hashes_alg": ["md5"]}),
            "/transaction_data_hashes_alg/0",
        ),
        (json!({"type": KIND, "credential_ids": ["id"], "a": {"b": "\u{202e}"}}), "/a/b"),
        (json!({"type": KIND, "credential_ids": ["id"], "a\u{202e}": 1}), "/a\u{202e}"),
    ] {
        assert_eq!(anything.from_json(&wrong).unwrap_err().pointer, pointer);
    }
}

#[test]
fn people_read_every_member_in_order() {
    let data = types().from_json(&loan()).unwrap();
    let (title, lines) = in_english(&types().details(&data));
    assert_eq!(title, "Loan agreement");
    assert_eq!(
        lines,
        [
            "lender: First Bank",
            "amount: 1250.5",
            "currency: USD",
            "guarantors / 1: Ann",
            "guarantors / 2: Bo",
            "secured: no"
        ]
    );
    let forgotten = in_english(&TransactionTypes::default().details(&data));
    assert_eq!(forgotten.0, KIND, "a type that is no longer registered is still shown");
}

#[test]
fn a_type_is_registered_once_with_a_usable_schema() {
    let schema = json!({"type": "object"});
    let fault = |kind: &str, title: &str, schema: &Value| types().with(kind, title, schema).unwrap_err();
    assert_eq!(fault(KIND, "Again", &schema), TypeFault::Known);
    assert_eq!(fault("urn:proof:params:vc:transaction-data:session-data", "Mine", &schema), TypeFault::Known);
    assert_eq!(fault("", "None", &schema), TypeFault::Type);
    assert_eq!(fault("urn:a", " ", &schema), TypeFault::Title);
    for unusable in [
        json!({"type": "objekt"}),
        json!(7),
        json!({"$ref": "https://schemas.example/other.json"}),
        json!({"$ref": "file:///etc/passwd"}),
        json!({"properties": {"a": {"pattern": "("}}}),
    ] {
        assert!(matches!(fault("urn:a", "A", &unusable), TypeFault::Schema(_)), "{unusable}");
    }
}

#[test]
fn numbers_of_a_registered_type_are_sent_as_they_were_given() {
    let types = TransactionTypes::default().with("urn:example:any", "Any", &json!({})).unwrap();
    let text =
        r#"{"type":"urn:example:any","credential_ids":["id"],"payload":{"a":12.10,"b":[1.0,2e1],"c":-0.50}}"#;
    let data = types.from_text(text).unwrap();
    assert_eq!(data.text(), text);
    assert_eq!(types.as_sent(&json!(data.encoded()).to_string()).unwrap().text(), text);
    let spaced = text.replace(':', " : ").replace("urn : example : any", "urn:example:any");
    assert_eq!(types.from_text(&spaced).unwrap().text(), text);
}
