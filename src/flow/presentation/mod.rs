//! One presentation from its request to its end, whoever asked for it (OpenID4VP 1.0).

pub mod accept;
pub mod ask_wallet;
pub mod begin;
pub mod collect;
pub mod direct_post;
pub mod dry_run;
pub mod end;
pub mod finish;
pub mod judge;
pub mod not_served;
pub mod once;
pub mod query;
pub mod reply;
pub mod request_object;
pub mod serve;
pub mod settle;
pub mod signed_requests;
pub mod verify;
pub mod ways;

pub use self::collect::collect;
pub use self::direct_post::direct_post;
pub use self::dry_run::dry_run;
pub use self::once::begin_once;
pub use self::request_object::request_object;
pub use self::serve::serve;
pub use self::verify::verify;
