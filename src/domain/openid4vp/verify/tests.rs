//! The whole road: `vp_token` -> answer -> shown -> vouched -> verdict. Every refusal below is wrong in
//! exactly one way, and the report names the check.

mod authorities;
mod binding;
mod claim_sets;
mod sets;
mod transactions;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::domain::base::id::Nonce;
use crate::domain::base::report::{Check, Outcome, Report, Verdict};
use crate::domain::base::{base64url, json as strict_json};
use crate::domain::jose::alg::Algorithm;
use crate::domain::jose::signing::SigningKey;
use crate::domain::openid4vp::dcql::{ClaimQuery, ClaimsPath, CredentialQuery, PathElement};
use crate::domain::openid4vp::response::{ResponseParameters, Shape, WalletAnswer};
use crate::domain::openid4vp::testing::{asked, transaction};
use crate::domain::sdjwt::status::token::{CacheBounds, Receipt, StatusList, StatusListToken};
use crate::domain::sdjwt::testing::{
    AUDIENCE, ISSUER, ListMaker, Maker, NONCE, NOW, QUERY_ID, REQUESTED_AT, STATUS_URI, VCT, encode, member,
    object,
};
use crate::domain::sdjwt::trust::{CredentialTrust, TrustPolicy};

/// A good presentation of the three claims asked for, and what it is judged by.
struct Scene {
    maker: Maker,
    keys: Arc<KeySet>,
    trust: TrustPolicy,
    asked: Asked,
}

impl Scene {
    fn new() -> Self {
        let maker = Maker::new();
        let mut asked = asked();
        asked.nonce = Nonce::parse(NONCE).unwrap();
        asked.wallet.client_id = AUDIENCE.to_owned();
        asked.created_at = REQUESTED_AT;
        asked.expires_at = Timestamp::from_unix(REQUESTED_AT.unix() + 300);
        asked.query = Query::of(vec![credential_query(QUERY_ID)]).unwrap();
        Self { keys: Arc::new(maker.keys()), trust: maker.trust(), maker, asked }
    }

    /// With one transaction per address, authorised by the key-binding JWT.
    fn with_transactions(addresses: &[&str]) -> Self {
        let mut scene = Self::new();
        scene.asked.transaction_data =
            addresses.iter().map(|address| transaction(&[QUERY_ID], address)).collect();
        let hashes = scene.hashes();
        scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!(hashes));
        scene
    }

    fn hashes(&self) -> Vec<String> {
        self.asked.transaction_data.iter().map(|data| sha256(data.encoded())).collect()
    }

    /// Asks for a second credential, from the same issuer.
    fn ask_for_another(&mut self, id: &str) {
        self.asked.query = Query::of(vec![credential_query(QUERY_ID), credential_query(id)]).unwrap();
        let trust = CredentialTrust { id: id.to_owned(), ..self.trust.credentials[0].clone() };
        self.trust.credentials.push(trust);
    }

    fn judge(&self, vp_token: &str) -> (Option<VerifiedPresentation>, Report) {
        let mut findings = Findings::new();
        let answer = self.road(vp_token, &mut findings);
        let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (answer.ok(), report)
    }

    fn road(&self, vp_token: &str, findings: &mut Findings) -> Result<VerifiedPresentation, Rejection> {
        let parameters = ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() };
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else {
            panic!("no error")
        };
        let challenge = self.asked.challenge();
        let mut current = Vec::new();
        for shown in token.shown(challenge.query, challenge.nonce, findings)? {
            match self.current(shown, findings) {
                Ok(one) => current.push(one),
                Err(rejection) => findings.discard(rejection),
            }
        }
        conclude(current, &challenge, NOW, findings)
    }

    /// The issuer's list: index 0 is valid, index 1 is not.
    fn list(&self, issuer: &TrustedIssuer) -> StatusList {
        let token = ListMaker::new(&self.maker.issuer, &[0, 1]).sign(&self.maker.issuer);
        let receipt = Receipt { at: NOW, max_age: None };
        let token = StatusListToken::parse(token.as_bytes()).unwrap();
        token.verify(issuer, &self.keys, STATUS_URI, receipt, &CacheBounds::default()).unwrap()
    }

    fn current(&self, shown: Shown, findings: &mut Findings) -> Result<Current, Rejection> {
        findings.about_presentation(&shown.credential, shown.number);
        let issuer = self.trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
        let genuine = authenticate(shown, &issuer, &self.keys, &self.asked.challenge(), NOW, findings)?;
        match genuine.status(findings)? {
            Status::Settled(current) => Ok(current),
            Status::Listed(listed) => listed.judged(&self.list(&issuer), NOW, findings),
        }
    }

    fn verified(&self) -> (VerifiedPresentation, Report) {
        let (presentation, report) = self.judge(&self.maker.present());
        assert_eq!(report.verdict, Verdict::Verified, "{report:?}");
        (presentation.unwrap(), report)
    }

    /// Refused, and the report says why.
    fn refused(&self, vp_token: &str) -> String {
        let (presentation, report) = self.judge(vp_token);
        assert!(presentation.is_none());
        assert_eq!(report.verdict, Verdict::Rejected);
        let reason = report.reason.unwrap();
        let decisive = |line: &&Check| line.check == reason && line.outcome == Outcome::Failed;
        assert!(!report.checks.iter().find(decisive).unwrap().detail.is_empty());
        assert_eq!(report.checks.last().unwrap().outcome, Outcome::Failed);
        reason.into_owned()
    }
}

