mod mdoc;
mod sets;

use proptest::prelude::*;
use serde_json::{from_value, json, to_value};

use super::*;

/// A query over two credentials, both required.
fn full() -> Value {
    json!({"credentials": [
        {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://a.example/pid", "urn:pid"]},
         "claims": [
            {"id": "name", "path": ["family_name"], "values": ["Doe", 7, true]},
            {"path": ["degrees", null, "type"]},
            {"path": ["nationalities", 1]}]},
        {"id": "card-2", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:card"]}}]})
}

/// The full query with the value at `pointer` replaced; `None` takes the member away.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut query = full();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (query.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.shift_remove(name)),
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other:?}"),
    }
    query
}

fn refused_at(query: &Value) -> String {
    Query::from_json(query).unwrap_err().pointer
}

#[test]
fn req_1_60_a_query_goes_out_as_it_came_in() {
    let query = Query::from_json(&full()).unwrap();
    assert_eq!(query.to_json(), full());
    assert_eq!(from_value::<Query>(to_value(&query).unwrap()).unwrap(), query);
    assert_eq!(query.credential("card-2").unwrap().claims, []);
    assert!(query.credential("other").is_none());
}

#[test]
fn a_query_that_was_written_is_read_back_whole_and_checked_again() {
    let mdoc = json!({ "credentials": [{
        "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
        "claims": [{ "path": ["org.iso.18013.5.1", "portrait"], "intent_to_retain": false }],
    }]});
    let deep = with("/credentials/0/claims/0/path", Some(json!(["given_name", null, 0, "x"])));
    for query in [full(), mdoc, deep] {
        let query = Query::from_json(&query).unwrap();
        assert_eq!(serde_json::from_str::<Query>(&query.to_json().to_string()).unwrap(), query);
    }
    for (pointer, value) in [
        ("/credentials/0/format", json!("jwt_vc_json")),
        ("/credentials/0/id", json!("")),
        ("/credentials/0/meta", json!({})),
        ("/credentials/0/claims/0/path", json!([])),
        ("/credentials/0/claims/0/path", json!([-1])),
        ("/credentials", json!([])),
    ] {
        let written = with(pointer, Some(value));
        assert!(from_value::<Query>(written).is_err(), "{pointer}");
    }
}

#[test]
fn req_1_60_unknown_members_are_ignored() {
    for pointer in ["/x", "/credentials/0/x", "/credentials/0/meta/x", "/credentials/0/claims/0/x"] {
        let query = Query::from_json(&with(pointer, Some(json!({"deep": [1]})))).unwrap();
        assert_eq!(query.to_json(), full(), "{pointer}");
    }
}

#[test]
fn req_1_63_defaults_may_be_spelled_out() {
    for (name, default) in [("multiple", false), ("require_cryptographic_holder_binding", true)] {
        let query = with(&format!("/credentials/0/{name}"), Some(json!(default)));
        assert_eq!(Query::from_json(&query).unwrap().to_json(), full());
    }
}

#[test]
fn req_1_60_to_1_72_neighbours_are_refused_where_they_are_wrong() {
    let cases = [
        ("/credentials", None),
        ("/credentials", Some(json!([]))),
        ("/credentials", Some(json!({}))),
        ("/credentials/0", Some(json!("pid"))),
        ("/credentials/0/format", None),
        ("/credentials/0/format", Some(json!("vc+sd-jwt"))),
        ("/credentials/0/meta/doctype_value", Some(json!("org.iso.18013.5.1.mDL"))),
        ("/credentials/0/meta", None),
        ("/credentials/0/meta", Some(json!([]))),
        ("/credentials/0/meta/vct_values", None),
        ("/credentials/0/meta/vct_values", Some(json!([]))),
        ("/credentials/0/meta/vct_values", Some(json!("urn:pid"))),
        ("/credentials/0/meta/vct_values/0", Some(json!(""))),
        ("/credentials/0/meta/vct_values/0", Some(json!(1))),
        ("/credentials/0/multiple", Some(json!("false"))),
        ("/credentials/0/require_cryptographic_holder_binding", Some(json!(null))),
        ("/credentials/0/claims/0", Some(json!("family_name"))),
        ("/credentials/0/claims/0/id", Some(json!("a.b"))),
        ("/credentials/0/claims/0/id", Some(json!(null))),
    ];
    refused_where_they_are_wrong(&cases);
    assert_eq!(refused_at(&json!([])), "");
}

/// Each change of the full query is refused at the place that was changed.
fn refused_where_they_are_wrong(cases: &[(&str, Option<Value>)]) {
    for (pointer, value) in cases {
        assert_eq!(refused_at(&with(pointer, value.clone())), *pointer, "{value:?}");
    }
}

#[test]
fn req_1_61_ids_are_plain_short_and_unique() {
    let cases = [
        ("/credentials/0/id", None),
        ("/credentials/0/id", Some(json!(""))),
        ("/credentials/0/id", Some(json!("a.b"))),
        ("/credentials/0/id", Some(json!("ä"))),
        ("/credentials/0/id", Some(json!("a".repeat(65)))),
        ("/credentials/0/id", Some(json!(1))),
        ("/credentials/1/id", Some(json!("pid"))),
    ];
    refused_where_they_are_wrong(&cases);
    for good in ["A_z-09", &"a".repeat(64)] {
        assert!(Query::from_json(&with("/credentials/0/id", Some(json!(good)))).is_ok(), "{good}");
    }
}

#[test]
fn req_1_65_claims_are_there_or_absent_and_address_nothing_twice() {
    let cases = [
        ("/credentials/0/claims", Some(json!([]))),
        ("/credentials/0/claims", Some(json!(null))),
        ("/credentials/0/claims/2/path", Some(json!(["degrees", null, "type"]))),
    ];
    refused_where_they_are_wrong(&cases);
    let nothing = Query::from_json(&with("/credentials/0/claims", None)).unwrap();
    assert_eq!(nothing.credentials()[0].claims, []);
}

#[test]
fn req_1_68_a_path_is_made_of_names_positions_and_null() {
    let cases = [
        ("/credentials/0/claims/0/path", None),
        ("/credentials/0/claims/0/path", Some(json!([]))),
        ("/credentials/0/claims/0/path", Some(json!("family_name"))),
        ("/credentials/0/claims/0/path", Some(json!(vec!["a"; 17]))),
        ("/credentials/0/claims/0/path", Some(json!(["a".repeat(257)]))),
        ("/credentials/0/claims/0/path/0", Some(json!(null))),
        ("/credentials/0/claims/0/path/0", Some(json!(0))),
        ("/credentials/0/claims/2/path/1", Some(json!(-1))),
        ("/credentials/0/claims/2/path/1", Some(json!(1.5))),
        ("/credentials/0/claims/2/path/1", Some(json!(1.0))),
        ("/credentials/0/claims/2/path/1", Some(json!({}))),
        ("/credentials/0/claims/2/path/1", Some(json!(true))),
    ];
    refused_where_they_are_wrong(&cases);
    assert!(Query::from_json(&with("/credentials/0/claims/2/path/1", Some(json!(0)))).is_ok());
}

#[test]
fn req_1_69_values_are_strings_integers_or_booleans() {
    let cases = [
        ("/credentials/0/claims/0/values", Some(json!([]))),
        ("/credentials/0/claims/0/values", Some(json!("Doe"))),
        ("/credentials/0/claims/0/values/0", Some(json!(1.5))),
        ("/credentials/0/claims/0/values/0", Some(json!(null))),
        ("/credentials/0/claims/0/values/0", Some(json!(["Doe"]))),
    ];
    refused_where_they_are_wrong(&cases);
    for good in [json!("Doe"), json!(7), json!(-7), json!(false)] {
        assert!(Query::from_json(&with("/credentials/0/claims/0/values/0", Some(good))).is_ok());
    }
}

#[test]
fn req_1_72_intent_to_retain_belongs_to_another_format() {
    let cases = [("/credentials/0/claims/0/intent_to_retain", Some(json!(true)))];
    refused_where_they_are_wrong(&cases);
}

#[test]
fn req_1_66_claim_ids_are_unique_in_their_array() {
    assert_eq!(
        refused_at(&with("/credentials/0/claims/1/id", Some(json!("name")))),
        "/credentials/0/claims/1/id"
    );
    assert!(Query::from_json(&with("/credentials/0/claims/1/id", Some(json!("other")))).is_ok());
}

#[test]
fn bounds_hold() {
    let credential = |index: usize| json!({"id": format!("c{index}"), "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:x"]}});
    let of = |count: usize| json!({"credentials": (0..count).map(credential).collect::<Vec<_>>()});
    assert!(Query::from_json(&of(16)).is_ok());
    assert_eq!(refused_at(&of(17)), "/credentials");
    let claims =
        |count: usize| (0..count).map(|index| json!({"path": [index.to_string()]})).collect::<Value>();
    assert!(Query::from_json(&with("/credentials/0/claims", Some(claims(64)))).is_ok());
    assert_eq!(refused_at(&with("/credentials/0/claims", Some(claims(65)))), "/credentials/0/claims");
    let vct_values = "/credentials/0/meta/vct_values";
    assert_eq!(refused_at(&with(vct_values, Some(json!(vec!["urn:x"; 17])))), vct_values);
    assert_eq!(refused_at(&with(vct_values, Some(json!(["v".repeat(1025)])))), format!("{vct_values}/0"));
}

