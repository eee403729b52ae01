//! Alternatives: claim sets, credential sets, several presentations, holder binding.

use super::*;

/// A query that uses everything that is supported.
fn everything() -> Value {
    json!({"credentials": [
        {"id": "pid", "format": "dc+sd-jwt", "multiple": true, "meta": {"vct_values": ["urn:pid"]},
         "require_cryptographic_holder_binding": false,
         "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y", "AQ"]}],
         "claims": [
            {"id": "a", "path": ["family_name"], "values": ["Doe", 7, true]},
            {"id": "b", "path": ["degrees", null, "type"]},
            {"id": "c", "path": ["nationalities", 1]}],
         "claim_sets": [["a"], ["b", "c"]]},
        {"id": "card", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:card"]}},
        {"id": "gift", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:gift"]}}],
     "credential_sets": [
        {"options": [["pid", "card"], ["card"]]},
        {"required": false, "options": [["gift"]]}]})
}

/// Everything, with the value at `pointer` replaced; `None` takes the member away.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut query = everything();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (query.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.shift_remove(name)),
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other:?}"),
    }
    query
}

#[test]
fn req_1_60_everything_goes_out_as_it_came_in() {
    let query = Query::from_json(&everything()).unwrap();
    assert_eq!(query.to_json(), everything());
    assert_eq!(from_value::<Query>(to_value(&query).unwrap()).unwrap(), query);
}

#[test]
fn req_1_63_req_1_70_defaults_are_what_the_specification_says() {
    let query = Query::from_json(&everything()).unwrap();
    let [pid, card, _] = query.credentials() else { panic!("three") };
    assert_eq!((pid.multiple, pid.holder_binding), (true, false));
    assert_eq!((card.multiple, card.holder_binding), (false, true));
    assert_eq!(query.credential_sets().iter().map(|set| set.required).collect::<Vec<_>>(), [true, false]);
    let spelled_out = with("/credential_sets/0/required", Some(json!(true)));
    assert_eq!(Query::from_json(&spelled_out).unwrap(), query);
}

#[test]
fn req_1_60_to_1_71_neighbours_of_alternatives_are_refused_where_they_are_wrong() {
    let cases = [
        ("/credential_sets", Some(json!([]))),
        ("/credential_sets", Some(json!({}))),
        ("/credential_sets", Some(json!(null))),
        ("/credential_sets", Some(json!(vec![json!({"options": [["pid"]]}); 17]))),
        ("/credential_sets/0", Some(json!(["pid"]))),
        ("/credential_sets/0/options", None),
        ("/credential_sets/0/options", Some(json!([]))),
        ("/credential_sets/0/options", Some(json!("pid"))),
        ("/credential_sets/0/options", Some(json!(vec![["pid"]; 17]))),
        ("/credential_sets/0/options/1", Some(json!([]))),
        ("/credential_sets/0/options/1", Some(json!("card"))),
        ("/credential_sets/0/options/1/0", Some(json!("unknown"))),
        ("/credential_sets/0/options/0/1", Some(json!("pid"))),
        ("/credential_sets/0/options/0/1", Some(json!(1))),
        ("/credential_sets/1/required", Some(json!("false"))),
        ("/credentials/0/multiple", Some(json!("true"))),
        ("/credentials/0/multiple", Some(json!(null))),
        ("/credentials/0/require_cryptographic_holder_binding", Some(json!(0))),
        ("/credentials/0/claims/1/id", None),
        ("/credentials/0/claim_sets", Some(json!([]))),
        ("/credentials/0/claim_sets", Some(json!("a"))),
        ("/credentials/0/claim_sets", Some(json!(vec![["a"]; 17]))),
        ("/credentials/0/claim_sets/0", Some(json!([]))),
        ("/credentials/0/claim_sets/0", Some(json!("a"))),
        ("/credentials/0/claim_sets/1/0", Some(json!("d"))),
        ("/credentials/0/claim_sets/1/1", Some(json!("b"))),
        ("/credentials/0/claim_sets/1/1", Some(json!(2))),
    ];
    for (pointer, value) in cases {
        assert_eq!(refused_at(&with(pointer, value.clone())), pointer, "{value:?}");
    }
}

#[test]
fn req_1_67_claim_sets_need_claims() {
    assert_eq!(refused_at(&with("/credentials/0/claims", None)), "/credentials/0/claim_sets");
}

