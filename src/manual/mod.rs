//! The book: how the house works, what it defends against, and why it is built like this.
//!
//! - [`flow`]: both stories, step by step, as the parties see them.
//! - [`scopes`]: scopes, rules, what is asked for, what tokens say, who `sub` is.
//! - [`operating`]: running it: configuration, keys, limits, logs, crashes, pages that sign people in.
//! - [`limits`]: addresses and proxies, what a guesser can reach, why nobody is locked out by others.
//! - [`threats`]: what attackers want and what stands in their way.
//! - [`decisions`]: choices that were made, and what they cost.

pub mod decisions;
pub mod flow;
pub mod limits;
pub mod operating;
pub mod scopes;
pub mod threats;
