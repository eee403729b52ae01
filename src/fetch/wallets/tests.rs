use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use url::Url;

use super::*;
use crate::fetch::test_server::{ok, serve};
use vpgate_core::base::time::Timestamp;
use vpgate_core::openid4vp::profile;
use vpgate_core::openid4vp::testing::{MADE_AT, asked, route as asked_route};

struct WalletsHand(AtomicI64);

impl Clock for WalletsHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

fn wallets(allow_loopback: bool) -> (FetchedWallets, Arc<WalletsHand>) {
    let clock = Arc::new(WalletsHand(AtomicI64::new(MADE_AT.unix())));
    let brief = Duration::from_secs(1);
    let client = FetchClient::with_timeouts(allow_loopback, brief, brief).unwrap();
    let secrets = HashMap::from([("proof".to_owned(), Secret::received("s3cret&"))]);
    (FetchedWallets::new(client, Arc::clone(&clock) as Arc<dyn Clock>, secrets), clock)
}

fn route(pushed: &Url) -> WalletRoute {
    WalletRoute { pushed_requests: Some(pushed.clone()), ..asked_route() }
}

fn created(body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_pushed_request_is_named_by_the_wallet_and_a_hanging_wallet_is_given_up() {
    let request = profile::parameters(&asked(), &asked_route());
    let (at, _) = serve(|_| Some(created("{\"request_uri\":\"urn:x:1\",\"expires_in\":60}")));
    assert_eq!(wallets(true).0.push(&route(&at), &request).await.unwrap(), "urn:x:1");
    let (silent, _) = serve(|_| None);
    let failure = wallets(true).0.push(&route(&silent), &request).await.unwrap_err();
    assert!(matches!(failure, NotPublished::Passing(_)), "{failure}");
    let nowhere = WalletRoute { pushed_requests: None, ..asked_route() };
    assert!(wallets(true).0.push(&nowhere, &request).await.is_err());
    let refusing: Vec<u8> = b"HTTP/1.1 400 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    for mistake in [refusing, created("{}"), created("[]"), created("no JSON")] {
        let (at, _) = serve(move |_| Some(mistake.clone()));
        let failure = wallets(true).0.push(&route(&at), &request).await.unwrap_err();
        assert!(matches!(failure, NotPublished::Mistake(_)), "the wallet's: {failure}");
    }
}

#[tokio::test]
async fn nothing_is_pushed_or_fetched_inside() {
    let (at, served) = serve(|_| Some(created("{\"request_uri\":\"urn:x:1\"}")));
    let strict = wallets(false).0;
    assert!(strict.push(&route(&at), &profile::parameters(&asked(), &asked_route())).await.is_err());
    assert!(strict.metadata(at.as_str()).await.is_err());
    assert_eq!(served.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn req_1_16_metadata_are_kept_and_outlive_a_failing_server_for_a_while() {
    let (at, served) = serve(|number| {
        let issuer = ISSUER.get_or_init(String::new);
        let document = format!("{{\"issuer\":\"{issuer}\",\"vp_formats_supported\":{{}}}}");
        let good = ok("Content-Type: application/json\r\nCache-Control: max-age=100", document.as_bytes());
        (number == 0)
            .then_some(good)
            .or_else(|| Some(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n".to_vec()))
    });
    let issuer = ISSUER.get_or_init(|| at.origin().ascii_serialization()).clone();
    let (wallets, clock) = wallets(true);
    let after = |seconds: i64| clock.0.store(MADE_AT.unix() + seconds, Ordering::SeqCst);
    for seconds in [0, 99] {
        after(seconds);
        assert!(wallets.metadata(&issuer).await.is_ok());
    }
    assert_eq!(served.load(Ordering::SeqCst), 1, "fresh");
    after(100);
    assert!(wallets.metadata(&issuer).await.is_ok(), "the old ones serve");
    assert!(wallets.metadata(&issuer).await.is_ok());
    assert_eq!(served.load(Ordering::SeqCst), 2, "a failing server is left alone for a moment");
    after(100 + 24 * 3600);
    assert!(wallets.metadata(&issuer).await.is_err(), "not for ever");
}

static ISSUER: std::sync::OnceLock<String> = std::sync::OnceLock::new();
