use serde_json::{Map, Value, json};

use super::*;
use crate::base::base64url;
use crate::base::canonical::canonical_json;
use crate::base::id::PresentationId;
use crate::base::time::Timestamp;
use crate::jose::signing::SigningKey;
use crate::receipt::chain::{ChainHead, GrownChain, SealedReceipt, WaitingReceipt, next_position};
use crate::receipt::{RECEIPT_ALGORITHM, ReceiptDraft};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const REQUEST: &str = "https://wallet.example/authorize?nonce=n-0S6";
const DISCLOSURE: &str = "WyJzYWx0IiwgImZhbWlseV9uYW1lIiwgIkRvZSJd";

fn transaction(number: u32) -> String {
    base64url::encode(format!("{{\"type\":\"urn:example\",\"amount\":{number}}}"))
}

/// A presentation whose holder agreed to these.
fn presentation(agreed: &[String]) -> String {
    let hashes: Vec<String> = agreed.iter().map(hash).collect();
    let binding =
        base64url::encode(json!({ "nonce": "n-0S6", "transaction_data_hashes": hashes }).to_string());
    format!("e30.e30.c2ln~ZGlzY2xvc3VyZQ~e30.{binding}.c2ln")
}

fn report() -> Value {
    json!({ "verdict": "verified", "checks": [{ "check": "kb_nonce", "outcome": "passed" }] })
}

fn draft(byte: u8) -> ReceiptDraft {
    let agreed = [transaction(1), transaction(2)];
    let shown = presentation(&agreed);
    let (signed, _) = shown.rsplit_once('~').unwrap();
    let presentation = PresentationId::from_entropy([byte; 16]);
    let transactions =
        agreed.iter().map(|one| json!({ "type": "urn:example", "hash": hash(one), "hash_alg": "sha-256" }));
    let claims = json!({
        "presentation": presentation.as_str(), "client": "shop",
        "wallet": { "name": "demo", "profile": "openid4vp" }, "audience": "vpgate",
        "requested_at": NOW.unix(), "decided_at": NOW.unix(),
        "nonce_hash": hash("n-0S6"), "query_hash": hash("{}"), "rules": hash("rules"),
        "transaction_data": transactions.collect::<Vec<_>>(),
        "verdict": "verified", "checks_hash": hash(canonical_json(&report())),
        "credentials": [{ "id": "pid", "presentation_hash": hash(&shown),
            "sd_hash": hash(format!("{signed}~")), "sd_hash_alg": "sha-256",
            "commitments": [{ "claim": "family_name", "hash": hash(DISCLOSURE) }] }],
    });
    let claims = claims.as_object().cloned().unwrap();
    ReceiptDraft { presentation, client: "shop".to_owned(), decided_at: NOW, claims }
}

struct Chain {
    key: SigningKey,
    receipts: Vec<String>,
    head: Option<ChainHead>,
}

impl Chain {
    fn of(length: u8) -> Self {
        let key = SigningKey::generate(RECEIPT_ALGORITHM).unwrap();
        let mut chain = Self { key, receipts: Vec::new(), head: None };
        for byte in 0..length {
            let waiting = WaitingReceipt { draft: draft(byte), sent: vec![hash(REQUEST)] };
            let jws = chain.sign(TYP, &waiting.claims(chain.head.as_ref(), "https://verify.example", NOW));
            let position = next_position(chain.head.as_ref());
            let sealed = SealedReceipt { presentation: waiting.draft.presentation, position, jws };
            chain.head = Some(sealed.head());
            chain.receipts.push(sealed.jws);
        }
        chain
    }

    fn sign(&self, typ: &str, claims: &Map<String, Value>) -> String {
        let header = json!({ "typ": typ, "kid": self.key.kid() });
        self.key.sign(header.as_object().unwrap(), claims).unwrap()
    }

    /// A receipt that says something else, signed by the same key.
    fn changed(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut claims = claims_of(&self.receipts[0]);
        change(&mut claims);
        self.sign(TYP, &claims)
    }

    fn checkpoint(&self, position: u64) -> String {
        let jws = &self.receipts[usize::try_from(position).unwrap() - 1];
        let presentation = draft(0).presentation;
        let head = SealedReceipt { presentation, position, jws: jws.clone() }.head();
        let chain = GrownChain { client: "shop".to_owned(), head };
        self.sign(CHECKPOINT_TYP, &chain.claims("https://verify.example", NOW))
    }

    fn keys(&self) -> KeySet {
        KeySet::of(vec![self.key.public_key().clone()])
    }

    fn check(&self, texts: &[&str], originals: &Originals<'_>) -> Result<(), (String, String)> {
        outcome(texts, &self.keys(), originals)
    }
}

