//! Checks a receipt, offline: its signature, and every hash for which the bytes are at hand. What differs is named.

use serde_json::{Map, Value};

use super::originals::{self, Originals};
use super::{TYP, hash};
use crate::base::json::Bounds;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::jose::jws::UnverifiedJws;
use crate::jose::key_set::{KeySet, NoKey};
use crate::receipt::chain::CHECKPOINT_TYP;

/// What a receipt may hold: a handful of credentials and transactions.
const BOUNDS: Bounds = Bounds { bytes: 256 * 1024, depth: 8, members: 4096 };
/// The longest compact form, in bytes.
pub const LONGEST: usize = 512 * 1024;

const SHAPE: Rule = Rule { check: "receipt_shape", requirement: "RFC 7515 7.1" };
const TYPE: Rule = Rule { check: "receipt_typ", requirement: "RFC 8725 3.11" };
const KEY: Rule = Rule { check: "receipt_key", requirement: "RFC 7515 4.1.4" };
const SIGNATURE: Rule = Rule { check: "receipt_signature", requirement: "RFC 7515 5.2" };
const CONTENT: Rule = Rule { check: "receipt_content", requirement: "docs/receipts.md" };
const CHAIN: Rule = Rule { check: "receipt_chain", requirement: "docs/receipts.md" };
const CHECKPOINT: Rule = Rule { check: "receipt_checkpoint", requirement: "docs/receipts.md" };

/// What stands in every receipt, and has to be text or a whole number.
const TEXTS: [&str; 9] =
    ["iss", "jti", "presentation", "client", "audience", "nonce_hash", "query_hash", "rules", "verdict"];
const NUMBERS: [&str; 4] = ["iat", "position", "requested_at", "decided_at"];

/// Whose key has signed it, and what it says.
#[derive(Debug)]
struct Signed {
    typ: String,
    claims: Map<String, Value>,
    hash: String,
}

/// Checks one receipt, or several of one chain in their order, with checkpoints among them. `texts` are compact forms.
///
/// # Errors
/// [`Rejection`] for the first thing that differs, written into `findings`.
pub fn verify(
    texts: &[&str],
    keys: &KeySet,
    originals: &Originals<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let mut before: Option<Signed> = None;
    let mut receipts = 0;
    for (place, text) in texts.iter().enumerate() {
        findings.about_presentation("receipt", (texts.len() > 1).then_some(place + 1));
        let signed = signed(text, keys, findings)?;
        if signed.typ == CHECKPOINT_TYP {
            checkpoint(&signed, before.as_ref(), findings)?;
            continue;
        }
        content(&signed.claims, findings)?;
        chained(&signed, before.as_ref(), findings)?;
        if !originals.is_empty() && receipts == 0 {
            originals::check(&signed.claims, originals, findings)?;
        }
        receipts += 1;
        before = Some(signed);
    }
    if receipts > 1 && !originals.is_empty() {
        return Err(findings.fail(&CONTENT, "originals belong to one receipt, and there are several"));
    }
    if receipts == 0 {
        return Err(findings.fail(&CONTENT, "there is no receipt"));
    }
    Ok(())
}

/// Whose signature holds.
fn signed(text: &str, keys: &KeySet, findings: &mut Findings) -> Result<Signed, Rejection> {
    if text.len() > LONGEST {
        return Err(findings.fail(&SHAPE, format!("it is longer than {LONGEST} bytes")));
    }
    let jws = UnverifiedJws::parse(text, &BOUNDS);
    let jws = jws.map_err(|fault| findings.fail(&SHAPE, format!("it is cut or was changed: {fault}")))?;
    findings.pass(&SHAPE, "a compact JWS");
    let typ = jws.typ().unwrap_or_default().to_owned();
    if typ != TYP && typ != CHECKPOINT_TYP {
        let detail = format!("`typ` is {}, and that of a receipt is `{TYP}`", excerpt(&typ));
        return Err(findings.fail(&TYPE, detail));
    }
    findings.pass(&TYPE, typ.clone());
    let kid = jws.kid().map(str::to_owned);
    let named = excerpt(kid.as_deref().unwrap_or_default());
    if kid.is_none() {
        return Err(findings.fail(&KEY, "it names no key (`kid`)"));
    }
    let candidates = keys.candidates(kid.as_deref(), jws.algorithm()).map_err(|why| {
        let why = match why {
            NoKey::UnknownKid => {
                "is not among the keys: it was signed by another service, or with another key"
            }
            NoKey::WrongAlgorithm => "is for another algorithm than the one of the signature",
        };
        findings.fail(&KEY, format!("the key {named} {why}"))
    })?;
    findings.pass(&KEY, format!("the key {named} is one of those given"));
    let verified = jws.verify_by_any(&candidates);
    let (verified, _) = verified.map_err(|_| {
        let detail = format!("the signature does not hold under {named}: it was changed, or signed again");
        findings.fail(&SIGNATURE, detail)
    })?;
    findings.pass(&SIGNATURE, "holds");
    Ok(Signed { typ, claims: verified.into_payload(), hash: hash(text) })
}

