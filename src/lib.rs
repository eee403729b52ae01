//! vpgate: an OpenID4VP verifier that turns a wallet's presentation into an OAuth token.
//!
//! Imports point down this list, never up; `tests/architecture` holds every file to it.
//!
//! | Layer | Modules | What they do |
//! |---|---|---|
//! | top | [`app`] | builds the parts and puts them together; nothing else knows every part |
//! | adapters | [`http`], [`fetch`], [`store`], [`system`], `cross_check`, `sandbox` | the outside world; these never see each other; the last two are Cargo features |
//! | use cases | [`flow`], [`config`] | read, ask the rules, write once |
//! | numbers | [`metrics`], [`spans`] | what is counted, measured and traced; they know nobody |
//! | rules | the package [`vpgate_core`] | every rule, pure: no async, clock, randomness, I/O, HTTP or SQL |
//!
//! The book about all this is in `docs/`, and here as [`book`].

/// Version and commit of this program.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("VPGATE_BUILD"), ")");

pub mod app;
pub mod book;
pub mod config;
#[cfg(feature = "cross-check")]
pub mod cross_check;
pub mod fetch;
pub mod flow;
pub mod http;
pub mod metrics;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod spans;
pub mod store;
pub mod system;
