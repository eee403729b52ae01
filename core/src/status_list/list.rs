//! A status list that its issuer signed, whatever its form: until when it counts, and what it says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::kind::{ListKind, StatusEntry};
use super::statuses::{Statuses, StatusesFault};
use crate::base::base64url;
use crate::base::report::Rule;
use crate::base::time::{CLOCK_TOLERANCE, Timestamp};
use crate::jose::alg::Algorithm;
use crate::jose::jws::JwsFault;
use crate::jose::key_set::NoKey;
use crate::jose::time_claims::{is_ahead, is_past};
use crate::jose::x5c::{Roots, ValidatedChain};
use crate::trust::issuer_key::{Candidates, how_of_chain};

const FORMAT: Rule = Rule { check: "status_list_format", requirement: "Token Status List 5.1" };
/// Also judged again when a kept list is used.
pub(super) const SIGNATURE: Rule =
    Rule { check: "status_list_signature", requirement: "Token Status List 5.1, 11.3" };
/// Also judged again when a kept list is used.
pub(super) const SUBJECT: Rule =
    Rule { check: "status_list_subject", requirement: "Token Status List 5.1, 8.3(4.a)" };
/// Also judged again when a kept list is used.
pub(super) const FRESHNESS: Rule =
    Rule { check: "status_list_freshness", requirement: "Token Status List 8.3(4.b-d), 13.7" };
const ENCODING: Rule =
    Rule { check: "status_list_encoding", requirement: "Token Status List 4.1, 4.2, 8.3(5)" };

/// What holds of every [`StatusList`], in the order in which it was checked.
pub(super) const HOLDS: [(Rule, &str); 5] = [
    (FORMAT, "a signed token of the type that was asked for"),
    (
        SIGNATURE,
        "signed by a key of the credential's own issuer, or under the certificates that are configured for its lists",
    ),
    (SUBJECT, "`sub` is the address that the credential names"),
    (FRESHNESS, "`iat` is there, and the list is neither from the future nor expired"),
    (ENCODING, "a list of 1, 2, 4 or 8 bits each, compressed with ZLIB, or a list of identifiers"),
];

/// The longest token, in bytes: a list of [`super::statuses::MOST_BYTES`] with a few percent revoked
/// compresses to less.
pub const MOST_BYTES: usize = 4 << 20;

/// How a token came to us.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    /// When the list arrived.
    pub at: Timestamp,
    /// What HTTP said about keeping it; counts only when the token says nothing (TSL 8.2).
    pub max_age: Option<Duration>,
}

/// How long a list may be kept before it is fetched anew: what an issuer says is clamped to this. And how
/// old it may be at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheBounds {
    least: Duration,
    most: Duration,
    oldest: Option<Duration>,
    tolerance: Duration,
}

impl CacheBounds {
    /// At least `least` (or until `exp` when that is sooner), at most `most`; `None` when they are crossed.
    pub fn new(least: Duration, most: Duration) -> Option<Self> {
        (least <= most).then_some(Self { least, most, oldest: None, tolerance: CLOCK_TOLERANCE })
    }

    /// These bounds, where clocks may be so far apart.
    #[must_use]
    pub fn with_clock_tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }

    /// These bounds, for lists whose `iat` is less than `oldest` ago; `None`: any age.
    #[must_use]
    pub fn no_older_than(self, oldest: Option<Duration>) -> Self {
        Self { oldest, ..self }
    }
}

impl Default for CacheBounds {
    /// One minute to twelve hours (the `ttl` of TSL's own examples), of any age.
    fn default() -> Self {
        let (least, most) = (Duration::from_secs(60), Duration::from_secs(12 * 3600));
        Self { least, most, oldest: None, tolerance: CLOCK_TOLERANCE }
    }
}

/// A list that the issuer of the credentials signed, for one address, not expired when it came. Made
/// only by [`StatusListToken::verify`](super::token::StatusListToken::verify).
///
/// ```
/// # use vpgate_core::{base::time::Timestamp, status_list::{kind::StatusEntry, token::StatusList}};
/// fn read(list: &StatusList) -> (Option<u8>, Timestamp) {
///     (list.at(&StatusEntry::Index(7)), list.fresh_until())
/// }
/// ```
/// ```compile_fail,E0451
/// # use vpgate_core::{base::time::Timestamp, status_list::token::StatusList};
/// fn forge(honest: StatusList, fresh_until: Timestamp) -> StatusList {
///     StatusList { fresh_until, ..honest }
/// }
/// ```
#[derive(Debug)]
pub struct StatusList {
    issuer: String,
    kind: ListKind,
    uri: String,
    chain: Option<Arc<ValidatedChain>>,
    content: ListContent,
    /// The list's `exp` and the clock tolerance, or when it becomes too old.
    ends_at: Option<Timestamp>,
    fresh_until: Timestamp,
}

