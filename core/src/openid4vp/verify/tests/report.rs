//! What the verdict, its report and its row say, and what they keep to themselves.

use super::*;

#[test]
fn a_bare_sd_jwt_is_accepted() {
    let (presentation, report) = VerifyScene::new().verified();
    let credential = only(&presentation, QUERY_ID);
    assert_eq!((credential.issuer.as_str(), credential.credential_type.as_str()), (ISSUER, VCT));
    assert_eq!(presentation.verified_at(), NOW);
    assert!(
        report.checks.iter().any(|check| check.check == "vp_token_shape" && check.detail.contains("bare"))
    );
}

#[test]
fn req_3_6_all_three_shapes_lead_to_the_same_verdict() {
    let scene = VerifyScene::new();
    let text = scene.maker.present();
    let object = json!({ QUERY_ID: [text] }).to_string();
    let (bare, _) = scene.judge(&text);
    assert!(bare.is_some());
    for (vp_token, seen) in [(object.clone(), "as OpenID4VP 1.0"), (base64url::encode(&object), "base64url")]
    {
        let (presentation, report) = scene.judge(&vp_token);
        assert!(presentation == bare, "{report:?}");
        assert!(
            report.checks.iter().any(|check| check.check == "vp_token_shape" && check.detail.contains(seen))
        );
    }
}

#[test]
fn a_report_never_contains_a_claim_value_or_a_part_of_the_token() {
    let mut reports = vec![VerifyScene::with_transactions(&["192.0.2.1"]).verified().1];
    let mut scene = VerifyScene::new();
    ask_for_value(&mut scene, json!(false));
    let text = scene.maker.present();
    reports.push(scene.judge(&text).1);
    reports.push(scene.judge(&json!({ "Erika": [text] }).to_string()).1);
    let mut scene = VerifyScene::new();
    scene.maker.disclosures.push(member("Erika", json!("Mustermann")));
    let text = scene.maker.present();
    reports.push(scene.judge(&text).1);
    for report in reports {
        let written = serde_json::to_string(&report).unwrap();
        assert!(!written.contains("Erika") && !written.contains("Mustermann"), "{written}");
        for part in text.split(['.', '~']).filter(|part| part.len() > 20) {
            assert!(!written.contains(part), "{written}");
        }
    }
}

#[test]
fn it_prints_no_claims() {
    let (presentation, _) = VerifyScene::new().verified();
    assert_eq!(format!("{presentation:?}"), format!("{{{QUERY_ID:?}}}"));
    let token = WalletAnswer::parse(
        ResponseParameters { vp_token: Some(VerifyScene::new().maker.present()), ..Default::default() },
        &mut Findings::new(),
    );
    assert_eq!(
        format!("{:?}", token.unwrap()),
        format!("Presented(VpToken {{ shape: {:?}, .. }})", VpTokenShape::BareSdJwt)
    );
}

#[test]
fn a_row_gives_back_what_was_verified() {
    let (presentation, _) = VerifyScene::with_transactions(&["192.0.2.1"]).verified();
    let row = serde_json::to_value(&presentation).unwrap();
    assert!(VerifiedPresentation::restore(row.clone()).unwrap() == presentation);
    for (member, wrong) in
        [("credentials", json!([])), ("transaction_data", json!(["e30"])), ("verified_at", json!("now"))]
    {
        let mut row = object(row.clone());
        row.insert(member.to_owned(), wrong);
        assert!(VerifiedPresentation::restore(Value::Object(row)).is_none(), "{member}");
    }
}
