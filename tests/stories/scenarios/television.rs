//! The television's story (RFC 8628), told through the endpoints.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;
use vpgate_core::base::json::Bounds;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};

use vpgate_test_support::harness::{BASIC, Harness};

const PENDING: &str = "authorization_pending";

fn code_of(authorization: &Value) -> &str {
    authorization["device_code"].as_str().unwrap()
}

#[tokio::test]
async fn a_television_gets_a_token_because_a_wallet_showed_a_credential() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[("scope", BASIC)]).await;
    assert_eq!(authorization["expires_in"], 600);
    assert_eq!(authorization["interval"], 5);
    let (status, body) = world.poll(code_of(&authorization)).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!(PENDING)));

    let mut phone = world.browser();
    let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
    assert!(page.body.contains("Living-room TV"), "who asks: {}", page.body);
    assert!(page.body.contains(authorization["user_code"].as_str().unwrap()), "the code to compare");
    let page = phone.press(&page, "Continue").await;
    assert!(page.url.path().starts_with("/sandbox/wallet"), "{}", page.url);
    let page = phone.press(&page, "Share").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.url.path().starts_with("/done/"), "{}\n{}", page.url, page.body);

    world.clock.advance(Duration::from_secs(5));
    let (status, token) = world.poll(code_of(&authorization)).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["scope"], BASIC);

    // The token is a JWT of RFC 9068 whose key is published.
    let keys = KeySet::from_json(&world.get("/jwks.json").await.json()).unwrap();
    let bounds = Bounds { bytes: 8192, depth: 4, members: 100 };
    let jwt = UnverifiedJws::parse(token["access_token"].as_str().unwrap(), &bounds).unwrap();
    assert_eq!(jwt.typ(), Some("at+jwt"));
    let key = keys.find(jwt.kid(), jwt.algorithm()).unwrap().clone();
    let claims = jwt.verify(&key).unwrap().into_payload();
    assert_eq!(claims["client_id"], "tv");
    assert_eq!(claims["scope"], BASIC);
    assert_eq!(claims["iss"], world.get("/.well-known/oauth-authorization-server").await.json()["issuer"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);

    // The code is spent.
    let (status, body) = world.poll(code_of(&authorization)).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
}

#[tokio::test]
async fn req_10_42_slow_down_lengthens_the_interval_and_never_kills_the_code() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut heard = Vec::new();
    for wait in [0, 1, 5, 15, 14] {
        world.clock.advance(Duration::from_secs(wait));
        heard.push(world.poll(code_of(&authorization)).await.1["error"].as_str().unwrap().to_owned());
    }
    assert_eq!(heard, [PENDING, "slow_down", "slow_down", PENDING, "slow_down"]);
    world.approve(&authorization).await;
    // However hasty: an approved code gives its token.
    assert_eq!(world.poll(code_of(&authorization)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_10_43_an_expired_code_says_so_and_stays_expired() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    world.clock.advance(Duration::from_secs(600));
    for _ in 0..2 {
        let (status, body) = world.poll(code_of(&authorization)).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("expired_token")));
    }
}

#[tokio::test]
async fn req_10_43_i_did_not_start_this_reaches_the_device_at_once() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
    let page = phone.press(&page, "I did not start this").await;
    assert_eq!(page.status, StatusCode::OK);
    for _ in 0..2 {
        let (status, body) = world.poll(code_of(&authorization)).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("access_denied")));
    }
}

#[tokio::test]
async fn req_2_44_declining_in_the_wallet_reaches_the_device_at_once() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let page = world.to_wallet(&mut phone, &authorization).await;
    let page = phone.press(&page, "Decline").await;
    assert!(page.url.path().starts_with("/done/"), "{}", page.url);
    assert_eq!(world.poll(code_of(&authorization)).await.1["error"], "access_denied");
}

#[tokio::test]
async fn req_2_8_rejected_answers_are_counted_and_the_last_one_denies() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let mut page = world.to_wallet(&mut phone, &authorization).await;
    for attempt in 1..=5 {
        let done = phone.fill_and_press(&page, &[("fault", "wrong_nonce")], "Share").await;
        assert!(done.url.path().starts_with("/done/"), "{}", done.url);
        world.clock.advance(Duration::from_secs(5));
        let heard = world.poll(code_of(&authorization)).await.1["error"].clone();
        if attempt < 5 {
            assert_eq!(heard, PENDING, "attempt {attempt}");
            page = phone.open(&done.url.path().replace("/done/", "/start/")).await;
        } else {
            assert_eq!(heard, "access_denied");
        }
    }
}

