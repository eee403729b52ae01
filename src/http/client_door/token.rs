//! The shapes of RFC 8628 section 3.4 and RFC 6749 section 5.1.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::refusal::{OAuthErrorCode, OAuthRefusal};
use crate::domain::base::secret::Secret;
use crate::flow::issue_tokens::TokenResponse;

/// The grant type of RFC 8628.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A client asks for a token.
#[derive(Debug, Object)]
pub struct TokenRequest {
    /// `urn:ietf:params:oauth:grant-type:device_code`
    pub grant_type: String,
    /// From the device authorization response.
    pub device_code: Option<String>,
    /// Required unless the client authenticates with HTTP Basic.
    pub client_id: Option<String>,
    /// For clients registered with `client_secret_post`.
    pub client_secret: Option<String>,
}

impl TokenRequest {
    /// The one code that the one grant type needs.
    pub fn device_code(self) -> Result<Secret, OAuthRefusal> {
        if self.grant_type != DEVICE_CODE {
            let why = format!("the only grant_type here is {DEVICE_CODE}");
            return Err(OAuthRefusal::refused(OAuthErrorCode::UnsupportedGrantType, why));
        }
        let code = self.device_code.ok_or_else(|| OAuthRefusal::invalid("device_code is missing"))?;
        Ok(Secret::received(code))
    }
}

/// The answer.
#[derive(Debug, ApiResponse)]
pub enum TokenAnswer {
    /// The token. The device code is spent.
    #[oai(status = 200)]
    Issued(Json<Token>),
}

/// A token.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Token {
    /// A signed JWT (RFC 9068), whose key is in `/jwks.json`; or a random value, about which a
    /// resource asks `/introspect`.
    pub access_token: String,
    /// `Bearer`, or `DPoP` when it is bound to a key.
    pub token_type: String,
    /// Seconds it lives.
    pub expires_in: u64,
    /// For the next access token; it works once.
    pub refresh_token: Option<String>,
    /// The scopes that were earned: perhaps fewer than were asked for.
    pub scope: String,
}

impl From<TokenResponse> for TokenAnswer {
    fn from(issued: TokenResponse) -> Self {
        let exposed = |secret: Secret| secret.expose().to_owned();
        Self::Issued(Json(Token {
            access_token: exposed(issued.access_token),
            token_type: issued.token_type.name().to_owned(),
            expires_in: issued.expires_in,
            refresh_token: issued.refresh_token.map(exposed),
            scope: issued.scope,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(grant_type: &str, device_code: Option<&str>) -> TokenRequest {
        TokenRequest {
            grant_type: grant_type.to_owned(),
            device_code: device_code.map(str::to_owned),
            client_id: None,
            client_secret: None,
        }
    }

    fn error(request: TokenRequest) -> OAuthErrorCode {
        match request.device_code() {
            Err(OAuthRefusal::Refused(error)) => error.error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn req_10_40_the_grant_type_is_told_before_the_missing_code() {
        assert_eq!(request(DEVICE_CODE, Some("x")).device_code().unwrap().expose(), "x");
        assert_eq!(error(request("authorization_code", None)), OAuthErrorCode::UnsupportedGrantType);
        assert_eq!(error(request(DEVICE_CODE, None)), OAuthErrorCode::InvalidRequest);
    }
}
