//! The cases of an independent generator that come by this protocol.

use crate::base::report::Findings;
use crate::cbor::{Limits, Writer};
use crate::cose::{self, PayloadPlace};
use crate::jose::signing::SigningKey;
use crate::mdoc::PresentedMdoc;
use crate::mdoc::testing::{Case, CaseOutcome, cases};

const CASES: &str = include_str!("../../../../fixtures/mdoc/cases.jsonl");

/// How the response ends that was opened; or why it was not opened.
fn judged(case: &Case) -> String {
    let (outcome, report) = case.judge();
    match outcome {
        CaseOutcome::Rejected("envelope") => report.decisive().unwrap().detail.to_string(),
        CaseOutcome::Rejected(reason) | CaseOutcome::Undetermined(reason) => reason.to_owned(),
        CaseOutcome::Accepted(claims) if case.is_answered_by(&claims) => "accept".to_owned(),
        CaseOutcome::Accepted(_) => "claims".to_owned(),
    }
}

#[test]
fn req_14_73_req_14_74_every_case_of_the_protocol_ends_as_it_should() {
    let all = cases(CASES);
    let of_the_protocol: Vec<_> = all.iter().filter(|case| case.is_enveloped()).collect();
    assert_eq!(of_the_protocol.len(), 17);
    for case in of_the_protocol {
        let expected = match case.id() {
            "annexc_ok" => "accept",
            "annexc_mso_expired" => "mso_valid_until",
            "annexc_device_signs_another_transcript" => "device_signature",
            "annexc_not_dcapi" => "it is not an array of \"dcapi\"",
            "annexc_enc_off_curve" | "annexc_enc_compressed" => "`enc` is no uncompressed point",
            "annexc_enc_twice" => "it is no acceptable CBOR: a key occurs twice",
            _ => "the ciphertext cannot be decrypted",
        };
        let told = judged(case);
        assert!(told.starts_with(expected), "{}: {told}, not {expected}", case.id());
    }
}

/// A MAC over whatever it may be: nobody knows in public which key of the reader it would be made with.
#[test]
fn req_14_76_a_mac_is_refused_here_too() {
    let x5chain = Writer::new().bytes(b"x").into_bytes();
    let issuer = cose::sign(
        &SigningKey::from_entropy(&[3; 32]).unwrap(),
        (&[], &[(33, x5chain)]),
        b"x",
        PayloadPlace::Attached,
    );
    let mac = Writer::new().array(4).bytes(&[0xa1, 1, 5]).map(0).null().bytes(&[7; 32]).into_bytes();
    let nothing = Writer::new().embedded(&[0xa0]).into_bytes();
    let device = Writer::new().map(2).text("nameSpaces").raw(&nothing).text("deviceAuth").map(1);
    let device = device.text("deviceMac").raw(&mac).into_bytes();
    let document = Writer::new().map(3).text("docType").text("org.iso.18013.5.1.mDL");
    let document = document.text("issuerSigned").map(1).text("issuerAuth").raw(&issuer.unwrap());
    let document = document.text("deviceSigned").raw(&device).into_bytes();
    let response = Writer::new().map(3).text("version").text("1.0").text("documents").array(1);
    let response = response.raw(&document).text("status").unsigned(0).into_bytes();
    let mut findings = Findings::new();
    let refused = PresentedMdoc::read(&response, &Limits::default(), &mut findings).unwrap_err();
    assert_eq!(refused.reason(), "device_auth");
    let report = findings.conclude(Err(refused));
    assert!(report.decisive().unwrap().detail.contains("MAC"), "{report:?}");
}
