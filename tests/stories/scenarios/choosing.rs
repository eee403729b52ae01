//! Several wallets, and a wallet on another device: the person chooses before anything leaves, and again until there is
//! an answer.

use poem::http::{Method, StatusCode, header};
use serde_json::json;
use url::Url;

use crate::scenarios::code_flow;
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::{request, transactions};
use vpgate_core::openid4vp::request::VpRequest;
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{Answer, BASIC, Harness, RETURN_TO};

/// An app beside the demo wallet.
const APP: &str = r#"
[[wallets]]
name = "app"
title = "Pocket & <Co>"
profile = "openid4vp"
authorization_endpoint = "pocket-vp://"
client_id_prefix = "redirect_uri"
response_mode = "direct_post"
install_url = "https://wallet.example/get"

[[credentials]]"#;

/// Every client may send its people to both, and to another device.
async fn world() -> Harness {
    let text = configuration("").replacen("\n[[credentials]]", APP, 1);
    let text = text.replace("cross_device = true\n", "");
    let both = "wallet = \"demo\"\nother_wallets = [\"app\"]\ncross_device = true\n\
                offer_cross_device = true\nauthentication =";
    Harness::with_configuration(&text.replace("authentication =", both), Vec::new()).await
}

/// The same, where only the app is there, and no other device is offered.
async fn app_alone() -> Harness {
    let text = configuration("").replacen("\n[[credentials]]", APP, 1);
    let app = "wallet = \"app\"\nauthentication =";
    Harness::with_configuration(&text.replace("authentication =", app), Vec::new()).await
}

/// What the page before the app would open.
async fn opened(wallet: &PostingWallet<'_>, page: &Page) -> VpRequest {
    let (_, link) = page.body.split_once("id=\"open\" href=\"").unwrap_or_else(|| panic!("{}", page.body));
    let address = link.split('"').next().unwrap().replace("&#38;", "&");
    wallet.asked_at(&Url::parse(&address).unwrap()).await
}

async fn choose(browser: &mut Browser<'_>, page: &Page, label: &str) -> Page {
    assert!(page.body.contains("Which wallet do you want to use?"), "{}", page.body);
    browser.press(page, label).await
}

/// A device's person, at the page that asks for the wallet.
async fn at_the_choice(world: &Harness) -> (Browser<'_>, serde_json::Value, Page) {
    let (mut phone, device) = (world.browser(), world.device_authorization(&[]).await);
    let page = phone.open(device["verification_uri_complete"].as_str().unwrap()).await;
    let page = phone.press(&page, "Continue").await;
    (phone, device, page)
}

async fn polled(world: &Harness, device: &serde_json::Value) -> (StatusCode, serde_json::Value) {
    world.poll(device["device_code"].as_str().unwrap()).await
}

