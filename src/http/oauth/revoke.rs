//! The shapes of RFC 7009.

use poem_openapi::{ApiResponse, Object};
use serde::Deserialize;

use crate::http::basic::ClientParameters;

/// A client gives a token back.
#[derive(Debug, Object, Deserialize)]
pub struct RevocationRequest {
    /// The access or refresh token.
    pub token: String,
    /// Not needed: a token is found whatever it is called.
    pub token_type_hint: Option<String>,
    /// Who asks.
    #[oai(flatten)]
    #[serde(flatten)]
    pub client: ClientParameters,
}

/// How a revocation is answered.
#[derive(Debug, ApiResponse)]
pub enum RevocationAnswer {
    /// The token is dead, or was never alive.
    #[oai(status = 200)]
    Dead,
}
