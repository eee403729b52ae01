//! Devices that begin while requests wait for the database.

use vpgate_test_support::model_service::{INTERVAL, ModelService};

async fn asked(service: &ModelService) -> (u64, String) {
    let codes = service.ask().await;
    (codes["interval"].as_u64().unwrap(), codes["device_code"].as_str().unwrap().to_owned())
}

async fn seconds(service: &ModelService, seconds: u32) {
    for _ in 0..seconds {
        service.write_paces().await;
    }
}

async fn hears(service: &ModelService, code: &str) -> String {
    service.poll("tv", code).await.1["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn req_21_20_who_begins_while_requests_wait_for_the_database_asks_less_often() {
    let service = ModelService::new();
    let (interval, before) = asked(&service).await;
    assert_eq!(interval, INTERVAL);
    service.troubles.is_busy(true);
    seconds(&service, 6).await;
    let (interval, busy) = asked(&service).await;
    assert_eq!(interval, 3 * INTERVAL);
    // Each is held to what it was told, whatever the others are told.
    for code in [&before, &busy] {
        assert_eq!(hears(&service, code).await, "authorization_pending");
    }
    service.wait(INTERVAL);
    assert_eq!(hears(&service, &before).await, "authorization_pending");
    service.wait(3 * INTERVAL - INTERVAL - 1);
    assert_eq!(hears(&service, &busy).await, "slow_down");
    service.wait(3 * INTERVAL + 5);
    assert_eq!(hears(&service, &busy).await, "authorization_pending");
    service.troubles.is_busy(false);
    seconds(&service, 20).await;
    assert_eq!(asked(&service).await.0, INTERVAL);
}