#[tokio::test]
async fn a_person_chooses_among_the_wallets_of_a_client_and_chooses_again() {
    let world = world().await;
    let wallet = PostingWallet::new(&world);
    let (mut phone, device, page) = at_the_choice(&world).await;
    for shown in ["demo</button>", "Pocket &#38; &#60;Co&#62;</button>", "Living-room TV", "Given name"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(!page.body.contains("pocket-vp:"), "nothing is sent before the choice");
    let app = choose(&mut phone, &page, "Pocket").await;
    let first = opened(&wallet, &app).await;
    assert_eq!(first.wallet, "app");
    for offered in ["https://wallet.example/get", "Show a QR code", "?wallets\">Use another wallet"] {
        assert!(app.body.contains(offered), "{offered}: {}", app.body);
    }
    // Back to the choice, to the other wallet, and to the first once more.
    let start = app.url.path().to_owned();
    let again = phone.open(&format!("{start}?wallets")).await;
    let demo = choose(&mut phone, &again, "demo").await;
    assert!(demo.url.path().starts_with("/sandbox/wallet"), "{}", demo.url);
    assert_eq!(wallet.share(&first).await.status, StatusCode::BAD_REQUEST, "that request is no more");
    let again = phone.open(&format!("{start}?wallets")).await;
    let app = choose(&mut phone, &again, "Pocket").await;
    let second = opened(&wallet, &app).await;
    assert!(second.nonce != first.nonce && second.state != first.state);
    let back = phone.open(&redirect_uri(&wallet.share(&second).await)).await;
    assert!(back.body.contains("Return to your device"), "{}", back.body);
    assert_eq!(polled(&world, &device).await.0, StatusCode::OK);
}

#[tokio::test]
async fn who_names_a_wallet_leaves_no_choice_and_a_stranger_has_none() {
    let world = world().await;
    let mut named = request(&[]);
    named["wallet"] = "demo".into();
    let begun = world.begin(&named).await;
    let start = begun["start_url"].as_str().unwrap();
    let mut browser = world.browser();
    let page = browser.open(start).await;
    assert!(page.url.path().starts_with("/sandbox/wallet"), "{}", page.url);

    let open = world.begin(&request(&[])).await;
    assert_eq!(open.get("authorization_request_url"), None, "nobody knows yet which wallet it is");
    let start = open["start_url"].as_str().unwrap();
    let page = browser.open(start).await;
    let stranger = world.browser().open(&format!("{start}?wallets")).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    // A wallet that is not offered changes nothing.
    let forged = Page { body: page.body.replace("value=\"app\"", "value=\"other\""), ..page };
    let page = choose(&mut browser, &forged, "Pocket").await;
    assert!(page.body.contains("Which wallet"), "{}", page.body);
}

#[tokio::test]
async fn wallets_that_do_not_understand_what_is_agreed_to_are_not_offered() {
    let world = world().await;
    let begun = world.begin(&request(&transactions()[..1])).await;
    let page = world.browser().open(begun["start_url"].as_str().unwrap()).await;
    assert!(page.url.path().starts_with("/sandbox/wallet"), "only one does: {} {}", page.url, page.body);
}

#[tokio::test]
async fn a_wallet_on_another_device_answers_for_a_device_an_application_and_a_sign_in() {
    let world = world().await;
    let wallet = PostingWallet::new(&world);
    // A device.
    let (mut desktop, device, page) = at_the_choice(&world).await;
    let app = choose(&mut desktop, &page, "Pocket").await;
    let code = desktop.press(&app, "Show a QR code").await;
    let asked = scanned(&world, &code).await;
    assert_eq!(wallet.share(&asked).await.json(), json!({}), "nowhere to be sent");
    let page = desktop.open(code.url.as_str()).await;
    assert!(page.body.contains("Return to your device"), "{}", page.body);
    assert_eq!(polled(&world, &device).await.0, StatusCode::OK);
    // A web application.
    let begun = world.begin(&request(&[])).await;
    let page = desktop.open(begun["start_url"].as_str().unwrap()).await;
    let app = choose(&mut desktop, &page, "Pocket").await;
    let code = desktop.press(&app, "Show a QR code").await;
    wallet.share(&scanned(&world, &code).await).await;
    assert!(desktop.open(code.url.as_str()).await.url.as_str().starts_with(RETURN_TO));
    assert_eq!(world.collect(&begun, None).await.1["status"], "verified");
    // A sign-in: the code goes home in the browser that waited, and in no other.
    let page = desktop.open(&code_flow::request(&[])).await;
    let page = desktop.press(&page, "Continue").await;
    let app = choose(&mut desktop, &page, "Pocket").await;
    let code = desktop.press(&app, "Show a QR code").await;
    wallet.share(&scanned(&world, &code).await).await;
    let stranger = world.browser().open(&code.url.path().replace("/start/", "/done/")).await;
    assert!(stranger.status.is_client_error(), "{}", stranger.body);
    let home = desktop.open(code.url.as_str()).await;
    let code = home.url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    assert_eq!(code_flow::exchange(&world, &code, &[]).await.0, StatusCode::OK);
}

/// The request behind the QR code, which lives for two minutes.
async fn scanned(world: &Harness, page: &Page) -> VpRequest {
    assert!(
        page.body.contains("class=\"scan\"") && page.body.contains("less than 2 minutes"),
        "{}",
        page.body
    );
    let handle = page.url.path().rsplit('/').next().unwrap();
    world.asked_behind(handle).await
}

#[tokio::test]
async fn back_from_the_qr_code_the_wallet_on_this_device_answers_another_request() {
    let world = world().await;
    let wallet = PostingWallet::new(&world);
    let (mut phone, _, page) = at_the_choice(&world).await;
    let app = choose(&mut phone, &page, "Pocket").await;
    let code = phone.press(&app, "Show a QR code").await;
    let scanned = scanned(&world, &code).await;
    let app = phone.press(&code, "The wallet is on this device").await;
    assert_eq!(wallet.share(&scanned).await.status, StatusCode::BAD_REQUEST, "whoever scanned it is late");
    let back = phone.open(&redirect_uri(&wallet.share(&opened(&wallet, &app).await).await)).await;
    assert!(back.body.contains("Return to your device"), "{}", back.body);
}

#[tokio::test]
async fn no_other_device_is_offered_where_the_operator_does_not() {
    let world = app_alone().await;
    let (mut phone, _, page) = at_the_choice(&world).await;
    assert!(page.body.contains("id=\"open\"") && !page.body.contains("QR code"), "{}", page.body);
    assert!(!page.body.contains("Use another wallet"), "{}", page.body);
    let forged = Page { body: page.body.replace("value=\"\"", ""), ..page };
    let forged = Page {
        body: forged.body.replace("formaction=", "name=\"action\" value=\"scan\" data-was="),
        ..forged
    };
    let page = phone.press(&forged, "Give up").await;
    assert!(page.body.contains("id=\"open\""), "{}", page.body);
}

#[tokio::test]
async fn a_request_that_no_camera_reads_is_not_offered_as_a_qr_code() {
    let app = APP.replace("\n\n[[credentials]]", "\ntransaction_data = true\n\n[[credentials]]");
    let text = configuration("").replacen("\n[[credentials]]", &app, 1).replace("cross_device = true\n", "");
    let offering = "wallet = \"app\"\ncross_device = true\noffer_cross_device = true\nauthentication =";
    let world = Harness::with_configuration(&text.replace("authentication =", offering), Vec::new()).await;
    for (agreed, offered) in [(vec![], true), (transactions().to_vec(), false)] {
        let mut asked = request(&agreed);
        // Only the demo wallet takes one.
        asked.as_object_mut().unwrap().remove("login_hint");
        let begun = world.begin(&asked).await;
        let page = world.browser().open(begun["start_url"].as_str().unwrap()).await;
        assert!(page.body.contains("id=\"open\""), "{}", page.body);
        assert_eq!(page.body.contains("Show a QR code"), offered, "{}", page.body);
    }
}

#[tokio::test]
async fn whose_time_is_over_is_told_so_in_the_browser_that_began() {
    let world = world().await;
    let (mut phone, _, page) = at_the_choice(&world).await;
    let app = choose(&mut phone, &page, "Pocket").await;
    world.clock.advance(std::time::Duration::from_secs(300));
    for over in [phone.open(app.url.as_str()).await, phone.press(&app, "Show a QR code").await] {
        assert!(over.url.path().starts_with("/done/"), "{}", over.url);
        assert!(over.body.contains("This took too long"), "{}", over.body);
    }
}

/// A person goes to `path` by a browser that says so.
async fn navigates(world: &Harness, path: &str, cookie: &str) -> Answer {
    let headers = [
        ("sec-fetch-mode", "navigate".to_owned()),
        ("sec-fetch-dest", "document".to_owned()),
        (header::COOKIE.as_str(), cookie.to_owned()),
    ];
    world.send(Method::GET, path, &headers, String::new()).await
}

#[tokio::test]
async fn cookies_and_javascript_are_missed_before_anything_is_shown() {
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    let path = Url::parse(begun["start_url"].as_str().unwrap()).unwrap().path().to_owned();
    // The demo wallet's answer needs JavaScript: a script goes on, and who has none is told.
    let first = navigates(&world, &path, "").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    for shown in ["The next step needs JavaScript", &format!("{path}?on\"")] {
        assert!(first.text.contains(shown), "{shown}: {}", first.text);
    }
    assert!(!first.text.contains("/sandbox/wallet"), "{}", first.text);
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    let refused = navigates(&world, &format!("{path}?on"), "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("Cookies are needed here"), "{}", refused.text);
    assert!(world.asked_behind(path.rsplit('/').next().unwrap()).await.id.to_string().len() > 1);
    let gone = navigates(&world, &format!("{path}?on"), &cookie).await;
    assert!(gone.header("location").contains("/sandbox/wallet"), "{} {}", gone.status, gone.text);

    // A wallet that posts its answer needs no JavaScript, and the browser is only sent round once.
    let world = app_alone().await;
    let begun = world.begin(&json!({ "scope": BASIC, "redirect_uri": RETURN_TO })).await;
    let path = Url::parse(begun["start_url"].as_str().unwrap()).unwrap().path().to_owned();
    let first = navigates(&world, &path, "").await;
    assert_eq!(first.header("location"), format!("{path}?on"));
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    for (path, cookie, status) in [
        (format!("{path}?on"), "", StatusCode::FORBIDDEN),
        (format!("{path}?on"), cookie.as_str(), StatusCode::OK),
        (path.clone(), cookie.as_str(), StatusCode::OK),
    ] {
        assert_eq!(navigates(&world, &path, cookie).await.status, status, "{path} {cookie}");
    }
}
