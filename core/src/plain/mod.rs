//! A trivial format of credentials, for tests: a JWT of `iss`, `type`, `holder` and `claims`. Whoever shows it is its
//! holder.
//! It proves that query, verdict, admission and result take a format of which they know nothing.

mod credential;

pub(crate) use self::credential::{PlainFacts, PlainText};

#[cfg(test)]
mod tests;
