//! The shapes of RFC 8628 section 3.4 and RFC 6749 section 5.1.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::refusal::{OAuthErrorCode, OAuthRefusal};
use crate::domain::base::secret::Secret;
use crate::flow::issue_tokens::TokenResponse;

/// The grant type of RFC 8628.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// RFC 6749 section 6.
pub const REFRESH_TOKEN: &str = "refresh_token";

/// A client asks for a token.
#[derive(Debug, Default, Object)]
pub struct TokenRequest {
    /// `urn:ietf:params:oauth:grant-type:device_code` or `refresh_token`
    pub grant_type: String,
    /// From the device authorization response.
    pub device_code: Option<String>,
    /// From the last token response.
    pub refresh_token: Option<String>,
    /// With a refresh token: less than was granted, for this access token.
    pub scope: Option<String>,
    /// The resource that the token is for (RFC 8707): one of those configured for the client.
    pub resource: Option<String>,
    /// Required unless the client authenticates with HTTP Basic.
    pub client_id: Option<String>,
    /// For clients registered with `client_secret_post`.
    pub client_secret: Option<String>,
}

/// What a client shows for a token.
#[derive(Debug)]
pub enum Shown {
    /// RFC 8628 section 3.4.
    DeviceCode(Secret),
    /// RFC 6749 section 6.
    RefreshToken(Secret),
}

impl TokenRequest {
    /// The one thing that the grant type needs.
    pub fn shown(&mut self) -> Result<Shown, OAuthRefusal> {
        let missing = |name: &str| OAuthRefusal::invalid(format!("{name} is missing"));
        match self.grant_type.as_str() {
            DEVICE_CODE => {
                let code = self.device_code.take().ok_or_else(|| missing("device_code"))?;
                Ok(Shown::DeviceCode(Secret::received(code)))
            }
            REFRESH_TOKEN => {
                let token = self.refresh_token.take().ok_or_else(|| missing("refresh_token"))?;
                Ok(Shown::RefreshToken(Secret::received(token)))
            }
            _ => {
                let why = format!("the grant types here are {DEVICE_CODE} and {REFRESH_TOKEN}");
                Err(OAuthRefusal::refused(OAuthErrorCode::UnsupportedGrantType, why))
            }
        }
    }
}

/// The answer.
#[derive(Debug, ApiResponse)]
pub enum TokenAnswer {
    /// The token. What was shown for it is spent.
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
    /// Who the person is (OpenID Connect Core section 2), where `openid` was asked for.
    pub id_token: Option<String>,
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
            id_token: issued.id_token.map(exposed),
            scope: issued.scope,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(grant_type: &str, code: Option<&str>) -> TokenRequest {
        let code = code.map(str::to_owned);
        let grant_type = grant_type.to_owned();
        TokenRequest { grant_type, device_code: code.clone(), refresh_token: code, ..TokenRequest::default() }
    }

    fn error(mut request: TokenRequest) -> OAuthErrorCode {
        match request.shown() {
            Err(OAuthRefusal::Refused(error)) => error.error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn req_10_40_the_grant_type_is_told_before_the_missing_code() {
        let code = request(DEVICE_CODE, Some("x")).shown().unwrap();
        assert!(matches!(code, Shown::DeviceCode(code) if code.expose() == "x"));
        let token = request(REFRESH_TOKEN, Some("x")).shown().unwrap();
        assert!(matches!(token, Shown::RefreshToken(token) if token.expose() == "x"));
        for unknown in ["password", "client_credentials", "authorization_code", ""] {
            assert_eq!(error(request(unknown, None)), OAuthErrorCode::UnsupportedGrantType);
        }
        assert_eq!(error(request(DEVICE_CODE, None)), OAuthErrorCode::InvalidRequest);
        assert_eq!(error(request(REFRESH_TOKEN, None)), OAuthErrorCode::InvalidRequest);
    }
}
