//! The words everything else is said in: time, secrets, identifiers, money, strict JSON.

pub mod base64url;
pub mod canonical;
pub mod client_address;
pub mod decimal;
pub mod digest;
pub mod exact;
pub mod exposure;
pub mod forwarded;
pub mod id;
pub mod ip_network;
pub mod json;
pub mod media_type;
pub mod money;
pub mod public_address;
pub mod repeat;
pub mod report;
pub mod sealed;
pub mod secret;
pub mod time;
pub mod visible;
pub mod well_known;
