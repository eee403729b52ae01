//! A `public_url` with a path: every address that is told has it, everything is found there, and each story
//! is the same.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use vpgate_core::base::base64url;
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};

use crate::scenarios::code_flow::{self, VERIFIER};
use crate::scenarios::dpop::Prover;
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop;
use vpgate_test_support::browser::Page;
use vpgate_test_support::harness::{Answer, BASE, BASIC, Harness, RETURN_TO, SHOP, basic};

const BELOW: &str = "/id/verify";
const METADATA: &str = "/.well-known/oauth-authorization-server/id/verify";

fn issuer() -> String {
    format!("{BASE}{BELOW}")
}

/// The path of an address that must be below ours.
fn path_of(address: &Value) -> String {
    let address = address.as_str().unwrap();
    assert!(address.starts_with(&format!("{}/", issuer())), "{address}");
    address.strip_prefix(BASE).unwrap().to_owned()
}

async fn metadata(world: &Harness) -> Value {
    let answer = world.get(METADATA).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// Every link and form of a page of ours leads below our path, or away.
fn leads_below(page: &Page) {
    assert!(page.url.path().starts_with(&format!("{BELOW}/")), "{}", page.url);
    is_below(&page.body);
}

fn is_below(body: &str) {
    for name in ["action", "formaction", "href", "src"] {
        for (start, _) in body.match_indices(&format!(" {name}=\"/")) {
            let link = body[start..].split('"').nth(1).unwrap();
            assert!(link.starts_with(&format!("{BELOW}/")), "{link} in {body}");
        }
    }
}

/// The fragment with which the wallet sends the browser back, to where it was told to.
fn answered(wallet: &PostingWallet<'_>, asked: &VpRequest, request: &Url) -> String {
    let told = request.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(told, format!("{}/callback", issuer()));
    let fragment = form_urlencoded::Serializer::new(String::new())
        .append_pair("vp_token", &wallet.vp_token(asked))
        .append_pair("state", asked.state.as_str())
        .finish();
    format!("{told}#{fragment}")
}

fn carried(page: &Page, name: &str) -> Option<String> {
    assert!(page.url.as_str().starts_with(RETURN_TO), "{} {}", page.url, page.body);
    page.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&base64url::decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn req_11_60_metadata_are_at_both_places_and_name_addresses_below_the_path() {
    let world = Harness::below(BELOW, ResponseMode::Fragment).await;
    let metadata = metadata(&world).await;
    assert_eq!(metadata["issuer"], issuer());
    let told: Vec<&str> = metadata.as_object().unwrap().values().filter_map(Value::as_str).collect();
    assert!(told.len() > 6, "{metadata}");
    for address in told.into_iter().filter(|text| text.starts_with("http")) {
        assert!(address.starts_with(&issuer()), "{address}");
    }
    let below = format!("{BELOW}/.well-known/oauth-authorization-server");
    assert_eq!(world.get(&below).await.json(), metadata);
    let appended = world.get(&format!("{BELOW}/.well-known/openid-configuration")).await;
    let inserted = world.get("/.well-known/openid-configuration/id/verify").await;
    assert_eq!((appended.status, appended.text), (inserted.status, inserted.text));
    let keys = world.get(&path_of(&metadata["jwks_uri"])).await;
    assert!(!keys.json()["keys"].as_array().unwrap().is_empty());
    for elsewhere in
        ["/.well-known/oauth-authorization-server/id", "/.well-known/oauth-authorization-server/id/verify/x"]
    {
        assert_eq!(world.get(elsewhere).await.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[tokio::test]
async fn a_television_below_a_path_gets_its_token() {
    let world = Harness::below(BELOW, ResponseMode::Fragment).await;
    let wallet = PostingWallet::new(&world);
    let metadata = metadata(&world).await;
    let asked =
        world.post_form(&path_of(&metadata["device_authorization_endpoint"]), &[("client_id", "tv")]).await;
    let authorization = asked.json();
    assert_eq!(authorization["verification_uri"], format!("{}/device", issuer()));
    path_of(&authorization["verification_uri_complete"]);

    let mut phone = world.browser();
    let empty = phone.open(authorization["verification_uri"].as_str().unwrap()).await;
    leads_below(&empty);
    let code = authorization["user_code"].as_str().unwrap();
    let page = phone.fill_and_press(&empty, &[("user_code", code)], "Next").await;
    leads_below(&page);
    let away = phone.press(&page, "Continue").await;
    let asked = wallet.opened_by(&away).await;
    assert_eq!(asked.origin, BASE, "an origin has no path");
    let done = phone.open(&answered(&wallet, &asked, &away.url)).await;
    assert!(done.url.path().starts_with(&format!("{BELOW}/done/")), "{} {}", done.url, done.body);
    leads_below(&done);

    world.clock.advance(Duration::from_secs(5));
    let device_code = authorization["device_code"].as_str().unwrap();
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let form = [("client_id", "tv"), ("grant_type", grant), ("device_code", device_code)];
    let token = world.post_form(&path_of(&metadata["token_endpoint"]), &form).await.json();
    let claims = claims_of(token["access_token"].as_str().unwrap());
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer()), &json!(issuer())), "{claims}");
}

#[tokio::test]
async fn an_application_finds_everything_below_the_path_and_gets_its_token() {
    let world = Harness::below(BELOW, ResponseMode::Fragment).await;
    let wallet = PostingWallet::new(&world);
    let metadata = metadata(&world).await;
    let query = code_flow::request(&[]);
    let (_, query) = query.split_once('?').unwrap();
    let mut browser = world.browser();
    let page = browser.open(&format!("{}?{query}", path_of(&metadata["authorization_endpoint"]))).await;
    leads_below(&page);
    let away = browser.press(&page, "Continue").await;
    let asked = wallet.opened_by(&away).await;
    let home = browser.open(&answered(&wallet, &asked, &away.url)).await;
    assert_eq!(carried(&home, "iss"), Some(issuer()));

    // The proof names the address of the token endpoint, with its path (RFC 9449 section 4.3).
    let code = carried(&home, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", &code),
        ("redirect_uri", RETURN_TO),
        ("code_verifier", VERIFIER),
    ];
    let answer = Prover::new().post(&world, &path_of(&metadata["token_endpoint"]), &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let token = answer.json();
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("DPoP"), &json!(BASIC)));
}

#[tokio::test]
async fn a_shop_below_a_path_gets_its_result_from_a_wallet_that_posts() {
    let world = Harness::below(BELOW, ResponseMode::DirectPost).await;
    let wallet = PostingWallet::new(&world);
    let begun = world.post_json(&format!("{BELOW}/v1/presentations"), &shop::request(&[]).to_string()).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let presentation = path_of(&json!(begun.header("location")));
    let begun = begun.json();
    path_of(&begun["qr_svg_url"]);
    let qr_code = world.get(&path_of(&begun["qr_svg_url"])).await;
    assert_eq!(qr_code.status, StatusCode::OK);

    let mut browser = world.browser();
    let away = browser.open(&format!("{BASE}{}", path_of(&begun["start_url"]))).await;
    let asked = wallet.opened_by(&away).await;
    path_of(&json!(world.route_of(&asked).request_uri(&asked.state)));
    path_of(&json!(world.route_of(&asked).response_uri(&asked.state)));
    let way_back = redirect_uri(&wallet.share(&asked).await);
    path_of(&json!(way_back));
    let home = browser.open(&way_back).await;
    let code = carried(&home, "response_code").unwrap();
    let address = format!("{presentation}?response_code={code}");
    let result = world.get_as(&address, Some(SHOP)).await.json();
    assert_eq!(result["status"], "verified", "{result}");
}

#[tokio::test]
async fn a_proxy_may_take_the_path_away() {
    let world = Harness::below(BELOW, ResponseMode::Fragment).await;
    let wallet = PostingWallet::new(&world);
    let authorization = world.device_authorization(&[]).await;
    assert_eq!(authorization["verification_uri"], format!("{}/device", issuer()));
    let entry = world.get("/device").await;
    assert_eq!(entry.status, StatusCode::OK);
    is_below(&entry.text);
    let mut phone = world.browser();
    let away = world.to_wallet(&mut phone, &authorization).await;
    let asked = wallet.opened_by(&away).await;
    phone.open(&answered(&wallet, &asked, &away.url)).await;
    let (status, token) = world.poll(authorization["device_code"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    assert_eq!(world.get("/.well-known/oauth-authorization-server").await.json(), metadata(&world).await);
}

/// Where the path is also the beginning of a route, both readings are possible.
#[tokio::test]
async fn a_path_that_looks_like_a_route_is_still_one_meaning() {
    for path in ["/v1", "/wallet", "/device", "/start", "/done", "/token"] {
        let world = Harness::below(path, ResponseMode::Fragment).await;
        let metadata = world.get(&format!("/.well-known/oauth-authorization-server{path}")).await.json();
        assert_eq!(metadata["issuer"], format!("{BASE}{path}"));
        for before in [path, ""] {
            let entry = world.get(&format!("{before}/device")).await;
            assert_eq!(entry.status, StatusCode::OK, "{before}/device");
            assert!(entry.text.contains(&format!("action=\"{path}/device\"")), "{}", entry.text);
            let begin = format!("{before}/v1/presentations");
            assert_eq!(
                world.post_json(&begin, &shop::request(&[]).to_string()).await.status,
                StatusCode::CREATED
            );
        }
    }
}

/// What the service says where nothing is, and what it needs of a browser, are the same below a path.
#[tokio::test]
async fn req_10_1_refusals_below_a_path_are_those_of_the_root() {
    let world = Harness::below(BELOW, ResponseMode::Fragment).await;
    let at = async |method: Method, path: &str| -> Answer {
        world.send(method, path, &[basic(SHOP)], String::new()).await
    };
    for (path, allowed) in [("/token", "POST"), ("/device", "GET, HEAD, POST"), ("/v1/rules/dry-run", "POST")]
    {
        let answer = at(Method::PATCH, &format!("{BELOW}{path}")).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, allowed),
            "{path}"
        );
    }
    for health in ["/healthz", "/readyz"] {
        assert_eq!(at(Method::GET, health).await.status, StatusCode::OK);
        assert_eq!(at(Method::GET, &format!("{BELOW}{health}")).await.status, StatusCode::OK);
    }
    assert_eq!(at(Method::GET, &format!("{BELOW}/vpgate.js")).await.status, StatusCode::OK);
    for nothing in [BELOW.to_owned(), format!("{BELOW}/"), format!("{BELOW}{BELOW}/token"), "/id".to_owned()]
    {
        let answer = at(Method::GET, &nothing).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nothing}");
        assert!(answer.text.contains("no such page"), "{}", answer.text);
    }
    let foreign = at(Method::POST, &format!("{BELOW}/device")).await;
    assert!(foreign.text.contains(&format!("href=\"{BELOW}/device\"")), "{}", foreign.text);
    let foreign = world.browser().open(&format!("{BASE}{BELOW}/start/AAAAAAAAAAAAAAAAAAAAAA")).await;
    leads_below(&foreign);
    let expired = world.browser().open(&format!("{BASE}{BELOW}/device?user_code=BCDF-GHJK")).await;
    leads_below(&expired);
}
