//! Wallets that are asked by the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A): the answer,
//! the way back to the ordinary one, and who may not answer. The API itself is played by the tests here; the
//! browser tests have it stubbed in a real browser.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use vpgate_core::openid4vp::request::{DcApiRequest, DcApiRoute, ResponseMode};
use vpgate_core::openid4vp::response::WalletError;

use crate::scenarios::answers::CODES;
use crate::scenarios::asking::{DNS, HASH, read};
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::{request, transactions};
use vpgate_test_support::browser::{Browser, Page};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::builders::presentation::edit;
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::POSTING_WALLET;
use vpgate_test_support::harness::{BASE, CREDENTIAL, Harness, RETURN_TO};

const UNSIGNED: &str = "openid4vp-v1-unsigned";
const SIGNED: &str = "openid4vp-v1-signed";
const MULTISIGNED: &str = "openid4vp-v1-multisigned";
const ORIGIN: &str = "origin:http://127.0.0.1:8080";

/// A wallet app that posts, and that is asked without a signature by browsers that can.
async fn unsigned(mode: ResponseMode) -> Harness {
    Harness::with_wallet(|wallet| {
        wallet.dc_api =
            Some(DcApiRoute { request: DcApiRequest::Unsigned, response_mode: mode, org_iso_mdoc: false });
    })
    .await
}

fn asks() -> Value {
    let mut asks = request(&[]);
    asks["flow"] = "dc_api".into();
    asks.as_object_mut().unwrap().remove("login_hint");
    asks
}

/// The page from which `browser` asks.
async fn start(world: &Harness, browser: &mut Browser<'_>) -> (Value, Page) {
    let begun = world.begin(&asks()).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    (begun, page)
}

/// The parameters of a request, unsigned or signed.
fn parameters(request: &Value) -> Value {
    match request["data"]["request"].as_str() {
        Some(object) => read(object).1,
        None => request["data"].clone(),
    }
}

/// The wallet answers as asked, for the origin that the browser told it.
fn answer(wallet: &PostingWallet<'_>, parameters: &Value, origin: &str) -> String {
    let presentation = wallet.made_for(origin, parameters["nonce"].as_str().unwrap()).present();
    data(wallet, parameters, &json!({"vp_token": {CREDENTIAL: [presentation]}}))
}

fn data(wallet: &PostingWallet<'_>, parameters: &Value, answer: &Value) -> String {
    match parameters["client_metadata"]["jwks"]["keys"].get(0) {
        Some(jwk) => json!({"response": wallet.encrypted_to(jwk, answer)}).to_string(),
        None => answer.to_string(),
    }
}

fn code_of(page: &Page) -> String {
    assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    page.url.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned()
}

