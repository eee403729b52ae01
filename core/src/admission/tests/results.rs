//! What a relying party's result says: the scopes' rules decide, and nobody is told what no scope lists.

use super::*;
use crate::base::report::{CheckOutcome, Findings, Report};

/// What becomes of a result, and its report.
fn decide(
    policy: &ScopePolicy,
    presentation: VerifiedPresentation,
    requested: &str,
    purpose: Purpose,
) -> (Option<VerifiedPresentation>, Report) {
    let mut findings = Findings::new();
    let decided = policy.decide(presentation, &Scopes::parse(requested).unwrap(), purpose, &mut findings);
    let report = findings.conclude(decided.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (decided.ok(), report)
}

fn minor() -> VerifiedPresentation {
    shown(&[("id", credential(false, "h", None))])
}

fn told<'p>(presentation: &'p VerifiedPresentation, id: &str) -> Vec<&'p str> {
    let shown = &presentation.credentials()[id].as_slice()[0];
    shown.claims.keys().map(String::as_str).collect()
}

#[test]
fn req_12_9_a_result_that_earns_nothing_is_rejected_with_a_line_for_each_rule() {
    let (decided, report) = decide(&policy(), minor(), "adult edit", Purpose::Result);
    assert!(decided.is_none());
    assert_eq!(report.reason.as_deref(), Some(SCOPE_RULES));
    let lines: Vec<_> = report.checks.iter().map(|line| (&*line.check, line.outcome)).collect();
    let (failed, passed) = ((SCOPE_RULES, CheckOutcome::Failed), (SCOPE_RULES, CheckOutcome::Passed));
    assert_eq!(lines, [failed, failed, passed], "one rule of `adult`, two of `edit`");
    assert!(report.checks.iter().all(|line| line.credential.as_deref() == Some("id")));
    assert!(report.checks[0].detail.contains("`adult`"), "{report:?}");
    let written = serde_json::to_string(&report).unwrap();
    for value in ["Erika", "Muster", "A-17", "true", ": 5"] {
        assert!(!written.contains(value), "{value}: {written}");
    }
}

#[test]
fn req_12_9_a_result_says_which_scopes_are_granted_and_why_not_the_others() {
    let (decided, report) = decide(&policy(), minor(), "adult name drive", Purpose::Result);
    let scopes = decided.unwrap().scopes().unwrap().clone();
    assert_eq!(scopes.granted, ["name"]);
    let refused: Vec<_> = scopes.refused.iter().map(|it| (it.scope.as_str(), it.reason.as_str())).collect();
    assert_eq!(refused, [("adult", SCOPE_RULES), ("drive", "not_shown")]);
    assert_eq!(report.reason, None);
    let two = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "g", None))]);
    let (decided, _) = decide(&policy(), two, "name drive", Purpose::Tokens);
    assert_eq!(decided.unwrap().scopes().unwrap().refused[0].reason, "other_holder");
    let over = shown(&[("id", credential(true, "h", Some(NOW.unix())))]);
    assert_eq!(decide(&policy(), over, "name", Purpose::Result).1.reason.as_deref(), Some(SCOPE_RULES));
}

#[test]
fn scopes_that_no_longer_exist_earn_nothing() {
    for gone in ["gone", "gone too"] {
        let (decided, report) = decide(&policy(), minor(), gone, Purpose::Result);
        assert!(decided.is_none());
        assert_eq!(report.reason.as_deref(), Some(SCOPE_RULES));
    }
}

#[test]
fn a_result_is_told_the_claims_that_a_requested_scope_lists_and_no_others() {
    let adult = || shown(&[("id", credential(true, "h", None))]);
    let (decided, _) = decide(&policy(), adult(), "adult", Purpose::Result);
    assert_eq!(told(&decided.unwrap(), "id"), ["given_name"], "what its rule read is not listed");
    let (decided, _) = decide(&policy(), adult(), "edit", Purpose::Result);
    assert!(told(&decided.unwrap(), "id").is_empty(), "it lists nothing");
    let two = shown(&[("id", credential(true, "h", None)), ("licence", credential(true, "h", None))]);
    let (decided, _) = decide(&policy(), two, "rent", Purpose::Result);
    let decided = decided.unwrap();
    assert!(told(&decided, "id").is_empty() && told(&decided, "licence").is_empty());
    // For tokens the rest is still needed; whoever reads the result gets what is listed.
    let (decided, _) = decide(&policy(), adult(), "adult", Purpose::Tokens);
    let decided = decided.unwrap();
    assert!(told(&decided, "id").contains(&"personal_number"));
    let listed = policy().told(decided, &Scopes::parse("adult").unwrap());
    assert_eq!(told(&listed, "id"), ["given_name"]);
}

#[test]
fn a_result_needs_no_stable_identifier_and_does_not_ask_for_one() {
    let policy = stable_by("personal_number");
    let scopes = Scopes::parse("adult").unwrap();
    assert_eq!(
        asked(&policy.query_for_result(&scopes, false).unwrap()),
        [("id", names(&["given_name", "adult"]))],
        "what the scope lists, and what its rule reads"
    );
    let mut nobody = credential(true, "h", None);
    nobody.claims.swap_remove("personal_number");
    let (decided, _) = decide(&policy, shown(&[("id", nobody.clone())]), "adult", Purpose::Result);
    assert_eq!(decided.unwrap().scopes().unwrap().granted, ["adult"]);
    let (decided, _) = decide(&policy, shown(&[("id", nobody)]), "adult", Purpose::Tokens);
    assert!(decided.is_none(), "tokens need it");
}

#[test]
fn what_a_result_earned_is_stored_with_it() {
    let (decided, _) = decide(&policy(), minor(), "adult name", Purpose::Result);
    let decided = decided.unwrap();
    let again = VerifiedPresentation::restore(serde_json::to_value(&decided).unwrap()).unwrap();
    assert_eq!(again.scopes(), decided.scopes());
    let older = VerifiedPresentation::restore(json!({
        "credentials": {}, "transaction_data": [], "verified_at": 1,
    }));
    assert_eq!(older.unwrap().scopes(), None);
}