fn content(claims: &Map<String, Value>, findings: &mut Findings) -> Result<(), Rejection> {
    let text = |name: &&&str| !claims.get(**name).is_some_and(Value::is_string);
    let number = |name: &&&str| !claims.get(**name).is_some_and(Value::is_u64);
    if let Some(name) = TEXTS.iter().find(text).or_else(|| NUMBERS.iter().find(number)) {
        return Err(findings.fail(&CONTENT, format!("`{name}` is missing, or of another type")));
    }
    let said = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let (verdict, client, issuer) = (said("verdict"), said("client"), said("iss"));
    let detail = format!("{} says {} to {}", excerpt(issuer), excerpt(verdict), excerpt(client));
    findings.pass(&CONTENT, detail);
    Ok(())
}

/// Whether it follows the one before it.
fn chained(signed: &Signed, before: Option<&Signed>, findings: &mut Findings) -> Result<(), Rejection> {
    let number =
        |claims: &Map<String, Value>| claims.get("position").and_then(Value::as_u64).unwrap_or_default();
    let position = number(&signed.claims);
    let previous = signed.claims.get("previous").and_then(Value::as_str);
    if (position == 1) != previous.is_none() {
        return Err(findings.fail(&CHAIN, "only the first receipt of a chain has none before it"));
    }
    let Some(before) = before else {
        findings.not_applicable(
            &CHAIN,
            format!("receipt {position} of its chain; the one before it is not here"),
        );
        return Ok(());
    };
    for name in ["iss", "client"] {
        if signed.claims.get(name) != before.claims.get(name) {
            return Err(findings.fail(&CHAIN, format!("`{name}` is another one: these are two chains")));
        }
    }
    let expected = number(&before.claims).saturating_add(1);
    if position != expected {
        return Err(findings.fail(
            &CHAIN,
            format!("receipt {expected} was cut out, or they are not in their order: this is {position}"),
        ));
    }
    if previous != Some(before.hash.as_str()) {
        return Err(findings.fail(
            &CHAIN,
            format!("`previous` is not the hash of receipt {}: one of the two was made anew", position - 1),
        ));
    }
    findings.pass(&CHAIN, format!("receipt {position} follows the one before it"));
    Ok(())
}

/// Whether it is about the receipt before it.
fn checkpoint(signed: &Signed, before: Option<&Signed>, findings: &mut Findings) -> Result<(), Rejection> {
    let Some(before) = before else {
        return Err(findings.fail(&CHECKPOINT, "no receipt stands before this checkpoint"));
    };
    for name in ["iss", "client", "position"] {
        if signed.claims.get(name) != before.claims.get(name) {
            let detail =
                format!("`{name}` is not that of the receipt before: the chain is another one, or was cut");
            return Err(findings.fail(&CHECKPOINT, detail));
        }
    }
    if signed.claims.get("head").and_then(Value::as_str) != Some(before.hash.as_str()) {
        let detail = "`head` is not the hash of the receipt before: the chain was made anew";
        return Err(findings.fail(&CHECKPOINT, detail));
    }
    findings.pass(&CHECKPOINT, "the chain up to here is the one that was signed then");
    Ok(())
}

#[cfg(test)]
mod tests;
