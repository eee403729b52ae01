//! The words everything else is said in: time, secrets, identifiers, money, strict JSON.

pub mod base64url;
pub mod decimal;
pub mod exact;
pub mod exposure;
pub mod id;
pub mod json;
pub mod media_type;
pub mod money;
pub mod report;
pub mod secret;
pub mod time;
pub mod well_known;
