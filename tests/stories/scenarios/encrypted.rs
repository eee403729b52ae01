//! Encrypted answers that are wrong in one way, at the endpoint and not only in the core behind it: refused in
//! one word, in little time, and the right answer still counts.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm;
use josekit::jwe::{ECDH_ES, ECDH_ES_A128KW, JweHeader, serialize_compact};
use josekit::jwk::Jwk;
use poem::http::StatusCode;
use serde_json::{Map, Value, json};
use vpgate_core::jose::jwe::{ContentEncryption, EncryptionKey, RecipientKey};
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};

use crate::scenarios::posting::{PostingWallet, redirect_uri};
use crate::scenarios::shop::request;
use vpgate_test_support::harness::{Answer, Harness};

/// The longest body that is read (`http/middleware/body.rs`).
const MOST: usize = 3 << 20;
/// What a refusal may cost in a debug build on a busy machine.
const ORDINARY: Duration = Duration::from_secs(2);

fn with_part(jwe: &str, index: usize, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut parts: Vec<String> = jwe.split('.').map(str::to_owned).collect();
    let mut bytes = URL_SAFE_NO_PAD.decode(&parts[index]).unwrap();
    change(&mut bytes);
    parts[index] = URL_SAFE_NO_PAD.encode(bytes);
    parts.join(".")
}

/// What a wallet that follows other rules would send: whole, to the right key, and readable by who allows it.
fn made(
    asked: &VpRequest,
    payload: &str,
    algorithm: &EcdhEsJweAlgorithm,
    change: impl FnOnce(&mut JweHeader),
) -> String {
    let published = asked.answer_key.as_ref().unwrap();
    let mut point = Jwk::new("EC");
    for name in ["crv", "x", "y"] {
        point.set_parameter(name, Some(published[name].clone())).unwrap();
    }
    let mut header = JweHeader::new();
    header.set_content_encryption("A128GCM");
    header.set_key_id(published["kid"].as_str().unwrap());
    change(&mut header);
    serialize_compact(payload.as_bytes(), &header, &algorithm.encrypter_from_jwk(&point).unwrap()).unwrap()
}

/// The tag does not cover the new header: where a rule is missing, decryption is what fails.
fn with_header(jwe: &str, name: &str, value: &Value) -> String {
    with_part(jwe, 0, |bytes| {
        let mut header: Map<String, Value> = serde_json::from_slice(bytes).unwrap();
        header.insert(name.to_owned(), value.clone());
        *bytes = Value::Object(header).to_string().into_bytes();
    })
}

/// An answer that is wrong in one way, and the words in which the report says so.
struct Wrong {
    name: String,
    why: &'static str,
    text: String,
}

fn wrong(jwe: &str, payload: &str, asked: &VpRequest) -> Vec<Wrong> {
    let mut all = Vec::new();
    let mut add = |name: &str, why, text| all.push(Wrong { name: name.to_owned(), why, text });
    for length in [0, 4, 12, 15, 17] {
        add(
            &format!("a tag of {length}"),
            "tag has the wrong length",
            with_part(jwe, 4, |tag| tag.resize(length, 0)),
        );
    }
    for length in [0, 1, 8, 11, 13, 16] {
        add(
            &format!("an IV of {length}"),
            "vector has the wrong length",
            with_part(jwe, 2, |iv| iv.resize(length, 0)),
        );
    }
    for (name, value, why) in [
        ("zip", "DEF", "compressed content"),
        ("enc", "A128CBC-HS256", "`enc` is not one"),
        ("enc", "A192GCM", "`enc` is not one"),
        ("kid", "another", "`kid` does not name"),
    ] {
        let honest = made(asked, payload, &ECDH_ES, |header| {
            header.set_claim(name, Some(value.into())).unwrap();
        });
        add(&format!("an honest {name} {value}"), why, honest);
    }
    let critical = |header: &mut JweHeader| header.set_critical(&vec!["exp"]);
    add("an honest crit", "an extension (`crit`)", made(asked, payload, &ECDH_ES, critical));
    let unnamed = |header: &mut JweHeader| header.set_claim("kid", None).unwrap();
    add("no kid", "`kid` does not name", made(asked, payload, &ECDH_ES, unnamed));
    add("an honest wrapped key", "`alg` is not ECDH-ES", made(asked, payload, &ECDH_ES_A128KW, |_| {}));
    add("a changed tag", "cannot be decrypted", with_part(jwe, 4, |tag| tag[0] ^= 1));
    add("a changed ciphertext", "cannot be decrypted", with_part(jwe, 3, |text| text[0] ^= 1));
    for (name, value, why) in [
        ("alg", json!("RSA-OAEP"), "`alg` is not ECDH-ES"),
        ("alg", json!("dir"), "`alg` is not ECDH-ES"),
        ("alg", json!("none"), "`alg` is not ECDH-ES"),
        ("enc", json!("A128GCM"), "cannot be decrypted"),
        ("epk", json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}), "`epk` is not a public key"),
        ("epk", json!({"kty": "OKP", "crv": "X25519", "x": "AA"}), "`epk` is not a public key"),
    ] {
        add(&format!("{name} {value}"), why, with_header(jwe, name, &value));
    }
    // Whole and honest, and for a key or under a name that is not that of this request.
    let stranger = EncryptionKey::generate().unwrap();
    let to = |key: &RecipientKey| {
        key.encrypt(payload.as_bytes(), ContentEncryption::A256Gcm, &Map::new()).unwrap()
    };
    add("to a foreign key", "`kid` does not name", to(stranger.public_key()));
    let mut renamed = asked.answer_key.clone().unwrap();
    renamed["kid"] = "another".into();
    add("under a foreign kid", "`kid` does not name", to(&RecipientKey::from_jwk(&renamed).unwrap()));
    add("a JWS", "five parts", jwe.splitn(4, '.').take(3).collect::<Vec<_>>().join("."));
    add("no JWE", "five parts", "not-encrypted".to_owned());
    all
}