#[test]
fn req_13_5_configuration_compiles_to_the_paths_of_the_scope() {
    let claims = ["given_name", "family_name", "age_equal_or_over.18"]
        .map(|dotted| ClaimsPath::from_dotted(dotted).unwrap());
    let query =
        Query::of(vec![CredentialQuery::new("id", vec!["urn:x".to_owned()], claims.to_vec())]).unwrap();
    assert_eq!(
        query.to_json(),
        json!({"credentials": [{"id": "id", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:x"]}, "claims": [
            {"path": ["given_name"]}, {"path": ["family_name"]}, {"path": ["age_equal_or_over", "18"]}]}]})
    );
}

#[test]
fn a_compiled_query_is_held_to_the_same_rules() {
    let path = || ClaimsPath::from_dotted("a").unwrap();
    let vct = || vec!["urn:x".to_owned()];
    let pointer = |credentials| Query::of(credentials).unwrap_err().pointer;
    assert_eq!(pointer(vec![]), "/credentials");
    assert_eq!(pointer(vec![CredentialQuery::new("a.b", vct(), vec![])]), "/credentials/0/id");
    assert_eq!(pointer(vec![CredentialQuery::new("a", vec![], vec![])]), "/credentials/0/meta/vct_values");
    assert_eq!(
        pointer(vec![CredentialQuery::new("a", vct(), vec![path(), path()])]),
        "/credentials/0/claims/1/path"
    );
    let many = (0..65).map(|index| ClaimsPath::from_dotted(&index.to_string()).unwrap()).collect();
    assert_eq!(pointer(vec![CredentialQuery::new("a", vct(), many)]), "/credentials/0/claims");
    let values = vec![json!(1); 65];
    let claim = ClaimQuery { values, ..ClaimQuery::from(path()) };
    let credential = CredentialQuery { claims: vec![claim], ..CredentialQuery::new("a", vct(), vec![]) };
    assert_eq!(pointer(vec![credential]), "/credentials/0/claims/0/values");
}

