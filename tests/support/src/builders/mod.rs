//! One builder for each thing that tests make.

#[cfg(feature = "sandbox")]
pub mod configuration;
pub mod presentation;
pub mod states;
