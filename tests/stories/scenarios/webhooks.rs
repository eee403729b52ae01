//! Clients are told of what becomes of their presentations and grants: at least once, signed, on a schedule, at addresses
//! of their configuration, and by nobody else's leave (REQ-21.40 to 21.45).

use std::collections::BTreeSet;
use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use vpgate_core::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};

use crate::scenarios::shop::request;
use vpgate_test_support::builders::webhooks::shop_told_at;
use vpgate_test_support::harness::{Answer, Harness, SHOP, basic};
use vpgate_test_support::webhook_receiver::{Message, Reply, WebhookReceiver, private_file, secret};

const BANK: (&str, &str) = ("bank", "bank-secret");
/// What the demo person is called, and more that must not get out.
const CLAIMS: [&str; 3] = ["Erika", "Mustermann", "erika@example.com"];

/// The service, and the folder with its secrets.
struct Told {
    world: Harness,
    folder: TempDir,
}

/// With these endpoints of the shop.
async fn told(endpoints: &[(&WebhookReceiver, &str, &str)]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let world = Harness::with_configuration(&configured(&folder, endpoints), Vec::new()).await;
    Told { world, folder }
}

fn configured(folder: &TempDir, endpoints: &[(&WebhookReceiver, &str, &str)]) -> String {
    let at: Vec<_> =
        endpoints.iter().map(|(receiver, name, more)| (receiver.url.as_str(), *name, *more)).collect();
    shop_told_at(folder.path(), &at)
}

impl Told {
    /// A person shares; the presentation and the code that the browser brought.
    async fn verified(&self) -> (Value, String) {
        let begun = self.world.begin(&request(&[])).await;
        let back = self.world.share(&begun, &[]).await;
        (begun, back.response_code)
    }

    async fn send(&self) {
        self.world.app().send_webhooks().await;
    }

    async fn send_after(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
        self.send().await;
    }

    async fn asked(&self, method: Method, path: &str, client: (&str, &str)) -> Answer {
        self.world.send(method, path, &[basic(client)], String::new()).await
    }

    async fn deliveries(&self, name: &str, state: &str) -> Vec<Value> {
        let path = format!("/v1/webhooks/{name}/deliveries?state={state}");
        let answer = self.asked(Method::GET, &path, SHOP).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["deliveries"].as_array().unwrap().clone()
    }

    async fn webhook(&self) -> Value {
        let answer = self.asked(Method::GET, "/v1/webhooks", SHOP).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["webhooks"][0].clone()
    }
}

#[tokio::test]
async fn req_21_40_a_client_is_told_once_by_a_signed_thin_message() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    let (begun, _) = told.verified().await;
    told.send().await;
    let [message] = receiver.take().try_into().unwrap();
    assert!(message.is_signed_by(&secret(1)) && !message.is_signed_by(&secret(2)), "{}", message.signature);
    assert_eq!(message.timestamp, told.world.now().unix());
    assert!(message.id.starts_with("evt_"), "{}", message.id);
    let body = message.json();
    assert_eq!(body["type"], "presentation.verified");
    assert_eq!(body["data"]["presentation"], begun["id"]);
    assert_eq!((&body["data"]["state"], &body["data"]["client_id"]), (&json!("verified"), &json!("shop")));
    for claim in CLAIMS {
        assert!(!message.body.contains(claim), "{}", message.body);
    }
    told.send_after(1_000_000).await;
    assert!(receiver.take().is_empty(), "what was taken does not come again");
    let [delivery] = told.deliveries("orders", "delivered").await.try_into().unwrap();
    assert_eq!((&delivery["event"], &delivery["attempts"]), (&json!(message.id), &json!(1)));
}

#[tokio::test]
async fn req_21_42_while_its_secret_is_exchanged_a_message_has_both_signatures() {
    let receiver = WebhookReceiver::start();
    let keys = tempfile::tempdir().unwrap();
    let before = private_file(keys.path(), "before", &secret(2));
    let more = format!("previous_secret_file = \"{}\"", before.display());
    let told = told(&[(&receiver, "orders", &more)]).await;
    told.verified().await;
    told.send().await;
    let [message] = receiver.take().try_into().unwrap();
    assert!(message.is_signed_by(&secret(1)) && message.is_signed_by(&secret(2)));
    assert_eq!(told.webhook().await["secrets"], 2);
    drop(told.folder);
}

