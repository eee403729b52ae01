//! Presentations and their parts.

use std::time::Duration;

use serde_json::{Map, Value, json};
use vpgate_core::base::digest::DigestAlgorithm;
use vpgate_core::base::json::parse_object;
use vpgate_core::base::report::{Check, CheckOutcome, Findings, Report};
use vpgate_core::base::{base64url, time::Timestamp};
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::sdjwt::disclosure::{reveal, reveal_and_trace};
use vpgate_core::sdjwt::key_binding::{self, ExpectedBinding};
use vpgate_core::sdjwt::limits::PresentationLimits;
use vpgate_core::sdjwt::parse::PresentedSdJwt;

use super::{BOUNDS, MADE, Seeds, VERIFIER, depth, good};
use crate::builders::presentation::{AUDIENCE, NONCE, NOW, QUERY_ID};

/// A presentation, split and judged. The report ends in its only decisive failure and repeats itself.
pub fn sd_jwt(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut findings = Findings::new();
    if let Ok(presented) = PresentedSdJwt::parse(text, &PresentationLimits::default(), &mut findings) {
        let _hint = presented.issuer_hint();
    }
    if !text.trim_ascii_start().starts_with(['{', '[', '"']) {
        judged(text);
    }
}

/// A `vp_token` in any shape.
pub fn vp_token(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        judged(text);
    }
}

fn judged(text: &str) {
    let (presentation, report) = VERIFIER.judge(text);
    assert_eq!(VERIFIER.judge(text).1, report, "the same input twice gives the same report");
    assert_eq!(presentation.is_none(), report.reason.is_some());
    if let Some(presentation) = presentation {
        // Only a credential that the issuer signed gets here, and no fuzzer has its key.
        let claims = Value::Object(presentation.credentials()[QUERY_ID].as_slice()[0].claims.clone());
        assert_eq!(claims, json!({"given_name": "Erika", "age_equal_or_over": {"18": true}}));
    } else {
        let failed = |line: &Check| {
            Some(&line.check) == report.reason.as_ref() && line.outcome == CheckOutcome::Failed
        };
        assert!(report.checks.iter().any(failed), "what decided stands in the report");
    }
    keeps_quiet(text, &report);
}

/// No report repeats a long piece of what was sent.
fn keeps_quiet(text: &str, report: &Report) {
    let written: Vec<&str> = report.checks.iter().map(|line| &*line.detail).collect();
    for part in text.split(['.', '~', '"']).filter(|part| part.len() > 80) {
        assert!(written.iter().all(|detail| !detail.contains(part)));
    }
}

/// The first line is a payload, every other line what a Disclosure holds. `"#0"` stands for the digest of
/// the first Disclosure, so that structure can be reached without guessing hashes.
pub fn disclosure(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (payload, disclosures) = with_disclosures(text);
    let limits = PresentationLimits::default();
    let Ok(payload) = parse_object(payload.as_bytes(), &BOUNDS) else { return };
    let texts = || disclosures.iter().map(String::as_str);
    let revealed = reveal(payload.clone(), texts(), &limits);
    let again = reveal_and_trace(payload, texts(), &limits);
    match (revealed, again) {
        (Ok(revealed), Ok(again)) => {
            assert_eq!(revealed.claims(), again.claims());
            assert!(revealed.trace().is_none() && again.trace().is_some());
            let claims = Value::Object(revealed.into_claims());
            assert!(nothing_of_the_mechanism(&claims));
            assert!(depth(&claims) <= limits.depth);
        }
        (Err(one), Err(two)) => assert_eq!(one, two),
        _ => panic!("two readings of one text differ"),
    }
}

/// The payload in the first line, with the digests of the Disclosures in the others.
pub fn with_disclosures(text: &str) -> (String, Vec<String>) {
    let mut lines = text.lines();
    let payload = lines.next().unwrap_or_default();
    // Backwards, so that a Disclosure can refer to those that follow it.
    let contents: Vec<&str> = lines.take(32).collect();
    let mut digests: Vec<(String, String)> = Vec::new();
    let mut disclosures = Vec::new();
    for (index, line) in contents.iter().enumerate().rev() {
        let disclosure = base64url::encode(with_digests(line, &digests));
        digests
            .push((format!("\"#{index}\""), format!("\"{}\"", DigestAlgorithm::Sha256.digest(&disclosure))));
        disclosures.push(disclosure);
    }
    disclosures.reverse();
    (with_digests(payload, &digests), disclosures)
}

fn with_digests(text: &str, digests: &[(String, String)]) -> String {
    digests.iter().fold(text.to_owned(), |text, (name, digest)| text.replace(name, digest))
}

fn nothing_of_the_mechanism(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().all(|(name, value)| {
            !["_sd", "...", "_sd_alg"].contains(&name.as_str()) && nothing_of_the_mechanism(value)
        }),
        Value::Array(items) => items.iter().all(nothing_of_the_mechanism),
        _ => true,
    }
}

