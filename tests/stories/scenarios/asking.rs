//! How wallets are asked: signed requests that they fetch, every client identifier that needs no server
//! of its own, and what a wallet says about itself when it comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::x509::X509;
use poem::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;
use vpgate_core::base::json::Bounds;
use vpgate_core::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::openid4vp::request::VpRequest;

use crate::scenarios::posting::PostingWallet;
use vpgate_test_support::browser::Browser;
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::POSTING_WALLET;
use vpgate_test_support::harness::{Answer, BASE, BASIC, Harness, RETURN_TO};

const BOUNDS: Bounds = Bounds { bytes: 64 << 10, depth: 12, members: 512 };
const SIGNING: &str = "signing = { key = \"key.pem\", certificates = \"chain.pem\" }";

/// A `[[wallets]]` entry for the wallet that posts.
pub fn wallet(identity: &str, method: &str, mode: &str) -> String {
    let signing = if identity.contains("redirect_uri") { "" } else { SIGNING };
    format!(
        "profile = \"openid4vp\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\n{identity}\n\
         request_method = \"{method}\"\nresponse_mode = \"{mode}\"\n{signing}\n"
    )
}

/// A `[[wallets]]` entry for the same wallet under the profile of high assurance.
pub fn haip(method: &str) -> String {
    format!(
        "profile = \"haip\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\n{HASH}\n{SIGNING}\n\
         request_method = \"{method}\"\n"
    )
}

pub const DNS: &str = "client_id = \"x509_san_dns:127.0.0.1\"";
pub const HASH: &str = "client_id_prefix = \"x509_hash\"";
pub const REDIRECT: &str = "client_id_prefix = \"redirect_uri\"";

fn request() -> Value {
    json!({"scope": BASIC, "redirect_uri": RETURN_TO})
}

/// The browser is sent to the wallet: what it brings there.
pub async fn sent_to_wallet(world: &Harness, browser: &mut Browser<'_>) -> (Value, Url) {
    let begun = world.begin(&request()).await;
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert!(page.url.as_str().starts_with(POSTING_WALLET), "{} {}", page.url, page.body);
    (begun, page.url)
}

pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

pub fn path_of(request: &Url) -> String {
    let uri = parameter(request, "request_uri").unwrap();
    uri.strip_prefix(BASE).unwrap().to_owned()
}

async fn post(world: &Harness, path: &str, form: &[(&str, &str)]) -> Answer {
    world.post_form(path, form).await
}

/// What a wallet reads out of a Request Object, its signature checked with the certificate in it.
pub fn read(object: &str) -> (Value, Value) {
    let jws = UnverifiedJws::parse(object, &BOUNDS).unwrap();
    let header = Value::Object(jws.header().clone());
    let der = STANDARD.decode(header["x5c"][0].as_str().unwrap()).unwrap();
    let point = X509::from_der(&der).unwrap().public_key().unwrap().ec_key().unwrap();
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
    let octets = point.public_key().to_bytes(point.group(), form, &mut context).unwrap();
    let encode = |half: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(half);
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(&octets[1..33]), "y": encode(&octets[33..])});
    let key = vpgate_core::jose::jwk::PublicKey::from_jwk(&jwk).unwrap();
    let claims = jws.verify(&key).unwrap().into_payload();
    (header, Value::Object(claims))
}

pub async fn asked(world: &Harness, claims: &Value) -> VpRequest {
    world.asked(claims["state"].as_str().unwrap()).await
}

#[tokio::test]
async fn req_1_30_to_1_37_req_1_40_req_1_41_a_wallet_fetches_a_signed_request() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference", "direct_post"), certified.path()).await;
    let mut browser = world.browser();
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    let path = path_of(&url);
    assert_eq!(path.strip_prefix("/wallet/requests/").unwrap().len(), 22, "128 bits");

    let answer = world.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/oauth-authz-req+jwt");
    assert_eq!(answer.header("cache-control"), "no-store");
    let (header, claims) = read(&answer.text);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("oauth-authz-req+jwt"), &json!("ES256")));
    assert_eq!(
        STANDARD.decode(header["x5c"][0].as_str().unwrap()).unwrap(),
        certified.leaf.to_der().unwrap()
    );
    assert_eq!(claims["client_id"].as_str(), parameter(&url, "client_id").as_deref());
    assert_eq!(claims["aud"], "https://self-issued.me/v2");
    assert_eq!(claims["iat"], world.now().unix());
    let asked = asked(&world, &claims).await;
    assert_eq!(claims["exp"], asked.expires_at.unix());
    assert_eq!(claims["response_uri"], world.route_of(&asked).response_uri(&asked.state).as_str());
    assert!(claims["dcql_query"].is_object() && claims["client_metadata"].is_object(), "native JSON");
    assert!(claims.get("scope").is_none() && claims.get("redirect_uri").is_none());
    let again = world.begin(&request()).await;
    assert_ne!(again["authorization_request_url"].as_str(), Some(url.as_str()), "each has its own");
}

