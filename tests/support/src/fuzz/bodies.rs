//! Forms and JSON.

use serde_json::{Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::exact::{ExactNumbers, elements};
use vpgate_core::base::json::{Bounds, numbers_survive, parse, parse_object};
use vpgate_core::openid4vp::dcql::Query;
use vpgate_core::openid4vp::transaction_data::{TransactionData, TransactionTypes};

use super::{BOUNDS, Seeds, depth};
use vpgate::http::form::{self, Form};

/// A form: no name twice, nothing that is not UTF-8, and written again it reads the same.
pub fn form(data: &[u8]) {
    let Ok(mut form) = Form::parse(data) else { return };
    if form.has("state") {
        assert!(form.take("state").is_some_and(|value| !value.is_empty()));
        assert!(!form.has("state"), "a parameter is there once");
    }
    let pairs: Vec<(String, String)> = form.into_pairs().collect();
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let written: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    let again: Vec<(String, String)> =
        Form::parse(written.join("&").as_bytes()).unwrap().into_pairs().collect();
    assert_eq!(pairs, again);
    for (name, value) in &pairs {
        assert_eq!(form::decode(percent(name).as_bytes()).as_ref(), Ok(name));
        assert!(!value.is_empty());
    }
}

/// JSON: what is accepted means what `serde_json` says it means, and stays within the bounds.
pub fn json(data: &[u8]) {
    let bounds = Bounds { bytes: 4096, depth: 8, members: 64 };
    let Ok(value) = parse(data, &bounds) else { return };
    assert_eq!(serde_json::from_slice::<Value>(data).ok().as_ref(), Some(&value));
    assert!(depth(&value) <= bounds.depth);
    if numbers_survive(data) {
        let again = parse(value.to_string().as_bytes(), &Bounds { bytes: 1 << 20, ..bounds });
        assert_eq!(again, Ok(value));
    }
}

/// The first line is a DCQL query, the second claims. A query goes out as it came in; a path selects
/// only what is there.
pub fn dcql_query(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (query, claims) = text.split_once('\n').unwrap_or((text, "{}"));
    let Ok(query) = parse(query.as_bytes(), &BOUNDS) else { return };
    let Ok(query) = Query::from_json(&query) else { return };
    assert_eq!(Query::from_json(&query.to_json()).as_ref(), Ok(&query));
    let Ok(claims) = parse_object(claims.as_bytes(), &BOUNDS) else { return };
    for claim in query.credentials().iter().flat_map(|credential| &credential.claims) {
        let _shown = claim.path.to_string();
        let Some(selected) = claim.path.select_in(&claims) else { continue };
        assert!(!selected.is_empty());
        if claim.allows(&selected) && !claim.values.is_empty() {
            // JSON has one kind of number.
            let same = |asked: &Value, found: &Value| {
                asked == found || (asked.is_number() && asked.as_f64() == found.as_f64())
            };
            assert!(selected.iter().any(|value| claim.values.iter().any(|asked| same(asked, value))));
        }
    }
}

/// Transaction data, as the string that travels and as the object a relying party sends.
pub fn transaction_data(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let sent = [text.to_owned(), base64url::encode(text)];
    for encoded in sent {
        let Ok(data) = TransactionData::try_from(encoded.clone()) else { continue };
        assert_eq!(data.encoded(), encoded, "the string that was sent is kept");
        assert!(!data.credential_ids().is_empty());
        let _shown = TransactionTypes::default().details(&data);
    }
    let Ok(object) = parse(data, &BOUNDS) else { return };
    let Ok(data) = TransactionTypes::default().from_json(&object) else { return };
    let again = TransactionData::try_from(data.encoded().to_owned()).unwrap();
    assert!(again == data, "what is sent reads as what was meant");
}

/// A JSON body of the REST API. The elements of its arrays are had as they were written, and so are
/// its numbers, and neither means anything else than what was read.
pub fn rest_body(data: &[u8]) {
    let bounds = Bounds { bytes: 192 << 10, depth: 16, members: 2000 };
    let Ok(body) = parse_object(data, &bounds) else { return };
    let text = str::from_utf8(data).unwrap();
    let plain = serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(plain, Value::Object(body.clone()));
    if !numbers_survive(data) {
        return;
    }
    for (name, member) in &body {
        let elements = elements(data, name);
        let Value::Array(array) = member else {
            assert!(elements.is_empty());
            continue;
        };
        assert_eq!(elements.len(), array.len());
        for (element, value) in elements.iter().zip(array) {
            assert!(text.contains(element), "letter by letter");
            assert_eq!(parse(element.as_bytes(), &bounds).as_ref(), Ok(value));
        }
    }
    let written = ExactNumbers::of(text).write(&plain);
    assert_eq!(parse(written.as_bytes(), &Bounds { bytes: 4 << 20, ..bounds }), Ok(plain));
    assert_eq!(numbers(&written), numbers(text));
}

/// The digits of the numbers of a JSON text, one behind the other: what stands in no string, and is no
/// punctuation and no word.
fn numbers(text: &str) -> String {
    let (mut found, mut inside, mut escaped) = (String::new(), false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            '0'..='9' | '.' | '-' | '+' | 'E' if !inside => found.push(character),
            _ => {}
        }
    }
    found
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    seeds.add("form", "response", "state=abc&vp_token=%7B%22a%22%3A%5B%5D%7D&x=".to_owned());
    seeds.add("form", "words", "a+b=c%2Bd&&e&=f&%C3%A9=%20".to_owned());
    seeds.add("json", "kinds", r#"{"a":[1,-2.50,1e3,true,null],"b":{"c":"\u00e9\n"}}"#.to_owned());
    seeds.add("json", "deep", "[[[[[[[[]]]]]]]]".to_owned());
    seeds.add("json", "amounts", "[0.1,10.50,18446744073709551616,1e-310,-0]".to_owned());
    let query = json!({"credentials": [{
        "id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]},
        "claims": [{"id": "n", "path": ["a", null, 0, "b"], "values": ["s", 1, true]}, {"path": ["c"]}],
    }]});
    seeds.add(
        "dcql_query",
        "query",
        format!("{query}\n{}", json!({"a": [[{"b": "s"}], [{"b": 2}]], "c": {}})),
    );
    seeds.add(
        "dcql_query",
        "sets",
        json!({"credentials": [], "credential_sets": [{"options": [["a"]]}]}).to_string(),
    );
    for (name, kind, payload) in [
        ("session", "session-data", json!({"ip_address": "192.0.2.1", "device_id": "x"})),
        (
            "payment",
            "payment-itemized:v1",
            json!({"currency": "USD", "items": [{"quantity": 2, "unit_cost": 12.5, "label": "x"}]}),
        ),
        (
            "mandate",
            "payment-mandate:v1",
            json!({"payment_instrument": {"type": "card", "id": "1"}, "payee": {"name": "x"},
                   "prompt_summary": "x", "amount": 1, "currency": "EUR"}),
        ),
    ] {
        let kind = format!("urn:proof:params:vc:transaction-data:{kind}");
        let object = json!({"type": kind, "credential_ids": ["a"], "payload": payload});
        seeds.add("transaction_data", name, object.to_string());
    }
    let body = r#"{"scopes":["adult"],"state":"s","transaction_data":[ {"amount":12.10, "n":-1E2} , "x",[1.0]],"credential_ids":null}"#;
    seeds.add("rest_body", "begin", body);
    seeds.add("rest_body", "names", r#"{"\u0061":[1],"a/b~":[2.50,{"c~0":3}],"":[[]],"é":["\ud83d\ude00"]}"#);
    seeds.add("rest_body", "twice", r#"{"a":1,"\u0061":2}"#);
}
