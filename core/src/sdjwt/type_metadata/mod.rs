//! Type metadata (SD-JWT VC section 5): what a type demands of its credentials. Documents come from the
//! operator, never from an address in a credential, and are read once, at the start.
//!
//! ```text
//! bytes -> Document (one file) -> TypeMetadata (its whole `extends` chain) -> judge (one credential)
//! ```
//! Only `claims` counts here. Names, descriptions, logos and templates are for wallets: they are neither
//! shown nor fetched.

mod chain;
mod claim_path;
mod document;
mod integrity;
mod judge;

pub use self::chain::{ExtendsFault, TypeMetadata, resolve};
pub use self::document::{BYTES, DocumentFault, TypeDocument};
pub(super) use self::judge::judge;

#[cfg(test)]
mod tests;
