//! An answer was lost on its way: whoever proves the key that it was for gets it again, for a minute (REQ-21.13).

use std::time::Duration;

use poem::http::StatusCode;
use serde_json::Value;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::oauth::refresh_token::RefreshToken;

use crate::scenarios::code_flow::{VERIFIER, code, request};
use crate::scenarios::dpop::{self, Prover};
use crate::scenarios::tokens::approved;
use vpgate_test_support::harness::{Answer, BASIC, Harness, RETURN_TO};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn world() -> Harness {
    Harness::with_more(&format!(
        r#"
[[clients]]
client_id = "player"
grants = ["device_code", "refresh_token"]
authentication = "none"
scopes = ["openid", "{BASIC}"]

[[clients]]
client_id = "short"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}"]

[[clients]]
client_id = "reader"
grants = ["authorization_code", "refresh_token"]
redirect_uris = ["{RETURN_TO}"]
authentication = "none"
scopes = ["openid", "{BASIC}"]
"#
    ))
    .await
}

/// What may be shown again, by whom.
struct Shown {
    prover: Prover,
    form: Vec<(&'static str, String)>,
}

impl Shown {
    fn device(client: &str, code: &str) -> Self {
        Self::with([("client_id", client), ("grant_type", DEVICE_GRANT), ("device_code", code)])
    }