#[tokio::test]
async fn req_21_43_what_fails_comes_again_with_the_same_id_and_a_new_signature_until_it_is_dead() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    told.verified().await;
    receiver.answers(Reply::Status(500));
    told.send().await;
    let [first] = receiver.take().try_into().unwrap();
    told.send_after(4).await;
    assert!(receiver.take().is_empty(), "not before it is due");
    let pauses = [2, 360, 2160, 8640, 21_600, 43_200, 60_480, 86_400, 103_680];
    for (pause, attempts) in pauses.into_iter().zip(2..) {
        assert_eq!(told.webhook().await["state"], "failing");
        told.send_after(pause).await;
        let [again] = receiver.take().try_into().unwrap();
        assert_eq!((&again.id, &again.body), (&first.id, &first.body), "attempt {attempts}");
        assert!(again.is_signed_by(&secret(1)) && again.timestamp > first.timestamp);
    }
    told.send_after(1_000_000).await;
    assert!(receiver.take().is_empty(), "ten attempts are made");
    let [dead] = told.deliveries("orders", "dead").await.try_into().unwrap();
    assert_eq!((&dead["attempts"], &dead["last_status"]), (&json!(10), &json!(500)));
    // By hand it begins anew.
    receiver.answers(Reply::Status(200));
    let path = format!("/v1/webhooks/orders/deliveries/{}/retry", dead["id"].as_str().unwrap());
    assert_eq!(told.asked(Method::POST, &path, SHOP).await.status, StatusCode::ACCEPTED);
    told.send().await;
    assert_eq!(receiver.take()[0].id, first.id);
    assert_eq!(told.webhook().await["state"], "active");
}

#[tokio::test]
async fn req_21_43_410_ends_it_until_a_test_is_taken_and_what_came_meanwhile_is_kept() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    told.verified().await;
    receiver.answers(Reply::Status(410));
    told.send().await;
    let [gone] = receiver.take().try_into().unwrap();
    let webhook = told.webhook().await;
    assert_eq!((&webhook["state"], &webhook["paused"]), (&json!("paused"), &json!("gone")));
    assert_eq!(told.deliveries("orders", "dead").await[0]["event"], json!(gone.id));
    receiver.answers(Reply::Status(200));
    told.verified().await;
    told.send_after(3600).await;
    assert!(receiver.take().is_empty(), "a paused endpoint is left alone");
    let answer = told.asked(Method::POST, "/v1/webhooks/orders/test", SHOP).await;
    assert_eq!((&answer.json()["delivered"], &answer.json()["status"]), (&json!(true), &json!(200)));
    let [test] = receiver.take().try_into().unwrap();
    assert!(test.is_signed_by(&secret(1)));
    assert_eq!((&test.json()["type"], json!(test.id)), (&json!("webhook.test"), answer.json()["id"].clone()));
    told.send().await;
    assert_eq!(receiver.take()[0].json()["type"], "presentation.verified");
    assert_eq!(told.webhook().await["state"], "active");
}

#[tokio::test]
async fn req_21_43_who_asks_for_time_is_left_alone_for_all_messages() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    told.verified().await;
    receiver.answers(Reply::With(429, "Retry-After: 900".to_owned()));
    told.send().await;
    assert_eq!(receiver.take().len(), 1);
    receiver.answers(Reply::Status(200));
    told.verified().await;
    told.send_after(890).await;
    assert!(receiver.take().is_empty());
    told.send_after(11 + 180).await;
    assert_eq!(receiver.take().len(), 2);
}

#[tokio::test]
async fn req_21_43_redirects_are_failures_and_lead_nowhere_and_long_answers_are_success() {
    let (receiver, elsewhere) = (WebhookReceiver::start(), WebhookReceiver::start());
    let told = told(&[(&receiver, "orders", "")]).await;
    for status in [301, 302, 307, 308] {
        receiver.answers(Reply::With(status, format!("Location: {}", elsewhere.url)));
        let answer = told.asked(Method::POST, "/v1/webhooks/orders/test", SHOP).await.json();
        assert_eq!((&answer["delivered"], &answer["status"]), (&json!(false), &json!(status)));
    }
    assert!(elsewhere.take().is_empty());
    receiver.answers(Reply::Long(10 << 20));
    told.verified().await;
    told.send().await;
    assert_eq!(told.deliveries("orders", "delivered").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "one that sends, awaited below")]
