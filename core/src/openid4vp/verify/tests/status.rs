//! The status of the credential.

use super::*;

#[test]
fn req_7_12_a_revoked_credential_answers_nothing() {
    let mut scene = VerifyScene::new();
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].status, CredentialStatus::None);
    scene.maker.name_status(0, STATUS_URI);
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].status, CredentialStatus::Valid);
    scene.maker.name_status(1, STATUS_URI);
    assert_eq!(scene.refused(&scene.maker.present()), "status");
}

#[test]
fn req_7_16_where_the_status_is_kept_is_not_kept() {
    let mut scene = VerifyScene::new();
    scene.maker.name_status(0, STATUS_URI);
    let paths = ["given_name", "status", "status.status_list.idx"];
    let paths = paths.map(|dotted| ClaimsPath::from_dotted(dotted).unwrap()).to_vec();
    let query = CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], paths);
    scene.asked.query = Query::of(vec![query]).unwrap();
    let (presentation, report) = scene.verified();
    for kept in [serde_json::to_string(&presentation).unwrap(), serde_json::to_string(&report).unwrap()] {
        assert!(!kept.contains("statuslists") && !kept.contains("\"idx\""), "{kept}");
    }
    assert!(presentation.credentials()[QUERY_ID].as_slice()[0].claims.contains_key("given_name"));
    assert!(!presentation.credentials()[QUERY_ID].as_slice()[0].claims.contains_key("status"));
}
