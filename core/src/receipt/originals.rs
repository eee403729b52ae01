//! What somebody has kept of the exchange, held against the hashes of its receipt, byte by byte.

use serde_json::{Map, Value};

use super::hash;
use crate::base::base64url;
use crate::base::canonical::canonical_json;
use crate::base::digest::DigestAlgorithm;
use crate::base::json::{self, Bounds};
use crate::base::report::{Findings, Rejection, Rule, excerpt};

/// A `vp_token`, or a report.
const BOUNDS: Bounds = Bounds { bytes: 1 << 20, depth: 32, members: 65_536 };

const VP_TOKEN: Rule = Rule { check: "receipt_vp_token", requirement: "OpenID4VP 8.1" };
const SD_HASH: Rule = Rule { check: "receipt_sd_hash", requirement: "RFC 9901 4.3.1" };
const TRANSACTION: Rule = Rule { check: "receipt_transaction_data", requirement: "OpenID4VP 8.4" };
const AGREED: Rule = Rule { check: "receipt_transaction_agreed", requirement: "OpenID4VP B.3.3.1" };
const REPORT: Rule = Rule { check: "receipt_report", requirement: "RFC 8785" };
const NONCE: Rule = Rule { check: "receipt_nonce", requirement: "OpenID4VP 5.2" };
const REQUEST: Rule = Rule { check: "receipt_request", requirement: "OpenID4VP 5" };
const COMMITMENT: Rule = Rule { check: "receipt_commitment", requirement: "RFC 9901 4.2.3" };

/// What was kept, as it was; `None` and empty where nothing was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Originals<'o> {
    /// What the wallet answered: the JSON object, or one presentation.
    pub vp_token: Option<&'o str>,
    /// What was agreed to, in the order sent: base64url as sent, or the JSON text that it stands for.
    pub transaction_data: &'o [String],
    /// The report of the result, as JSON.
    pub report: Option<&'o str>,
    /// The nonce of the request.
    pub nonce: Option<&'o str>,
    /// What the wallet was sent.
    pub request: Option<&'o str>,
    /// What opens a commitment.
    pub disclosures: &'o [String],
}

impl Originals<'_> {
    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        let one = [self.vp_token, self.report, self.nonce, self.request];
        one.iter().all(Option::is_none) && self.transaction_data.is_empty() && self.disclosures.is_empty()
    }
}

/// A presentation, and the credential query that it answers where that is known.
struct KeptPresentation {
    id: Option<String>,
    text: String,
}

/// Holds everything that is there against the receipt.
///
/// # Errors
/// [`Rejection`] for the first thing that differs, written into `findings`.
pub(super) fn check(
    receipt: &Map<String, Value>,
    originals: &Originals<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    if let Some(nonce) = originals.nonce {
        let same = text(receipt, "nonce_hash") == Some(&hash(nonce));
        told(same, &NONCE, "the nonce is the one of the request", "the nonce is another one", findings)?;
    }
    if let Some(request) = originals.request {
        let sent = hash(request);
        let same = array(receipt, "request_hashes").iter().any(|known| known.as_str() == Some(&sent));
        told(same, &REQUEST, "the wallet was sent this", "the wallet was sent something else", findings)?;
    }
    let transactions: Vec<String> = originals.transaction_data.iter().map(|it| as_sent(it)).collect();
    if !transactions.is_empty() {
        same_transactions(receipt, &transactions, findings)?;
    }
    if let Some(vp_token) = originals.vp_token {
        let shown = presentations(vp_token, findings)?;
        for credential in array(receipt, "credentials") {
            same_presentation(credential, &shown, findings)?;
        }
        if array(receipt, "credentials").is_empty() {
            return Err(findings.fail(&VP_TOKEN, "the receipt believes no credential"));
        }
        if !transactions.is_empty() {
            agreed(&transactions, &shown, findings)?;
        }
    }
    if let Some(report) = originals.report {
        let report = json::parse(report.as_bytes(), &BOUNDS)
            .map_err(|fault| findings.fail(&REPORT, format!("the report is no JSON: {fault}")))?;
        let same = text(receipt, "checks_hash") == Some(&hash(canonical_json(&report)));
        told(same, &REPORT, "the report is the one that was written", "the report is another one", findings)?;
    }
    for disclosure in originals.disclosures {
        opened(receipt, disclosure, findings)?;
    }
    Ok(())
}

fn told(
    same: bool,
    rule: &Rule,
    good: &'static str,
    bad: &'static str,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    if !same {
        return Err(findings.fail(rule, bad));
    }
    findings.pass(rule, good);
    Ok(())
}

/// JSON text stands for its base64url (OpenID4VP 1.0 section 5.1).
fn as_sent(given: &str) -> String {
    if given.starts_with('{') { base64url::encode(given) } else { given.to_owned() }
}

fn same_transactions(
    receipt: &Map<String, Value>,
    sent: &[String],
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let known = array(receipt, "transaction_data");
    if known.len() != sent.len() {
        let detail = format!("the receipt has {} transactions, and {} were given", known.len(), sent.len());
        return Err(findings.fail(&TRANSACTION, detail));
    }
    for (place, (known, sent)) in known.iter().zip(sent).enumerate() {
        let algorithm = known.get("hash_alg").and_then(Value::as_str).and_then(DigestAlgorithm::from_name);
        let digest = algorithm.map(|algorithm| algorithm.digest(sent));
        if digest.is_none() || known.get("hash").and_then(Value::as_str) != digest.as_deref() {
            let kind = excerpt(known.get("type").and_then(Value::as_str).unwrap_or_default());
            let detail = format!("transaction {} is another one than the {kind} of the receipt", place + 1);
            return Err(findings.fail(&TRANSACTION, detail));
        }
    }
    findings.pass(&TRANSACTION, format!("all {} transactions are those of the receipt", sent.len()));
    Ok(())
}

