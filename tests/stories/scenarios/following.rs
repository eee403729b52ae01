//! A relying party hears by itself how a presentation stands, and asks for what it was not told.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::{Endpoint as _, Request, Response};
use serde_json::{Value, json};
use vpgate_core::change::Change;
use vpgate_test_support::harness::{BASIC, Harness, RETURN_TO, SHOP, basic};

fn request() -> Value {
    json!({ "scope": BASIC, "redirect_uri": RETURN_TO })
}

fn path_of(begun: &Value) -> String {
    format!("/v1/presentations/{}", begun["id"].as_str().unwrap())
}

/// Begins to follow; the stream is open then.
async fn open(world: &Harness, begun: &Value, last: Option<&str>) -> Response {
    let path = format!("{}/events", path_of(begun));
    let (name, value) = basic(SHOP);
    let mut request = Request::builder().method(Method::GET).uri_str(&path).header(name, value);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    world.app().endpoint().get_response(request.finish()).await
}

/// Each event with its number, until the stream ends.
async fn read(stream: Response) -> Vec<(String, Value)> {
    assert_eq!((stream.status(), stream.content_type()), (StatusCode::OK, Some("text/event-stream")));
    assert_eq!(stream.header("cache-control"), Some("no-store"));
    let text = stream.into_body().into_string().await.unwrap();
    let event = |block: &str| {
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        Some((line("id: ")?, serde_json::from_str(&line("data: ")?).unwrap()))
    };
    text.split("\n\n").filter_map(event).collect()
}

