//! Makes real mdocs for tests, and judges recorded ones.

#![expect(missing_docs, clippy::unwrap_used, clippy::new_without_default, reason = "for tests only")]

mod cases;
mod maker;

pub use self::cases::{Case, CaseOutcome, Wrong, cases, judge_all};
pub use self::maker::{DOCTYPE, ISSUER, MdocMaker, NAMESPACE, NOW, QUERY_ID};
