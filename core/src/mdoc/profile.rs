//! What the certificates of an issuer must say beyond RFC 5280, by the purpose that they are for.

use std::time::Duration;

use super::purpose::MdocPurpose;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::jose::x5c::{CertificateFacts, ValidatedChain};
use crate::trust::CertificateProfile;

const PROFILE: Rule = Rule { check: "issuer_certificate", requirement: "ISO/IEC 18013-5 9.3.3, B.1" };

/// Roles that sign no documents.
const OTHER_ROLES: [MdocPurpose; 3] = [MdocPurpose::Jws, MdocPurpose::Requests, MdocPurpose::AuthorityLists];

/// How long a document signer's certificate lives at most.
const LONGEST_LIFE: Duration = Duration::from_secs(457 * 86_400);

/// Holds the chain, which was validated, to the rules of its purpose.
///
/// # Errors
/// [`Rejection`] for the first rule that is broken.
pub(super) fn check<'c>(
    profile: CertificateProfile,
    chain: &'c ValidatedChain,
    findings: &mut Findings,
) -> Result<&'c CertificateFacts, Rejection> {
    let (Some(signer), Some(root)) = (chain.leaf(), chain.root()) else {
        return Err(findings.fail(&PROFILE, "a certificate of the chain is not laid out as RFC 5280 says"));
    };
    let judged = match profile {
        _ if chain.length() < 2 => {
            Err("the certificate of the signer is itself a configured root".to_owned())
        }
        CertificateProfile::IsoMdl => iso_mdl(signer, root),
        CertificateProfile::Generic => generic(signer),
    };
    match judged {
        Ok(detail) => {
            findings.pass(&PROFILE, detail);
            Ok(signer)
        }
        Err(why) => Err(findings.fail(&PROFILE, why)),
    }
}

pub(super) fn iso_mdl(signer: &CertificateFacts, root: &CertificateFacts) -> Result<String, String> {
    let usage = signer.extended_key_usage.as_ref();
    let is_signer = usage.is_some_and(|usage| usage.critical && is_for_documents(&usage.purposes));
    let signs_only = |usages: &Vec<&str>| usages.as_slice() == ["digitalSignature"];
    let certifies =
        |usages: &Vec<&str>| ["keyCertSign", "cRLSign"].iter().all(|usage| usages.contains(usage));
    let rules = [
        (is_signer, "the signer's extended key usage must be critical, and exactly 1.0.18013.5.1.2 (mdlDS)"),
        (
            signer.key_usages.as_ref().is_some_and(signs_only),
            "the signer's key usage must be digitalSignature alone",
        ),
        (signer.has_issuer_alternative_name, "the signer's certificate must have an issuer alternative name"),
        (
            signer.countries.len() == 1 && signer.countries == root.countries,
            "signer and root must name one country, the same",
        ),
        (
            root.states.is_empty() || signer.states == root.states,
            "the root names a state or province, and the signer must name the same",
        ),
        (root.path_length == Some(0), "the root must allow no authority below it (pathLenConstraint 0)"),
        (
            root.key_usages.as_ref().is_some_and(certifies),
            "the root's key usage must have keyCertSign and cRLSign",
        ),
    ];
    if let Some((_, broken)) = rules.iter().find(|(holds, _)| !holds) {
        return Err(format!("{broken} (`certificate_profile` iso_mdl)"));
    }
    let country = signer.countries.first().map_or_else(String::new, |country| excerpt(country));
    let note = match signer.not_after.since(signer.not_before) > LONGEST_LIFE {
        true => "; it lives longer than the 457 days of the standard",
        false => "",
    };
    Ok(format!("a document signer of {country}, as ISO/IEC 18013-5 Annex B has it{note}"))
}

/// A certificate that says nothing of its purpose is for every one (RFC 5280 section 4.2.1.12); its key usage was looked
/// at with the chain.
pub(super) fn generic(signer: &CertificateFacts) -> Result<String, String> {
    let purposes = signer.extended_key_usage.iter().flat_map(|usage| &usage.purposes);
    for purpose in purposes {
        if let Some(role) = OTHER_ROLES.iter().find(|role| role.is(purpose)) {
            return Err(format!(
                "the signer's certificate is for {} (extended key usage), not for documents",
                role.signs()
            ));
        }
    }
    Ok("the signer's certificate may sign documents".to_owned())
}

fn is_for_documents(purposes: &[Vec<u8>]) -> bool {
    matches!(purposes, [only] if MdocPurpose::Documents.is(only))
}
