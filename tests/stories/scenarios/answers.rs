//! How a wallet answers by posting: media types, shapes, encryption, and saying no.

use poem::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use vpgate_core::jose::jwe::{ContentEncryption, EncryptionKey};
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::browser::Browser;
use vpgate_test_support::harness::{Answer, BASIC, CREDENTIAL, Harness};

const FORM: &str = "application/x-www-form-urlencoded";

async fn begun(world: &Harness, wallet: &PostingWallet<'_>, browser: &mut Browser<'_>) -> (Value, VpRequest) {
    let begun = world.begin(&request(&[])).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    (begun, wallet.opened_by(&page).await)
}

async fn post(world: &Harness, asked: &VpRequest, kind: &str, body: &str) -> Answer {
    let kind = (header::CONTENT_TYPE.as_str(), kind.to_owned());
    world.send(Method::POST, &world.response_path(asked), &[kind], body.to_owned()).await
}

#[tokio::test]
async fn req_2_10_media_types_and_methods() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (_, asked) = begun(&world, &wallet, &mut browser).await;
    for kind in
        ["text/plain", "multipart/form-data", "application/jwt", "application/x-www-form-urlencoded2", ""]
    {
        let answer = post(&world, &asked, kind, "vp_token=x").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.json(), json!({"error": "invalid_request"}));
    }
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let answer = world.send(method.clone(), &world.response_path(&asked), &[], String::new()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "POST");
    }
    let state = asked.state.as_str();
    for wrong in [
        format!("vp_token=a&vp_token=b&state={state}"),
        format!("vp_token=a&state={state}&state={state}"),
        format!("error=x&error=x&state={state}"),
        format!("vp_token=%ff&state={state}"),
        String::new(),
    ] {
        let answer = post(&world, &asked, FORM, &wrong).await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::BAD_REQUEST, json!({"error": "invalid_request"}))
        );
    }
    // None of them counted, and a parameter nobody knows does no harm.
    let form = [("vp_token", wallet.vp_token(&asked)), ("state", state.to_owned()), ("iss", "x".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    redirect_uri(&wallet.post(&asked, &form).await);
}

#[tokio::test]
async fn req_2_10_the_vendors_kit_sends_json() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let state = |asked: &VpRequest| asked.state.as_str().to_owned();
    for with_state in [false, true] {
        for as_text in [false, true] {
            let (_, asked) = begun(&world, &wallet, &mut browser).await;
            let object: Value = serde_json::from_str(&wallet.vp_token(&asked)).unwrap();
            let vp_token = if as_text { json!(object.to_string()) } else { object };
            let mut body = json!({ "vp_token": vp_token });
            if with_state {
                body["state"] = state(&asked).into();
            }
            let answer = post(&world, &asked, "application/json; charset=utf-8", &body.to_string()).await;
            redirect_uri(&answer);
        }
    }
    let (_, asked) = begun(&world, &wallet, &mut browser).await;
    let other = json!({"vp_token": "x", "state": "AAAAAAAAAAAAAAAAAAAAAA"}).to_string();
    for wrong in ["", "[]", "{", r#"{"vp_token":"a","vp_token":"b"}"#, &other] {
        assert_eq!(
            post(&world, &asked, "application/json", wrong).await.status,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn req_2_6_a_form_names_the_request_that_its_address_names() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun_one, one) = begun(&world, &wallet, &mut browser).await;
    let (_, two) = begun(&world, &wallet, &mut browser).await;
    let vp_token = wallet.vp_token(&one);
    for state in [None, Some(two.state.as_str()), Some("")] {
        let form: Vec<_> = [("vp_token", vp_token.as_str())]
            .into_iter()
            .chain(state.map(|state| ("state", state)))
            .collect();
        assert_eq!(wallet.post(&one, &form).await.status, StatusCode::BAD_REQUEST, "{state:?}");
    }
    assert_eq!(world.collect(&begun_one, None).await.1["status"], "pending");
    redirect_uri(&wallet.share(&one).await);
}

#[tokio::test]
async fn req_2_35_2_36_2_37_what_is_encrypted_is_judged_like_everything_else() {
    let world = Harness::posting(ResponseMode::DirectPostJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (other_begun, other) = begun(&world, &wallet, &mut browser).await;
    let foreign = EncryptionKey::generate().unwrap();
    let cases: [(&str, &str); 6] = [
        ("plain", "response_encryption"),
        ("to another key", "response_encryption"),
        ("to the key of another request", "response_encryption"),
        ("state of another request", "response_state"),
        ("no state", "response_state"),
        ("forged", "issuer_key"),
    ];
    for (wrong, check) in cases {
        let (begun, asked) = begun(&world, &wallet, &mut browser).await;
        let vp_token: Value = serde_json::from_str(&wallet.vp_token(&asked)).unwrap();
        let good = json!({"vp_token": vp_token, "state": asked.state});
        for _ in 0..5 {
            let form = match wrong {
                "plain" => vec![("vp_token", vp_token.to_string()), ("state", asked.state.to_string())],
                "to another key" => {
                    let key = foreign.public_key();
                    let text = good.to_string();
                    vec![(
                        "response",
                        key.encrypt(text.as_bytes(), ContentEncryption::A128Gcm, &serde_json::Map::new())
                            .unwrap(),
                    )]
                }
                "to the key of another request" => vec![("response", wallet.encrypted(&other, &good))],
                "state of another request" => {
                    let payload = json!({"vp_token": vp_token, "state": other.state});
                    vec![("response", wallet.encrypted(&asked, &payload))]
                }
                "no state" => vec![("response", wallet.encrypted(&asked, &json!({"vp_token": vp_token})))],
                _ => {
                    // Whoever has the request can encrypt; that proves nothing.
                    let stranger = forged(&wallet.presentation(&asked));
                    let payload = json!({"vp_token": {CREDENTIAL: [stranger]}, "state": asked.state});
                    vec![("response", wallet.encrypted(&asked, &payload))]
                }
            };
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = wallet.post(&asked, &form).await;
            assert_eq!(
                (answer.status, answer.json()),
                (StatusCode::BAD_REQUEST, json!({"error": "invalid_request"})),
                "{wrong}"
            );
        }
        let (_, result) = world.collect(&begun, None).await;
        assert_eq!(result["status"], "rejected", "{wrong}");
        if wrong != "forged" {
            assert_eq!(result["report"]["reason"], check, "{wrong}: {result}");
        }
    }
    assert_eq!(world.collect(&other_begun, None).await.1["status"], "pending", "untouched");
    // A state beside the JWE must agree with the one inside.
    let (_, asked) = begun(&world, &wallet, &mut browser).await;
    let vp_token: Value = serde_json::from_str(&wallet.vp_token(&asked)).unwrap();
    let jwe = wallet.encrypted(&asked, &json!({"vp_token": vp_token, "state": asked.state}));
    let differing = [("response", jwe.as_str()), ("state", other.state.as_str())];
    assert_eq!(wallet.post(&asked, &differing).await.status, StatusCode::BAD_REQUEST);
    redirect_uri(&wallet.post(&asked, &[("response", &jwe), ("state", asked.state.as_str())]).await);
}

/// With one character of the issuer's signature changed.
fn forged(presentation: &str) -> String {
    let (jwt, rest) = presentation.split_once('~').unwrap();
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{input}.{first}{}~{rest}", &signature[1..])
}

#[tokio::test]
async fn req_2_35_a_presentation_does_not_sneak_in_through_the_browser() {
    let world = Harness::posting(ResponseMode::DirectPostJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun(&world, &wallet, &mut browser).await;
    let vp_token = wallet.vp_token(&asked);
    let fragment = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("vp_token", vp_token.as_str()), ("state", asked.state.as_str())])
        .finish();
    assert!(browser.bring_fragment(&fragment).await.status.is_client_error());
    assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
    // Nor is a fragment request answered by a post.
    let world = Harness::new().await;
    let begun = world.begin(&request(&[])).await;
    world.browser().open(begun["start_url"].as_str().unwrap()).await;
    let wallet = PostingWallet::new(&world);
    let asked = wallet.asked_at(&begun["authorization_request_url"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(wallet.share(&asked).await.status, StatusCode::BAD_REQUEST);
}

pub const CODES: [(&str, bool); 14] = [
    ("invalid_request", true),
    ("unauthorized_client", true),
    ("access_denied", true),
    ("unsupported_response_type", true),
    ("invalid_scope", true),
    ("server_error", false),
    ("temporarily_unavailable", false),
    ("invalid_client", true),
    ("vp_formats_not_supported", true),
    ("invalid_request_uri_method", true),
    ("invalid_transaction_data", true),
    ("wallet_unavailable", false),
    ("foo", true),
    ("<script>alert(1)</script>", true),
];

#[tokio::test]
async fn req_2_40_to_2_44_every_wallet_error_reaches_the_person_and_the_shop() {
    for mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
        let world = Harness::posting(mode).await;
        let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
        for (code, settles) in CODES {
            let (begun, asked) = begun(&world, &wallet, &mut browser).await;
            let way_back = redirect_uri(&wallet.refuse(&asked, code).await);
            let (_, result) = world.collect(&begun, None).await;
            let listed = vpgate_core::openid4vp::response::WalletError::from_code(code).code();
            if settles {
                assert_eq!(result["status"], "declined", "{code}: {result}");
                assert_eq!(result["error"], listed, "{code}: {result}");
            } else {
                assert_eq!(result["status"], "pending", "{code}: it may be tried again");
            }
            let back = browser.open(&way_back).await;
            let page = browser.open(&format!("/done/{}", asked.handle)).await;
            assert!(
                !page.body.contains("<script>alert") && !result.to_string().contains("<script>"),
                "{code}"
            );
            if settles {
                assert!(
                    back.url.as_str().starts_with("http://127.0.0.1:9999/return"),
                    "{code}: {}",
                    back.url
                );
                assert!(page.body.contains("Nothing was shared"), "{code}: {}", page.body);
            } else {
                assert!(page.body.contains("Try again"), "{code}: {}", page.body);
                redirect_uri(&wallet.share(&asked).await);
            }
        }
    }
}

#[tokio::test]
async fn req_2_44_every_wallet_error_reaches_the_device_without_waiting() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let wallet = PostingWallet::new(&world);
    for (code, settles) in CODES {
        let authorization = world.device_authorization(&[("scope", BASIC)]).await;
        let mut phone = world.browser();
        let asked = wallet.opened_by(&world.to_wallet(&mut phone, &authorization).await).await;
        let way_back = redirect_uri(&wallet.refuse(&asked, code).await);
        let (_, told) = world.poll(authorization["device_code"].as_str().unwrap()).await;
        let expected = if settles { "access_denied" } else { "authorization_pending" };
        assert_eq!(told["error"], expected, "{code}");
        let page = phone.open(&way_back).await;
        let words = if settles { "Nothing was shared" } else { "Not finished yet" };
        assert!(page.body.contains(words), "{code}: {}", page.body);
    }
}

#[tokio::test]
async fn req_2_40_an_error_beside_a_presentation_is_an_error() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun(&world, &wallet, &mut browser).await;
    let vp_token = wallet.vp_token(&asked);
    let form = [("vp_token", vp_token.as_str()), ("error", "access_denied"), ("state", asked.state.as_str())];
    assert_eq!(wallet.post(&asked, &form).await.status, StatusCode::OK);
    assert_eq!(world.collect(&begun, None).await.1["status"], "declined");
}

#[tokio::test]
async fn req_2_42_an_error_for_no_open_request_changes_nothing() {
    let world = Harness::posting(ResponseMode::DirectPost).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let (begun, asked) = begun(&world, &wallet, &mut browser).await;
    let unknown = "AAAAAAAAAAAAAAAAAAAAAA";
    let form = [("error", "access_denied"), ("state", unknown)];
    assert_eq!(
        world.post_form(&format!("/wallet/responses/{unknown}"), &form).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(wallet.post(&asked, &form).await.status, StatusCode::BAD_REQUEST, "another request's state");
    assert_eq!(world.collect(&begun, None).await.1["status"], "pending");
    let way_back = redirect_uri(&wallet.share(&asked).await);
    // Once it was answered, an error comes too late.
    assert_eq!(wallet.refuse(&asked, "access_denied").await.status, StatusCode::BAD_REQUEST);
    assert!(browser.open(&way_back).await.url.as_str().contains("response_code="));
}
