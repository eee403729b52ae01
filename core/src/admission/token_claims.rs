//! What a client's tokens say besides the registered claims (REQ-12.10 to REQ-12.13).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims_request::ClaimsRequest;
use super::client_claims::ClientClaims;
use super::scopes::Scopes;
use crate::openid4vp::dcql::ClaimsPath;

/// The longest value of a kept request parameter, in bytes.
pub const MAX_PARAMETER_BYTES: usize = 512;
/// The longest claim that is copied from a credential into a token, in bytes of JSON.
pub const MAX_CLAIM_BYTES: usize = 1024;

/// Names that say whose a token is, for whom, how long and by which proof: nobody else may set them
/// (RFC 7519 section 4.1, RFC 7662 section 2.2, RFC 7800, RFC 8693 section 4, RFC 9068 section 2.2,
/// RFC 9396 section 9.1, OpenID Connect Core 1.0 section 2, RFC 9901 section 4.1, Token Status List).
const REGISTERED: [&str; 34] = [
    "_sd",
    "_sd_alg",
    "...",
    "acr",
    "act",
    "active",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "authorization_details",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "events",
    "exp",
    "iat",
    "iss",
    "jti",
    "may_act",
    "nbf",
    "nonce",
    "s_hash",
    "scope",
    "sid",
    "status",
    "sub",
    "sub_id",
    "token_type",
    "typ",
    "username",
    "vct",
    "vct#integrity",
];

/// One claim of a token (`token_claims` of a client).
#[derive(Clone, Debug, PartialEq)]
pub struct TokenClaim {
    /// The name of the claim in the token.
    pub name: String,
    /// Where its value comes from.
    pub source: ClaimSource,
}

/// Where the value of a token's claim comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimSource {
    /// A claim of a verified credential.
    Credential {
        /// The id of the credential query.
        credential: String,
        /// Where the claim is.
        field: ClaimsPath,
    },
    /// A parameter of the request that began the grant; only those that are named here are kept.
    Request {
        /// The name of the request parameter.
        parameter: String,
    },
    /// The pairwise subject, the same as `sub`.
    Subject,
    /// Always this: the identifier of the service.
    Service(String),
}

/// What a client's tokens say: its own claims, each name once, and where they and those of the scopes are said.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenClaims {
    own: Vec<TokenClaim>,
    places: ClientClaims,
}

impl Default for TokenClaims {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// What was kept of a request's parameters. Prints names only: values may be personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestParameters(BTreeMap<String, String>);

/// A parameter that would be kept is longer than [`MAX_PARAMETER_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parameter that goes into tokens is longer than {MAX_PARAMETER_BYTES} bytes")]
pub struct ParameterTooLong;

/// Whether a configured claim may have this name (REQ-12.12).
pub fn is_registered(name: &str) -> bool {
    REGISTERED.contains(&name)
}

impl TokenClaims {
    /// From checked configuration, where each place says what it does by itself.
    pub fn new(own: Vec<TokenClaim>) -> Self {
        let places = ClientClaims::standard(own.iter().map(|claim| claim.name.clone()).collect());
        Self { own, places }
    }

    /// Said at these places.
    #[must_use]
    pub fn said_at(self, places: ClientClaims) -> Self {
        Self { places, ..self }
    }

    /// What is said where.
    pub fn places(&self) -> &ClientClaims {
        &self.places
    }

    /// The client's own claims.
    pub fn iter(&self) -> impl Iterator<Item = &TokenClaim> {
        self.own.iter()
    }

    /// What is to be asked of `credential`.
    pub(super) fn fields_of<'c>(&'c self, credential: &'c str) -> impl Iterator<Item = &'c ClaimsPath> {
        self.own.iter().filter_map(move |claim| match &claim.source {
            ClaimSource::Credential { credential: id, field } if id == credential => Some(field),
            _ => None,
        })
    }

    /// Keeps the parameters that tokens of this client say, and no others (REQ-12.11).
    ///
    /// # Errors
    /// [`ParameterTooLong`]
    pub fn kept<'s>(
        &self,
        sent: impl Fn(&str) -> Option<&'s str>,
    ) -> Result<RequestParameters, ParameterTooLong> {
        let mut kept = BTreeMap::new();
        for claim in &self.own {
            let ClaimSource::Request { parameter } = &claim.source else { continue };
            let Some(value) = sent(parameter) else { continue };
            if value.len() > MAX_PARAMETER_BYTES {
                return Err(ParameterTooLong);
            }
            kept.insert(parameter.clone(), value.to_owned());
        }
        Ok(RequestParameters(kept))
    }

    /// The claims of a token. What has no value, or a value that does not fit, is left out.
    pub(super) fn filled<'v>(
        &self,
        subject: &str,
        parameters: &RequestParameters,
        shown: impl Fn(&str) -> Option<&'v Map<String, Value>>,
    ) -> BTreeMap<String, Value> {
        let value = |source: &ClaimSource| match source {
            ClaimSource::Credential { credential, field } => {
                let selected = field.select_in(shown(credential)?)?;
                let value = match selected.as_slice() {
                    all if field.is_over_all() => all.iter().copied().cloned().collect(),
                    [value] => (*value).clone(),
                    _ => return None,
                };
                (!value.is_null() && value.to_string().len() <= MAX_CLAIM_BYTES).then_some(value)
            }
            ClaimSource::Request { parameter } => {
                parameters.0.get(parameter).map(|value| Value::from(value.as_str()))
            }
            ClaimSource::Subject => Some(Value::from(subject)),
            ClaimSource::Service(identifier) => Some(Value::from(identifier.as_str())),
        };
        self.own.iter().filter_map(|claim| Some((claim.name.clone(), value(&claim.source)?))).collect()
    }
}

