//! What a client hears when the answer of the store was lost (REQ-21.10 to REQ-21.12).

use serde_json::Value;
use vpgate_test_support::losing_store::{Fate, Trouble};
use vpgate_test_support::model_service::{ModelService, Told};

const DEVICE: [(&str, &str); 1] = [("client_id", "tv")];

async fn asked(service: &ModelService, fate: Fate, silent: bool) -> Told {
    service.troubles.expect(Some(Trouble { after: 0, fate, silent }));
    service.send("/device_authorization", &DEVICE, None).await
}

#[tokio::test]
async fn req_21_11_a_change_that_is_found_is_answered_as_if_nothing_had_happened() {
    let service = ModelService::with_replicas(2);
    let told = asked(&service, Fate::LostAfter, false).await;
    assert_eq!(told.status, 200, "{}", told.body);
    // It is there: the device polls, at the other replica.
    let code = told.body["device_code"].as_str().unwrap();
    let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    let poll = [("client_id", "tv"), ("grant_type", grant_type), ("device_code", code)];
    let told = service.send_to_other("/token", &poll, None).await;
    assert_eq!(told.body["error"], "authorization_pending");
}

#[tokio::test]
async fn req_21_11_req_21_12_what_nobody_knows_is_asked_about_in_a_second_and_what_was_not_sent_later() {
    let service = ModelService::with_replicas(2);
    for (fate, silent, retry_after) in [
        (Fate::LostBefore, false, "1"),
        (Fate::LostBefore, true, "1"),
        (Fate::LostAfter, true, "1"),
        (Fate::NotSent, false, "5"),
    ] {
        let told = asked(&service, fate, silent).await;
        assert_eq!((told.status, told.retry_after.as_deref()), (503, Some(retry_after)), "{fate:?}");
        assert_eq!(told.body["error"], Value::from("temporarily_unavailable"), "{}", told.body);
    }
    let told = service.send("/device_authorization", &DEVICE, None).await;
    assert_eq!(told.status, 200, "and then it goes on");
}
