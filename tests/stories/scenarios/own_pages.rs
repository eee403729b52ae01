//! A service with a verification page of its own (REQ-10.62): the shop has one for televisions.

use poem::http::StatusCode;
use serde_json::{Value, json};

use vpgate_test_support::harness::{Answer, BASIC, Harness, RETURN_TO};

const SHOP: (&str, &str) = ("shop", "shop-secret");
const BANK: (&str, &str) = ("bank", "bank-secret");
const VERIFICATION: &str = "/v1/device/verification";
const COMPLETION: &str = "/v1/device/completion";

fn code(authorization: &Value) -> &str {
    authorization["user_code"].as_str().unwrap()
}

async fn verify(world: &Harness, user_code: &str) -> Answer {
    world.post_value_as(VERIFICATION, Some(SHOP), &json!({ "user_code": user_code })).await
}

async fn complete(world: &Harness, body: &Value) -> Answer {
    world.post_value_as(COMPLETION, Some(SHOP), body).await
}

/// Begun for a code, and shared: the id and the response code.
async fn shared(world: &Harness, request: &Value) -> (String, String) {
    let begun = world.begin(request).await;
    let returned = world.share(&begun, &[]).await;
    (begun["id"].as_str().unwrap().to_owned(), returned.response_code)
}

fn for_code(authorization: &Value) -> Value {
    json!({ "user_code": code(authorization), "redirect_uri": RETURN_TO })
}

fn authorized(authorization: &Value, (presentation, response_code): &(String, String)) -> Value {
    json!({
        "user_code": code(authorization), "result": "AUTHORIZED",
        "presentation": presentation, "response_code": response_code,
    })
}

