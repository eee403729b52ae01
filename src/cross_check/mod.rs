//! The cross-check (`verification.cross_check`): sd-jwt-rs verifies once more what our own core
//! accepted, with the key that our core chose. It implements an older draft and panics on hostile
//! input, so it is asked about presentations within its profile only, never about anything that our
//! core has not bounded and accepted before, and a panic of it is an answer like any other.

mod profile;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use sd_jwt_rs::{SDJWTSerializationFormat, SDJWTVerifier};
use serde_json::{Map, Value};

use crate::flow::ports::{CrossChecker, Disagreement, Opinion};
use vpgate_core::base::time::Timestamp;
use vpgate_core::credential::Authentic;
use vpgate_core::jose::jwk::PublicKey;

/// sd-jwt-rs 0.7 as a [`CrossChecker`]. It asks the system what time it is, whatever our clock says.
#[derive(Clone, Copy, Debug)]
pub struct SdJwtRs;

impl CrossChecker for SdJwtRs {
    fn on(&self, accepted: &Authentic, audience: &str, nonce: &str, now: Timestamp) -> Opinion {
        let Some(evidence) = accepted.sd_jwt() else {
            return Opinion::NotAsked("the second library reads SD-JWT VC only");
        };
        if let Err(why) = profile::check(evidence, now) {
            return Opinion::NotAsked(why);
        }
        compare(evidence.received(), evidence.issuer_key(), accepted.claims(), audience, nonce)
    }
}

fn compare(
    presentation: &str,
    issuer_key: &PublicKey,
    claims: &Map<String, Value>,
    audience: &str,
    nonce: &str,
) -> Opinion {
    // Nothing outside is touched, so nothing can be left half done.
    let answer = catch_unwind(AssertUnwindSafe(|| verify(presentation, issuer_key, audience, nonce)));
    match answer {
        Ok(Ok(found)) if found.as_object() == Some(claims) => Opinion::Agrees,
        Ok(Ok(_)) => Opinion::Disagrees(Disagreement::OtherClaims),
        Ok(Err(name)) => Opinion::Disagrees(Disagreement::Refuses(name)),
        Err(_) => Opinion::Disagrees(Disagreement::Panics),
    }
}

/// The claims that sd-jwt-rs finds, or the name of its error.
fn verify(
    presentation: &str,
    issuer_key: &PublicKey,
    audience: &str,
    nonce: &str,
) -> Result<Value, &'static str> {
    let jwk: Jwk = serde_json::from_value(issuer_key.to_jwk()).map_err(|_| "IssuerKey")?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| "IssuerKey")?;
    let verified = SDJWTVerifier::new(
        presentation.to_owned(),
        Box::new(move |_, _| key.clone()),
        Some(audience.to_owned()),
        Some(nonce.to_owned()),
        SDJWTSerializationFormat::Compact,
    );
    verified.map(|verifier| verifier.verified_claims).map_err(Into::into)
}

#[cfg(test)]
mod tests;
