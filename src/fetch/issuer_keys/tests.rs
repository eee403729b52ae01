use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;

use super::super::cache::{PAUSE, WANTED_PAUSE};
use super::super::test_server::{ok, serve};
use super::*;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::jose::x5c::testing::{Authority, Plan};
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;
use vpgate_core::sdjwt::testing::{Maker, NOW, QUERY_ID, expected};
use vpgate_core::trust::IssuerHint;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, TrustPolicy};

#[derive(Default)]
struct KeysHand(AtomicI64);

impl KeysHand {
    fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_secs()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for KeysHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

fn keys(clock: &Arc<KeysHand>) -> FetchedIssuerKeys {
    let short = Duration::from_secs(2);
    let client = FetchClient::with_timeouts(true, short, short).unwrap();
    FetchedIssuerKeys::new(client, Arc::<KeysHand>::clone(clock))
}

fn issuer(keys: KeySource, kid: Option<&str>) -> TrustedIssuer {
    let trust = TrustPolicy { credentials: vec![entry(keys)] };
    let hint = IssuerHint {
        iss: Some("iss"),
        credential_type: Some("vct"),
        kid,
        x5c: None,
        ..IssuerHint::default()
    };
    trust.vouch("id", &hint, &mut Findings::new()).unwrap()
}

fn entry(keys: KeySource) -> CredentialTrust {
    CredentialTrust {
        id: "id".to_owned(),
        types: vec!["vct".to_owned()],
        issuer: "iss".to_owned(),
        keys,
        status: StatusPolicy::default(),
        status_roots: None,
        rules: FormatRules::default(),
    }
}

/// An answer with one key of this `kid`.
fn jwks(kid: &str) -> Vec<u8> {
    let mut jwk = SigningKey::generate(Algorithm::EdDsa).unwrap().public_key().to_jwk();
    jwk["kid"] = kid.into();
    ok("Content-Type: application/json", json!({"keys": [jwk]}).to_string().as_bytes())
}

fn kid_of(keys: &KeySet) -> Option<&str> {
    keys.keys().first().and_then(|key| key.kid())
}

#[tokio::test]
async fn a_configured_set_is_its_own_answer() {
    let set = Arc::new(KeySet::of(Vec::new()));
    let issuer = issuer(KeySource::Jwks(Arc::clone(&set)), Some("any"));
    let found = keys(&Arc::default()).of(&issuer).await.unwrap();
    assert!(Arc::ptr_eq(&found, &set));
}

#[tokio::test]
async fn a_set_is_fetched_once_while_it_is_fresh_and_again_later() {
    let (url, served) = serve(|_| Some(jwks("one")));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let issuer = issuer(KeySource::JwksUri(url), Some("one"));
    let (first, second) = tokio::join!(keys.of(&issuer), keys.of(&issuer));
    assert_eq!(kid_of(&first.unwrap()), Some("one"));
    assert_eq!(kid_of(&second.unwrap()), Some("one"));
    assert_eq!(served.load(Ordering::SeqCst), 1, "one flight for both");
    clock.forward(DEFAULT_FRESH - Duration::from_secs(1));
    keys.of(&issuer).await.unwrap();
    assert_eq!(served.load(Ordering::SeqCst), 1);
    clock.forward(Duration::from_secs(1));
    keys.of(&issuer).await.unwrap();
    assert_eq!(served.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn req_11_4_a_clients_keys_are_fetched_and_kept_like_an_issuers() {
    let (url, served) = serve(|number| Some(jwks(if number == 0 { "old" } else { "new" })));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let client = ClientKeys::JwksUri(url);
    for _ in 0..3 {
        assert_eq!(kid_of(&keys.of_client(&client, Some("old")).await.unwrap()), Some("old"));
    }
    assert_eq!(served.load(Ordering::SeqCst), 1);
    clock.forward(WANTED_PAUSE);
    assert_eq!(kid_of(&keys.of_client(&client, Some("new")).await.unwrap()), Some("new"));
    let set = Arc::new(KeySet::of(Vec::new()));
    let found = keys.of_client(&ClientKeys::Jwks(Arc::clone(&set)), None).await.unwrap();
    assert!(Arc::ptr_eq(&found, &set));
}

#[tokio::test]
async fn a_rotated_key_is_found_and_unknown_names_do_not_hammer_the_issuer() {
    let (url, served) = serve(|number| Some(jwks(if number == 0 { "old" } else { "new" })));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let of = |kid: &str| issuer(KeySource::JwksUri(url.clone()), Some(kid));
    assert_eq!(kid_of(&keys.of(&of("old")).await.unwrap()), Some("old"));
    for _ in 0..10 {
        let why = keys.of(&of("new")).await.unwrap_err();
        assert!(matches!(why, NotPublished::Passing(_)), "it may be a new key: {why}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 1, "asked a moment ago");
    clock.forward(WANTED_PAUSE);
    assert_eq!(kid_of(&keys.of(&of("new")).await.unwrap()), Some("new"));
    for _ in 0..10 {
        assert!(keys.of(&of("made up")).await.is_err());
    }
    assert!(keys.of(&of("new")).await.is_ok(), "nobody else is held up by it");
    assert_eq!(served.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn old_keys_serve_for_a_day_when_the_issuer_fails() {
    let (url, served) =
        serve(|number| Some(if number == 0 { jwks("one") } else { b"HTTP/1.1 500 \r\n\r\n".to_vec() }));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let issuer = issuer(KeySource::JwksUri(url), Some("one"));
    keys.of(&issuer).await.unwrap();
    clock.forward(DEFAULT_FRESH);
    for _ in 0..3 {
        assert_eq!(kid_of(&keys.of(&issuer).await.unwrap()), Some("one"));
    }
    assert_eq!(served.load(Ordering::SeqCst), 2, "a server that failed is left alone for a moment");
    clock.forward(STALE);
    assert!(keys.of(&issuer).await.is_err());
    assert_eq!(served.load(Ordering::SeqCst), 3);
    assert!(keys.of(&issuer).await.is_err());
    assert_eq!(served.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_is_no_jwks_is_not_kept() {
    for body in ["", "[]", "{\"keys\": 3}", "{\"keys\": [], \"keys\": []}"] {
        let (url, _) = serve(move |_| Some(ok("Content-Type: application/json", body.as_bytes())));
        let issuer = issuer(KeySource::JwksUri(url), None);
        assert!(keys(&Arc::default()).of(&issuer).await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_slow_issuer_does_not_hold_up_another() {
    let (slow, _) = serve(|_| None);
    let (quick, _) = serve(|_| Some(jwks("one")));
    let keys = keys(&Arc::default());
    let (slow, quick) = (issuer(KeySource::JwksUri(slow), None), issuer(KeySource::JwksUri(quick), None));
    tokio::select! {
        biased;
        _ = keys.of(&slow) => panic!("the hanging server answered first"),
        found = keys.of(&quick) => assert!(found.is_ok()),
    }
}

#[tokio::test]
async fn req_5_10_nobody_asks_for_an_issuer_that_is_not_believed() {
    let (url, served) = serve(|_| Some(jwks("one")));
    let policy = TrustPolicy { credentials: vec![entry(KeySource::JwksUri(url.clone()))] };
    let stranger = url.as_str();
    for (credential, iss, vct) in [
        ("id", Some("https://other.example"), Some("vct")),
        ("id", Some(stranger), Some("vct")),
        ("id", None, Some("vct")),
        ("id", Some("iss"), Some("other")),
        ("id", Some("iss"), None),
        ("other", Some("iss"), Some("vct")),
    ] {
        for x5c in [None, Some(&serde_json::Value::Null)] {
            let hint =
                IssuerHint { iss, credential_type: vct, kid: Some("one"), x5c, ..IssuerHint::default() };
            assert!(policy.vouch(credential, &hint, &mut Findings::new()).is_err(), "{hint:?}");
        }
    }
    assert_eq!(served.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn req_5_9_a_server_that_hangs_floods_or_sends_us_elsewhere_is_left_alone() {
    let flood = ok("Content-Type: application/json", &vec![b' '; 10 << 20]);
    let elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n\r\n".to_vec();
    for bad in [None, Some(flood), Some(elsewhere)] {
        let (url, served) = serve(move |number| if number == 0 { Some(jwks("one")) } else { bad.clone() });
        let clock = Arc::new(KeysHand::default());
        let keys = keys(&clock);
        let issuer = issuer(KeySource::JwksUri(url), Some("one"));
        keys.of(&issuer).await.unwrap();
        clock.forward(DEFAULT_FRESH);
        for _ in 0..3 {
            assert_eq!(kid_of(&keys.of(&issuer).await.unwrap()), Some("one"), "the old keys serve");
        }
        assert_eq!(served.load(Ordering::SeqCst), 2);
        clock.forward(STALE);
        for _ in 0..3 {
            assert!(keys.of(&issuer).await.is_err());
        }
        assert_eq!(served.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test]
async fn req_5_8_keys_that_change_while_a_person_is_in_the_wallet_are_found() {
    let maker = Maker::new();
    let new = ok("Content-Type: application/json", maker.keys().to_json().to_string().as_bytes());
    let (url, served) = serve(move |number| Some(if number == 0 { jwks("old") } else { new.clone() }));
    let mut policy = maker.trust();
    policy.credentials[0].keys = KeySource::JwksUri(url);
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let mut findings = Findings::new();
    let presented =
        PresentedSdJwt::parse(&maker.present(), &PresentationLimits::default(), &mut findings).unwrap();
    let issuer = policy.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
    assert_eq!(kid_of(&keys.of(&issuer).await.unwrap()), Some("old"));
    clock.forward(WANTED_PAUSE);
    let found = keys.of(&issuer).await.unwrap();
    assert!(presented.authenticate(&issuer, &found, &expected(), NOW, &mut findings).is_ok());
    assert_eq!(served.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn req_5_4_an_issuer_known_by_certificates_has_no_keys_to_fetch() {
    let root = Authority::root(&Plan::authority("Root", 0));
    let roots = Arc::new(Roots::new(&root.pem(), None, Vec::new()).unwrap());
    let issuer = issuer(KeySource::X5c(roots), Some("one"));
    assert!(keys(&Arc::default()).of(&issuer).await.unwrap().keys().is_empty());
}

#[tokio::test]
async fn only_who_asks_a_hanging_issuer_first_waits_while_old_keys_serve() {
    let (url, served) = serve(|number| (number == 0).then(|| jwks("one")));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let of = |kid: &str| issuer(KeySource::JwksUri(url.clone()), Some(kid));
    let (known, unknown) = (of("one"), of("two"));
    keys.of(&known).await.unwrap();
    clock.forward(DEFAULT_FRESH);
    tokio::select! {
        biased;
        _ = keys.of(&known) => panic!("the hanging server answered first"),
        _ = keys.of(&unknown) => panic!("a new key needs the answer"),
        // Who finds the fetch under way is answered at once.
        found = keys.of(&known) => assert_eq!(kid_of(&found.unwrap()), Some("one")),
    }
    assert!(served.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn what_the_server_says_about_freshness_is_bounded() {
    for (said, least) in [("max-age=0", LEAST_FRESH), ("max-age=31536000", MOST_FRESH)] {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap().public_key().to_jwk();
        let body = json!({"keys": [key]}).to_string().into_bytes();
        let (url, served) = serve(move |_| {
            Some(ok(&format!("Content-Type: application/json\r\nCache-Control: {said}"), &body))
        });
        let clock = Arc::new(KeysHand::default());
        let keys = keys(&clock);
        let issuer = issuer(KeySource::JwksUri(url), None);
        keys.of(&issuer).await.unwrap();
        clock.forward(least - Duration::from_secs(1));
        keys.of(&issuer).await.unwrap();
        assert_eq!(served.load(Ordering::SeqCst), 1, "{said}");
        clock.forward(Duration::from_secs(1));
        keys.of(&issuer).await.unwrap();
        assert_eq!(served.load(Ordering::SeqCst), 2, "{said}");
    }
}

fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn an_issuers_mistake_is_told_from_trouble_that_passes() {
    let json = "Content-Type: application/json";
    let metadata = |members: serde_json::Value| ok(json, members.to_string().as_bytes());
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap().public_key().to_jwk();
    let good = json!({"keys": [key]});
    let mistakes = [
        ok("Content-Type: text/plain", metadata(json!({"issuer": "iss", "jwks": good})).as_slice()),
        metadata(json!({"issuer": "iss/", "jwks": good})),
        metadata(json!({"issuer": "iss"})),
        metadata(json!({"issuer": "iss", "jwks": good, "jwks_uri": "https://e.example/jwks"})),
        metadata(json!({"issuer": "iss", "jwks_uri": null})),
        metadata(json!({"issuer": "iss", "jwks_uri": "http://10.0.0.1/jwks"})),
        metadata(json!({"issuer": "iss", "jwks": {"keys": []}})),
        metadata(json!({"issuer": "iss", "jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}})),
        ok(json, b"\xef\xbb\xbf{\"issuer\":\"iss\",\"jwks\":{\"keys\":[]}}"),
        ok(json, b"{\"issuer\":\"iss\",\"issuer\":\"iss\",\"jwks\":{\"keys\":[]}}"),
        ok(json, b"not JSON"),
        ok(json, &vec![b' '; 1 << 20]),
        status("201 Created"),
        status("302 Found"),
        status("401 Unauthorized"),
        status("404 Not Found"),
        status("410 Gone"),
    ];
    let passing = ["408 X", "425 X", "429 X", "500 X", "502 X", "503 X", "504 X"].map(status);
    for (answers, passes) in [(mistakes.to_vec(), false), (passing.to_vec(), true)] {
        for answer in answers {
            let shown = String::from_utf8_lossy(&answer).chars().take(120).collect::<String>();
            let (url, _) = serve(move |_| Some(answer.clone()));
            for source in [
                KeySource::IssuerMetadata(url.clone()),
                KeySource::JwksUri(url.clone()),
                KeySource::DidWeb(url),
            ] {
                let why = keys(&Arc::default()).of(&issuer(source, None)).await.unwrap_err();
                assert_eq!(matches!(why, NotPublished::Passing(_)), passes, "{shown}: {why}");
            }
        }
    }
    let nobody: url::Url = "http://127.0.0.1:9/".parse().unwrap();
    let why = keys(&Arc::default()).of(&issuer(KeySource::JwksUri(nobody), None)).await.unwrap_err();
    assert!(matches!(why, NotPublished::Passing(_)), "connection refused: {why}");
}

#[tokio::test]
async fn who_publishes_no_key_any_more_has_taken_the_old_ones_back() {
    let empty = ok("Content-Type: application/json", b"{\"keys\": []}");
    let (url, _) = serve(move |number| Some(if number == 0 { jwks("one") } else { empty.clone() }));
    let clock = Arc::new(KeysHand::default());
    let keys = keys(&clock);
    let issuer = issuer(KeySource::JwksUri(url), Some("one"));
    keys.of(&issuer).await.unwrap();
    clock.forward(DEFAULT_FRESH);
    for _ in 0..2 {
        let why = keys.of(&issuer).await.unwrap_err();
        assert!(matches!(why, NotPublished::Mistake(_)), "{why}");
        clock.forward(PAUSE);
    }
}
