//! What works here (RFC 8414 section 2), and nothing that does not.

use std::collections::BTreeMap;

use poem_openapi::Object;

use super::token::{AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN};
use crate::flow::discovery::{PresentableScope, ServerOffer};
use crate::http::PublicUrl;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::client_token::API_SCOPE;
use vpgate_core::oauth::dpop;
use vpgate_core::oauth::entitlement::OPENID;
use vpgate_core::oauth::redirect::AuthorizationResponseMode;

/// Authorization server metadata.
#[derive(Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
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
    /// `query` and `form_post`
    pub response_modes_supported: Vec<String>,
    /// `S256` alone (RFC 7636 section 4.2).
    pub code_challenge_methods_supported: Vec<String>,
    /// Browsers return with `iss` (RFC 9207 section 3).
    pub authorization_response_iss_parameter_supported: bool,
    /// Where `request_uri` is none that was pushed (OpenID Discovery section 3; left out it would mean true).
    pub request_uri_parameter_supported: bool,
    /// Every scope that can be earned.
    pub scopes_supported: Option<Vec<String>>,
    /// How clients may be registered to authenticate.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// With what they may sign their assertions.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Where resources ask about tokens (RFC 7662).
    pub introspection_endpoint: String,
    /// How they authenticate there.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// With what they may sign their assertions.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Where tokens are given back (RFC 7009).
    pub revocation_endpoint: String,
    /// How clients authenticate there.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// With what they may sign their assertions.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// With which keys clients can bind tokens (RFC 9449 section 5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Where to ask who the person is, when a client may ask for `openid`.
    pub userinfo_endpoint: Option<String>,
    /// Where people are signed out (RP-Initiated Logout 1.0 section 2.1), where they are signed in.
    pub end_session_endpoint: Option<String>,
    /// Clients can be told of logouts (Back-Channel Logout 1.0 section 2.1).
    pub backchannel_logout_supported: Option<bool>,
    /// By `sid`.
    pub backchannel_logout_session_supported: Option<bool>,
    /// `pairwise`: every client has its own name for a person.
    pub subject_types_supported: Option<Vec<String>>,
    /// Every claim that some client can be told (OpenID Discovery section 3).
    pub claims_supported: Option<Vec<String>>,
    /// Whether claims can be asked for one by one (OpenID Connect Core section 5.5).
    pub claims_parameter_supported: Option<bool>,
    /// How sure people can be recognised.
    pub acr_values_supported: Option<Vec<String>>,
    /// What languages our pages have.
    pub ui_locales_supported: Vec<String>,
    /// The scopes of which a client is told credential by credential (`presented_credentials`), and what stands behind
    /// each. After a draft: editors' copy of 2026-08-28 of draft-svensson-credential-oidc-bridge, section 5.2.
    pub credential_presentations_supported: Option<BTreeMap<String, CredentialPresentation>>,
    /// Beside the member before: no client asks in DCQL.
    pub dcql_query_supported: Option<bool>,
    /// What ID tokens are signed with; RS256 is always among them (OpenID Connect Discovery section 3).
    pub id_token_signing_alg_values_supported: Option<Vec<String>>,
}

/// What must be shown for a scope.
#[derive(Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CredentialPresentation {
    /// The credential's format (Credential Format Identifier of OpenID4VP Appendix B).
    pub format: String,
    /// The accepted types.
    #[oai(rename = "type")]
    pub types: Vec<String>,
    /// The claims that are told, as names joined by dots.
    pub claims: Vec<String>,
    /// The claim that `sub` is made of; left out where it is made of the key that the wallet holds.
    pub subject_claim: Option<String>,
}

impl From<&PresentableScope<'_>> for CredentialPresentation {
    fn from(PresentableScope { scope, credential }: &PresentableScope<'_>) -> Self {
        Self {
            format: credential.meta.format.identifier().to_owned(),
            types: credential.meta.types.clone(),
            claims: scope.claims.iter().map(ToString::to_string).collect(),
            subject_claim: credential.stable_identifier.as_ref().map(ToString::to_string),
        }
    }
}