async fn req_21_45_one_slow_endpoint_holds_up_no_other_and_gets_four_at_a_time() {
    let (slow, quick) = (WebhookReceiver::start(), WebhookReceiver::start());
    let told = told(&[(&slow, "slow", ""), (&quick, "quick", "")]).await;
    for _ in 0..6 {
        told.verified().await;
    }
    slow.answers(Reply::Hang);
    let app = told.world.app();
    let sending = tokio::spawn(async move { app.send_webhooks().await });
    let (slow, quick) = tokio::task::spawn_blocking(move || {
        assert_eq!(slow.wait_for(4).len(), 4);
        assert_eq!(quick.wait_for(4).len(), 4);
        slow.release();
        (slow, quick)
    })
    .await
    .unwrap();
    sending.await.unwrap();
    told.send().await;
    assert_eq!((slow.take().len(), quick.take().len()), (2, 2));
}

#[tokio::test]
async fn each_endpoint_is_told_of_its_kinds_and_nobody_of_what_is_not_theirs() {
    let (all, denied) = (WebhookReceiver::start(), WebhookReceiver::start());
    let kinds = "kinds = [\"presentation.declined\"]";
    let told = told(&[(&all, "all", ""), (&denied, "declined", kinds)]).await;
    told.verified().await;
    let begun = told.world.begin(&request(&[])).await;
    told.world.decline(&begun).await;
    told.send().await;
    let kind = |receiver: &WebhookReceiver| {
        let mut kinds: Vec<String> =
            receiver.take().iter().map(|it| it.json()["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kind(&all), ["presentation.declined", "presentation.verified"]);
    assert_eq!(kind(&denied), ["presentation.declined"]);
    // Another client has none of it.
    let id = told.deliveries("all", "delivered").await[0]["id"].clone();
    let none = told.asked(Method::GET, "/v1/webhooks", BANK).await;
    assert_eq!(none.json(), json!({ "webhooks": [] }));
    for (method, path) in [
        (Method::GET, "/v1/webhooks/all/deliveries".to_owned()),
        (Method::POST, "/v1/webhooks/all/test".to_owned()),
        (Method::POST, format!("/v1/webhooks/all/deliveries/{}/retry", id.as_str().unwrap())),
    ] {
        let answer = told.asked(method, &path, BANK).await;
        assert_eq!((answer.status, &answer.json()["status"]), (StatusCode::NOT_FOUND, &json!(404)), "{path}");
    }
    for path in [
        format!("/v1/webhooks/declined/deliveries/{}/retry", id.as_str().unwrap()),
        "/v1/webhooks/all/deliveries/dlv_x/retry".to_owned(),
        "/v1/webhooks/none/test".to_owned(),
    ] {
        assert_eq!(told.asked(Method::POST, &path, SHOP).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(all.take().is_empty());
}

#[tokio::test]
async fn a_full_message_holds_the_result_for_the_client_s_key_alone() {
    let receiver = WebhookReceiver::start();
    let keys = tempfile::tempdir().unwrap();
    let key = EncryptionKey::generate().unwrap();
    let file = keys.path().join("key.jwk");
    std::fs::write(&file, key.to_public_jwk().to_string()).unwrap();
    let more = format!("content = \"full\"\nencryption_key_file = \"{}\"", file.display());
    let told = told(&[(&receiver, "orders", &more)]).await;
    let (begun, code) = told.verified().await;
    told.send().await;
    let [message] = receiver.take().try_into().unwrap();
    for claim in CLAIMS {
        assert!(!message.body.contains(claim), "{}", message.body);
    }
    let body = message.json();
    let sealed = EncryptedText::parse(body["data"]["result"].as_str().unwrap(), 64 << 10).unwrap();
    let opened = key.decrypt(&sealed, &ContentEncryption::ALL).unwrap();
    let (status, result) = told.world.collect(&begun, Some(&code)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(serde_json::from_slice::<Value>(&opened).unwrap(), result);
    assert!(result["credentials"].is_object() && result["receipt"].is_string(), "{result}");
    assert_eq!(body["data"].get("receipt"), None, "it is in the result");
    assert_eq!(told.webhook().await["content"], "full");
}

#[tokio::test]
async fn a_receipt_comes_with_every_end_that_has_one_where_that_is_configured() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "receipt = true")]).await;
    let (begun, _) = told.verified().await;
    let declined = told.world.begin(&request(&[])).await;
    told.world.decline(&declined).await;
    told.send().await;
    let messages = receiver.take();
    for presentation in [&begun, &declined] {
        let path = format!("/v1/presentations/{}/receipt", presentation["id"].as_str().unwrap());
        let fetched = told.asked(Method::GET, &path, SHOP).await.text;
        let body =
            messages.iter().map(Message::json).find(|it| it["data"]["presentation"] == presentation["id"]);
        assert_eq!(body.unwrap()["data"]["receipt"], json!(fetched), "the same one, signed once");
    }
    for claim in CLAIMS {
        assert!(messages.iter().all(|message| !message.body.contains(claim)));
    }
    // Of what nobody answered there is none.
    let expired = told.world.begin(&request(&[])).await;
    told.world.clock.advance(Duration::from_secs(600));
    told.world.app().tell_expiries().await.unwrap();
    told.send().await;
    let body = receiver.take()[0].json();
    assert_eq!((&body["data"]["presentation"], body["data"].get("receipt")), (&expired["id"], None));
}

#[tokio::test]
async fn deliveries_are_read_page_by_page_and_none_twice() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    for _ in 0..103 {
        told.world.begin(&request(&[])).await;
    }
    told.world.clock.advance(Duration::from_secs(600));
    told.world.app().tell_expiries().await.unwrap();
    let (mut query, mut pages, mut read) = (String::new(), Vec::new(), BTreeSet::new());
    loop {
        let path = format!("/v1/webhooks/orders/deliveries?{query}");
        let page = told.asked(Method::GET, &path, SHOP).await.json();
        let ids = page["deliveries"].as_array().unwrap().iter().map(|it| it["id"].to_string());
        pages.push(ids.len());
        read.extend(ids);
        // What was listed goes out meanwhile.
        told.send().await;
        let Some(cursor) = page["cursor"].as_str() else { break };
        query = format!("before={cursor}");
    }
    assert_eq!((pages, read.len()), (vec![100, 3], 103));
    let wrong = told.asked(Method::GET, "/v1/webhooks/orders/deliveries?before=x", SHOP).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.text);
}

