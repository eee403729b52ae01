//! Who is asking, and how often.

pub mod authenticate;
pub(super) mod limits;
pub mod prove_key;
