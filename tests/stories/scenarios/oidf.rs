//! The verifier modules of the OpenID Foundation's conformance suite for OpenID4VP 1.0, each a test of its
//! name, over every combination of its variants that the specification allows, and under the profile of high
//! assurance (HAIP 1.0). The suite's wallet is played by [`PostingWallet`].
//!
//! A refusal is a 4xx, and the same wallet is then believed when it answers rightly: what was wrong was
//! wrong in that one way.
//!
//! Those with the credential format `iso_mdl` are in [`super::mdoc`].

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::openid4vp::request::VpRequest;

use crate::scenarios::asking::{
    DNS, HASH, REDIRECT, asked, haip, parameter, path_of, read, sent_to_wallet, wallet,
};
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use vpgate_test_support::browser::Browser;
use vpgate_test_support::builders::presentation::{PresentationBuilder, Signer, edit};
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::{BASE, Harness};

const HOUR: i64 = 3600;

/// Client identifier prefix and request method: `redirect_uri` is never signed (OpenID4VP 1.0 section
/// 5.9.3), the other two always are, and the suite fetches what is signed.
const ASKED_BY: [(&str, &str); 3] = [(REDIRECT, "url_query"), (DNS, "by_reference"), (HASH, "by_reference")];
const RESPONSE_MODES: [&str; 2] = ["direct_post", "direct_post.jwt"];

/// One combination, with a request that a wallet was sent.
struct Variant {
    name: String,
    world: Harness,
    method: &'static str,
    /// Removed at the end.
    _certified: Certified,
}

/// All of them and the one of HAIP, or those whose request is fetched, by this method.
async fn variants(only_fetched: Option<&'static str>) -> Vec<Variant> {
    let mut all = vec![Variant::of(&haip, only_fetched.unwrap_or("by_reference")).await];
    for (identity, method) in ASKED_BY {
        let method = match only_fetched {
            Some(_) if method == "url_query" => continue,
            Some(fetched) => fetched,
            None => method,
        };
        for mode in RESPONSE_MODES {
            all.push(Variant::of(&|method: &str| wallet(identity, method, mode), method).await);
        }
    }
    all
}

impl Variant {
    /// With this entry for the method.
    async fn of(entry: &dyn Fn(&str) -> String, method: &'static str) -> Self {
        let (name, certified) = (entry(method), Certified::new());
        let world = Harness::asking(&name, certified.path()).await;
        Self { name, world, method, _certified: certified }
    }

    /// A browser leaves for the wallet, which reads the request.
    async fn asks(&self, browser: &mut Browser<'_>) -> (Value, VpRequest) {
        let (begun, url) = sent_to_wallet(&self.world, browser).await;
        let asked = match self.method {
            "url_query" => PostingWallet::new(&self.world).asked_at(&url).await,
            _ => asked(&self.world, &read(&self.world.get(&path_of(&url)).await.text).1).await,
        };
        assert_eq!(Some(&asked.verifier_id), parameter(&url, "client_id").as_ref());
        (begun, asked)
    }

    /// The wallet shows what `change` made of an honest presentation, and is believed.
    async fn accepts(&self, change: impl Fn(&mut PresentationBuilder)) {
        let mut browser = self.world.browser();
        let (begun, asked) = self.asks(&mut browser).await;
        let mut made = PostingWallet::new(&self.world).made(&asked);
        change(&mut made);
        self.is_verified(&mut browser, &begun, &asked, &made).await;
    }

    /// The wallet is refused, and then believed without the change.
    async fn refuses(&self, change: impl Fn(&mut PresentationBuilder)) {
        let mut browser = self.world.browser();
        let (begun, asked) = self.asks(&mut browser).await;
        let phone = PostingWallet::new(&self.world);
        let mut wrong = phone.made(&asked);
        change(&mut wrong);
        self.is_refused(&begun, &asked, &wrong).await;
        self.is_verified(&mut browser, &begun, &asked, &phone.made(&asked)).await;
    }

    async fn is_refused(&self, begun: &Value, asked: &VpRequest, made: &PresentationBuilder) {
        let answer = PostingWallet::new(&self.world).answer(asked, &made.present()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}: {}", self.name, answer.text);
        assert_eq!(answer.json(), json!({"error": "invalid_request"}), "{}", self.name);
        let (_, result) = self.world.collect(begun, None).await;
        assert_ne!(result["status"], "verified", "{}", self.name);
    }

    async fn is_verified(
        &self,
        browser: &mut Browser<'_>,
        begun: &Value,
        asked: &VpRequest,
        made: &PresentationBuilder,
    ) {
        let answer = PostingWallet::new(&self.world).answer(asked, &made.present()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}: {}", self.name, answer.text);
        let page = browser.open(&redirect_uri(&answer)).await;
        let code = parameter(&page.url, "response_code");
        let (status, result) = self.world.collect(begun, code.as_deref()).await;
        let told = (status, &result["status"]);
        assert_eq!(told, (StatusCode::OK, &json!("verified")), "{}: {result}", self.name);
    }
}

/// Somebody else's key.
fn foreign() -> Signer {
    Signer::of(SigningKey::generate(Algorithm::Es256).unwrap())
}

fn edit_kb(made: &mut PresentationBuilder, name: &str, value: &Value) {
    edit(&mut made.kb, |kb| drop(kb.insert(name.to_owned(), value.clone())));
}

fn shift_iat(made: &mut PresentationBuilder, seconds: i64) {
    edit(&mut made.kb, |kb| kb["iat"] = (kb["iat"].as_i64().unwrap() + seconds).into());
}

