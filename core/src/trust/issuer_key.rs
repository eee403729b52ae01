//! Which key the issuer's signature must hold under: found by the mechanism that is configured for the
//! issuer, and by no other (SD-JWT VC sections 2.5 and 7.3).

use std::fmt;
use std::sync::Arc;

use super::{KeySource, TrustedIssuer};
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::jws::{SignatureMemo, UnverifiedJws};
use crate::jose::key_set::{KeySet, NoKey};
use crate::jose::x5c::{Roots, ValidatedChain};

const AVAILABLE: Rule = Rule { check: "issuer_key_available", requirement: "SD-JWT VC 2.5, 4" };
const KEY: Rule = Rule { check: "issuer_key", requirement: "RFC 9901 7.1(2.c); SD-JWT VC 2.5" };
const CHAIN: Rule = Rule { check: "issuer_chain", requirement: "SD-JWT VC 2.5; RFC 5280 6" };

/// Whether a report that fails with `check` blames how the issuer publishes its keys.
pub fn is_blamed_by(check: &str) -> bool {
    [KEY.check, AVAILABLE.check].contains(&check)
}

/// Whether it fails for now only.
pub fn is_missed_by(check: &str) -> bool {
    check == AVAILABLE.check
}

/// What the issuer publishes its keys in is wrong; nobody else can mend it. `why` is ours, never a part of
/// an answer.
pub fn mistaken(issuer: &TrustedIssuer, why: &dyn fmt::Display, findings: &mut Findings) -> Rejection {
    let source = issuer.keys().name();
    findings.fail(&KEY, format!("{source} cannot be used, and only the issuer can mend that: {why}"))
}

/// The issuer's keys cannot be had now, so nobody can say whether the credential is genuine.
pub fn unavailable(issuer: &TrustedIssuer, why: &dyn fmt::Display, findings: &mut Findings) -> Rejection {
    findings.fail(&AVAILABLE, format!("{} cannot be had now: {why}", issuer.keys().name()))
}

/// The keys that the signature may hold under, at least one, and how they were found, in words.
pub(crate) struct Candidates {
    pub(crate) keys: Vec<PublicKey>,
    pub(crate) how: String,
    /// The chain that gave them, where certificates did.
    pub(crate) chain: Option<Arc<ValidatedChain>>,
    /// Signatures that held under them before.
    pub(crate) memo: Option<Arc<dyn SignatureMemo>>,
}

/// The keys of `issuer` for `jwt`: of `keys`, or that of the validated chain.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(crate) fn candidates(
    jwt: &UnverifiedJws<'_>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Candidates, Rejection> {
    let found = match issuer.keys() {
        KeySource::X5c(roots) => {
            let chain = validated(jwt, roots, now, findings)?;
            of_chain(jwt, &chain)
        }
        _ => of_set(jwt, issuer, keys).map_err(|fault| no_key(fault, jwt, keys, issuer.keys().name())),
    };
    let found = found.map_err(|detail| findings.fail(&KEY, detail))?;
    findings.pass(&KEY, found.how.clone());
    Ok(found)
}

fn validated(
    jwt: &UnverifiedJws<'_>,
    roots: &Roots,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Arc<ValidatedChain>, Rejection> {
    let Some(x5c) = jwt.header().get("x5c") else {
        return Err(findings.fail(
            &CHAIN,
            "this issuer is known by certificates (`x5c_roots`), and the header has no `x5c`",
        ));
    };
    let chain = roots.validate(x5c, now).map_err(|why| findings.fail(&CHAIN, why.to_string()))?;
    let length = chain.length();
    findings.pass(
        &CHAIN,
        format!(
            "{length} certificates, from that of {} to the configured {}",
            chain.subject(),
            excerpt(chain.anchor().subject())
        ),
    );
    Ok(chain)
}

fn of_chain(jwt: &UnverifiedJws<'_>, chain: &Arc<ValidatedChain>) -> Result<Candidates, String> {
    let how = how_of_chain(chain);
    match chain.keys().candidates(None, jwt.algorithm()) {
        Ok(keys) => Ok(Candidates { keys, how, chain: Some(Arc::clone(chain)), memo: chain.keys().memo() }),
        Err(_) => Err(format!("{how}, is not an {0} key, but the header says {0}", jwt.algorithm())),
    }
}

/// The keys of a set that the header of `jwt` can mean.
pub(crate) fn of_set(
    jwt: &UnverifiedJws<'_>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
) -> Result<Candidates, NoKey> {
    let (kid, source) = (jwt.kid().map(|kid| issuer.key_name(kid)), issuer.keys().name());
    let memo = keys.memo();
    let keys = keys.candidates(kid.as_deref(), jwt.algorithm())?;
    let how = match (jwt.kid().map(excerpt), keys.len(), jwt.algorithm()) {
        (Some(kid), 1, _) => format!("key {kid} of {source}, named by the `kid` of the header"),
        (Some(kid), count, alg) => format!("any of the {count} {alg} keys of {source} that are called {kid}"),
        (None, 1, alg) => format!("the only {alg} key of {source}; the header has no `kid`"),
        (None, count, alg) => format!("any of {count} {alg} keys of {source}; the header has no `kid`"),
    };
    Ok(Candidates { keys, how, chain: None, memo })
}

/// Which key of a certificate chain was chosen, and why.
pub(crate) fn how_of_chain(chain: &ValidatedChain) -> String {
    format!("the key of the first certificate of `x5c`, that of {}", chain.subject())
}

fn no_key(fault: NoKey, jwt: &UnverifiedJws<'_>, keys: &KeySet, source: &str) -> String {
    let (alg, count) = (jwt.algorithm(), keys.keys().len());
    let why = match (fault, jwt.kid().map(excerpt)) {
        (NoKey::UnknownKid, kid) => format!(
            "the header names key {}, which is not among the {count} usable keys of {source}",
            kid.unwrap_or_default()
        ),
        (NoKey::WrongAlgorithm, Some(kid)) => {
            format!("key {kid} of {source} is not an {alg} key, but the header says {alg}")
        }
        (NoKey::WrongAlgorithm, None) => format!(
            "the header has no `kid`, and none of the {count} usable keys of {source} is an {alg} key"
        ),
    };
    match keys.mistakes() {
        None => why,
        Some(mistakes) => format!("{why}; keys that are no keys were left out ({mistakes})"),
    }
}
