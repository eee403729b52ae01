//! Client assertions (RFC 7523 section 3, as narrowed by RFC 9700 section 2.5): a short-lived JWT by which
//! a client proves that it holds its private key.
//!
//! ```text
//! UnverifiedAssertion::parse --verify(its keys)--> ClientAssertion --(its jti was never seen)--> the client
//! ```

use std::time::Duration;

use serde_json::{Map, Value};

use crate::base::json::Bounds;
use crate::base::media_type::is_typ;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;
use crate::jose::jws::{JwsFault, UnverifiedJws};
use crate::jose::key_set::{KeySet, NoKey};

/// `client_assertion_type` (RFC 7523 section 2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far a client's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(60);
/// The longest `jti` and identifier, in bytes.
const MAX_NAME_BYTES: usize = 256;
/// `typ` of the header (RFC 7519 section 5.1; draft-ietf-oauth-rfc7523bis section 4).
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
const BOUNDS: Bounds = Bounds { bytes: 4096, depth: 4, members: 64 };

/// What the operator demands of assertions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionPolicy {
    /// Our issuer identifier, the right `aud`.
    pub issuer: String,
    /// The address of our token endpoint, where `accept_token_endpoint_audience` says so.
    pub token_endpoint: Option<String>,
    /// How far ahead `exp` may lie: so long a used `jti` is remembered.
    pub longest_lifetime: Duration,
}

/// An assertion that nobody has verified yet: good for looking up whose keys to ask for.
#[derive(Debug)]
pub struct UnverifiedAssertion<'a> {
    jws: UnverifiedJws<'a>,
    client_id: String,
}

/// An assertion that its client signed, for us, not long ago. Whether it was used before, the store knows.
#[derive(Debug)]
pub struct ClientAssertion {
    client_id: String,
    jti: Digest,
    expires_at: Timestamp,
}

/// Why an assertion proves nothing. For our log; strangers hear `invalid_client`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum AssertionFault {
    /// Not a signed JWT, or its signature does not hold.
    #[error(transparent)]
    Jws(#[from] JwsFault),
    /// A JWT of another kind.
    #[error("the `typ` is not one of a client assertion")]
    Type,
    /// `iss` and `sub` are not one client identifier.
    #[error("`iss` and `sub` must both be the client_id")]
    Client,
    /// None of the client's keys.
    #[error(transparent)]
    Key(#[from] NoKey),
    #[error(
        "`aud` must be the issuer identifier of this server alone; the address of the token endpoint counts only with client_assertions.accept_token_endpoint_audience"
    )]
    Audience,
    /// No `exp`, past it, or too far ahead.
    #[error("`exp` is missing, past, or further ahead than client_assertions.longest_lifetime")]
    Expiry,
    /// `nbf` or `iat` lie ahead, or are no times.
    #[error("`nbf` or `iat` lie ahead, or are no times")]
    NotYet,
    /// RS256, from a client that is registered without it.
    #[error("RS256 is not accepted of this client")]
    Rs256,
    /// No `jti`, or an endless one.
    #[error("`jti` must be text of 1 to {MAX_NAME_BYTES} bytes")]
    Jti,
}

impl AssertionFault {
    /// Whether it is about what the client's own key has signed: then whoever hears of it holds that key.
    pub fn is_of_the_signed_claims(&self) -> bool {
        matches!(self, Self::Audience | Self::Expiry | Self::NotYet | Self::Jti)
    }
}

impl<'a> UnverifiedAssertion<'a> {
    /// Splits and bounds the JWT, and reads whose it claims to be.
    ///
    /// # Errors
    /// [`AssertionFault`]
    pub fn parse(text: &'a str) -> Result<Self, AssertionFault> {
        let jws = UnverifiedJws::parse(text, &BOUNDS)?;
        // Explicit types keep other JWTs of the client out (RFC 8725 section 3.11); most clients send none.
        let ours = |typ: &str| TYPES.iter().any(|known| is_typ(typ, known));
        if !jws.typ().is_none_or(ours) {
            return Err(AssertionFault::Type);
        }
        let name = |claim: &str| jws.unverified_claim(claim).and_then(Value::as_str);
        let client_id = match (name("iss"), name("sub")) {
            (Some(issuer), Some(subject)) if issuer == subject && issuer.len() <= MAX_NAME_BYTES => {
                issuer.to_owned()
            }
            _ => return Err(AssertionFault::Client),
        };
        Ok(Self { jws, client_id })
    }

    /// Who it claims to be.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The name of the key that signed it.
    pub fn kid(&self) -> Option<&str> {
        self.jws.kid()
    }

    /// Whether it is signed with RS256.
    pub fn is_rs256(&self) -> bool {
        self.jws.algorithm() == Algorithm::Rs256
    }

    /// Verifies it with the keys of the client it names.
    ///
    /// # Errors
    /// [`AssertionFault`]
    pub fn verify(
        self,
        keys: &KeySet,
        policy: &AssertionPolicy,
        now: Timestamp,
    ) -> Result<ClientAssertion, AssertionFault> {
        let keys = keys.candidates(self.jws.kid(), self.jws.algorithm())?;
        let (verified, _key) = self.jws.verify_by_any(&keys)?;
        let claims = verified.into_payload();
        if !policy.is_audience(claims.get("aud")) {
            return Err(AssertionFault::Audience);
        }
        let expires_at = time(&claims, "exp").ok().flatten().ok_or(AssertionFault::Expiry)?;
        if now >= expires_at || expires_at > now.plus(policy.longest_lifetime) {
            return Err(AssertionFault::Expiry);
        }
        for name in ["nbf", "iat"] {
            if time(&claims, name)?.is_some_and(|at| at > now.plus(SKEW)) {
                return Err(AssertionFault::NotYet);
            }
        }
        let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default();
        if jti.is_empty() || jti.len() > MAX_NAME_BYTES {
            return Err(AssertionFault::Jti);
        }
        let jti = Digest::of(format!("{}\0{jti}", self.client_id).as_bytes());
        Ok(ClientAssertion { client_id: self.client_id, jti, expires_at })
    }
}

impl ClientAssertion {
    /// Who signed it.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Digest of client and `jti`: no second assertion may have the same.
    pub fn jti(&self) -> &Digest {
        &self.jti
    }

    /// From this second on it is dead by itself.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl AssertionPolicy {
    /// One audience, as text or as the only element of a list: what is meant for others too could be
    /// brought here by them.
    fn is_audience(&self, aud: Option<&Value>) -> bool {
        let only = match aud {
            Some(Value::Array(list)) if list.len() == 1 => list.first(),
            other => other,
        };
        let ours = |text: &str| text == self.issuer || self.token_endpoint.as_deref() == Some(text);
        only.and_then(Value::as_str).is_some_and(ours)
    }
}

/// A NumericDate in whole or broken seconds; `None` when there is none.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, AssertionFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            #[expect(clippy::cast_possible_truncation, reason = "stops at the ends of time, which is meant")]
            let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
            seconds.map(|seconds| Some(Timestamp::from_unix(seconds))).ok_or(AssertionFault::NotYet)
        }
    }
}

#[cfg(test)]
mod tests;