/// What is in a `vp_token`: an object of arrays (OpenID4VP 1.0 section 8.1), of single texts, or one text.
fn presentations(vp_token: &str, findings: &mut Findings) -> Result<Vec<KeptPresentation>, Rejection> {
    let decoded = base64url::decode(vp_token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = decoded.as_deref().filter(|text| text.starts_with('{')).unwrap_or(vp_token);
    if !text.starts_with('{') {
        return Ok(vec![KeptPresentation { id: None, text: text.to_owned() }]);
    }
    let object = json::parse_object(text.as_bytes(), &BOUNDS)
        .map_err(|fault| findings.fail(&VP_TOKEN, format!("the vp_token is no JSON: {fault}")))?;
    let each = object.into_iter().flat_map(|(id, shown)| {
        let shown = match shown {
            Value::Array(several) => several,
            one => vec![one],
        };
        shown.into_iter().map(move |one| (id.clone(), one))
    });
    let texts =
        each.filter_map(|(id, one)| Some(KeptPresentation { id: Some(id), text: one.as_str()?.to_owned() }));
    Ok(texts.collect())
}

/// One credential of the receipt is among what was shown.
fn same_presentation(
    credential: &Value,
    shown: &[KeptPresentation],
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let said = |name: &str| credential.get(name).and_then(Value::as_str);
    let id = said("id").unwrap_or_default();
    let for_it = |one: &&KeptPresentation| one.id.as_deref().is_none_or(|its| its == id);
    let Some(expected) = said("presentation_hash") else {
        findings.not_applicable(&VP_TOKEN, format!("the receipt has no hash of {}", excerpt(id)));
        return Ok(());
    };
    let Some(found) = shown.iter().filter(for_it).find(|one| hash(&one.text) == expected) else {
        let detail = format!("the presentation for {} is another one than that of the receipt", excerpt(id));
        return Err(findings.fail(&VP_TOKEN, detail));
    };
    findings.pass(&VP_TOKEN, format!("the presentation for {} is the one that was judged", excerpt(id)));
    let Some(sd_hash) = said("sd_hash") else { return Ok(()) };
    let signed = found.text.rsplit_once('~').map(|(signed, _)| format!("{signed}~")).unwrap_or_default();
    let algorithm = said("sd_hash_alg").and_then(DigestAlgorithm::from_name);
    if algorithm.is_none_or(|algorithm| algorithm.digest(&signed) != sd_hash) {
        return Err(findings.fail(&SD_HASH, "what the holder signed is not what the receipt says"));
    }
    findings.pass(&SD_HASH, "what the holder signed is what the receipt says");
    Ok(())
}

/// Every transaction is named by the key-binding JWT of some presentation.
fn agreed(
    transactions: &[String],
    shown: &[KeptPresentation],
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let bindings: Vec<Map<String, Value>> = shown.iter().filter_map(key_binding).collect();
    for (place, transaction) in transactions.iter().enumerate() {
        let names = |binding: &Map<String, Value>| {
            let algorithm = text(binding, "transaction_data_hashes_alg")
                .map_or(Some(DigestAlgorithm::Sha256), DigestAlgorithm::from_name);
            let digest = algorithm.map(|algorithm| algorithm.digest(transaction));
            let hashes = array(binding, "transaction_data_hashes");
            digest.is_some() && hashes.iter().any(|hash| hash.as_str() == digest.as_deref())
        };
        if !bindings.iter().any(names) {
            let detail = format!("transaction {} is in no holder's signature", place + 1);
            return Err(findings.fail(&AGREED, detail));
        }
    }
    findings.pass(&AGREED, "every transaction is in a holder's signature");
    Ok(())
}

/// What the last part of a presentation says; its signature was checked when it was judged, and the receipt has its
/// hash.
fn key_binding(shown: &KeptPresentation) -> Option<Map<String, Value>> {
    let (_, jwt) = shown.text.rsplit_once('~')?;
    let payload = base64url::decode(jwt.split('.').nth(1)?).ok()?;
    json::parse_object(&payload, &BOUNDS).ok()
}

/// A disclosure opens one commitment.
fn opened(receipt: &Map<String, Value>, disclosure: &str, findings: &mut Findings) -> Result<(), Rejection> {
    let digest = hash(disclosure);
    let commitments =
        array(receipt, "credentials").iter().filter_map(|one| one.get("commitments")?.as_array());
    let found = commitments.flatten().find(|one| one.get("hash").and_then(Value::as_str) == Some(&digest));
    let Some(found) = found else {
        return Err(findings.fail(&COMMITMENT, "a disclosure opens no commitment of the receipt"));
    };
    let claim = excerpt(found.get("claim").and_then(Value::as_str).unwrap_or_default());
    findings.pass(&COMMITMENT, format!("a disclosure opens the commitment to {claim}"));
    Ok(())
}

fn text<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}

fn array<'v>(object: &'v Map<String, Value>, name: &str) -> &'v [Value] {
    object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
