//! The only homes of the system clock, the randomness of the operating system, and our private keys.

pub mod clock;
pub mod entropy;
pub mod keys;
mod private_file;
pub mod request_keys;
pub mod signing_keys;

pub use private_file::FileFault;
