//! The ProofSpace document's example through the whole device grant: editing rights for an access level
//! above four (`seeds`: SSI OAuth; REQ-12.3).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;
use vpgate::config::secrets::hash_text;
use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::issuer::Issuer;
use vpgate::sandbox::wallet::{Binding, Holder};
use vpgate::system::clock::SystemClock;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::key_set::KeySet;

use crate::scenarios::logs::Lines;
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{BASE, Harness};

const ISSUER: &str = "http://127.0.0.1:8080/editors";
/// Elsewhere: the browser stops there, and the test answers for the wallet.
const WALLET: &str = "http://127.0.0.1:9999/authorize";
const SERVICE: &str = "http://127.0.0.1:8080";

const EDITORS: &str = r#"
[[credentials]]
id = "scope-credential"
aliases = ["2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag"]
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "http://127.0.0.1:8080/editors"
trust = { jwks_uri = "http://127.0.0.1:8080/editors/jwks.json" }
stable_identifier = "employee_number"
danger_ignore_status = true

[[scopes]]
name = "Editing rights"
alias = "editing-rights"
rules = [{ credentialId = "2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag", fieldName = "Access Level", fieldOperator = ">", fieldValue = 4 }]

[[scopes]]
name = "reading"
credential = "scope-credential"
claims = []
open = true

[[clients]]
client_id = "editor"
name = "Editor"
grants = ["device_code"]
authentication = "none"
scopes = ["editing-rights", "reading", "openid"]
compatibility = "proofspace"
token_claims = [
    { name = "level", credentialId = "2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag", fieldName = "Access Level" },
    { name = "room", request = "room_id" },
]
"#;

/// The service, an issuer of access levels, and wallets that the test makes.
struct Office {
    world: Harness,
    issuer: Issuer,
}

impl Office {
    async fn new() -> Self {
        let issuer = Issuer::new(ISSUER.to_owned(), SystemClock.now()).unwrap();
        let keys = KeySet::from_json(&issuer.jwks()).unwrap().keys().to_vec();
        let text = configuration("").replace(&format!("{BASE}/sandbox/wallet/authorize"), WALLET);
        let resource = format!(
            "[[clients]]\nclient_id = \"archive\"\nauthentication = \"client_secret_post\"\nsecret_hash = \"{}\"\n\
             tokens = {{ introspects = [\"{SERVICE}\"] }}\n",
            hash_text(Secret::received("archive-secret").digest())
        );
        let text = format!("{text}{EDITORS}\n{resource}");
        Self { world: Harness::with_configuration(&text, keys).await, issuer }
    }

    fn holder(&self, claims: Value) -> Holder {
        Holder::new(&self.issuer, claims, self.world.now()).unwrap()
    }

    async fn authorize(&self, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form = vec![("client_id", "editor")];
        form.extend(more);
        let answer = self.world.post_form("/device_authorization", &form).await;
        (answer.status, answer.json())
    }

    /// What the device hears after `holder` presented all that was asked for, as often as allowed.
    async fn outcome(&self, holder: &Holder, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let (status, authorization) = self.authorize(more).await;
        assert_eq!(status, StatusCode::OK, "{authorization}");
        let mut phone = self.world.browser();
        let mut page = self.world.to_wallet(&mut phone, &authorization).await;
        // Up to the last permitted try; an answer that settles leads nowhere else.
        while page.url.as_str().starts_with(WALLET) {
            let value = |wanted: &str| {
                let mut pairs = page.url.query_pairs();
                pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
            };
            assert_eq!(value("scope"), None, "a wallet does not know our names for this");
            let query: Value = serde_json::from_str(&value("dcql_query").unwrap()).unwrap();
            let sd_jwt = self.present(holder, &query, &value("client_id").unwrap(), &value("nonce").unwrap());
            let vp_token = json!({ "scope-credential": [sd_jwt] }).to_string();
            let fragment = form_urlencoded::Serializer::new(String::new())
                .append_pair("vp_token", &vp_token)
                .append_pair("state", &value("state").unwrap())
                .finish();
            let done = phone.bring_fragment(&fragment).await;
            page = phone.open(&done.url.path().replace("/done/", "/start/")).await;
        }
        self.world.clock.advance(Duration::from_secs(5));
        self.world.poll_as("editor", authorization["device_code"].as_str().unwrap()).await
    }

