//! A client gets a token for itself: what the token says, and a key that it is bound to.

use poem::http::{Method, StatusCode};
use serde_json::json;
use vpgate_core::base::secret::Secret;

use crate::scenarios::dpop::Prover;
use crate::scenarios::tokens::claims;
use vpgate_test_support::harness::{ADULT, Answer, BASE, Harness, RETURN_TO};

const SECRET: &str = "a-secret-of-the-machine-of-32-characters";

async fn world() -> Harness {
    let hash = vpgate::config::secrets::hash_text(Secret::received(SECRET).digest());
    Harness::with_more(&format!(
        r#"
[[clients]]
client_id = "machine"
grants = ["client_credentials"]
authentication = "client_secret_post"
secret_hash = "{hash}"
scopes = ["{ADULT}"]
redirect_uris = ["{RETURN_TO}"]
"#
    ))
    .await
}

fn form<'f>() -> [(&'f str, &'f str); 3] {
    [("grant_type", "client_credentials"), ("client_id", "machine"), ("client_secret", SECRET)]
}

async fn begin(world: &Harness, headers: &[(&str, String)]) -> Answer {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/json".to_owned()));
    let body = json!({ "scope": ADULT, "redirect_uri": RETURN_TO }).to_string();
    world.send(Method::POST, "/v1/presentations", &headers, body).await
}

#[tokio::test]
async fn the_token_is_a_jwt_for_us_whose_key_is_published() {
    let world = world().await;
    let answer = world.post_form("/token", &form()).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let (typ, _, claims) = claims(&world, &token).await;
    assert_eq!(typ, "at+jwt");
    for (name, value) in
        [("iss", BASE), ("aud", BASE), ("sub", "machine"), ("client_id", "machine"), ("scope", "vpgate:api")]
    {
        assert_eq!(claims[name], value, "{name}");
    }
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let begun = begin(&world, &[("authorization", format!("Bearer {token}"))]).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_needs_a_proof_of_it_each_time() {
    let world = world().await;
    let mut prover = Prover::new();
    let answer = prover.post(&world, "/token", &form()).await.json();
    assert_eq!(answer["token_type"], "DPoP");
    let token = answer["access_token"].as_str().unwrap();
    let shown = ("authorization", format!("DPoP {token}"));
    let path = "/v1/presentations";
    let proof = ("dpop", prover.proof(&world, "POST", path, Some(token)));
    let begun = begin(&world, &[shown.clone(), proof.clone()]).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let again = begin(&world, &[shown.clone(), proof]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "a proof works once");
    assert!(again.header("www-authenticate").contains("invalid_dpop_proof"), "{}", again.text);
    let mut stranger = Prover::new();
    stranger.nonce.clone_from(&prover.nonce);
    for (what, headers) in [
        ("as a bearer token", vec![("authorization", format!("Bearer {token}"))]),
        ("without a proof", vec![shown.clone()]),
        (
            "for another path",
            vec![shown.clone(), ("dpop", prover.proof(&world, "POST", "/v1/verify", Some(token)))],
        ),
        ("for another token", vec![shown.clone(), ("dpop", prover.proof(&world, "POST", path, Some("x")))]),
        ("by another key", vec![shown.clone(), ("dpop", stranger.proof(&world, "POST", path, Some(token)))]),
    ] {
        assert_eq!(begin(&world, &headers).await.status, StatusCode::UNAUTHORIZED, "{what}");
    }
    prover.nonce = None;
    let unasked = ("dpop", prover.proof(&world, "POST", path, Some(token)));
    let told = begin(&world, &[shown, unasked]).await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    assert!(
        told.header("www-authenticate").contains("use_dpop_nonce") && !told.header("dpop-nonce").is_empty()
    );
}
