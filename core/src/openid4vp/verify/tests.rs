//! The whole way: `vp_token` -> answer -> shown -> vouched -> verdict. Every refusal below is wrong in
//! exactly one way, and the report names the check.

mod accepted;
mod authorities;
mod binding;
mod claim_sets;
mod claims;
mod hashes;
mod high_assurance;
mod issuers;
mod mdoc;
mod refusals;
mod report;
mod sca;
mod sets;
mod status;
mod transactions;
mod two_credentials;
mod types;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::base::id::Nonce;
use crate::base::report::{Check, CheckOutcome, Report, Verdict};
use crate::base::{base64url, json as strict_json};
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;
use crate::openid4vp::dcql::{ClaimQuery, ClaimsPath, CredentialQuery, PathElement};
use crate::openid4vp::response::{ResponseParameters, VpTokenShape, WalletAnswer};
use crate::openid4vp::testing::{asked, transaction};
use crate::sdjwt::testing::{
    AUDIENCE, ISSUER, ListMaker, Maker, NONCE, NOW, QUERY_ID, REQUESTED_AT, STATUS_URI, VCT, encode, member,
    object,
};
use crate::status_list::token::{CacheBounds, Receipt, StatusList, StatusListFault, StatusListToken};
use crate::trust::{CredentialTrust, TrustPolicy};

/// A good presentation of the three claims asked for, and what it is judged by.
struct VerifyScene {
    maker: Maker,
    keys: Arc<KeySet>,
    trust: TrustPolicy,
    asked: VpRequest,
    /// The `x5c` of the issuer's status list.
    list_x5c: Value,
}

impl VerifyScene {
    fn new() -> Self {
        let maker = Maker::new();
        let mut asked = asked();
        asked.nonce = Nonce::parse(NONCE).unwrap();
        asked.verifier_id = AUDIENCE.to_owned();
        asked.created_at = REQUESTED_AT;
        asked.expires_at = Timestamp::from_unix(REQUESTED_AT.unix() + 300);
        asked.query = Query::of(vec![credential_query(QUERY_ID)]).unwrap();
        Self { keys: Arc::new(maker.keys()), trust: maker.trust(), maker, asked, list_x5c: Value::Null }
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
        self.judge_by(vp_token, &TransactionTypes::default())
    }

    /// The answer of the wallet, by what the operator demands of these types.
    fn judged_by(&self, types: &TransactionTypes) -> (Option<VerifiedPresentation>, Report) {
        self.judge_by(&self.maker.present(), types)
    }

    fn judge_by(&self, vp_token: &str, types: &TransactionTypes) -> (Option<VerifiedPresentation>, Report) {
        let mut findings = Findings::new();
        let answer = self.road(vp_token, types, &mut findings);
        let report = findings.conclude(answer.as_ref().map(|_| ()).map_err(|rejection| *rejection));
        (answer.ok(), report)
    }

    fn road(
        &self,
        vp_token: &str,
        types: &TransactionTypes,
        findings: &mut Findings,
    ) -> Result<VerifiedPresentation, Rejection> {
        let parameters = ResponseParameters { vp_token: Some(vp_token.to_owned()), ..Default::default() };
        let WalletAnswer::Presented(token) = WalletAnswer::parse(parameters, findings)? else {
            panic!("no error")
        };
        let challenge = self.asked.expected().demanding(types);
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
    fn list(&self, issuer: &TrustedIssuer) -> Result<StatusList, StatusListFault> {
        let mut list = ListMaker::new(&self.maker.issuer, &[0, 1]);
        if !self.list_x5c.is_null() {
            list.header.insert("x5c".to_owned(), self.list_x5c.clone());
        }
        let receipt = Receipt { at: NOW, max_age: None };
        let token = StatusListToken::parse(list.sign(&self.maker.issuer).as_bytes())?;
        token.verify(issuer, &self.keys, STATUS_URI, receipt, &CacheBounds::default())
    }

    fn current(&self, shown: PresentedCredential, findings: &mut Findings) -> Result<Current, Rejection> {
        findings.about_presentation(&shown.credential, shown.number);
        let issuer = self.trust.vouch(&shown.credential, &shown.presented.issuer_hint(), findings)?;
        let genuine = authenticate(shown, &issuer, &self.keys, &self.asked.expected(), NOW, findings)?;
        let mut needed = genuine.status(findings)?;
        loop {
            needed = match needed {
                StatusNeeded::Settled(current) => return Ok(current),
                StatusNeeded::Listed(listed) => match self.list(&issuer) {
                    Ok(list) => listed.judged(&list, NOW, findings)?,
                    Err(fault) => return Err(listed.unusable(&fault, findings)),
                },
            };
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
        let decisive = |line: &&Check| line.check == reason && line.outcome == CheckOutcome::Failed;
        assert!(!report.checks.iter().find(decisive).unwrap().detail.is_empty());
        assert_eq!(report.checks.last().unwrap().outcome, CheckOutcome::Failed);
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

/// Changes one thing about a good scene and gives the answer that the wallet would send.
type Wrong = fn(&mut VerifyScene) -> String;

fn claim(scene: &mut VerifyScene, name: &str, value: &Value) -> String {
    scene.maker.payload.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

fn kb(scene: &mut VerifyScene, name: &str, value: &Value) -> String {
    scene.maker.kb.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

/// Asks that `age_equal_or_over.18`, which is `true`, be `value`.
fn ask_for_value(scene: &mut VerifyScene, value: Value) {
    let mut query = credential_query(QUERY_ID);
    query.claims[2] = ClaimQuery { values: vec![value], ..query.claims[2].clone() };
    scene.asked.query = Query::of(vec![query]).unwrap();
}

/// One answer to two queries; the second presentation is `second`'s.
fn both(first: &Maker, second: &Maker) -> String {
    json!({ QUERY_ID: [first.present()], "other": [second.present()] }).to_string()
}

/// A scene with two credential queries, and a second maker whose issuer is the same.
fn two_credentials() -> (VerifyScene, Maker) {
    let mut scene = VerifyScene::new();
    scene.ask_for_another("other");
    let mut second = Maker::new();
    second.issuer = SigningKey::from_jwk(&scene.maker.issuer.to_private_jwk()).unwrap();
    second.header.insert("kid".to_owned(), json!(second.issuer.kid()));
    (scene, second)
}