#[tokio::test]
async fn req_2_8_a_good_answer_after_a_rejected_one_still_counts() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let page = world.to_wallet(&mut phone, &authorization).await;
    let done = phone.fill_and_press(&page, &[("fault", "wrong_audience")], "Share").await;
    let page = phone.open(&done.url.path().replace("/done/", "/start/")).await;
    phone.press(&page, "Share").await;
    assert_eq!(world.poll(code_of(&authorization)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn giving_up_after_a_rejected_answer_denies_at_once() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let mut phone = world.browser();
    let page = world.to_wallet(&mut phone, &authorization).await;
    let done = phone.fill_and_press(&page, &[("fault", "wrong_nonce")], "Share").await;
    phone.press(&done, "Give up").await;
    assert_eq!(world.poll(code_of(&authorization)).await.1["error"], "access_denied");
}

#[tokio::test]
async fn req_10_45_of_a_hundred_polls_at_once_one_gets_the_token() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    world.approve(&authorization).await;
    let mut polls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (world, code) = (world.clone(), code_of(&authorization).to_owned());
        polls.spawn(async move { world.poll(&code).await });
    }
    let answers = polls.join_all().await;
    let tokens = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
    assert_eq!(tokens, 1);
    assert!(
        answers.iter().all(|(status, body)| *status == StatusCode::OK || body["error"] == "invalid_grant")
    );
}

