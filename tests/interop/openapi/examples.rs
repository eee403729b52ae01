//! The examples of the document are answers that a service gave. This tells the stories in which it gives them, and
//! compares: what differs from run to run in its type, everything else letter by letter.
//! `UPDATE_OPENAPI=1 cargo test --test interop openapi` writes them anew where they differ.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::clients::service::Service;
use crate::openapi::service;

/// The service of the examples.
const ADDRESS: &str = "https://verify.example.com";
const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What differs from run to run: how the path of a member ends.
const FRESH: [&str; 27] = [
    "access_token",
    "aud",
    "auth_time",
    "authorization_request_url",
    "checks/detail",
    "created_at",
    "device_code",
    "exp",
    "expires_at",
    "iat",
    "id",
    "issued_at",
    "jti",
    "kid",
    "n",
    "qr_svg_url",
    "receipt",
    "response_code",
    "start_url",
    "sub",
    "token",
    "user_code",
    "verification_uri_complete",
    "verified_at",
    "vp_token",
    "x",
    "y",
];

/// What was sent and answered, by operation: the body of the request, and one answer for each status.
struct Recorder {
    service: Service,
    client: Client,
    told: BTreeMap<String, Map<String, Value>>,
}

impl Recorder {
    #[expect(clippy::disallowed_methods, reason = "a client of the service, not a part of it")]
    fn new() -> Self {
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { service: service::start(), client, told: BTreeMap::new() }
    }

    fn shop(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.service.address);
        self.client.request(method, url).basic_auth("store", Some("plain-secret"))
    }

    fn anybody(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.service.address))
    }

    /// Sends a request, and notes what is answered as an example of this operation.
    async fn note(&mut self, operation: &str, request: RequestBuilder, body: Option<Value>) -> Value {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16().to_string();
        let text = answer.text().await.unwrap();
        let example = |value: &Value| at(value, &self.service.address);
        if let Some(body) = body {
            let of_operation = self.told.entry(operation.to_owned()).or_default();
            of_operation.entry("request").or_insert_with(|| example(&body));
        }
        if text.is_empty() {
            return Value::Null;
        }
        let told = serde_json::from_str(&text).unwrap();
        self.told.entry(operation.to_owned()).or_default().insert(status, example(&told));
        told
    }

    async fn json(&mut self, operation: &str, path: &str, body: Value) -> Value {
        let request =
            self.shop(Method::POST, path).header("content-type", "application/json").body(body.to_string());
        self.note(operation, request, Some(body)).await
    }

    async fn form(&mut self, operation: &str, request: RequestBuilder, form: Value) -> Value {
        let request = request.form(form.as_object().unwrap());
        self.note(operation, request, Some(form)).await
    }

    /// The person shares; where the browser is then.
    async fn shared(&self, start: &Value) -> url::Url {
        let errand = [("address", start.as_str().unwrap()), ("answer", "Share")];
        let done = self.anybody("/person").form(&errand).send().await.unwrap();
        done.headers()["location"].to_str().unwrap().parse().unwrap()
    }
}

/// The same at the address of the examples.
fn at(value: &Value, address: &str) -> Value {
    let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    let theirs: String = url::form_urlencoded::byte_serialize(ADDRESS.as_bytes()).collect();
    serde_json::from_str(&value.to_string().replace(address, ADDRESS).replace(&encoded, &theirs)).unwrap()
}

async fn payment(recorder: &mut Recorder) {
    let asked = json!({
        "scope": SCOPE,
        "redirect_uri": "http://127.0.0.1:9999/return",
        "state": "basket-7",
        "transaction_data": [{
            "type": "urn:proof:params:vc:transaction-data:payment-itemized:v1",
            "credential_ids": ["proof_id_default"],
            "payload": {
                "title": "Basket 7",
                "currency": "EUR",
                "items": [{ "quantity": 2, "unit_cost": 12.1, "label": "Green tea" }],
            },
        }],
    });
    let begun = recorder.json("beginPresentation", "/v1/presentations", asked.clone()).await;
    let mut wrong = asked;
    wrong["redirect_uri"] = "https://elsewhere.example.com/".into();
    recorder.json("beginPresentation", "/v1/presentations", wrong).await;
    let path = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    let home = recorder.shared(&begun["start_url"]).await;
    let code = home.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    let collected = recorder.shop(Method::GET, &format!("{path}?response_code={code}"));
    recorder.note("collectResult", collected, None).await;
    let forgotten = recorder.shop(Method::DELETE, &path);
    recorder.note("forgetPresentation", forgotten, None).await;
    let gone = recorder.shop(Method::GET, &path);
    recorder.note("collectResult", gone, None).await;
}

