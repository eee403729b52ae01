//! One builder for each thing that tests make.

#[cfg(feature = "sandbox")]
pub mod configuration;
pub mod presentation;
pub mod states;
#[cfg(all(unix, feature = "sandbox"))]
pub mod webhooks;
