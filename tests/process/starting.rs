//! Started, or not.

use reqwest::StatusCode;

use crate::devices::ask;
use vpgate_test_support::service_process::{PLAIN, Start, client};

#[tokio::test]
async fn a_service_starts_from_its_file_and_answers() {
    let service = Start::serve(PLAIN).with("VPGATE_LOG", "debug").start();
    assert!(service.address().starts_with("127.0.0.1:"));
    let client = client();
    let health = client.get(service.at("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    assert_eq!(ask(&client, &service).await.unwrap().status(), StatusCode::OK);
    service.wait_for_log("device_authorization");
    assert!(service.folder.join("vpgate.db").exists());
}

#[test]
fn a_wrong_file_is_refused_with_every_fault_and_exit_code_1() {
    let wrong = format!("{PLAIN}\n[tokens]\nlifetime = \"soon\"\nformat = \"paper\"\n");
    let (ended, log) = Start::serve(&wrong).by_shell("exec \"$VPGATE\" \"$@\"").spawn().err().unwrap();
    assert_eq!(ended.code(), Some(1));
    assert!(log.contains("tokens.lifetime") && log.contains("tokens.format"), "{log}");
}