/// The first line is the header of a KB-JWT, the second its payload; both are signed with the holder's
/// key. What is accepted keeps every rule of RFC 9901 7.3, read here a second time.
pub fn kb_jwt(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some((header, payload)) = text.split_once('\n') else { return };
    let signed = "credential~disclosure~";
    let payload = payload.replace("\"#\"", &format!("\"{}\"", DigestAlgorithm::Sha256.digest(signed)));
    let text = MADE.holder.sign(header, &payload);
    let Ok(jwt) = UnverifiedJws::parse(&text, &BOUNDS) else { return };
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
        requested_at: NOW.minus(Duration::from_secs(100)),
        skew: Duration::from_secs(60),
    };
    let holder = MADE.holder.key.public_key();
    let mut findings = Findings::new();
    let digests = DigestAlgorithm::Sha256;
    let Ok(bound) = key_binding::check(jwt, holder, signed, digests, &expected, NOW, &mut findings) else {
        return;
    };
    let (header, payload): (Value, Map<String, Value>) =
        (serde_json::from_str(header).unwrap(), serde_json::from_str(&payload).unwrap());
    let typ = header["typ"].as_str().unwrap().to_ascii_lowercase();
    assert_eq!(
        (typ.strip_prefix("application/").unwrap_or(&typ), &header["alg"]),
        ("kb+jwt", &json!("ES256"))
    );
    assert_eq!((&payload["nonce"], &payload["aud"]), (&json!(NONCE), &json!(AUDIENCE)));
    assert_eq!(payload["sd_hash"], json!(digests.digest(signed)));
    let second = |name: &str| payload.get(name).map(|value| value.as_f64().unwrap());
    let seconds = |at: Timestamp| at.unix() as f64;
    let iat = second("iat").unwrap();
    assert!(iat >= seconds(NOW) - 161.0 && iat <= seconds(NOW) + 61.0);
    assert!(second("exp").is_none_or(|exp| exp > seconds(NOW) - 62.0));
    assert!(second("nbf").is_none_or(|nbf| nbf < seconds(NOW) + 62.0));
    let hashes = payload.get("transaction_data_hashes").map(|list| list.as_array().unwrap().len());
    assert_eq!(bound.transaction_data_hashes.map(|hashes| hashes.len()), hashes);
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let good = good();
    let text = good.present();
    let sd_jwt = good.sd_jwt();
    let object = json!({ QUERY_ID: [text] }).to_string();
    seeds.add("sd_jwt", "good", text.clone());
    seeds.add("sd_jwt", "without-kb", sd_jwt);
    seeds.add("sd_jwt", "tildes", "a~~b~".to_owned());
    seeds.add("vp_token", "bare", text);
    seeds.add("vp_token", "encoded", base64url::encode(&object));
    seeds.add("vp_token", "object", object);
    seeds.add("vp_token", "two", json!({ QUERY_ID: ["a~", "b~"], "other": [] }).to_string());
    for (name, contents) in [
        (
            "nested",
            "{\"_sd\":[\"#0\"],\"a\":[{\"...\":\"#2\"},1]}\n[\"s\",\"n\",{\"_sd\":[\"#1\"]}]\n[\"s\",\"m\",true]\n[\"s\",{\"b\":null}]",
        ),
        ("algorithms", "{\"_sd_alg\":\"sha-512\",\"_sd\":[\"decoy\"]}"),
        ("reserved", "{\"_sd\":[\"#0\"]}\n[\"s\",\"_sd\",[]]"),
        ("repeated", "{\"_sd\":[\"#0\",\"#0\"]}\n[\"s\",\"a\",1]"),
        ("collision", "{\"_sd\":[\"#0\"],\"a\":0}\n[\"s\",\"a\",1]"),
        ("placeholder", "{\"a\":[{\"...\":\"#0\",\"b\":1}]}\n[\"s\",1]"),
    ] {
        seeds.add("disclosure", name, contents.to_owned());
    }
    let header = &good.kb_header;
    let now = NOW.unix();
    for (name, more) in [
        ("good", String::new()),
        ("dates", format!(",\"exp\":{},\"nbf\":{now}.5", now + 9)),
        (
            "hashes",
            ",\"transaction_data_hashes\":[\"a\"],\"transaction_data_hashes_alg\":\"sha-256\"".to_owned(),
        ),
        ("exponent", ",\"exp\":17e8".to_owned()),
    ] {
        let payload =
            format!("{{\"iat\":{now},\"aud\":\"{AUDIENCE}\",\"nonce\":\"{NONCE}\",\"sd_hash\":\"#\"{more}}}");
        seeds.add("kb_jwt", name, format!("{header}\n{payload}"));
    }
}
