//! Tokens, once they are earned: issued, refreshed, explained and ended.

pub(super) mod admit;
pub(in crate::flow) mod answer_again;
pub mod client_credentials;
pub mod introspect;
pub mod issue;
pub(super) mod recheck;
pub mod refresh;
pub mod revoke;
pub(super) mod said;
pub(super) mod today;
pub mod userinfo;

pub use self::client_credentials::{client_credentials, client_of_token};
pub use self::introspect::introspect;
pub use self::refresh::refresh;
pub use self::revoke::revoke;
pub use self::userinfo::userinfo;
