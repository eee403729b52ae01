//! The pages.

use poem::http::{Method, StatusCode};
use serde_json::Value;

use crate::endpoints::stage::{Answer, PUBLIC_URL, RETURN, SHOP, Stage};

/// A device asked, and a person opened its link.
async fn opened(stage: &Stage) -> (Value, String, Answer) {
    let device = stage.device().await;
    let link =
        device["verification_uri_complete"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let page = stage.get(&link, &[]).await;
    (device, page.cookie(), page)
}

/// The form of the confirming page, filled in.
fn decision(page: &Answer, action: &str) -> String {
    format!("user_code={}&csrf={}&action={action}", page.hidden("user_code"), page.hidden("csrf"))
}

/// A person who has been sent to the wallet: the cookie, the path of `start_url`, the `state`.
async fn at_the_wallet(stage: &Stage) -> (String, String, String) {
    let begun = stage.presentation().await;
    let start = begun["start_url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let sent = stage.get(&start, &[]).await;
    let wallet: url::Url = sent.location().parse().unwrap();
    let state = wallet.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    (sent.cookie(), start, state)
}

#[tokio::test]
async fn req_2_2_every_page_is_closed_to_the_outside() {
    let stage = Stage::new();
    for uri in [
        "/device",
        "/device?user_code=nonsense",
        "/callback",
        "/callback?vp_token=x",
        "/done/x",
        "/start/x",
        "/",
    ] {
        let page = stage.get(uri, &[]).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"),
            "{uri}"
        );
        assert_eq!(policy.contains("script-src"), uri == "/callback", "{uri}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
        assert!(page.body.contains("lang=\"en\"") && page.body.contains("<h1"), "{uri}");
        assert!(!page.body.contains("src=\"http") && !page.body.contains("javascript:"), "{uri}");
    }
}

#[tokio::test]
async fn req_10_9_and_10_22_the_link_alone_decides_nothing_and_the_page_says_what_it_is_about() {
    let stage = Stage::new();
    let (device, cookie, page) = opened(&stage).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        device["user_code"].as_str().unwrap(),
        "The tv",
        "Is this your device?",
        "to know that you are &#60;18 or older&#62;",
        "18 or older",
        "less than a minute ago",
        ">Continue to your wallet</button>",
        ">I did not start this</button>",
    ] {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    assert!(cookie.starts_with("__Host-vpgate="));
    let poll = format!(
        "grant_type={}&client_id=tv&device_code={}",
        crate::endpoints::stage::DEVICE_CODE,
        device["device_code"].as_str().unwrap()
    );
    assert_eq!(stage.form("/token", &[], &poll).await.oauth_error().1, "authorization_pending");
}

#[tokio::test]
async fn going_on_leads_to_the_wallet() {
    let stage = Stage::new();
    let (_, cookie, page) = opened(&stage).await;
    for _ in ["a click", "a double click is no harm"] {
        let sent = stage.form("/device", &[("cookie", &cookie)], &decision(&page, "continue")).await;
        assert!(sent.location().starts_with("https://wallet.example.com/authorize?"), "{}", sent.location());
    }
}

#[tokio::test]
async fn saying_no_tells_the_device_at_once() {
    let stage = Stage::new();
    let (device, cookie, page) = opened(&stage).await;
    let answer = stage.form("/device", &[("cookie", &cookie)], &decision(&page, "disown")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("Nothing was shared"));
    let poll = format!(
        "grant_type={}&client_id=tv&device_code={}",
        crate::endpoints::stage::DEVICE_CODE,
        device["device_code"].as_str().unwrap()
    );
    assert_eq!(stage.form("/token", &[], &poll).await.oauth_error().1, "access_denied");
}

#[tokio::test]
async fn req_10_25_the_decision_must_come_from_our_page_in_the_same_browser() {
    let stage = Stage::new();
    let (_, cookie, page) = opened(&stage).await;
    let (_, other_cookie, _) = opened(&stage).await;
    let right = decision(&page, "continue");
    let ours = ("cookie", &*cookie);
    for (headers, form, status) in [
        (vec![], right.clone(), 403),
        (vec![("cookie", &*other_cookie)], right.clone(), 403),
        (vec![ours], right.replace(&page.hidden("csrf"), "x"), 403),
        (vec![ours], format!("user_code={}&action=continue", page.hidden("user_code")), 403),
        (vec![ours, ("sec-fetch-site", "cross-site")], right.clone(), 403),
        (vec![ours, ("origin", "https://evil.example")], right.clone(), 403),
        (vec![ours], decision(&page, "approve"), 400),
        (vec![ours], format!("{right}&action=disown"), 400),
    ] {
        let answer = stage.form("/device", &headers, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?} {form}");
    }
    let fine =
        stage.form("/device", &[ours, ("sec-fetch-site", "same-origin"), ("origin", "null")], &right).await;
    assert!(fine.location().starts_with("https://wallet.example.com/"));
}

#[tokio::test]
async fn req_10_23_a_claimed_code_belongs_to_one_browser() {
    let stage = Stage::new();
    let (device, cookie, page) = opened(&stage).await;
    stage.form("/device", &[("cookie", &cookie)], &decision(&page, "continue")).await.location();
    let link = format!("/device?user_code={}", device["user_code"].as_str().unwrap());
    let other = stage.get(&link, &[]).await;
    let answer = stage.form("/device", &[("cookie", &other.cookie())], &decision(&other, "continue")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("in use in another browser"));
}

#[tokio::test]
async fn req_10_24_wrong_codes_get_one_neutral_answer() {
    let stage = Stage::new();
    let device = stage.device().await;
    stage.later(600);
    let expired = device["user_code"].as_str().unwrap();
    let mut pages = Vec::new();
    for code in ["x", "BCDF-GHJK", expired] {
        let page = stage.get(&format!("/device?user_code={code}"), &[]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.body.contains("role=\"alert\"") && page.body.contains("This code is not valid."));
        // Nothing but the code itself and the number of tries, which goes down with each code that could be one.
        let (before, after) = page.body.split_once(" You can try ").unwrap();
        let after = after.split_once(" more times").unwrap().1;
        pages.push((before.to_owned(), after.replace(&format!("value=\"{code}\""), "")));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn req_10_20_the_sixth_guess_waits_and_right_codes_do_not_count() {
    let stage = Stage::new();
    let device = stage.device().await;
    let right = format!("/device?user_code={}", device["user_code"].as_str().unwrap());
    for wrong in ["BCDF-GHJM", "BCDF-GHJK", "bcdfghjn", "BCDF-GHJL", "BCDF+GHJP"] {
        assert_eq!(stage.get(&right, &[]).await.status, StatusCode::OK);
        assert_eq!(
            stage.get(&format!("/device?user_code={wrong}"), &[]).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    let refused = stage.get(&right, &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    // The window, and the slot in which the guesses were counted.
    assert_eq!(refused.header("retry-after"), Some("630"));
    stage.later(629);
    let another = "/device?user_code=BCDF-GHJQ";
    assert_eq!(stage.get(another, &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
    stage.later(1);
    assert_eq!(stage.get(another, &[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn req_10_20_replicas_count_together() {
    let stage = Stage::new();
    let device = stage.device().await;
    let right = format!("/device?user_code={}", device["user_code"].as_str().unwrap());
    for guess in 0..5 {
        let wrong = format!("/device?user_code=BCDF-GHJ{}", ["K", "L", "M", "N", "P"][guess]);
        let status = match guess % 2 {
            0 => stage.get(&wrong, &[]).await.status,
            _ => stage.get_at_replica(&wrong).await,
        };
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(stage.get_at_replica(&right).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(stage.get(&right, &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn req_10_20_everybody_together_is_limited_too() {
    let stage = Stage::with(|policy| {
        policy.device.limits.wrong_codes_per_address = 100;
        policy.device.limits.wrong_codes_altogether = 3;
    });
    // The bar rises to two for whoever entered them.
    let wrong = "/device?user_code=BCDF-GHJK";
    for _ in 0..3 {
        assert_eq!(stage.get(wrong, &[]).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(stage.get(wrong, &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_first_browser_owns_the_request_and_looking_ahead_is_not_coming() {
    let stage = Stage::new();
    let begun = stage.presentation().await;
    let start = begun["start_url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let ahead = stage.get(&start, &[("sec-purpose", "prefetch;prerender")]).await;
    assert_eq!(ahead.status, StatusCode::SERVICE_UNAVAILABLE);
    let head = stage.ask(Method::HEAD, &start, &[], "").await;
    assert_eq!((head.status, head.header("set-cookie")), (StatusCode::OK, None));

    let first = stage.get(&start, &[]).await;
    assert!(first.location().starts_with("https://wallet.example.com/authorize?"));
    let reload = stage.get(&start, &[("cookie", &first.cookie())]).await;
    assert_eq!(reload.location(), first.location());
    let other = stage.get(&start, &[]).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert!(other.body.contains("another browser"));
    stage.later(300);
    let late = stage.get(&start, &[("cookie", &first.cookie())]).await;
    assert!(late.location().starts_with("/done/"), "its own browser is told that the time is over");
    assert_eq!(stage.get(&start, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_qr_code_is_a_picture_without_a_look_at_the_store() {
    let stage = Stage::new();
    let picture = stage.get("/start/q6urq6urq6urq6urq6urqw/qr.svg", &[]).await;
    assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
    assert!(picture.body.starts_with("<svg"));
    assert_eq!(stage.get("/start/short/qr.svg", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_2_1_the_callback_page_holds_nothing_of_the_request() {
    let stage = Stage::new();
    let page = stage.get("/callback", &[]).await;
    assert_eq!(page.body, stage.get("/callback?utm=1", &[]).await.body);
    for text in ["history.replaceState", "<noscript>", "needs JavaScript"] {
        assert!(page.body.contains(text), "{text}");
    }
}

#[tokio::test]
async fn req_2_5_a_presentation_in_the_query_is_never_accepted() {
    let stage = Stage::new();
    for query in ["vp_token=x", "vp_token=x&state=y", "vp_token=a&vp_token=b", "x=%ff"] {
        let page = stage.get(&format!("/callback?{query}"), &[]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(!page.body.contains("<script"), "{query}");
    }
}

#[tokio::test]
async fn req_2_3_req_2_4_req_2_6_an_answer_counts_once_with_its_state_in_its_browser() {
    let stage = Stage::new();
    let (cookie, _, state) = at_the_wallet(&stage).await;
    let (other_cookie, _, _) = at_the_wallet(&stage).await;
    let ours = ("cookie", &*cookie);
    let right = format!("error=access_denied&state={state}");
    for (headers, form, status) in [
        (vec![], right.clone(), 403),
        (vec![("cookie", &*other_cookie)], right.clone(), 400),
        (vec![ours, ("origin", "https://evil.example")], right.clone(), 403),
        (vec![ours], "error=access_denied".to_owned(), 400),
        (vec![ours], "error=access_denied&state=q6urq6urq6urq6urq6urqw".to_owned(), 400),
        (vec![ours], format!("{right}&error=x"), 400),
        (vec![ours], format!("{right}&vp_token={}", "x".repeat(3 << 20)), 413),
    ] {
        let answer = stage.form("/callback", &headers, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?} {}", &form[..40.min(form.len())]);
    }
    let answer = stage.form("/callback", &[ours], &right).await;
    let back = answer.location().to_owned();
    assert!(back.starts_with(&format!("{RETURN}?response_code=")), "{back}");
    let twice = stage.form("/callback", &[ours], &right).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unknown_settled_and_foreign_answers_look_the_same() {
    let stage = Stage::new();
    let (cookie, _, state) = at_the_wallet(&stage).await;
    let (other_cookie, _, _) = at_the_wallet(&stage).await;
    let right = format!("error=access_denied&state={state}");
    let foreign = stage.form("/callback", &[("cookie", &other_cookie)], &right).await;
    stage.form("/callback", &[("cookie", &cookie)], &right).await.location();
    let settled = stage.form("/callback", &[("cookie", &cookie)], &right).await;
    let unknown = stage.form("/callback", &[("cookie", &cookie)], "vp_token=x&state=unknown").await;
    assert_eq!((foreign.status, &foreign.body), (settled.status, &settled.body));
    assert_eq!((foreign.status, &foreign.body), (unknown.status, &unknown.body));
}

#[tokio::test]
async fn a_rejected_answer_may_be_tried_again_or_given_up() {
    let stage = Stage::new();
    let (cookie, start, state) = at_the_wallet(&stage).await;
    let ours = ("cookie", &*cookie);
    let answer = stage.form("/callback", &[ours], &format!("vp_token=nonsense&state={state}")).await;
    let done = answer.location().to_owned();
    let page = stage.get(&done, &[ours]).await;
    assert!(page.body.contains("You can try 2 more times."), "{}", page.body);
    assert!(page.body.contains(&format!("href=\"{start}\">Try again</a>")), "{}", page.body);
    assert_eq!(stage.get(&done, &[]).await.status, StatusCode::NOT_FOUND, "only for its browser");

    let form = format!("csrf={}", page.hidden("csrf"));
    assert_eq!(stage.form(&done, &[ours], "csrf=x").await.status, StatusCode::FORBIDDEN);
    let back = stage.form(&done, &[ours], &form).await;
    assert!(back.location().starts_with(RETURN));
    assert_eq!(stage.form(&done, &[ours], &form).await.status, StatusCode::BAD_REQUEST, "once");
    let over = stage.get(&done, &[ours]).await;
    assert!(over.body.contains("This did not work") && !over.body.contains("Try again"), "{}", over.body);
    assert_eq!(stage.get(&start, &[ours]).await.location(), done);
}

#[tokio::test]
async fn the_result_of_a_declined_presentation_names_the_error() {
    let stage = Stage::new();
    let begun = stage.presentation().await;
    let start = begun["start_url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let sent = stage.get(&start, &[]).await;
    let wallet: url::Url = sent.location().parse().unwrap();
    let state = wallet.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let form = format!("error=access_denied&error_description=%3Cscript%3E&state={state}");
    stage.form("/callback", &[("cookie", &sent.cookie())], &form).await.location();
    let result =
        stage.get(&format!("/v1/presentations/{}", begun["id"].as_str().unwrap()), &[SHOP]).await.ok_json();
    assert_eq!((&result["status"], &result["error"]), (&"declined".into(), &"access_denied".into()));
    let page = stage.get(&start.replace("start", "done"), &[("cookie", &sent.cookie())]).await;
    assert!(page.body.contains("Nothing was shared") && !page.body.contains("script"), "{}", page.body);
}
