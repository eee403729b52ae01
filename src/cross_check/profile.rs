//! What sd-jwt-rs 0.7 (and jsonwebtoken 9 below it) can judge at all. Everything here is read from a
//! presentation that our own core accepted: it is well formed, bounded and authentic.

use std::time::Duration;

use serde_json::{Map, Value};

use vpgate_core::base::base64url;
use vpgate_core::base::time::Timestamp;
use vpgate_core::credential::SdJwtEvidence;
use vpgate_core::jose::alg::Algorithm;

/// A credential that expires sooner than this may be expired by one of two clocks only.
const SOON: Duration = Duration::from_secs(120);
/// What it cannot verify, or not by this name.
const UNKNOWN: [Algorithm; 2] = [Algorithm::Es512, Algorithm::Ed25519];
/// Header parameters that jsonwebtoken reads, and refuses when they are not as it expects. No key is
/// ever taken from them here.
const OTHER_PARAMETERS: [&str; 6] = ["cty", "jku", "jwk", "x5u", "x5t", "x5t#S256"];

/// Is `accepted`, judged at `now`, within the profile?
///
/// # Errors
/// Why not, as a sentence for the report.
pub(super) fn check(accepted: &SdJwtEvidence, now: Timestamp) -> Result<(), &'static str> {
    if accepted.received().ends_with('~') {
        return Err("the presentation has no key binding, which the second library is always asked about");
    }
    let (issuer_jwt, disclosures, key_binding_jwt) =
        split(accepted.received()).ok_or("the second library reads the compact form only")?;
    let is_unknown =
        |alg: Option<&Value>| UNKNOWN.iter().any(|unknown| alg.is_some_and(|alg| alg == unknown.name()));
    if is_unknown(accepted.issuer_key().to_jwk().get("alg"))
        || is_unknown(issuer_jwt.header.get("alg"))
        || is_unknown(key_binding_jwt.header.get("alg"))
    {
        return Err("the second library does not know ES512, nor the name Ed25519");
    }
    if is_unknown(issuer_jwt.payload.get("cnf").and_then(|cnf| cnf.get("jwk")?.get("alg"))) {
        return Err("the second library does not know what the holder's key says that it is for");
    }
    if [&issuer_jwt, &key_binding_jwt].iter().any(|jwt| !plain(&jwt.header)) {
        return Err("the second library does not understand a parameter of a JOSE header");
    }
    check_claims(&issuer_jwt.payload, now)?;
    if key_binding_jwt.payload.contains_key("exp") {
        return Err("the key-binding JWT has an `exp`, which the second library judges by another clock");
    }
    let empty = |value: &Value| holds_empty_array(value);
    if disclosures.iter().any(empty) || holds_empty_array(&Value::Object(issuer_jwt.payload)) {
        Err("the credential holds an empty array, which the second library refuses")
    } else {
        Ok(())
    }
}

fn check_claims(payload: &Map<String, Value>, now: Timestamp) -> Result<(), &'static str> {
    if !payload.get("iss").is_some_and(Value::is_string) {
        return Err("the credential has no `iss`, without which the second library panics");
    }
    match payload.get("exp").map(Value::as_i64) {
        None => return Err("the credential has no `exp`, without which the second library refuses it"),
        Some(Some(exp)) if Timestamp::from_unix(exp) > now.plus(SOON) => {}
        Some(_) => return Err("the credential expires so soon that two clocks may see it differently"),
    }
    if payload.contains_key("aud") {
        return Err("the credential has an `aud`, with which the second library refuses it");
    }
    if payload.get("_sd_alg").is_some_and(|alg| alg != "sha-256") {
        return Err("the second library knows sha-256 only");
    }
    Ok(())
}

struct Jwt {
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

impl Jwt {
    fn read(compact: &str) -> Option<Self> {
        let mut parts = compact.split('.').map(json);
        let (Value::Object(header), Value::Object(payload)) = (parts.next()??, parts.next()??) else {
            return None;
        };
        Some(Self { header, payload })
    }
}

/// The issuer-signed JWT, the Disclosures, the key-binding JWT.
fn split(presentation: &str) -> Option<(Jwt, Vec<Value>, Jwt)> {
    let mut parts = presentation.split('~');
    let (issuer_jwt, key_binding_jwt) = (Jwt::read(parts.next()?)?, Jwt::read(parts.next_back()?)?);
    Some((issuer_jwt, parts.map(json).collect::<Option<_>>()?, key_binding_jwt))
}

fn json(encoded: &str) -> Option<Value> {
    serde_json::from_slice(&base64url::decode(encoded).ok()?).ok()
}

fn plain(header: &Map<String, Value>) -> bool {
    let chain =
        header.get("x5c").map(|chain| chain.as_array().is_some_and(|c| c.iter().all(Value::is_string)));
    chain != Some(false) && !OTHER_PARAMETERS.iter().any(|name| header.contains_key(*name))
}

/// `_sd` may be empty: it is no claim.
fn holds_empty_array(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.is_empty() || elements.iter().any(holds_empty_array),
        Value::Object(members) => {
            members.iter().any(|(name, member)| name != "_sd" && holds_empty_array(member))
        }
        _ => false,
    }
}
