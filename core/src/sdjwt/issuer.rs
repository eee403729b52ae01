//! The issuer's signature and the claims it covers (RFC 9901 section 7.1, SD-JWT VC sections 2.2 and 2.5).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::disclosure::Revealed;
use super::key_binding::ExpectedBinding;
use crate::base::media_type::is_typ;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::jws::UnverifiedJws;
use crate::jose::key_set::KeySet;
use crate::jose::time_claims::{date, is_ahead, is_past};
use crate::jose::x5c::ValidatedChain;
use crate::trust::issuer_key::{self, Candidates};
use crate::trust::{self, TrustedIssuer};

const TYP: Rule = Rule { check: "typ", requirement: "SD-JWT VC 2.2.1" };
const SIGNATURE: Rule = Rule { check: "issuer_signature", requirement: "RFC 9901 7.1(2.b)" };
const PROTECTED: Rule = Rule { check: "protected_claims", requirement: "SD-JWT VC 2.2.2.3" };
const ALIASES: Rule = Rule { check: "type_aliases", requirement: "SD-JWT VC 2.2.2.2" };
const EXP: Rule = Rule { check: "validity_exp", requirement: "RFC 9901 7.1(6); SD-JWT VC 2.2.2.3" };
const NBF: Rule = Rule { check: "validity_nbf", requirement: "RFC 9901 7.1(6); SD-JWT VC 2.2.2.3" };
const IAT: Rule = Rule { check: "validity_iat", requirement: "RFC 9901 7.1(6)" };
const AUDIENCE: Rule = Rule { check: "issuer_audience", requirement: "RFC 9901 7.1(6); RFC 7519 4.1.3" };

/// Claims that must come from the issuer's own payload, sub-members included (REQ-5.3).
const NEVER_DISCLOSED: [&str; 8] = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"];

/// What an issuer signed.
pub(super) struct Issued {
    /// As it was signed: digests are not replaced yet.
    pub(super) payload: Map<String, Value>,
    /// The key under which the signature holds.
    pub(super) key: PublicKey,
    /// Whether the payload has `iss`; then that names the issuer.
    pub(super) names_issuer: bool,
    /// The chain behind the issuer's key, where certificates gave it.
    pub(super) chain: Option<Arc<ValidatedChain>>,
}

/// Checks `typ`, finds the issuer's key and verifies the signature. What comes back is the payload as
/// the issuer signed it, about the issuer and the type for which `issuer` vouches, and the key that did.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(super) fn verify(
    jwt: UnverifiedJws<'_>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Issued, Rejection> {
    check_typ(jwt.typ(), issuer, findings)?;
    let Candidates { keys, how, chain, memo } = issuer_key::candidates(&jwt, issuer, keys, now, findings)?;
    let Ok((verified, key)) = jwt.verify_remembering(&keys, memo.as_deref()) else {
        let detail = format!(
            "the signature does not hold under {how}: the credential was altered, or the issuer signs with another key"
        );
        return Err(findings.fail(&SIGNATURE, detail));
    };
    findings.pass(&SIGNATURE, "the issuer's signature covers the credential");
    let payload = verified.into_payload();
    // `issuer` may have been vouched for with another presentation's hint.
    if !issuer.is_named_by(payload.get("iss")) {
        return Err(findings.fail(&trust::ISSUER, "`iss` is not the issuer whose keys were used"));
    }
    if !payload.get("vct").and_then(Value::as_str).is_some_and(|vct| issuer.accepts_type(vct)) {
        return Err(findings.fail(&trust::TYPE, "`vct` is not among the types accepted from this issuer"));
    }
    let names_issuer = payload.contains_key("iss");
    Ok(Issued { payload, key, names_issuer, chain })
}

/// Judges the processed payload: what may not come from a Disclosure did not, and the credential is
/// valid now and for us. Answers with its expiry.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(super) fn judge(
    revealed: &Revealed,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Option<Timestamp>, Rejection> {
    if let Some(name) = NEVER_DISCLOSED.iter().find(|name| revealed.came_from_disclosure(name)) {
        let detail =
            format!("`{name}` or a part of it comes from a Disclosure; the issuer must state it openly");
        return Err(findings.fail(&PROTECTED, detail));
    }
    findings.pass(&PROTECTED, "no claim that must be stated openly comes from a Disclosure");
    let claims = revealed.claims();
    check_aliases(claims, findings)?;
    let expires_at = check_exp(claims, expected, now, findings)?;
    check_start(&NBF, "nbf", claims, expected, now, findings)?;
    check_start(&IAT, "iat", claims, expected, now, findings)?;
    check_audience(claims, expected, findings)?;
    Ok(expires_at)
}