#[tokio::test]
async fn req_2_50_req_2_52_req_2_54_an_unsigned_request_is_asked_and_answered_in_the_browser() {
    for mode in [ResponseMode::DcApi, ResponseMode::DcApiJwt] {
        let world = unsigned(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        let (begun, page) = start(&world, &mut browser).await;
        assert_eq!(begun.get("authorization_request_url"), None, "it is in the page only");
        assert_eq!(page.url.as_str(), begun["start_url"].as_str().unwrap(), "the browser stays");
        for shown in ["Corner Shop", "Given name", "Choose a wallet", "Continue to your wallet", "Give up"] {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        let asked = page.request_by_api().unwrap();
        assert_eq!(asked["protocol"], UNSIGNED);
        let parameters = parameters(&asked);
        assert_eq!(parameters["response_mode"], mode.name());
        for never in ["client_id", "expected_origins", "state", "response_uri", "redirect_uri"] {
            assert_eq!(parameters.get(never), None, "{never}");
        }
        let page = browser.hand_over(&page, UNSIGNED, &answer(&wallet, &parameters, ORIGIN)).await;
        let (status, result) = world.collect(&begun, Some(&code_of(&page))).await;
        assert_eq!((status, &result["status"]), (StatusCode::OK, &json!("verified")), "{result}");
        assert_eq!(result["credentials"][CREDENTIAL]["claims"]["family_name"], "Muster");
    }
}

#[tokio::test]
async fn req_2_51_req_2_54_a_signed_request_says_who_asks_from_where_and_is_answered_for_the_origin() {
    let (folder, signing) =
        (Certified::new(), "signing = { key = \"key.pem\", certificates = \"chain.pem\" }");
    let entry = format!(
        "profile = \"openid4vp\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\n{HASH}\n{signing}\n\
         dc_api = {{ request = \"signed\" }}\n"
    );
    let world = Harness::asking(&entry, folder.path()).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, page) = start(&world, &mut browser).await;
    let asked = page.request_by_api().unwrap();
    assert_eq!((&asked["protocol"], asked["data"].as_object().unwrap().len()), (&json!(SIGNED), 1));
    let (header, parameters) = read(asked["data"]["request"].as_str().unwrap());
    assert_eq!(header["typ"], "oauth-authz-req+jwt");
    assert_eq!(parameters["client_id"], folder.hash_id());
    assert_eq!(parameters["expected_origins"], json!([BASE]));
    assert_eq!(parameters["response_mode"], "dc_api.jwt");

    // Neither for our client identifier, nor for another origin.
    let client_id = parameters["client_id"].as_str().unwrap();
    for audience in [client_id, "origin:http://127.0.0.1:8081", "origin:http://127.0.0.1:8080/", BASE] {
        let page = browser.hand_over(&page, SIGNED, &answer(&wallet, &parameters, audience)).await;
        assert!(page.body.contains("This did not work yet"), "{audience}: {}", page.body);
    }
    let unsigned = browser.hand_over(&page, UNSIGNED, &answer(&wallet, &parameters, ORIGIN)).await;
    assert!(unsigned.url.as_str().starts_with(RETURN_TO), "the fifth try was the last");
    let (_, result) = world.collect(&begun, Some(&code_of(&unsigned))).await;
    assert_eq!(
        (&result["status"], &result["report"]["reason"]),
        (&json!("rejected"), &json!("dc_api_protocol"))
    );

    let (begun, page) = start(&world, &mut browser).await;
    let parameters = self::parameters(&page.request_by_api().unwrap());
    let page = browser.hand_over(&page, SIGNED, &answer(&wallet, &parameters, ORIGIN)).await;
    assert_eq!(world.collect(&begun, Some(&code_of(&page))).await.1["status"], "verified");
}

#[tokio::test]
async fn req_2_53_a_multi_signed_request_is_believed_by_each_of_its_signatures() {
    let folder = Certified::new();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let wallet = |name: &str, identity: &str, more: &str| {
        format!(
            "[[wallets]]\nname = \"{name}\"\nprofile = \"openid4vp\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\n\
             {identity}\nsigning = {{ key = '{}', certificates = '{}' }}\n{more}\n",
            path("key.pem"),
            path("chain.pem"),
        )
    };
    let many = "dc_api = { request = \"multisigned\", also_as = [\"dns\"] }";
    let wallets = [wallet("many", HASH, many), wallet("dns", DNS, "")].concat();
    let usual = configuration("").replace("[[clients]]\n", "[[clients]]\nwallet = \"many\"\n");
    let (before, rest) = usual.split_once("[[wallets]]").unwrap();
    let (_, after) = rest.split_once("[[credentials]]").unwrap();
    let text = format!("{before}{wallets}[[credentials]]{after}");
    let world = Harness::with_configuration(&text, Vec::new()).await;

    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, page) = start(&world, &mut browser).await;
    let asked = page.request_by_api().unwrap();
    assert_eq!(asked["protocol"], MULTISIGNED);
    let object = &asked["data"]["request"];
    let payload = object["payload"].as_str().unwrap();
    let seen = object["signatures"].as_array().unwrap().iter().map(|one| {
        let part = |name: &str| one[name].as_str().unwrap();
        read(&format!("{}.{payload}.{}", part("protected"), part("signature")))
    });
    let (headers, mut claims): (Vec<_>, Vec<_>) = seen.unzip();
    let ids: Vec<_> = headers.iter().map(|header| header["client_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&*folder.hash_id(), "x509_san_dns:127.0.0.1"]);
    assert_eq!(claims[0].get("client_id"), None);
    assert_eq!(claims[0]["expected_origins"], json!([BASE]));

    let parameters = claims.remove(0);
    let good = answer(&wallet, &parameters, ORIGIN);
    let refused = browser.hand_over(&page, SIGNED, &good).await;
    assert!(refused.body.contains("This did not work yet"), "another protocol: {}", refused.body);
    let back = browser.hand_over(&page, MULTISIGNED, &good).await;
    assert_eq!(world.collect(&begun, Some(&code_of(&back))).await.1["status"], "verified");
}

#[tokio::test]
async fn req_2_55_only_the_page_that_asked_may_hand_an_answer_over() {
    let world = unsigned(ResponseMode::DcApi).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, page) = start(&world, &mut browser).await;
    let parameters = parameters(&page.request_by_api().unwrap());
    let good = answer(&wallet, &parameters, ORIGIN);

    // Another browser, even with a cookie of its own and the address; and one without any.
    let mut other = world.browser_of_somebody().await;
    let refused = other.open(begun["start_url"].as_str().unwrap()).await;
    assert_eq!((refused.status, refused.request_by_api()), (StatusCode::FORBIDDEN, None));
    for browser in [&mut other, &mut world.browser()] {
        let refused = browser.hand_over(&page, UNSIGNED, &good).await;
        assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.body);
    }
    // The right browser, made to by another page: with the wrong hidden value, or from another site.
    let path = page.url.path().to_owned() + "/answer";
    let body = |csrf: &str, data: &str| {
        let fields = [("csrf", csrf), ("protocol", UNSIGNED), ("data", data), ("origin", ORIGIN)];
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    };
    let csrf = page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let post = |headers: Vec<(&'static str, String)>, body: String| {
        let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let headers: Vec<_> = headers.into_iter().chain([form, ("cookie", browser.cookies())]).collect();
        let (world, path) = (&world, &path);
        async move { world.send(Method::POST, path, &headers, body).await.status }
    };
    assert_eq!(post(Vec::new(), body("", &good)).await, StatusCode::FORBIDDEN);
    for (name, from) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(post(vec![(name, from.to_owned())], body(csrf, &good)).await, StatusCode::FORBIDDEN);
    }
    // Where it was shown is ours to know: an answer for another origin does not say so itself.
    let evil = answer(&wallet, &parameters, "origin:https://evil.example");
    let lied = body(csrf, &evil)
        .replace("origin%3Ahttp%3A%2F%2F127.0.0.1%3A8080", "origin%3Ahttps%3A%2F%2Fevil.example");
    assert_eq!(post(Vec::new(), lied).await, StatusCode::SEE_OTHER);
    assert_eq!(world.collect(&begun, None).await.1["status"], "pending", "a try, and not a good one");

    let back = browser.hand_over(&page, UNSIGNED, &good).await;
    assert_eq!(world.collect(&begun, Some(&code_of(&back))).await.1["status"], "verified");
    let again = browser.hand_over(&page, UNSIGNED, &good).await;
    assert!(again.status.is_client_error(), "once: {}", again.body);
}

