//! The examples of the document are answers that a service gave. This tells the stories in which it gives them, and
//! compares: what differs from run to run in its type, everything else letter by letter.
//! `UPDATE_OPENAPI=1 cargo test --test interop openapi` writes them anew where they differ.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::{Map, Value, json};
use vpgate_core::base::base64url;

use crate::clients::service::Service;
use crate::openapi::{document, operations, service};

/// The service of the examples.
const ADDRESS: &str = "https://verify.example.com";
const SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What differs from run to run: how the path of a member ends.
const FRESH: [&str; 35] = [
    "access_token",
    "aud",
    "auth_time",
    "authorization_request_url",
    "checks/detail",
    "created_at",
    "cursor",
    "device_code",
    "due_at",
    "event",
    "exp",
    "expires_at",
    "iat",
    "id",
    "issued_at",
    "jti",
    "kid",
    "n",
    "presentation",
    "qr_svg_url",
    "receipt",
    "redirect_uri",
    "request_uri",
    "response_code",
    "start_url",
    "state",
    "sub",
    "timestamp",
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
        let told = value_of(text);
        self.told.entry(operation.to_owned()).or_default().insert(status, example(&told));
        told
    }

    async fn get(&mut self, operation: &str, path: &str) -> Value {
        let request = self.shop(Method::GET, path);
        self.note(operation, request, None).await
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
    async fn shared(&self, start: &Value) -> Url {
        let errand = [("address", start.as_str().unwrap()), ("answer", "Share")];
        let done = self.anybody("/person").form(&errand).send().await.unwrap();
        done.headers()["location"].to_str().unwrap().parse().unwrap()
    }
}

