//! What is kept of a presentation, and how long: by what a relying party can read, and by the bytes on the disk.

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::ResponseMode;

use crate::scenarios::logs::Lines;
use crate::scenarios::posting::PostingWallet;
use crate::scenarios::{code_flow, shop};
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};
use vpgate_test_support::stored_bytes::StoredBytes;

const DAY: Duration = Duration::from_secs(86_400);
const LOGIN_HINT: &str = "somebody-expected@example.net";
const STATE: &str = "basket-of-somebody";
const ADDRESS: &str = "192.0.2.147";

fn retention(mode: &str, keep_for: Option<&str>) -> String {
    let keep_for = keep_for.map(|keep_for| format!("keep_for = \"{keep_for}\"\n")).unwrap_or_default();
    format!("[retention]\nmode = \"{mode}\"\n{keep_for}")
}

fn question() -> Value {
    let mut session = shop::transactions()[0].clone();
    session["payload"]["ip_address"] = ADDRESS.into();
    json!({"scope": BASIC, "redirect_uri": RETURN_TO, "state": STATE, "login_hint": LOGIN_HINT,
           "transaction_data": [session]})
}

/// Shared, and the code that came back.
async fn shared(world: &Harness) -> (Value, String) {
    let begun = world.begin(&question()).await;
    let back = world.share(&begun, &[]).await;
    (begun, back.response_code)
}

async fn whole(world: &Harness, begun: &Value, code: Option<&str>) -> Value {
    let (status, result) = world.collect(begun, code).await;
    assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
    let claims = &result["credentials"][CREDENTIAL]["claims"];
    assert!(claims["given_name"].is_string() && result["transaction_data"].is_array(), "{result}");
    result
}

/// How it ended, and no more.
async fn outcome(world: &Harness, begun: &Value, code: Option<&str>) -> Value {
    let (status, result) = world.collect(begun, code).await;
    assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
    for gone in ["credentials", "transaction_data", "one_holder"] {
        assert!(result[gone].is_null(), "{gone}: {result}");
    }
    assert!(result["verified_at"].is_string() && result["scopes"]["granted"] == json!([BASIC]), "{result}");
    assert_eq!(result["report"]["verdict"], "verified");
    result
}

async fn nothing(world: &Harness, begun: &Value, code: Option<&str>) {
    assert_eq!(world.collect(begun, code).await.0, StatusCode::NOT_FOUND, "{code:?}");
}

#[tokio::test]
async fn with_none_a_result_is_handed_over_once_and_then_it_is_known_how_it_ended() {
    let world = Harness::with_more(&retention("none", None)).await;
    let (begun, code) = shared(&world).await;
    nothing(&world, &begun, None).await;
    whole(&world, &begun, Some(&code)).await;
    for shown in [Some(code.as_str()), None] {
        let left = outcome(&world, &begun, shown).await;
        assert_eq!(left["report"]["checks"], json!([]), "no check stays");
    }
    nothing(&world, &begun, Some("another")).await;
    world.clock.advance(Duration::from_secs(600));
    nothing(&world, &begun, None).await;
}

#[tokio::test]
async fn with_none_of_many_that_collect_at_once_one_gets_the_claims() {
    let world = Harness::with_more(&retention("none", None)).await;
    let (begun, code) = shared(&world).await;
    let (first, second) =
        tokio::join!(world.collect(&begun, Some(&code)), world.collect(&begun, Some(&code)));
    let with_claims = [first, second].iter().filter(|(_, it)| it["credentials"].is_object()).count();
    assert_eq!(with_claims, 1);
}

#[tokio::test]
async fn across_devices_a_result_is_read_as_often_as_wanted_and_with_none_once() {
    for (more, again) in [("", true), (&*retention("none", None), false)] {
        let world = Harness::posting_with(ResponseMode::DirectPost, more).await;
        let wallet = PostingWallet::new(&world);
        let mut asks = question();
        asks["flow"] = "cross_device".into();
        asks.as_object_mut().unwrap().remove("transaction_data");
        let begun = world.begin(&asks).await;
        world.browser().open(begun["start_url"].as_str().unwrap()).await;
        let url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
        let asked = wallet.asked_at(&url).await;
        assert_eq!(wallet.share(&asked).await.status, StatusCode::OK);
        whole(&world, &begun, None).await;
        if again {
            world.clock.advance(Duration::from_secs(599));
            whole(&world, &begun, None).await;
        } else {
            outcome(&world, &begun, None).await;
        }
    }
}

