//! What clients and people prove with.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};
use url::{Host, Url};
use vpgate_core::base::base64url;
use vpgate_core::base::secret::{DigestKey, Secret};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::client_assertion::{AssertionPolicy, UnverifiedAssertion};
use vpgate_core::oauth::dpop::{self as proofs, NotProof};
use vpgate_core::oauth::user_code::{BASE20, UserCodeFormat, UserCodeFormats};

use super::{MADE, Seeds, holder_jwk};
use crate::builders::presentation::NOW;

const OURS: &str = "https://verify.example";
const TOKEN_URL: &str = "https://verify.example/token";

static NONCES: LazyLock<DigestKey> = LazyLock::new(|| DigestKey::new(&[7; 32]));

/// Header and payload of a DPoP proof, a line each, signed with the holder's key; `"#"` stands for that key,
/// for the nonce and for the hash of the token. A single line is a proof as it is sent. What is accepted keeps
/// every rule of RFC 9449 section 4.3, read here a second time.
pub fn dpop(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let token = Secret::received("token");
    let hash = base64url::encode(token.digest().as_bytes());
    let target = proofs::ProofTarget { method: "POST", url: TOKEN_URL, token: Some(&token) };
    let Some((header, payload)) = text.split_once('\n') else {
        let judged = proofs::verify(text, target, &NONCES, NOW);
        // Nobody but us knows the nonces.
        assert!(judged.is_err());
        return;
    };
    let header = header.replace("\"#\"", &holder_jwk().to_string());
    let nonce = proofs::nonce(&NONCES, NOW);
    let payload = payload
        .replace("\"nonce\":\"#\"", &format!("\"nonce\":\"{nonce}\""))
        .replace("\"ath\":\"#\"", &format!("\"ath\":\"{hash}\""));
    let proof = MADE.holder.sign(&header, &payload);
    let judged = proofs::verify(&proof, target, &NONCES, NOW);
    let again = proofs::verify(&proof, target, &NONCES, NOW);
    let kept = match (judged, again) {
        (Ok(one), Ok(two)) => {
            assert!(one.key == two.key && one.id == two.id);
            assert_eq!(one.key.as_str(), MADE.holder.key.public_key().thumbprint());
            true
        }
        (Err(one), Err(two)) => {
            assert_eq!(one, two);
            one == NotProof::Nonce
        }
        _ => panic!("two readings of one proof differ"),
    };
    if kept {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        follows_the_rules(&read(&header), &read(&payload), &hash);
    }
}

fn follows_the_rules(header: &Value, payload: &Value, hash: &str) {
    let typ = header["typ"].as_str().unwrap().to_ascii_lowercase();
    assert_eq!(typ.strip_prefix("application/").unwrap_or(&typ), "dpop+jwt");
    assert_eq!(header["alg"], "ES256");
    let jwk = holder_jwk();
    assert!(["kty", "crv", "x", "y"].iter().all(|name| header["jwk"][name] == jwk[name]));
    assert!(header["jwk"].get("d").is_none());
    assert_eq!((&payload["htm"], &payload["ath"]), (&json!("POST"), &json!(hash)));
    let shown = Url::parse(payload["htu"].as_str().unwrap()).unwrap();
    assert_eq!(
        (shown.scheme(), shown.host(), shown.path()),
        ("https", Some(Host::Domain("verify.example")), "/token")
    );
    assert_eq!((shown.username(), shown.password(), shown.port()), ("", None, None));
    assert!((payload["iat"].as_i64().unwrap() - NOW.unix()).abs() <= 300);
    assert!((1..=256).contains(&payload["jti"].as_str().unwrap().len()));
}