/// Status, kind and pointer.
fn problem(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let kind = body["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    (answer.status.as_u16(), kind, body["pointer"].as_str().unwrap_or_default().to_owned())
}

fn is(status: u16, kind: &str, pointer: &str) -> (u16, String, String) {
    (status, kind.to_owned(), pointer.to_owned())
}

#[tokio::test]
async fn req_10_62_a_service_with_its_own_pages_gets_a_device_its_token() {
    let world = Harness::new().await;
    let authorization = world.device_of("tv").await;
    let answer = verify(&world, &code(&authorization).to_lowercase().replace('-', " ")).await;
    let shown = answer.json();
    assert_eq!(answer.status, StatusCode::OK, "{shown}");
    assert_eq!(shown["user_code"], authorization["user_code"]);
    assert_eq!((&shown["client_id"], &shown["client_name"]), (&json!("tv"), &json!("Living-room TV")));
    assert_eq!(shown["scopes"], json!([{ "name": BASIC, "description": BASIC }]));
    assert_eq!(shown["claim_names"], json!(["given_name", "family_name", "age_equal_or_over.18"]));
    assert!(shown["created_at"].is_string() && shown["expires_at"].is_string(), "{shown}");
    assert_eq!(shown["network"], "unknown");

    let proof = shared(&world, &for_code(&authorization)).await;
    assert_eq!(world.hears("tv", &authorization).await.0.unwrap(), "authorization_pending");
    let done = complete(&world, &authorized(&authorization, &proof)).await;
    assert_eq!(done.json(), json!({ "outcome": "authorized", "scope": BASIC }));
    let (refused, token) = world.hears("tv", &authorization).await;
    assert_eq!((refused, &token["scope"]), (None, &json!(BASIC)));
    // The proof is spent, and so is the code.
    for spent in [authorized(&authorization, &proof), authorized(&world.device_of("tv").await, &proof)] {
        assert!(complete(&world, &spent).await.status.is_client_error());
    }
}

#[tokio::test]
async fn req_10_62_nobody_but_a_service_that_may_speaks_for_a_device() {
    let world = Harness::new().await;
    let [tv, safe] = [world.device_of("tv").await, world.device_of("safe").await];
    for path in [VERIFICATION, COMPLETION] {
        let body =
            |authorization: &Value| json!({ "user_code": code(authorization), "result": "ACCESS_DENIED" });
        let body = |authorization: &Value| match path {
            VERIFICATION => json!({ "user_code": code(authorization) }),
            _ => body(authorization),
        };
        let anonymous = world.post_value_as(path, None, &body(&tv)).await;
        assert_eq!(problem(&anonymous), is(401, "not_authenticated", ""));
        let wrong = world.post_value_as(path, Some(("shop", "wrong")), &body(&tv)).await;
        assert_eq!(problem(&wrong).0, 401);
        let bank = world.post_value_as(path, Some(BANK), &body(&tv)).await;
        assert_eq!(problem(&bank), is(403, "forbidden", ""));
        let foreign = world.post_value_as(path, Some(SHOP), &body(&safe)).await;
        assert_eq!(problem(&foreign), is(404, "not_found", ""), "not the shop's devices");
    }
    let bank = world.post_value_as("/v1/presentations", Some(BANK), &for_code(&tv)).await;
    assert_eq!(problem(&bank), is(403, "forbidden", ""));
    for (client, authorization) in [("tv", &tv), ("safe", &safe)] {
        assert_eq!(world.hears(client, authorization).await.0.unwrap(), "authorization_pending");
    }
}

#[tokio::test]
async fn req_10_62_only_a_verified_presentation_of_this_code_completes_it() {
    let world = Harness::new().await;
    let [mine, other] = [world.device_of("tv").await, world.device_of("tv").await];
    let of_other = shared(&world, &for_code(&other)).await;
    let of_none = shared(&world, &json!({ "scope": BASIC, "redirect_uri": RETURN_TO })).await;
    let right = shared(&world, &for_code(&mine)).await;
    let unanswered = world.begin(&for_code(&mine)).await["id"].as_str().unwrap().to_owned();
    let declined = world.begin(&for_code(&mine)).await;
    world.decline(&declined).await;
    let declined = declined["id"].as_str().unwrap().to_owned();
    for wrong in [
        &of_other,
        &of_none,
        &(right.0.clone(), of_other.1.clone()),
        &(of_other.0.clone(), right.1.clone()),
        &(unanswered, right.1.clone()),
        &(declined, right.1.clone()),
        &("nonsense".to_owned(), right.1.clone()),
    ] {
        let refused = complete(&world, &authorized(&mine, wrong)).await;
        assert_eq!(problem(&refused), is(400, "invalid_request", "/presentation"), "{wrong:?}");
    }
    assert_eq!(world.hears("tv", &mine).await.0.unwrap(), "authorization_pending");
    assert_eq!(complete(&world, &authorized(&mine, &right)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_10_62_a_service_can_say_no_and_take_an_approval_back() {
    let world = Harness::new().await;
    for result in ["ACCESS_DENIED", "TRANSACTION_FAILED"] {
        let authorization = world.device_of("tv").await;
        let body = json!({ "user_code": code(&authorization), "result": result });
        assert_eq!(complete(&world, &body).await.json(), json!({ "outcome": "denied" }));
        assert_eq!(world.hears("tv", &authorization).await.0.unwrap(), "access_denied");
        assert_eq!(problem(&complete(&world, &body).await), is(404, "not_found", ""), "decided once");
    }
    let authorization = world.device_of("tv").await;
    let proof = shared(&world, &for_code(&authorization)).await;
    complete(&world, &authorized(&authorization, &proof)).await;
    let back = json!({ "user_code": code(&authorization), "result": "ACCESS_DENIED" });
    assert_eq!(complete(&world, &back).await.json(), json!({ "outcome": "denied" }));
    assert_eq!(world.hears("tv", &authorization).await.0.unwrap(), "access_denied");
}

#[tokio::test]
async fn req_15_6_a_code_is_taken_up_by_our_page_or_by_theirs() {
    let world = Harness::new().await;
    let [ours, theirs] = [world.device_of("tv").await, world.device_of("tv").await];
    world.to_wallet(&mut world.browser(), &ours).await;
    let refused = world.post_value_as("/v1/presentations", Some(SHOP), &for_code(&ours)).await;
    assert_eq!(problem(&refused), is(409, "code_in_use", ""));
    let denial = json!({ "user_code": code(&ours), "result": "ACCESS_DENIED" });
    assert_eq!(problem(&complete(&world, &denial).await), is(409, "code_in_use", ""));
    world.begin(&for_code(&theirs)).await;
    let mut phone = world.browser();
    let page = phone.open(theirs["verification_uri_complete"].as_str().unwrap()).await;
    assert_eq!(phone.press(&page, "Continue").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn req_15_14_and_15_9_hold_on_other_pages_too() {
    let world = Harness::new().await;
    let gate = world.device_of("gate").await;
    let offered = verify(&world, code(&gate)).await.json()["numbers"].clone();
    assert!(offered.as_array().unwrap().contains(&gate["confirmation_number"]), "{offered}");
    let begin = async |number: Option<&Value>| {
        let mut body = for_code(&gate);
        if let Some(number) = number {
            body["number"] = number.clone();
        }
        world.post_value_as("/v1/presentations", Some(SHOP), &body).await
    };
    assert_eq!(problem(&begin(None).await), is(400, "invalid_request", "/number"));
    assert_eq!(begin(Some(&gate["confirmation_number"])).await.status, StatusCode::CREATED);
    let wrong = offered.as_array().unwrap().iter().find(|number| **number != gate["confirmation_number"]);
    assert_eq!(problem(&begin(wrong).await), is(409, "wrong_number", ""));
    assert_eq!(world.hears("gate", &gate).await.0.unwrap(), "access_denied");

    let radio = world.device_of("radio").await;
    let body = json!({ "user_code": code(&radio), "ip_address": "192.0.2.1" });
    let shown = world.post_value_as(VERIFICATION, Some(SHOP), &body).await.json();
    assert_eq!(shown["scopes"], json!([{ "name": BASIC, "description": BASIC }]), "and no more");
    let proof = shared(&world, &for_code(&radio)).await;
    assert_eq!(complete(&world, &authorized(&radio, &proof)).await.json()["scope"], BASIC);
}

#[tokio::test]
async fn req_10_20_wrong_codes_are_counted_on_other_pages_too() {
    let world = Harness::new().await;
    let authorization = world.device_of("tv").await;
    let from = |typed: &str, address: &str| json!({ "user_code": typed, "ip_address": address });
    for guess in ["BBBB-BBBB", "BBBB-BBBC", "BBBB-BBBD", "BBBB-BBBF", "BBBB-BBBG"] {
        let body = from(guess, "2001:db8::6");
        let wrong = world.post_value_as(VERIFICATION, Some(SHOP), &body).await;
        assert_eq!(problem(&wrong), is(404, "not_found", ""));
    }
    let body = from(code(&authorization), "2001:db8::6");
    let refused = world.post_value_as(VERIFICATION, Some(SHOP), &body).await;
    assert_eq!(problem(&refused), is(429, "too_many_requests", ""));
    assert!((601..=630).contains(&refused.header("retry-after").parse().unwrap()));
    // People with addresses are counted one by one, and those without are not taken for one of them.
    for guess in ["x", "BBBB-BBBB", "BBBB-BBBC", "", "1", "BBBB-BBBD", "BBBB-BBBF", "BBBB-BBBG"] {
        assert_eq!(problem(&verify(&world, guess).await), is(404, "not_found", ""));
    }
    assert_eq!(verify(&world, code(&authorization)).await.status, StatusCode::OK);
    let body = from(code(&authorization), "2001:db8:1::7");
    assert_eq!(world.post_value_as(VERIFICATION, Some(SHOP), &body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_10_62_what_is_wrong_is_named() {
    let world = Harness::new().await;
    let authorization = world.device_of("tv").await;
    let user_code = code(&authorization);
    for (path, body, pointer) in [
        (VERIFICATION, json!({}), "/user_code"),
        (VERIFICATION, json!({ "user_code": 7 }), "/user_code"),
        (VERIFICATION, json!({ "user_code": user_code, "ip_address": "home" }), "/ip_address"),
        (VERIFICATION, json!({ "user_code": user_code, "userCode": user_code }), "/userCode"),
        (COMPLETION, json!({ "result": "ACCESS_DENIED" }), "/user_code"),
        (COMPLETION, json!({ "user_code": user_code }), "/result"),
        (COMPLETION, json!({ "user_code": user_code, "result": "MAYBE" }), "/result"),
        (COMPLETION, json!({ "user_code": user_code, "result": "AUTHORIZED" }), "/presentation"),
        (
            COMPLETION,
            json!({ "user_code": user_code, "result": "AUTHORIZED", "presentation": "x" }),
            "/response_code",
        ),
        (
            COMPLETION,
            json!({ "user_code": user_code, "result": "ACCESS_DENIED", "presentation": "x" }),
            "/presentation",
        ),
        (
            COMPLETION,
            json!({ "user_code": user_code, "result": "ACCESS_DENIED", "subject": "testuser01" }),
            "/subject",
        ),
        (
            "/v1/presentations",
            json!({ "scope": BASIC, "number": "42", "redirect_uri": RETURN_TO }),
            "/number",
        ),
        (
            "/v1/presentations",
            json!({ "scope": BASIC, "ip_address": "192.0.2.1", "redirect_uri": RETURN_TO }),
            "/ip_address",
        ),
    ] {
        let refused = world.post_value_as(path, Some(SHOP), &body).await;
        assert_eq!(problem(&refused), is(400, "invalid_request", pointer), "{path} {body}");
    }
    let both = json!({ "user_code": user_code, "scope": BASIC, "redirect_uri": RETURN_TO });
    assert_eq!(world.post_value_as("/v1/presentations", Some(SHOP), &both).await.status.as_u16(), 400);
    assert_eq!(verify(&world, user_code).await.status, StatusCode::OK);
}