#[tokio::test]
async fn minimal_keeps_the_outcome_as_long_as_told_and_the_claims_as_long_as_ever() {
    let world = Harness::with_more(&retention("minimal", Some("1d"))).await;
    let (collected, code) = shared(&world).await;
    let (left_alone, its_code) = shared(&world).await;
    let told = whole(&world, &collected, Some(&code)).await;
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(whole(&world, &collected, Some(&code)).await, told, "an answer may be lost");
    world.clock.advance(Duration::from_secs(1));
    nothing(&world, &collected, Some(&code)).await;
    assert_eq!(outcome(&world, &collected, None).await["report"], told["report"]);
    world.clock.advance(Duration::from_secs(540));
    for swept in [false, true] {
        if swept {
            world.store().sweep(world.now(), 100).await.unwrap();
        }
        outcome(&world, &collected, None).await;
        nothing(&world, &left_alone, None).await;
        outcome(&world, &left_alone, Some(&its_code)).await;
    }
    world.clock.advance(DAY);
    nothing(&world, &collected, None).await;
}

#[tokio::test]
async fn full_keeps_the_claims_for_who_has_the_code_until_its_time_is_over() {
    let world = Harness::with_more(&retention("full", Some("1d"))).await;
    let (begun, code) = shared(&world).await;
    let told = whole(&world, &begun, Some(&code)).await;
    for _ in 0..2 {
        world.clock.advance(DAY / 3);
        world.store().sweep(world.now(), 100).await.unwrap();
        assert_eq!(whole(&world, &begun, Some(&code)).await, told);
        nothing(&world, &begun, Some("another")).await;
    }
    world.clock.advance(DAY / 3);
    nothing(&world, &begun, Some(&code)).await;
}

#[tokio::test]
async fn a_client_has_a_retention_of_its_own_and_a_request_keeps_that_it_was_asked_under() {
    let world = Harness::with_more("").await;
    let (begun, code) = shared(&world).await;
    let text = vpgate_test_support::builders::configuration::configuration("");
    let own = "cross_device = true\n[clients.retention]\nmode = \"none\"\n";
    let text = text.replace("cross_device = true\n", own) + &retention("full", Some("1d"));
    let world = world.reconfigured(&text);
    whole(&world, &begun, Some(&code)).await;
    whole(&world, &begun, Some(&code)).await;
    let (begun, code) = shared(&world).await;
    whole(&world, &begun, Some(&code)).await;
    outcome(&world, &begun, Some(&code)).await;
}

/// What stands in the rows of a presentation that was collected, and may stay there for a while: what was proven, and
/// from the third on what was asked. A transaction is kept as it was sent, in base64url.
async fn personal(world: &Harness, begun: &Value, result: &Value) -> Vec<String> {
    let claims = &result["credentials"][CREDENTIAL]["claims"];
    let names = ["given_name", "family_name"].map(|name| claims[name].as_str().unwrap().to_owned());
    let handle = begun["start_url"].as_str().unwrap().rsplit('/').next().unwrap();
    let transaction = world.asked_behind(handle).await.transaction_data[0].encoded().to_owned();
    names.into_iter().chain([STATE.to_owned(), transaction]).collect()
}