#[test]
fn req_1_62_req_1_64_what_cannot_be_judged_is_refused_with_its_reason() {
    let other = with("/credentials/1/format", Some(json!("ldp_vc")));
    let fault = Query::from_json(&other).unwrap_err();
    assert_eq!(fault.pointer, "/credentials/1/format");
    assert!(fault.why.contains("mso_mdoc"));
    for kind in ["etsi_tl", "openid_federation", "other", "AKI"] {
        let authorities = json!([{"type": kind, "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]);
        let fault =
            Query::from_json(&with("/credentials/0/trusted_authorities", Some(authorities))).unwrap_err();
        assert_eq!(fault.pointer, "/credentials/0/trusted_authorities/0/type", "{kind}");
        assert!(fault.why.contains("must not be ignored"));
    }
}

#[test]
fn req_1_64_trusted_authorities_are_well_formed() {
    let read = Query::from_json(&everything()).unwrap();
    let [authority] = read.credentials()[0].trusted_authorities.as_slice() else { panic!("one") };
    assert!(authority.is_among(&[vec![9], vec![1]]));
    assert!(!authority.is_among(&[vec![9]]) && !authority.is_among(&[]));
    let at = "/credentials/0/trusted_authorities";
    for (pointer, value) in [
        ("", json!([])),
        ("", json!({"type": "aki"})),
        ("", json!(vec![json!({"type": "aki", "values": ["AQ"]}); 17])),
        ("/0", json!("aki")),
        ("/0/type", json!(1)),
        ("/0/values", json!([])),
        ("/0/values", json!("AQ")),
        ("/0/values", json!(vec!["AQ"; 33])),
        ("/0/values/1", json!("AQ==")),
        ("/0/values/1", json!("A")),
        ("/0/values/1", json!("")),
        ("/0/values/1", json!(1)),
        ("/0/values/1", json!("A".repeat(88))),
    ] {
        let pointer = format!("{at}{pointer}");
        assert_eq!(refused_at(&with(&pointer, Some(value.clone()))), pointer, "{value}");
    }
}

#[test]
fn a_compiled_query_with_sets_is_held_to_the_same_rules() {
    let read = Query::from_json(&everything()).unwrap();
    let (credentials, sets) = (read.credentials().to_vec(), read.credential_sets().to_vec());
    assert_eq!(Query::with_sets(credentials.clone(), sets.clone()).unwrap(), read);
    let pointer = |credentials, sets| Query::with_sets(credentials, sets).unwrap_err().pointer;
    assert_eq!(pointer(credentials[..2].to_vec(), sets), "/credential_sets/1/options/0/0");
    let empty = CredentialSet { options: vec![], required: true };
    assert_eq!(pointer(credentials.clone(), vec![empty]), "/credential_sets/0/options");
    let empty = CredentialSet { options: vec![vec![]], required: true };
    assert_eq!(pointer(credentials, vec![empty]), "/credential_sets/0/options/0");
    let nameless = CredentialQuery {
        claim_sets: vec![vec!["a".to_owned()]],
        ..CredentialQuery::new("x", vec!["urn:x".to_owned()], vec![ClaimsPath::from_dotted("a").unwrap()])
    };
    assert_eq!(pointer(vec![nameless], vec![]), "/credentials/0/claims/0/id");
}

#[test]
fn req_8_5_combinations_follow_our_preference() {
    let query = Query::from_json(&everything()).unwrap();
    let names = |credential: &CredentialQuery| -> Vec<Vec<String>> {
        let combinations = credential.combinations();
        combinations.iter().map(|set| set.iter().map(|claim| claim.path.to_string()).collect()).collect()
    };
    let [pid, card, _] = query.credentials() else { panic!("three") };
    assert_eq!(names(pid), [vec!["family_name"], vec!["degrees[*].type", "nationalities[1]"]]);
    assert_eq!(names(card), [Vec::<String>::new()]);
}

/// JSON that has the members of a query, in all the wrong places too.
fn nearly_a_query() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        Just(json!(1.5)),
        prop::sample::select(vec!["a", "b", "pid", "aki", "dc+sd-jwt", "mso_mdoc", "", "a.b"])
            .prop_map(Value::from),
    ];
    let names = vec![
        "credentials",
        "credential_sets",
        "options",
        "required",
        "id",
        "format",
        "meta",
        "vct_values",
        "claims",
        "claim_sets",
        "path",
        "values",
        "multiple",
        "require_cryptographic_holder_binding",
        "trusted_authorities",
        "type",
    ];
    leaf.prop_recursive(5, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(names.clone()), inner, 0..5).prop_map(
                |members| {
                    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }
            ),
        ]
    })
}

/// Where something in [`everything`] is.
fn any_place() -> impl Strategy<Value = String> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, it)| (name.clone(), it)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(i, it)| (i.to_string(), it)).collect(),
            _ => Vec::new(),
        };
        for (name, it) in inner {
            let at = format!("{at}/{name}");
            places(it, &at, found);
            found.push(at);
        }
    }
    let mut found = Vec::new();
    places(&everything(), "", &mut found);
    prop::sample::select(found)
}

proptest! {
    #[test]
    fn req_1_60_reading_anything_never_panics_and_what_is_read_goes_out_and_comes_back(
        place in any_place(), other in nearly_a_query(),
    ) {
        drop(Query::from_json(&other));
        if let Ok(query) = Query::from_json(&with(&place, Some(other))) {
            prop_assert_eq!(Query::from_json(&query.to_json()), Ok(query));
        }
    }

    #[test]
    fn req_8_11_more_presentations_complete_no_fewer_options(there in 0_u8..8, more in 0_u8..8) {
        let query = Query::from_json(&everything()).unwrap();
        let complete = |there: u8| {
            let shown = |id: &str| {
                query.credentials().iter().position(|it| it.id == id).is_some_and(|at| there & (1 << at) != 0)
            };
            query.credential_sets()[0].first_complete(shown)
        };
        prop_assert!(complete(there).is_none() || complete(there | more) <= complete(there));
        prop_assert_eq!(complete(there).is_some(), there & 2 != 0);
    }
}
