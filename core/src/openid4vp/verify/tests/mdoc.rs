//! mdocs go the whole way: from the `vp_token` to a verified presentation. What is asked for is what counts.

use super::super::super::dcql::Query;
use super::*;
use crate::credential::Presented;
use crate::jose::jwk::thumbprint_of;
use crate::mdoc::SessionTranscript;
use crate::mdoc::testing::{Case, DOCTYPE, MdocMaker, NAMESPACE, cases};
use crate::openid4vp::request::{PresentationFlow, ResponseMode};
use crate::sdjwt::limits::PresentationLimits;
use crate::sdjwt::parse::HolderBinding;
use crate::trust::CertificateProfile;

const CASES: &str = include_str!("../../../../../fixtures/mdoc/cases.jsonl");
const REASONS: &str = include_str!("../../../../../fixtures/mdoc/reasons.tsv");

fn judge(
    texts: &[&str],
    trust: &TrustPolicy,
    expected: &Expected<'_>,
    now: Timestamp,
) -> (Option<VerifiedPresentation>, Report) {
    let mut findings = Findings::new();
    let mut judge = || {
        let id = &expected.query.credentials()[0].id;
        let vp_token = Some(json!({id.as_str(): texts}).to_string());
        let parameters = ResponseParameters { vp_token, ..Default::default() };
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, &mut findings)? else {
            panic!()
        };
        let mut current = Vec::new();
        for shown in token.shown(expected.query, expected.nonce, &mut findings)? {
            let issuer = trust.vouch(&shown.credential, &shown.presented.issuer_hint(), &mut findings)?;
            let genuine = authenticate(shown, &issuer, &KeySet::default(), expected, now, &mut findings)?;
            match genuine.status(&mut findings)? {
                StatusNeeded::Settled(one) => current.push(one),
                StatusNeeded::Listed(_) => panic!("it names no status"),
            }
        }
        conclude(current, expected, now, &mut findings)
    };
    let judged = judge();
    let report = findings.conclude(judged.as_ref().map(|_| ()).map_err(|rejection| *rejection));
    (judged.ok(), report)
}

fn expected<'a>(query: &'a Query, case: &Case) -> Expected<'a> {
    Expected {
        query,
        transaction_data: &[],
        audience: "us".into(),
        nonce: "n",
        requested_at: case.at(),
        high_assurance: true,
        evidence: ExpectedEvidence::default(),
        transcript: Some(case.transcript()),
        settings: VerificationSettings::default(),
    }
}

/// As `mdoc::tests`, with the query of each case, and by the rules of HAIP too.
#[test]
fn req_14_28_req_14_59_every_case_comes_to_its_end_the_whole_way() {
    let reason = |id: &str| {
        let mut lines = REASONS.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(known, _)| *known == id).map(|(_, reason)| reason)
    };
    let mut judged = 0;
    let names_status = |case: &&Case| case.expected() == "undetermined" || !case.0["lists"].is_null();
    let all = cases(CASES);
    for case in all.iter().filter(|case| !case.is_enveloped() && !names_status(case)) {
        let query = Query::from_json(&case.0["query"]).unwrap();
        let trust = case.trust(CertificateProfile::IsoMdl);
        let (presentation, report) = judge(&[case.text("vp")], &trust, &expected(&query, case), case.at());
        assert_eq!(presentation.is_some(), report.reason.is_none());
        let told = report.reason.as_deref().unwrap_or("accept");
        let due = if case.expected() == "accept" { "accept" } else { reason(case.id()).unwrap() };
        assert_eq!(told, due, "{}: {report:?}", case.id());
        judged += 1;
    }
    assert!(judged > 100, "{judged}");
}

fn licence(claims: &Value) -> Query {
    Query::from_json(&json!({"credentials": [{"id": "mdl", "format": "mso_mdoc",
        "meta": {"doctype_value": DOCTYPE}, "claims": claims}]}))
    .unwrap()
}

