//! Types that extend the type asked for (OpenID4VP B.3.5, SD-JWT VC section 5.4).

use super::*;
use crate::trust::{CredentialFormat, FormatRules, SdJwtVcRules};
use crate::type_metadata::{TypeDocument, resolve};

const NATIONAL: &str = "https://credentials.example.com/national";
const REGIONAL: &str = "https://credentials.example.com/regional";

/// A credential of the type `shown`, where `asked` is asked for and three types extend each other.
fn judged(shown: &str, asked: &str, accepted: &[&str]) -> (VerifyScene, Report) {
    let mut scene = VerifyScene::new();
    let documents = [(REGIONAL, Some(NATIONAL)), (NATIONAL, Some(VCT)), (VCT, None)].map(|(vct, extends)| {
        let mut document = json!({"vct": vct});
        if let Some(extended) = extends {
            document["extends"] = extended.into();
        }
        TypeDocument::parse(document.to_string().as_bytes()).unwrap()
    });
    let accepted: Vec<String> = accepted.iter().map(|vct| (*vct).to_owned()).collect();
    let type_metadata = resolve(&accepted, &documents).unwrap().into();
    scene.trust.credentials[0].rules =
        FormatRules::SdJwtVc(SdJwtVcRules { type_metadata, ..SdJwtVcRules::default() });
    scene.trust.credentials[0].types = accepted;
    scene.maker.payload["vct"] = shown.into();
    scene.asked.query =
        Query::of(vec![CredentialQuery::new(QUERY_ID, vec![asked.to_owned()], Vec::new())]).unwrap();
    let report = scene.judge(&scene.maker.present()).1;
    (scene, report)
}

#[test]
fn req_5_13_a_type_that_extends_the_type_asked_for_answers_it() {
    let all = [VCT, NATIONAL, REGIONAL];
    for (shown, asked) in
        [(VCT, VCT), (NATIONAL, VCT), (REGIONAL, VCT), (REGIONAL, NATIONAL), (REGIONAL, REGIONAL)]
    {
        let report = judged(shown, asked, &all).1;
        assert_eq!(report.reason, None, "{shown} for {asked}: {report:?}");
    }
}

#[test]
fn req_5_13_inheritance_goes_one_way_and_gives_no_right_to_issue() {
    let all = [VCT, NATIONAL, REGIONAL];
    for (shown, asked) in [(VCT, NATIONAL), (VCT, REGIONAL), (NATIONAL, REGIONAL)] {
        assert_eq!(
            judged(shown, asked, &all).1.reason.as_deref(),
            Some("vct_asked_for"),
            "{shown} for {asked}"
        );
    }
    // Extended, but not accepted from this issuer.
    let (scene, report) = judged(VCT, VCT, &[REGIONAL]);
    assert_eq!(report.reason.as_deref(), Some("credential_type"));
    assert!(
        scene.trust.covers(QUERY_ID, CredentialFormat::SdJwtVc, &[VCT.to_owned()]),
        "what a wallet may be asked for"
    );
    assert!(!scene.trust.covers(
        QUERY_ID,
        CredentialFormat::SdJwtVc,
        &["https://credentials.example.com/other".to_owned()]
    ));
    assert_eq!(judged(REGIONAL, VCT, &[REGIONAL]).1.reason, None);
}
