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
//! # Files that are read at the start only
//! Keys and roots that `trust` names (`jwks_file`, `x5c_roots`, `crl`). A revocation list ends at its
//! `nextUpdate`, and from then on every credential of that issuer is refused: restart with the new list
//! before that.
//!
//! # Limits
//!
//! | What | Bound |
//! |---|---|
//! | form of a machine | 16 KiB, 64 parameters |
//! | JSON of a relying party | 192 KiB |
//! | answer of a wallet through `/callback` | 128 KiB |
//! | one presentation | [`crate::domain::sdjwt::limits::Limits`] |
//! | certificates in `x5c` | [`crate::domain::jose::x5c::MOST_CERTIFICATES`], 8 KiB each |
//! | transaction data objects in a request | [`crate::flow::question::MAX_TRANSACTIONS`] |
//! | scopes in a request | [`crate::domain::admission::scopes::MAX_SCOPES`] |
//! | wrong user codes | `device.wrong_codes_per_address` and `wrong_codes_altogether` within the life of the longest-lived code; also what is stored of them |
//! | device authorizations | `device.authorizations_per_client` and `authorizations_per_address` within the same time; each is at most twenty rows for each client or address |
//! | answer of an issuer | size, time and address checked in [`crate::fetch`] |
//! | status list | [`crate::domain::sdjwt::status::token::MOST_BYTES`] as it comes, [`crate::domain::sdjwt::status::statuses::MOST_BYTES`] unpacked |
//! | status lists in memory | 256, together 128 MiB; the one that is soonest due gives way |
//!
//! Behind a proxy that is not in `http.trusted_proxies` everybody has the proxy's address, and is limited
//! as one. A client that asks for its devices through a server of its own has that server's address: raise
//! `authorizations_per_address`, and set `proximity = "ignore"` for it.
//!
//! # Status
//! A credential that names a status list is accepted only when its issuer's list says that it is valid.
//! `credentials[].status = "require"` refuses those that name none. A list is kept in memory for its
//! `ttl`, or until `exp`, clamped to `status_lists.cache_at_least` and `cache_at_most`: so long a revoked
//! credential may still be accepted. There is no other limit on the age of a list (`iat`).
//!
//! When a list cannot be had, every presentation that needs it is refused, with the line
//! `status_list_available` in the log. It is not counted as a try, since neither the person nor the
//! wallet can help it: they may try again until the request expires, and the relying party reads
//! `pending` meanwhile. A server that failed is left alone for five seconds. With
//! `status_stale_if_error` the last good list serves so much longer, never past its `exp`; a list that
//! came and is no good (signature, address, dates) is never replaced by an older one, and is a counted
//! rejection.
//!
//! `danger_ignore_status` accepts revoked credentials; results say `unchecked` then.
//!
//! Not offered: application-specific status values (refused), CWT lists, aggregation (lists are fetched when a credential names them), historical
//! queries, the status of credentials that were verified before, list signers other than the issuer.
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
