//! What the High Assurance Interoperability Profile asks of a credential beyond SD-JWT VC (HAIP 1.0
//! section 6.1; REQ-9.9, REQ-9.10). What everybody must keep anyway, chains and their leaves above all, is
//! judged where it is for everybody.

use serde_json::Value;

use crate::base::report::{Findings, Rejection, Rule};
use crate::credential::{Authentic, Presented};
use crate::jose::x5c::ValidatedChain;
use crate::status_list::token::StatusList;
use crate::trust::{CredentialFormat, KeySource, TrustedIssuer};

const FORM: Rule = Rule { check: "haip_compact_form", requirement: "HAIP 6.1" };
const ISSUER: Rule = Rule { check: "haip_issuer_chain", requirement: "HAIP 6.1.1" };
const HOLDER: Rule = Rule { check: "haip_holder_binding", requirement: "HAIP 6.1, 6.1.1.1" };
const STATUS: Rule = Rule { check: "haip_status", requirement: "HAIP 6.1" };
const STATUS_LIST: Rule = Rule { check: "haip_status_list_chain", requirement: "HAIP 6.1" };

/// Section 6.1 has the title of one format. What it asks of an mdoc, ISO/IEC 18013-5 asks of everybody.
const OTHER_FORMAT: &str = "is for SD-JWT VC; what else is asked of this format is asked in every profile";

/// How it came, and how its issuer is known: before any key is looked at, so that the report does not blame
/// a key that could not have counted.
pub(super) fn check_ways(
    presented: &Presented,
    issuer: &TrustedIssuer,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let hint = presented.issuer_hint();
    if hint.format != CredentialFormat::SdJwtVc {
        findings.not_applicable(&FORM, OTHER_FORMAT);
        return Ok(());
    }
    if hint.json_serialization {
        return Err(
            findings.fail(&FORM, "the presentation is in JSON serialisation, not in the compact form")
        );
    }
    findings.pass(&FORM, "the compact form");
    if !matches!(issuer.keys(), KeySource::X5c(_)) {
        let mend =
            if issuer.may_be_certified() { "this header has no `x5c`" } else { "configure `x5c_roots`" };
        let detail = format!(
            "the key of this issuer comes from {}; in profile haip it must come from the certificates in \
             the header: {mend}",
            issuer.keys().name()
        );
        return Err(findings.fail(&ISSUER, detail));
    }
    Ok(())
}

/// What the issuer signed, and what the holder added.
pub(super) fn check_credential(authentic: &Authentic, findings: &mut Findings) -> Result<(), Rejection> {
    if authentic.format() != CredentialFormat::SdJwtVc {
        findings.not_applicable(&ISSUER, OTHER_FORMAT);
        return Ok(());
    }
    check_chain(&ISSUER, authentic.chain(), findings)?;
    let claims = authentic.claims();
    match (claims.get("cnf"), authentic.has_key_binding()) {
        (None, _) => findings.not_applicable(&HOLDER, "the credential is not bound to a holder's key"),
        (Some(cnf), _) if cnf.get("jwk").is_none() => {
            return Err(findings.fail(&HOLDER, "`cnf` of the credential has no `jwk`"));
        }
        (Some(_), false) => {
            let detail = "the credential is bound to a holder's key, so a key-binding JWT must be there, \
                          also where the query does without";
            return Err(findings.fail(&HOLDER, detail));
        }
        (Some(_), true) => findings.pass(&HOLDER, "bound by `cnf.jwk`, and with a key-binding JWT"),
    }
    match claims.get("status") {
        None => findings.not_applicable(&STATUS, "the credential names no status"),
        Some(status) if !status.get("status_list").is_some_and(Value::is_object) => {
            return Err(findings.fail(&STATUS, "`status` of the credential has no `status_list`"));
        }
        Some(_) => findings.pass(&STATUS, "`status` has `status_list`"),
    }
    Ok(())
}

/// The list may be one that was kept from when a wallet of another profile needed it.
pub(super) fn check_status_list(list: &StatusList, findings: &mut Findings) -> Result<(), Rejection> {
    check_chain(&STATUS_LIST, list.chain(), findings)
}

fn check_chain(
    rule: &Rule,
    chain: Option<&ValidatedChain>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match chain {
        None => Err(findings.fail(rule, "the key does not come from `x5c` of the header")),
        Some(chain) if chain.anchor_was_sent() => Err(findings.fail(
            rule,
            "`x5c` holds a trust anchor, a self-signed certificate: only what lies below it may be there",
        )),
        Some(_) => {
            findings.pass(rule, "the key comes from `x5c`, which holds no trust anchor");
            Ok(())
        }
    }
}