fn check_typ(typ: Option<&str>, issuer: &TrustedIssuer, findings: &mut Findings) -> Result<(), Rejection> {
    match typ {
        Some(typ) if is_typ(typ, "dc+sd-jwt") => {
            findings.pass(&TYP, "`typ` is dc+sd-jwt");
            Ok(())
        }
        Some(typ) if is_typ(typ, "vc+sd-jwt") && issuer.accepts_legacy_typ() => {
            findings
                .pass(&TYP, "`typ` is vc+sd-jwt, the older name, which is switched on for this credential");
            Ok(())
        }
        Some(typ) if is_typ(typ, "vc+sd-jwt") => Err(findings.fail(
            &TYP,
            "`typ` is vc+sd-jwt, the older name; set `accept_legacy_typ` to accept it from this issuer",
        )),
        Some(other) => Err(findings.fail(&TYP, format!("`typ` is {}, not dc+sd-jwt", excerpt(other)))),
        None => Err(findings.fail(&TYP, "the header has no `typ`; it must be dc+sd-jwt")),
    }
}

fn check_aliases(claims: &Map<String, Value>, findings: &mut Findings) -> Result<(), Rejection> {
    let Some(aliases) = claims.get("aka_vcts") else {
        findings.not_applicable(&ALIASES, "there is no `aka_vcts`");
        return Ok(());
    };
    let well_formed = aliases.as_array().is_some_and(|list| {
        !list.is_empty() && list.iter().all(|alias| alias.is_string() && Some(alias) != claims.get("vct"))
    });
    if !well_formed {
        return Err(findings
            .fail(&ALIASES, "`aka_vcts` must be a non-empty array of strings that does not repeat `vct`"));
    }
    findings.pass(&ALIASES, "`aka_vcts` is well formed; it is not used to decide the type");
    Ok(())
}

fn check_exp(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Option<Timestamp>, Rejection> {
    let exp = date(claims, "exp").map_err(|_| findings.fail(&EXP, "`exp` is not a number of seconds"))?;
    match exp {
        None => findings.not_applicable(&EXP, "the credential has no `exp`"),
        Some(exp) if is_past(exp, now, expected.skew) => {
            return Err(findings.fail(&EXP, format!("the credential expired at {}", exp.rfc3339())));
        }
        Some(_) => findings.pass(&EXP, "the credential has not expired"),
    }
    Ok(exp)
}

fn check_start(
    rule: &Rule,
    name: &'static str,
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match date(claims, name) {
        Err(_) => Err(findings.fail(rule, format!("`{name}` is not a number of seconds"))),
        Ok(None) => {
            findings.not_applicable(rule, "the credential does not have this claim");
            Ok(())
        }
        Ok(Some(start)) if is_ahead(start, now, expected.skew) => {
            let detail = format!("`{name}` lies ahead: {}; is a clock wrong?", start.rfc3339());
            Err(findings.fail(rule, detail))
        }
        Ok(Some(_)) => {
            findings.pass(rule, "not in the future");
            Ok(())
        }
    }
}

/// A credential for everybody has no `aud`. One that has it must name us, exactly as the KB-JWT does:
/// RFC 7519 section 4.1.3 asks every other reader to reject it.
fn check_audience(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let names_us = match claims.get("aud") {
        None => {
            findings.not_applicable(&AUDIENCE, "the credential is not limited to an audience");
            return Ok(());
        }
        Some(Value::String(one)) => one == expected.audience,
        Some(Value::Array(many)) => {
            many.iter().all(Value::is_string) && many.iter().any(|one| one == expected.audience)
        }
        Some(_) => false,
    };
    if !names_us {
        return Err(findings.fail(&AUDIENCE, "the credential has an `aud`, and this verifier is not in it"));
    }
    findings.pass(&AUDIENCE, "the `aud` of the credential names this verifier");
    Ok(())
}
