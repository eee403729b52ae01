//! The key-binding JWT (RFC 9901 sections 4.3, 7.3).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::digest::DigestAlgorithm;
use crate::base::media_type::is_typ;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::jws::UnverifiedJws;
use crate::jose::time_claims::{date, is_ahead, is_past};

const HOLDER_KEY: Rule = Rule { check: "holder_key", requirement: "RFC 9901 4.1.2, 7.3(5.a)" };
const KEY_ALGORITHM: Rule = Rule { check: "kb_key_alg", requirement: "RFC 9901 7.3(5.b); RFC 8725 3.1" };
const SIGNATURE: Rule = Rule { check: "kb_signature", requirement: "RFC 9901 7.3(5.c)" };
const TYP: Rule = Rule { check: "kb_typ", requirement: "RFC 9901 7.3(5.d)" };
const ISSUED_AT: Rule = Rule { check: "kb_issued_at", requirement: "RFC 9901 7.3(5.e)" };
/// Also for who turns an answer away as a whole because of it (OpenID4VP 14.1.2).
pub const NONCE: Rule = Rule { check: "kb_nonce", requirement: "RFC 9901 7.3(5.f); OpenID4VP B.3.6" };
const AUDIENCE: Rule = Rule { check: "kb_audience", requirement: "RFC 9901 7.3(5.f); OpenID4VP 14.8" };
const SD_HASH: Rule = Rule { check: "kb_sd_hash", requirement: "RFC 9901 4.3.1, 7.3(5.g)" };
const VALIDITY: Rule = Rule { check: "kb_validity", requirement: "RFC 9901 7.3(5.h); RFC 7519 4.1" };
const HASHES: Rule = Rule { check: "transaction_data_hashes_format", requirement: "OpenID4VP B.3.3.1" };

/// What this request demanded; decided before the token is looked at (REQ-4.3).
#[derive(Clone, Copy, Debug)]
pub struct ExpectedBinding<'a> {
    /// The exact client identifier with its prefix, or `origin:...` for the Digital Credentials API
    /// (OpenID4VP 5.9, 14.8, A.4).
    pub audience: &'a str,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// When the request was made: a KB-JWT older than this (minus skew) is refused.
    pub requested_at: Timestamp,
    /// Allowed clock difference. Default 60 s.
    pub skew: Duration,
}

/// The longest name of a response mode or an algorithm, in bytes.
const MAX_WORD_BYTES: usize = 64;
/// The longest `jti`, in bytes.
const MAX_JTI_BYTES: usize = 256;

/// What the holder's signature says of itself (RFC 9901 section 4.3, and TS12 of the EUDI wallet).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBinding {
    /// `iat`: when the holder signed.
    pub issued_at: Timestamp,
    /// `jti`: the name that the wallet gave to this signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// `amr`: how the wallet says that it recognised the person. An array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Value>,
    /// `response_mode`: how the wallet says that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<String>,
    /// `transaction_data_hashes_alg`: by which algorithm it names what was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_algorithm: Option<String>,
}

/// What a key-binding JWT says about the transaction it was made for; shapes checked, contents not.
#[derive(Debug)]
pub struct TransactionHashes {
    /// What it says of itself.
    pub evidence: KeyBinding,
    /// `transaction_data_hashes`, not empty.
    pub transaction_data_hashes: Option<Vec<String>>,
    /// `transaction_data_hashes_alg`.
    pub transaction_data_hashes_alg: Option<String>,
}

/// The holder's public key: `cnf.jwk` of the issuer-signed payload (RFC 7800 section 3.2), from nowhere
/// else. Other members of `cnf` are not supported and not looked at.
///
/// # Errors
/// When there is none or it is unusable, written into `findings`.
pub fn holder_key(claims: &Map<String, Value>, findings: &mut Findings) -> Result<PublicKey, Rejection> {
    let jwk = match claims.get("cnf") {
        None => Err("the credential has no `cnf`: it is not bound to a holder's key".to_owned()),
        Some(Value::Object(cnf)) => cnf.get("jwk").ok_or_else(|| other_confirmation(cnf)),
        Some(_) => Err("`cnf` of the credential is not an object".to_owned()),
    };
    let jwk = jwk.map_err(|detail| findings.fail(&HOLDER_KEY, detail))?;
    match PublicKey::from_jwk(jwk) {
        Ok(key) => {
            findings.pass(&HOLDER_KEY, "`cnf.jwk` is a usable public key");
            Ok(key)
        }
        Err(fault) => Err(findings.fail(&HOLDER_KEY, format!("`cnf.jwk` is unusable: {fault}"))),
    }
}