impl StatusList {
    /// The list that a signed token holds, when it came by `receipt` and is kept within `bounds`.
    pub(super) fn read(
        signed: SignedList<'_>,
        receipt: Receipt,
        bounds: &CacheBounds,
        content: impl FnOnce() -> Result<ListContent, StatusListFault>,
    ) -> Result<Self, StatusListFault> {
        let SignedList { issuer, kind, uri, chain, dates } = signed;
        let ends_at = dates.check(receipt.at, bounds, kind)?;
        let fresh_until = dates.fresh_until(ends_at, receipt, bounds);
        let (issuer, uri) = (issuer.to_owned(), uri.to_owned());
        Ok(Self { issuer, kind, uri, chain, content: content()?, ends_at, fresh_until })
    }

    /// Whose credentials it is about.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The chain in the token that gave its key; `None` when the key was not found by certificates.
    pub fn chain(&self) -> Option<&ValidatedChain> {
        self.chain.as_deref()
    }

    /// What was asked for.
    pub fn kind(&self) -> ListKind {
        self.kind
    }

    /// `sub`: the address of the list.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// What it says of `entry`, 0 being valid; `None` past its end, or where it has no entries of that kind.
    pub fn at(&self, entry: &StatusEntry) -> Option<u8> {
        self.content.at(entry)
    }

    /// How much memory it takes, about.
    pub fn bytes(&self) -> usize {
        self.content.bytes()
    }

    /// From then on a new one is fetched; never after `exp`, nor when it is too old.
    pub fn fresh_until(&self) -> Timestamp {
        self.fresh_until
    }

    /// Whether it can be used: fresh, or at most `stale` past that; never past its `exp`, nor too old.
    pub fn usable(&self, now: Timestamp, stale: Duration) -> bool {
        now < self.fresh_until.plus(stale) && self.ends_at.is_none_or(|end| now < end)
    }
}

/// Why a token is refused. Carries no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum StatusListFault {
    /// Not a bounded compact JWS with an algorithm of the list.
    #[error("the status list token is not acceptable: {0}")]
    Jws(#[from] JwsFault),
    /// Not one bounded COSE_Sign1 with an algorithm of the list, over a map of claims.
    #[error("the status list token is not acceptable: {0}")]
    Cwt(String),
    #[error("`typ` of the status list token is not the type that was asked for")]
    Typ,
    /// The issuer of the credential has no such key.
    #[error("the status list is not signed by a known key of the credential's issuer: {0}")]
    Key(#[from] NoKey),
    /// The issuer is known by certificates, and the token brings none.
    #[error(
        "the issuer's status lists are known by certificates (`x5c_roots` or `status_x5c_roots`), and this one has no `x5c` (as CWT: no `x5chain` in its protected header)"
    )]
    NoChain,
    /// The chain does not hold.
    #[error("the certificate chain of the status list: {0}")]
    Chain(String),
    /// The credential names a certificate for its list, and this is signed by another.
    #[error("the status list is not signed under the `certificate` that the credential names for it")]
    OtherCertificate,
    /// The signature does not hold under the key that is named.
    #[error("the signature of the status list does not hold under {0}")]
    Signature(String),
    /// The list of another address.
    #[error("`sub` of the status list is not the address that the credential names")]
    Subject,
    /// `iat` is missing, or a date is not a number of seconds.
    #[error("`{0}` of the status list is missing or not a number of seconds")]
    Date(&'static str),
    /// `iat` or `nbf` lies ahead.
    #[error("`{0}` of the status list lies ahead; is a clock wrong?")]
    Ahead(&'static str),
    #[error("the status list has expired; its provider must publish a new one")]
    Expired,
    /// `iat` lies further back than the configuration allows.
    #[error("the status list was signed longer ago than `status_lists.oldest` allows")]
    TooOld,
    /// There is no list of the kind that was asked for, or one of another kind beside it.
    #[error("the status list token has no object `status_list`, or not the one claim that its type has")]
    NoList,
    #[error(transparent)]
    Statuses(#[from] StatusesFault),
}

impl StatusListFault {
    /// The `check` that it breaks.
    pub(super) fn check(&self) -> &'static str {
        let rule = match self {
            Self::Jws(_) | Self::Cwt(_) | Self::Typ => FORMAT,
            Self::Key(_) | Self::NoChain | Self::Chain(_) | Self::OtherCertificate | Self::Signature(_) => {
                SIGNATURE
            }
            Self::Subject => SUBJECT,
            Self::Date(_) | Self::Ahead(_) | Self::Expired | Self::TooOld => FRESHNESS,
            Self::NoList | Self::Statuses(_) => ENCODING,
        };
        rule.check
    }
}

/// What a list says.
#[derive(Debug)]
pub(super) enum ListContent {
    /// A status for each index.
    Statuses(Statuses),
    /// The identifiers of those that were taken back.
    Identifiers(BTreeSet<Box<[u8]>>),
}

impl ListContent {
    fn at(&self, entry: &StatusEntry) -> Option<u8> {
        match (self, entry) {
            (Self::Statuses(statuses), StatusEntry::Index(index)) => statuses.at(*index),
            (Self::Identifiers(revoked), StatusEntry::Identifier(id)) => {
                let id = base64url::decode(id).ok()?;
                Some(u8::from(revoked.contains(id.as_slice())))
            }
            _ => None,
        }
    }

    fn bytes(&self) -> usize {
        const NODE: usize = 32;
        match self {
            Self::Statuses(statuses) => statuses.bytes(),
            Self::Identifiers(revoked) => revoked.iter().map(|id| id.len() + NODE).sum(),
        }
    }
}

/// What is known of a list whose signature holds.
pub(super) struct SignedList<'l> {
    pub(super) issuer: &'l str,
    pub(super) kind: ListKind,
    pub(super) uri: &'l str,
    pub(super) chain: Option<Arc<ValidatedChain>>,
    pub(super) dates: ListDates,
}

