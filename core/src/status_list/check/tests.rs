use std::time::Duration;

use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::base::report::{CheckOutcome, Report};
use crate::credential::Authentic;
use crate::sdjwt::limits::PresentationLimits;
use crate::sdjwt::parse::PresentedSdJwt;
use crate::sdjwt::testing::{ListMaker, Maker, NOW, QUERY_ID, STATUS_URI, expected};
use crate::status_list::token::{CacheBounds, Receipt, StatusListToken};

/// A credential, its issuer's list, and what the operator wants.
struct StatusScene {
    maker: Maker,
    list: ListMaker,
    policy: StatusPolicy,
}

impl StatusScene {
    /// Names index 0 of a list of every value there is.
    fn new() -> Self {
        let mut maker = Maker::new();
        maker.name_status(0, STATUS_URI);
        let list = ListMaker::new(&maker.issuer, &(0..=255).collect::<Vec<u8>>());
        Self { maker, list, policy: StatusPolicy::default() }
    }

    fn with_status(status: Value) -> Self {
        let mut scene = Self::new();
        scene.maker.payload.insert("status".to_owned(), status);
        scene
    }

    fn without_status() -> Self {
        let mut scene = Self::new();
        scene.maker.payload.remove("status");
        scene
    }

    /// The list came at [`NOW`]; it is used so much later.
    fn judge(&self, later: u64) -> (Result<CredentialStatus, Rejection>, Report) {
        let mut findings = Findings::new();
        let mut trust = self.maker.trust();
        trust.credentials[0].status = self.policy;
        let answer = (|| {
            let mut before = Findings::new();
            let presented =
                PresentedSdJwt::parse(&self.maker.present(), &PresentationLimits::default(), &mut before)?;
            let issuer = trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut before)?;
            let keys = self.maker.keys();
            let credential = presented.authenticate(&issuer, &keys, &expected(), NOW, &mut before)?;
            let credential = Authentic::from(credential);
            let reference = match credential.status(&mut findings)? {
                StatusClaim::Settled(status) => return Ok(status),
                StatusClaim::Listed(reference, _) => reference,
            };
            let token = StatusListToken::parse(self.list.sign(&self.maker.issuer).as_bytes()).unwrap();
            let receipt = Receipt { at: NOW, max_age: None };
            match token.verify(&issuer, &keys, STATUS_URI, receipt, &CacheBounds::default()) {
                Ok(list) => {
                    let now = NOW.plus(Duration::from_secs(later));
                    judge(&reference, credential.issuer(), &list, now, &mut findings)
                }
                Err(fault) => Err(unusable(&fault, &mut findings)),
            }
        })();
        let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (answer, report)
    }

    #[track_caller]
    fn accepted(&self) -> CredentialStatus {
        let (answer, report) = self.judge(0);
        assert!(report.checks.iter().all(|check| check.outcome != CheckOutcome::Failed), "{report:?}");
        answer.unwrap_or_else(|_| panic!("{report:?}"))
    }

    #[track_caller]
    fn refused(&self, check: &str) -> Report {
        let (_, report) = self.judge(0);
        assert_eq!(report.reason.as_deref(), Some(check), "{report:?}");
        assert_eq!(
            report.checks.last().map(|line| (&*line.check, line.outcome)),
            Some((check, CheckOutcome::Failed))
        );
        report
    }
}

#[test]
fn req_7_12_valid_is_valid_and_the_report_tells_how_it_is_known() {
    let scene = StatusScene::new();
    assert_eq!(scene.accepted(), CredentialStatus::Valid);
    let checks: Vec<_> = scene.judge(0).1.checks.iter().map(|line| line.check.clone().into_owned()).collect();
    assert_eq!(
        checks,
        [
            "status_reference",
            "status_list_available",
            "status_list_format",
            "status_list_signature",
            "status_list_subject",
            "status_list_freshness",
            "status_list_encoding",
            "status_index",
            "status"
        ]
    );
}

#[test]
fn req_7_12_every_other_value_is_refused() {
    for value in 1..=255 {
        let mut scene = StatusScene::new();
        scene.maker.name_status(value, STATUS_URI);
        let report = scene.refused("status");
        let detail = &report.checks.last().unwrap().detail;
        let word = match value {
            1 => "revoked",
            2 => "suspended",
            _ => "not known",
        };
        assert!(detail.contains(word), "{value}: {detail}");
    }
}

#[test]
fn req_7_10_the_neighbours_of_a_revoked_credential_are_valid() {
    // One bit each: 0000_0100 revokes the credential of index 2 and no other.
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &[0b0000_0100]).unwrap();
    let lst = base64url::encode(encoder.finish().unwrap());
    for index in 0..8 {
        let mut scene = StatusScene::new();
        scene.list.payload.insert("status_list".to_owned(), json!({"bits": 1, "lst": lst}));
        scene.maker.name_status(index, STATUS_URI);
        if index == 2 {
            scene.refused("status");
        } else {
            assert_eq!(scene.accepted(), CredentialStatus::Valid, "{index}");
        }
    }
}

#[test]
fn req_7_11_an_index_beyond_the_list_is_refused() {
    for index in [256, 1 << 40, u64::MAX] {
        let mut scene = StatusScene::new();
        scene.maker.name_status(index, STATUS_URI);
        scene.refused("status_index");
    }
}