/// How RFC 7800 and others let an issuer name the holder's key, without giving it: nothing here finds a key
/// by its name.
const OTHER_CONFIRMATIONS: [(&str, &str); 5] = [
    ("kid", "the identifier of a key (`cnf.kid`)"),
    ("jkt", "the thumbprint of a key (`cnf.jkt`)"),
    ("jwe", "an encrypted key (`cnf.jwe`)"),
    ("jku", "the address of a key (`cnf.jku`)"),
    ("x5t#S256", "the thumbprint of a certificate (`cnf.x5t#S256`)"),
];

/// What a `cnf` without `jwk` is.
fn other_confirmation(cnf: &Map<String, Value>) -> String {
    let known = OTHER_CONFIRMATIONS.iter().find(|(name, _)| cnf.contains_key(*name));
    let bound_by = match (known, cnf.keys().next()) {
        (Some((_, words)), _) => (*words).to_owned(),
        (None, Some(name)) => format!("a member of `cnf` that is not known here ({})", excerpt(name)),
        (None, None) => return "`cnf` of the credential is empty".to_owned(),
    };
    format!(
        "the credential is bound to a holder's key by {bound_by}, and this verifier supports `cnf.jwk` alone"
    )
}

/// RFC 9901 section 7.3, step 5, in its order. `signed` is everything up to and including the last `~`.
///
/// # Errors
/// The first broken rule, written into `findings`.
pub fn check(
    jwt: UnverifiedJws<'_>,
    holder: &PublicKey,
    signed: &str,
    digests: DigestAlgorithm,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<TransactionHashes, Rejection> {
    if !holder.fits(jwt.algorithm()) {
        let detail = format!(
            "the key-binding JWT says {}, but the key in `cnf.jwk` is for {}",
            jwt.algorithm(),
            holder.algorithms_in_words()
        );
        return Err(findings.fail(&KEY_ALGORITHM, detail));
    }
    findings.pass(&KEY_ALGORITHM, "`alg` fits the key in `cnf.jwk`");
    let typ = jwt.typ().map(str::to_owned);
    let Ok(verified) = jwt.verify(holder) else {
        return Err(findings.fail(
            &SIGNATURE,
            "the signature does not hold under the key in `cnf.jwk`: it was altered, or another key signed it",
        ));
    };
    findings.pass(&SIGNATURE, "signed with the key in `cnf.jwk`");
    if !typ.as_deref().is_some_and(|typ| is_typ(typ, "kb+jwt")) {
        let found = typ.as_deref().map_or_else(|| "missing".to_owned(), excerpt);
        return Err(findings.fail(&TYP, format!("`typ` of the key-binding JWT is {found}, not kb+jwt")));
    }
    findings.pass(&TYP, "`typ` is kb+jwt");
    let claims = verified.payload();
    let issued_at = check_issued_at(claims, expected, now, findings)?;
    check_nonce(claims, expected, findings)?;
    check_audience(claims, expected, findings)?;
    check_sd_hash(claims, signed, digests, findings)?;
    check_validity(claims, expected, now, findings)?;
    read_transaction_data_hashes(claims, evidence(claims, issued_at), findings)
}

fn evidence(claims: &Map<String, Value>, issued_at: Timestamp) -> KeyBinding {
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| jti.len() <= MAX_JTI_BYTES);
    let amr = claims.get("amr").filter(|amr| amr.is_array());
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|it| it.len() <= MAX_WORD_BYTES);
    KeyBinding {
        issued_at,
        jti: jti.map(str::to_owned),
        amr: amr.cloned(),
        response_mode: text("response_mode").map(str::to_owned),
        hash_algorithm: text("transaction_data_hashes_alg").map(str::to_owned),
    }
}

