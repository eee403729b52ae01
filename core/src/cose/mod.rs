//! COSE as ISO/IEC 18013-5 and CWTs have it (RFC 9052, RFC 9053, RFC 9360): one signature, and keys of elliptic curves.
//!
//! ```text
//! cbor::Item -> Sign1 (bounded, nothing believed) -> Sign1::verify with a key -> SignedPayload
//! ```
//! MACs and encryption are not here: nothing that is accepted has them.

mod algorithm;
pub mod key;
mod sign1;
mod signing;
mod x5chain;

pub use self::algorithm::{algorithm, algorithm_numbers};
pub use self::key::CoseKeyFault;
pub use self::sign1::{CoseFault, Sign1, SignedPayload};
pub use self::signing::{HeaderParameters, PayloadPlace, sign};
pub use self::x5chain::X5Chain;

#[cfg(test)]
mod tests;
