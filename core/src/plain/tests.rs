//! A second format goes from the query to tokens and results. Its room and the enums of formats
//! (`CredentialFormat` and `FormatRules` in `trust/format.rs`, `Presented`, `Authentic::from`) are all that
//! names it: nothing in `openid4vp` or `admission` does.

use serde_json::{Value, json};

use crate::admission::claims_request::ClaimsRequest;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::{Applicant, TokenClaims};
use crate::admission::{
    Admission, AskableCredential, CurrentConfiguration, Purpose, ScopeDefinition, ScopePolicy,
};
use crate::base::report::{Findings, Rejection, Report};
use crate::base::secret::DigestKey;
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;
use crate::jose::key_set::KeySet;
use crate::jose::signing::SigningKey;
use crate::openid4vp::dcql::{ClaimsPath, Meta, Query};
use crate::openid4vp::request::VpRequest;
use crate::openid4vp::response::{ResponseParameters, WalletAnswer};
use crate::openid4vp::testing::{MADE_AT, asked};
use crate::openid4vp::verify::{StatusNeeded, VerifiedPresentation, authenticate, conclude};
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CredentialFormat, CredentialTrust, FormatRules, KeySource, TrustPolicy};

const ISSUER: &str = "https://issuer.example";
const TYPE: &str = "urn:example:ticket";

struct PlainScene {
    issuer: SigningKey,
    trust: TrustPolicy,
    policy: ScopePolicy,
    scopes: Scopes,
    asked: VpRequest,
}

impl PlainScene {
    fn new() -> Self {
        let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
        let meta = Meta { format: CredentialFormat::Plain, types: vec![TYPE.to_owned()] };
        let ticket = AskableCredential::new("ticket", meta);
        let scope = ScopeDefinition {
            standard_claims: Vec::new(),
            name: "seat".to_owned(),
            description: None,
            credential: "ticket".to_owned(),
            claims: vec![ClaimsPath::from_dotted("seat").unwrap()],
            rules: Vec::new(),
            open: true,
        };
        let (policy, scopes) = (ScopePolicy::new(vec![ticket], vec![scope]), Scopes::parse("seat").unwrap());
        let trust = CredentialTrust {
            id: "ticket".to_owned(),
            types: vec![TYPE.to_owned()],
            issuer: ISSUER.to_owned(),
            keys: KeySource::Jwks(KeySet::of(vec![issuer.public_key().clone()]).into()),
            status_roots: None,
            status: StatusPolicy::default(),
            rules: FormatRules::Plain,
        };
        let trust = TrustPolicy { credentials: vec![trust] };
        let asked = VpRequest { query: policy.query(&scopes).unwrap(), ..asked() };
        Self { issuer, trust, policy, scopes, asked }
    }

    fn credential(&self, credential_type: &str) -> String {
        let payload = json!({"iss": ISSUER, "type": credential_type, "holder": "h",
            "claims": {"seat": "12A", "row": 12}});
        let header = json!({"kid": self.issuer.kid()});
        self.issuer.sign(header.as_object().unwrap(), payload.as_object().unwrap()).unwrap()
    }

    fn judge(&self, text: &str) -> (Result<VerifiedPresentation, Rejection>, Report) {
        let mut findings = Findings::new();
        let judged = self.verify(text, &mut findings);
        let report = findings.conclude(judged.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (judged, report)
    }

    fn verify(&self, text: &str, findings: &mut Findings) -> Result<VerifiedPresentation, Rejection> {
        let vp_token = Some(json!({"ticket": [text]}).to_string());
        let parameters = ResponseParameters { vp_token, ..Default::default() };
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else { panic!() };
        let (expected, mut current) = (self.asked.expected(), Vec::new());
        for shown in token.shown(expected.query, expected.nonce, findings)? {
            let issuer = self.trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
            let KeySource::Jwks(keys) = issuer.keys() else { panic!() };
            let genuine = authenticate(shown, &issuer, keys, &expected, MADE_AT, findings)?;
            match genuine.status(findings)? {
                StatusNeeded::Settled(one) => current.push(one),
                StatusNeeded::Listed(_) => panic!("it names no status"),
            }
        }
        conclude(current, &expected, MADE_AT, findings)
    }

    fn admit(&self, presentation: &VerifiedPresentation) -> Admission {
        let token_claims = TokenClaims::default();
        let applicant = Applicant {
            client_id: "tv",
            requested: &self.scopes,
            token_claims: &token_claims,
            parameters: &token_claims.kept(|_| None).unwrap(),
            claims: &ClaimsRequest::default(),
        };
        self.policy.admit(presentation, &applicant, &DigestKey::new(&[7; 32])).unwrap()
    }
}

#[test]
fn a_second_format_goes_through_query_verdict_admission_and_result() {
    let scene = PlainScene::new();
    let query = scene.asked.query.to_json();
    assert_eq!(query["credentials"][0]["format"], "plain");
    assert_eq!(query["credentials"][0]["meta"], json!({"types": [TYPE]}));
    assert_eq!(Query::from_json(&query), Ok(scene.asked.query.clone()));
    let (presentation, report) = scene.judge(&scene.credential(TYPE));
    let presentation = presentation.unwrap_or_else(|_| panic!("{report:?}"));
    let shown = &presentation.credentials()["ticket"].as_slice()[0];
    assert_eq!((shown.format, shown.credential_type.as_str()), (CredentialFormat::Plain, TYPE));
    assert_eq!(
        Value::Object(shown.claims.clone()),
        json!({"seat": "12A"}),
        "what was not asked for is dropped"
    );
    // Tokens.
    let admission = scene.admit(&presentation);
    assert!(admission.scopes().contains("seat"));
    let today = CurrentConfiguration { policy: &scene.policy, trust: &scene.trust, scopes: &scene.scopes };
    assert!(admission.still_granted(&scene.scopes, &today).is_some());
    // A result, and its row.
    let mut findings = Findings::new();
    let result = scene.policy.decide(presentation, &scene.scopes, Purpose::Result, &mut findings).unwrap();
    assert_eq!(result.scopes().unwrap().granted, ["seat"]);
    let row = serde_json::to_value(&result).unwrap();
    assert_eq!(row["credentials"]["ticket"]["format"], "plain");
    assert!(VerifiedPresentation::restore(row).unwrap() == result);
}

#[test]
fn a_second_format_is_judged_by_the_same_rules_and_never_as_another_one() {
    let mut scene = PlainScene::new();
    let reason = |scene: &PlainScene, text: &str| scene.judge(text).1.reason.unwrap();
    assert_eq!(reason(&scene, &scene.credential("urn:other")), "credential_type");
    let other = PlainScene::new();
    assert_eq!(reason(&scene, &other.credential(TYPE)), "issuer_key");
    assert_eq!(reason(&scene, "a~b"), "plain_form");
    let (good, now) = (scene.credential(TYPE), Timestamp::from_unix(0));
    assert!(now < MADE_AT);
    scene.trust.credentials[0].rules = FormatRules::default();
    assert_eq!(reason(&scene, &good), "issuer_trusted", "configured for another format only");
}
