//! Who is asking, and how often.

pub mod authenticate;
pub(super) mod limits;
pub mod prove_key;

pub use self::authenticate::authenticate;
pub use self::prove_key::prove_key;
