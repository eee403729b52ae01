//! One builder for each thing that tests make.

pub mod configuration;
pub mod presentation;
pub mod states;