    fn present(&self, holder: &Holder, query: &Value, audience: &str, nonce: &str) -> String {
        let claims = query["credentials"][0]["claims"].as_array().unwrap();
        let path = |claim: &Value| {
            let names = claim["path"].as_array().unwrap().iter();
            names.map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let held: Vec<_> = claims.iter().map(path).filter(|path| holder.claim(path).is_some()).collect();
        let now = self.world.now();
        let binding = Binding { audience, nonce, now, transaction_data: &[], names_hash: false };
        holder.present(&held, &binding, None).unwrap()
    }
}

fn claims_of(token: &Value) -> Value {
    let payload = token["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn employee(level: &Value) -> Value {
    json!({ "employee_number": "E-17", "Access Level": level, "given_name": "Ada" })
}

#[tokio::test]
async fn req_12_3_level_five_may_edit_and_four_three_or_none_may_not() {
    let office = Office::new().await;
    for level in [json!(5), json!("5"), json!(10)] {
        let holder = office.holder(employee(&level));
        let (status, token) = office.outcome(&holder, &[("scope", "editing-rights")]).await;
        assert_eq!((status, &token["scope"]), (StatusCode::OK, &json!("editing-rights")), "{level}: {token}");
        assert_eq!(claims_of(&token)["level"], level);
    }
    for level in [json!(4), json!("4"), json!(3), json!("high")] {
        let holder = office.holder(employee(&level));
        let (status, body) = office.outcome(&holder, &[("scope", "editing-rights")]).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("access_denied")), "{level}");
    }
    let without = office.holder(json!({ "employee_number": "E-17", "given_name": "Ada" }));
    let (status, body) = office.outcome(&without, &[("scope", "editing-rights")]).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("access_denied")));
}

#[tokio::test]
async fn req_12_5_the_log_names_the_rule_and_no_value() {
    let (lines, _guards) = Lines::collect(tracing::Level::INFO);
    let office = Office::new().await;
    let holder = office.holder(employee(&json!("unmistakable")));
    let (_, body) = office.outcome(&holder, &[("scope", "editing-rights"), ("room_id", "room-4711")]).await;
    assert_eq!(body["error"], "access_denied");
    let log = lines.text();
    let told = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"].take());
    let told: Vec<Value> = told.filter(|fields| fields["scope"] == "editing-rights").collect();
    assert_eq!(told.len(), 1, "{log}");
    assert_eq!(told[0]["field"], "Access Level");
    assert_eq!(told[0]["credential"], "scope-credential");
    assert_eq!(told[0]["why"], "the claim is of another type than the rule compares with");
    for value in ["unmistakable", "room-4711", "E-17", "Ada"] {
        assert!(!log.contains(value), "the log contains {value}:\n{log}");
    }
}

#[tokio::test]
async fn req_12_9_fewer_scopes_than_asked_for_are_named_in_the_answer() {
    let office = Office::new().await;
    let both = [("scope", "editing-rights reading")];
    let (_, token) = office.outcome(&office.holder(employee(&json!(5))), &both).await;
    assert_eq!(token["scope"], "editing-rights reading");
    let (_, token) = office.outcome(&office.holder(employee(&json!(4))), &both).await;
    assert_eq!(token["scope"], "reading");
    assert_eq!(claims_of(&token)["scope"], "reading");
}

#[tokio::test]
async fn req_12_7_a_name_with_spaces_is_asked_for_by_its_alias() {
    let office = Office::new().await;
    for wrong in ["Editing rights", "Editing-rights", "editing-rights Editing"] {
        let (status, body) = office.authorize(&[("scope", wrong)]).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_scope")), "{wrong}");
    }
    let (_, authorization) = office.authorize(&[("scope", "editing-rights")]).await;
    let page =
        office.world.browser().open(authorization["verification_uri_complete"].as_str().unwrap()).await;
    assert!(page.body.contains("Editing rights") && page.body.contains("Access Level"), "{}", page.body);
}

