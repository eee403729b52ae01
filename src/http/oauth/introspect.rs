//! The shapes of RFC 7662.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};
use serde::Deserialize;
use serde_json::Value;

use crate::flow::tokens::introspect::{ActiveToken, LiveToken};
use crate::flow::tokens::issue::TokenType;
use crate::http::basic::ClientParameters;
use crate::http::documented::Documented;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client_token::{API_SCOPE, ClientToken};
use vpgate_core::oauth::thumbprint::Thumbprint;

/// A resource asks about a token.
#[derive(Debug, Object, Deserialize)]
pub struct IntrospectionRequest {
    /// The access token.
    pub token: String,
    /// Not needed: a token is found whatever it is called.
    pub token_type_hint: Option<String>,
    /// Who asks.
    #[oai(flatten)]
    #[serde(flatten)]
    pub client: ClientParameters,
}

/// How introspection is answered.
#[derive(Debug, ApiResponse)]
pub enum IntrospectionAnswer {
    /// What the token means. Unknown, expired, revoked and foreign ones are only not active.
    #[oai(status = 200)]
    Told(Json<Documented<Introspection>>),
}

/// What a token means now. What access tokens of its client say (`[clients.claims] access_token`) stands beside these
/// members, as in a JWT.
#[derive(Debug, Default, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Introspection {
    /// Whether it may be used. When not, nothing else is said.
    pub active: bool,
    /// What it allows.
    pub scope: Option<String>,
    /// The client it was issued to.
    pub client_id: Option<String>,
    /// `Bearer` or `DPoP`.
    pub token_type: Option<String>,
    /// When it ends, seconds since 1970.
    pub exp: Option<i64>,
    /// When it was issued, seconds since 1970.
    pub iat: Option<i64>,
    /// When the presentation behind it was verified, seconds since 1970.
    pub auth_time: Option<i64>,
    /// How the person was recognised (RFC 8176).
    pub amr: Option<Vec<String>>,
    /// How sure that is, where the configuration knows it of the credential.
    pub acr: Option<String>,
    /// The pairwise subject.
    pub sub: Option<String>,
    /// The resources it is for.
    pub aud: Option<Vec<String>>,
    /// Our issuer identifier.
    pub iss: Option<String>,
    /// The identifier of the token.
    pub jti: Option<String>,
    /// The key it is bound to (RFC 9449 section 6.2).
    pub cnf: Option<Confirmation>,
}

/// The key a token is bound to.
#[derive(Debug, Object)]
pub struct Confirmation {
    /// The RFC 7638 thumbprint of the key.
    pub jkt: String,
}

impl IntrospectionAnswer {
    /// What the caller is told.
    pub fn new(found: Option<LiveToken>, issuer: &str) -> Self {
        match found {
            None => Self::alone(&Introspection::default()),
            Some(LiveToken::OfClient(token)) => Self::alone(&of_client(token, issuer)),
            Some(LiveToken::Presented(token)) => Self::of_person(&token, issuer),
        }
    }

    fn alone(told: &Introspection) -> Self {
        Self::Told(Json(Documented::with(told, std::iter::empty())))
    }

    fn of_person(token: &ActiveToken, issuer: &str) -> Self {
        let ActiveToken { access, family, said } = token;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let amr = said.get("amr").and_then(Value::as_array);
        let told = Introspection {
            active: true,
            scope: Some(access.scopes.to_string()),
            client_id: Some(family.terms().client_id.clone()),
            token_type: Some(token.token_type().name().to_owned()),
            exp: seconds(access.expires_at),
            iat: seconds(access.issued_at),
            auth_time: seconds(family.admission().verified_at()),
            amr: amr.map(|methods| methods.iter().filter_map(text).collect()),
            acr: said.get("acr").and_then(text),
            sub: Some(family.admission().subject().to_owned()),
            aud: Some(access.audience.clone()),
            iss: Some(issuer.to_owned()),
            jti: Some(access.id.to_string()),
            cnf: confirmation(family.terms().dpop.as_ref()),
        };
        Self::Told(Json(Documented::with(&told, said.clone().into_iter())))
    }
}

/// What is said of a token that a client got for itself.
fn of_client(token: ClientToken, issuer: &str) -> Introspection {
    Introspection {
        active: true,
        scope: Some(API_SCOPE.to_owned()),
        token_type: Some(TokenType::bound_to(token.dpop.as_ref()).name().to_owned()),
        exp: seconds(token.expires_at),
        iat: seconds(token.issued_at),
        auth_time: None,
        amr: None,
        acr: None,
        sub: Some(token.client_id.clone()),
        client_id: Some(token.client_id),
        aud: Some(vec![token.audience]),
        iss: Some(issuer.to_owned()),
        jti: Some(token.id.to_string()),
        cnf: confirmation(token.dpop.as_ref()),
    }
}

fn confirmation(key: Option<&Thumbprint>) -> Option<Confirmation> {
    key.map(|key| Confirmation { jkt: key.to_string() })
}

fn seconds(at: Timestamp) -> Option<i64> {
    Some(at.unix())
}