fn credential_query(id: &str) -> CredentialQuery {
    let claims = ["given_name", "family_name", "age_equal_or_over.18"]
        .map(|dotted| ClaimsPath::from_dotted(dotted).unwrap());
    CredentialQuery::new(id, vec![VCT.to_owned()], claims.to_vec())
}

fn only<'p>(presentation: &'p VerifiedPresentation, id: &str) -> &'p VerifiedCredential {
    match &presentation.credentials()[id] {
        VerifiedCredentials::One(one) => one,
        VerifiedCredentials::Several(_) => panic!("an array where one was asked for"),
    }
}

fn sha256(text: &str) -> String {
    base64url::encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()))
}

#[test]
fn a_bare_sd_jwt_is_accepted() {
    let (presentation, report) = Scene::new().verified();
    let credential = only(&presentation, QUERY_ID);
    assert_eq!((credential.issuer.as_str(), credential.vct.as_str()), (ISSUER, VCT));
    assert_eq!(presentation.verified_at(), NOW);
    assert!(
        report.checks.iter().any(|check| check.check == "vp_token_shape" && check.detail.contains("bare"))
    );
}

#[test]
fn req_3_6_all_three_shapes_lead_to_the_same_verdict() {
    let scene = Scene::new();
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

/// Changes one thing about a good scene and gives the answer that the wallet would send.
type Wrong = fn(&mut Scene) -> String;

#[test]
fn each_check_of_the_verdict_refuses_what_is_wrong_in_exactly_its_way() {
    let cases: [(&str, Wrong); 33] = [
        ("issuer_signature", |scene| {
            let kid = scene.maker.issuer.kid().to_owned();
            scene.maker.issuer = SigningKey::generate(Algorithm::Es256).unwrap();
            scene.maker.header.insert("kid".to_owned(), json!(kid));
            scene.maker.present()
        }),
        ("issuer_key", |scene| header(scene, "kid", &json!("another"))),
        ("typ", |scene| header(scene, "typ", &json!("JWT"))),
        ("typ", |scene| header(scene, "typ", &json!("vc+sd-jwt"))),
        ("issuer_crit", |scene| header(scene, "crit", &json!(["exp"]))),
        ("issuer_alg", |scene| with_issuer_alg(scene, "none")),
        ("issuer_alg", |scene| with_issuer_alg(scene, "HS256")),
        ("credential_type", |scene| claim(scene, "vct", &json!("https://credentials.example.com/other"))),
        ("vct_asked_for", |scene| {
            let other = "https://credentials.example.com/other".to_owned();
            scene.trust.credentials[0].vct.push(other.clone());
            claim(scene, "vct", &json!(other))
        }),
        ("issuer_trusted", |scene| claim(scene, "iss", &json!("https://evil.example.com"))),
        ("validity_exp", |scene| claim(scene, "exp", &json!(NOW.unix() - 61))),
        ("validity_nbf", |scene| claim(scene, "nbf", &json!(NOW.unix() + 61))),
        // The disclosed text is another one than the issuer hashed; the holder signed it all the same.
        ("disclosures", |scene| {
            scene.maker.disclosures[0] = member("given_name", json!("Someone"));
            scene.maker.present()
        }),
        ("disclosures", |scene| {
            scene.maker.disclosures.push(member("left", json!("over")));
            scene.maker.present()
        }),
        ("disclosures", |scene| {
            let again = scene.maker.disclosures[0].clone();
            scene.maker.disclosures.push(again);
            scene.maker.present()
        }),
        ("digest_repetition", |scene| {
            let again = scene.maker.disclosures[0].clone();
            scene.maker.refer_to(&again);
            scene.maker.present()
        }),
        ("kb_present", |scene| scene.maker.sd_jwt()),
        ("kb_signature", |scene| {
            scene.maker.holder = SigningKey::generate(Algorithm::Es256).unwrap();
            scene.maker.present()
        }),
        ("kb_typ", |scene| {
            scene.maker.kb_header.insert("typ".to_owned(), json!("JWT"));
            scene.maker.present()
        }),
        ("kb_audience", |scene| kb(scene, "aud", &json!("verifier.example.org"))),
        ("kb_audience", |scene| kb(scene, "aud", &json!([AUDIENCE]))),
        ("kb_nonce", |scene| kb(scene, "nonce", &json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("kb_nonce", |scene| kb(scene, "nonce", &json!(null))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(REQUESTED_AT.unix() - 61))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(NOW.unix() + 61))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(null))),
        ("kb_sd_hash", |scene| {
            let sd_jwt = scene.maker.sd_jwt();
            let without_last_tilde = sha256(sd_jwt.trim_end_matches('~'));
            scene.maker.kb.insert("sd_hash".to_owned(), json!(without_last_tilde));
            sd_jwt.clone() + &scene.maker.kb_jwt(&sd_jwt)
        }),
        // A disclosure taken away after the holder signed.
        ("kb_sd_hash", |scene| {
            let text = scene.maker.present();
            text.replace(&format!("{}~", scene.maker.disclosures[2]), "")
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.remove(0);
            scene.maker.present()
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.pop();
            scene.maker.disclose("age_equal_or_over", json!({"65": false}));
            scene.maker.present()
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.pop();
            scene.maker.disclose("age_equal_or_over", json!([18]));
            scene.maker.present()
        }),
        ("claims_values", |scene| {
            ask_for_value(scene, json!(false));
            scene.maker.present()
        }),
        ("claims_values", |scene| {
            ask_for_value(scene, json!("true"));
            scene.maker.present()
        }),
    ];
    for (index, (reason, wrong)) in cases.into_iter().enumerate() {
        let mut scene = Scene::new();
        let vp_token = wrong(&mut scene);
        assert_eq!(scene.refused(&vp_token), reason, "case {index}");
        let object = json!({ QUERY_ID: [vp_token] }).to_string();
        assert_eq!(scene.refused(&object), reason, "case {index} as an object");
    }
}