async fn device(recorder: &mut Recorder) -> Value {
    let request = recorder.anybody("/device_authorization");
    recorder.form("deviceAuthorization", request, json!({ "client_id": "tv" })).await
}

async fn poll(recorder: &mut Recorder, codes: &Value) -> Value {
    let poll = json!({ "grant_type": DEVICE_CODE, "client_id": "tv", "device_code": codes["device_code"] });
    let request = recorder.anybody("/token");
    recorder.form("token", request, poll).await
}

async fn television(recorder: &mut Recorder) {
    // One that nobody has answered, and one that somebody has: each is asked about once, so none has to wait.
    let unanswered = device(recorder).await;
    poll(recorder, &unanswered).await;
    let answered = device(recorder).await;
    recorder.shared(&answered["verification_uri_complete"]).await;
    let token = poll(recorder, &answered).await["access_token"].clone();
    let request = recorder.shop(Method::POST, "/introspect");
    recorder.form("introspect", request, json!({ "token": token })).await;
    let request = recorder.anybody("/revoke");
    recorder.form("revoke", request, json!({ "client_id": "tv", "token": token })).await;
}

async fn own_pages(recorder: &mut Recorder) {
    let codes = recorder.anybody("/device_authorization").form(&[("client_id", "tv")]).send().await.unwrap();
    let codes: Value = serde_json::from_str(&codes.text().await.unwrap()).unwrap();
    let code = json!({ "user_code": codes["user_code"], "ip_address": "198.51.100.7" });
    recorder.json("verifyUserCode", "/v1/device/verification", code).await;
    let end = json!({ "user_code": codes["user_code"], "result": "ACCESS_DENIED" });
    recorder.json("completeUserCode", "/v1/device/completion", end).await;
}

async fn judged(recorder: &mut Recorder) {
    let sample = json!({ "claims": { "proof_id_default": { "age_equal_or_over": { "18": true } } } });
    recorder.json("tryRules", "/v1/rules/dry-run", sample).await;
    let token = json!({
        "vp_token": { "proof_id_default": ["eyJhbGciOiJFUzI1NiJ9.e30.c2ln~"] },
        "audience": "vpgate-sandbox",
        "nonce": "n-0S6_WzA2Mj",
        "scope": SCOPE,
    });
    recorder.json("verifyToken", "/v1/verify", token).await;
}

async fn metadata(recorder: &mut Recorder) {
    for (operation, path) in
        [("authorizationServerMetadata", "/.well-known/oauth-authorization-server"), ("jwks", "/jwks.json")]
    {
        let request = recorder.client.get(format!("{}{path}", recorder.service.address));
        recorder.note(operation, request, None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_are_what_a_service_answers() {
    let mut recorder = Recorder::new();
    payment(&mut recorder).await;
    television(&mut recorder).await;
    own_pages(&mut recorder).await;
    judged(&mut recorder).await;
    metadata(&mut recorder).await;
    let told = json!(recorder.told);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/examples.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let differs = difference(&kept, &told, "");
    if std::env::var_os("UPDATE_OPENAPI").is_some() && differs.is_some() {
        std::fs::write(&path, format!("{told:#}\n")).unwrap();
        return;
    }
    assert_eq!(differs, None, "openapi/examples.json: UPDATE_OPENAPI=1 writes what is answered now");
}

/// The first place where they differ in more than what is fresh in every run.
fn difference(kept: &Value, told: &Value, at: &str) -> Option<String> {
    match (kept, told) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let odd = ours
                .keys()
                .chain(theirs.keys())
                .find(|it| !ours.contains_key(*it) || !theirs.contains_key(*it));
            let inner = || {
                ours.iter()
                    .find_map(|(name, value)| difference(value, &theirs[name], &format!("{at}/{name}")))
            };
            odd.map(|name| format!("{at}/{name}")).or_else(inner)
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).find_map(|(ours, theirs)| difference(ours, theirs, at))
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_))
            if FRESH.iter().any(|it| at.ends_with(&format!("/{it}"))) =>
        {
            None
        }
        _ => (kept != told).then(|| at.to_owned()),
    }
}
