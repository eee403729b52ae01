//! The only homes of the system clock, the randomness of the operating system, our private keys, and the
//! queue of the log.

pub mod clock;
pub mod entropy;
pub mod keys;
pub mod log_queue;
pub mod private_file;
pub mod request_keys;
pub mod signing_keys;

pub use private_file::FileFault;
