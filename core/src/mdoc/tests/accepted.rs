//! Documents made here: what an authentic one says, and the edges of each rule.

use serde_json::json;

use super::super::profile;
use super::super::testing::{MdocMaker, NAMESPACE, NOW};
use super::{detail, judge_at, judge_by, reason, transcript};
use crate::base::report::{CheckOutcome, Findings};
use crate::base::time::Timestamp;
use crate::cbor::Writer;
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;
use crate::jose::x5c::testing::{Plan, public_key, x5c};
use crate::jose::x5c::{CertificateFacts, ExtendedKeyUsage, RevocationFile, Roots};
use crate::mdoc::SessionTranscript;
use crate::trust::{CertificateProfile, KeySource};

#[test]
fn an_authentic_document_is_told_by_its_facts() {
    let maker = MdocMaker::new();
    let (authentic, report) =
        judge_at(&maker, NOW, &["family_name", "age_over_18", "birth_date", "portrait"]);
    let authentic = authentic.unwrap_or_else(|| panic!("{report:?}"));
    let shown = json!({NAMESPACE: {"family_name": "Mustermann", "age_over_18": true, "birth_date": "1990-08-12",
        "portrait": "_9j_4A"}});
    assert_eq!(json!(authentic.claims), shown);
    assert_eq!((authentic.issuer.as_str(), authentic.doctype.as_str()), ("Utopia", maker.doctype.as_str()));
    assert_eq!(authentic.holder_thumbprint, maker.holder.public_key().thumbprint());
    assert_eq!(authentic.signed.unix(), maker.signed);
    assert_eq!(
        (authentic.valid_from.unix(), authentic.valid_until.unix()),
        (maker.valid_from, maker.valid_until)
    );
    assert_eq!((authentic.by_anchor, authentic.status), (Some(false), None));
    let printed = format!("{report:?}{:?}", MdocMaker::new().trust());
    assert!(!printed.contains("Mustermann") && !printed.contains("_9j_4A"), "no value is told: {printed}");
}

#[test]
fn req_14_41_a_document_counts_from_its_beginning_to_its_end_and_clocks_may_be_slow_at_the_beginning() {
    let maker = MdocMaker::new();
    let reason = |at: i64| judge_at(&maker, Timestamp::from_unix(at), &["family_name"]).1.reason;
    assert_eq!(reason(maker.valid_from - 60), None);
    assert_eq!(reason(maker.valid_from - 61).as_deref(), Some("mso_valid_from"));
    let short = MdocMaker { valid_until: NOW.unix() + 100, ..MdocMaker::new() };
    let reason = |at: i64| judge_at(&short, Timestamp::from_unix(at), &["family_name"]).1.reason;
    assert_eq!(reason(short.valid_until - 1), None);
    assert_eq!(reason(short.valid_until).as_deref(), Some("mso_valid_until"));
    // Whoever replays an old answer ends nothing with it.
    let text = short.present(&SessionTranscript::dc_api("https://other.example", "nonce", None), &[]);
    let late = Timestamp::from_unix(short.valid_until);
    let replayed = judge_by(short.trust(), &text, Some(&transcript()), late).1.reason;
    assert_eq!(replayed.as_deref(), Some("device_signature"));
    let backwards = MdocMaker { valid_from: NOW.unix() - 2000, ..MdocMaker::new() };
    assert_eq!(super::reason(&backwards, &[]).as_deref(), Some("mso_validity"));
}

#[test]
fn req_14_37_it_was_signed_while_the_certificate_of_the_signer_was_valid() {
    let early = MdocMaker { signed: NOW.unix() - 86_401, ..MdocMaker::new() };
    let (_, report) = judge_at(&early, NOW, &["family_name"]);
    assert_eq!(report.reason.as_deref(), Some("mso_validity"));
    assert!(detail(&report, "mso_validity", CheckOutcome::Failed).contains("certificate of the signer"));
    let just = MdocMaker { signed: NOW.unix() - 86_400, ..MdocMaker::new() };
    assert_eq!(reason(&just, &["family_name"]), None);
}

#[test]
fn req_14_59_nothing_is_accepted_without_the_holders_signature_for_this_request() {
    let maker = MdocMaker::new();
    let text = maker.present(&transcript(), &["family_name"]);
    let other = SessionTranscript::dc_api("https://other.example", "nonce", None);
    for expected in [None, Some(&other)] {
        let (judged, report) = judge_by(maker.trust(), &text, expected, NOW);
        assert_eq!((judged.is_some(), report.reason.as_deref()), (false, Some("device_signature")));
    }
    let thief = MdocMaker { holder: SigningKey::generate(Algorithm::Es256).unwrap(), ..MdocMaker::new() };
    assert_eq!(reason(&thief, &["family_name"]), None, "a document of its own");
}