#[test]
fn dotted_paths_are_names_only() {
    assert_eq!(
        ClaimsPath::from_dotted("a.0").unwrap().elements(),
        [PathElement::Name("a".to_owned()), PathElement::Name("0".to_owned())]
    );
    let sixteen = ["x"; 16].join(".");
    assert!(ClaimsPath::from_dotted(&sixteen).is_some());
    for wrong in ["", ".", "a.", ".a", "a..b", &format!("{sixteen}.x")] {
        assert_eq!(ClaimsPath::from_dotted(wrong), None, "{wrong}");
    }
}

#[test]
fn req_8_7_configured_paths_hold_no_positions_in_arrays() {
    let path = ClaimsPath::from_dotted("nationalities.0").unwrap();
    assert!(path.elements().iter().all(|element| matches!(element, PathElement::Name(_))));
    assert_eq!(path.select(&json!({"nationalities": ["DE"]})), None);
}

#[test]
fn paths_read_like_paths() {
    let query = Query::from_json(&full()).unwrap();
    let paths: Vec<_> = query.credentials()[0].claims.iter().map(|claim| claim.path.to_string()).collect();
    assert_eq!(paths, ["family_name", "degrees[*].type", "nationalities[1]"]);
    assert_eq!(ClaimsPath::from_dotted("age_equal_or_over.18").unwrap().to_string(), "age_equal_or_over.18");
}

fn path(json: &Value) -> ClaimsPath {
    let query = json!({"credentials": [{"id": "x", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]},
        "claims": [{"path": json}]}]});
    Query::from_json(&query).unwrap().credentials()[0].claims[0].path.clone()
}