#[tokio::test]
async fn req_1_36_after_expiry_nothing_is_fetched() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(HASH, "by_reference", "direct_post"), certified.path()).await;
    let mut browser = world.browser();
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    world.clock.advance(std::time::Duration::from_secs(299));
    assert_eq!(world.get(&path_of(&url)).await.status, StatusCode::OK);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.get(&path_of(&url)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn req_1_42_req_1_44_req_1_45_a_wallet_may_post_what_it_has_to_say() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference_post", "direct_post"), certified.path()).await;
    let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    assert_eq!(parameter(&url, "request_uri_method").as_deref(), Some("post"));
    let path = path_of(&url);

    let metadata =
        json!({"vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"]}}, "odd": [1]});
    let form = [("wallet_nonce", "n-0 S6&x"), ("wallet_metadata", &metadata.to_string()), ("unknown", "1")];
    let answer = post(&world, &path, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/oauth-authz-req+jwt");
    let (_, claims) = read(&answer.text);
    assert_eq!(claims["wallet_nonce"], "n-0 S6&x");
    let other = post(&world, &path, &[("wallet_nonce", "another")]).await;
    assert_eq!(read(&other.text).1["wallet_nonce"], "another", "freshly signed");
    for plain in [world.get(&path).await, post(&world, &path, &[]).await] {
        assert_eq!(plain.status, StatusCode::OK);
        assert!(read(&plain.text).1.get("wallet_nonce").is_none());
    }
    assert_eq!(phone.share(&asked(&world, &claims).await).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_1_42_req_1_43_req_1_46_what_a_wallet_says_is_bounded_and_must_fit() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference_post", "direct_post"), certified.path()).await;
    let mut browser = world.browser();
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    let path = path_of(&url);
    for wrong in [
        "not json",
        "[]",
        "{\"jwks\":1}",
        "{\"vp_formats_supported\":{\"mso_mdoc\":{}}}",
        "{\"request_object_signing_alg_values_supported\":[\"ES512\"]}",
        "{\"client_id_prefixes_supported\":[\"pre-registered\"]}",
        "{\"jwks\":{\"keys\":[]}}",
    ] {
        let answer = post(&world, &path, &[("wallet_metadata", wrong)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(answer.json()["error"], "invalid_request");
        assert!(answer.headers.get(header::LOCATION).is_none());
        assert!(!answer.text.contains("Erika") && !answer.text.contains(wrong), "{}", answer.text);
    }
    let long = "x".repeat(513);
    assert_eq!(post(&world, &path, &[("wallet_nonce", &long)]).await.status, StatusCode::BAD_REQUEST);
    let huge = format!("wallet_metadata={}", "x".repeat(64 * 1024));
    let kind = |kind: &str| [(header::CONTENT_TYPE.as_str(), kind.to_owned())];
    let form = kind("application/x-www-form-urlencoded");
    assert_eq!(world.send(Method::POST, &path, &form, huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let twice = world.send(Method::POST, &path, &form, "wallet_nonce=a&wallet_nonce=b".to_owned()).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    let json = world.send(Method::POST, &path, &kind("application/json"), "{}".to_owned()).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(world.get(&path).await.status, StatusCode::OK, "nothing was used up");
}

#[tokio::test]
async fn req_1_43_the_request_is_encrypted_to_a_wallet_that_brings_a_key() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_reference_post", "direct_post"), certified.path()).await;
    let mut browser = world.browser();
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    let theirs = EncryptionKey::generate().unwrap();
    let metadata = json!({"jwks": {"keys": [theirs.to_public_jwk()]},
        "request_object_encryption_enc_values_supported": ["A256GCM"]});
    let form = [("wallet_metadata", metadata.to_string()), ("wallet_nonce", "n".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = post(&world, &path_of(&url), &form).await;
    assert_eq!(answer.header("content-type"), "application/oauth-authz-req+jwt");
    let jwe = EncryptedText::parse(&answer.text, BOUNDS.bytes).unwrap();
    let signed = theirs.decrypt(&jwe, &[ContentEncryption::A256Gcm]).unwrap();
    let (_, claims) = read(std::str::from_utf8(&signed).unwrap());
    assert_eq!(claims["wallet_nonce"], "n");
}

#[tokio::test]
async fn req_1_33_a_request_by_value_is_signed_and_inside_the_address() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(DNS, "by_value", "direct_post"), certified.path()).await;
    let mut browser = world.browser();
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    let (header, claims) = read(&parameter(&url, "request").unwrap());
    assert_eq!(header["typ"], "oauth-authz-req+jwt");
    assert_eq!(claims["client_id"].as_str(), parameter(&url, "client_id").as_deref());
    assert!(parameter(&url, "nonce").is_none() && parameter(&url, "request_uri").is_none());
    let nowhere = format!("/wallet/requests/{}", claims["state"].as_str().unwrap());
    assert_eq!(world.get(&nowhere).await.status, StatusCode::NOT_FOUND, "not meant to be fetched");
}

#[tokio::test]
async fn req_1_38_req_9_4_each_request_has_a_key_of_its_own_and_none_of_them_signs() {
    let certified = Certified::new();
    let world = Harness::asking(&wallet(HASH, "by_reference", "direct_post.jwt"), certified.path()).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (_, url) = sent_to_wallet(&world, &mut world.browser()).await;
        let (_, claims) = read(&world.get(&path_of(&url)).await.text);
        let metadata = &claims["client_metadata"];
        assert_eq!(metadata["encrypted_response_enc_values_supported"], json!(["A128GCM", "A256GCM"]));
        let key = &metadata["jwks"]["keys"][0];
        assert_eq!((&key["use"], &key["alg"]), (&json!("enc"), &json!("ECDH-ES")));
        seen.push(key["x"].as_str().unwrap().to_owned());
    }
    let leaf = certified.leaf.public_key().unwrap().ec_key().unwrap();
    let (mut x, mut y) = (openssl::bn::BigNum::new().unwrap(), openssl::bn::BigNum::new().unwrap());
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    leaf.public_key().affine_coordinates(leaf.group(), &mut x, &mut y, &mut context).unwrap();
    seen.push(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(x.to_vec_padded(32).unwrap()));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4, "three keys of requests and the one that signs");
}

/// The certificate is changed while somebody is at the wallet.
#[tokio::test]
async fn req_1_23_after_a_change_of_certificate_the_old_audience_still_counts() {
    let (old, new) = (Certified::new(), Certified::new());
    let entry = wallet(HASH, "by_reference", "direct_post");
    let world = Harness::asking(&entry, old.path()).await;
    let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
    let (_, url) = sent_to_wallet(&world, &mut browser).await;
    let (_, late) = sent_to_wallet(&world, &mut world.browser()).await;
    assert_eq!(parameter(&url, "client_id"), Some(old.hash_id()));
    let (_, claims) = read(&world.get(&path_of(&url)).await.text);

    let changed = world.restarted(&entry, new.path());
    let asked = changed.asked(claims["state"].as_str().unwrap()).await;
    let form = [("vp_token", &*phone.vp_token(&asked)), ("state", asked.state.as_str())];
    let answer = changed.post_form(&changed.response_path(&asked), &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(
        changed.get(&path_of(&late)).await.status,
        StatusCode::NOT_FOUND,
        "never signed by another key"
    );
    let (_, fresh) = sent_to_wallet(&changed, &mut changed.browser()).await;
    assert_eq!(parameter(&fresh, "client_id"), Some(new.hash_id()));
}

#[tokio::test]
async fn req_1_85_a_wallet_is_not_sent_what_it_does_not_take() {
    let certified = Certified::new();
    let session = "urn:proof:params:vc:transaction-data:session-data";
    let with = |more: &str| format!("{}{more}", wallet(REDIRECT, "url_query", "direct_post"));
    let transaction = json!({"type": session, "credential_ids": ["proof_id_default"], "payload": {"ip_address": "192.0.2.7"}});
    let mut asks = request();
    asks["transaction_data"] = json!([transaction]);
    for (abilities, status) in [
        ("", 400),
        ("transaction_data = false\n", 400),
        ("transaction_data = [\"urn:example:other\"]\n", 400),
        ("transaction_data = true\n", 201),
        ("transaction_data = [\"urn:proof:params:vc:transaction-data:session-data\"]\n", 201),
    ] {
        let world = Harness::asking(&with(abilities), certified.path()).await;
        let answer = world.post_json("/v1/presentations", &asks.to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{abilities}: {}", answer.text);
        if status == 400 {
            assert_eq!(answer.json()["pointer"], "/transaction_data/0/type");
        }
    }
    let world = Harness::asking(&with(""), certified.path()).await;
    let mut hinted = request();
    hinted["login_hint"] = "ann@example.com".into();
    let answer = world.post_json("/v1/presentations", &hinted.to_string()).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["pointer"]), (400, &json!("/login_hint")));
}

#[tokio::test]
async fn req_9_7_no_wallet_of_profile_haip_is_asked_across_devices() {
    let certified = Certified::new();
    let haip = haip("by_reference").replace(POSTING_WALLET, "haip-vp://");
    let world = Harness::asking(&haip, certified.path()).await;
    let mut across = request();
    across["flow"] = "cross_device".into();
    let answer = world.post_json("/v1/presentations", &across.to_string()).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["pointer"]), (400, &json!("/flow")));
    let begun = world.begin(&request()).await;
    let url = begun["authorization_request_url"].as_str().unwrap();
    assert!(url.starts_with("haip-vp://?client_id=x509_hash"), "{url}");
}
