//! The OAuth side: clients, scopes, the device grant (RFC 8628), access tokens (RFC 9068).

pub mod access_token;
pub mod client;
pub mod device_grant;
pub mod polling;
pub mod user_code;
