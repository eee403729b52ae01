//! The whole verdict, with a real server that publishes a status list: what is asked of it, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use url::Url;

use super::*;
use crate::fetch::client::FetchClient;
use crate::fetch::issuer_keys::FetchedIssuerKeys;
use crate::fetch::status_lists::FetchedStatusLists;
use crate::fetch::test_server::{ok, serve};
use crate::flow::ports::{Clock, IssuerKeys};
use vpgate_core::base::id::Nonce;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::jose::x5c::testing::{Authority, Plan, public_key, x5c};
use vpgate_core::openid4vp::dcql::{ClaimsPath, CredentialQuery, Query};
use vpgate_core::openid4vp::request::{Profile, VpRequest};
use vpgate_core::openid4vp::testing::asked;
use vpgate_core::sdjwt::testing::{AUDIENCE, ListMaker, Maker, NONCE, NOW, QUERY_ID, REQUESTED_AT, VCT};
use vpgate_core::status_list::check::CredentialStatus;
use vpgate_core::status_list::token::CacheBounds;
use vpgate_core::trust::status_policy::StatusCheck;
use vpgate_core::trust::{KeySource, TrustPolicy};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A service, a credential, and the server of its issuer's list.
struct Scene {
    trust: TrustPolicy,
    issuer_keys: Arc<dyn IssuerKeys>,
    status_lists: FetchedStatusLists,
    maker: Maker,
    asked: VpRequest,
    served: Arc<AtomicUsize>,
}

impl Scene {
    /// Index 0 is valid, 1 revoked, 2 suspended.
    fn new() -> Self {
        Self::serving(|key, uri| {
            let mut list = ListMaker::new(key, &[0, 1, 2]);
            list.payload.insert("sub".to_owned(), json!(uri));
            ok("Content-Type: application/statuslist+jwt", list.sign(key).as_bytes())
        })
    }

    fn serving(answer: impl Fn(&SigningKey, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let mut maker = Maker::new();
        let key = SigningKey::from_jwk(&maker.issuer.to_private_jwk()).unwrap();
        let address = Arc::new(std::sync::OnceLock::<Url>::new());
        let known = Arc::clone(&address);
        let (url, served) = serve(move |_| Some(answer(&key, known.wait().as_str())));
        maker.name_status(0, url.as_str());
        address.set(url).unwrap();
        let mut asked = asked();
        asked.nonce = Nonce::parse(NONCE).unwrap();
        asked.verifier_id = AUDIENCE.to_owned();
        asked.created_at = REQUESTED_AT;
        let given_name = ClaimsPath::from_dotted("given_name").unwrap();
        let query = CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], vec![given_name]);
        asked.query = Query::of(vec![query]).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let client = FetchClient::new(true).unwrap();
        let issuer_keys: Arc<dyn IssuerKeys> =
            Arc::new(FetchedIssuerKeys::new(client.clone(), Arc::clone(&clock)));
        let status_lists =
            FetchedStatusLists::new(client, clock, Arc::clone(&issuer_keys), CacheBounds::default());
        Self { trust: maker.trust(), issuer_keys, status_lists, maker, asked, served }
    }

    fn status_at(mut self, index: u64) -> Self {
        let uri = self.maker.payload["status"]["status_list"]["uri"].as_str().unwrap().to_owned();
        self.maker.name_status(index, &uri);
        self
    }

    fn changed(mut self, change: fn(&mut Maker)) -> Self {
        change(&mut self.maker);
        self
    }

    async fn judge(&self) -> Judged {
        self.judge_text(self.maker.present()).await
    }

    async fn judge_text(&self, text: String) -> Judged {
        let judge = Judge {
            trust: &self.trust,
            issuer_keys: &*self.issuer_keys,
            status_lists: &self.status_lists,
            cross_check: None,
            result: None,
        };
        judge.token(&self.asked.expected(), text, NOW).await
    }

    fn requests(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

fn rejected(judged: Judged) -> Report {
    match judged {
        Judged::Refused(Refusal::Rule | Refusal::IssuerAtFault, report) => report,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn req_7_1_one_request_for_a_genuine_credential_and_none_while_it_is_fresh() {
    let scene = Scene::new();
    for _ in 0..3 {
        let judged = scene.judge().await;
        let Judged::Verified { presentation, .. } = judged else { panic!("{judged:?}") };
        assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].status, CredentialStatus::Valid);
    }
    assert_eq!(scene.requests(), 1);
}

#[tokio::test]
async fn req_7_1_no_request_for_a_credential_that_is_already_refused() {
    type TokenChange = fn(&mut Maker);
    let cases: [(&str, TokenChange); 7] = [
        ("validity_exp", |maker| set(&mut maker.payload, "exp", json!(NOW.unix() - 100))),
        ("issuer_trusted", |maker| set(&mut maker.payload, "iss", json!("https://evil.example"))),
        ("credential_type", |maker| set(&mut maker.payload, "vct", json!("x"))),
        ("issuer_signature", |maker| maker.issuer = renamed(maker.issuer.kid())),
        ("kb_nonce", |maker| set(&mut maker.kb, "nonce", json!("another"))),
        ("kb_audience", |maker| set(&mut maker.kb, "aud", json!("another"))),
        ("claims_present", |maker| drop(maker.disclosures.remove(0))),
    ];
    for (expected, change) in cases {
        let scene = Scene::new().changed(change);
        let report = rejected(scene.judge().await);
        assert_eq!(report.reason.as_deref(), Some(expected), "{report:?}");
        assert_eq!(scene.requests(), 0, "{expected}");
    }
    let scene = Scene::new();
    let text = scene.maker.present();
    let report = rejected(scene.judge_text(text.replacen('~', ".~", 1)).await);
    assert!(report.reason.is_some());
    assert_eq!(scene.requests(), 0, "what cannot be read");
}

fn set(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}

/// Another key under the same name.
fn renamed(kid: &str) -> SigningKey {
    let mut jwk = Maker::new().issuer.to_private_jwk();
    jwk["kid"] = json!(kid);
    SigningKey::from_jwk(&jwk).unwrap()
}

#[tokio::test]
async fn req_7_12_revoked_and_suspended_credentials_are_rejected() {
    for (index, word) in [(1, "revoked"), (2, "suspended")] {
        let report = rejected(Scene::new().status_at(index).judge().await);
        assert_eq!(report.reason.as_deref(), Some("status"));
        let judged = report.checks.iter().find(|check| check.check == "status").unwrap();
        assert!(judged.detail.contains(word), "{}", judged.detail);
    }
    let report = rejected(Scene::new().status_at(3).judge().await);
    assert_eq!(report.reason.as_deref(), Some("status_index"));
}

#[tokio::test]
async fn req_7_13_without_a_list_there_is_no_verdict_but_no() {
    let scene = Scene::serving(|_, _| b"HTTP/1.1 503 \r\n\r\n".to_vec());
    let mut reports = Vec::new();
    for _ in 0..2 {
        let judged = scene.judge().await;
        let Judged::Refused(Refusal::Undecided, report) = judged else { panic!("{judged:?}") };
        assert_eq!(report.reason.as_deref(), Some("status_list_available"));
        reports.push(report);
    }
    assert_eq!(reports[0], reports[1], "the same answer twice gives the same report");
    assert_eq!(scene.requests(), 1, "a server that failed is left alone for a moment");
}

#[tokio::test]
async fn req_7_13_another_presentation_decides_while_one_list_cannot_be_had() {
    let mut scene = Scene::new();
    let several = CredentialQuery { multiple: true, ..scene.asked.query.credentials()[0].clone() };
    scene.asked.query = Query::of(vec![several]).unwrap();
    let good = scene.maker.present();
    let (dead, asked) = serve(|_| Some(b"HTTP/1.1 503 \r\n\r\n".to_vec()));
    scene.maker.name_status(0, dead.as_str());
    let unlisted = scene.maker.present();
    for both in [[&unlisted, &good], [&good, &unlisted]] {
        let judged = scene.judge_text(json!({ QUERY_ID: both }).to_string()).await;
        let Judged::Verified { presentation, .. } = judged else { panic!("{judged:?}") };
        assert_eq!(presentation.credentials()[QUERY_ID].as_slice().len(), 1);
    }
    let judged = scene.judge_text(json!({ QUERY_ID: [unlisted] }).to_string()).await;
    let Judged::Refused(Refusal::Undecided, report) = judged else { panic!("{judged:?}") };
    assert_eq!(report.reason.as_deref(), Some("status_list_available"));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "left alone for a moment");
}

