//! Queries for ISO mdoc (OpenID4VP 1.0 sections 7.2, B.2.3, B.2.4).

use super::*;

const NAMESPACE: &str = "org.iso.18013.5.1";

/// A driving licence, or a PID as one of the two formats.
fn licence() -> Value {
    json!({"credentials": [
        {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}, "claims": [
            {"id": "age", "path": [NAMESPACE, "age_over_18"], "values": [true], "intent_to_retain": false},
            {"id": "name", "path": [NAMESPACE, "family.name"], "intent_to_retain": true}],
            "claim_sets": [["age", "name"], ["age"]],
            "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]},
        {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:eudi:pid:1"]},
            "claims": [{"path": ["age_equal_or_over", "18"]}]}],
        "credential_sets": [{"options": [["pid"], ["mdl"]]}]})
}

fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut query = licence();
    let (outer, name) = pointer.rsplit_once('/').unwrap();
    match (query.pointer_mut(outer).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.remove(name)),
        _ => panic!("{pointer}"),
    }
    query
}

#[test]
fn req_14_10_req_14_11_req_14_12_an_mdoc_is_asked_for_and_written_as_it_was_read() {
    let query = Query::from_json(&licence()).unwrap();
    assert_eq!(query.to_json(), licence());
    let asked = query.credential("mdl").unwrap();
    assert_eq!(asked.meta, Meta::mdoc("org.iso.18013.5.1.mDL".to_owned()));
    assert_eq!(asked.claims[1].path.elements().len(), 2, "dots are part of a name");
    assert_eq!(
        asked.claims.iter().map(|it| it.intent_to_retain).collect::<Vec<_>>(),
        [Some(false), Some(true)]
    );
    let silent = Query::from_json(&with("/credentials/0/claims/0/intent_to_retain", None)).unwrap();
    assert_eq!(silent.credentials()[0].claims[0].intent_to_retain, None);
    let people = ["age_over_18", "family.name", "age_equal_or_over.18"];
    assert_eq!(query.claims(), people, "people read the element, not its namespace");
    assert_eq!(query.formats(), [CredentialFormat::SdJwtVc, CredentialFormat::MsoMdoc]);
}

#[test]
fn req_14_10_the_document_type_is_one_text_and_no_format_takes_the_other_s_types() {
    for (pointer, value) in [
        ("/credentials/0/meta/doctype_value", None),
        ("/credentials/0/meta/doctype_value", Some(json!(""))),
        ("/credentials/0/meta/doctype_value", Some(json!(["org.iso.18013.5.1.mDL"]))),
        ("/credentials/0/meta/doctype_value", Some(json!("x".repeat(1025)))),
        ("/credentials/0/meta/vct_values", Some(json!(["urn:eudi:pid:1"]))),
        ("/credentials/1/meta/doctype_value", Some(json!("org.iso.18013.5.1.mDL"))),
    ] {
        assert_eq!(refused_at(&with(pointer, value.clone())), pointer, "{value:?}");
    }
    assert_eq!(
        refused_at(&with("/credentials/0/meta", Some(json!({})))),
        "/credentials/0/meta/doctype_value"
    );
}

#[test]
fn req_14_11_a_path_is_the_namespace_and_the_element() {
    for wrong in [
        json!([NAMESPACE]),
        json!([NAMESPACE, "driving_privileges", "codes"]),
        json!([NAMESPACE, null]),
        json!([NAMESPACE, 0]),
    ] {
        let query = with("/credentials/0/claims/0/path", Some(wrong.clone()));
        assert_eq!(refused_at(&query), "/credentials/0/claims/0/path", "{wrong}");
    }
    let root = with("/credentials/0/claims/0/path", Some(json!([null, "age_over_18"])));
    assert_eq!(refused_at(&root), "/credentials/0/claims/0/path/0");
}

#[test]
fn req_14_12_intent_to_retain_is_a_boolean_and_of_mdocs_alone() {
    for (pointer, value) in [
        ("/credentials/0/claims/0/intent_to_retain", json!("no")),
        ("/credentials/0/claims/0/intent_to_retain", json!(null)),
        ("/credentials/1/claims/0/intent_to_retain", json!(false)),
    ] {
        assert_eq!(refused_at(&with(pointer, Some(value.clone()))), pointer, "{value}");
    }
}

#[test]
fn an_mdoc_is_never_asked_for_without_its_device() {
    let at = "/credentials/0/require_cryptographic_holder_binding";
    assert_eq!(refused_at(&with(at, Some(json!(false)))), at);
    assert!(Query::from_json(&with(at, Some(json!(true)))).is_ok());
}

#[test]
fn req_14_15_authorities_are_at_most_32() {
    let at = "/credentials/0/trusted_authorities/0/values";
    let values = |count: usize| Some(json!(vec!["s9tIpPmhxdiuNkHMEWNpYim8S8Y"; count]));
    assert!(Query::from_json(&with(at, values(32))).is_ok());
    assert_eq!(refused_at(&with(at, values(33))), at);
}
