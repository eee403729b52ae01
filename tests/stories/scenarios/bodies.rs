//! The bodies of the REST API are what the document says: what it allows is taken, and what it forbids is refused
//! with the place of the fault.

use std::net::{Ipv4Addr, Ipv6Addr};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use vpgate_test_support::harness::*;

const REGISTERED: &str = "urn:example:loan:v1";
/// Where a body is what the document says, and names what there is not.
const ABOUT_WHAT_IS_NAMED: [&str; 2] = ["/presentation", "/user_code"];

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one<'o, T>(&mut self, of: &'o [T]) -> &'o T {
        &of[self.below(of.len())]
    }

    fn text(&mut self, longest: usize) -> String {
        let letters: Vec<char> = "abcXYZ019 .-_äß漢😀".chars().collect();
        let length = self.below(longest.min(12)) + 1;
        let text: String = (1..length).map(|_| *self.one(&letters)).collect();
        // With something to be seen.
        format!("x{text}")
    }
}

struct Described {
    document: Value,
    user_code: String,
}

impl Described {
    fn validator(&self, name: &str) -> Validator {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}"),
            "components": self.document["components"] });
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        options.with_format("ip", |it: &str| it.parse::<std::net::IpAddr>().is_ok()).build(&schema).unwrap()
    }

    /// What the schema allows, where `name` is the member that it is for. What names things names things that
    /// are there.
    fn allowed(&self, schema: &Value, name: &str, dice: &mut Dice) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = self.document.pointer(&reference[1..]).unwrap();
            return self.allowed(schema, name, dice);
        }
        let known = match name {
            "wallet" => json!("demo"),
            "scope" => json!(BASIC),
            "redirect_uri" => json!(RETURN_TO),
            "flow" => json!("same_device"),
            "user_code" => json!(self.user_code),
            "credential_ids" => json!([CREDENTIAL]),
            "transaction_data_hashes_alg" => json!(["sha-256"]),
            "dcql_query" => query(dice),
            "type" if schema.get("not").is_some() => json!(REGISTERED),
            _ => Value::Null,
        };
        if !known.is_null() {
            return known;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.allowed(&parts[0], name, dice);
        }
        if let Some(parts) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            // A string that stands for an object is one that was sent before.
            let objects: Vec<&Value> = parts.iter().filter(|it| it["type"] != "string").collect();
            let part = if name == "vp_token" { dice.one(parts) } else { dice.one(&objects) };
            return self.allowed(part, name, dice);
        }
        if let Some(values) = schema["enum"].as_array() {
            return dice.one(values).clone();
        }
        match schema["type"].as_str() {
            Some("string") => json!(text(schema, dice)),
            Some("boolean") => json!(dice.below(2) == 0),
            Some("integer") => json!(dice.below(9) + 1),
            Some("number") => json!(f64::from(u32::try_from(dice.below(99_999)).unwrap()) / 100.0),
            Some("array") => self.array(schema, name, dice),
            Some("object") => self.object(schema, name, dice),
            _ => dice.one(&[json!(1), json!("x"), json!(true), json!({ "a": [null] }), json!([])]).clone(),
        }
    }

    fn array(&self, schema: &Value, name: &str, dice: &mut Dice) -> Value {
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
        let length = least + dice.below(3);
        (0..length).map(|_| self.allowed(&schema["items"], &format!("{name}[]"), dice)).collect()
    }

    fn object(&self, schema: &Value, name: &str, dice: &mut Dice) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut object = Map::new();
        for (member, described) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&json!(member)) || dice.below(2) == 0 {
                object.insert(member.clone(), self.allowed(described, member, dice));
            }
        }
        if let Some(others) = schema.get("additionalProperties").filter(|it| it.is_object())
            && dice.below(2) == 0
        {
            let member = if name == "claims" { CREDENTIAL.to_owned() } else { dice.text(8) };
            object.insert(member, self.allowed(others, "", dice));
        }
        object.into()
    }
}

fn text(schema: &Value, dice: &mut Dice) -> String {
    let longest = usize::try_from(schema["maxLength"].as_u64().unwrap_or(64)).unwrap();
    let bits = dice.below(usize::MAX);
    match (schema["format"].as_str(), schema["pattern"].as_str().unwrap_or_default()) {
        (Some("ip"), _) if bits.is_multiple_of(2) => {
            Ipv4Addr::from_bits(u32::try_from(bits % 0xffff_ffff).unwrap()).to_string()
        }
        (Some("ip"), _) => Ipv6Addr::from_bits(u128::try_from(bits).unwrap() << 30).to_string(),
        (Some("date-time"), _) => {
            (*dice.one(&["2026-11-29T00:10:00Z", "2026-11-29T00:10:00.5Z", "2026-11-29T01:10:00+01:00"]))
                .to_owned()
        }
        (Some("uri"), _) => "https://shop.example.com/x?y#z".to_owned(),
        (_, "^[A-Z]{3}$") => (*dice.one(&["EUR", "JPY", "XXX"])).to_owned(),
        // As long as it may be, now and then.
        _ if bits.is_multiple_of(16) => "漢".repeat(longest.min(200)),
        _ => dice.text(longest),
    }
}