#[tokio::test]
async fn a_webhook_is_tested_ten_times_a_minute_and_others_meanwhile() {
    let (receiver, other) = (WebhookReceiver::start(), WebhookReceiver::start());
    let told = told(&[(&receiver, "orders", ""), (&other, "audit", "")]).await;
    let test = async |name: &str| told.asked(Method::POST, &format!("/v1/webhooks/{name}/test"), SHOP).await;
    for _ in 0..10 {
        assert_eq!(test("orders").await.status, StatusCode::OK);
    }
    let refused = test("orders").await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    assert_eq!(refused.json()["type"], "urn:vpgate:problem:too_many_tests");
    assert_eq!(receiver.take().len(), 10);
    assert_eq!(test("audit").await.status, StatusCode::OK);
    assert_eq!(test("none").await.status, StatusCode::NOT_FOUND);
    told.world.clock.advance(Duration::from_secs(60));
    assert_eq!(test("orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_21_43_what_waits_and_who_is_paused_is_measured() {
    let receiver = WebhookReceiver::start();
    let told = told(&[(&receiver, "orders", "")]).await;
    let measured = async || {
        told.world.app().measure_webhooks().await.unwrap();
        let text = told.world.get("/metrics").await.text;
        let line = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().to_owned()
        };
        let paused = line("vpgate_webhook_paused{client=\"shop\",webhook=\"orders\"}");
        (line("vpgate_outbox_oldest_seconds"), paused)
    };
    let numbers = |oldest: &str, paused: &str| (oldest.to_owned(), paused.to_owned());
    assert_eq!(measured().await, numbers("0", "0"));
    told.verified().await;
    told.world.clock.advance(Duration::from_secs(70));
    assert_eq!(measured().await, numbers("70", "0"));
    receiver.answers(Reply::Status(410));
    told.send().await;
    told.verified().await;
    assert_eq!(measured().await, numbers("0", "1"));
    receiver.answers(Reply::Status(204));
    told.asked(Method::POST, "/v1/webhooks/orders/test", SHOP).await;
    told.send().await;
    assert_eq!(measured().await, numbers("0", "0"));
}

#[tokio::test]
async fn what_waits_is_told_after_a_restart_and_at_a_new_address_at_once() {
    let (old, new) = (WebhookReceiver::start(), WebhookReceiver::start());
    let told = told(&[(&old, "orders", "")]).await;
    told.verified().await;
    old.answers(Reply::Status(410));
    told.verified().await;
    told.send().await;
    let came = old.take().len();
    assert_eq!(came, 2);
    told.verified().await;
    told.send().await;
    assert!(old.take().is_empty());
    let world = told.world.reconfigured(&configured(&told.folder, &[(&new, "orders", "")]));
    world.app().send_webhooks().await;
    assert_eq!(new.take().len(), 1, "another address is another endpoint");
    assert!(world.get_as("/v1/webhooks", Some(SHOP)).await.text.contains(&new.url));
}