#[test]
fn req_14_31_keys_of_every_curve_are_taken_with_the_algorithm_of_their_curve() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512] {
        let key = || SigningKey::generate(algorithm).unwrap();
        let mut maker = MdocMaker { signer: key(), holder: key(), ..MdocMaker::new() };
        let certified = public_key(&maker.signer.public_key().to_jwk());
        maker.chain = vec![maker.root.certify(&Plan::leaf("Utopia DS", NOW.unix()), &certified)];
        assert_eq!(reason(&maker, &["family_name"]), None, "{algorithm}");
    }
}

#[test]
fn req_14_58_what_only_the_device_signed_is_dropped_and_never_takes_the_place_of_an_issuers_element() {
    let signed = |element: &str| {
        let elements = Writer::new().map(1).text(NAMESPACE).map(1).text(element).bool(true);
        MdocMaker { device_name_spaces: elements.into_bytes(), ..MdocMaker::new() }
    };
    let (authentic, report) = judge_at(&signed("age_over_21"), NOW, &["age_over_18"]);
    assert_eq!(json!(authentic.unwrap().claims), json!({NAMESPACE: {"age_over_18": true}}));
    assert!(detail(&report, "device_signed_elements", CheckOutcome::NotApplicable).contains("1 elements"));
    assert_eq!(reason(&signed("age_over_18"), &["age_over_18"]).as_deref(), Some("device_signed_elements"));
    for wrong in [
        Writer::new().array(0),
        Writer::new().map(1).unsigned(1).map(0),
        Writer::new().map(1).text("a").null(),
    ] {
        let maker = MdocMaker { device_name_spaces: wrong.into_bytes(), ..MdocMaker::new() };
        assert_eq!(reason(&maker, &["age_over_18"]).as_deref(), Some("device_signed_elements"));
    }
}

#[test]
fn req_14_43_an_element_of_another_type_counts_as_not_shown() {
    let mut maker = MdocMaker::new();
    maker.say("age_over_21", Writer::new().text("true"));
    maker.say("height", Writer::new().text("tall"));
    maker.say("sex", Writer::new().float(f64::NAN));
    maker.say("something_else", Writer::new().text("true"));
    let (authentic, report) =
        judge_at(&maker, NOW, &["age_over_18", "age_over_21", "height", "sex", "something_else"]);
    let shown = json!({NAMESPACE: {"age_over_18": true, "something_else": "true"}});
    assert_eq!(json!(authentic.unwrap().claims), shown);
    let told = detail(&report, "element_values", CheckOutcome::NotApplicable);
    assert!(told.starts_with("3 values") && told.contains("`age_over_21`"), "{told}");
}

#[test]
fn req_14_43_the_country_that_is_shown_is_that_of_the_certificate_where_it_names_one() {
    let facts = |countries: &[&str]| CertificateFacts {
        countries: countries.iter().map(|it| (*it).to_owned()).collect(),
        ..good()
    };
    let judge = |shown: &str, countries: &[&str]| {
        let elements = json!({NAMESPACE: {"issuing_country": shown}});
        let (facts, mut findings) = (facts(countries), Findings::new());
        super::super::driving_licence::check_country(elements.as_object().unwrap(), &facts, &mut findings)
            .is_ok()
    };
    assert!(judge("UT", &["UT"]) && judge("UT", &[]));
    assert!(!judge("XX", &["UT"]) && !judge("UT", &["UT", "XX"]));
}

fn good() -> CertificateFacts {
    CertificateFacts {
        not_before: Timestamp::from_unix(0),
        not_after: Timestamp::from_unix(86_400 * 400),
        countries: vec!["UT".to_owned()],
        states: Vec::new(),
        key_usages: Some(vec!["digitalSignature"]),
        extended_key_usage: purposes(&[2]),
        has_issuer_alternative_name: true,
        path_length: None,
    }
}

fn root() -> CertificateFacts {
    CertificateFacts {
        key_usages: Some(vec!["keyCertSign", "cRLSign"]),
        extended_key_usage: None,
        path_length: Some(0),
        ..good()
    }
}

fn purposes(last: &[u8]) -> Option<ExtendedKeyUsage> {
    let purpose = |last: &u8| vec![0x28, 0x81, 0x8c, 0x5d, 0x05, 0x01, *last];
    Some(ExtendedKeyUsage { critical: true, purposes: last.iter().map(purpose).collect() })
}

