//! The OAuth side: clients, scopes, the device grant (RFC 8628), access tokens (RFC 9068).

pub mod access_token;
pub mod attempts;
pub mod client;
pub mod device_grant;
pub mod device_settings;
pub mod nearness;
pub mod number_matching;
pub mod polling;
pub mod user_code;
