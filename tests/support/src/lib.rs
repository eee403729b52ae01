//! What the tests of vpgate share: the service in one process with a clock that tests move (`harness`), on a
//! real connection (`live_server`), as a process ([`service_process`]); the people and programs around it; and a
//! builder for each thing that tests make.

#![expect(missing_docs, reason = "a name says what a test does")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::new_without_default,
    reason = "a test says what is wrong by failing"
)]

pub mod browser;
pub mod builders;
pub mod certificates;
pub mod equipment;
pub mod fuzz;
#[cfg(feature = "sandbox")]
pub mod harness;
#[cfg(feature = "sandbox")]
pub mod live_server;
pub mod losing_store;
#[cfg(feature = "sandbox")]
pub mod model_service;
#[cfg(feature = "sandbox")]
pub mod network;
pub mod person;
#[cfg(unix)]
pub mod postgres;
pub mod service_process;
#[cfg(unix)]
pub mod stored_bytes;
#[cfg(unix)]
pub mod stores;
#[cfg(unix)]
pub mod webhook_receiver;

use std::path::PathBuf;

/// The program, as Cargo has built it for the test that runs.
pub fn program() -> PathBuf {
    std::env::var_os("CARGO_BIN_EXE_vpgate").expect("Cargo names the program to each test").into()
}

/// The folder that holds everything.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