    fn with<const N: usize>(form: [(&'static str, &str); N]) -> Self {
        let form = form.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        Self { prover: Prover::new(), form }
    }

    fn form(&self) -> Vec<(&str, &str)> {
        self.form.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    async fn show(&mut self, world: &Harness) -> Answer {
        let form = self.form.clone();
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.prover.post(world, "/token", &form).await
    }

    async fn shown_by(&self, prover: &mut Prover, world: &Harness) -> Answer {
        prover.post(world, "/token", &self.form()).await
    }

    async fn tokens(&mut self, world: &Harness) -> Value {
        let answer = self.show(world).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn refused(&mut self, world: &Harness) {
        let answer = self.show(world).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (StatusCode::BAD_REQUEST, &"invalid_grant".into())
        );
    }

    async fn refresh(&mut self, world: &Harness, tokens: &Value) -> Answer {
        let client = self.form.iter().find(|(name, _)| *name == "client_id").unwrap().1.clone();
        let token = tokens["refresh_token"].as_str().unwrap();
        let form = [("client_id", &*client), ("grant_type", "refresh_token"), ("refresh_token", token)];
        self.prover.post(world, "/token", &form).await
    }
}

async fn device(world: &Harness, client: &str) -> Shown {
    Shown::device(client, &approved(world, client, &[]).await)
}

async fn application(world: &Harness) -> Shown {
    let code = code(world, &request(&[("client_id", "reader"), ("scope", &format!("openid {BASIC}"))])).await;
    Shown::with([
        ("client_id", "reader"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", RETURN_TO),
        ("code_verifier", VERIFIER),
    ])
}

/// Whether its access token is known.
async fn is_alive(world: &Harness, tokens: &Value) -> bool {
    let digest = Digest::of(tokens["access_token"].as_str().unwrap().as_bytes());
    world.store().access_token(&digest).await.unwrap().is_some()
}

#[tokio::test]
async fn req_21_13_who_proves_the_same_key_gets_a_lost_answer_again() {
    let world = world().await;
    for by_device in [true, false] {
        let mut shown = if by_device { device(&world, "player").await } else { application(&world).await };
        let first = shown.tokens(&world).await;
        world.clock.advance(Duration::from_secs(59));
        let second = shown.tokens(&world).await;
        assert_ne!(first["access_token"], second["access_token"]);
        for same in ["token_type", "scope"] {
            assert_eq!(first[same], second[same]);
        }
        assert_eq!(first.get("id_token").is_some(), second.get("id_token").is_some());
        // One family: the first refresh token is nobody's any more, the second one works.
        assert_eq!(shown.refresh(&world, &first).await.json()["error"], "invalid_grant");
        assert!(is_alive(&world, &second).await);
        let next = shown.refresh(&world, &second).await;
        assert_eq!(next.status, StatusCode::OK, "{}", next.text);
        // Who has exchanged the refresh token has heard the answer: showing the code again ends the family.
        shown.refused(&world).await;
        for tokens in [&first, &second, &next.json()] {
            assert!(!is_alive(&world, tokens).await);
        }
    }
}

#[tokio::test]
async fn req_21_13_without_a_refresh_token_the_access_token_comes_again() {
    let world = world().await;
    let mut shown = device(&world, "short").await;
    let (first, second) = (shown.tokens(&world).await, shown.tokens(&world).await);
    assert!(is_alive(&world, &first).await && is_alive(&world, &second).await);
    assert_eq!(second.get("refresh_token"), None);
}

#[tokio::test]
async fn req_21_13_after_a_minute_or_without_that_key_the_family_ends() {
    let world = world().await;
    for by_device in [true, false] {
        let mut shown = if by_device { device(&world, "player").await } else { application(&world).await };
        let tokens = shown.tokens(&world).await;
        world.clock.advance(Duration::from_secs(60));
        shown.refused(&world).await;
        assert!(!is_alive(&world, &tokens).await);
    }
    for mut shown in [device(&world, "player").await, application(&world).await] {
        let tokens = shown.tokens(&world).await;
        Shown { prover: Prover::new(), form: shown.form.clone() }.refused(&world).await;
        assert!(!is_alive(&world, &tokens).await, "another key");
    }
    for shown in [device(&world, "player").await, application(&world).await] {
        let form = shown.form();
        let tokens = world.post_form("/token", &form).await.json();
        assert_eq!(world.post_form("/token", &form).await.json()["error"], "invalid_grant");
        assert!(!is_alive(&world, &tokens).await, "no key, no second answer");
    }
}

#[tokio::test]
async fn req_21_13_a_lost_refresh_is_answered_again_for_the_same_key() {
    let world = world().await;
    let mut shown = device(&world, "player").await;
    let first = shown.tokens(&world).await;
    let lost = shown.refresh(&world, &first).await.json();
    world.clock.advance(Duration::from_secs(59));
    let again = shown.refresh(&world, &first).await.json();
    assert!(is_alive(&world, &lost).await && is_alive(&world, &again).await);
    // One refresh token is alive: the one that came last.
    let next = shown.refresh(&world, &again).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.text);
    assert_eq!(shown.refresh(&world, &lost).await.json()["error"], "invalid_grant");
    assert!(!is_alive(&world, &next.json()).await, "a token that was used before ends the family");
}

#[tokio::test]
async fn req_21_13_a_refresh_is_not_answered_again_after_a_minute_nor_without_a_key() {
    let world = world().await;
    let mut shown = device(&world, "player").await;
    let first = shown.tokens(&world).await;
    let second = shown.refresh(&world, &first).await.json();
    // The minute begins with the first time, not with the last.
    world.clock.advance(Duration::from_secs(40));
    let third = shown.refresh(&world, &first).await.json();
    world.clock.advance(Duration::from_secs(20));
    assert_eq!(shown.refresh(&world, &first).await.json()["error"], "invalid_grant");
    assert!(!is_alive(&world, &second).await && !is_alive(&world, &third).await);

    let mut shown = device(&world, "player").await;
    let first = shown.tokens(&world).await;
    let second = shown.refresh(&world, &first).await.json();
    shown.prover = Prover::new();
    assert_eq!(shown.refresh(&world, &first).await.json()["error"], "invalid_grant");
    assert!(!is_alive(&world, &second).await, "another key");
}

/// The same request twice at the same time, each with a proof of its own.
async fn at_once(world: &Harness, prover: &mut Prover, form: &[(&'static str, String)]) -> [Value; 2] {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let proofs = [(); 2].map(|()| prover.proof(world, "POST", "/token", None));
    let proofs = [[proofs[0].as_str()], [proofs[1].as_str()]];
    let (one, two) = tokio::join!(
        dpop::post(world, "/token", &form, &proofs[0]),
        dpop::post(world, "/token", &form, &proofs[1])
    );
    [one, two].map(|answer| {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    })
}

#[tokio::test]
async fn req_21_13_what_comes_twice_at_once_leaves_one_family() {
    let world = world().await;
    let mut shown = device(&world, "player").await;
    // From here on the nonce is known, and each request is one.
    Shown::device("player", "unknown").shown_by(&mut shown.prover, &world).await;
    let tokens = at_once(&world, &mut shown.prover, &shown.form.clone()).await;
    for tokens in &tokens {
        assert!(is_alive(&world, tokens).await);
    }
    let [one, two] = [shown.refresh(&world, &tokens[0]).await, shown.refresh(&world, &tokens[1]).await];
    let working = if one.status == StatusCode::OK { one } else { two };
    assert_eq!(working.status, StatusCode::OK, "{}", working.text);

    let token = working.json()["refresh_token"].as_str().unwrap().to_owned();
    let refresh = [("client_id", "player"), ("grant_type", "refresh_token"), ("refresh_token", &*token)];
    let refresh = refresh.map(|(name, value)| (name, value.to_owned()));
    let tokens = at_once(&world, &mut shown.prover, &refresh).await;
    let held = tokens.each_ref().map(|tokens| {
        RefreshToken::read(Secret::received(tokens["refresh_token"].as_str().unwrap())).unwrap()
    });
    let family = world.store().family_by_lineage(&held[0].lineage()).await.unwrap().unwrap();
    let current = family.refresh().unwrap().current;
    let alive = held.iter().filter(|token| token.digest() == current).count();
    assert_eq!(alive, 1, "of two answers to one refresh token one holds the living one");
}
