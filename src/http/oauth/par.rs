//! The shapes of RFC 9126 section 2.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};
use serde::Deserialize;

use crate::flow::code::push::{Pushed, URN};
use crate::http::basic::ClientParameters;

/// An authorization request, sent before the browser leaves.
#[derive(Debug, Object, Deserialize)]
pub struct PushedAuthorizationRequest {
    /// Who sends it.
    #[oai(flatten)]
    #[serde(flatten)]
    pub client: ClientParameters,
    /// `code`
    pub response_type: Option<String>,
    /// One of the registered ones, exactly; may be left out where there is only one.
    pub redirect_uri: Option<String>,
    /// Space-separated; all scopes of the client when left out.
    pub scope: Option<String>,
    /// Returned unchanged with the browser.
    pub state: Option<String>,
    /// The base64url of the SHA-256 of the `code_verifier` (RFC 7636).
    pub code_challenge: Option<String>,
    /// `S256`
    pub code_challenge_method: Option<String>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// `query`, or `form_post`: the browser posts the answer
    pub response_mode: Option<String>,
    /// Single claims to be told, and where, as a JSON object (OpenID Connect Core section 5.5).
    pub claims: Option<String>,
    /// Languages for our pages, the best first; others than ours are passed over.
    pub ui_locales: Option<String>,
    /// `none` is answered from a session, or with `login_required`; `login`, `consent` and `select_account` ask the person.
    pub prompt: Option<String>,
    /// Seconds; a session in which the person presented longer ago does not answer.
    pub max_age: Option<String>,
    /// The resource that the token is for (RFC 8707).
    pub resource: Option<String>,
    /// The thumbprint of the key that the token request must prove (RFC 9449 section 10).
    pub dpop_jkt: Option<String>,
    /// Whom the wallet should expect.
    pub login_hint: Option<String>,
    /// An ID token of this client: another person than the one it is about gets no code (`login_required`).
    pub id_token_hint: Option<String>,
}

/// How a pushed request is answered.
#[derive(Debug, ApiResponse)]
pub enum PushedAnswer {
    /// The request was taken.
    #[oai(status = 201)]
    Taken(Json<PushedRequestUri>),
}

/// The handle of the pushed request.
#[derive(Debug, Object)]
pub struct PushedRequestUri {
    /// Send the browser to `/authorize` with this and `client_id`. It works once.
    pub request_uri: String,
    /// Seconds it lives.
    pub expires_in: u64,
}

impl From<Pushed> for PushedAnswer {
    fn from(pushed: Pushed) -> Self {
        let request_uri = format!("{URN}{}", pushed.handle.expose());
        Self::Taken(Json(PushedRequestUri { request_uri, expires_in: pushed.expires_in }))
    }
}
