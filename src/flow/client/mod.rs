//! Who is asking, and how often.

pub(super) mod at_hand;
pub mod authenticate;
pub(super) mod limits;
pub mod prove_key;
pub(super) mod refusals;
pub(super) mod shares;

pub use self::authenticate::authenticate;
pub use self::prove_key::prove_key;