#[test]
fn req_14_50_the_transcript_is_made_of_the_row_and_nothing_else() {
    let maker = MdocMaker::at(crate::openid4vp::testing::MADE_AT);
    let query = licence(&json!([{"path": [NAMESPACE, "age_over_18"], "values": [true]},
        {"path": [NAMESPACE, "birth_date"]}]));
    let jwk = SigningKey::generate(Algorithm::Es256).unwrap().public_key().to_jwk();
    let key = json!({"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"], "use": "enc", "alg": "ECDH-ES",
        "kid": "1"});
    let thumbprint = thumbprint_of(&key).unwrap();
    let redirect = VpRequest { query, ..asked() };
    let (nonce, uri) = (redirect.nonce.as_str().to_owned(), redirect.answer_uri.clone().unwrap());
    let encrypted =
        VpRequest { response_mode: ResponseMode::DirectPostJwt, answer_key: Some(key), ..redirect.clone() };
    let by_browser =
        VpRequest { flow: PresentationFlow::DcApi, response_mode: ResponseMode::DcApi, ..redirect.clone() };
    let id = redirect.verifier_id.clone();
    for (request, transcript) in [
        (&redirect, SessionTranscript::redirect(&id, &nonce, None, uri.as_str())),
        (&encrypted, SessionTranscript::redirect(&id, &nonce, Some(&thumbprint), uri.as_str())),
        (&by_browser, SessionTranscript::dc_api("https://verify.example", &nonce, None)),
    ] {
        let text = maker.present(&transcript, &["age_over_18", "birth_date", "portrait"]);
        let at = crate::openid4vp::testing::MADE_AT;
        let (presentation, report) = judge(&[&text], &maker.trust_policy(), &request.expected(), at);
        let presentation = presentation.unwrap_or_else(|| panic!("{report:?}"));
        let shown = &presentation.credentials()["mdl"].as_slice()[0];
        let claims = json!({NAMESPACE: {"age_over_18": true, "birth_date": "1990-08-12"}});
        assert_eq!(Value::Object(shown.claims.clone()), claims, "the portrait was not asked for");
        assert_eq!(shown.holder.as_deref(), Some(maker.holder.public_key().thumbprint().as_str()));
        for other in [&redirect, &encrypted, &by_browser] {
            let (presentation, _) = judge(&[&text], &maker.trust_policy(), &other.expected(), at);
            assert_eq!(presentation.is_some(), std::ptr::eq(other, request));
        }
    }
    let nowhere = VpRequest { answer_uri: None, ..redirect };
    assert_eq!(nowhere.expected().transcript, None);
    assert_eq!(asked().expected().transcript, None, "no mdoc is asked for");
}

#[test]
fn req_14_29_what_is_missing_or_has_another_value_is_not_enough() {
    let maker = MdocMaker::at(crate::openid4vp::testing::MADE_AT);
    for (claims, reason) in [
        (json!([{"path": [NAMESPACE, "age_over_21"]}]), "claims_present"),
        (json!([{"path": ["org.iso.18013.5.1.aamva", "age_over_18"]}]), "claims_present"),
        (json!([{"path": [NAMESPACE, "age_over_18"], "values": [false]}]), "claims_values"),
    ] {
        let request = VpRequest { query: licence(&claims), ..asked() };
        let text = maker.present(&request.expected().transcript.unwrap(), &["age_over_18"]);
        let at = crate::openid4vp::testing::MADE_AT;
        let (_, report) = judge(&[&text], &maker.trust_policy(), &request.expected(), at);
        assert_eq!(report.reason.as_deref(), Some(reason));
    }
}

#[test]
fn req_14_20_an_mdoc_in_json_is_told_what_it_must_be() {
    for element in [json!({"documents": []}), json!({})] {
        let (mut findings, limits) = (Findings::new(), PresentationLimits::default());
        let read = Presented::read(
            CredentialFormat::MsoMdoc,
            HolderBinding::Required,
            &element,
            &limits,
            &mut findings,
        );
        let report = findings.conclude(read.map(|_| ()));
        let line = report.decisive().unwrap();
        assert_eq!(
            (&*line.check, line.detail.contains("DeviceResponse")),
            ("vp_token_count", true),
            "{line:?}"
        );
    }
}
