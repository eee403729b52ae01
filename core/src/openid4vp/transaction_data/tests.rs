use serde_json::{from_str, from_value, json, to_value};

use super::*;
use crate::openid4vp::dcql::CredentialQuery;
use crate::openid4vp::testing::in_english;

fn session() -> Value {
    json!({"type": session_data::TYPE, "credential_ids": ["id"],
        "payload": {"ip_address": "192.0.2.7", "device_id": "tv-1"}})
}

fn payment() -> Value {
    json!({"type": payment_itemized::TYPE, "credential_ids": ["id"], "payload": {
        "title": "Order 7", "description": "Two things", "currency": "USD",
        "items": [{"quantity": 3, "unit_cost": 0.1, "label": "Sticker"},
                  {"quantity": 1, "unit_cost": 1249.7, "label": "Desk"}]}})
}

fn wire() -> Value {
    json!({"type": wire_instructions::TYPE, "credential_ids": ["id"], "payload": {
        "recipient": {"individual_name": "Ann Lee", "institution_name": "First Bank", "routing_number": "021",
                      "account_number": "123456789", "website": "https://bank.example"},
        "source": {"individual_name": "Bo Ray", "institution_name": "Second Bank", "account_number": "987654321",
                   "routing_number": "022"},
        "amount": 1250, "currency": "USD", "memo": "Rent"}})
}

fn mandate() -> Value {
    json!({"type": payment_mandate::TYPE, "credential_ids": ["id"], "payload": {
        "payment_instrument": {"type": "card", "id": "c-1", "instruction": "debit", "description": "blue card"},
        "payee": {"id": "p-1", "name": "Shop", "website": "http://shop.example/pay"},
        "prompt_summary": "Pay Shop monthly", "amount": 20.5, "currency": "EUR"}})
}

fn all() -> [Value; 4] {
    [session(), payment(), wire(), mandate()]
}

/// `value` replaces what is at `pointer`; `None` takes the member away.
fn with(mut object: Value, pointer: &str, value: Option<&Value>) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (object.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value.clone())),
        (Value::Object(members), None) => drop(members.shift_remove(name)),
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value.clone(),
        other => panic!("{other:?}"),
    }
    object
}

fn refused_at(object: &Value) -> String {
    TransactionTypes::default().from_json(object).unwrap_err().pointer
}

#[test]
fn req_13_20_to_13_23_every_type_is_read_and_written_in_document_order() {
    for object in all() {
        let data = TransactionTypes::default().from_json(&object).unwrap();
        assert_eq!(data.object(), &object);
        let text = String::from_utf8(base64url::decode(data.encoded()).unwrap()).unwrap();
        assert_eq!(text, object.to_string(), "the fixtures above are in document order");
        assert_eq!(data.credential_ids(), ["id"]);
        assert_eq!(data.kind(), object["type"]);
    }
}

#[test]
fn req_1_81_the_written_string_is_the_truth() {
    for object in all() {
        let data = TransactionTypes::default().from_json(&object).unwrap();
        assert_eq!(to_value(&data).unwrap(), data.encoded());
        assert_eq!(from_value::<TransactionData>(to_value(&data).unwrap()).unwrap(), data);
    }
    // Another spelling of the same object stays what it is.
    let spaced = base64url::encode(session().to_string().replace("\":", "\": "));
    let data = TransactionData::try_from(spaced.clone());
    assert_eq!(data.map(|data| data.encoded().to_owned()), Ok(spaced));
}

