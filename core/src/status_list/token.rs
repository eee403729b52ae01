//! The Status List Token in its JWT form (TSL 5.1): who signed it, for which address, until when.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::statuses::{Statuses, StatusesFault};
use crate::base::json::Bounds;
use crate::base::media_type::is_typ;
use crate::base::report::Rule;
use crate::base::time::{CLOCK_TOLERANCE, Timestamp};
use crate::jose::jws::{JwsFault, UnverifiedJws};
use crate::jose::key_set::{KeySet, NoKey};
use crate::jose::time_claims::{date, is_ahead, is_past};
use crate::jose::x5c::ValidatedChain;
use crate::trust::issuer_key::{Candidates, how_of_chain, of_set};
use crate::trust::{KeySource, TrustedIssuer};

/// The longest token, in bytes: a list of [`super::statuses::MOST_BYTES`] with a few percent revoked
/// compresses to less.
pub const MOST_BYTES: usize = 4 << 20;
/// `typ` of the header, and the media type without `application/`.
const TYP: &str = "statuslist+jwt";
/// Few members, one of them long.
const BOUNDS: Bounds = Bounds { bytes: MOST_BYTES, depth: 8, members: 200 };

const FORMAT: Rule = Rule { check: "status_list_format", requirement: "Token Status List 5.1" };
const SIGNATURE: Rule = Rule { check: "status_list_signature", requirement: "Token Status List 5.1, 11.3" };
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
    (FORMAT, "a signed token of the type statuslist+jwt"),
    (
        SIGNATURE,
        "signed by a key of the credential's own issuer, or under the certificates that are configured for its lists",
    ),
    (SUBJECT, "`sub` is the address that the credential names"),
    (FRESHNESS, "`iat` is there, and the list is neither from the future nor expired"),
    (ENCODING, "a list of 1, 2, 4 or 8 bits each, compressed with ZLIB"),
];

/// A Status List Token whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct StatusListToken(UnverifiedJws<'static>);

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
/// only by [`StatusListToken::verify`].
///
/// ```
/// # use vpgate_core::{base::time::Timestamp, status_list::{statuses::Statuses, token::StatusList}};
/// fn read(list: &StatusList) -> (&Statuses, Timestamp) {
///     (list.statuses(), list.fresh_until())
/// }
/// ```
/// ```compile_fail,E0451
/// # use vpgate_core::{base::time::Timestamp, status_list::{statuses::Statuses, token::StatusList}};
/// fn forge(statuses: Statuses, fresh_until: Timestamp) -> StatusList {
///     let (issuer, uri) = (String::new(), String::new());
///     StatusList { issuer, uri, chain: None, statuses, ends_at: None, fresh_until }
/// }
/// ```
#[derive(Debug)]
pub struct StatusList {
    issuer: String,
    uri: String,
    chain: Option<Arc<ValidatedChain>>,
    statuses: Statuses,
    /// The list's `exp` and the clock tolerance, or when it becomes too old.
    ends_at: Option<Timestamp>,
    fresh_until: Timestamp,
}

impl StatusListToken {
    /// Reads the body of an answer.
    ///
    /// # Errors
    /// [`StatusListFault::Jws`] and [`StatusListFault::Typ`].
    pub fn parse(body: &[u8]) -> Result<Self, StatusListFault> {
        let text = std::str::from_utf8(body).map_err(|_| JwsFault::Parts)?;
        let jws = UnverifiedJws::parse(text, &BOUNDS)?;
        match jws.typ() {
            Some(typ) if is_typ(typ, TYP) => Ok(Self(jws.into_owned())),
            _ => Err(StatusListFault::Typ),
        }
    }

    /// The name of the signing key.
    pub fn kid(&self) -> Option<&str> {
        self.0.kid()
    }

    /// The issuer of the list, asked for the key that the header calls for.
    pub fn of(&self, issuer: &TrustedIssuer) -> TrustedIssuer {
        issuer.of_header(self.kid(), self.0.header().contains_key("x5c"))
    }

    /// Everything TSL 5.1 and 8.3(4, 5) ask, whose keys are those of [`Self::of`]. The key is found the way it is found for the issuer's
    /// credentials (TSL 11.3): among `keys`, or by a chain in the token's own `x5c` up to the roots that
    /// the issuer is pinned to, or up to those of its status lists; for any other issuer, an `x5c` changes nothing. `uri` is the address in
    /// the credential.
    ///
    /// # Errors
    /// The first [`StatusListFault`].
    pub fn verify(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        uri: &str,
        receipt: Receipt,
        bounds: &CacheBounds,
    ) -> Result<StatusList, StatusListFault> {
        let issuer = &self.of(issuer);
        let Candidates { keys, how, chain, .. } = self.candidates(issuer, keys, receipt.at)?;
        let (verified, _key) = self.0.verify_by_any(&keys).map_err(|_| StatusListFault::Signature(how))?;
        let payload = verified.payload();
        if payload.get("sub").and_then(Value::as_str) != Some(uri) {
            return Err(StatusListFault::Subject);
        }
        let dates = check_dates(payload, receipt.at, bounds)?;
        let fresh_until = fresh_until(payload, dates, receipt, bounds)?;
        let status_list = payload.get("status_list").and_then(Value::as_object);
        let statuses = Statuses::from_json(status_list.ok_or(StatusListFault::NoList)?)?;
        let (issuer, uri) = (issuer.issuer().to_owned(), uri.to_owned());
        Ok(StatusList { issuer, uri, chain, statuses, ends_at: dates.ends_at, fresh_until })
    }