fn claims_of(jws: &str) -> Map<String, Value> {
    let payload = base64url::decode(jws.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

/// The check that failed, and what it says.
fn outcome(texts: &[&str], keys: &KeySet, originals: &Originals<'_>) -> Result<(), (String, String)> {
    let mut findings = Findings::new();
    let outcome = verify(texts, keys, originals, &mut findings);
    let report = findings.conclude(outcome);
    match report.decisive() {
        None => Ok(()),
        Some(check) => Err((check.check.to_string(), check.detail.to_string())),
    }
}

fn refused_by(outcome: Result<(), (String, String)>, check: &str, words: &str) {
    let (by, why) = outcome.unwrap_err();
    assert!(by == check && why.contains(words), "{by}: {why}");
}

const NOTHING: Originals<'static> = Originals {
    vp_token: None,
    transaction_data: &[],
    report: None,
    nonce: None,
    request: None,
    disclosures: &[],
};

#[test]
fn a_receipt_holds_alone_and_with_everything_that_was_kept() {
    let chain = Chain::of(1);
    chain.check(&[&chain.receipts[0]], &NOTHING).unwrap();
    let agreed = [transaction(1), transaction(2)];
    let as_json = [1, 2].map(|number| format!("{{\"type\":\"urn:example\",\"amount\":{number}}}"));
    let (shown, report) = (presentation(&agreed), report().to_string());
    let disclosures = [DISCLOSURE.to_owned()];
    let object = json!({ "pid": [shown] }).to_string();
    for vp_token in
        [shown.clone(), object.clone(), base64url::encode(&object), json!({ "pid": shown }).to_string()]
    {
        for transaction_data in [&agreed, &as_json] {
            let all = Originals {
                vp_token: Some(&vp_token),
                transaction_data,
                report: Some(&report),
                nonce: Some("n-0S6"),
                request: Some(REQUEST),
                disclosures: &disclosures,
            };
            chain.check(&[&chain.receipts[0]], &all).unwrap();
        }
    }
}

#[test]
fn what_was_cut_signed_again_or_signed_by_another_is_refused_by_name() {
    let (chain, other) = (Chain::of(1), Chain::of(1));
    let receipt = chain.receipts[0].as_str();
    for end in [0, 1, receipt.len() / 3, receipt.len() / 2, receipt.rfind('.').unwrap()] {
        let (by, _) = chain.check(&[&receipt[..end]], &NOTHING).unwrap_err();
        assert_eq!(by, "receipt_shape", "cut at {end}");
    }
    // What is left is base64url whose last character carries whole bytes.
    refused_by(chain.check(&[&receipt[..receipt.len() - 2]], &NOTHING), "receipt_signature", "does not hold");
    refused_by(chain.check(&[&other.receipts[0]], &NOTHING), "receipt_key", "another key");
    let header = base64url::encode(json!({ "alg": "ES256", "typ": TYP, "kid": chain.key.kid() }).to_string());
    let (_, rest) = other.receipts[0].split_once('.').unwrap();
    refused_by(chain.check(&[&format!("{header}.{rest}")], &NOTHING), "receipt_signature", "signed again");
    let token = chain.sign("at+jwt", &claims_of(receipt));
    refused_by(chain.check(&[&token], &NOTHING), "receipt_typ", "at+jwt");
    let without = chain.changed(|claims| drop(claims.remove("rules")));
    refused_by(chain.check(&[&without], &NOTHING), "receipt_content", "`rules`");
    refused_by(chain.check(&[], &NOTHING), "receipt_content", "no receipt");
    refused_by(chain.check(&[&"x".repeat(LONGEST + 1)], &NOTHING), "receipt_shape", "longer than");
}

#[test]
fn each_original_that_differs_is_named() {
    let chain = Chain::of(1);
    let receipt = [chain.receipts[0].as_str()];
    let (one, two, three) = (transaction(1), transaction(2), transaction(3));
    let other_answer = presentation(std::slice::from_ref(&one));
    let agreed = [one.clone(), two.clone()];
    let check = |originals: Originals<'_>| chain.check(&receipt, &originals);

    let swapped = [two, one.clone()];
    let transactions: [&[String]; 3] = [&swapped, &[one.clone(), three], &[one]];
    for (given, words) in
        transactions.into_iter().zip(["transaction 1", "transaction 2", "has 2 transactions"])
    {
        refused_by(
            check(Originals { transaction_data: given, ..NOTHING }),
            "receipt_transaction_data",
            words,
        );
    }
    refused_by(
        check(Originals { vp_token: Some(&other_answer), ..NOTHING }),
        "receipt_vp_token",
        "another one",
    );
    let for_another = json!({ "other": [presentation(&agreed)] }).to_string();
    refused_by(check(Originals { vp_token: Some(&for_another), ..NOTHING }), "receipt_vp_token", "`pid`");
    refused_by(check(Originals { vp_token: Some("{"), ..NOTHING }), "receipt_vp_token", "no JSON");
    refused_by(check(Originals { nonce: Some("other"), ..NOTHING }), "receipt_nonce", "another one");
    refused_by(check(Originals { request: Some("other"), ..NOTHING }), "receipt_request", "something else");
    refused_by(check(Originals { report: Some("{}"), ..NOTHING }), "receipt_report", "another one");
    refused_by(check(Originals { report: Some("{"), ..NOTHING }), "receipt_report", "no JSON");
    let disclosures = ["WyJzYWx0IiwgImZhbWlseV9uYW1lIiwgIlJvZSJd".to_owned()];
    refused_by(
        check(Originals { disclosures: &disclosures, ..NOTHING }),
        "receipt_commitment",
        "no commitment",
    );
}

/// The service vouches for what it saw; the holder's own signature says it too.
#[test]
fn a_transaction_that_no_holder_signed_is_named() {
    let chain = Chain::of(1);
    let shown = presentation(&[transaction(1)]);
    let (signed, _) = shown.rsplit_once('~').unwrap();
    let receipt = chain.changed(|claims| {
        claims["credentials"][0]["presentation_hash"] = hash(&shown).into();
        claims["credentials"][0]["sd_hash"] = hash(format!("{signed}~")).into();
    });
    let agreed = [transaction(1), transaction(2)];
    let originals = Originals { vp_token: Some(&shown), transaction_data: &agreed, ..NOTHING };
    refused_by(chain.check(&[&receipt], &originals), "receipt_transaction_agreed", "transaction 2");
}

#[test]
fn what_the_holder_signed_must_be_what_the_receipt_says() {
    let chain = Chain::of(1);
    let shown = presentation(&[transaction(1), transaction(2)]);
    let receipt = chain.changed(|claims| claims["credentials"][0]["sd_hash"] = hash("else").into());
    let originals = Originals { vp_token: Some(&shown), ..NOTHING };
    refused_by(chain.check(&[&receipt], &originals), "receipt_sd_hash", "not what the receipt says");
}

#[test]
fn a_chain_holds_with_its_checkpoints_and_what_is_missing_is_named() {
    let chain = Chain::of(4);
    let [first, second, third, fourth] = &chain.receipts[..] else { panic!("four") };
    let (at_two, at_four) = (chain.checkpoint(2), chain.checkpoint(4));
    chain.check(&[first, second, &at_two, third, fourth, &at_four], &NOTHING).unwrap();
    chain.check(&[third, fourth], &NOTHING).unwrap();
    refused_by(chain.check(&[first, third], &NOTHING), "receipt_chain", "receipt 2 was cut out");
    refused_by(chain.check(&[second, first], &NOTHING), "receipt_chain", "order");
    refused_by(chain.check(&[first, &at_two], &NOTHING), "receipt_checkpoint", "`position`");
    refused_by(chain.check(&[&at_two], &NOTHING), "receipt_checkpoint", "no receipt stands before");
    let mut claims = claims_of(second);
    claims.insert("verdict".to_owned(), "rejected".into());
    let anew = chain.sign(TYP, &claims);
    refused_by(chain.check(&[first, &anew, &at_two], &NOTHING), "receipt_checkpoint", "made anew");
    refused_by(chain.check(&[&anew, third], &NOTHING), "receipt_chain", "made anew");
    let orphan = chain.changed(|claims| drop(claims.insert("position".to_owned(), 3.into())));
    refused_by(chain.check(&[&orphan], &NOTHING), "receipt_chain", "only the first");
    claims.insert("client".to_owned(), "other".into());
    let of_another = chain.sign(TYP, &claims);
    refused_by(chain.check(&[first, &of_another], &NOTHING), "receipt_chain", "`client`");
}

#[test]
fn originals_belong_to_one_receipt() {
    let chain = Chain::of(2);
    let texts: Vec<&str> = chain.receipts.iter().map(String::as_str).collect();
    let originals = Originals { nonce: Some("n-0S6"), ..NOTHING };
    refused_by(chain.check(&texts, &originals), "receipt_content", "several");
}

#[test]
fn a_receipt_is_nothing_that_a_resource_could_take_for_a_token() {
    let chain = Chain::of(1);
    let claims = claims_of(&chain.receipts[0]);
    for name in ["sub", "aud", "exp", "client_id", "scope"] {
        assert!(!claims.contains_key(name), "{name}");
    }
}
