//! The whole way, text in and verdict out, with one thing wrong at a time.

mod certificates;
mod claims;
mod disclosures;
mod json_form;
mod key_binding;
mod mutation;
mod signature;
mod splitting;
mod type_metadata;

use serde_json::{Value, json};

use super::limits::PresentationLimits;
use super::parse::PresentedSdJwt;
use super::testing::{Maker, NOW, QUERY_ID, expected};
use crate::base::report::{CheckOutcome, Findings, Rejection, Report, Verdict};
use crate::credential::Authentic;

/// Judges `text` as a presentation of `maker`'s issuer.
fn judge(text: &str, maker: &Maker) -> (Result<Authentic, Rejection>, Report) {
    let mut findings = Findings::new();
    let answer = (|| {
        let presented = PresentedSdJwt::parse(text, &PresentationLimits::default(), &mut findings)?;
        let issuer = maker.trust().vouch(QUERY_ID, &presented.issuer_hint(), &mut findings)?;
        presented.authenticate(&issuer, &maker.keys(), &expected(), NOW, &mut findings).map(Authentic::from)
    })();
    let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (answer, report)
}

/// Asserts that `maker`'s presentation is accepted.
#[track_caller]
fn accepted(maker: &Maker) -> Authentic {
    let (answer, report) = judge(&maker.present(), maker);
    assert_eq!(report.verdict, Verdict::Verified, "{report:?}");
    assert!(report.checks.iter().all(|check| check.outcome != CheckOutcome::Failed), "{report:?}");
    answer.unwrap()
}

/// Asserts that `maker`'s presentation is refused by exactly the rule `check`.
#[track_caller]
fn refused(maker: &Maker, check: &str) -> Report {
    refused_text(&maker.present(), maker, check)
}

/// Asserts that `text` is refused by exactly the rule `check`, which is the last line of the report.
#[track_caller]
fn refused_text(text: &str, maker: &Maker, check: &str) -> Report {
    let (_, report) = judge(text, maker);
    assert_eq!(report.reason.as_deref(), Some(check), "{report:?}");
    let failed: Vec<_> = report.checks.iter().filter(|line| line.outcome == CheckOutcome::Failed).collect();
    assert_eq!(failed.len(), 1, "{report:?}");
    assert_eq!(report.checks.last().map(|line| &*line.check), Some(check), "{report:?}");
    report
}

/// A new maker after one change.
fn changed(change: impl FnOnce(&mut Maker)) -> Maker {
    let mut maker = Maker::new();
    change(&mut maker);
    maker
}

#[test]
fn a_good_presentation_tells_everything_once() {
    let maker = Maker::new();
    let (answer, report) = judge(&maker.present(), &maker);
    let authentic = answer.unwrap();
    assert_eq!(authentic.issuer(), super::testing::ISSUER);
    assert_eq!(authentic.credential_type(), super::testing::VCT);
    assert_eq!(authentic.expires_at().map(|at| at.unix()), Some(NOW.unix() + 1000));
    assert_eq!(authentic.holder_thumbprint(), Some(maker.holder.kid()));
    assert!(!authentic.claims().contains_key("status"));
    assert_eq!(authentic.transaction_data_hashes(), None);
    assert_eq!(authentic.claims()["given_name"], json!("Erika"));
    assert_eq!(authentic.claims()["age_equal_or_over"], json!({"18": true, "65": false}));
    let mut names: Vec<_> = report.checks.iter().map(|line| line.check.as_ref()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a rule is reported twice: {report:?}");
}

#[test]
fn the_report_holds_no_claim_value_and_no_token() {
    let maker = Maker::new();
    let text = maker.present();
    let reports = [judge(&text, &maker).1, refused(&changed(|m| m.kb["nonce"] = json!("n")), "kb_nonce")];
    for report in reports {
        let shown = serde_json::to_string(&report).unwrap();
        assert!(!shown.contains("Erika") && !shown.contains("Mustermann"));
        assert!(text.split(['.', '~']).all(|part| !shown.contains(part)));
    }
}

#[test]
fn req_4_24_claims_are_handed_on_when_everything_holds_and_not_before() {
    let maker = Maker::new();
    assert_eq!(accepted(&maker).claims()["given_name"], json!("Erika"));
    // The first step and the last.
    for wrong in [maker.present().replace('~', "~~"), changed(|m| m.kb["iat"] = json!(0)).present()] {
        assert!(judge(&wrong, &maker).0.is_err());
    }
}

#[test]
fn req_4_24_debug_output_shows_no_claims() {
    let authentic = accepted(&Maker::new());
    assert!(!format!("{authentic:?}").contains("Erika"));
}

/// Sets a member of a payload or header; `Value::Null` removes it.
fn set(object: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    match value {
        Value::Null => drop(object.shift_remove(name)),
        value => drop(object.insert(name.to_owned(), value)),
    }
}
