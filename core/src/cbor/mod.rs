//! CBOR (RFC 8949), read strictly and written in the shortest form.
//!
//! What is read keeps the bytes in which it was written: hashes and signatures are over those, never over an encoding
//! made anew (ISO/IEC 18013-5 section 9.1.2.5).
//!
//! ```
//! use vpgate_core::cbor::{Limits, Writer, read};
//! let written = Writer::new().map(1).text("digestID").unsigned(7).into_bytes();
//! let item = read(&written, &Limits::default()).unwrap();
//! assert_eq!(item.get("digestID").unwrap().as_unsigned(), Some(7));
//! assert_eq!(item.get("digestID").unwrap().span(), [7]);
//! ```

mod item;
mod keys;
mod reader;
mod writer;

pub use self::item::{Item, ItemKind};
pub use self::reader::{CborError, CborFault, Limits, read};
pub use self::writer::Writer;

/// Encoded CBOR data item (RFC 8949 section 3.4.5.1): a byte string that holds one.
pub const EMBEDDED: u64 = 24;

#[cfg(test)]
mod tests;
