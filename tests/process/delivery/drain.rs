//! Told to stop, a service goes on for a while, so that balancers notice; and who started it is told of its steps.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;

use crate::devices::ask;
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

fn draining(lifetime: &str) -> Service {
    Start::serve(&format!("{PLAIN}\n[operations]\ndrain = \"{lifetime}\"\n")).start()
}

async fn readiness(service: &Service) -> (StatusCode, Value) {
    let answer = client().get(service.at("/readyz?verbose")).send().await.unwrap();
    let status = answer.status();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_draining_service_is_not_ready_and_answers_as_before() {
    let mut service = draining("60s");
    let (status, told) = readiness(&service).await;
    assert_eq!((status, &told["parts"][0]["status"]), (StatusCode::OK, &Value::from("ok")));
    service.signal("TERM");
    service.wait_for_log("draining");
    let (status, told) = readiness(&service).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(told["status"], "stopping");
    assert_eq!(told["parts"][0]["name"], "process");
    assert_eq!(told["parts"][0]["status"], "unavailable");
    let health = client().get(service.at("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK, "nobody has to start it anew");
    assert_eq!(ask(&client(), &service).await.unwrap().status(), StatusCode::OK);
    // Who cannot wait says so.
    service.signal("TERM");
    assert_eq!(service.ended().code(), Some(1));
}

#[tokio::test]
async fn a_drain_ends_by_itself() {
    let mut service = draining("1s");
    let told = Instant::now();
    service.signal("TERM");
    assert!(service.ended().success());
    assert!(told.elapsed() >= Duration::from_secs(1), "{:?}", told.elapsed());
}

#[tokio::test]
async fn who_started_a_service_is_told_when_it_listens_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let heard = || {
        let mut text = [0; 64];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let mut service = Start::serve(PLAIN).with("NOTIFY_SOCKET", path.to_str().unwrap()).start();
    assert_eq!(heard(), "READY=1");
    service.signal("TERM");
    assert_eq!(heard(), "STOPPING=1");
    assert!(service.ended().success());
    // Nobody there to hear it.
    drop(socket);
    std::fs::remove_file(&path).unwrap();
    let service = Start::serve(PLAIN).with("NOTIFY_SOCKET", path.to_str().unwrap()).start();
    service.wait_for_log("could not be told");
}
