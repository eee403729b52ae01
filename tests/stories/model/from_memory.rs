//! Polls of grants that nobody has touched.

use vpgate_test_support::model_service::{INTERVAL, ModelService};

async fn code(service: &ModelService) -> String {
    service.ask().await["device_code"].as_str().unwrap().to_owned()
}

async fn hears(service: &ModelService, code: &str) -> String {
    service.poll("tv", code).await.1["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn req_21_21_a_poll_of_a_grant_that_nobody_has_touched_is_answered_from_memory() {
    let service = ModelService::new();
    let code = code(&service).await;
    for _ in 0..3 {
        service.wait(INTERVAL);
        assert_eq!(hears(&service, &code).await, "authorization_pending");
        service.write_paces().await;
    }
    assert_eq!(hears(&service, &code).await, "slow_down");
    assert_eq!(hears(&service, &code).await, "slow_down");
    // PostgreSQL has to be asked what other replicas wrote.
    assert_eq!(service.troubles.looks(), if service.is_in_a_file() { 0 } else { 5 });
}

#[tokio::test]
async fn what_another_replica_writes_costs_one_look_and_what_this_one_writes_none() {
    let mut service = ModelService::with_replicas(2);
    let code = code(&service).await;
    assert_eq!(hears(&service, &code).await, "authorization_pending");
    service.turn();
    self::code(&service).await;
    service.turn();
    let before = service.troubles.looks();
    for _ in 0..3 {
        service.wait(INTERVAL);
        assert_eq!(hears(&service, &code).await, "authorization_pending");
        self::code(&service).await;
        service.write_paces().await;
    }
    let looks = service.troubles.looks() - before;
    assert_eq!(looks, if service.is_in_a_file() { 1 } else { 3 });
}
