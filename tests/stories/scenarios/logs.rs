//! What the logs say, and what they never say (REQ-4.26, REQ-13.8).

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::scenarios::code_flow;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};

/// Where a test's log goes.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// From now on this thread's log, as long as the guards live. With one subscriber alone, a line that
    /// another test's thread writes first would be switched off for all; with two, everyone is asked.
    pub fn collect(level: tracing::Level) -> (Self, impl Sized) {
        let lines = Self::default();
        let subscriber =
            tracing_subscriber::fmt().json().with_max_level(level).with_writer(lines.clone()).finish();
        let second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
        let guards = (tracing::subscriber::set_default(subscriber), second);
        (lines, guards)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn req_13_8_logs_explain_refusals_and_carry_no_secret_and_no_person() {
    let (lines, _guards) = Lines::collect(tracing::Level::TRACE);
    let world = Harness::new().await;

    let authorization = world.device_authorization(&[]).await;
    world.approve(&authorization).await;
    let device_code = authorization["device_code"].as_str().unwrap().to_owned();
    let (_, token) = world.poll(&device_code).await;
    world.clock.advance(Duration::from_secs(5));
    world.poll(&device_code).await;
    let request = json!({"scope": BASIC, "redirect_uri": RETURN_TO, "login_hint": "erika@example.com"});
    let begun = world.begin(&request).await;
    world.share_fault_until_refused(&begun, "wrong_nonce").await;
    let begun = world.begin(&request).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;

    let hinted = [("login_hint", "erika@example.com"), ("state", "state-of-the-news-site")];
    let code = code_flow::code(&world, &code_flow::request(&hinted)).await;
    for _ in 0..2 {
        code_flow::exchange(&world, &code, &[]).await;
    }

    let held = world.hold(&request, &[]).await;
    let asked =
        json!({"vp_token": held.vp_token, "audience": "another", "nonce": held.nonce, "scope": BASIC});
    assert_eq!(world.post_json("/v1/verify", &asked.to_string()).await.json()["reason"], "kb_audience");

    let log = lines.text();
    let judged = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"].take());
    let judged: Vec<Value> = judged.filter(|fields| fields["message"] == "answer judged").collect();
    let of = |verdict: &str| judged.iter().filter(|fields| fields["verdict"] == verdict).collect::<Vec<_>>();
    assert_eq!((of("verified").len(), of("rejected").len(), judged.len()), (3, 6, 9), "one line each");
    let (asked, brought): (Vec<&Value>, Vec<&Value>) =
        of("rejected").into_iter().partition(|line| line["presentation"].is_null());
    assert_eq!((&asked[0]["client"], &asked[0]["reason"]), (&json!("shop"), &json!("kb_audience")));
    assert_eq!(brought.len(), 5, "tries");
    for line in brought {
        assert_eq!((&line["client"], &line["reason"]), (&json!("shop"), &json!("kb_nonce")), "{line}");
        assert!(line["requirement"].as_str().unwrap().starts_with("RFC 9901 7.3(5.f)"), "{line}");
        assert!(line["detail"].as_str().unwrap().contains("nonce"), "{line}");
        assert!(line["presentation"].is_string() && line["credential"] == CREDENTIAL, "{line}");
    }
    assert!(log.contains("a used device code was shown again"));
    assert!(log.contains("a used authorization code was shown again"));
    let claims = result["credentials"]["proof_id_default"]["claims"].clone();
    let user_code = authorization["user_code"].as_str().unwrap();
    let url: url::Url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
    let parameter = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    for secret in [
        device_code.as_str(),
        token["access_token"].as_str().unwrap(),
        user_code,
        &user_code.replace('-', ""),
        &back.response_code,
        &code,
        code_flow::VERIFIER,
        "state-of-the-news-site",
        claims["given_name"].as_str().unwrap(),
        claims["family_name"].as_str().unwrap(),
        "erika@example.com",
        "erika%40example.com",
        &parameter("nonce"),
        &held.nonce,
        &parameter("state"),
        "shop-secret",
    ] {
        assert!(!log.contains(secret), "the log contains {secret:?}:\n{log}");
    }
    assert!(!log.contains("eyJ"), "the log contains a JWT");
}