#[tokio::test]
async fn req_10_44_another_clients_code_is_unknown_to_it_and_unharmed() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let (status, body) = world.poll_as("kiosk", code_of(&authorization)).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let (_, unknown) = world.poll("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(unknown, body, "unknown and foreign codes are not told apart");
    world.approve(&authorization).await;
    assert_eq!(world.poll(code_of(&authorization)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_15_6_a_second_browser_cannot_take_up_a_claimed_code() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let (mut first, mut second) = (world.browser(), world.browser());
    let address = authorization["verification_uri_complete"].as_str().unwrap();
    let (mine, theirs) = (first.open(address).await, second.open(address).await);
    first.press(&mine, "Continue").await;
    let refused = second.press(&theirs, "Continue").await;
    assert_eq!(refused.url.path(), "/device", "{}", refused.body);
    assert!(refused.status.is_client_error(), "{}", refused.status);
}

#[tokio::test]
async fn req_10_25_an_answer_from_another_browser_does_not_count() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let (mut victim, mut attacker) = (world.browser(), world.browser());
    let page = world.to_wallet(&mut victim, &authorization).await;
    let fragment = world.share_without_returning(&mut victim, &page).await;
    // Whoever learns the answer, or only `state`, can do nothing with it.
    for cookies in [&mut attacker, &mut world.browser_of_somebody().await] {
        let refused = cookies.bring_fragment(&fragment).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
    }
    assert_eq!(world.poll(code_of(&authorization)).await.1["error"], PENDING);
    victim.bring_fragment(&fragment).await;
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.poll(code_of(&authorization)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn req_10_9_opening_the_link_approves_nothing() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    for _ in 0..3 {
        let mut phone = world.browser();
        phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
    }
    assert_eq!(world.poll(code_of(&authorization)).await.1["error"], PENDING);
}

#[tokio::test]
async fn req_10_24_unknown_used_denied_and_expired_codes_read_the_same() {
    let world = Harness::new().await;
    let [used, denied, expired] = [(); 3].map(|()| world.device_authorization(&[]));
    let (used, denied, expired) = (used.await, denied.await, expired.await);
    world.approve(&used).await;
    assert_eq!(world.poll(code_of(&used)).await.0, StatusCode::OK);
    let mut phone = world.browser();
    let page = phone.open(denied["verification_uri_complete"].as_str().unwrap()).await;
    phone.press(&page, "I did not start this").await;
    world.clock.advance(Duration::from_secs(600));
    let mut pages = Vec::new();
    for code in [&used["user_code"], &denied["user_code"], &expired["user_code"], &json!("BBBB-BBBB")] {
        let code = code.as_str().unwrap();
        let page = world.browser().open(&format!("/device?user_code={code}")).await;
        pages.push((page.status, page.body.replace(code, "CODE")));
    }
    // Only what differs by browser (the anti-forgery value) may differ, and how many tries are left.
    let told = |body: &str, left: usize| {
        let left = match left {
            1 => "You can try once more".to_owned(),
            more => format!("You can try {more} more times"),
        };
        assert!(body.contains(&left), "{body}");
        visible(body).replace(&left, "TRIES")
    };
    let each = pages.iter().zip([4, 3, 2, 1]);
    let texts: Vec<_> = each.map(|((status, body), left)| (*status, told(body, left))).collect();
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:#?}");
}

fn visible(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A poll whose answer may wait for so many seconds; when it came, on a clock that nobody turns.
async fn poll_waiting(world: &Harness, authorization: &Value, preference: &str) -> (StatusCode, Value) {
    let form = [
        ("client_id", "tv"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code_of(authorization)),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers =
        [("content-type", "application/x-www-form-urlencoded".to_owned()), ("prefer", preference.to_owned())];
    let answer = world.send(Method::POST, "/token", &headers, body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn rfc_7240_a_poll_waits_for_the_decision_when_that_is_preferred() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[("scope", BASIC)]).await;
    let (status, body) = poll_waiting(&world, &authorization, "wait=0").await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::BAD_REQUEST, &json!(PENDING)),
        "nobody comes in no time"
    );
    // Too early is told at once.
    let (_, body) = poll_waiting(&world, &authorization, "wait=25").await;
    assert_eq!(body["error"], "slow_down");
    world.clock.advance(Duration::from_secs(10));
    let ((status, token), ()) =
        tokio::join!(poll_waiting(&world, &authorization, "wait=25"), world.approve(&authorization));
    assert_eq!((status, &token["scope"]), (StatusCode::OK, &json!(BASIC)), "{token}");

    for (button, error) in [("Decline", "access_denied"), ("I did not start this", "access_denied")] {
        let authorization = world.device_authorization(&[]).await;
        let mut phone = world.browser();
        let says_no = async {
            let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
            let page = if button == "Decline" { phone.press(&page, "Continue").await } else { page };
            phone.press(&page, button).await;
        };
        let ((_, body), ()) = tokio::join!(poll_waiting(&world, &authorization, "wait=25"), says_no);
        assert_eq!(body["error"], error, "{button}");
    }
}

#[tokio::test]
async fn req_21_31_a_poll_that_waits_sees_what_another_process_wrote_and_what_expires() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let denies = async {
        let code = Secret::received(code_of(&authorization)).digest();
        let Some(DeviceGrant::Pending(pending)) = world.store().grant_by_device_code(&code).await.unwrap()
        else {
            panic!("nobody has decided")
        };
        // Nobody here is told of this commit.
        let denied = pending.deny(DenialReason::DeclinedInWallet, world.now()).unwrap();
        world.store().commit(&Change::DenyGrant(denied)).await.unwrap();
        world.app().look().await.unwrap();
    };
    let ((_, body), ()) = tokio::join!(poll_waiting(&world, &authorization, "wait=25"), denies);
    assert_eq!(body["error"], "access_denied");

    let authorization = world.device_authorization(&[]).await;
    let expires = async {
        world.clock.advance(Duration::from_secs(600));
        // Until the poll was there to be woken.
        loop {
            world.app().look().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (_, body) = tokio::select! {
        polled = poll_waiting(&world, &authorization, "wait=25") => polled,
        () = expires => unreachable!("it looks again and again"),
    };
    assert_eq!(body["error"], "expired_token");
}

#[tokio::test]
async fn of_the_polls_of_one_device_the_newest_waits_and_gets_the_token() {
    let world = Harness::new().await;
    let authorization = world.device_authorization(&[]).await;
    let later = async || {
        world.clock.advance(Duration::from_secs(60));
        poll_waiting(&world, &authorization, "wait=25").await.1
    };
    let (one, two, three, ()) = tokio::join!(later(), later(), later(), world.approve(&authorization));
    let answers = [one, two, three];
    let issued = answers.iter().filter(|answer| answer["access_token"].is_string()).count();
    let sent_away = answers.iter().filter(|answer| answer["error"] == PENDING).count();
    assert_eq!((issued, sent_away), (1, 2), "{answers:?}");
}
