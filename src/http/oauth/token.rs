//! The shapes of RFC 6749 sections 4.1.3 and 5.1, RFC 7636 section 4.5 and RFC 8628 section 3.4.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};
use serde::Deserialize;

use super::error::{OAuthErrorCode, OAuthRefusal};
use crate::flow::tokens::issue::TokenResponse;
use crate::http::basic::ClientParameters;
use vpgate_core::base::secret::Secret;

/// The grant type of RFC 8628.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The grant type of RFC 6749 section 4.1.3.
pub const AUTHORIZATION_CODE: &str = "authorization_code";
/// RFC 6749 section 6.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// RFC 6749 section 4.4.2.
pub const CLIENT_CREDENTIALS: &str = "client_credentials";

/// A client asks for a token.
#[derive(Debug, Default, Object, Deserialize)]
pub struct TokenRequest {
    /// `authorization_code`, `refresh_token`, `client_credentials` or
    /// `urn:ietf:params:oauth:grant-type:device_code`
    pub grant_type: String,
    /// From the device authorization response.
    pub device_code: Option<String>,
    /// From the address that the browser returned to.
    pub code: Option<String>,
    /// With a code: the one of the authorization request, where that one named it.
    pub redirect_uri: Option<String>,
    /// With a code or a device code: what the `code_challenge` of the request was made from.
    pub code_verifier: Option<String>,
    /// From the last token response.
    pub refresh_token: Option<String>,
    /// With a refresh token: less than was granted, for this access token. With `client_credentials`:
    /// `vpgate:api`, or nothing, which means the same.
    pub scope: Option<String>,
    /// The resource that the token is for (RFC 8707): one of those configured for the client; with
    /// `client_credentials` our issuer identifier.
    pub resource: Option<String>,
    /// Who asks.
    #[oai(flatten)]
    #[serde(flatten)]
    pub client: ClientParameters,
}

/// What a client shows for a token.
#[derive(Debug)]
pub enum TokenGrant {
    /// RFC 8628 section 3.4.
    DeviceCode {
        /// The code that is exchanged.
        code: Secret,
        /// What its challenge was made from, where it had one.
        verifier: Option<Secret>,
    },
    /// RFC 6749 section 4.1.3.
    Code {
        /// The code that is exchanged.
        code: Secret,
        /// Where its browser returned to.
        redirect_uri: Option<String>,
        /// What its challenge was made from.
        verifier: Option<Secret>,
    },
    /// RFC 6749 section 6.
    RefreshToken(Secret),
    /// RFC 6749 section 4.4: nothing but who the client is.
    ClientCredentials,
}

impl TokenRequest {
    /// What the grant type needs.
    pub fn shown(&mut self) -> Result<TokenGrant, OAuthRefusal> {
        let needed = |value: Option<String>, name: &str| {
            value.map(Secret::received).ok_or_else(|| OAuthRefusal::invalid(format!("{name} is missing")))
        };
        match self.grant_type.as_str() {
            DEVICE_CODE => Ok(TokenGrant::DeviceCode {
                code: needed(self.device_code.take(), "device_code")?,
                verifier: self.code_verifier.take().map(Secret::received),
            }),
            AUTHORIZATION_CODE => Ok(TokenGrant::Code {
                code: needed(self.code.take(), "code")?,
                redirect_uri: self.redirect_uri.take(),
                verifier: self.code_verifier.take().map(Secret::received),
            }),
            REFRESH_TOKEN => {
                Ok(TokenGrant::RefreshToken(needed(self.refresh_token.take(), "refresh_token")?))
            }
            CLIENT_CREDENTIALS => Ok(TokenGrant::ClientCredentials),
            _ => {
                let why = format!(
                    "the grant types here are {AUTHORIZATION_CODE}, {REFRESH_TOKEN}, {CLIENT_CREDENTIALS} and {DEVICE_CODE}"
                );
                Err(OAuthRefusal::refused(OAuthErrorCode::UnsupportedGrantType, why))
            }
        }
    }
}

/// How a token request is answered.
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

    fn shown(grant_type: &str, name: &str) -> Result<TokenGrant, OAuthErrorCode> {
        let value = |wanted: &str| (wanted == name).then(|| "x".to_owned());
        let mut request = TokenRequest {
            grant_type: grant_type.to_owned(),
            device_code: value("device_code"),
            code: value("code"),
            refresh_token: value("refresh_token"),
            ..TokenRequest::default()
        };
        request.shown().map_err(|refusal| match refusal {
            OAuthRefusal::Refused(error) => error.error,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn req_10_40_the_grant_type_is_told_before_the_missing_code() {
        let device = shown(DEVICE_CODE, "device_code");
        assert!(matches!(device, Ok(TokenGrant::DeviceCode { code, .. }) if code.expose() == "x"));
        let code = shown(AUTHORIZATION_CODE, "code");
        assert!(matches!(code, Ok(TokenGrant::Code { code, .. }) if code.expose() == "x"));
        let token = shown(REFRESH_TOKEN, "refresh_token");
        assert!(matches!(token, Ok(TokenGrant::RefreshToken(token)) if token.expose() == "x"));
        for (grant_type, wrong) in
            [(DEVICE_CODE, "code"), (AUTHORIZATION_CODE, "refresh_token"), (REFRESH_TOKEN, "device_code")]
        {
            assert_eq!(shown(grant_type, wrong).unwrap_err(), OAuthErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn req_11_21_grants_that_are_not_offered_are_unsupported() {
        assert!(matches!(shown(CLIENT_CREDENTIALS, ""), Ok(TokenGrant::ClientCredentials)));
        for wrong in ["password", "implicit", "client-credentials", "", "AUTHORIZATION_CODE"] {
            let error = shown(wrong, "code").unwrap_err();
            assert_eq!(error, OAuthErrorCode::UnsupportedGrantType, "{wrong}");
        }
    }
}
