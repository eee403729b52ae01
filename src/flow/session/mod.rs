//! Sessions, by choice (`[sessions]`): a person who presented a moment ago is not asked again, and clients are
//! told when that ends.

pub mod answer;
pub(super) mod begin;
pub(super) mod end;
pub mod logout;
pub mod notify;

pub use self::logout::{look_at, sign_out};
