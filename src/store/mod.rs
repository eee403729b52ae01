//! Where grants and presentations are kept. Each backend is one file and its folder; all of them
//! share the meaning of a row (`row.rs`) and pass the same suite, `tests/contract/store_contract`.
//!
//! A store decides nothing. It repeats in its `WHERE` the state that a
//! [`Change`](vpgate_core::change::Change) leaves, and says `Lost` when no row was in it. It holds
//! digests, never codes, cookies or tokens; claims and reports only until a sweep takes the row.
//!
//! `Unavailable` in answer to a change means that nobody knows whether it was made: read again.

mod row;
pub mod sqlite;
