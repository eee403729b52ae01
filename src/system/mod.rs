//! The only homes of the system clock, the randomness of the operating system, our private keys, the
//! queue of the log, the way of traces to a collector, and the limits of the process.

pub mod clock;
pub mod descriptors;
pub mod entropy;
mod held_key;
pub mod keys;
pub mod log_queue;
mod new_key;
pub mod otlp;
pub mod private_file;
pub mod request_keys;
pub mod security_module;
pub mod signing_keys;

pub use private_file::FileFault;
