//! What works here (RFC 8414 section 2), and nothing that does not.

use poem_openapi::Object;

use super::token::{AUTHORIZATION_CODE, DEVICE_CODE};
use crate::domain::jose::alg::Algorithm;
use crate::flow::Policy;
use crate::http::PublicUrl;

/// Authorization server metadata.
#[derive(Debug, PartialEq, Eq, Object)]
pub struct Metadata {
    /// The issuer identifier, as in the `iss` of our tokens.
    pub issuer: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// The keys that check our tokens.
    pub jwks_uri: String,
    /// Where devices start (RFC 8628 section 4).
    pub device_authorization_endpoint: String,
    /// Where browsers start.
    pub authorization_endpoint: String,
    /// Where requests are pushed first (RFC 9126 section 5).
    pub pushed_authorization_request_endpoint: String,
    /// Whether they must be.
    pub require_pushed_authorization_requests: bool,
    /// Always given: left out, it would mean other grants.
    pub grant_types_supported: Vec<String>,
    /// `code` alone: no tokens in the front channel.
    pub response_types_supported: Vec<String>,
    /// `query`
    pub response_modes_supported: Vec<String>,
    /// `S256` alone (RFC 7636 section 4.2).
    pub code_challenge_methods_supported: Vec<String>,
    /// Browsers return with `iss` (RFC 9207 section 3).
    pub authorization_response_iss_parameter_supported: bool,
    /// Where `request_uri` is none that was pushed (OpenID Discovery section 3; left out it would mean true).
    pub request_uri_parameter_supported: bool,
    /// Every scope that can be earned.
    #[oai(skip_serializing_if_is_none)]
    pub scopes_supported: Option<Vec<String>>,
    /// How clients may be registered to authenticate.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// With what they may sign their assertions.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
}

/// The metadata under this policy.
pub fn metadata(policy: &Policy, public_url: &PublicUrl) -> Metadata {
    let scopes: Vec<String> = policy.scopes.iter().map(|scope| scope.name.clone()).collect();
    Metadata {
        issuer: policy.tokens.issuer.clone(),
        token_endpoint: public_url.at("/token"),
        jwks_uri: public_url.at("/jwks.json"),
        device_authorization_endpoint: public_url.at("/device_authorization"),
        authorization_endpoint: public_url.at("/authorize"),
        pushed_authorization_request_endpoint: public_url.at("/par"),
        require_pushed_authorization_requests: policy.code.pushed_only,
        grant_types_supported: texts([AUTHORIZATION_CODE, DEVICE_CODE]),
        response_types_supported: texts(["code"]),
        response_modes_supported: texts(["query"]),
        code_challenge_methods_supported: texts(["S256"]),
        authorization_response_iss_parameter_supported: true,
        request_uri_parameter_supported: false,
        scopes_supported: (!scopes.is_empty()).then_some(scopes),
        token_endpoint_auth_methods_supported: texts(AUTHENTICATION_METHODS),
        token_endpoint_auth_signing_alg_values_supported: texts(Algorithm::ALL.map(Algorithm::name)),
    }
}

/// One for each variant of [`crate::domain::oauth::client::Authentication`].
const AUTHENTICATION_METHODS: [&str; 4] =
    ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];

fn texts<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}