/// The dates in a token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ListDates {
    pub(super) issued_at: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    /// For how long it may be kept, in seconds.
    pub(super) ttl: Option<i64>,
}

impl ListDates {
    /// Now must lie between `iat` and `exp`, as far as clocks can tell, and `iat` not too far back. Lists of mdocs must
    /// expire. Answers with the end: `exp` and the clock tolerance, or earlier where the list becomes too old.
    fn check(
        &self,
        now: Timestamp,
        bounds: &CacheBounds,
        kind: ListKind,
    ) -> Result<Option<Timestamp>, StatusListFault> {
        let issued_at = self.issued_at.ok_or(StatusListFault::Date("iat"))?;
        for (name, start) in [("iat", Some(issued_at)), ("nbf", self.not_before)] {
            if start.is_some_and(|start| is_ahead(start, now, bounds.tolerance)) {
                return Err(StatusListFault::Ahead(name));
            }
        }
        if kind.is_of_mdoc() && self.expires_at.is_none() {
            return Err(StatusListFault::Date("exp"));
        }
        if self.expires_at.is_some_and(|exp| is_past(exp, now, bounds.tolerance)) {
            return Err(StatusListFault::Expired);
        }
        let too_old_at = bounds.oldest.map(|oldest| issued_at.plus(oldest));
        if too_old_at.is_some_and(|end| is_past(end, now, Duration::ZERO)) {
            return Err(StatusListFault::TooOld);
        }
        let last = self.expires_at.map(|exp| exp.plus(bounds.tolerance));
        Ok([last, too_old_at].into_iter().flatten().min())
    }

    /// The token's own word first, then HTTP's (TSL 8.2), then the least; not past its `exp`, unless that has
    /// passed within the clock tolerance; and never past its end.
    fn fresh_until(&self, ends_at: Option<Timestamp>, receipt: Receipt, bounds: &CacheBounds) -> Timestamp {
        let clamped = |said: Duration| receipt.at.plus(said.clamp(bounds.least, bounds.most));
        let kept = match (self.ttl, self.expires_at, receipt.max_age) {
            (Some(ttl), ..) => clamped(Duration::from_secs(u64::try_from(ttl).unwrap_or(0))),
            (None, Some(exp), _) => clamped(exp.since(receipt.at)),
            (None, None, Some(max_age)) => clamped(max_age),
            (None, None, None) => clamped(bounds.least),
        };
        let to_come = self.expires_at.filter(|exp| *exp > receipt.at);
        [to_come, ends_at].into_iter().flatten().fold(kept, Timestamp::min)
    }
}

/// The key of a chain that a list brings, up to `roots`.
pub(super) fn candidates_of_chain(
    roots: &Roots,
    x5c: &Value,
    algorithm: Algorithm,
    at: Timestamp,
) -> Result<Candidates, StatusListFault> {
    let chain = roots.validate(x5c, at).map_err(|why| StatusListFault::Chain(why.to_string()))?;
    let keys = chain.keys().candidates(None, algorithm)?;
    Ok(Candidates { keys, how: how_of_chain(&chain), chain: Some(chain), memo: None })
}
