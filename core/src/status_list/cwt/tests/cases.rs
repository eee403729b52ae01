//! The cases of an independent generator that name a status.

use super::*;
use crate::mdoc::testing::{Case, cases};
use crate::trust::CertificateProfile;

const CASES: &str = include_str!("../../../../../fixtures/mdoc/cases.jsonl");

/// `accept`, `reject` (the issuer has taken it back) or `undetermined`, and the report.
fn judged(case: &Case) -> (&'static str, Report) {
    let mut findings = Findings::new();
    let trust = case.trust(CertificateProfile::IsoMdl);
    let (document, issuer) = case.authentic(case.text("vp"), &trust, &mut Findings::new()).unwrap();
    let mut outcome = Ok(());
    match check::named(StatusPolicy::default(), StatusNaming::Mso, document.status.as_ref(), &mut findings) {
        Err(rejection) => outcome = Err(rejection),
        Ok(StatusClaim::Settled(_)) => panic!("{} names a status", case.id()),
        Ok(StatusClaim::Listed(first, others)) => {
            for reference in std::iter::once(&first).chain(&others) {
                let judged = match read(case, reference.kind(), reference.uri(), &issuer) {
                    None => Err(check::unavailable(&"status 404", &mut findings)),
                    Some(Err(fault)) => Err(check::unusable(&fault, &mut findings)),
                    Some(Ok(list)) => {
                        check::judge(reference, issuer.issuer(), &list, case.at(), &mut findings).map(|_| ())
                    }
                };
                if judged.is_err() {
                    outcome = judged;
                    break;
                }
            }
        }
    }
    let told = match &outcome {
        Ok(()) => "accept",
        Err(rejection) if rejection.reason() == "status" => "reject",
        Err(_) => "undetermined",
    };
    (told, findings.conclude(outcome))
}

/// What is published at this address, as the fetcher would take it.
fn read(
    case: &Case,
    kind: ListKind,
    uri: &str,
    issuer: &TrustedIssuer,
) -> Option<Result<StatusList, StatusListFault>> {
    let published = case.0["lists"].get(uri)?;
    let body = base64url::decode(published["body"].as_str().unwrap()).unwrap();
    let token = StatusListToken::read(kind, published["content_type"].as_str().unwrap(), &body);
    let receipt = Receipt { at: case.at(), max_age: None };
    let verify = |token: StatusListToken| {
        token.verify(issuer, &KeySet::of(Vec::new()), uri, receipt, &CacheBounds::default())
    };
    Some(token.and_then(verify))
}

#[test]
fn req_14_60_to_14_63_every_case_with_a_list_ends_as_it_should() {
    let all = cases(CASES);
    let with_status = |case: &&Case| case.expected() == "undetermined" || !case.0["lists"].is_null();
    let with_status: Vec<_> = all.iter().filter(with_status).collect();
    assert_eq!(with_status.len(), 24);
    for case in with_status {
        let (told, report) = judged(case);
        let fits = case.expected() == "either" || case.expected() == told;
        assert!(fits, "{}: {told}, not {}: {:?}", case.id(), case.expected(), report.decisive());
    }
}
