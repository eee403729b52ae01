//! The shapes of RFC 6749 sections 4.1.3 and 5.1, RFC 7636 section 4.5 and RFC 8628 section 3.4.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::refusal::{OAuthErrorCode, OAuthRefusal};
use crate::domain::base::secret::Secret;
use crate::flow::issue_tokens::TokenResponse;
use crate::http::basic::ClientParameters;

/// The grant type of RFC 8628.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The grant type of RFC 6749 section 4.1.3.
pub const AUTHORIZATION_CODE: &str = "authorization_code";

/// A client asks for a token.
#[derive(Debug, Object)]
pub struct TokenRequest {
    /// `authorization_code`, or `urn:ietf:params:oauth:grant-type:device_code`
    pub grant_type: String,
    /// From the device authorization response.
    pub device_code: Option<String>,
    /// From the address that the browser returned to.
    pub code: Option<String>,
    /// The one of the authorization request, where that one named it.
    pub redirect_uri: Option<String>,
    /// What the `code_challenge` of the authorization request was made from.
    pub code_verifier: Option<String>,
    /// Who asks.
    #[oai(flatten)]
    pub client: ClientParameters,
}

/// What is to be redeemed.
#[derive(Debug)]
pub enum Redemption {
    /// A device code.
    Device(Secret),
    /// An authorization code.
    Code {
        /// The code.
        code: Secret,
        /// Where its browser returned to.
        redirect_uri: Option<String>,
        /// What its challenge was made from.
        verifier: Option<Secret>,
    },
}

impl TokenRequest {
    /// What the grant type needs, and nothing else.
    pub fn redemption(self) -> Result<Redemption, OAuthRefusal> {
        let needed = |value: Option<String>, name: &str| {
            value.map(Secret::received).ok_or_else(|| OAuthRefusal::invalid(format!("{name} is missing")))
        };
        match self.grant_type.as_str() {
            DEVICE_CODE => Ok(Redemption::Device(needed(self.device_code, "device_code")?)),
            AUTHORIZATION_CODE => Ok(Redemption::Code {
                code: needed(self.code, "code")?,
                redirect_uri: self.redirect_uri,
                verifier: self.code_verifier.map(Secret::received),
            }),
            _ => {
                let why = format!("the grant types here are {AUTHORIZATION_CODE} and {DEVICE_CODE}");
                Err(OAuthRefusal::refused(OAuthErrorCode::UnsupportedGrantType, why))
            }
        }
    }
}

/// The answer.
#[derive(Debug, ApiResponse)]
pub enum TokenAnswer {
    /// The token. The code is spent.
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

    fn redemption(
        grant_type: &str,
        device_code: Option<&str>,
        code: Option<&str>,
    ) -> Result<Redemption, OAuthErrorCode> {
        let request = TokenRequest {
            grant_type: grant_type.to_owned(),
            device_code: device_code.map(str::to_owned),
            code: code.map(str::to_owned),
            redirect_uri: None,
            code_verifier: None,
            client: ClientParameters::default(),
        };
        request.redemption().map_err(|refusal| match refusal {
            OAuthRefusal::Refused(error) => error.error,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn req_10_40_the_grant_type_is_told_before_the_missing_code() {
        let device = redemption(DEVICE_CODE, Some("x"), None);
        assert!(matches!(device, Ok(Redemption::Device(code)) if code.expose() == "x"));
        let code = redemption(AUTHORIZATION_CODE, None, Some("y"));
        assert!(matches!(code, Ok(Redemption::Code { code, .. }) if code.expose() == "y"));
        assert_eq!(redemption(DEVICE_CODE, None, Some("y")).unwrap_err(), OAuthErrorCode::InvalidRequest);
        assert_eq!(
            redemption(AUTHORIZATION_CODE, Some("x"), None).unwrap_err(),
            OAuthErrorCode::InvalidRequest
        );
    }

    #[test]
    fn req_11_21_grants_that_are_not_offered_are_unsupported() {
        for wrong in ["password", "implicit", "client_credentials", "", "AUTHORIZATION_CODE"] {
            let error = redemption(wrong, Some("x"), Some("y")).unwrap_err();
            assert_eq!(error, OAuthErrorCode::UnsupportedGrantType, "{wrong}");
        }
    }
}