#[test]
fn req_14_35_certificates_of_driving_licences_keep_annex_b() {
    assert!(profile::iso_mdl(&good(), &root()).is_ok());
    let states = |states: &[&str]| states.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let open = ExtendedKeyUsage { critical: false, ..purposes(&[2]).unwrap() };
    let wrong = [
        (CertificateFacts { extended_key_usage: None, ..good() }, root()),
        (CertificateFacts { extended_key_usage: purposes(&[6]), ..good() }, root()),
        (CertificateFacts { extended_key_usage: purposes(&[2, 6]), ..good() }, root()),
        (CertificateFacts { extended_key_usage: Some(open), ..good() }, root()),
        (CertificateFacts { key_usages: None, ..good() }, root()),
        (CertificateFacts { key_usages: Some(vec!["digitalSignature", "keyAgreement"]), ..good() }, root()),
        (CertificateFacts { has_issuer_alternative_name: false, ..good() }, root()),
        (CertificateFacts { countries: states(&["XX"]), ..good() }, root()),
        (
            CertificateFacts { countries: Vec::new(), ..good() },
            CertificateFacts { countries: Vec::new(), ..root() },
        ),
        (good(), CertificateFacts { states: states(&["UT-1"]), ..root() }),
        (good(), CertificateFacts { path_length: None, ..root() }),
        (good(), CertificateFacts { path_length: Some(1), ..root() }),
        (good(), CertificateFacts { key_usages: Some(vec!["keyCertSign"]), ..root() }),
        (good(), CertificateFacts { key_usages: None, ..root() }),
    ];
    for (place, (signer, root)) in wrong.iter().enumerate() {
        assert!(profile::iso_mdl(signer, root).is_err(), "{place}");
    }
    let of_a_state = CertificateFacts { states: states(&["UT-1"]), ..good() };
    assert!(profile::iso_mdl(&of_a_state, &CertificateFacts { states: states(&["UT-1"]), ..root() }).is_ok());
    assert!(profile::iso_mdl(&of_a_state, &root()).is_ok(), "only where the root has one");
    // Longer than the standard says: noted, because it says nothing against the document.
    let long = CertificateFacts { not_after: Timestamp::from_unix(86_400 * 458), ..good() };
    assert!(profile::iso_mdl(&long, &root()).unwrap().contains("457 days"));
    assert!(!profile::iso_mdl(&good(), &root()).unwrap().contains("457 days"));
}

#[test]
fn req_14_36_other_certificates_are_for_no_other_role() {
    for good_usage in [
        None,
        purposes(&[2]),
        purposes(&[]),
        purposes(&[7]),
        Some(ExtendedKeyUsage { critical: false, purposes: vec![vec![0x55]] }),
    ] {
        assert!(profile::generic(&CertificateFacts { extended_key_usage: good_usage, ..good() }).is_ok());
    }
    for role in [3, 6, 8] {
        let signer = CertificateFacts { extended_key_usage: purposes(&[2, role]), ..good() };
        assert!(profile::generic(&signer).is_err(), "{role}");
    }
}

#[test]
fn req_14_34_a_signer_that_is_itself_a_configured_root_is_refused_by_either_profile() {
    let maker = MdocMaker::new();
    let roots = Roots::new(&maker.chain[0].to_pem().unwrap(), None, Vec::new()).unwrap();
    let chain = roots.validate(&x5c(&[&maker.chain[0]]), NOW).unwrap();
    for certificates in [CertificateProfile::Generic, CertificateProfile::IsoMdl] {
        let refused = profile::check(certificates, &chain, &mut Findings::new()).unwrap_err();
        assert_eq!(refused.reason(), "issuer_certificate");
    }
}

#[test]
fn req_14_35_the_profile_is_the_configured_one() {
    use crate::trust::{FormatRules, MdocRules};
    let maker = MdocMaker::new();
    let mut trust = maker.trust();
    let text = maker.present(&transcript(), &["family_name"]);
    let judge = |trust| judge_by(trust, &text, Some(&transcript()), NOW).1.reason;
    assert_eq!(judge(trust.clone()), None);
    trust.rules = FormatRules::MsoMdoc(MdocRules { certificates: CertificateProfile::IsoMdl });
    assert_eq!(judge(trust).as_deref(), Some("issuer_certificate"), "its certificates say little");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the library of certificates reads such lists from files")]
fn req_14_38_a_signer_that_was_revoked_is_refused_where_lists_are_configured() {
    let maker = MdocMaker::new();
    let text = maker.present(&transcript(), &["family_name"]);
    // The serial number of every leaf here is 7.
    for (revoked, expected) in [(8, None), (7, Some("issuer_chain"))] {
        let now = NOW.unix();
        let list = maker.root.revocation_list(now - 10, now + 10, &[revoked]).to_pem().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &list).unwrap();
        let lists = RevocationFile { path: file.path(), pem: &list };
        let roots = Roots::new(&maker.root.pem(), Some(lists), Vec::new()).unwrap();
        let mut trust = maker.trust();
        trust.keys = KeySource::X5c(std::sync::Arc::new(roots));
        let reason = judge_by(trust, &text, Some(&transcript()), NOW).1.reason;
        assert_eq!(reason.as_deref(), expected, "{revoked}");
    }
}

#[test]
fn req_14_34_only_certificates_say_whose_a_document_is() {
    let maker = MdocMaker::new();
    let text = maker.present(&transcript(), &["family_name"]);
    let mut trust = maker.trust();
    trust.keys =
        KeySource::Jwks(crate::jose::key_set::KeySet::of(vec![maker.signer.public_key().clone()]).into());
    let reason = judge_by(trust, &text, Some(&transcript()), NOW).1.reason;
    assert_eq!(reason.as_deref(), Some("issuer_trusted"));
    let stranger = MdocMaker::new();
    let reason = judge_by(stranger.trust(), &text, Some(&transcript()), NOW).1.reason;
    assert_eq!(reason.as_deref(), Some("issuer_chain"));
}