fn header(scene: &mut Scene, name: &str, value: &Value) -> String {
    scene.maker.header.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

fn claim(scene: &mut Scene, name: &str, value: &Value) -> String {
    scene.maker.payload.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

fn kb(scene: &mut Scene, name: &str, value: &Value) -> String {
    scene.maker.kb.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

fn with_issuer_alg(scene: &mut Scene, alg: &str) -> String {
    let sd_jwt = scene.maker.sd_jwt();
    let (protected, rest) = sd_jwt.split_once('.').unwrap();
    let bounds = strict_json::Bounds { bytes: 1000, depth: 2, members: 10 };
    let mut header = strict_json::parse_object(&base64url::decode(protected).unwrap(), &bounds).unwrap();
    header.insert("alg".to_owned(), json!(alg));
    let sd_jwt = format!("{}.{rest}", base64url::encode(Value::Object(header).to_string()));
    sd_jwt.clone() + &scene.maker.kb_jwt(&sd_jwt)
}

/// What is different about another request.
type Other = fn(&mut Asked);

#[test]
fn req_6_4_to_6_6_an_answer_to_one_request_answers_no_other() {
    let requests: [(&str, Other); 3] = [
        ("kb_nonce", |asked| asked.nonce = Nonce::from_entropy([9; 16])),
        ("kb_audience", |asked| asked.wallet.client_id = "another".to_owned()),
        // The key-binding JWT is five seconds old.
        ("kb_issued_at", |asked| asked.created_at = Timestamp::from_unix(NOW.unix() + 56)),
    ];
    for (reason, change) in requests {
        let mut scene = Scene::new();
        let vp_token = scene.maker.present();
        assert!(scene.judge(&vp_token).0.is_some());
        change(&mut scene.asked);
        assert_eq!(scene.refused(&vp_token), reason);
    }
}

/// Asks that `age_equal_or_over.18`, which is `true`, be `value`.
fn ask_for_value(scene: &mut Scene, value: Value) {
    let mut query = credential_query(QUERY_ID);
    query.claims[2] = ClaimQuery { values: vec![value], ..query.claims[2].clone() };
    scene.asked.query = Query::of(vec![query]).unwrap();
}

#[test]
fn req_8_7_positions_count_after_hidden_elements_are_gone() {
    let slot = |disclosure: &str| json!({"...": sha256(disclosure)});
    let [hidden, shown] = ["AT", "DE"].map(|country| encode(&json!(["salt", country])));
    let mut scene = Scene::new();
    let list = json!([slot(&hidden), slot(&shown), "FR"]);
    scene.maker.payload.insert("nationalities".to_owned(), list);
    scene.maker.disclosures.push(shown);
    let mut ask = |position: usize, value: &str| {
        let path = [PathElement::Name("nationalities".to_owned()), PathElement::Index(position)];
        let mut query = credential_query(QUERY_ID);
        query.claims.push(ClaimQuery {
            values: vec![json!(value)],
            ..ClaimQuery::from(ClaimsPath::of(path.to_vec()).unwrap())
        });
        scene.asked.query = Query::of(vec![query]).unwrap();
        scene.judge(&scene.maker.present())
    };
    for (position, value) in [(0, "DE"), (1, "FR")] {
        let (presentation, report) = ask(position, value);
        assert!(presentation.is_some(), "{report:?}");
    }
    for (position, value, reason) in
        [(0, "AT", "claims_values"), (1, "DE", "claims_values"), (2, "FR", "claims_present")]
    {
        assert_eq!(ask(position, value).1.reason.as_deref(), Some(reason), "{position}");
    }
}

#[test]
fn the_neighbours_just_inside_are_accepted() {
    let right: [Wrong; 5] = [
        |scene| claim(scene, "nbf", &json!(NOW.unix())),
        |scene| kb(scene, "iat", &json!(REQUESTED_AT.unix() - 60)),
        |scene| kb(scene, "iat", &json!(NOW.unix() + 60)),
        |scene| {
            ask_for_value(scene, json!(true));
            scene.maker.present()
        },
        |scene| {
            scene.asked.query =
                Query::of(vec![CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], vec![])]).unwrap();
            scene.maker.disclosures.clear();
            scene.maker.present()
        },
    ];
    for (index, right) in right.into_iter().enumerate() {
        let mut scene = Scene::new();
        let vp_token = right(&mut scene);
        let (presentation, report) = scene.judge(&vp_token);
        assert!(presentation.is_some(), "case {index}: {report:?}");
    }
}

#[test]
fn req_6_12_req_6_13_hashes_are_over_the_exact_string_sent() {
    let scene = Scene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.transaction_data(), scene.asked.transaction_data);

    let mut scene = Scene::with_transactions(&["192.0.2.1"]);
    let decoded = base64url::decode(scene.asked.transaction_data[0].encoded()).unwrap();
    let over_decoded = sha256(std::str::from_utf8(&decoded).unwrap());
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([over_decoded]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
}

#[test]
fn req_6_12_hashes_must_be_there() {
    let mut scene = Scene::with_transactions(&["192.0.2.1"]);
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!(null));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    for shape in [json!([]), json!([1]), json!("text")] {
        let vp_token = kb(&mut scene, "transaction_data_hashes", &shape);
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes_format", "{shape}");
    }
}