/// Both, where both are there.
fn stores() -> Vec<StoredBytes> {
    std::iter::once(StoredBytes::in_a_file()).chain(StoredBytes::in_postgres()).collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_each_retention_removes_is_in_no_file_any_more() {
    for (mode, keep_for, gone_after) in
        [("none", None, 60), ("minimal", None, 60), ("minimal", Some("1d"), 60), ("full", Some("1d"), 86_400)]
    {
        for bytes in stores() {
            let world = Harness::stored_in(bytes.store(), &retention(mode, keep_for));
            let (begun, code) = shared(&world).await;
            let words = {
                let result = whole(&world, &begun, Some(&code)).await;
                personal(&world, &begun, &result).await
            };
            world.clock.advance(Duration::from_secs(gone_after - 1));
            world.store().sweep(world.now(), 100).await.unwrap();
            let found = bytes.found(&words).await;
            // The claims first, and then what was asked.
            for (at, word) in words.iter().enumerate() {
                let there = found.iter().any(|it| it.starts_with(word));
                assert_eq!(there, mode != "none" || at > 1, "{mode}: {word}");
            }
            world.clock.advance(Duration::from_secs(1));
            world.store().sweep(world.now(), 100).await.unwrap();
            assert_eq!(bytes.found(&words).await, none(), "{mode}");
        }
    }
}

#[tokio::test]
async fn codes_tokens_and_hints_are_in_no_file_and_no_log_and_claims_go_with_what_they_are_for() {
    for bytes in stores() {
        let (lines, _guards) = Lines::collect(tracing::Level::TRACE);
        let world = Harness::stored_in(bytes.store(), "");
        // Never there, from the beginning.
        let mut secret = Vec::new();
        // There as long as it is needed.
        let mut needed = vec![LOGIN_HINT.to_owned()];

        let open = world.begin(&question()).await;
        assert_eq!(bytes.found(&needed).await.len(), 1, "{needed:?}");
        let (begun, response_code) = shared(&world).await;
        let (left_alone, its_code) = shared(&world).await;
        let result = whole(&world, &begun, Some(&response_code)).await;
        needed.extend(personal(&world, &begun, &result).await);
        secret.extend([response_code, its_code]);
        world.share_fault_until_refused(&world.begin(&question()).await, "wrong_nonce").await;

        let authorization = world.device_authorization(&[]).await;
        world.approve(&authorization).await;
        let unclaimed = world.device_authorization(&[]).await;
        world.approve(&unclaimed).await;
        let device_code = authorization["device_code"].as_str().unwrap();
        let (_, token) = world.poll(device_code).await;
        for given in [&authorization, &unclaimed] {
            secret.extend(["device_code", "user_code"].map(|name| given[name].as_str().unwrap().to_owned()));
            secret.push(given["user_code"].as_str().unwrap().replace('-', ""));
        }
        let hinted = [("login_hint", LOGIN_HINT)];
        let code = code_flow::code(&world, &code_flow::request(&hinted)).await;
        let (_, by_code) = code_flow::exchange(&world, &code, &[]).await;
        for tokens in [&token, &by_code] {
            secret.push(tokens["access_token"].as_str().unwrap().to_owned());
        }
        secret.extend([code, "shop-secret".to_owned()]);
        assert_eq!(bytes.found(&secret).await, none(), "digests only");

        // Every request has expired, what was not collected can be collected no more.
        world.clock.advance(Duration::from_secs(600));
        world.store().sweep(world.now(), 1000).await.unwrap();
        nothing(&world, &left_alone, None).await;
        let gone: Vec<String> = needed.iter().filter(|it| *it != LOGIN_HINT).cloned().collect();
        assert_eq!(bytes.found(&[LOGIN_HINT.to_owned()]).await, none());
        // The request that nobody answered can be read as expired for a while longer.
        world.clock.advance(Duration::from_secs(300));
        world.store().sweep(world.now(), 1000).await.unwrap();
        nothing(&world, &open, None).await;
        assert_eq!(bytes.found(&gone).await, none());
        world.clock.advance(40 * DAY);
        while world.store().sweep(world.now(), 1000).await.unwrap().rows() > 0 {}
        assert_eq!(bytes.found(&needed).await, none(), "nothing is for ever");
        let log = lines.text();
        for word in secret.iter().chain(&gone[..2]).chain([&LOGIN_HINT.to_owned()]) {
            assert!(!log.contains(word.as_str()), "the log says {word}");
        }
    }
}