#[tokio::test]
async fn req_12_13_introspection_and_userinfo_say_what_the_token_says() {
    let office = Office::new().await;
    let holder = office.holder(employee(&json!(5)));
    let request = [("scope", "editing-rights openid"), ("room_id", "42"), ("floor", "9")];
    let (_, token) = office.outcome(&holder, &request).await;
    let access_token = token["access_token"].as_str().unwrap();
    let form = [("client_id", "archive"), ("client_secret", "archive-secret"), ("token", access_token)];
    let told = office.world.post_form("/introspect", &form).await.json();
    let bearer = ("authorization", format!("Bearer {access_token}"));
    let person = office.world.send(Method::GET, "/userinfo", &[bearer], String::new()).await.json();
    for answer in [&told, &person] {
        assert_eq!((&answer["level"], &answer["room"]), (&json!(5), &json!("42")), "{answer}");
        assert_eq!((&answer["sub"], answer.get("floor")), (&claims_of(&token)["sub"], None));
    }
    let form = [("client_id", "archive"), ("client_secret", "archive-secret"), ("token", "unknown")];
    assert_eq!(office.world.post_form("/introspect", &form).await.json(), json!({"active": false}));
}

#[tokio::test]
async fn req_12_10_to_12_13_tokens_say_what_is_configured_and_nothing_else() {
    let office = Office::new().await;
    let holder = office.holder(employee(&json!(5)));
    let request = [("scope", "editing-rights"), ("room_id", "42"), ("floor", "9")];
    let (_, token) = office.outcome(&holder, &request).await;
    let claims = claims_of(&token);
    let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "amr",
        "aud",
        "auth_time",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "level",
        "publicServiceDID",
        "room",
        "scope",
        "sub",
        "subscriberConnectDID",
    ];
    assert_eq!(names, expected);
    assert_eq!((&claims["level"], &claims["room"]), (&json!(5), &json!("42")));
    assert_eq!(claims["subscriberConnectDID"], claims["sub"]);
    assert_eq!(claims["publicServiceDID"], SERVICE);

    let (_, token) = office.outcome(&holder, &[("scope", "editing-rights")]).await;
    assert!(claims_of(&token).get("room").is_none());
    let long = "x".repeat(513);
    let (status, body) = office.authorize(&[("room_id", &long)]).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    assert_eq!(office.authorize(&[("floor", &long)]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_5_21_the_subject_follows_the_stable_identifier_to_a_new_wallet() {
    let office = Office::new().await;
    let subject = async |number: &str| {
        let mut claims = employee(&json!(5));
        claims["employee_number"] = json!(number);
        let (_, token) = office.outcome(&office.holder(claims), &[]).await;
        claims_of(&token)["sub"].as_str().unwrap().to_owned()
    };
    let mine = subject("E-17").await;
    assert_eq!(mine, subject("E-17").await, "another key, the same person");
    assert_ne!(mine, subject("E-18").await);
}

#[tokio::test]
async fn req_12_15_a_presentation_ends_with_the_device_code_and_the_token_lives_by_itself() {
    let office = Office::new().await;
    let (_, authorization) = office.authorize(&[]).await;
    // Requests live 300 seconds, this code has 100 left.
    office.world.clock.advance(Duration::from_secs(500));
    let mut phone = office.world.browser();
    let page = office.world.to_wallet(&mut phone, &authorization).await;
    assert!(page.url.as_str().starts_with(WALLET), "{}", page.url);
    office.world.clock.advance(Duration::from_secs(100));
    let state = page.url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let page = phone.bring_fragment(&format!("vp_token=x&state={state}")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
    let (_, body) = office.world.poll_as("editor", authorization["device_code"].as_str().unwrap()).await;
    assert_eq!(body["error"], "expired_token");
    let (_, token) = office.outcome(&office.holder(employee(&json!(5))), &[]).await;
    assert_eq!(token["expires_in"], 3600, "longer than its code");
}
