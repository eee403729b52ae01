//! The authorization code grant (RFC 6749 section 4.1): a web application gets a token.

pub mod authorize;
pub(super) mod decide;
pub mod push;
pub mod redeem;

pub use self::push::push;
pub use self::redeem::redeem;