fn is_refused(name: &str, answer: &Answer, took: Duration) {
    let told = (answer.status, answer.json());
    assert_eq!(told, (StatusCode::BAD_REQUEST, json!({"error": "invalid_request"})), "{name}");
    assert!(took < ORDINARY, "{name}: {took:?}");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long it really takes is what is tested")]
async fn req_2_31_to_2_33_an_encrypted_answer_that_is_wrong_in_one_way_is_refused_at_the_door() {
    let world = Harness::posting(ResponseMode::DirectPostJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let asks = async |browser: &mut vpgate_test_support::browser::Browser<'_>| {
        let begun = world.begin(&request(&[])).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        (begun, wallet.opened_by(&page).await)
    };
    let count = {
        let (_, asked) = asks(&mut browser).await;
        let payload = json!({"state": asked.state});
        wrong(&wallet.encrypted(&asked, &payload), &payload.to_string(), &asked).len()
    };
    for index in 0..count {
        let (begun, asked) = asks(&mut browser).await;
        let vp_token: Value = serde_json::from_str(&wallet.vp_token(&asked)).unwrap();
        let payload = json!({"vp_token": vp_token, "state": asked.state});
        let jwe = wallet.encrypted(&asked, &payload);
        let Wrong { name, why, text } = wrong(&jwe, &payload.to_string(), &asked).swap_remove(index);
        let started = Instant::now();
        is_refused(&name, &wallet.post(&asked, &[("response", &text)]).await, started.elapsed());
        assert_eq!(world.collect(&begun, None).await.1["status"], "pending", "{name}");
        // By the same hand, with nothing wrong.
        let right = if index % 2 == 0 { jwe } else { made(&asked, &payload.to_string(), &ECDH_ES, |_| {}) };
        redirect_uri(&wallet.post(&asked, &[("response", &right)]).await);

        // The caller, and nobody else, is told why: it was that fault, and not another one behind it.
        let (begun, asked) = asks(&mut browser).await;
        let payload = json!({"vp_token": vp_token, "state": asked.state});
        let jwe = wallet.encrypted(&asked, &payload);
        let text = wrong(&jwe, &payload.to_string(), &asked).swap_remove(index).text;
        for _ in 0..5 {
            wallet.post(&asked, &[("response", &text)]).await;
        }
        let (_, result) = world.collect(&begun, None).await;
        assert_eq!(result["report"]["reason"], "response_encryption", "{name}: {result}");
        assert!(result["report"].to_string().contains(why), "{name}: {result}");
    }
}

/// As long as a body may be: an answer that decrypts, and one that does not.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long it really takes is what is tested")]
async fn req_2_19_the_longest_encrypted_answer_takes_ordinary_time() {
    let world = Harness::posting(ResponseMode::DirectPostJwt).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    let begun = world.begin(&request(&[])).await;
    let asked = wallet.opened_by(&browser.open(begun["start_url"].as_str().unwrap()).await).await;
    let room = MOST - "response=".len();
    // Four characters for three bytes, after header, IV and tag.
    let filler = |length: usize| json!({"state": asked.state, "filler": "x".repeat(length)});
    let overhead = wallet.encrypted(&asked, &filler(0)).len();
    let longest = wallet.encrypted(&asked, &filler((room - overhead) / 4 * 3));
    assert!(longest.len() <= room && longest.len() + 8 > room, "{} of {room}", longest.len());
    for (name, text) in
        [("changed", with_part(&longest, 4, |tag| tag[0] ^= 1)), ("holds no presentation", longest)]
    {
        let started = Instant::now();
        is_refused(name, &wallet.post(&asked, &[("response", &text)]).await, started.elapsed());
    }
    redirect_uri(&wallet.share(&asked).await);
}
