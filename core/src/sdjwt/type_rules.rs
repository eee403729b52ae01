//! Does a credential keep what its type demands? (SD-JWT VC sections 5.3, 5.6, 5.7 and 6.)

use serde_json::{Map, Value};

use super::disclosure::Revealed;
use crate::base::report::{Findings, Rejection, Rule};
use crate::type_metadata::TypeMetadata;
use crate::type_metadata::chain::ClaimRule;
use crate::type_metadata::claim_path::Selection;
use crate::type_metadata::document::Disclosability;

const INTEGRITY: Rule = Rule { check: "vct_integrity", requirement: "SD-JWT VC 5.3, 6" };
const PATHS: Rule = Rule { check: "claim_metadata", requirement: "SD-JWT VC 5.6, 5.6.1, 5.7" };
const MANDATORY: Rule = Rule { check: "mandatory_claims", requirement: "SD-JWT VC 5.6.3" };
const DISCLOSABLE: Rule = Rule { check: "disclosable_claims", requirement: "SD-JWT VC 5.6.4" };

/// Judges a verified payload by the metadata of its type; `None` when none is configured.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub(super) fn judge(
    metadata: Option<&TypeMetadata>,
    revealed: &Revealed,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let claims = revealed.claims();
    let Some(metadata) = metadata else {
        let detail = match claims.get("vct#integrity") {
            None => "no type metadata is configured for this credential",
            Some(_) => {
                "the credential has a `vct#integrity`, and no type metadata is configured that it could be compared with"
            }
        };
        findings.not_applicable(&INTEGRITY, detail);
        return Ok(());
    };
    check_integrity(metadata, claims, findings)?;
    if metadata.claims.is_empty() {
        findings.not_applicable(&PATHS, "the configured type metadata says nothing about claims");
        return Ok(());
    }
    let Some(trace) = revealed.trace() else {
        // Asked for whenever there is metadata; without it nothing can be said, so nothing is accepted.
        return Err(findings.fail(&PATHS, "where the claims come from was not recorded"));
    };
    for rule in &metadata.claims {
        let selection = rule.path.select(claims, trace).map_err(|why| {
            let detail = format!("the path {} of the type metadata {why}", rule.path.shown());
            findings.fail(&PATHS, detail)
        })?;
        check_mandatory(rule, selection, findings)?;
        check_disclosable(rule, selection, findings)?;
    }
    findings.pass(&PATHS, "every path of the type metadata fits the claims");
    findings.pass(&MANDATORY, "no mandatory claim of the type is known to be missing");
    findings
        .pass(&DISCLOSABLE, "claims are selectively disclosable where the type demands it, and only there");
    Ok(())
}

fn check_integrity(
    metadata: &TypeMetadata,
    claims: &Map<String, Value>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let Some(integrity) = claims.get("vct#integrity") else {
        findings.not_applicable(&INTEGRITY, "the credential has no `vct#integrity`");
        return Ok(());
    };
    let Some(integrity) = integrity.as_str() else {
        return Err(findings.fail(&INTEGRITY, "`vct#integrity` of the credential is not a string"));
    };
    match metadata.digests.check(integrity) {
        Ok(algorithm) => {
            let detail = format!(
                "the configured type metadata is the one that the issuer means ({})",
                algorithm.name()
            );
            findings.pass(&INTEGRITY, detail);
            Ok(())
        }
        Err(why) => {
            let detail = format!(
                "`vct#integrity` of the credential {why}: the issuer means another version of the type metadata than the configured one"
            );
            Err(findings.fail(&INTEGRITY, detail))
        }
    }
}

/// That a claim was not received proves nothing where it may have been hidden.
fn check_mandatory(rule: &ClaimRule, found: Selection, findings: &mut Findings) -> Result<(), Rejection> {
    let may_be_hidden = found.out_of_sight || (found.absent && rule.sd != Disclosability::Never);
    if !rule.mandatory || found.is_included() || may_be_hidden {
        return Ok(());
    }
    let detail = format!("{} is mandatory for this type, and the issuer left it out", rule.path.shown());
    Err(findings.fail(&MANDATORY, detail))
}

fn check_disclosable(rule: &ClaimRule, found: Selection, findings: &mut Findings) -> Result<(), Rejection> {
    let detail = match rule.sd {
        Disclosability::Always if found.plain => {
            format!(
                "{} must be selectively disclosable by its type, and the issuer states it openly",
                rule.path.shown()
            )
        }
        Disclosability::Never if found.disclosable => {
            format!(
                "{} must be stated openly by its type, and the issuer made it selectively disclosable",
                rule.path.shown()
            )
        }
        _ => return Ok(()),
    };
    Err(findings.fail(&DISCLOSABLE, detail))
}