#[test]
fn req_7_2_index_and_address_must_be_what_they_should() {
    let good = json!({"status_list": {"idx": 0, "uri": STATUS_URI}});
    assert_eq!(StatusScene::with_status(good).accepted(), CredentialStatus::Valid);
    for list in [
        json!({"uri": STATUS_URI}),
        json!({"idx": -1, "uri": STATUS_URI}),
        json!({"idx": "0", "uri": STATUS_URI}),
        json!({"idx": 0.0, "uri": STATUS_URI}),
        json!({"idx": 0}),
        json!({"idx": 0, "uri": [STATUS_URI]}),
        json!({"idx": 0, "uri": ""}),
        json!({"idx": 0, "uri": "/statuslists/1"}),
        json!({"idx": 0, "uri": "file:///etc/passwd"}),
        json!({"idx": 0, "uri": "data:application/statuslist+jwt,x"}),
        json!([0, STATUS_URI]),
        json!(null),
    ] {
        StatusScene::with_status(json!({"status_list": list})).refused("status_reference");
    }
    for status in [json!("valid"), json!([]), json!(null), json!(true)] {
        StatusScene::with_status(status).refused("status_reference");
    }
}

#[test]
fn req_7_2_the_reference_comes_from_the_issuer_alone() {
    let mut scene = StatusScene::without_status();
    scene.maker.disclose("status", json!({"status_list": {"idx": 0, "uri": STATUS_URI}}));
    let (answer, report) = scene.judge(0);
    assert_eq!(answer.unwrap_err().reason(), "protected_claims");
    assert!(report.checks.is_empty(), "the status is not even read: {report:?}");
}

#[test]
fn req_7_15_an_unknown_mechanism_alone_is_refused() {
    for status in [json!({"x": {}}), json!({})] {
        StatusScene::with_status(status).refused("status_reference");
    }
    let both = json!({"x": {}, "status_list": {"idx": 0, "uri": STATUS_URI}});
    assert_eq!(StatusScene::with_status(both).accepted(), CredentialStatus::Valid);
}

#[test]
fn req_5_16_absence_is_fatal_only_when_a_status_is_required() {
    let mut scene = StatusScene::without_status();
    assert_eq!(scene.accepted(), CredentialStatus::None);
    scene.policy.check = StatusCheck::Required;
    scene.refused("status");
    let mut scene = StatusScene::new();
    scene.policy.check = StatusCheck::Required;
    assert_eq!(scene.accepted(), CredentialStatus::Valid);
}

#[test]
fn req_5_16_what_is_ignored_is_said_to_be_unchecked() {
    for status in [json!({"status_list": {"idx": 1, "uri": STATUS_URI}}), json!({"x": {}})] {
        let mut scene = StatusScene::with_status(status);
        scene.policy.check = StatusCheck::Ignored;
        assert_eq!(scene.accepted(), CredentialStatus::Unchecked);
        assert_eq!(scene.judge(0).1.checks[0].outcome, CheckOutcome::NotApplicable);
    }
}

#[test]
fn req_7_14_a_valid_status_revives_nothing() {
    let mut scene = StatusScene::new();
    scene.maker.payload.insert("exp".to_owned(), json!(NOW.unix() + 100));
    assert_eq!(scene.accepted(), CredentialStatus::Valid);
    scene.maker.payload.insert("exp".to_owned(), json!(NOW.unix() - 100));
    assert_eq!(scene.judge(0).0.unwrap_err().reason(), "validity_exp");
}

#[test]
fn req_7_5_the_list_of_another_address_is_refused() {
    let mut scene = StatusScene::new();
    scene.maker.name_status(0, "https://issuer.example.com/statuslists/2");
    scene.refused("status_list_subject");
}

#[test]
fn a_faulty_list_is_named_and_what_was_right_before_it_too() {
    let mut scene = StatusScene::new();
    scene.list.payload.insert("exp".to_owned(), json!(1));
    let report = scene.refused("status_list_freshness");
    assert_eq!(report.checks.len(), 6, "{report:?}");
    scene.list.payload.insert("sub".to_owned(), json!("https://elsewhere.example"));
    let text = serde_json::to_string(&scene.refused("status_list_subject")).unwrap();
    assert!(!text.contains("elsewhere") && !text.contains("statuslists/1"), "{text}");
}

#[test]
fn req_7_13_a_list_that_cannot_be_had_is_a_refusal() {
    let mut findings = Findings::new();
    let rejection = unavailable(&"status 503", &mut findings);
    assert_eq!(rejection.reason(), "status_list_available");
    let report = findings.conclude(Err(rejection));
    assert!(report.checks[0].detail.ends_with("status 503"));
}

#[test]
fn req_7_13_an_older_list_serves_only_in_the_window_and_never_past_its_exp() {
    let mut scene = StatusScene::new();
    let reason = |scene: &StatusScene, later| scene.judge(later).0.map_err(Rejection::reason);
    assert_eq!(reason(&scene, 299), Ok(CredentialStatus::Valid));
    assert_eq!(reason(&scene, 300), Err("status_list_freshness"));
    scene.policy.stale_if_error = Duration::from_secs(100);
    let (_, report) = scene.judge(399);
    let line = report.checks.iter().find(|line| line.check == "status_list_freshness").unwrap();
    assert!(line.detail.contains("status_stale_if_error"), "{line:?}");
    assert_eq!(reason(&scene, 400), Err("status_list_freshness"));
    scene.policy.stale_if_error = Duration::from_secs(100_000);
    // Its `exp`, and the minute by which clocks may be apart.
    assert_eq!(reason(&scene, 1059), Ok(CredentialStatus::Valid));
    assert_eq!(reason(&scene, 1060), Err("status_list_freshness"));
}

#[test]
fn req_7_16_a_reference_prints_nothing() {
    let url = Url::parse(STATUS_URI).unwrap();
    let reference = StatusReference {
        entry: StatusEntry::Index(7),
        kind: ListKind::StatusList,
        uri: STATUS_URI.to_owned(),
        url,
        certificate: None,
        policy: StatusPolicy::default(),
    };
    assert_eq!(format!("{reference:?}"), "StatusReference(..)");
}
