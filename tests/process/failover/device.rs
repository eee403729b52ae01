//! A device with a key, and the person in front of it: both go on until they have what they were promised. What is
//! unavailable is asked for again; every other refusal is a fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use url::form_urlencoded;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

use super::replicas::{CLIENT, PUBLIC, Replicas, Told, VERIFIER};
use crate::devices::DEVICE_GRANT;
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::builders::presentation::{PresentationBuilder, QUERY_ID, Signer, edit};

/// Nobody waits for longer.
const PATIENCE: Duration = Duration::from_secs(45);
/// Between two attempts; a real client would wait as long as it was told.
const PAUSE: Duration = Duration::from_millis(100);

/// A device that has codes, and how far it came: everything in here was acknowledged.
pub struct Left {
    replicas: Arc<Replicas>,
    key: SigningKey,
    nonce: Option<String>,
    proofs: u32,
    /// What it was given when it asked.
    codes: Value,
    approved: bool,
    /// Its refresh tokens, the newest last.
    refresh: Vec<String>,
}

/// How far a device goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    Asked,
    Approved,
    Refreshed,
}

/// A new device goes so far.
pub async fn goes(replicas: Arc<Replicas>, goal: Goal) -> Left {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut device = Left {
        replicas,
        key,
        nonce: None,
        proofs: 0,
        codes: Value::Null,
        approved: false,
        refresh: Vec::new(),
    };
    let told = device.post("/device_authorization", &[("client_id", CLIENT)]).await;
    assert_eq!(told.status, 200, "{}", told.body);
    device.codes = told.body;
    if goal >= Goal::Approved {
        device.is_approved().await;
    }
    if goal >= Goal::Refreshed {
        device.takes_its_tokens().await;
        device.refreshes().await;
    }
    device
}

impl Left {
    pub fn has_tokens(&self) -> bool {
        !self.refresh.is_empty()
    }

    /// What was acknowledged holds; what was not done yet can be done.
    pub async fn goes_on_as_if_nothing_had_happened(mut self) {
        if !self.approved {
            let told = self.poll().await;
            let error = told.body["error"].as_str();
            let pending = matches!(error, Some("authorization_pending" | "slow_down"));
            assert!(pending, "an acknowledged grant is {}", told.body);
            return;
        }
        if !self.has_tokens() {
            self.takes_its_tokens().await;
        }
        self.refreshes().await;
        self.refreshes().await;
        // An old one, which is neither the last nor the one before: one refresh token works, and no other.
        let old = self.refresh.len() - 3;
        let told = self.refresh_with(&self.refresh[old].clone()).await;
        assert_eq!(
            (told.status, told.body["error"].as_str()),
            (400, Some("invalid_grant")),
            "two refresh tokens"
        );
    }

    /// The person shares, and sees that it is done. Who does not see it tries again, and then asks the device.
    async fn is_approved(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        // One browser, which has taken the code up.
        let mut cookies = BTreeMap::new();
        while let Err(page) = self.person_shares(&mut cookies).await {
            let said = page.body.split("<main").last().unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "nobody can approve: {} {}
{said}",
                page.url,
                page.status
            );
            // Perhaps it counted, and only the page was lost: the device would know.
            let told = self.poll().await;
            if told.status == 200 {
                self.keep(&told.body);
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.approved = true;
    }

    /// The page at which it came to an end, unless it is done.
    async fn person_shares(&self, cookies: &mut BTreeMap<String, String>) -> Result<(), Page> {
        let network = self.replicas.network();
        let mut browser = Browser::new(&network, PUBLIC.parse().unwrap());
        browser.cookies.clone_from(cookies);
        let page = browser.open(self.codes["verification_uri_complete"].as_str().unwrap()).await;
        if !page.status.is_success() || !page.body.contains("Continue") {
            return Err(page);
        }
        let page = browser.press(&page, "Continue").await;
        cookies.clone_from(&browser.cookies);
        if page.url.host_str() != Some("wallet.example.com") {
            return Err(page);
        }
        let asked = |name: &str| {
            let mut pairs = page.url.query_pairs();
            pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap()
        };
        let vp_token = json!({ QUERY_ID: [self.presentation(&asked("nonce"))] }).to_string();
        let fragment = form_urlencoded::Serializer::new(String::new())
            .append_pair("vp_token", &vp_token)
            .append_pair("state", &asked("state"))
            .finish();
        let page = browser.bring_fragment(&fragment).await;
        let done = page.status.is_success() && page.body.contains("has what it needs");
        if done { Ok(()) } else { Err(page) }
    }

    /// What a wallet makes of the request.
    fn presentation(&self, nonce: &str) -> String {
        let holder = Signer::of(SigningKey::generate(Algorithm::Es256).unwrap());
        let mut made = PresentationBuilder::new(Signer::of(self.replicas.issuer()), holder);
        let now = now();
        made.edit_payload(|payload| {
            payload.insert("iat".to_owned(), json!(now - 1000));
            payload.insert("exp".to_owned(), json!(now + 86_400));
        });
        edit(&mut made.kb, |kb| {
            kb.insert("iat".to_owned(), json!(now));
            kb.insert("aud".to_owned(), json!(VERIFIER));
            kb.insert("nonce".to_owned(), json!(nonce));
        });
        made.present()
    }

    async fn takes_its_tokens(&mut self) {
        if self.has_tokens() {
            return;
        }
        let told = self.poll().await;
        assert_eq!(told.status, 200, "an acknowledged approval gives no token: {}", told.body);
        self.keep(&told.body);
    }

    async fn refreshes(&mut self) {
        let newest = self.refresh.last().unwrap().clone();
        let told = self.refresh_with(&newest).await;
        assert_eq!(told.status, 200, "an acknowledged refresh token does not work: {}", told.body);
        self.keep(&told.body);
    }

    fn keep(&mut self, tokens: &Value) {
        assert_eq!(tokens["token_type"], "DPoP");
        self.refresh.push(tokens["refresh_token"].as_str().unwrap().to_owned());
    }

    async fn poll(&mut self) -> Told {
        let code = self.codes["device_code"].as_str().unwrap().to_owned();
        self.post("/token", &[("client_id", CLIENT), ("grant_type", DEVICE_GRANT), ("device_code", &code)])
            .await
    }

    async fn refresh_with(&mut self, token: &str) -> Told {
        let form = [("client_id", CLIENT), ("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/token", &form).await
    }

    /// Asks again, at whichever replica, until there is another answer than that a part is unavailable.
    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Told {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let proof = self.proof(path);
            match self.replicas.post(path, form, Some(&proof)).await {
                Some(Told { nonce: Some(nonce), .. }) => self.nonce = Some(nonce),
                Some(told) if told.status != 503 => return told,
                unheard => {
                    let told = unheard.is_none_or(|it| it.retry_after.is_some());
                    assert!(told, "unavailable, and nobody says for how long");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            assert!(Instant::now() < deadline, "{path} does not answer any more");
        }
    }

    fn proof(&mut self, path: &str) -> String {
        self.proofs += 1;
        let header = json!({"typ": "dpop+jwt", "jwk": self.key.public_key().to_jwk()});
        let mut claims = json!({
            "htm": "POST", "htu": format!("{PUBLIC}{path}"), "iat": now(), "jti": self.proofs.to_string(),
        });
        if let Some(nonce) = &self.nonce {
            claims["nonce"] = json!(nonce);
        }
        let object = |value: Value| -> Map<String, Value> { value.as_object().unwrap().clone() };
        self.key.sign(&object(header), &object(claims)).unwrap()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