impl RequestParameters {
    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for RequestParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// On whose behalf a presentation is admitted, and what their tokens say.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    /// The client that the token is for.
    pub client_id: &'a str,
    /// The scopes that were asked for.
    pub requested: &'a Scopes,
    /// What the client's tokens say.
    pub token_claims: &'a TokenClaims,
    /// What was kept of the request.
    pub parameters: &'a RequestParameters,
    /// What is asked for claim by claim.
    pub claims: &'a ClaimsRequest,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(dotted: &str) -> ClaimsPath {
        ClaimsPath::from_dotted(dotted).unwrap()
    }

    fn claim(name: &str, source: ClaimSource) -> TokenClaim {
        TokenClaim { name: name.to_owned(), source }
    }

    fn from_credential(name: &str, field: &str) -> TokenClaim {
        claim(name, ClaimSource::Credential { credential: "id".to_owned(), field: path(field) })
    }

    fn from_request(name: &str, parameter: &str) -> TokenClaim {
        claim(name, ClaimSource::Request { parameter: parameter.to_owned() })
    }

    fn keep(claims: &TokenClaims, sent: &[(&str, &str)]) -> Result<RequestParameters, ParameterTooLong> {
        claims.kept(|name| sent.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
    }

    #[test]
    fn req_12_11_only_listed_parameters_are_kept() {
        let claims = TokenClaims::new(vec![from_request("room", "room_id"), from_credential("level", "a")]);
        let kept = keep(&claims, &[("room_id", "7"), ("level", "9"), ("room", "8")]).unwrap();
        assert_eq!(kept, RequestParameters(BTreeMap::from([("room_id".to_owned(), "7".to_owned())])));
        assert_eq!(format!("{kept:?}"), "{\"room_id\"}");
        assert!(keep(&claims, &[("room", "8")]).unwrap().is_empty());
        let long = "x".repeat(MAX_PARAMETER_BYTES + 1);
        assert!(keep(&claims, &[("room_id", &long[1..])]).is_ok());
        assert_eq!(keep(&claims, &[("room_id", &long)]), Err(ParameterTooLong));
        assert!(keep(&claims, &[("other", &long)]).is_ok());
    }

    #[test]
    fn req_12_11_a_path_over_all_elements_gives_a_list_also_of_one() {
        let field = path("nationalities").all_elements().unwrap();
        let source = ClaimSource::Credential { credential: "id".to_owned(), field };
        let claims = TokenClaims::new(vec![claim("countries", source)]);
        let filled = |shown: Value| {
            let shown = json!({ "nationalities": shown });
            json!(claims.filled("s", &RequestParameters::default(), |_| shown.as_object()))
        };
        assert_eq!(filled(json!(["FR", "DE"])), json!({ "countries": ["FR", "DE"] }));
        assert_eq!(filled(json!(["FR"])), json!({ "countries": ["FR"] }));
        assert_eq!(filled(json!([])), json!({}));
        assert_eq!(filled(json!("FR")), json!({}));
    }

    #[test]
    fn req_12_11_values_come_from_where_they_are_said_to_and_are_left_out_otherwise() {
        let claims = TokenClaims::new(vec![
            from_credential("level", "Access Level"),
            from_credential("country", "address.country"),
            from_credential("nothing", "null"),
            from_credential("long", "long"),
            from_credential("gone", "gone"),
            claim("other", ClaimSource::Credential { credential: "other".to_owned(), field: path("gone") }),
            from_request("room", "room_id"),
            from_request("never", "never_sent"),
            claim("subscriberConnectDID", ClaimSource::Subject),
            claim("publicServiceDID", ClaimSource::Service("https://verify.example".to_owned())),
        ]);
        let shown = json!({
            "Access Level": 5, "address": {"country": "DE"}, "null": null,
            "long": "x".repeat(MAX_CLAIM_BYTES), "secret": "s",
        });
        let parameters = keep(&claims, &[("room_id", "7")]).unwrap();
        let filled = claims.filled("s", &parameters, |id| (id == "id").then(|| shown.as_object().unwrap()));
        let expected = json!({
            "level": 5, "country": "DE", "room": "7", "subscriberConnectDID": "s",
            "publicServiceDID": "https://verify.example",
        });
        assert_eq!(json!(filled), expected);
    }

    #[test]
    fn req_12_12_names_that_decide_about_a_token_are_registered() {
        for name in
            "iss sub aud exp nbf iat jti client_id scope cnf auth_time acr amr typ nonce azp".split(' ')
        {
            assert!(is_registered(name), "{name}");
        }
        for name in ["subscriberConnectDID", "email", "level", "Sub", "groups", ""] {
            assert!(!is_registered(name), "{name}");
        }
    }
}
