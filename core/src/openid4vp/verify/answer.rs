//! Does one authentic credential answer its credential query? (OpenID4VP 1.0 sections 6.3, 6.4.1, B.3.5.)
//! The wallet saw the same query; whether it obeyed is checked, never assumed (section 14.9).

use serde_json::{Map, Value};

use crate::base::report::{Findings, Rejection, Rule};
use crate::credential::Authentic;
use crate::openid4vp::dcql::{ClaimQuery, ClaimsPath, CredentialQuery, PathElement, only_selected};

const TYPE: Rule = Rule { check: "vct_asked_for", requirement: "OpenID4VP B.3.5" };
const BOUND: Rule = Rule { check: "holder_binding", requirement: "OpenID4VP 6.1, 8.6" };
const AUTHORITY: Rule = Rule { check: "trusted_authority", requirement: "OpenID4VP 6.1.1" };
const PRESENT: Rule = Rule { check: "claims_present", requirement: "OpenID4VP 6.4.1, 7.1.1" };
const VALUES: Rule = Rule { check: "claims_values", requirement: "OpenID4VP 6.3, 14.9" };
const EXTRA: Rule = Rule { check: "claims_not_asked_for", requirement: "OpenID4VP 6.4, 15.4" };

/// Holder binding, type, authority, presence of claims, values. Answers with the place of the first combination of
/// claims that is complete (REQ-8.5).
pub(super) fn satisfies(
    credential: &Authentic,
    query: &CredentialQuery,
    findings: &mut Findings,
) -> Result<usize, Rejection> {
    match (query.holder_binding, credential.holder_thumbprint()) {
        (true, None) => return Err(findings.fail(&BOUND, "holder binding is demanded, and was not proven")),
        (true, Some(_)) => findings.pass(&BOUND, "the presentation comes from the holder's key"),
        (false, _) => findings.not_applicable(&BOUND, "the query demands no holder binding"),
    }
    if !query.meta.types.iter().any(|name| credential.is_of_type(name)) {
        return Err(findings.fail(
            &TYPE,
            "the credential is of a type that was not asked for, and its configured type metadata do not say \
             that it extends one",
        ));
    }
    let detail = match query.meta.types.iter().any(|name| name == credential.credential_type()) {
        true => "the credential is of a type that was asked for",
        false => "the credential is of a type that extends one that was asked for (configured type metadata)",
    };
    findings.pass(&TYPE, detail);
    check_authority(credential, query, findings)?;
    combination(credential, query, findings)
}

/// REQ-8.13: besides our own trust in the issuer, which was asked for before.
fn check_authority(
    credential: &Authentic,
    query: &CredentialQuery,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    if query.trusted_authorities.is_empty() {
        findings.not_applicable(&AUTHORITY, "the query names no authorities");
        return Ok(());
    }
    let Some(behind) = credential.authority_key_ids() else {
        let detail =
            "the query names certificate authorities, and this issuer's key was not found by certificates";
        return Err(findings.fail(&AUTHORITY, detail));
    };
    if !query.trusted_authorities.iter().any(|authority| authority.is_among(behind)) {
        let detail = "no certificate of the chain names an authority key identifier of the query";
        return Err(findings.fail(&AUTHORITY, detail));
    }
    findings.pass(&AUTHORITY, "a certificate of the chain names an authority of the query");
    Ok(())
}

fn combination(
    credential: &Authentic,
    query: &CredentialQuery,
    findings: &mut Findings,
) -> Result<usize, Rejection> {
    let combinations = query.combinations();
    let count = combinations.len();
    let mut first_fault = None;
    for (place, claims) in combinations.iter().enumerate() {
        match claims.iter().find_map(|claim| fault(credential, claim)) {
            Some(fault) => drop(first_fault.get_or_insert(fault)),
            None => {
                let set = if query.claim_sets.is_empty() {
                    String::new()
                } else {
                    format!(" by claim set {} of {count}", place + 1)
                };
                match claims.len() {
                    0 => findings.not_applicable(&PRESENT, "no claim was asked for"),
                    count => findings.pass(&PRESENT, format!("all {count} claims asked for{set} are there")),
                }
                match claims.iter().filter(|claim| !claim.values.is_empty()).count() {
                    0 => findings.not_applicable(&VALUES, "no values were asked for"),
                    count => {
                        findings.pass(&VALUES, format!("{count} claims have values that were asked for"));
                    }
                }
                report_extra(credential, claims, findings);
                return Ok(place);
            }
        }
    }
    // Without claim sets there is one combination, and its fault is the whole story.
    Err(match first_fault {
        Some((rule, detail)) if count == 1 => findings.fail(&rule, detail),
        Some((rule, detail)) => findings
            .fail(&rule, format!("none of the {count} claim sets is complete; in the first, {detail}")),
        None => findings.fail(&PRESENT, "there is no combination of claims to choose from"),
    })
}

/// The path is our own question, not the wallet's answer.
fn fault(credential: &Authentic, claim: &ClaimQuery) -> Option<(Rule, String)> {
    match claim.path.select_in(credential.claims()) {
        None => Some((PRESENT, format!("the claim {} is not there", claim.path))),
        Some(selected) if !claim.allows(&selected) => {
            Some((VALUES, format!("the claim {} has none of the values asked for", claim.path)))
        }
        Some(_) => None,
    }
}

/// REQ-8.9: counted, never named.
fn report_extra(credential: &Authentic, asked: &[&ClaimQuery], findings: &mut Findings) {
    let asked = |name: &str| {
        let leads_there = |claim: &&ClaimQuery| matches!(claim.path.elements().first(), Some(PathElement::Name(first)) if first == name);
        asked.iter().any(leads_there)
    };
    let extra = |name: &&String| !credential.format().about_itself().contains(&name.as_str()) && !asked(name);
    match credential.claims().keys().filter(extra).count() {
        0 => findings.pass(&EXTRA, "nothing is shown beyond what was asked for"),
        count => {
            findings.not_applicable(&EXTRA, format!("{count} further claims are shown; they are dropped"));
        }
    }
}

/// The claims of that combination; the others are dropped (REQ-8.9).
pub(super) fn asked_for(
    claims: &Map<String, Value>,
    query: &CredentialQuery,
    combination: usize,
) -> Map<String, Value> {
    let combinations = query.combinations();
    let asked = combinations.get(combination).into_iter().flatten();
    let paths: Vec<&ClaimsPath> = asked.map(|claim| &claim.path).collect();
    only_selected(claims, &paths)
}
