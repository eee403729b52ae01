//! Attempts to lock everybody out, against the running program behind a proxy.

use reqwest::{Client, Response};
use serde_json::Value;

use crate::devices::{self, DEVICE_GRANT};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

fn behind_a_proxy() -> Service {
    let config = PLAIN.replace("[device]", "[device]\nwrong_codes_altogether = 60");
    Start::serve(&(config + "\n[http]\ntrusted_proxies = [\"127.0.0.0/8\"]\n")).start()
}

async fn enter(client: &Client, service: &Service, code: &str, from: &str) -> Response {
    let page = service.at(&format!("/device?user_code={code}"));
    client.get(page).header("x-forwarded-for", from).send().await.unwrap()
}

async fn device(client: &Client, service: &Service) -> Value {
    let answer = devices::ask(client, service).await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn nobody_is_locked_out_by_what_strangers_enter() {
    let (service, client) = (behind_a_proxy(), client());
    let authorization = device(&client, &service).await;
    let code = authorization["user_code"].as_str().unwrap();
    let letter = |number: usize| char::from(b"BCDFGHJKLMNPQRSTVWXZ"[number % 20]);
    let mut told_to_wait = 0;
    // A household with 256 networks, and forty single addresses at changing ports.
    for number in 0..200 {
        let guess = format!("BBBB-BB{}{}", letter(number / 20), letter(number));
        let from = match number % 2 {
            0 => format!("[2001:db8:1:2{number:02x}::1]:{number}"),
            _ => format!("100.64.{}.1:{}", number % 80, 1024 + number),
        };
        let status = enter(&client, &service, &guess, &from).await.status().as_u16();
        assert!([400, 429].contains(&status), "{status}");
        told_to_wait += usize::from(status == 429);
    }
    assert!(told_to_wait > 80, "{told_to_wait}");
    let page = enter(&client, &service, code, "198.51.100.7:40001").await;
    assert_eq!(page.status(), 200, "a right code passes");
}

#[tokio::test]
async fn nobody_is_locked_out_by_what_strangers_do_in_the_name_of_a_client() {
    let (service, client) = (behind_a_proxy(), client());
    let authorization = device(&client, &service).await;
    let code = authorization["device_code"].as_str().unwrap();
    for _ in 0..60 {
        let guess = client.post(service.at("/token")).basic_auth("tv", Some("guess"));
        let answer = guess.form(&[("grant_type", DEVICE_GRANT), ("device_code", "x")]).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    assert_eq!(devices::poll(&client, &service, code).await["error"], "authorization_pending");
    assert!(device(&client, &service).await["device_code"].is_string());
    let log = service.log();
    assert!(log.contains("client authentication failed") && !log.contains("guess"), "{log}");
}