#[test]
fn req_6_13_the_algorithm_is_sha_256_named_or_not() {
    let mut scene = Scene::with_transactions(&["192.0.2.1"]);
    scene.verified();
    kb(&mut scene, "transaction_data_hashes_alg", &json!("sha-256"));
    scene.verified();
    for alg in ["sha-512", "SHA-256", ""] {
        let vp_token = kb(&mut scene, "transaction_data_hashes_alg", &json!(alg));
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes_alg", "{alg}");
    }
}

#[test]
fn req_6_14_every_transaction_is_covered_and_nothing_else() {
    let mut scene = Scene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let [one, two] = scene.hashes().try_into().unwrap();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_covered");
    let foreign = sha256("foreign");
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one, two, foreign]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
}

#[test]
fn req_6_15_any_order_but_each_once() {
    let mut scene = Scene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let [one, two] = scene.hashes().try_into().unwrap();
    kb(&mut scene, "transaction_data_hashes", &json!([two, one]));
    scene.verified();
    for wrong in [json!([one, one]), json!([one, two, two])] {
        let vp_token = kb(&mut scene, "transaction_data_hashes", &wrong);
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    }
}

#[test]
fn req_6_15_equal_transactions_need_as_many_hashes() {
    let mut scene = Scene::with_transactions(&["192.0.2.1", "192.0.2.1"]);
    scene.verified();
    let one = scene.hashes().remove(0);
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_covered");
}

