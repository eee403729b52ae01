//! Running it.
//!
//! # Starting
//! `vpgate check-config` names every fault at once. `vpgate serve` opens the database, applies
//! migrations, loads or makes its keys, binds, and answers `/readyz` with 200. It ends on SIGTERM or
//! SIGINT after the requests under way are answered.
//!
//! # What is written to disk
//! - The database: grants and presentations, until they are swept. Claims of a verified presentation
//!   stay at most ten minutes. Codes and cookies are there as digests only.
//! - The keys directory: the token signing key and two digest keys, readable by the owner only. Losing
//!   the signing key makes issued tokens unverifiable; losing the digest keys makes open user codes
//!   unusable and changes every subject.
//!
//! Every step that was answered is durable: the answer leaves after the commit has reached the disk.
//!
//! # Limits
//!
//! | What | Bound |
//! |---|---|
//! | form of a machine | 16 KiB, 64 parameters |
//! | JSON of a relying party | 192 KiB |
//! | answer of a wallet through `/callback` | 128 KiB |
//! | one presentation | [`crate::domain::sdjwt::limits::Limits`] |
//! | transaction data objects in a request | [`crate::flow::question::MAX_TRANSACTIONS`] |
//! | scopes in a request | [`crate::domain::admission::scopes::MAX_SCOPES`] |
//! | answer of an issuer | size, time and address checked in [`crate::fetch`] |
//!
//! # When an answer is rejected
//! The log has one line for each answer that was judged, `answer judged`: `verdict`, and for a rejected
//! one `reason` (the stable name of the check), `requirement` and `detail`. The relying party has the same
//! in its report. `vpgate verify` tells it for a `vp_token` in a file, offline and as of any time.
//!
//! # A second opinion
//! `verification.cross_check = "enforce"` has a second library verify what was accepted (about 0.1 ms
//! each). If the two disagree, the answer is refused by the check `cross_check` and the log has an error:
//! one of them has a fault. Report it to us, with the kind of credential, not with its claims.
//!
//! # Logs
//! Structured, to standard error. They name presentations and grants by id and say why an answer was
//! rejected. They never contain a token, code, claim value, `login_hint` or presentation. An internal
//! failure carries the same trace id in the log and in the answer.