fn check_issued_at(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Timestamp, Rejection> {
    let Ok(Some(iat)) = date(claims, "iat") else {
        return Err(findings.fail(&ISSUED_AT, "`iat` is missing or not a number of seconds"));
    };
    if iat < expected.requested_at.minus(expected.skew) {
        let detail = format!(
            "made at {}, before the request of {}: an old presentation, or a slow clock in the wallet",
            iat.rfc3339(),
            expected.requested_at.rfc3339()
        );
        return Err(findings.fail(&ISSUED_AT, detail));
    }
    if is_ahead(iat, now, expected.skew) {
        let detail = format!(
            "made at {}, but it is {} here: the clock of the wallet is fast",
            iat.rfc3339(),
            now.rfc3339()
        );
        return Err(findings.fail(&ISSUED_AT, detail));
    }
    findings.pass(&ISSUED_AT, "made after the request and not in the future");
    Ok(iat)
}

fn check_nonce(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if nonce == expected.nonce => {
            findings.pass(&NONCE, "the nonce of this request");
            Ok(())
        }
        Some(_) => {
            Err(findings.fail(&NONCE, "the nonce is not the one of this request: a replay, or a mix-up"))
        }
        None => Err(findings.fail(&NONCE, "`nonce` is missing or not a string")),
    }
}

fn check_audience(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match claims.get("aud") {
        Some(Value::String(aud)) if aud == expected.audience => {
            findings.pass(&AUDIENCE, "made for this verifier");
            Ok(())
        }
        Some(Value::String(aud)) => {
            let detail = format!(
                "`aud` is {}, but this verifier is {} (compared exactly, with its prefix)",
                excerpt(aud),
                excerpt(expected.audience)
            );
            Err(findings.fail(&AUDIENCE, detail))
        }
        _ => Err(findings.fail(&AUDIENCE, "`aud` is missing or not a single string")),
    }
}

fn check_sd_hash(
    claims: &Map<String, Value>,
    signed: &str,
    digests: DigestAlgorithm,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match claims.get("sd_hash").and_then(Value::as_str) {
        Some(hash) if hash == digests.digest(signed) => {
            findings.pass(&SD_HASH, "covers the credential and exactly these Disclosures");
            Ok(())
        }
        Some(_) => Err(findings.fail(
            &SD_HASH,
            "`sd_hash` is not the hash of everything up to and including the last `~`: \
             Disclosures were added, removed or reordered, or another hash algorithm was used",
        )),
        None => Err(findings.fail(&SD_HASH, "`sd_hash` is missing or not a string")),
    }
}

fn check_validity(
    claims: &Map<String, Value>,
    expected: &ExpectedBinding<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let (Ok(exp), Ok(nbf)) = (date(claims, "exp"), date(claims, "nbf")) else {
        return Err(
            findings.fail(&VALIDITY, "`exp` or `nbf` of the key-binding JWT is not a number of seconds")
        );
    };
    if exp.is_some_and(|exp| is_past(exp, now, expected.skew)) {
        return Err(findings.fail(&VALIDITY, "the key-binding JWT has expired"));
    }
    if nbf.is_some_and(|nbf| is_ahead(nbf, now, expected.skew)) {
        return Err(findings.fail(&VALIDITY, "the key-binding JWT is not valid yet"));
    }
    if exp.or(nbf).is_some() {
        findings.pass(&VALIDITY, "within its `exp` and `nbf`");
    } else {
        findings.not_applicable(&VALIDITY, "the key-binding JWT has neither `exp` nor `nbf`");
    }
    Ok(())
}

fn read_transaction_data_hashes(
    claims: &Map<String, Value>,
    evidence: KeyBinding,
    findings: &mut Findings,
) -> Result<TransactionHashes, Rejection> {
    let hashes = match claims.get("transaction_data_hashes") {
        None => None,
        Some(value) => match strings(value) {
            Some(hashes) => Some(hashes),
            None => {
                return Err(
                    findings.fail(&HASHES, "`transaction_data_hashes` is not a non-empty array of strings")
                );
            }
        },
    };
    let alg = match claims.get("transaction_data_hashes_alg") {
        None => None,
        Some(Value::String(alg)) => Some(alg.clone()),
        Some(_) => return Err(findings.fail(&HASHES, "`transaction_data_hashes_alg` is not a string")),
    };
    if hashes.is_some() {
        findings.pass(&HASHES, "`transaction_data_hashes` is a non-empty array of strings");
    } else {
        findings.not_applicable(&HASHES, "the key-binding JWT covers no transaction data");
    }
    Ok(TransactionHashes { evidence, transaction_data_hashes: hashes, transaction_data_hashes_alg: alg })
}

fn strings(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| !list.is_empty())?;
    list.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}