#[test]
fn req_6_16_unsolicited_hashes_are_refused() {
    let mut scene = Scene::new();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([sha256("x")]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_only_when_asked");
}

/// One answer to two queries; the second presentation is `second`'s.
fn both(first: &Maker, second: &Maker) -> String {
    json!({ QUERY_ID: [first.present()], "other": [second.present()] }).to_string()
}

/// A scene with two credential queries, and a second maker whose issuer is the same.
fn two_credentials() -> (Scene, Maker) {
    let mut scene = Scene::new();
    scene.ask_for_another("other");
    let mut second = Maker::new();
    second.issuer = SigningKey::from_jwk(&scene.maker.issuer.to_private_jwk()).unwrap();
    second.header.insert("kid".to_owned(), json!(second.issuer.kid()));
    (scene, second)
}

#[test]
fn req_8_10_every_credential_is_judged_and_kept_by_its_id() {
    let (scene, second) = two_credentials();
    let (presentation, report) = scene.judge(&both(&scene.maker, &second));
    let presentation = presentation.unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(presentation.credentials().keys().collect::<Vec<_>>(), [QUERY_ID, "other"]);
}

#[test]
fn req_8_10_one_failing_credential_rejects_the_whole() {
    let (scene, mut second) = two_credentials();
    second.kb.insert("nonce".to_owned(), json!("AAAAAAAAAAAAAAAAAAAAAA"));
    let (presentation, report) = scene.judge(&both(&scene.maker, &second));
    assert!(presentation.is_none());
    assert_eq!(report.reason.as_deref(), Some("kb_nonce"));
    assert_eq!(report.checks.last().unwrap().credential.as_deref(), Some("other"));
}

#[test]
fn req_8_14_credentials_of_two_holders_are_reported_as_unlinked() {
    let (scene, mut second) = two_credentials();
    let linked = |second: &Maker| {
        let (presentation, report) = scene.judge(&both(&scene.maker, second));
        let line = report.checks.iter().find(|check| check.check == "one_holder").unwrap();
        (presentation.unwrap().one_holder(), line.outcome)
    };
    assert_eq!(linked(&second), (false, Outcome::Failed));
    second.holder = SigningKey::from_jwk(&scene.maker.holder.to_private_jwk()).unwrap();
    second.payload.insert("cnf".to_owned(), scene.maker.payload["cnf"].clone());
    assert_eq!(linked(&second), (true, Outcome::Passed));
    let (_, report) = Scene::new().verified();
    let line = report.checks.iter().find(|check| check.check == "one_holder").unwrap();
    assert_eq!(line.outcome, Outcome::NotApplicable);
}

#[test]
fn req_6_14_with_several_ids_exactly_one_presentation_carries_it() {
    let (mut scene, mut second) = two_credentials();
    let data = transaction(&[QUERY_ID, "other"], "192.0.2.1");
    let hashes = json!([sha256(data.encoded())]);
    scene.asked.transaction_data = vec![data];
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_covered");
    second.kb.insert("transaction_data_hashes".to_owned(), hashes.clone());
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), hashes);
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_hashes");
}

#[test]
fn req_6_14_a_transaction_is_not_authorised_by_a_credential_it_does_not_name() {
    let (mut scene, mut second) = two_credentials();
    let data = transaction(&[QUERY_ID], "192.0.2.1");
    let hashes = json!([sha256(data.encoded())]);
    scene.asked.transaction_data = vec![data];
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), hashes.clone());
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    second.kb.insert("transaction_data_hashes".to_owned(), hashes);
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_only_when_asked");
}