/// The demo issuer's list: the credential is the one whose status its buttons change.
fn name_status(made: &mut PresentationBuilder) {
    let list = json!({"idx": 0, "uri": format!("{BASE}/sandbox/issuer/status-list")});
    made.edit_payload(|payload| drop(payload.insert("status".to_owned(), json!({"status_list": list}))));
}

#[tokio::test]
async fn req_1_2_req_9_3_happy_flow() {
    for variant in variants(None).await {
        variant.accepts(|_| {}).await;
    }
}

/// The key in `cnf` has the members of RFC 7638 and nothing else: no `kid`, `use` or `alg`.
#[tokio::test]
async fn minimal_cnf_jwk() {
    for variant in variants(None).await {
        let minimal = |made: &mut PresentationBuilder| {
            made.edit_payload(|payload| {
                let jwk = &payload["cnf"]["jwk"];
                let mut names: Vec<_> = jwk.as_object().unwrap().keys().cloned().collect();
                names.sort();
                assert_eq!(names, ["crv", "kty", "x", "y"]);
            });
        };
        variant.accepts(minimal).await;
    }
}

#[tokio::test]
async fn request_uri_method_post() {
    for variant in variants(Some("by_reference_post")).await {
        let mut browser = variant.world.browser();
        let (begun, url) = sent_to_wallet(&variant.world, &mut browser).await;
        assert_eq!(parameter(&url, "request_uri_method").as_deref(), Some("post"));
        let answer = variant.world.post_form(&path_of(&url), &[("wallet_nonce", "n-0S6_WzA2Mj")]).await;
        assert_eq!(answer.header("content-type"), "application/oauth-authz-req+jwt");
        let (_, claims) = read(&answer.text);
        assert_eq!(claims["wallet_nonce"], "n-0S6_WzA2Mj", "{}", variant.name);
        let asked = asked(&variant.world, &claims).await;
        let made = PostingWallet::new(&variant.world).made(&asked);
        variant.is_verified(&mut browser, &begun, &asked, &made).await;
    }
}

#[tokio::test]
async fn req_1_47_request_uri_fetched_twice() {
    for variant in variants(Some("by_reference")).await {
        let (world, mut browser) = (&variant.world, variant.world.browser());
        let (begun, url) = sent_to_wallet(world, &mut browser).await;
        let path = path_of(&url);
        let (first, second) = (world.get(&path).await, world.get(&path).await);
        let (_, claims) = read(&first.text);
        assert_eq!(read(&second.text).1["nonce"], claims["nonce"]);
        let asked = asked(world, &claims).await;
        let made = PostingWallet::new(world).made(&asked);
        variant.is_verified(&mut browser, &begun, &asked, &made).await;

        let gone = world.get(&path).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "after the answer: {}", variant.name);
        assert_eq!(gone.header("cache-control"), "no-store");
        let unknown = world.get("/wallet/requests/AAAAAAAAAAAAAAAAAAAAAA").await;
        let malformed = world.get("/wallet/requests/x").await;
        assert_eq!((&gone.text, gone.status), (&unknown.text, unknown.status), "one answer for all");
        assert_eq!((&gone.text, gone.status), (&malformed.text, malformed.status));
    }
}

#[tokio::test]
async fn invalid_kb_jwt_signature() {
    for variant in variants(None).await {
        variant.refuses(|made| made.holder = foreign()).await;
    }
}

#[tokio::test]
async fn invalid_credential_signature() {
    for variant in variants(None).await {
        // The header still names the issuer's key.
        variant.refuses(|made| made.issuer = foreign()).await;
    }
}

#[tokio::test]
async fn invalid_sd_hash() {
    for variant in variants(None).await {
        let other = DigestAlgorithm::Sha256.digest("another~");
        variant.refuses(|made| edit_kb(made, "sd_hash", &json!(other))).await;
    }
}

#[tokio::test]
async fn invalid_kb_jwt_nonce() {
    for variant in variants(None).await {
        variant.refuses(|made| edit_kb(made, "nonce", &json!("n-0S6_WzA2MjqKkrQ1QfZw"))).await;
    }
}

#[tokio::test]
async fn invalid_kb_jwt_aud() {
    for variant in variants(None).await {
        variant.refuses(|made| edit_kb(made, "aud", &json!("x509_san_dns:other.example"))).await;
    }
}

#[tokio::test]
async fn kb_jwt_iat_in_past() {
    for variant in variants(None).await {
        variant.refuses(|made| shift_iat(made, -HOUR)).await;
    }
}

#[tokio::test]
async fn kb_jwt_iat_in_future() {
    for variant in variants(None).await {
        variant.refuses(|made| shift_iat(made, HOUR)).await;
    }
}

#[tokio::test]
async fn present_revoked_credential() {
    for variant in variants(None).await {
        let mut browser = variant.world.browser();
        let (begun, asked) = variant.asks(&mut browser).await;
        let mut made = PostingWallet::new(&variant.world).made(&asked);
        name_status(&mut made);
        variant.world.issuer_says("revoked").await;
        variant.is_refused(&begun, &asked, &made).await;
        // That ends the request; the next one finds it restored.
        assert_eq!(variant.world.collect(&begun, None).await.1["status"], "rejected");
        variant.world.issuer_says("valid").await;
        let (begun, asked) = variant.asks(&mut browser).await;
        let mut made = PostingWallet::new(&variant.world).made(&asked);
        name_status(&mut made);
        variant.is_verified(&mut browser, &begun, &asked, &made).await;
    }
}

#[tokio::test]
async fn present_credential_without_status() {
    for variant in variants(None).await {
        let without = |made: &mut PresentationBuilder| {
            made.edit_payload(|payload| {
                assert!(!payload.contains_key("status"));
            });
        };
        variant.accepts(without).await;
    }
}
