//! What clients are told of. Events are written with the change that they tell of; the rest is behind.

pub(in crate::flow) mod announce;
pub mod expiry;
pub mod follow;
pub mod list;
pub mod watch;
