//! The device authorization grant (RFC 8628): a television gets a token.

pub mod authorize;
pub(super) mod decide;
mod decision;
pub mod deny_by_user;
pub mod enter_code;
pub(super) mod in_signature;
pub mod own_pages;
pub mod polls;
pub mod redeem;
pub mod user_code;

pub use self::authorize::authorize;
pub use self::decision::decision;
pub use self::redeem::{redeem, redeem_after_waiting, write_paces};
