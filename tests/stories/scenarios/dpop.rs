//! Tokens that are bound to a key (RFC 9449).

use poem::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

use vpgate_test_support::harness::{Answer, BASE, BASIC, Harness};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn world() -> Harness {
    let client = |id: &str, tokens: &str| {
        format!(
            r#"
[[clients]]
client_id = "{id}"
grants = ["device_code", "refresh_token"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
tokens = {{ {tokens} }}
"#
        )
    };
    Harness::with_more(&(client("player", "") + &client("vault", "require_dpop = true"))).await
}

/// A client with a key, and the last nonce it was given.
pub struct Prover {
    pub key: SigningKey,
    pub nonce: Option<String>,
    count: u32,
}

impl Prover {
    pub fn new() -> Self {
        Self::with(Algorithm::Es256)
    }

    pub fn with(algorithm: Algorithm) -> Self {
        Self { key: SigningKey::generate(algorithm).unwrap(), nonce: None, count: 0 }
    }

    pub fn proof(&mut self, world: &Harness, method: &str, path: &str, token: Option<&str>) -> String {
        self.count += 1;
        let header = json!({"typ": "dpop+jwt", "jwk": self.key.public_key().to_jwk()});
        let mut claims = json!({
            "htm": method, "htu": format!("{BASE}{path}"), "iat": world.now().unix(),
            "jti": self.count.to_string(),
        });
        if let Some(nonce) = &self.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = token {
            claims["ath"] = json!(base64url::encode(Digest::of(token.as_bytes()).as_bytes()));
        }
        let object = |value: &Value| -> Map<String, Value> { value.as_object().unwrap().clone() };
        self.key.sign(&object(&header), &object(&claims)).unwrap()
    }

    /// Posts with a fresh proof; takes up the nonce that it is told, and tries again.
    pub async fn post(&mut self, world: &Harness, path: &str, form: &[(&str, &str)]) -> Answer {
        let proof = self.proof(world, "POST", path, None);
        let answer = post(world, path, form, &[&proof]).await;
        if answer.header("dpop-nonce").is_empty() {
            return answer;
        }
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (StatusCode::BAD_REQUEST, &json!("use_dpop_nonce"))
        );
        self.nonce = Some(answer.header("dpop-nonce").to_owned());
        let proof = self.proof(world, "POST", path, None);
        post(world, path, form, &[&proof]).await
    }

    async fn tokens(&mut self, world: &Harness, client: &str, device_code: &str) -> Value {
        let answer = self.redeem(world, client, device_code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn redeem(&mut self, world: &Harness, client: &str, device_code: &str) -> Answer {
        let form = [("client_id", client), ("grant_type", DEVICE_GRANT), ("device_code", device_code)];
        self.post(world, "/token", &form).await
    }
}

pub async fn post(world: &Harness, path: &str, form: &[(&str, &str)], proofs: &[&str]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    headers.extend(proofs.iter().map(|proof| ("dpop", (*proof).to_owned())));
    world.send(Method::POST, path, &headers, body).await
}

async fn approved(world: &Harness, authorization: &Answer) -> String {
    assert_eq!(authorization.status, StatusCode::OK, "{}", authorization.text);
    world.approve(&authorization.json()).await;
    authorization.json()["device_code"].as_str().unwrap().to_owned()
}

async fn unbound_code(world: &Harness, client: &str) -> String {
    approved(world, &world.post_form("/device_authorization", &[("client_id", client)]).await).await
}

async fn userinfo(world: &Harness, scheme: &str, token: &str, proof: Option<String>) -> Answer {
    let mut headers = vec![("authorization", format!("{scheme} {token}"))];
    headers.extend(proof.map(|proof| ("dpop", proof)));
    world.send(Method::GET, "/userinfo", &headers, String::new()).await
}

#[tokio::test]
async fn req_11_34_a_bound_token_names_its_key_and_is_refreshed_by_that_key_alone() {
    let world = world().await;
    let mut prover = Prover::new();
    let code = unbound_code(&world, "player").await;
    let tokens = prover.tokens(&world, "player", &code).await;
    assert_eq!(tokens["token_type"], "DPoP");
    let payload = tokens["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap();
    assert_eq!(claims["cnf"]["jkt"], prover.key.public_key().thumbprint());

    let refresh = [
        ("client_id", "player"),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let without = world.post_form("/token", &refresh).await;
    assert_eq!(without.json()["error"], "invalid_grant");
    let other = Prover::new().post(&world, "/token", &refresh).await;
    assert_eq!(other.json()["error"], "invalid_grant");
    let next = prover.post(&world, "/token", &refresh).await;
    assert_eq!((next.status, &next.json()["token_type"]), (StatusCode::OK, &json!("DPoP")));
}

#[tokio::test]
async fn req_11_33_a_proof_works_once_and_only_one_at_a_time() {
    let world = world().await;
    let mut prover = Prover::new();
    let code = unbound_code(&world, "player").await;
    let form = [("client_id", "player"), ("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    prover.redeem(&world, "player", "unknown").await;
    let error = async |proofs: &[&str]| post(&world, "/token", &form, proofs).await.json()["error"].clone();
    let (one, two) =
        (prover.proof(&world, "POST", "/token", None), prover.proof(&world, "POST", "/token", None));
    assert_eq!(error(&[&one, &two]).await, "invalid_dpop_proof");
    assert_eq!(error(&[""]).await, "invalid_dpop_proof");
    let elsewhere = prover.proof(&world, "POST", "/introspect", None);
    assert_eq!(error(&[&elsewhere]).await, "invalid_dpop_proof");
    assert_eq!(post(&world, "/token", &form, &[&one]).await.status, StatusCode::OK);
    assert_eq!(error(&[&one]).await, "invalid_dpop_proof");
}

#[tokio::test]
async fn req_11_35_an_old_nonce_is_answered_with_a_new_one() {
    let world = world().await;
    let mut prover = Prover::new();
    prover.redeem(&world, "player", "unknown").await;
    let first = prover.nonce.clone().unwrap();
    world.clock.advance(std::time::Duration::from_secs(240));
    prover.redeem(&world, "player", "unknown").await;
    assert_ne!(prover.nonce.as_deref(), Some(first.as_str()));
}

#[tokio::test]
async fn req_11_35_and_11_36_at_a_resource_a_bound_token_needs_its_key() {
    let world = world().await;
    let mut prover = Prover::new();
    let code = unbound_code(&world, "player").await;
    let tokens = prover.tokens(&world, "player", &code).await;
    let token = tokens["access_token"].as_str().unwrap();
    let proof = |prover: &mut Prover, about| Some(prover.proof(&world, "GET", "/userinfo", about));
    let good = proof(&mut prover, Some(token));
    assert_eq!(userinfo(&world, "DPoP", token, good.clone()).await.status, StatusCode::OK);
    let mut other = Prover { nonce: prover.nonce.clone(), ..Prover::new() };
    for (scheme, shown, error) in [
        ("Bearer", None, "invalid_token"),
        ("Bearer", proof(&mut prover, Some(token)), "invalid_token"),
        ("DPoP", None, "invalid_token"),
        ("DPoP", good, "invalid_dpop_proof"),
        ("DPoP", proof(&mut prover, None), "invalid_dpop_proof"),
        ("DPoP", proof(&mut prover, Some("other")), "invalid_dpop_proof"),
        ("DPoP", proof(&mut other, Some(token)), "invalid_token"),
    ] {
        let answer = userinfo(&world, scheme, token, shown).await;
        let challenge = answer.header("www-authenticate");
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(challenge.starts_with(scheme) && challenge.contains(error), "{error}: {challenge}");
    }
    let fresh = proof(&mut Prover { nonce: None, ..prover }, Some(token));
    let answer = userinfo(&world, "DPoP", token, fresh).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.header("www-authenticate").contains("error=\"use_dpop_nonce\""));
    assert!(!answer.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn req_11_36_an_unbound_token_is_no_dpop_token() {
    let world = world().await;
    let code = unbound_code(&world, "player").await;
    let form = [("client_id", "player"), ("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
    let tokens = world.post_form("/token", &form).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let mut prover = Prover::new();
    prover.redeem(&world, "player", "unknown").await;
    let proof = prover.proof(&world, "GET", "/userinfo", Some(token));
    assert_eq!(userinfo(&world, "DPoP", token, Some(proof)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(userinfo(&world, "Bearer", token, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn req_15_12_a_key_can_be_required_and_holds_from_the_device_authorization_on() {
    let world = world().await;
    let without = world.post_form("/device_authorization", &[("client_id", "vault")]).await;
    assert_eq!(without.json()["error"], "invalid_dpop_proof");
    for client in ["vault", "player"] {
        let (mut prover, mut other) = (Prover::new(), Prover::new());
        let begun = prover.post(&world, "/device_authorization", &[("client_id", client)]).await;
        let code = approved(&world, &begun).await;
        let form = [("client_id", client), ("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
        let without = world.post_form("/token", &form).await;
        assert_eq!(without.json()["error"], "invalid_dpop_proof");
        assert_eq!(other.redeem(&world, client, &code).await.json()["error"], "invalid_grant");
        assert_eq!(prover.tokens(&world, client, &code).await["token_type"], "DPoP");
    }
}

/// A player that keeps a secret, and one that keeps none; neither should rotate.
async fn staying() -> Harness {
    let hash =
        vpgate::config::secrets::hash_text(vpgate_core::base::secret::Secret::received(SECRET).digest());
    let client = |id: &str, authentication: &str| {
        format!(
            "[[clients]]\nclient_id = \"{id}\"\ngrants = [\"device_code\", \"refresh_token\"]\n{authentication}\n\
             accept_rs256 = false\nscopes = [\"{BASIC}\"]\ntokens = {{ rotate_refresh_tokens = false }}\n"
        )
    };
    let secret = format!("authentication = \"client_secret_post\"\nsecret_hash = \"{hash}\"");
    Harness::with_more(&(client("keeper", &secret) + &client("open", "authentication = \"none\""))).await
}

const SECRET: &str = "a-secret-of-the-keeper-that-is-long";

async fn refreshed(
    world: &Harness,
    prover: Option<&mut Prover>,
    who: &[(&str, &str)],
    tokens: &Value,
) -> Value {
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [who, &[("grant_type", "refresh_token"), ("refresh_token", token)]].concat();
    let answer = match prover {
        Some(prover) => prover.post(world, "/token", &form).await,
        None => world.post_form("/token", &form).await,
    };
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn fapi_5_3_2_1_a_refresh_token_stays_that_is_bound_to_the_key_of_a_client_that_authenticates() {
    let world = staying().await;
    for (who, bound, stays) in [
        (&[("client_id", "keeper"), ("client_secret", SECRET)][..], true, true),
        // Not bound to a key, or anybody's client: whoever copied it could use it.
        (&[("client_id", "keeper"), ("client_secret", SECRET)], false, false),
        (&[("client_id", "open")], true, false),
    ] {
        let code = approved(&world, &world.post_form("/device_authorization", who).await).await;
        let form = [who, &[("grant_type", DEVICE_GRANT), ("device_code", &code)]].concat();
        let mut prover = bound.then(Prover::new);
        let first = match &mut prover {
            Some(prover) => prover.post(&world, "/token", &form).await.json(),
            None => world.post_form("/token", &form).await.json(),
        };
        let second = refreshed(&world, prover.as_mut(), who, &first).await;
        assert_eq!(second["refresh_token"] == first["refresh_token"], stays, "{who:?} {bound}");
        assert_ne!(second["access_token"], first["access_token"]);
        if stays {
            refreshed(&world, prover.as_mut(), who, &first).await;
            let other = Prover::new()
                .post(
                    &world,
                    "/token",
                    &[
                        who,
                        &[
                            ("grant_type", "refresh_token"),
                            ("refresh_token", first["refresh_token"].as_str().unwrap()),
                        ],
                    ]
                    .concat(),
                )
                .await;
            assert_eq!(other.json()["error"], "invalid_grant", "another key");
        }
    }
}

#[tokio::test]
async fn rs256_can_be_switched_off_for_proofs() {
    let world = staying().await;
    let code = unbound_code(&world, "open").await;
    let mut rs256 = Prover::with(Algorithm::Rs256);
    let refused = rs256.redeem(&world, "open", &code).await;
    assert_eq!(refused.json()["error"], "invalid_dpop_proof", "{}", refused.text);
    Prover::with(Algorithm::Ps256).tokens(&world, "open", &code).await;
}
