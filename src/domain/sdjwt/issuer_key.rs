//! Which key the issuer's signature must hold under: found by the mechanism that is configured for the
//! issuer, and by no other (SD-JWT VC sections 2.5 and 7.3).

use std::fmt;
use std::sync::Arc;

use super::trust::{KeySource, TrustedIssuer};
use crate::domain::base::report::{Findings, Rejection, Rule, excerpt};
use crate::domain::base::time::Timestamp;
use crate::domain::jose::jwk::PublicKey;
use crate::domain::jose::jws::UnverifiedJws;
use crate::domain::jose::key_set::{KeySet, NoKey};
use crate::domain::jose::x5c::{Roots, ValidatedChain};

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

/// The key, and how it was found, in words.
pub(super) struct Chosen {
    pub(super) key: PublicKey,
    pub(super) how: String,
    /// The chain that gave it, where certificates did.
    pub(super) chain: Option<Arc<ValidatedChain>>,
}

/// The key of `issuer` for `jwt`: one of `keys`, or that of the validated chain.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(super) fn choose(
    jwt: &UnverifiedJws<'_>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Chosen, Rejection> {
    let chosen = match issuer.keys() {
        KeySource::X5c(roots) => {
            let chain = validated(jwt, roots, now, findings)?;
            of_chain(jwt, &chain)
        }
        source => of_set(jwt, keys, source.name()),
    };
    let chosen = chosen.map_err(|detail| findings.fail(&KEY, detail))?;
    findings.pass(&KEY, chosen.how.clone());
    Ok(chosen)
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

fn of_chain(jwt: &UnverifiedJws<'_>, chain: &Arc<ValidatedChain>) -> Result<Chosen, String> {
    let how = how_of_chain(chain);
    match chain.keys().choose(None, jwt.algorithm()) {
        Ok(key) => Ok(Chosen { key: key.clone(), how, chain: Some(Arc::clone(chain)) }),
        Err(_) => Err(format!("{how}, is not an {0} key, but the header says {0}", jwt.algorithm())),
    }
}

fn of_set(jwt: &UnverifiedJws<'_>, keys: &KeySet, source: &str) -> Result<Chosen, String> {
    let kid = jwt.kid().map(excerpt);
    let key = keys
        .choose(jwt.kid(), jwt.algorithm())
        .map_err(|fault| no_key(fault, kid.as_deref(), jwt, keys, source))?;
    Ok(Chosen { key: key.clone(), how: how_of_set(jwt.kid(), key, source), chain: None })
}

/// Which key of a certificate chain was chosen, and why.
pub(super) fn how_of_chain(chain: &ValidatedChain) -> String {
    format!("the key of the first certificate of `x5c`, that of {}", chain.subject())
}

/// Which key of a set was chosen, and why. `kid` is that of the header, `source` what holds the keys.
pub(super) fn how_of_set(kid: Option<&str>, key: &PublicKey, source: &str) -> String {
    match kid.map(excerpt) {
        Some(kid) => format!("key {kid} of {source}, named by the `kid` of the header"),
        None => format!("the only {} key of {source}; the header has no `kid`", key.algorithm()),
    }
}

fn no_key(fault: NoKey, kid: Option<&str>, jwt: &UnverifiedJws<'_>, keys: &KeySet, source: &str) -> String {
    let (alg, count) = (jwt.algorithm(), keys.keys().len());
    match (fault, kid) {
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
        (NoKey::Ambiguous, Some(kid)) => format!("several {alg} keys of {source} are called {kid}"),
        (NoKey::Ambiguous, None) => format!(
            "the header has no `kid`, and several keys of {source} are {alg} keys: the issuer must send `kid`"
        ),
    }
}
