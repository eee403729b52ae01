//! The audit log: what is noted, that it is noted with what it is about, and that nothing personal is in it.

use serde_json::{Value, json};
use vpgate_core::audit::{AuditCheck, CheckpointKeys};
use vpgate_core::jose::key_set::KeySet;

use crate::scenarios::{code_flow, shop};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::Harness;

async fn lines(world: &Harness) -> Vec<String> {
    world.app().keep_audit_log().await.unwrap();
    let lines = world.store().audit_lines(0, 1000).await.unwrap();
    lines.into_iter().map(|(_, line)| line).collect()
}

async fn keys(world: &Harness) -> KeySet {
    KeySet::from_json(&world.get("/receipts/jwks.json").await.json()).unwrap()
}

fn of_kind(lines: &[String], kind: &str) -> Vec<Value> {
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["kind"] == kind).collect()
}

#[tokio::test]
async fn what_is_deleted_revoked_and_refused_is_in_the_log_and_no_person_is() {
    let world = Harness::new().await;
    let begun = world.begin(&shop::request(&[])).await;
    let back = world.share(&begun, &[]).await;
    let (_, result) = world.collect(&begun, Some(&back.response_code)).await;
    assert!(world.forget(&begun).await.is_success());
    assert!(!world.forget(&begun).await.is_success(), "it is gone");

    let code = code_flow::code(&world, &code_flow::request(&[])).await;
    let (_, token) = code_flow::exchange(&world, &code, &[]).await;
    let token = token["access_token"].as_str().unwrap();
    let revoke = [("client_id", "web"), ("token", token)];
    for _ in 0..2 {
        assert!(world.post_form("/revoke", &revoke).await.status.is_success());
    }
    let used = code_flow::code(&world, &code_flow::request(&[])).await;
    for _ in 0..2 {
        code_flow::exchange(&world, &used, &[]).await;
    }
    for _ in 0..3 {
        world.post_json_as(("shop", "wrong"), "/v1/presentations", "{}").await;
    }
    world.post_json_as(("nobody-we-know", "wrong"), "/v1/presentations", "{}").await;

    let log = lines(&world).await;
    let deleted = of_kind(&log, "presentation.deleted");
    assert_eq!(deleted.len(), 1, "{log:#?}");
    assert_eq!((&deleted[0]["client"], &deleted[0]["about"]), (&json!("shop"), &begun["id"]));
    // Given back, and a code that was shown again.
    let revoked = of_kind(&log, "tokens.revoked");
    assert_eq!(revoked.len(), 2, "{log:#?}");
    for line in &revoked {
        assert_eq!(line["client"], "web");
        assert!(line["reason"].is_string() && line["about"].is_string(), "{line}");
    }
    let mut refused: Vec<_> = of_kind(&log, "client.refused")
        .iter()
        .map(|line| (line["client"].clone(), line["reason"].clone(), line["count"].clone()))
        .collect();
    refused.sort_by_key(|(_, _, count)| count.as_u64());
    let expected =
        [(Value::Null, json!("unknown_client"), json!(1)), (json!("shop"), json!("secret"), json!(3))];
    assert_eq!(refused, expected);
    assert!(!of_kind(&log, "key.published").is_empty());

    let all = log.join("\n");
    let claims = &result["credentials"]["proof_id_default"]["claims"];
    for secret in [
        claims["given_name"].as_str().unwrap(),
        claims["family_name"].as_str().unwrap(),
        "erika@example.com",
        "cart 7",
        "nobody-we-know",
        &back.response_code,
        &code,
        &used,
        token,
        "shop-secret",
    ] {
        assert!(!all.contains(secret), "the log says {secret}");
    }
}

#[tokio::test]
async fn every_line_has_one_place_and_an_hour_has_one_checkpoint() {
    let world = Harness::new().await;
    for _ in 0..3 {
        for _ in 0..2 {
            let begun = world.begin(&shop::request(&[])).await;
            world.forget(&begun).await;
            lines(&world).await;
        }
        world.clock.advance(std::time::Duration::from_secs(3600));
    }
    let (log, keys) = (lines(&world).await, keys(&world).await);
    assert_eq!(of_kind(&log, "presentation.deleted").len(), 6);
    assert!(of_kind(&log, "checkpoint").len() >= 3, "{log:#?}");
    let mut check = AuditCheck::new(CheckpointKeys::Known(&keys), Vec::new());
    log.iter().for_each(|line| check.line(line).unwrap());
    let verdict = check.conclude().unwrap();
    assert_eq!((verdict.first, verdict.lines), (Some(1), log.len() as u64));
    assert!(verdict.checkpoints >= 3);
    assert_eq!(lines(&world).await, log, "nothing new, no line");
}

#[tokio::test]
async fn services_that_share_a_database_write_one_log() {
    let world = Harness::new().await;
    let other = world.reconfigured(&configuration(""));
    for service in [&world, &other, &world, &other] {
        for _ in 0..5 {
            let begun = service.begin(&shop::request(&[])).await;
            service.forget(&begun).await;
        }
        let (one, two) = (world.app(), other.app());
        let (one, two) = tokio::join!(one.keep_audit_log(), two.keep_audit_log());
        one.and(two).unwrap();
    }
    let log = lines(&world).await;
    assert_eq!(of_kind(&log, "presentation.deleted").len(), 20);
    let mut check = AuditCheck::new(CheckpointKeys::Unknown, Vec::new());
    log.iter().for_each(|line| check.line(line).unwrap());
    assert_eq!(check.conclude().unwrap().lines, log.len() as u64);
}

#[tokio::test]
async fn no_log_is_kept_where_none_is_wanted() {
    let world = Harness::with_more("[audit]\nenabled = false\n").await;
    let begun = world.begin(&shop::request(&[])).await;
    assert!(world.forget(&begun).await.is_success());
    assert_eq!(lines(&world).await, [""; 0]);
    assert_eq!(world.store().audit_notes(10).await.unwrap(), []);
}
