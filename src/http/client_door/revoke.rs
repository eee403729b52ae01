//! The shapes of RFC 7009.

use poem_openapi::{ApiResponse, Object};

/// A client gives a token back.
#[derive(Debug, Object)]
pub struct RevocationRequest {
    /// The access or refresh token.
    pub token: String,
    /// Not needed: a token is found whatever it is called.
    pub token_type_hint: Option<String>,
    /// Required unless the client authenticates with HTTP Basic.
    pub client_id: Option<String>,
    /// For clients registered with `client_secret_post`.
    pub client_secret: Option<String>,
}

/// The answer.
#[derive(Debug, ApiResponse)]
pub enum RevocationAnswer {
    /// The token is dead, or was never alive.
    #[oai(status = 200)]
    Dead,
}