    /// The keys, and which ones they are.
    fn candidates(
        &self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        at: Timestamp,
    ) -> Result<Candidates, StatusListFault> {
        let roots = match (issuer.status_roots(), issuer.keys()) {
            (Some(roots), _) => roots,
            (None, KeySource::X5c(roots)) => roots,
            (None, _) => return Ok(of_set(&self.0, issuer, keys)?),
        };
        let x5c = self.0.header().get("x5c").ok_or(StatusListFault::NoChain)?;
        let chain = roots.validate(x5c, at).map_err(|why| StatusListFault::Chain(why.to_string()))?;
        let keys = chain.keys().candidates(None, self.0.algorithm())?;
        Ok(Candidates { keys, how: how_of_chain(&chain), chain: Some(chain), memo: None })
    }
}

impl StatusList {
    /// Whose credentials it is about.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The chain in the token that gave its key; `None` when the key was not found by certificates.
    pub fn chain(&self) -> Option<&ValidatedChain> {
        self.chain.as_deref()
    }

    /// `sub`: the address of the list.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The statuses in the list.
    pub fn statuses(&self) -> &Statuses {
        &self.statuses
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
    #[error("`typ` of the status list token is not statuslist+jwt")]
    Typ,
    /// The issuer of the credential has no such key.
    #[error("the status list is not signed by a known key of the credential's issuer: {0}")]
    Key(#[from] NoKey),
    /// The issuer is known by certificates, and the token brings none.
    #[error(
        "the issuer's status lists are known by certificates (`x5c_roots` or `status_x5c_roots`), and this one has no `x5c`"
    )]
    NoChain,
    /// The chain does not hold.
    #[error("the certificate chain of the status list: {0}")]
    Chain(String),
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
    /// There is no object `status_list`.
    #[error("the status list token has no object `status_list`")]
    NoList,
    #[error(transparent)]
    Statuses(#[from] StatusesFault),
}

impl StatusListFault {
    /// The `check` that it breaks.
    pub(super) fn check(&self) -> &'static str {
        let rule = match self {
            Self::Jws(_) | Self::Typ => FORMAT,
            Self::Key(_) | Self::NoChain | Self::Chain(_) | Self::Signature(_) => SIGNATURE,
            Self::Subject => SUBJECT,
            Self::Date(_) | Self::Ahead(_) | Self::Expired | Self::TooOld => FRESHNESS,
            Self::NoList | Self::Statuses(_) => ENCODING,
        };
        rule.check
    }
}

/// Between when a list counts.
#[derive(Clone, Copy)]
struct Dates {
    expires_at: Option<Timestamp>,
    /// `exp` and the clock tolerance, or earlier where the list becomes too old.
    ends_at: Option<Timestamp>,
}

/// Now must lie between `iat` and `exp`, as far as clocks can tell, and `iat` not too far back.
fn check_dates(
    payload: &Map<String, Value>,
    now: Timestamp,
    bounds: &CacheBounds,
) -> Result<Dates, StatusListFault> {
    let read = |name| date(payload, name).map_err(|_| StatusListFault::Date(name));
    let issued_at = read("iat")?.ok_or(StatusListFault::Date("iat"))?;
    for (name, start) in [("iat", Some(issued_at)), ("nbf", read("nbf")?)] {
        if start.is_some_and(|start| is_ahead(start, now, bounds.tolerance)) {
            return Err(StatusListFault::Ahead(name));
        }
    }
    let expires_at = read("exp")?;
    if expires_at.is_some_and(|exp| is_past(exp, now, bounds.tolerance)) {
        return Err(StatusListFault::Expired);
    }
    let too_old_at = bounds.oldest.map(|oldest| issued_at.plus(oldest));
    if too_old_at.is_some_and(|end| is_past(end, now, Duration::ZERO)) {
        return Err(StatusListFault::TooOld);
    }
    let last = expires_at.map(|exp| exp.plus(bounds.tolerance));
    Ok(Dates { expires_at, ends_at: [last, too_old_at].into_iter().flatten().min() })
}

/// The token's own word first, then HTTP's (TSL 8.2), then the least; not past its `exp`, unless that has
/// passed within the clock tolerance; and never past its end.
fn fresh_until(
    payload: &Map<String, Value>,
    dates: Dates,
    receipt: Receipt,
    bounds: &CacheBounds,
) -> Result<Timestamp, StatusListFault> {
    let ttl = date(payload, "ttl").map_err(|_| StatusListFault::Date("ttl"))?;
    let clamped = |said: Duration| receipt.at.plus(said.clamp(bounds.least, bounds.most));
    let kept = match (ttl, dates.expires_at, receipt.max_age) {
        (Some(ttl), ..) => clamped(Duration::from_secs(u64::try_from(ttl.unix()).unwrap_or(0))),
        (None, Some(exp), _) => clamped(exp.since(receipt.at)),
        (None, None, Some(max_age)) => clamped(max_age),
        (None, None, None) => clamped(bounds.least),
    };
    let to_come = dates.expires_at.filter(|exp| *exp > receipt.at);
    Ok([to_come, dates.ends_at].into_iter().flatten().fold(kept, Timestamp::min))
}

#[cfg(test)]
mod tests;
