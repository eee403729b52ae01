//! The only homes of the system clock, the randomness of the operating system, our private keys, the
//! queue of the log, and the limits of the process.

pub mod clock;
pub mod descriptors;
pub mod entropy;
pub mod keys;
pub mod log_queue;
mod new_key;
pub mod private_file;
pub mod request_keys;
pub mod signing_keys;

pub use private_file::FileFault;
