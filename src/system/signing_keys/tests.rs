use std::fs;

use super::*;
use crate::system::held_key::JWK;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::signing::SigningKey;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

fn plan(algorithms: &[Algorithm]) -> KeyPlan {
    KeyPlan { role: KeyRole::Tokens, algorithms: algorithms.to_vec(), longest_lifetime: HOUR, module: None }
}

fn es256() -> KeyPlan {
    plan(&[Algorithm::Es256])
}

fn after(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn sign(signer: &TokenSigner, algorithm: Algorithm, now: Timestamp) -> String {
    let claims = Map::from_iter([("sub".to_owned(), Value::from("x"))]);
    signed(signer, algorithm, &claims, now).unwrap()
}

/// A key that is here signs at once.
fn signed(
    signer: &TokenSigner,
    algorithm: Algorithm,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<String, Unavailable> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(signer.sign(algorithm, "at+jwt", claims, now))
}

/// Whether the JWKS of `now` checks `token`.
fn checks(signer: &TokenSigner, token: &str, now: Timestamp) -> bool {
    let jws = UnverifiedJws::parse(token, &JWK).unwrap();
    let published = KeySet::from_json(&signer.jwks(now)).unwrap();
    let key = published.find(jws.kid(), jws.algorithm());
    key.is_some_and(|key| UnverifiedJws::parse(token, &JWK).unwrap().verify(key).is_ok())
}

fn kid(token: &str) -> String {
    UnverifiedJws::parse(token, &JWK).unwrap().kid().unwrap().to_owned()
}

#[test]
fn req_11_58_each_algorithm_signs_with_a_published_key_without_private_members() {
    let all = [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256, Algorithm::EdDsa];
    let signer = TokenSigner::in_memory(&plan(&all)).unwrap();
    for algorithm in all {
        let token = sign(&signer, algorithm, NOW);
        assert_eq!(UnverifiedJws::parse(&token, &JWK).unwrap().algorithm(), algorithm);
        assert!(checks(&signer, &token, NOW), "{algorithm}");
    }
    let jwks = signer.jwks(NOW);
    for key in jwks["keys"].as_array().unwrap() {
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        assert!(key["kid"].is_string());
    }
    assert!(signed(&signer, Algorithm::Es384, &Map::new(), NOW).is_err());
}

#[test]
fn req_11_58_a_rotation_leaves_no_token_unverifiable() {
    let folder = tempfile::tempdir().unwrap();
    // Two replicas that run all the time.
    let replicas = [(); 2].map(|()| TokenSigner::in_folder(folder.path(), &es256()).unwrap());
    let old = sign(&replicas[0], Algorithm::Es256, NOW);
    TokenSigner::rotate(folder.path(), &es256(), NOW).unwrap();
    // Published long before it signs, on every replica, without a restart.
    for replica in &replicas {
        assert_eq!(replica.jwks(after(30))["keys"].as_array().unwrap().len(), 2);
        assert_eq!(kid(&sign(replica, Algorithm::Es256, after(599))), kid(&old));
    }
    let new = sign(&replicas[0], Algorithm::Es256, after(600));
    assert_ne!(kid(&new), kid(&old));
    for (second, published) in [(600, true), (600 + 3_599, true), (600 + 3_600, false)] {
        for replica in &replicas {
            assert_eq!(checks(replica, &old, after(second)), published, "{second}");
            assert!(checks(replica, &new, after(second)));
        }
    }
}

#[test]
fn a_rotation_under_way_is_not_repeated_and_dead_keys_are_removed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let states = |at| {
        let keys = TokenSigner::rotate(folder.path(), &es256(), at).unwrap();
        keys.iter().map(|key| key.state).collect::<Vec<_>>()
    };
    assert_eq!(states(NOW), [KeyState::Signing, KeyState::Next]);
    assert_eq!(states(after(599)), [KeyState::Signing, KeyState::Next]);
    let old = KeyState::Old(after(600 + 3_600));
    assert_eq!(states(after(700)), [old, KeyState::Signing, KeyState::Next]);
    let late = states(after(100_000));
    assert_eq!(late, [KeyState::Dead, KeyState::Dead, KeyState::Signing, KeyState::Next]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_new_algorithm_gets_a_key_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    TokenSigner::in_folder(folder.path(), &es256()).unwrap();
    let both = plan(&[Algorithm::Es256, Algorithm::EdDsa]);
    let signer = TokenSigner::in_folder(folder.path(), &both).unwrap();
    assert!(checks(&signer, &sign(&signer, Algorithm::EdDsa, NOW), NOW));
    assert_eq!(signer.list(NOW).len(), 2);
}

#[test]
fn a_broken_or_foreign_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    TokenSigner::in_folder(folder.path(), &es256()).unwrap();
    let path = folder.path().join("signing.ES256.0.jwk");
    let other = SigningKey::generate(Algorithm::EdDsa).unwrap().to_private_jwk().to_string();
    for text in ["", "{}", &other] {
        fs::write(&path, text).unwrap();
        assert!(TokenSigner::in_folder(folder.path(), &es256()).is_err(), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_folder_that_goes_away_takes_no_key_along() {
    let folder = tempfile::tempdir().unwrap();
    let signer = TokenSigner::in_folder(folder.path(), &es256()).unwrap();
    let token = sign(&signer, Algorithm::Es256, NOW);
    folder.close().unwrap();
    assert!(checks(&signer, &token, after(60)));
    assert_eq!(kid(&sign(&signer, Algorithm::Es256, after(120))), kid(&token));
}

fn imported(folder: &Path, text: &[u8], from: Timestamp) -> Result<Vec<KeyListing>, NoSigningKeys> {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("key");
    private_file::make(&file, text).unwrap();
    TokenSigner::import(folder, &es256(), &file, (from, NOW))
}

#[test]
fn a_key_from_elsewhere_is_published_first_and_then_signs() {
    let folder = tempfile::tempdir().unwrap();
    let signer = TokenSigner::in_folder(folder.path(), &es256()).unwrap();
    let before = sign(&signer, Algorithm::Es256, NOW);
    let theirs = SigningKey::generate(Algorithm::Es256).unwrap();
    let text = theirs.to_private_jwk().to_string();
    let listed = imported(folder.path(), text.as_bytes(), after(600)).unwrap();
    assert_eq!(listed.iter().map(|key| key.state).collect::<Vec<_>>(), [KeyState::Signing, KeyState::Next]);
    assert_eq!(signer.jwks(after(60))["keys"].as_array().unwrap().len(), 2);
    assert_eq!(kid(&sign(&signer, Algorithm::Es256, after(599))), kid(&before));
    let token = sign(&signer, Algorithm::Es256, after(600));
    assert_eq!(kid(&token), theirs.kid());
    assert!(checks(&signer, &token, after(600)) && checks(&signer, &before, after(600)));
    let again = imported(folder.path(), text.as_bytes(), after(900));
    assert!(matches!(again, Err(NoSigningKeys::Known(kid)) if kid == theirs.kid()));
    // Never in the place of another key.
    let other = SigningKey::generate(Algorithm::Es256).unwrap().to_private_jwk().to_string();
    assert!(matches!(imported(folder.path(), other.as_bytes(), after(600)), Err(NoSigningKeys::File(_))));
}

#[test]
fn what_signs_nothing_here_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let other = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let public = KeySet::of(vec![other.public_key().clone()]).to_json()["keys"][0].to_string();
    for (text, why) in [
        (other.to_private_jwk().to_string(), "nothing is signed with EdDSA here, only with ES256"),
        (public, "holds no private key"),
        ("{}".to_owned(), "holds no private key"),
        ("-----BEGIN CERTIFICATE-----".to_owned(), "holds no private key"),
        (String::new(), "holds no private key"),
    ] {
        let refused = imported(folder.path(), text.as_bytes(), NOW).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
    }
}
