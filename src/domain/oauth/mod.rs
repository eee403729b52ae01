//! The OAuth side: clients, scopes, the device grant (RFC 8628), access tokens (RFC 9068).

pub mod access_token;
pub mod client;
pub mod device_grant;
pub mod entitlement;
pub mod issuance;
pub mod polling;
pub mod refresh_token;
pub mod thumbprint;
pub mod token_policy;
pub mod user_code;

#[cfg(test)]
mod testing;