fn query(dice: &mut Dice) -> Value {
    let types = json!({ "vct_values": ["https://credentials.notarize.com/ProofCredentialV1"] });
    let plain = json!({ "id": CREDENTIAL, "format": "dc+sd-jwt", "meta": types });
    let mut full = plain.clone();
    full["claims"] = json!([
        { "id": "a", "path": ["given_name"] },
        { "id": "b", "path": ["age_equal_or_over", "18"], "values": [true], "unknown": 1 },
    ]);
    full["claim_sets"] = json!([["a"], ["a", "b"]]);
    let sets = json!([{ "options": [[CREDENTIAL]], "required": false }]);
    let queries = [
        json!({ "credentials": [plain] }),
        json!({ "credentials": [full], "unknown": {} }),
        json!({ "credentials": [full], "credential_sets": sets }),
    ];
    dice.one(&queries).clone()
}

/// One thing about it is another now.
fn changed(body: &Value, dice: &mut Dice) -> Value {
    let mut places = Vec::new();
    pointers(body, String::new(), &mut places);
    let mut changed = body.clone();
    let place = changed.pointer_mut(dice.one::<String>(&places)).unwrap();
    let with = match dice.below(5) {
        0 => None,
        1 => Some(json!(null)),
        2 => Some(dice.one(&[json!(-1), json!(1e15), json!(0.5), json!(true), json!([]), json!({})]).clone()),
        3 => Some(dice.one(&[json!(""), json!("\u{0}"), json!(" "), json!("x".repeat(3000))]).clone()),
        _ => match place {
            Value::Array(elements) => Some(elements.iter().chain(elements.iter()).cloned().collect()),
            _ => None,
        },
    };
    match (with, place) {
        (Some(with), place) => *place = with,
        (None, Value::Object(members)) if dice.below(2) == 0 || members.is_empty() => {
            members.insert("unknown-member".to_owned(), json!("x"));
        }
        (None, Value::Object(members)) => {
            let name = members.keys().nth(dice.below(members.len())).unwrap().clone();
            members.shift_remove(&name);
        }
        (None, place) => *place = json!({ "x": 1 }),
    }
    changed
}

fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in inner {
        pointers(value, format!("{at}/{name}"), found);
    }
    found.push(at);
}

const ENDPOINTS: [(&str, &str); 5] = [
    ("/v1/presentations", "BeginPresentation"),
    ("/v1/verify", "VerifyToken"),
    ("/v1/device/verification", "VerifyCode"),
    ("/v1/device/completion", "CompleteCode"),
    ("/v1/rules/dry-run", "TryRules"),
];

async fn tried(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("loan.json");
    std::fs::write(&schema, "{}").unwrap();
    let schema = schema.display();
    let types = format!(
        "\n[[transaction_data]]\ntype = \"{REGISTERED}\"\ntitle = \"A loan\"\nschema = \"{schema}\"\n"
    );
    let harness = Harness::with_more(&types).await;
    let document: Value = serde_json::from_str(&vpgate::http::openapi_json()).unwrap();
    let mut dice = Dice(seed);
    let mut described = Described { document, user_code: String::new() };
    for (path, name) in ENDPOINTS {
        // Each body may end the code that it names.
        described.user_code =
            harness.device_authorization(&[]).await["user_code"].as_str().unwrap().to_owned();
        let validator = described.validator(name);
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let body = described.allowed(&schema, "", &mut dice);
        let wrong: Vec<String> =
            validator.iter_errors(&body).map(|it| format!("{} {it}", it.instance_path())).collect();
        assert!(wrong.is_empty(), "{seed}: the test makes {body}: {wrong:?}");
        let answer = harness.post_json(path, &body.to_string()).await;
        let pointer = answer.json()["pointer"].as_str().unwrap_or_default().to_owned();
        assert!(
            answer.status.is_success() || ABOUT_WHAT_IS_NAMED.contains(&&*pointer),
            "{seed}: {path} {body}: {}",
            answer.text
        );
        for _ in 0..8 {
            let wrong = changed(&body, &mut dice);
            if !validator.is_valid(&wrong) {
                let answer = harness.post_json(path, &wrong.to_string()).await;
                let problem = answer.json();
                assert_eq!(answer.status.as_u16(), 400, "{seed}: {path} {wrong}: {}", answer.text);
                // A number that is too long to be exact is refused before anybody asks what it is for.
                let kinds = ["urn:vpgate:problem:invalid_request", "urn:vpgate:problem:invalid_json"];
                assert!(kinds.iter().any(|kind| problem["type"] == *kind), "{wrong}: {problem}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_document_allows_is_taken_and_what_it_forbids_is_refused(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(tried(seed));
    }
}

#[tokio::test]
async fn the_document_is_served_in_both_forms_at_the_address_of_the_service() {
    let harness = Harness::new().await;
    let mut expected: Value = serde_json::from_str(&vpgate::http::openapi_json()).unwrap();
    assert_eq!(expected["openapi"], "3.1.0");
    expected["servers"][0]["url"] = BASE.into();
    let served = harness.get("/openapi.json").await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    assert_eq!(served.json(), expected);
    let yaml = harness.get("/openapi.yaml").await;
    assert_eq!((yaml.status.as_u16(), yaml.header("content-type")), (200, "application/yaml"));
    assert!(yaml.text.starts_with("openapi: 3.1.0\n") && yaml.text.contains(BASE), "{}", &yaml.text[..300]);
    // What is sent to a client has no place in a document of that version.
    expected["openapi"] = "3.0.3".into();
    assert!(expected.as_object_mut().unwrap().remove("webhooks").is_some());
    assert_eq!(harness.get("/openapi.json?version=3.0").await.json(), expected);
}