#[test]
fn req_8_6_a_missing_branch_is_dropped_and_a_wrong_type_ends_it() {
    let claims =
        json!({"degrees": [{"type": "B"}, {"title": "M"}], "mixed": [{"type": "B"}, 7], "empty": []});
    assert_eq!(path(&json!(["degrees", null, "type"])).select(&claims), Some(vec![&json!("B")]));
    for nothing in [
        json!(["mixed", null, "type"]),
        json!(["degrees", null, "x"]),
        json!(["degrees", 2]),
        json!(["empty", null]),
        json!(["degrees", "type"]),
    ] {
        assert_eq!(path(&nothing).select(&claims), None, "{nothing}");
    }
    assert_eq!(path(&json!(["degrees"])).select(&json!([])), None);
}

#[test]
fn req_8_8_values_match_in_type_and_value() {
    let allows = |allowed: Value, found: Value| {
        let claim = ClaimQuery {
            values: vec![allowed],
            ..ClaimsPath::from_dotted("a").map(ClaimQuery::from).unwrap()
        };
        claim.allows(&[&json!(null), &found])
    };
    assert!(allows(json!("18"), json!("18")));
    assert!(allows(json!(18), json!(18)));
    assert!(allows(json!(18), json!(18.0)), "JSON has one kind of number (RFC 8259 section 6)");
    assert!(!allows(json!(18), json!(18.5)));
    assert!(allows(json!(true), json!(true)));
    for (allowed, found) in [
        (json!("18"), json!(18)),
        (json!(18), json!("18")),
        (json!(true), json!("true")),
        (json!("Doe"), json!("doe")),
        (json!("Doe"), json!(["Doe"])),
    ] {
        assert!(!allows(allowed.clone(), found.clone()), "{allowed} {found}");
    }
}

#[test]
fn req_8_9_only_what_was_selected_is_kept_and_is_found_again() {
    let claims = json!({
        "name": "Arthur", "address": {"street": "x", "locality": "y"}, "secret": 1,
        "degrees": [{"type": "B", "university": "u"}, {"type": "M", "university": "v"}],
        "nationalities": ["a", "b", "c"]
    });
    let claims = claims.as_object().unwrap();
    let cases = [
        (vec![json!(["name"])], json!({"name": "Arthur"})),
        (vec![json!(["address", "street"])], json!({"address": {"street": "x"}})),
        (
            vec![json!(["address"]), json!(["address", "street"])],
            json!({"address": {"street": "x", "locality": "y"}}),
        ),
        (vec![json!(["degrees", null, "type"])], json!({"degrees": [{"type": "B"}, {"type": "M"}]})),
        (vec![json!(["nationalities", 1])], json!({"nationalities": [null, "b"]})),
        (
            vec![json!(["degrees", 1, "type"]), json!(["degrees", 1, "university"])],
            json!({"degrees": [null, {"type": "M", "university": "v"}]}),
        ),
        (vec![], json!({})),
    ];
    for (paths, kept) in cases {
        let paths: Vec<_> = paths.iter().map(path).collect();
        let only = only_selected(claims, &paths.iter().collect::<Vec<_>>());
        assert_eq!(Value::Object(only.clone()), kept);
        for path in &paths {
            assert_eq!(path.select_in(&only), path.select_in(claims), "{path}");
        }
    }
}

/// A small JSON value, so that paths often hit something.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), Just(json!(7)), Just(json!("text"))];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_path() -> impl Strategy<Value = ClaimsPath> {
    let element = prop_oneof![
        3 => "[ab]".prop_map(PathElement::Name),
        1 => (0_usize..3).prop_map(PathElement::Index),
        1 => Just(PathElement::All),
    ];
    prop::collection::vec(element, 1..4).prop_map(|elements| ClaimsPath::of(elements).unwrap())
}

proptest! {
    #[test]
    fn req_8_9_whatever_a_path_selects_it_selects_in_what_is_kept(
        members in prop::collection::btree_map("[ab]", any_json(), 0..3),
        paths in prop::collection::vec(any_path(), 0..4),
    ) {
        let claims: Map<String, Value> = members.into_iter().collect();
        // Only claims that are there are kept: a query with one that is not has failed before.
        let found: Vec<&ClaimsPath> = paths.iter().filter(|path| path.select_in(&claims).is_some()).collect();
        let kept = only_selected(&claims, &found);
        for path in &found {
            prop_assert_eq!(path.select_in(&kept), path.select_in(&claims));
        }
        prop_assert_eq!(only_selected(&kept, &found), kept);
    }
}
