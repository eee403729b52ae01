//! One presentation from its request to its end, whoever asked for it (OpenID4VP 1.0).

pub mod accept;
pub mod ask_wallet;
pub mod begin;
pub mod collect;
pub mod direct_post;
pub mod dry_run;
pub mod finish;
pub mod judge;
pub mod query;
pub(super) mod reply_again;
pub mod request_object;
pub mod serve;
pub mod settle;
pub mod signed_requests;
pub mod verify;
