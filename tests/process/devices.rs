//! Devices that ask and poll.

use reqwest::{Client, Response};
use serde_json::Value;

use vpgate_test_support::service_process::Service;

pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device authorization of the client `tv`.
pub async fn ask(client: &Client, service: &Service) -> reqwest::Result<Response> {
    ask_at(client, service.at("/device_authorization")).await
}

/// A device authorization, asked for at this address.
pub async fn ask_at(client: &Client, address: reqwest::Url) -> reqwest::Result<Response> {
    client.post(address).form(&[("client_id", "tv")]).send().await
}

/// One poll with the device code at this address; `None` when there is no answer.
pub async fn poll_at(client: &Client, address: reqwest::Url, code: &str) -> Option<Value> {
    let form = [("client_id", "tv"), ("grant_type", DEVICE_GRANT), ("device_code", code)];
    let answer = client.post(address).form(&form).send().await.ok()?;
    serde_json::from_slice(&answer.bytes().await.ok()?).ok()
}

/// One poll with the device code.
pub async fn poll(client: &Client, service: &Service, code: &str) -> Value {
    let form = [("client_id", "tv"), ("grant_type", DEVICE_GRANT), ("device_code", code)];
    let answer = client.post(service.at("/token")).form(&form).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}