async fn listed(world: &Harness, query: &str) -> Value {
    let answer = world.get_as(&format!("/v1/events{query}"), Some(SHOP)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn req_21_30_a_stream_tells_the_state_at_once_every_change_and_ends_behind_the_last() {
    let world = Harness::new().await;
    let begun = world.begin(&request()).await;
    let stream = open(&world, &begun, None).await;
    let (events, back) = tokio::join!(read(stream), world.share(&begun, &[]));
    let id = &begun["id"];
    let first = json!({ "id": id, "status": "pending", "step": "begun", "expires_at": begun["expires_at"] });
    assert_eq!(events[0], ("1".to_owned(), first));
    assert_eq!(events.last().unwrap(), &("4".to_owned(), json!({ "id": id, "status": "verified" })));
    assert!(events.is_sorted_by(|one, other| one.0 < other.0), "{events:?}");
    // What was proven is collected, as always.
    assert_eq!(world.collect(&begun, Some(&back.response_code)).await.1["status"], "verified");
    // Who comes back hears what came after, and where that is nothing there is nothing to come back for.
    for last in ["2", "nonsense"] {
        assert_eq!(read(open(&world, &begun, Some(last)).await).await.len(), 1, "{last}");
    }
    assert_eq!(open(&world, &begun, Some("4")).await.status(), StatusCode::NOT_FOUND);
    let answer = world.get_as(&format!("{}/events", path_of(&begun)), Some(("shop", "wrong"))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get_as("/v1/presentations/x/events", Some(SHOP)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_21_31_what_another_process_wrote_and_what_expires_is_seen_by_looking() {
    let world = Harness::new().await;
    let begun = world.begin(&request()).await;
    let stream = open(&world, &begun, None).await;
    // Nobody here is told of this commit.
    let id = world.asked(&state_of(&begun)).await.id;
    world.store().commit(&Change::Forget(id)).await.unwrap();
    world.app().look().await.unwrap();
    assert_eq!(read(stream).await, [], "a forgotten one ends without a word");
    let begun = world.begin(&request()).await;
    let stream = open(&world, &begun, None).await;
    world.clock.advance(Duration::from_secs(300));
    world.app().look().await.unwrap();
    assert_eq!(read(stream).await.last().unwrap().1, json!({ "id": begun["id"], "status": "expired" }));
    world.app().tell_expiries().await.unwrap();
    world.app().tell_expiries().await.unwrap();
    let events = listed(&world, "").await;
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "told once: {events}");
    assert_eq!(events["events"][0]["type"], "presentation.expired");
}

fn state_of(begun: &Value) -> String {
    let url: url::Url = begun["authorization_request_url"].as_str().unwrap().parse().unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn req_21_40_each_end_is_an_event_without_a_claim_and_is_listed_behind_a_cursor() {
    let world = Harness::new().await;
    assert_eq!(listed(&world, "").await, json!({ "events": [], "cursor": "0", "more": false }));
    let (verified, declined) = (world.begin(&request()).await, world.begin(&request()).await);
    world.share(&verified, &[]).await;
    let first = listed(&world, "").await;
    world.decline(&declined).await;
    let event = &first["events"][0];
    assert!(event["id"].as_str().unwrap().starts_with("evt_"));
    let data = json!({ "presentation": verified["id"], "client_id": SHOP.0, "state": "verified" });
    assert_eq!((&event["type"], &event["data"]), (&json!("presentation.verified"), &data));
    let behind = listed(&world, &format!("?after={}", first["cursor"].as_str().unwrap())).await;
    assert_eq!(behind["events"].as_array().unwrap().len(), 1);
    assert_eq!(behind["events"][0]["data"]["reason"], "access_denied");
    assert_eq!(listed(&world, "").await["events"].as_array().unwrap().len(), 2);
    assert_eq!(world.get_as("/v1/events?after=x", Some(SHOP)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get_as("/v1/events", None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn rfc_7240_an_answer_waits_for_the_end_when_that_is_preferred() {
    let world = Harness::new().await;
    let begun = world.begin(&request()).await;
    let waits = async |preference: &str| {
        let headers = [basic(SHOP), ("prefer", preference.to_owned())];
        world.send(Method::GET, &path_of(&begun), &headers, String::new()).await
    };
    let answer = waits("wait=0").await;
    assert_eq!(
        (answer.header("preference-applied"), &answer.json()["status"]),
        ("wait=0", &json!("pending"))
    );
    assert_eq!(waits("respond-async").await.header("preference-applied"), "");
    let (answer, ()) = tokio::join!(waits("wait=25"), world.decline(&begun));
    assert_eq!(
        (answer.header("preference-applied"), &answer.json()["status"]),
        ("wait=25", &json!("declined"))
    );
}

#[tokio::test]
async fn req_21_30_four_follow_one_presentation_and_no_more() {
    let world = Harness::new().await;
    let begun = world.begin(&request()).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(open(&world, &begun, None).await);
    }
    assert_eq!(open(&world, &begun, None).await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(streams.pop());
    streams.push(open(&world, &begun, None).await);
    world.decline(&begun).await;
    for stream in streams {
        assert_eq!(read(stream).await.last().unwrap().1["status"], "declined");
    }
}

#[tokio::test]
async fn a_request_with_the_same_key_is_answered_again_and_begins_nothing() {
    let world = Harness::new().await;
    let mut body = request();
    body["login_hint"] = "ada@example.com".into();
    let begin = async |key: &str, body: &Value| {
        let headers = [
            basic(SHOP),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.to_owned()),
        ];
        world.send(Method::POST, "/v1/presentations", &headers, body.to_string()).await
    };
    let first = begin("order 7", &body).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let again = begin("order 7", &body).await;
    assert_eq!((again.status, &again.text), (StatusCode::CREATED, &first.text));
    assert_eq!(again.header("location"), first.header("location"));
    // Also when it is over, and its login hint is gone from its row.
    world.decline(&first.json()).await;
    assert_eq!(begin("order 7", &body).await.text, first.text);
    let other = begin("order 7", &request()).await;
    assert_eq!(
        (other.status, other.json()["type"].as_str()),
        (StatusCode::CONFLICT, Some("urn:vpgate:problem:idempotency_key_reused"))
    );
    assert_ne!(begin("order 8", &body).await.json()["id"], first.json()["id"]);
    for wrong in ["", &"k".repeat(256)] {
        assert_eq!(begin(wrong, &body).await.status, StatusCode::BAD_REQUEST);
    }
    // Two at once begin one.
    let (one, two) = tokio::join!(begin("order 9", &body), begin("order 9", &body));
    assert_eq!((one.status, one.text), (two.status, two.text));
    world.clock.advance(Duration::from_secs(24 * 3600));
    while world.store().sweep(world.now(), 100).await.unwrap().rows() > 0 {}
    assert_ne!(begin("order 7", &body).await.json()["id"], first.json()["id"]);
}
