//! The OAuth side: clients, scopes, the device grant (RFC 8628), the authorization code grant (RFC 6749
//! section 4.1), access tokens (RFC 9068), and the tokens that clients get for themselves (section 4.4).

pub mod access_token;
pub mod attempts;
pub mod authorization_request;
pub mod client;
pub mod client_assertion;
pub mod client_token;
pub mod code_grant;
pub mod decision;
pub mod device_grant;
pub mod device_label;
pub mod device_settings;
pub mod dpop;
pub mod entitlement;
pub mod guessing;
pub mod id_token;
pub mod issuance;
pub mod logout;
pub mod number_matching;
pub mod pkce;
pub mod polling;
pub mod proximity;
pub mod redirect;
pub mod refresh_token;
pub mod scope_request;
pub mod session;
pub mod shares;
pub mod thumbprint;
pub mod token_policy;
pub mod user_code;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