/// Header and payload of a client assertion, a line each, signed with the client's key. What is accepted keeps
/// every rule of RFC 7523 section 3, read here a second time.
pub fn client_assertion(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some((header, payload)) = text.split_once('\n') else {
        if let Ok(assertion) = UnverifiedAssertion::parse(text) {
            let _kid = assertion.kid();
        }
        return;
    };
    let keys = KeySet::of(vec![MADE.issuer.key.public_key().clone()]);
    let longest_lifetime = Duration::from_secs(600);
    let policy = AssertionPolicy {
        issuer: OURS.to_owned(),
        token_endpoint: Some(TOKEN_URL.to_owned()),
        longest_lifetime,
    };
    let text = MADE.issuer.sign(header, payload);
    let Ok(unverified) = UnverifiedAssertion::parse(&text) else { return };
    let Ok(assertion) = unverified.verify(&keys, &policy, NOW) else { return };
    let (header, payload): (Value, Value) =
        (serde_json::from_str(header).unwrap(), serde_json::from_str(payload).unwrap());
    assert_eq!(header["alg"], "ES256");
    assert!(header.get("kid").is_none_or(|kid| *kid == MADE.issuer.key.kid()));
    assert!(header.get("typ").is_none_or(|typ| typ.as_str().unwrap().to_ascii_lowercase().ends_with("jwt")));
    assert_eq!(
        (&payload["iss"], &payload["sub"]),
        (&json!(assertion.client_id()), &json!(assertion.client_id()))
    );
    let audience = match &payload["aud"] {
        Value::Array(list) if list.len() == 1 => &list[0],
        other => other,
    };
    assert!(*audience == OURS || *audience == TOKEN_URL);
    let (now, seconds) = (NOW.unix() as f64, |name: &str| payload.get(name).map(|it| it.as_f64().unwrap()));
    let exp = seconds("exp").unwrap();
    assert!(exp > now && exp < now + 601.0);
    assert!(["nbf", "iat"].iter().all(|name| seconds(name).is_none_or(|at| at < now + 61.0)));
    assert!((1..=256).contains(&payload["jti"].as_str().unwrap().len()));
    assert!(
        exp - assertion.expires_at().unix() as f64 >= 0.0
            && exp - (assertion.expires_at().unix() as f64) < 1.0
    );
}

/// What a person types as a user code; 64 bytes and more are entropy that one is drawn from. A code is one
/// whatever stands between its characters, and is shown so that it can be typed.
pub fn user_code(data: &[u8]) {
    let format = UserCodeFormat::default();
    let digits = UserCodeFormat::new("NUMERIC", 9).unwrap();
    let key = DigestKey::new(&[9; 32]);
    let drawn = data.first_chunk::<64>().and_then(|entropy| format.draw(entropy));
    if let Some(code) = &drawn {
        assert!(format.read(&code.shown()).as_ref() == Some(code), "what is shown can be typed");
    }
    let Ok(typed) = str::from_utf8(data) else { return };
    let formats = UserCodeFormats::new([&format, &digits]);
    let Some(code) = formats.read(typed) else { return };
    assert!(typed.chars().count() <= 64);
    assert!(!format!("{code:?}").contains(&code.shown()), "a code prints as nothing");
    let letters: String = code.shown().chars().filter(|letter| *letter != '-').collect();
    let kinds = [(BASE20, 8), ("0123456789", 9)];
    assert!(
        kinds
            .iter()
            .any(|(all, length)| letters.len() == *length && letters.chars().all(|it| all.contains(it)))
    );
    assert!(
        [&format, &digits].iter().filter(|format| format.read(typed).as_ref() == Some(&code)).count() == 1
    );
    for again in [code.shown(), letters.to_lowercase(), format!(" {} ", letters.replace("", "-"))] {
        let again = formats.read(&again).unwrap();
        assert!(again == code && again.digest(&key) == code.digest(&key));
    }
    // No character that was typed is lost but those between the others.
    let counted = typed.chars().filter(|c| c.is_alphanumeric()).count();
    assert!(counted >= letters.len());
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let now = NOW.unix();
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": "#"});
    let proof = json!({"htm": "POST", "htu": TOKEN_URL, "iat": now, "jti": "1", "nonce": "#", "ath": "#"});
    seeds.add("dpop", "good", format!("{header}\n{proof}"));
    let loose = json!({"htm": "POST", "htu": "HTTPS://Verify.example:443/token?a#b", "iat": now - 300, "jti": "2", "ath": "#"});
    seeds.add("dpop", "no-nonce", format!("{header}\n{loose}"));
    seeds.add("dpop", "sent", MADE.holder.sign(&header.to_string(), &proof.to_string()));
    let rsa = json!({"typ": "application/DPoP+jwt", "alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}});
    seeds.add("dpop", "rsa", format!("{rsa}\n{proof}"));
    let header = json!({"alg": "ES256", "typ": "client-authentication+jwt", "kid": MADE.issuer.key.kid()});
    let claims = json!({"iss": "web", "sub": "web", "aud": OURS, "exp": now + 60, "iat": now, "jti": "1"});
    seeds.add("client_assertion", "good", format!("{header}\n{claims}"));
    let claims = json!({"iss": "web", "sub": "web", "aud": [TOKEN_URL], "exp": now as f64 + 60.5, "nbf": now - 9, "jti": "2"});
    seeds.add("client_assertion", "list", format!("{}\n{claims}", json!({"alg": "ES256"})));
    seeds.add("client_assertion", "sent", MADE.issuer.sign(&header.to_string(), &claims.to_string()));
    seeds.add("user_code", "letters", "wdjb-mjht");
    seeds.add("user_code", "digits", " 123 456\u{2011}789 ");
    seeds.add("user_code", "wide", "\u{ff37}\u{ff24}\u{ff2a}\u{ff22}\u{200b}MJHT");
    seeds.add("user_code", "drawn", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmn");
}