#[test]
fn a_string_that_is_no_transaction_is_refused() {
    let twice = session().to_string().replace("\"payload\"", "\"type\":\"x\",\"payload\"");
    let precise = wire().to_string().replace("1250", "1250.00000000000001");
    assert!(TransactionData::try_from(base64url::encode(wire().to_string())).is_ok());
    assert!(TransactionData::try_from(base64url::encode(precise)).is_err());
    for wrong in ["", "e30=", &base64url::encode("[]"), &base64url::encode("{}"), &base64url::encode(twice)] {
        assert!(TransactionData::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

#[test]
fn members_may_come_in_any_order_and_leave_in_ours() {
    let shuffled = json!({"payload": {"device_id": "tv-1", "ip_address": "192.0.2.7"}, "credential_ids": ["id"],
        "type": session_data::TYPE});
    assert_eq!(
        TransactionTypes::default().from_json(&shuffled),
        TransactionTypes::default().from_json(&session())
    );
}

#[test]
fn optional_members_may_be_absent() {
    let optional = [
        (session(), vec!["device_id"]),
        (payment(), vec!["title", "description"]),
        (wire(), vec!["recipient/individual_name", "recipient/website", "source/institution_name", "memo"]),
        (
            mandate(),
            vec![
                "payment_instrument/instruction",
                "payment_instrument/description",
                "payee/id",
                "payee/website",
            ],
        ),
    ];
    for (object, names) in optional {
        for name in names {
            let without = with(object.clone(), &format!("/payload/{name}"), None);
            let data = TransactionTypes::default().from_json(&without).unwrap();
            assert_eq!(data.object(), &without, "only what was given is written");
            let null = with(object.clone(), &format!("/payload/{name}"), Some(&json!(null)));
            assert_eq!(refused_at(&null), format!("/payload/{name}"));
        }
    }
}

#[test]
fn req_13_20_to_13_23_required_members_are_required() {
    let required = [
        (session(), vec!["ip_address"]),
        (payment(), vec!["currency", "items", "items/0/quantity", "items/0/unit_cost", "items/1/label"]),
        (
            wire(),
            vec![
                "recipient",
                "recipient/institution_name",
                "recipient/routing_number",
                "recipient/account_number",
                "source",
                "source/individual_name",
                "source/account_number",
                "source/routing_number",
                "amount",
                "currency",
            ],
        ),
        (
            mandate(),
            vec![
                "payment_instrument",
                "payment_instrument/type",
                "payment_instrument/id",
                "payee",
                "payee/name",
                "prompt_summary",
                "amount",
                "currency",
            ],
        ),
    ];
    for (object, names) in required {
        for name in names.iter().map(|name| format!("/payload/{name}")) {
            assert_eq!(refused_at(&with(object.clone(), &name, None)), name);
            assert_eq!(refused_at(&with(object.clone(), &name, Some(&json!(null)))), name);
        }
    }
}

#[test]
fn req_13_10_the_envelope_is_strict() {
    let many: Vec<String> = (0..17).map(|index| format!("c{index}")).collect();
    for (pointer, value) in [
        ("/type", None),
        ("/type", Some(json!(1))),
        ("/credential_ids", None),
        ("/credential_ids", Some(json!([]))),
        ("/credential_ids", Some(json!("id"))),
        ("/credential_ids", Some(json!(many))),
        ("/credential_ids/0", Some(json!(1))),
        ("/credential_ids/0", Some(json!(""))),
        ("/payload", None),
        ("/payload", Some(json!([]))),
        ("/extra", Some(json!(1))),
    ] {
        assert_eq!(refused_at(&with(session(), pointer, value.as_ref())), pointer);
    }
    assert_eq!(
        refused_at(&with(session(), "/credential_ids", Some(&json!(["id", "id"])))),
        "/credential_ids/1"
    );
    assert_eq!(refused_at(&with(session(), "/a~b", Some(&json!(1)))), "/a~0b");
    assert_eq!(refused_at(&json!("text")), "");
}

#[test]
fn req_13_20_to_13_23_unknown_members_are_refused_at_every_level() {
    for (object, levels) in [
        (session(), vec![""]),
        (payment(), vec!["", "/items/1"]),
        (wire(), vec!["", "/recipient", "/source"]),
        (mandate(), vec!["", "/payment_instrument", "/payee"]),
    ] {
        for level in levels {
            let pointer = format!("/payload{level}/surprise");
            assert_eq!(refused_at(&with(object.clone(), &pointer, Some(&json!("x")))), pointer);
        }
    }
}

#[test]
fn req_13_20_an_address_is_an_ip_literal_and_the_type_is_exact() {
    for good in ["192.0.2.7", "2001:db8::1", "::1"] {
        assert!(
            TransactionTypes::default()
                .from_json(&with(session(), "/payload/ip_address", Some(&json!(good))))
                .is_ok()
        );
    }
    for wrong in ["localhost", "192.0.2", "192.0.2.7:80", "[::1]", "fe80::1%eth0", " 192.0.2.7", ""] {
        let object = with(session(), "/payload/ip_address", Some(&json!(wrong)));
        assert_eq!(refused_at(&object), "/payload/ip_address", "{wrong}");
    }
    let versioned = format!("{}:v1", session_data::TYPE);
    assert_eq!(refused_at(&with(session(), "/type", Some(&json!(versioned)))), "/type");
}

#[test]
fn req_13_24_unknown_types_are_refused() {
    assert_eq!(
        refused_at(&json!({"type": "example_type", "credential_ids": ["id"], "payload": {}})),
        "/type"
    );
}

#[test]
fn req_13_12_quantities_are_whole_and_amounts_exact() {
    for (pointer, wrong) in [
        ("/payload/items/0/quantity", "0"),
        ("/payload/items/0/quantity", "1.0"),
        ("/payload/items/0/quantity", "1.5"),
        ("/payload/items/0/quantity", "-1"),
        ("/payload/items/0/quantity", "\"1\""),
        ("/payload/items/0/quantity", "4294967296"),
        ("/payload/items/0/unit_cost", "-1"),
        ("/payload/items/0/unit_cost", "\"12.50\""),
        ("/payload/items/0/unit_cost", "0.00001"),
        ("/payload/items", "[]"),
        ("/payload/items", "{}"),
        ("/payload/items/0", "1"),
    ] {
        let object = with(payment(), pointer, Some(&from_str(wrong).unwrap()));
        assert_eq!(refused_at(&object), pointer, "{wrong}");
    }
    assert_eq!(refused_at(&with(wire(), "/payload/amount", Some(&json!("1250")))), "/payload/amount");
    assert_eq!(refused_at(&with(mandate(), "/payload/amount", Some(&json!("1")))), "/payload/amount");
}

#[test]
fn a_total_beyond_what_is_exact_is_refused() {
    let most = json!(999_999_999_999_999_u64);
    let object = with(payment(), "/payload/items/0/unit_cost", Some(&most));
    assert_eq!(refused_at(&object), "/payload/items/0/unit_cost");
    let object = with(
        with(object, "/payload/items/0/quantity", Some(&json!(1))),
        "/payload/items/1/unit_cost",
        Some(&most),
    );
    assert_eq!(refused_at(&object), "/payload/items");
}

#[test]
fn req_13_13_currencies_texts_and_websites_are_checked() {
    let long = "x".repeat(201);
    for (pointer, wrong) in [
        ("/payload/currency", json!("usd")),
        ("/payload/currency", json!("")),
        ("/payload/currency", json!("USDT")),
        ("/payload/recipient/institution_name", json!("")),
        ("/payload/recipient/institution_name", json!("  ")),
        ("/payload/recipient/institution_name", json!(long)),
        ("/payload/recipient/institution_name", json!("First\u{202e}knaB")),
        ("/payload/recipient/institution_name", json!("First\rBank")),
        ("/payload/recipient/routing_number", json!(21)),
        ("/payload/recipient/website", json!("javascript:alert(1)")),
        ("/payload/recipient/website", json!("bank.example")),
        ("/payload/recipient/website", json!("https://bank.example@evil.example/")),
        ("/payload/recipient/website", json!("")),
        ("/payload/memo", json!("x".repeat(1001))),
        ("/payload/memo", json!("")),
    ] {
        assert_eq!(refused_at(&with(wire(), pointer, Some(&wrong))), pointer, "{wrong}");
    }
    assert!(
        TransactionTypes::default()
            .from_json(&with(wire(), "/payload/memo", Some(&json!("two\nlines"))))
            .is_ok()
    );
}

#[test]
fn an_object_that_would_not_fit_a_url_is_refused() {
    let item = json!({"quantity": 1, "unit_cost": 1, "label": "x".repeat(150)});
    let items = |count: usize| with(payment(), "/payload/items", Some(&json!(vec![item.clone(); count])));
    assert!(TransactionTypes::default().from_json(&items(30)).is_ok());
    assert_eq!(refused_at(&items(60)), "");
    assert_eq!(refused_at(&items(101)), "/payload/items");
}

#[test]
fn req_1_80_credential_ids_name_queries_of_this_request() {
    let query = Query::of(vec![CredentialQuery::new("id", vec!["urn:x".to_owned()], vec![])]).unwrap();
    assert_eq!(TransactionTypes::default().from_json(&session()).unwrap().fits(&query), Ok(()));
    let other = with(session(), "/credential_ids", Some(&json!(["id", "other"])));
    let fault = TransactionTypes::default().from_json(&other).unwrap().fits(&query).unwrap_err();
    assert_eq!(fault.pointer, "/credential_ids/1");
}

#[test]
fn faults_do_not_repeat_what_was_written() {
    for object in all() {
        let wrong = with(object, "/payload", Some(&json!("4111 1111 1111 1111")));
        assert!(!TransactionTypes::default().from_json(&wrong).unwrap_err().to_string().contains("4111"));
    }
}

#[test]
fn it_prints_its_type_only() {
    let printed = format!("{:?}", TransactionTypes::default().from_json(&wire()).unwrap());
    assert!(printed.contains(wire_instructions::TYPE) && !printed.contains("6789"), "{printed}");
}

#[test]
fn people_read_what_they_agree_to() {
    let shown = |object: &Value| {
        let types = TransactionTypes::default();
        in_english(&types.details(&types.from_json(object).unwrap()))
    };
    assert_eq!(shown(&session()).0, "Session from the network address 192.0.2.7");
    let (title, lines) = shown(&payment());
    assert_eq!(title, "Payment: 1,250.00 USD for Order 7");
    assert_eq!(lines[1], "Sticker: 3 × 0.10 USD = 0.30 USD");
    assert_eq!(lines.last().unwrap(), "Total: 1,250.00 USD");
    let (title, lines) = shown(&wire());
    assert_eq!(title, "Wire transfer: 1,250.00 USD to Ann Lee at First Bank, account ending 6789");
    assert!(lines.contains(&"From account: ending 4321".to_owned()));
    assert!(!lines.iter().any(|line| line.contains("987654321")));
    let (title, lines) = shown(&mandate());
    assert_eq!(title, "Payment mandate: 20.50 EUR to Shop");
    assert_eq!(lines[0], "Summary: Pay Shop monthly");
    assert_eq!(lines.len(), 8);
}

#[test]
fn a_short_account_number_is_its_own_end() {
    let short = with(wire(), "/payload/recipient/account_number", Some(&json!("äöü")));
    let data = TransactionTypes::default().from_json(&short).unwrap();
    assert!(in_english(&TransactionTypes::default().details(&data)).0.ends_with("account ending äöü"));
}

#[test]
fn req_1_82_hash_algorithms_are_offered_by_exact_names() {
    let offer = |names: Value| with(session(), "/transaction_data_hashes_alg", Some(&names));
    for good in [json!(["sha-256"]), json!(["sha-512", "sha-384", "sha-256"])] {
        let data = TransactionTypes::default().from_json(&offer(good.clone())).unwrap();
        assert_eq!(data.object()["transaction_data_hashes_alg"], good, "as offered, in order");
        assert_eq!(TransactionData::try_from(data.encoded().to_owned()), Ok(data));
    }
    let at = "/transaction_data_hashes_alg";
    for (wrong, pointer) in [
        (json!([]), at.to_owned()),
        (json!("sha-256"), at.to_owned()),
        (json!(null), at.to_owned()),
        (json!(["sha-256", "sha-384", "sha-512", "sha-256"]), at.to_owned()),
        (json!(["SHA-256"]), format!("{at}/0")),
        (json!(["sha-256", "md5"]), format!("{at}/1")),
        (json!(["sha-256-128"]), format!("{at}/0")),
        (json!(["sha-384", "sha-384"]), format!("{at}/1")),
        (json!([1]), format!("{at}/0")),
    ] {
        assert_eq!(refused_at(&offer(wrong.clone())), pointer, "{wrong}");
    }
}

#[test]
fn req_6_13_which_hash_is_good_follows_from_the_offer() {
    let takes = |names: Option<Value>| {
        let object = with(session(), "/transaction_data_hashes_alg", names.as_ref());
        let data = TransactionTypes::default().from_json(&object).unwrap();
        [None, Some(DigestAlgorithm::Sha256), Some(DigestAlgorithm::Sha384), Some(DigestAlgorithm::Sha512)]
            .map(|named| data.takes_hash(named))
    };
    assert_eq!(takes(None), [true, true, false, false]);
    assert_eq!(takes(Some(json!(["sha-256"]))), [false, true, false, false]);
    assert_eq!(takes(Some(json!(["sha-512", "sha-384"]))), [false, false, true, true]);
}

#[test]
fn req_1_82_transactions_of_one_credential_share_an_algorithm() {
    let of = |ids: Value, names: Option<Value>| {
        let object = with(session(), "/credential_ids", Some(&ids));
        TransactionTypes::default()
            .from_json(&with(object, "/transaction_data_hashes_alg", names.as_ref()))
            .unwrap()
    };
    let default = of(json!(["a", "b"]), None);
    for (other, agrees) in [
        (of(json!(["a"]), None), true),
        (of(json!(["a"]), Some(json!(["sha-512", "sha-256"]))), true),
        (of(json!(["b"]), Some(json!(["sha-512"]))), false),
        (of(json!(["c"]), Some(json!(["sha-512"]))), true),
    ] {
        assert_eq!(default.agrees_with(&other).is_ok(), agrees);
        let back = other.agrees_with(&default);
        assert_eq!(back.is_ok(), agrees);
        assert_eq!(
            back.err().map(|fault| fault.pointer),
            (!agrees).then(|| "/transaction_data_hashes_alg".to_owned())
        );
    }
}

#[test]
fn req_1_83_no_transaction_without_holder_binding() {
    let query = |holder_binding| {
        let credential = CredentialQuery::new("id", vec!["urn:x".to_owned()], vec![]);
        Query::of(vec![CredentialQuery { holder_binding, ..credential }]).unwrap()
    };
    let data = TransactionTypes::default().from_json(&session()).unwrap();
    assert_eq!(data.fits(&query(true)), Ok(()));
    assert_eq!(data.fits(&query(false)).unwrap_err().pointer, "/credential_ids/0");
}

#[test]
fn numbers_of_every_type_are_sent_as_they_were_given() {
    let types = TransactionTypes::default();
    for (object, number, given) in [
        (payment(), "/payload/items/0/unit_cost", "12.10"),
        (payment(), "/payload/items/0/unit_cost", "3"),
        (payment(), "/payload/items/0/unit_cost", "3.00"),
        (wire(), "/payload/amount", "1250.00"),
        (wire(), "/payload/amount", "1.25e3"),
        (mandate(), "/payload/amount", "0.5000"),
    ] {
        let text = with(object, number, Some(&json!("HERE"))).to_string().replace("\"HERE\"", given);
        let data = types.from_text(&text).unwrap();
        assert_eq!(data.text(), text, "{number}");
        assert_eq!(data.encoded(), base64url::encode(&text));
        // As stored, and as somebody else sent it.
        let stored = from_value::<TransactionData>(to_value(&data).unwrap()).unwrap();
        assert_eq!(stored.text(), text);
        assert_eq!(types.as_sent(&json!(data.encoded()).to_string()).unwrap().text(), text);
    }
}
