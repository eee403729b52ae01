use std::sync::atomic::Ordering;

use serde_json::json;

use super::super::test_server::{ok, serve, serve_paths};
use super::*;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

const ISSUER: &str = "https://issuer.example/tenant/1234/";

fn client() -> FetchClient {
    let short = Duration::from_millis(400);
    FetchClient::with_timeouts(true, short, short).unwrap()
}

fn jwks() -> Value {
    json!({"keys": [SigningKey::generate(Algorithm::EdDsa).unwrap().public_key().to_jwk()]})
}

fn answer(media_type: &str, max_age: u32, body: &Value) -> Vec<u8> {
    let headers = format!("Content-Type: {media_type}\r\nCache-Control: max-age={max_age}");
    ok(&headers, body.to_string().as_bytes())
}

fn metadata(at: &Url) -> IssuerDocument {
    IssuerDocument::Metadata { at: at.clone(), issuer: ISSUER.to_owned() }
}

#[tokio::test]
async fn req_5_6_req_5_7_metadata_is_asked_for_at_one_place_only() {
    let (server, asked) = serve_paths(move |path| match path {
        "/.well-known/jwt-vc-issuer/tenant/1234" => {
            answer("application/json", 90, &json!({"issuer": ISSUER, "jwks": jwks()}))
        }
        _ => b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec(),
    });
    let place = issuer_metadata::location(&server.join("/tenant/1234/").unwrap());
    let (keys, max_age) = metadata(&place).fetch(&client()).await.unwrap();
    assert_eq!((keys.keys().len(), max_age), (1, Some(Duration::from_secs(90))));
    let elsewhere = issuer_metadata::location(&server.join("/other/").unwrap());
    assert!(metadata(&elsewhere).fetch(&client()).await.is_err());
    let asked = asked.lock().unwrap();
    assert_eq!(*asked, ["/.well-known/jwt-vc-issuer/tenant/1234", "/.well-known/jwt-vc-issuer/other"]);
}

#[tokio::test]
async fn req_5_7_metadata_may_lead_on_to_a_jwks_which_ends_the_freshness_of_both() {
    for (first, second) in [(60, 90), (90, 60)] {
        let (keys, _) = serve(move |_| Some(answer("application/jwk-set+json", second, &jwks())));
        let body = json!({"issuer": ISSUER, "jwks_uri": keys.as_str()});
        let (place, _) = serve(move |_| Some(answer("application/json", first, &body)));
        let (keys, max_age) = metadata(&place).fetch(&client()).await.unwrap();
        assert_eq!((keys.keys().len(), max_age), (1, Some(Duration::from_secs(60))));
    }
}

#[tokio::test]
async fn req_5_9_a_jwks_uri_in_metadata_is_guarded_like_any_address() {
    for inside in
        ["http://169.254.169.254/jwks", "https://10.0.0.1/", "https://[fd00::1]/", "file:///etc/passwd"]
    {
        let body = json!({"issuer": ISSUER, "jwks_uri": inside});
        let (place, served) = serve(move |_| Some(answer("application/json", 60, &body)));
        let fault = metadata(&place).fetch(&client()).await.unwrap_err();
        assert!(matches!(fault, NoIssuerKeys::Fetch(FetchFault::Refused)), "{fault:?}");
        assert_eq!(served.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn req_5_7_metadata_that_is_wrong_in_one_way_is_refused() {
    let good = json!({"issuer": ISSUER, "jwks": jwks()});
    let with = |name: &str, value: Value| {
        let mut other = good.clone();
        other[name] = value;
        other
    };
    for body in [
        with("issuer", json!("https://issuer.example/tenant/1234")),
        with("issuer", json!("https://ISSUER.example/tenant/1234/")),
        with("jwks_uri", json!("https://issuer.example/jwks")),
        with("jwks", json!([])),
        json!({"issuer": ISSUER}),
        json!([good]),
    ] {
        let (place, _) = serve(move |_| Some(answer("application/json", 60, &body)));
        let fault = metadata(&place).fetch(&client()).await.unwrap_err();
        assert!(matches!(fault, NoIssuerKeys::Metadata(_)), "{fault:?}");
    }
    let text = good.to_string();
    let refused = format!(
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    for bad in
        [answer("text/html", 60, &good), answer("application/jwk-set+json", 60, &good), refused.into_bytes()]
    {
        let (place, _) = serve(move |_| Some(bad.clone()));
        let fault = metadata(&place).fetch(&client()).await.unwrap_err();
        assert!(
            matches!(fault, NoIssuerKeys::Fetch(FetchFault::MediaType | FetchFault::Status(404))),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn req_5_4_a_did_document_gives_the_keys_that_the_did_asserts_with() {
    const OURS: &str = "did:web:issuer.example";
    let jwk = jwks()["keys"][0].clone();
    let body = json!({
        "id": OURS,
        "verificationMethod": [{"id": "#1", "controller": OURS, "publicKeyJwk": jwk}],
        "assertionMethod": ["#1"],
    });
    for media_type in DID {
        let body = body.clone();
        let (at, _) = serve(move |_| Some(answer(media_type, 60, &body)));
        let ours = IssuerDocument::Did { at: at.clone(), did: OURS.to_owned() };
        let (keys, _) = ours.fetch(&client()).await.unwrap();
        assert_eq!(keys.keys()[0].kid(), Some("did:web:issuer.example#1"));
        let other = IssuerDocument::Did { at, did: "did:web:other.example".to_owned() };
        assert!(matches!(other.fetch(&client()).await.unwrap_err(), NoIssuerKeys::Did(DidFault::Id)));
    }
}
