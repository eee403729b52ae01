//! Type metadata (SD-JWT VC section 5): what a type demands of its credentials. Documents come from the
//! operator, never from an address in a credential, and are read once, at the start.
//!
//! ```text
//! bytes -> TypeDocument (one file) -> TypeMetadata (its whole `extends` chain)
//! ```
//! One credential is judged by it in its format's own room. Only `claims` counts here. Names, descriptions, logos and templates are for wallets: they are neither
//! shown nor fetched.

pub(crate) mod chain;
pub(crate) mod claim_path;
pub(crate) mod document;
mod integrity;
pub mod trace;

pub use self::chain::{ExtendsFault, TypeMetadata, resolve};
pub use self::document::{BYTES, DocumentFault, TypeDocument};

#[cfg(test)]
mod tests;