#[test]
fn req_6_14_each_presentation_authorises_its_own_transaction() {
    let (mut scene, mut second) = two_credentials();
    scene.asked.transaction_data =
        vec![transaction(&[QUERY_ID], "192.0.2.1"), transaction(&["other"], "192.0.2.2")];
    let [ours, theirs] = scene.hashes().try_into().unwrap();
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!([ours]));
    second.kb.insert("transaction_data_hashes".to_owned(), json!([theirs]));
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!([theirs]));
    second.kb.insert("transaction_data_hashes".to_owned(), json!([ours]));
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_hashes");
}

#[test]
fn conclude_trusts_no_list_of_answers() {
    let (scene, second) = two_credentials();
    let genuine = |id: &str| -> Result<Current, Rejection> {
        let mut findings = Findings::new();
        let limits = crate::domain::sdjwt::limits::Limits::default();
        let presented =
            crate::domain::sdjwt::parse::Presented::parse(&second.present(), &limits, &mut findings).unwrap();
        let issuer = scene.trust.vouch(QUERY_ID, &presented.issuer_hint(), &mut findings).unwrap();
        let shown = Shown { credential: id.to_owned(), number: None, presented };
        let genuine =
            authenticate(shown, &issuer, &scene.keys, &scene.asked.challenge(), NOW, &mut findings)?;
        match genuine.status(&mut findings)? {
            Status::Settled(current) => Ok(current),
            Status::Listed(_) => panic!("it names no status"),
        }
    };
    assert_eq!(genuine("third").unwrap_err().reason(), "credential_asked_for");
    let one = Query::of(vec![credential_query(QUERY_ID)]).unwrap();
    let both = &scene.asked.query;
    for (ids, query) in
        [(&[QUERY_ID][..], both), (&[QUERY_ID, QUERY_ID], both), (&[], both), (&[QUERY_ID, "other"], &one)]
    {
        let mut findings = Findings::new();
        let answers = ids.iter().map(|id| genuine(id).unwrap()).collect();
        let challenge = Challenge { query, ..scene.asked.challenge() };
        let rejection = conclude(answers, &challenge, NOW, &mut findings).unwrap_err();
        assert_eq!(rejection.reason(), "every_credential_answered", "{ids:?}");
    }
}

#[test]
fn req_8_9_only_the_claims_asked_for_are_kept() {
    let mut scene = Scene::new();
    scene.maker.disclose("birthdate", json!("1963-08-12"));
    let (presentation, _) = scene.verified();
    assert_eq!(
        Value::Object(only(&presentation, QUERY_ID).claims.clone()),
        json!({"given_name": "Erika", "family_name": "Mustermann", "age_equal_or_over": {"18": true}})
    );
}

#[test]
fn req_7_12_a_revoked_credential_answers_nothing() {
    let mut scene = Scene::new();
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].standing, Standing::None);
    scene.maker.name_status(0, STATUS_URI);
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.credentials()[QUERY_ID].as_slice()[0].standing, Standing::Valid);
    scene.maker.name_status(1, STATUS_URI);
    assert_eq!(scene.refused(&scene.maker.present()), "status");
}

#[test]
fn req_7_16_where_the_status_is_kept_is_not_kept() {
    let mut scene = Scene::new();
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

#[test]
fn a_report_never_contains_a_claim_value_or_a_part_of_the_token() {
    let mut reports = vec![Scene::with_transactions(&["192.0.2.1"]).verified().1];
    let mut scene = Scene::new();
    ask_for_value(&mut scene, json!(false));
    let text = scene.maker.present();
    reports.push(scene.judge(&text).1);
    reports.push(scene.judge(&json!({ "Erika": [text] }).to_string()).1);
    let mut scene = Scene::new();
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
    let (presentation, _) = Scene::new().verified();
    assert_eq!(format!("{presentation:?}"), format!("{{{QUERY_ID:?}}}"));
    let token = WalletAnswer::parse(
        ResponseParameters { vp_token: Some(Scene::new().maker.present()), ..Default::default() },
        &mut Findings::new(),
    );
    assert_eq!(
        format!("{:?}", token.unwrap()),
        format!("Presented(VpToken {{ shape: {:?}, .. }})", Shape::BareSdJwt)
    );
}

#[test]
fn a_row_gives_back_what_was_verified() {
    let (presentation, _) = Scene::with_transactions(&["192.0.2.1"]).verified();
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
