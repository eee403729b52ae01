//! Does one authentic credential answer its credential query? (OpenID4VP 1.0 sections 6.3, 6.4.1, B.3.5.)
//! The wallet saw the same query; whether it obeyed is checked, never assumed (section 14.9).

use serde_json::{Map, Value};

use crate::domain::base::report::{Findings, Rejection, Rule};
use crate::domain::openid4vp::dcql::{ClaimsPath, CredentialQuery, only_selected};
use crate::domain::sdjwt::credential::Authentic;

const TYPE: Rule = Rule { check: "vct_asked_for", requirement: "OpenID4VP B.3.5" };
const PRESENT: Rule = Rule { check: "claims_present", requirement: "OpenID4VP 6.4.1, 7.1.1" };
const VALUES: Rule = Rule { check: "claims_values", requirement: "OpenID4VP 6.3, 14.9" };

/// Type, presence of claims, values.
pub(super) fn satisfies(
    credential: &Authentic,
    query: &CredentialQuery,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    if !query.vct_values.iter().any(|vct| vct == credential.vct()) {
        return Err(findings.fail(&TYPE, "the credential is of a type that was not asked for"));
    }
    findings.pass(&TYPE, "the credential is of a type that was asked for");
    for claim in &query.claims {
        // The path is our own question, not the wallet's answer.
        let Some(selected) = claim.path.select_in(credential.claims()) else {
            return Err(findings.fail(&PRESENT, format!("the claim {} is not there", claim.path)));
        };
        if !claim.allows(&selected) {
            return Err(
                findings.fail(&VALUES, format!("the claim {} has none of the values asked for", claim.path))
            );
        }
    }
    match query.claims.len() {
        0 => findings.not_applicable(&PRESENT, "no claim was asked for"),
        count => findings.pass(&PRESENT, format!("all {count} claims asked for are there")),
    }
    match query.claims.iter().filter(|claim| !claim.values.is_empty()).count() {
        0 => findings.not_applicable(&VALUES, "no values were asked for"),
        count => findings.pass(&VALUES, format!("{count} claims have values that were asked for")),
    }
    Ok(())
}

/// The claims that were asked for; the others are dropped (REQ-8.9).
pub(super) fn asked_for(claims: &Map<String, Value>, query: &CredentialQuery) -> Map<String, Value> {
    let paths: Vec<&ClaimsPath> = query.claims.iter().map(|claim| &claim.path).collect();
    only_selected(claims, &paths)
}
