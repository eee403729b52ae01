//! What works here (RFC 8414 section 2), and nothing that does not.

use poem_openapi::Object;

use super::token::DEVICE_CODE;
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
    /// Always given: left out, it would mean other grants.
    pub grant_types_supported: Vec<String>,
    /// Empty while there is no authorization endpoint. RFC 8414 section 2 requires the member, though
    /// section 3.2 would leave empty arrays out: readers fail on a missing member, none on an empty one.
    pub response_types_supported: Vec<String>,
    /// Every scope that can be earned.
    #[oai(skip_serializing_if_is_none)]
    pub scopes_supported: Option<Vec<String>>,
    /// How clients may be registered to authenticate.
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

/// The metadata under this policy.
pub fn metadata(policy: &Policy, public_url: &PublicUrl) -> Metadata {
    let scopes: Vec<String> = policy.scopes.iter().map(|scope| scope.name.clone()).collect();
    Metadata {
        issuer: policy.tokens.issuer.clone(),
        token_endpoint: public_url.at("/token"),
        jwks_uri: public_url.at("/jwks.json"),
        device_authorization_endpoint: public_url.at("/device_authorization"),
        grant_types_supported: vec![DEVICE_CODE.to_owned()],
        response_types_supported: Vec::new(),
        scopes_supported: (!scopes.is_empty()).then_some(scopes),
        token_endpoint_auth_methods_supported: AUTHENTICATION_METHODS.map(str::to_owned).to_vec(),
    }
}

/// One for each variant of [`crate::domain::oauth::client::Authentication`].
const AUTHENTICATION_METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];