#[tokio::test]
async fn req_7_8_a_list_by_somebody_else_is_a_rejection() {
    let scene = Scene::serving(|_, uri| {
        let somebody = Maker::new().issuer;
        let mut list = ListMaker::new(&somebody, &[0]);
        list.payload.insert("sub".to_owned(), json!(uri));
        ok("Content-Type: application/statuslist+jwt", list.sign(&somebody).as_bytes())
    });
    let report = rejected(scene.judge().await);
    assert_eq!(report.reason.as_deref(), Some("status_list_signature"));
}

#[tokio::test]
async fn req_5_16_an_ignored_status_is_not_fetched() {
    let mut scene = Scene::new().status_at(1);
    scene.trust.credentials[0].status.check = StatusCheck::Ignored;
    let judged = scene.judge().await;
    let Judged::Verified { presentation, .. } = judged else { panic!("{judged:?}") };
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].status, CredentialStatus::Unchecked);
    assert_eq!(scene.requests(), 0);
}

/// Lists are kept for all wallets; what one of profile `haip` may not rest on is known of a kept one too.
#[tokio::test]
async fn req_9_10_a_list_that_was_kept_for_another_wallet_is_judged_again() {
    let root = Arc::new(Authority::root(&Plan::authority("Root", NOW.unix())));
    let certify = |root: &Authority, key: &SigningKey| {
        root.certify(&Plan::leaf("Issuer", NOW.unix()), &public_key(&key.public_key().to_jwk()))
    };
    let authority = Arc::clone(&root);
    let mut scene = Scene::serving(move |key, uri| {
        let mut list = ListMaker::new(key, &[0]);
        let chain = x5c(&[&certify(&authority, key), &authority.certificate]);
        list.header.insert("x5c".to_owned(), chain);
        list.payload.insert("sub".to_owned(), json!(uri));
        ok("Content-Type: application/statuslist+jwt", list.sign(key).as_bytes())
    });
    let leaf = certify(&root, &scene.maker.issuer);
    scene.maker.header.insert("x5c".to_owned(), x5c(&[&leaf]));
    let roots = Roots::new(&root.pem(), None, Vec::new()).unwrap();
    scene.trust.credentials[0].keys = KeySource::X5c(Arc::new(roots));
    assert!(matches!(scene.judge().await, Judged::Verified { .. }));
    scene.asked.profile = Profile::Haip;
    let report = rejected(scene.judge().await);
    assert_eq!(report.reason.as_deref(), Some("haip_status_list_chain"));
    assert_eq!(scene.requests(), 1);
}
