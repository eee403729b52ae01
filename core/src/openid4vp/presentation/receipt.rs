//! What the receipt of a settled presentation says: all of it is known here, before what was proven is thrown away.

use serde_json::{Map, Value, json};

use super::{PresentationOutcome, Served, Settled};
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::openid4vp::dcql::ClaimsPath;
use crate::openid4vp::request::Requester;
use crate::openid4vp::transaction_data::TransactionData;
use crate::openid4vp::verify::{Commitment, VerifiedCredential, VerifiedPresentation};
use crate::receipt::{HASHED_BY, ReceiptDraft, hash};

impl Settled {
    /// This, with commitments to these claims of what a relying party collects: only there somebody gets the salts.
    #[must_use]
    pub fn committing(self, paths: &[ClaimsPath], seed: &[u8; 32]) -> Self {
        match (self.outcome, &self.request.requester) {
            (PresentationOutcome::Verified { presentation, report }, Requester::RelyingParty { .. }) => {
                let presentation = presentation.committing(paths, seed);
                Self { outcome: PresentationOutcome::Verified { presentation, report }, ..self }
            }
            (outcome, _) => Self { outcome, ..self },
        }
    }

    /// This, with the receipt that is written beside it. `rules` is the version of the rules that decided.
    #[must_use]
    pub fn with_receipt(self, rules: Digest) -> Self {
        let draft = ReceiptDraft {
            presentation: self.request.id.clone(),
            client: self.request.requester.client_id().to_owned(),
            decided_at: self.settled_at,
            claims: claims(&self, rules),
        };
        Self { receipt: Some(Box::new(draft)), ..self }
    }

    /// The receipt that is written beside it; `None` where there is none.
    pub fn receipt(&self) -> Option<&ReceiptDraft> {
        self.receipt.as_deref()
    }
}

impl Served {
    /// This, with the hash of what the wallet is sent by it.
    #[must_use]
    pub fn sending(self, sent: Option<String>) -> Self {
        Self { sent, ..self }
    }

    /// The hash of what the wallet is sent by this; `None` where it comes for it, or no receipts are made.
    pub fn sent(&self) -> Option<&str> {
        self.sent.as_deref()
    }
}

fn claims(settled: &Settled, rules: Digest) -> Map<String, Value> {
    let asked = &settled.request;
    let mut claims = Map::new();
    let mut say = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    say("presentation", asked.id.as_str().into());
    say("client", asked.requester.client_id().into());
    say("wallet", json!({ "name": asked.wallet, "profile": asked.profile }));
    say("audience", asked.audience().into());
    say("requested_at", asked.created_at.unix().into());
    say("decided_at", settled.settled_at.unix().into());
    say("nonce_hash", hash(asked.nonce.as_str()).into());
    say("query_hash", hash(asked.query.to_json().to_string()).into());
    say("transaction_data", asked.transaction_data.iter().map(agreed).collect());
    say("rules", String::from(rules).into());
    say("verdict", settled.outcome.name().into());
    match &settled.outcome {
        PresentationOutcome::Verified { presentation, report } => {
            say("checks_hash", hash(report.canonical()).into());
            say("credentials", believed(presentation).into());
        }
        PresentationOutcome::Rejected { report } => {
            say("checks_hash", hash(report.canonical()).into());
            say("reason", report.reason.as_deref().into());
        }
        PresentationOutcome::Declined { error } => say("error", error.code().into()),
    }
    claims
}

/// One transaction, in the order sent: the hash is over the very string.
fn agreed(one: &TransactionData) -> Value {
    json!({ "type": one.kind(), "hash": hash(one.encoded()), "hash_alg": HASHED_BY.name() })
}

/// What was believed, by credential query id.
fn believed(presentation: &VerifiedPresentation) -> Vec<Value> {
    let all = presentation.credentials().iter();
    all.flat_map(|(id, shown)| shown.as_slice().iter().map(move |one| credential(id, one))).collect()
}

fn credential(id: &str, shown: &VerifiedCredential) -> Value {
    let mut members = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    let evidence = shown.evidence.as_deref();
    say("id", Some(id.into()));
    say("format", Some(shown.format.identifier().into()));
    say("type", Some(shown.credential_type.as_str().into()));
    say("issuer", Some(shown.issuer_told().into()));
    say("issuer_key", evidence.map(|it| it.issuer_key.as_str().into()));
    say("anchor", shown.certificate.as_ref().map(|it| json!({ "subject": it.anchor, "key": it.anchor_key })));
    say("presentation_hash", evidence.map(|it| it.presentation_hash.as_str().into()));
    let bound = evidence.filter(|_| shown.key_binding.is_some());
    say("sd_hash", bound.and_then(|it| it.sd_hash.as_deref()).map(Into::into));
    say("sd_hash_alg", bound.and_then(|it| it.sd_hash_alg.as_deref()).map(Into::into));
    say("holder", shown.holder.as_deref().map(Into::into));
    let commitments = evidence.map(|it| it.commitments.as_slice()).unwrap_or_default();
    let commitment = |it: &Commitment| json!({ "claim": it.claim, "hash": hash(&it.disclosure) });
    say("commitments", (!commitments.is_empty()).then(|| commitments.iter().map(commitment).collect()));
    let mut status = Map::new();
    status.insert("result".to_owned(), json!(shown.status));
    if let Some(uri_hash) = evidence.and_then(|it| it.status_uri_hash.as_deref()) {
        status.insert("uri_hash".to_owned(), uri_hash.into());
    }
    if let Some(at) = shown.status_at.map(Timestamp::unix) {
        status.insert("checked_at".to_owned(), at.into());
    }
    say("status", Some(Value::Object(status)));
    Value::Object(members)
}
