//! A whole device flow, from the television's request to its token, while the log cannot be written and other
//! requests go on: what the person approved is delivered, once.

use poem::http::Method;
use poem::{Endpoint as _, Request};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinSet;
use url::form_urlencoded::Serializer;

use crate::devices::{ask, poll};
use vpgate_test_support::person::{self, MOUNT};
use vpgate_test_support::service_process::{Service, Start, client};

async fn a_person_approves(complete: &str) {
    let errand = Serializer::new(String::new())
        .append_pair("address", complete)
        .append_pair("answer", "Share")
        .finish();
    let request = Request::builder().method(Method::POST).uri_str(MOUNT);
    let request = request.content_type("application/x-www-form-urlencoded").body(errand);
    person::endpoint().get_response(request).await;
}

/// Ends right, in the midst of others.
async fn a_device_gets_its_token(service: &Service) {
    let mut others = JoinSet::new();
    for _ in 0..8 {
        let address = service.at("/v1/nothing");
        others.spawn(async move {
            let client = client();
            for _ in 0..100 {
                let answer = client.get(address.clone()).send().await.expect("every request is answered");
                assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            }
        });
    }
    let client = client();
    let begun = ask(&client, service).await.unwrap().bytes().await.unwrap();
    let begun: Value = serde_json::from_slice(&begun).unwrap();
    a_person_approves(begun["verification_uri_complete"].as_str().unwrap()).await;
    others.join_all().await;
    let token = poll(&client, service, begun["device_code"].as_str().unwrap()).await;
    assert!(token["access_token"].is_string(), "{token}");
}

#[tokio::test]
async fn a_device_flow_ends_right_while_nobody_reads_the_log() {
    let mut service = Start::sandbox().with_unread_log().start();
    a_device_gets_its_token(&service).await;
    a_device_gets_its_token(&service).await;
    service.signal("TERM");
    assert!(service.ended().success());
}

#[tokio::test]
async fn a_device_flow_ends_right_when_the_reader_of_the_log_is_gone() {
    let mut service = Start::sandbox().with_unread_log().start();
    drop(service.stderr.take());
    a_device_gets_its_token(&service).await;
}

#[tokio::test]
async fn a_device_flow_ends_right_while_the_disk_of_the_log_is_full() {
    let service = Start::sandbox().by_shell("exec \"$VPGATE\" \"$@\" 2> /dev/full").start();
    a_device_gets_its_token(&service).await;
}
