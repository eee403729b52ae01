//! The numbers of whole stories: each end is counted once, under labels that name nobody.

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::json;

use vpgate_test_support::harness::{BASIC, Harness, RETURN_TO};

async fn numbers(world: &Harness) -> String {
    let answer = world.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    answer.text
}

fn holds(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line}\nis not in\n{text}");
    }
}

#[tokio::test]
async fn a_television_that_takes_its_token_is_counted_at_each_step() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let device_code = authorization["device_code"].as_str().unwrap();
    world.poll(device_code).await;
    world.poll(device_code).await;
    world.clock.advance(Duration::from_secs(10));
    world.approve(&authorization).await;
    let (status, token) = world.poll(device_code).await;
    assert_eq!(status, StatusCode::OK);
    let text = numbers(&world).await;
    holds(
        &text,
        &[
            r#"vpgate_grants_total{client="tv",grant="device_code",outcome="opened"} 1"#,
            r#"vpgate_grants_total{client="tv",grant="device_code",outcome="approved"} 1"#,
            r#"vpgate_polls_total{answer="authorization_pending"} 1"#,
            r#"vpgate_polls_total{answer="slow_down"} 1"#,
            r#"vpgate_polls_total{answer="issued"} 1"#,
            r#"vpgate_tokens_total{client="tv",grant="device_code",outcome="issued"} 1"#,
            r#"vpgate_changes_total{change="redeem_grant",result="ok"} 1"#,
            r#"vpgate_http_requests_total{audience="oauth",route="/token",status="2xx"} 1"#,
            r#"vpgate_http_requests_total{audience="oauth",route="/token",status="4xx"} 2"#,
            r#"vpgate_http_request_duration_seconds_count{audience="oauth",route="/token"} 3"#,
        ],
    );
    let ended = |line: &&str| line.starts_with("vpgate_presentations_total{");
    let ends: Vec<_> = text.lines().filter(ended).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!(ends[0].ends_with(r#"flow="same_device",outcome="verified",reason="none"} 1"#), "{ends:?}");
    for secret in
        [device_code, authorization["user_code"].as_str().unwrap(), token["access_token"].as_str().unwrap()]
    {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn refusals_are_counted_by_the_check_that_failed() {
    let world = Harness::new().await;
    let request = json!({"scope": BASIC, "redirect_uri": RETURN_TO});
    let begun = world.begin(&request).await;
    world.share_fault_until_refused(&begun, "wrong_nonce").await;
    let begun = world.begin(&request).await;
    world.decline(&begun).await;
    let text = numbers(&world).await;
    let found = |what: &str| text.lines().find(|line| line.contains(what)).unwrap_or_default().to_owned();
    assert!(found(r#"outcome="rejected",reason="kb_nonce"}"#).ends_with(" 1"), "{text}");
    assert!(found(r#"outcome="declined",reason="access_denied"}"#).ends_with(" 1"), "{text}");
    assert!(found(r#"vpgate_checks_failed_total{check="kb_nonce"}"#).starts_with("vpgate"), "{text}");
    assert!(found(r#"vpgate_verdict_seconds_count{verdict="rejected"}"#).starts_with("vpgate"), "{text}");
}

#[tokio::test]
async fn what_is_refused_as_too_much_is_counted() {
    let world = Harness::new().await;
    for _ in 0..6 {
        world.get("/device?user_code=BBBB-BBBB").await;
    }
    holds(&numbers(&world).await, &[r#"vpgate_limits_total{what="wrong_user_codes"} 1"#]);
}