#[tokio::test]
async fn req_2_54_an_error_through_the_browser_ends_it_and_everybody_learns() {
    for mode in [ResponseMode::DcApi, ResponseMode::DcApiJwt] {
        let world = unsigned(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        for (error, plain) in [("access_denied", true), ("access_denied", false), ("invalid_request", true)] {
            let (begun, page) = start(&world, &mut browser).await;
            let parameters = parameters(&page.request_by_api().unwrap());
            let error = json!({ "error": error });
            let said = if plain { error.to_string() } else { data(&wallet, &parameters, &error) };
            let back = browser.hand_over(&page, UNSIGNED, &said).await;
            let (_, result) = world.collect(&begun, Some(&code_of(&back))).await;
            assert_eq!(result["status"], "declined", "{error}: {result}");
        }
    }
}

#[tokio::test]
async fn req_2_54_every_error_through_the_browser_reaches_the_person_and_the_shop() {
    let world = unsigned(ResponseMode::DcApi).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    for (code, settles) in CODES {
        let (begun, page) = start(&world, &mut browser).await;
        let parameters = parameters(&page.request_by_api().unwrap());
        let said = json!({"error": code, "error_description": "<script>alert(1)</script>"}).to_string();
        let back = browser.hand_over(&page, UNSIGNED, &said).await;
        let (_, result) = world.collect(&begun, None).await;
        assert!(!(back.body.clone() + &result.to_string()).contains("<script>alert"), "{code}");
        if settles {
            assert!(back.url.as_str().starts_with(RETURN_TO), "{code}: {}", back.url);
            let told = (&result["status"], &result["error"]);
            assert_eq!(told, (&json!("declined"), &json!(WalletError::from_code(code).code())), "{code}");
        } else {
            assert!(
                back.url.as_str().starts_with(BASE) && back.body.contains("Try again"),
                "{code}: {}",
                back.body
            );
            assert_eq!(result["status"], "pending", "{code}: {result}");
            let answer = answer(&wallet, &parameters, ORIGIN);
            let back = browser.hand_over(&page, UNSIGNED, &answer).await;
            let (_, result) = world.collect(&begun, Some(&code_of(&back))).await;
            assert_eq!(result["status"], "verified", "{code}: {result}");
        }
    }
}

#[tokio::test]
async fn a_browser_without_the_api_goes_the_ordinary_way_with_the_same_question() {
    let world = unsigned(ResponseMode::DcApi).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let mut asks = asks();
    asks["transaction_data"] = json!([transactions()[1]]);
    let begun = world.begin(&asks).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert!(page.body.contains("Total: 60.07 USD"), "what is agreed to: {}", page.body);
    let before = parameters(&page.request_by_api().unwrap());
    let asked = wallet.opened_by(&browser.press(&page, "Continue to your wallet").await).await;
    assert_eq!(asked.transaction_data[0].encoded(), before["transaction_data"][0]);

    let (begun, page) = start(&world, &mut browser).await;
    let before = parameters(&page.request_by_api().unwrap());
    let at_wallet = browser.press(&page, "Continue to your wallet").await;
    let asked = wallet.opened_by(&at_wallet).await;
    assert_ne!(asked.nonce.as_str(), before["nonce"].as_str().unwrap(), "another request, another nonce");
    assert_eq!(asked.query.to_json(), before["dcql_query"]);
    // What the API still answers is too late, and harms nothing.
    let late = browser.hand_over(&page, UNSIGNED, &answer(&wallet, &before, ORIGIN)).await;
    assert!(late.status.is_client_error(), "{}", late.body);
    // Once is enough: the page in the history leads to the same request.
    let again = browser.press(&page, "Continue to your wallet").await;
    assert_eq!(again.url, at_wallet.url);
    let reloaded = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert_eq!(reloaded.url, at_wallet.url);

    let told = redirect_uri(&wallet.share(&asked).await);
    let back = browser.open(&told).await;
    assert_eq!(world.collect(&begun, Some(&code_of(&back))).await.1["status"], "verified");
    let settled = browser.press(&page, "Continue to your wallet").await;
    assert_eq!(settled.url.path(), page.url.path().replace("/start/", "/done/"));
}

#[tokio::test]
async fn req_2_5_req_2_35_an_answer_through_the_browser_takes_no_other_door() {
    let world = unsigned(ResponseMode::DcApiJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, page) = start(&world, &mut browser).await;
    let parameters = parameters(&page.request_by_api().unwrap());
    let handle = page.url.path().rsplit('/').next().unwrap().to_owned();
    let asked = world.asked_behind(&handle).await;
    let nonce = parameters["nonce"].as_str().unwrap();
    let vp_token = json!({CREDENTIAL: [wallet.made_for(ORIGIN, nonce).present()]}).to_string();
    // The `state` is told to nobody; but if it were, nothing could be posted or brought as a fragment.
    let form = [("vp_token", vp_token.as_str()), ("state", asked.state.as_str())];
    assert_eq!(wallet.post(&asked, &form).await.status, StatusCode::BAD_REQUEST);
    let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    assert!(browser.bring_fragment(&fragment).await.status.is_client_error());
    let object = world.get(&format!("/wallet/requests/{}", asked.state)).await;
    assert_eq!(object.status, StatusCode::NOT_FOUND);
    assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
}

#[tokio::test]
async fn a_television_and_a_web_application_ask_through_the_browser_too() {
    let world = unsigned(ResponseMode::DcApiJwt).await;
    let (wallet, mut phone) = (PostingWallet::new(&world), world.browser());
    let authorization = world.device_authorization(&[]).await;
    let page = world.to_wallet(&mut phone, &authorization).await;
    let parameters = parameters(&page.request_by_api().unwrap());
    // A presentation that is wrong in one way first.
    let mut made = wallet.made_for(ORIGIN, parameters["nonce"].as_str().unwrap());
    edit(&mut made.kb, |kb| kb["aud"] = "origin:https://evil.example".into());
    let bad = data(&wallet, &parameters, &json!({"vp_token": {CREDENTIAL: [made.present()]}}));
    let page_again = phone.hand_over(&page, UNSIGNED, &bad).await;
    assert!(page_again.body.contains("Try again"), "{}", page_again.body);
    let device_code = authorization["device_code"].as_str().unwrap();
    assert_eq!(world.poll(device_code).await.1["error"], "authorization_pending");
    let done = phone.hand_over(&page, UNSIGNED, &answer(&wallet, &parameters, ORIGIN)).await;
    assert!(done.body.contains("Return to your device"), "{}", done.body);
    world.clock.advance(std::time::Duration::from_secs(60));
    assert!(world.poll(device_code).await.1["access_token"].is_string());
}
