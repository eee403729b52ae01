//! vpgate: an OpenID4VP verifier that turns a wallet's presentation into an OAuth token.
//!
//! The map, from the ground up. Imports point down this list, never up; `tests/architecture`
//! holds every file to it.
//!
//! | Floor | Rooms | What lives there |
//! |---|---|---|
//! | ground | the package [`vpgate_core`] | every rule, pure: no async, clock, randomness, I/O, HTTP or SQL |
//! | first | [`flow`], [`config`] | one verb per file: read, ask the rules, write once |
//! | second | [`http`], [`fetch`], [`store`], [`system`], `cross_check`, `sandbox` | the outside world; these never see each other; the last two are Cargo features |
//! | roof | [`app`] | the only file that knows every part |
//!
//! The book about all this is [`manual`].

pub mod app;
pub mod config;
#[cfg(feature = "cross-check")]
pub mod cross_check;
pub mod fetch;
pub mod flow;
pub mod http;
pub mod manual;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod store;
pub mod system;