/// The metadata of this offer.
pub fn metadata(offer: &ServerOffer<'_>, public_url: &PublicUrl) -> Metadata {
    let openid = offer.openid;
    let presentable = !offer.presentable.is_empty();
    let own = [openid.then_some(OPENID), offer.client_credentials.then_some(API_SCOPE)];
    let scopes = own.into_iter().flatten().chain(offer.scopes.iter().copied());
    let scopes: Vec<String> = scopes.map(str::to_owned).collect();
    let by_choice = [
        offer.refresh_tokens.then_some(REFRESH_TOKEN),
        offer.client_credentials.then_some(CLIENT_CREDENTIALS),
    ];
    let grants = [AUTHORIZATION_CODE, DEVICE_CODE].into_iter().chain(by_choice.into_iter().flatten());
    let names = |algorithms: &[Algorithm]| algorithms.iter().map(|it| it.name().to_owned()).collect();
    let accepted = |algorithms: &[Algorithm]| -> Vec<String> {
        let some = algorithms.iter().filter(|it| offer.rs256_accepted || **it != Algorithm::Rs256);
        some.map(|it| it.name().to_owned()).collect()
    };
    let methods = |methods: &[&str]| methods.iter().map(|&method| method.to_owned()).collect();
    Metadata {
        issuer: offer.issuer.to_owned(),
        token_endpoint: public_url.at("/token"),
        jwks_uri: public_url.at("/jwks.json"),
        device_authorization_endpoint: public_url.at("/device_authorization"),
        grant_types_supported: grants.map(str::to_owned).collect(),
        authorization_endpoint: public_url.at("/authorize"),
        pushed_authorization_request_endpoint: public_url.at("/par"),
        require_pushed_authorization_requests: offer.pushed_only,
        response_types_supported: methods(&["code"]),
        response_modes_supported: methods(&AuthorizationResponseMode::ALL.map(|(name, _)| name)),
        code_challenge_methods_supported: methods(&["S256"]),
        authorization_response_iss_parameter_supported: true,
        request_uri_parameter_supported: false,
        scopes_supported: (!scopes.is_empty()).then_some(scopes),
        token_endpoint_auth_methods_supported: methods(&AUTHENTICATION_METHODS),
        token_endpoint_auth_signing_alg_values_supported: accepted(&Algorithm::ALL),
        introspection_endpoint: public_url.at("/introspect"),
        // Anybody can name a public client: it may not ask about tokens.
        introspection_endpoint_auth_methods_supported: methods(&AUTHENTICATION_METHODS[1..]),
        introspection_endpoint_auth_signing_alg_values_supported: accepted(&Algorithm::ALL),
        revocation_endpoint: public_url.at("/revoke"),
        revocation_endpoint_auth_methods_supported: methods(&AUTHENTICATION_METHODS),
        revocation_endpoint_auth_signing_alg_values_supported: accepted(&Algorithm::ALL),
        dpop_signing_alg_values_supported: accepted(&dpop::ALGORITHMS),
        userinfo_endpoint: openid.then(|| public_url.at("/userinfo")),
        end_session_endpoint: offer.sessions.then(|| public_url.at("/logout")),
        backchannel_logout_supported: (offer.sessions || offer.back_channel_logout).then_some(true),
        backchannel_logout_session_supported: offer.sessions.then_some(true),
        subject_types_supported: openid.then(|| vec!["pairwise".to_owned()]),
        claims_supported: openid.then(|| methods(&offer.claims)),
        claims_parameter_supported: openid.then_some(true),
        acr_values_supported: (openid && !offer.acr_values.is_empty()).then(|| methods(&offer.acr_values)),
        ui_locales_supported: methods(&offer.languages),
        credential_presentations_supported: presentable.then(|| {
            let told = offer.presentable.iter().map(|it| (it.scope.name.clone(), it.into()));
            told.collect()
        }),
        dcql_query_supported: presentable.then_some(false),
        id_token_signing_alg_values_supported: openid.then(|| names(&offer.id_token_algorithms)),
    }
}

/// One for each variant of [`vpgate_core::oauth::client::Authentication`].
const AUTHENTICATION_METHODS: [&str; 4] =
    ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