/// JSON; the data of server-sent events, which are JSON; or a text.
fn value_of(text: String) -> Value {
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    match events.is_empty() {
        true => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        false => Value::Array(events),
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

/// A shop that follows what becomes of its presentation, is told of it, and keeps the evidence.
async fn followed(recorder: &mut Recorder) {
    let asked = json!({ "scope": SCOPE, "redirect_uri": "http://127.0.0.1:9999/return" });
    let begin = recorder.shop(Method::POST, "/v1/presentations");
    let begun =
        begin.header("content-type", "application/json").body(asked.to_string()).send().await.unwrap();
    let begun = value_of(begun.text().await.unwrap());
    recorder.shared(&begun["start_url"]).await;
    let path = format!("/v1/presentations/{}", begun["id"].as_str().unwrap());
    recorder.get("followPresentation", &format!("{path}/events")).await;
    recorder.get("fetchReceipt", &format!("{path}/receipt")).await;
    // The end of the chain is signed behind the answers.
    let mut tries = 0;
    while recorder.get("fetchCheckpoint", "/v1/receipts/checkpoint").await.is_object() {
        tries += 1;
        assert!(tries < 100, "no checkpoint is signed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    recorder.told.get_mut("fetchCheckpoint").unwrap().remove("404");
    // Of what was told before, the newest is enough.
    let listed = recorder.shop(Method::GET, "/v1/events").send().await.unwrap();
    let listed = value_of(listed.text().await.unwrap());
    let events = listed["events"].as_array().unwrap().len();
    assert_eq!(events, 2);
    let cursor: u64 = listed["cursor"].as_str().unwrap().parse().unwrap();
    recorder.get("listEvents", &format!("/v1/events?after={}", cursor - 1)).await;
    recorder.get("listWebhooks", "/v1/webhooks").await;
    let test = recorder.shop(Method::POST, "/v1/webhooks/orders/test");
    recorder.note("testWebhook", test, None).await;
    let deliveries = recorder.get("listDeliveries", "/v1/webhooks/orders/deliveries").await;
    let id = deliveries["deliveries"][0]["id"].as_str().unwrap().to_owned();
    let retry = recorder.shop(Method::POST, &format!("/v1/webhooks/orders/deliveries/{id}/retry"));
    recorder.note("retryDelivery", retry, None).await;
    let unknown = recorder.shop(Method::POST, "/v1/webhooks/orders/deliveries/dlv_x/retry");
    recorder.note("retryDelivery", unknown, None).await;
}

/// A wallet fetches what it is asked, and says no.
async fn wallet(recorder: &mut Recorder) {
    let asked = json!({ "scope": SCOPE, "wallet": "phone", "redirect_uri": "http://127.0.0.1:9999/return" });
    let begin = recorder.shop(Method::POST, "/v1/presentations");
    let begun =
        begin.header("content-type", "application/json").body(asked.to_string()).send().await.unwrap();
    let begun = value_of(begun.text().await.unwrap());
    let start = recorder.client.get(begun["start_url"].as_str().unwrap()).send().await.unwrap();
    let asked: Url = start.headers()["location"].to_str().unwrap().parse().unwrap();
    let request_uri = asked.query_pairs().find(|(name, _)| name == "request_uri").unwrap().1.into_owned();
    let fetch = recorder.client.get(&request_uri);
    let request = recorder.note("fetchRequest", fetch, None).await;
    let fetch = recorder.client.post(&request_uri);
    recorder.form("fetchRequestByPost", fetch, json!({ "wallet_nonce": "d2FsbGV0LW5vbmNl" })).await;
    let payload = request.as_str().unwrap().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap();
    let answer = recorder.client.post(payload["response_uri"].as_str().unwrap());
    recorder
        .form("answerRequest", answer, json!({ "state": payload["state"], "error": "access_denied" }))
        .await;
}

/// Somebody signs in at a web application.
async fn signed_in(recorder: &mut Recorder) {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let pushed = json!({
        "client_id": "web",
        "response_type": "code",
        "redirect_uri": "http://127.0.0.1:9999/return",
        "scope": format!("openid {SCOPE}"),
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    });
    let request = recorder.anybody("/par");
    let pushed = recorder.form("pushAuthorizationRequest", request, pushed).await;
    let mut address: Url = format!("{}/authorize", recorder.service.address).parse().unwrap();
    let request_uri = pushed["request_uri"].as_str().unwrap();
    address.query_pairs_mut().append_pair("client_id", "web").append_pair("request_uri", request_uri);
    let home = recorder.shared(&json!(address.as_str())).await;
    let code = home.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9999/return"),
        ("code_verifier", verifier),
    ];
    let token = recorder.anybody("/token").form(&form).send().await.unwrap();
    let token = value_of(token.text().await.unwrap());
    let token = token["access_token"].as_str().unwrap();
    let userinfo = format!("{}/userinfo", recorder.service.address);
    let request = recorder.client.get(&userinfo).bearer_auth(token);
    recorder.note("userinfo", request, None).await;
    let request = recorder.client.post(&userinfo);
    recorder.form("userinfoByPost", request, json!({ "access_token": token })).await;
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
    for (operation, path) in [
        ("authorizationServerMetadata", "/.well-known/oauth-authorization-server"),
        ("openidConfiguration", "/.well-known/openid-configuration"),
        ("jwks", "/jwks.json"),
        ("receiptJwks", "/receipts/jwks.json"),
    ] {
        let request = recorder.client.get(format!("{}{path}", recorder.service.address));
        recorder.note(operation, request, None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_are_what_a_service_answers() {
    let mut recorder = Recorder::new();
    payment(&mut recorder).await;
    followed(&mut recorder).await;
    wallet(&mut recorder).await;
    signed_in(&mut recorder).await;
    television(&mut recorder).await;
    own_pages(&mut recorder).await;
    judged(&mut recorder).await;
    metadata(&mut recorder).await;
    let told = json!(recorder.told);
    for (place, operation) in operations(&document()) {
        let answers = || operation["responses"].as_object().unwrap().iter();
        let says =
            answers().any(|(status, answer)| status.starts_with('2') && answer.get("content").is_some());
        let name = operation["operationId"].as_str().unwrap();
        let noted = |what: &str| told.get(name).and_then(|it| it.get(what)).is_some();
        let good = answers().any(|(status, _)| status.starts_with('2') && noted(status));
        assert!(good || !says, "{place} has no example of a good answer");
        assert!(noted("request") || operation.get("requestBody").is_none(), "{place}: of its body");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/examples.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let differs = difference(&kept, &told, "");
    if std::env::var_os("UPDATE_OPENAPI").is_some() && differs.is_some() {
        std::fs::write(&path, format!("{told:#}\n")).unwrap();
        return;
    }
    assert_eq!(differs, None, "openapi/examples.json: UPDATE_OPENAPI=1 writes what is answered now");
}

/// A compact JWS.
fn is_signed(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3
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
        // Signed anew in every run.
        (Value::String(ours), Value::String(theirs)) if is_signed(ours) && is_signed(theirs) => None,
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_))
            if FRESH.iter().any(|it| at.ends_with(&format!("/{it}"))) =>
        {
            None
        }
        _ => (kept != told).then(|| at.to_owned()),
    }
}
