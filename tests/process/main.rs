//! The program as the operating system sees it: killed at any moment, asked to stop, started again,
//! with a log that nobody reads. One topic, one file; [`vpgate_test_support::service_process`] starts and ends processes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing, and why it was left out"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "clients of the service, not a part of it; real processes take real time"
)]

mod audit;
mod big_headers;
mod command_line;
mod delivery;
mod devices;
mod disk;
mod doctor;
mod failover;
mod first_hour;
mod hanging_host;
mod kills;
mod lock_out;
mod log_sinks;
mod lost_keys;
mod memory;
mod places;
mod proxies;
mod raw;
mod reload;
mod replicas;
mod security_module;
mod signals;
mod starting;
mod stopping;
mod storage_copy;
mod storage_faults;
#[cfg(feature = "otlp")]
mod traces;
mod webhooks;
mod whole_flows;
