//! What each fuzz target does with its bytes, and what must hold whatever they are.
//!
//! `fuzz_targets/` hands the bytes in; `tests/fuzz_corpus.rs` runs the same functions over the kept
//! corpus with the stable toolchain, so that a finding stays found.

#[path = "../../src/http/form.rs"]
#[expect(dead_code, reason = "the doors use more of it")]
mod form;
#[path = "../../tests/mutations/made.rs"]
mod made;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Map, Value, json};
use vpgate::config::Config;
use vpgate::domain::base::json::{self as strict_json, Bounds};
use vpgate::domain::base::report::{Check, Findings, Outcome, Report};
use vpgate::domain::base::{base64url, time::Timestamp};
use vpgate::domain::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use vpgate::domain::jose::jws::UnverifiedJws;
use vpgate::domain::jose::signing::SigningKey;
use vpgate::domain::openid4vp::dcql::Query;
use vpgate::domain::openid4vp::transaction_data::{TransactionData, TransactionTypes};
use vpgate::domain::sdjwt::digest::DigestAlgorithm;
use vpgate::domain::sdjwt::disclosure::{reveal, reveal_and_trace};
use vpgate::domain::sdjwt::key_binding::{self, Expected};
use vpgate::domain::sdjwt::limits::Limits;
use vpgate::domain::sdjwt::parse::{IssuerHint, Presented};
use vpgate::domain::sdjwt::status::statuses::{MOST_BYTES, Statuses};
use vpgate::domain::sdjwt::status::token::{CacheBounds, Receipt, StatusListToken};
use vpgate::domain::sdjwt::trust::KeySource;
use vpgate::domain::sdjwt::type_metadata::{Document, resolve};

use form::Form;
use made::{AUDIENCE, ISSUER, Made, NONCE, NOW, QUERY_ID, Signer, VCT, Verifier};

/// What does something with bytes.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Target); 13] = [
    ("jws", jws),
    ("jwe", jwe),
    ("sd_jwt", sd_jwt),
    ("disclosure", disclosure),
    ("type_metadata", type_metadata),
    ("kb_jwt", kb_jwt),
    ("form", form),
    ("json", json),
    ("dcql_query", dcql_query),
    ("transaction_data", transaction_data),
    ("vp_token", vp_token),
    ("status_list", status_list),
    ("config", config),
];

/// Where the fuzzed status list is.
const LIST: &str = "https://issuer.example.com/lists/1";
const BOUNDS: Bounds = Bounds { bytes: 64 << 10, depth: 16, members: 2000 };

/// Keys for tests, known to everybody, so that a corpus can hold signatures that verify.
static KEYS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../fixtures/fuzz/keys.json")).unwrap());
static ENCRYPTION_KEY: LazyLock<EncryptionKey> =
    LazyLock::new(|| EncryptionKey::from_private_jwk(&KEYS["encryption"]).unwrap());
static MADE: LazyLock<Made> = LazyLock::new(good);
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| MADE.verifier());

fn signer(name: &str) -> Signer {
    Signer::of(SigningKey::from_jwk(&KEYS[name]).unwrap())
}

/// A presentation that is accepted; its signatures are new each time.
fn good() -> Made {
    Made::new(signer("issuer"), signer("holder"))
}

/// A compact JWS. What is read is what was written, and nothing verifies but what the key signed.
pub fn jws(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(jws) = UnverifiedJws::parse(text, &BOUNDS) else { return };
    assert_eq!(text.matches('.').count(), 2);
    let header = base64url::decode(text.split('.').next().unwrap()).unwrap();
    let plain: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(plain, Value::Object(jws.header().clone()));
    assert_eq!(plain["alg"], jws.algorithm().name());
    assert!(plain.get("crit").is_none());
    let payload = base64url::decode(text.split('.').nth(1).unwrap()).unwrap();
    if let Ok(verified) = jws.into_owned().verify(MADE.issuer.key.public_key()) {
        assert_eq!(
            serde_json::from_slice::<Value>(&payload).unwrap(),
            Value::Object(verified.into_payload())
        );
    }
}

/// A compact JWE. Lines of their own are what stands in its five parts, so that the header can be reached
/// without base64url. What decrypts was encrypted to the key, by somebody who said so plainly.
pub fn jwe(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let made = text.lines().map(base64url::encode).collect::<Vec<_>>().join(".");
    for text in [text, &made] {
        let Ok(jwe) = EncryptedText::parse(text, 64 << 10) else { continue };
        let parts: Vec<Vec<u8>> = text.split('.').map(|part| base64url::decode(part).unwrap()).collect();
        let [header, encrypted_key, iv, ciphertext, tag] = parts.try_into().unwrap();
        assert_eq!((encrypted_key.len(), iv.len(), tag.len()), (0, 12, 16));
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], &header["enc"]), (&json!("ECDH-ES"), &json!(jwe.enc().name())));
        assert!(header.get("zip").is_none() && header.get("crit").is_none());
        if let Ok(content) = ENCRYPTION_KEY.decrypt(&jwe, &ContentEncryption::ALL) {
            assert_eq!(header["kid"], ENCRYPTION_KEY.kid());
            assert_eq!(content.len(), ciphertext.len());
            assert_eq!(ENCRYPTION_KEY.decrypt(&jwe, &ContentEncryption::ALL), Ok(content));
        }
    }
}

/// A presentation, split and judged. The report ends in its only decisive failure and repeats itself.
pub fn sd_jwt(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut findings = Findings::new();
    if let Ok(presented) = Presented::parse(text, &Limits::default(), &mut findings) {
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
        let failed =
            |line: &Check| Some(&line.check) == report.reason.as_ref() && line.outcome == Outcome::Failed;
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
    let limits = Limits::default();
    let Ok(payload) = strict_json::parse_object(payload.as_bytes(), &BOUNDS) else { return };
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
fn with_disclosures(text: &str) -> (String, Vec<String>) {
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

/// Type metadata, one document a line; behind an empty line, a payload and Disclosures as in
/// [`disclosure`], which are signed. What is said of a single name is read here a second time.
pub fn type_metadata(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (documents, credential) = text.split_once("\n\n").unwrap_or((text, "{}"));
    let read = |line: &str| Document::parse(line.as_bytes()).ok();
    let Some(parsed) = documents.lines().map(read).collect::<Option<Vec<Document>>>() else { return };
    let Ok(metadata) = resolve(&[VCT.to_owned()], &parsed) else { return };
    let (payload, disclosures) = with_disclosures(credential);
    let Ok(mut payload) = strict_json::parse_object(payload.as_bytes(), &BOUNDS) else { return };
    payload.extend([("iss".to_owned(), json!(ISSUER)), ("vct".to_owned(), json!(VCT))]);
    let mut made = good();
    made.edit_payload(|given| {
        given.remove("_sd");
        payload.extend(given.iter().filter(|(name, _)| *name == "cnf").map(|(k, v)| (k.clone(), v.clone())));
        *given = payload.clone();
    });
    made.disclosures = disclosures;
    let mut verifier = made.verifier();
    verifier.trust.credentials[0].type_metadata = metadata.into();
    let text = made.present();
    let report = verifier.judge(&text).1;
    assert_eq!(verifier.judge(&text).1, report, "the same input twice gives the same report");
    let kept =
        |check: &str| report.checks.iter().any(|line| line.check == check && line.outcome == Outcome::Passed);
    if !kept("disclosable_claims") {
        return;
    }
    let document = documents.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let own = document.into_iter().find(|document| document["vct"] == VCT).unwrap();
    let disclosed: Vec<Value> = made.disclosures.iter().map(contents).collect();
    for claim in own["claims"].as_array().into_iter().flatten() {
        let [Value::String(name)] = claim["path"].as_array().unwrap().as_slice() else { continue };
        let openly = payload.contains_key(name);
        match claim["sd"].as_str() {
            Some("always") => assert!(!openly || ["_sd", "_sd_alg"].contains(&name.as_str())),
            // A Disclosure of that name may stand inside another claim.
            Some("never") if claim["mandatory"] == true => assert!(openly),
            _ if claim["mandatory"] == true => {
                let shown = disclosed.iter().any(|parts| parts[1] == *name);
                assert!(openly || shown || payload.contains_key("_sd"));
            }
            _ => {}
        }
    }
}

/// What a Disclosure holds.
fn contents(disclosure: &String) -> Value {
    serde_json::from_slice(&base64url::decode(disclosure).unwrap()).unwrap_or_default()
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

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
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
    let expected = Expected {
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

/// A form: no name twice, nothing that is not UTF-8, and written again it reads the same.
pub fn form(data: &[u8]) {
    let Ok(mut form) = Form::parse(data) else { return };
    if form.has("state") {
        assert!(form.take("state").is_some_and(|value| !value.is_empty()));
        assert!(!form.has("state"), "a parameter is there once");
    }
    let pairs: Vec<(String, String)> = form.into_pairs().collect();
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let written: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    let again: Vec<(String, String)> =
        Form::parse(written.join("&").as_bytes()).unwrap().into_pairs().collect();
    assert_eq!(pairs, again);
    for (name, value) in &pairs {
        assert_eq!(form::decode(percent(name).as_bytes()).as_ref(), Ok(name));
        assert!(!value.is_empty());
    }
}

/// JSON: what is accepted means what `serde_json` says it means, and stays within the bounds.
pub fn json(data: &[u8]) {
    let bounds = Bounds { bytes: 4096, depth: 8, members: 64 };
    let Ok(value) = strict_json::parse(data, &bounds) else { return };
    assert_eq!(serde_json::from_slice::<Value>(data).ok().as_ref(), Some(&value));
    assert!(depth(&value) <= bounds.depth);
    if strict_json::numbers_survive(data) {
        let again = strict_json::parse(value.to_string().as_bytes(), &Bounds { bytes: 1 << 20, ..bounds });
        assert_eq!(again, Ok(value));
    }
}

/// The first line is a DCQL query, the second claims. A query goes out as it came in; a path selects
/// only what is there.
pub fn dcql_query(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (query, claims) = text.split_once('\n').unwrap_or((text, "{}"));
    let Ok(query) = strict_json::parse(query.as_bytes(), &BOUNDS) else { return };
    let Ok(query) = Query::from_json(&query) else { return };
    assert_eq!(Query::from_json(&query.to_json()).as_ref(), Ok(&query));
    let Ok(claims) = strict_json::parse_object(claims.as_bytes(), &BOUNDS) else { return };
    for claim in query.credentials().iter().flat_map(|credential| &credential.claims) {
        let _shown = claim.path.to_string();
        let Some(selected) = claim.path.select_in(&claims) else { continue };
        assert!(!selected.is_empty());
        if claim.allows(&selected) && !claim.values.is_empty() {
            // JSON has one kind of number.
            let same = |asked: &Value, found: &Value| {
                asked == found || (asked.is_number() && asked.as_f64() == found.as_f64())
            };
            assert!(selected.iter().any(|value| claim.values.iter().any(|asked| same(asked, value))));
        }
    }
}

/// Transaction data, as the string that travels and as the object a relying party sends.
pub fn transaction_data(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let sent = [text.to_owned(), base64url::encode(text)];
    for encoded in sent {
        let Ok(data) = TransactionData::try_from(encoded.clone()) else { continue };
        assert_eq!(data.encoded(), encoded, "the string that was sent is kept");
        assert!(!data.credential_ids().is_empty());
        let _shown = TransactionTypes::default().details(&data);
    }
    let Ok(object) = strict_json::parse(data, &BOUNDS) else { return };
    let Ok(data) = TransactionTypes::default().from_json(&object) else { return };
    let again = TransactionData::try_from(data.encoded().to_owned()).unwrap();
    assert!(again == data, "what is sent reads as what was meant");
}

/// A Status List Token as it is fetched; the payload of one, which is signed; and a list, whose first byte
/// stands for `bits` and whose rest is the compressed data.
pub fn status_list(data: &[u8]) {
    if let Ok(token) = StatusListToken::parse(data) {
        let _kid = token.kid();
    }
    signed_list(data);
    let Some((bits, compressed)) = data.split_first() else { return };
    let object = json!({"bits": 1u64 << (bits % 5), "lst": base64url::encode(compressed)});
    let Ok(list) = Statuses::from_json(object.as_object().unwrap()) else { return };
    let bits = object["bits"].as_u64().unwrap();
    assert!(bits <= 8 && list.bytes() <= MOST_BYTES);
    let length = list.bytes() as u64 * 8 / bits;
    assert_eq!(list.at(length), None);
    assert_eq!(list.at(u64::MAX), None);
    for index in [0, length / 2, length.saturating_sub(1)] {
        assert!(list.at(index).is_none_or(|status| u64::from(status) < 1 << bits));
        assert_eq!(list.at(index).is_some(), index < length);
    }
}

/// What is accepted was made before now, has not ended, and is not kept for longer than either allows.
fn signed_list(payload: &[u8]) {
    let Ok(payload) = str::from_utf8(payload) else { return };
    // Nothing else is worth a signature.
    if !payload.starts_with('{') || !payload.contains("iat") {
        return;
    }
    let header = json!({"alg": "ES256", "typ": "statuslist+jwt", "kid": MADE.issuer.key.kid()});
    let token = MADE.issuer.sign(&header.to_string(), payload);
    let Ok(token) = StatusListToken::parse(token.as_bytes()) else { return };
    let hint = IssuerHint {
        iss: Some(ISSUER),
        vct: Some(VCT),
        kid: token.kid(),
        x5c: None,
        json_serialization: false,
    };
    let issuer = VERIFIER.trust.vouch(QUERY_ID, &hint, &mut Findings::new()).unwrap();
    let KeySource::Jwks(keys) = issuer.keys() else { panic!("the keys are given") };
    let oldest = Duration::from_secs(3600);
    let bounds = CacheBounds::default().no_older_than(Some(oldest));
    let receipt = Receipt { at: NOW, max_age: None };
    let Ok(list) = token.verify(&issuer, keys, LIST, receipt, &bounds) else { return };
    let payload: Value = serde_json::from_str(payload).unwrap();
    assert_eq!((&payload["sub"], list.uri()), (&json!(LIST), LIST));
    let now = NOW.unix() as f64;
    let iat = payload["iat"].as_f64().unwrap();
    assert!(iat <= now + 61.0 && iat > now - 3601.0);
    let exp = payload.get("exp").map(|exp| exp.as_f64().unwrap());
    assert!(exp.is_none_or(|exp| exp > now - 61.0), "past, and not by as much as clocks may be apart");
    let kept = list.fresh_until().unix() as f64;
    assert!(kept > now && kept <= now + 43_200.0 && kept <= iat + 3600.0);
    assert!(exp.is_none_or(|exp| kept <= if exp >= now + 1.0 { exp } else { exp + 60.0 }));
    assert!(list.usable(NOW, Duration::ZERO) && !list.usable(NOW.plus(2 * oldest), 10 * oldest));
}

/// The configuration: every fault has a path or is about the whole, and nothing panics.
pub fn config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let folder = Path::new("/nonexistent");
    match (Config::from_toml(text, folder), Config::from_toml(text, folder)) {
        (Ok(one), Ok(two)) => assert_eq!(one.warnings, two.warnings),
        (Err(one), Err(two)) => {
            assert!(one.iter().count() > 0);
            assert_eq!(one.to_string(), two.to_string());
        }
        _ => panic!("two readings of one file differ"),
    }
}

/// One small input for every road that a target has: target, file name, contents.
pub fn seeds() -> Vec<(&'static str, String, String)> {
    let mut seeds = Vec::new();
    let mut add = |target: &'static str, name: &str, contents: String| {
        seeds.push((target, name.to_owned(), contents));
    };
    let good = good();
    let text = good.present();
    let sd_jwt = good.sd_jwt();
    let object = json!({ QUERY_ID: [text] }).to_string();
    let kb_jwt = good.kb_jwt(&sd_jwt);
    add("jws", "issuer", good.issuer.sign(&good.header, &good.payload));
    add("jws", "kb", kb_jwt);
    add("jws", "crit", good.issuer.sign(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "{}"));
    add("jws", "none", "eyJhbGciOiJub25lIn0.e30.".to_owned());
    let encrypted = |enc: ContentEncryption, header: Value| {
        let payload = json!({"vp_token": {QUERY_ID: ["a~"]}, "state": "b"}).to_string();
        let header = header.as_object().unwrap();
        ENCRYPTION_KEY.public_key().encrypt(payload.as_bytes(), enc, header).unwrap()
    };
    add("jwe", "a128gcm", encrypted(ContentEncryption::A128Gcm, json!({})));
    add(
        "jwe",
        "a256gcm",
        encrypted(ContentEncryption::A256Gcm, json!({"apu": "QQ", "apv": "Qg", "cty": "JWT"})),
    );
    let public = ENCRYPTION_KEY.to_public_jwk();
    let epk = json!({"kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"]});
    let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "kid": ENCRYPTION_KEY.kid(), "epk": epk});
    add("jwe", "lines", format!("{header}\n\n123456789012\nx\n1234567890123456"));
    add("sd_jwt", "good", text.clone());
    add("sd_jwt", "without-kb", sd_jwt);
    add("sd_jwt", "tildes", "a~~b~".to_owned());
    add("vp_token", "bare", text);
    add("vp_token", "encoded", base64url::encode(&object));
    add("vp_token", "object", object);
    add("vp_token", "two", json!({ QUERY_ID: ["a~", "b~"], "other": [] }).to_string());
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
        add("disclosure", name, contents.to_owned());
    }
    let claims = json!([
        {"path": ["n"], "mandatory": true, "sd": "always"}, {"path": ["a"], "sd": "never", "svg_id": "a"},
        {"path": ["a", null], "sd": "always"}, {"path": ["a", 1, "b"], "display": [{"locale": "en", "label": "B"}]},
    ]);
    let child = json!({"vct": VCT, "extends": "base", "claims": claims});
    let base = json!({"vct": "base", "claims": [{"path": ["a"]}, {"path": ["n"], "sd": "allowed"}]});
    let credential = "{\"_sd\":[\"#0\"],\"a\":[{\"...\":\"hidden\"},{\"...\":\"#1\"}]}\n[\"s\",\"n\",1]\n[\"s\",{\"b\":1}]";
    add("type_metadata", "extends", format!("{child}\n{base}\n\n{credential}"));
    let pinned =
        json!({"vct": VCT, "claims": [{"path": ["vct#integrity"], "mandatory": true, "sd": "never"}]});
    let credential =
        "{\"vct#integrity\":\"sha512-x sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= md5-x\"}";
    add("type_metadata", "integrity", format!("{pinned}\n\n{credential}"));
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
        add("kb_jwt", name, format!("{header}\n{payload}"));
    }
    add("form", "response", "state=abc&vp_token=%7B%22a%22%3A%5B%5D%7D&x=".to_owned());
    add("form", "words", "a+b=c%2Bd&&e&=f&%C3%A9=%20".to_owned());
    add("json", "kinds", r#"{"a":[1,-2.50,1e3,true,null],"b":{"c":"\u00e9\n"}}"#.to_owned());
    add("json", "deep", "[[[[[[[[]]]]]]]]".to_owned());
    add("json", "amounts", "[0.1,10.50,18446744073709551616,1e-310,-0]".to_owned());
    let query = json!({"credentials": [{
        "id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]},
        "claims": [{"id": "n", "path": ["a", null, 0, "b"], "values": ["s", 1, true]}, {"path": ["c"]}],
    }]});
    add("dcql_query", "query", format!("{query}\n{}", json!({"a": [[{"b": "s"}], [{"b": 2}]], "c": {}})));
    add(
        "dcql_query",
        "sets",
        json!({"credentials": [], "credential_sets": [{"options": [["a"]]}]}).to_string(),
    );
    for (name, kind, payload) in [
        ("session", "session-data", json!({"ip_address": "192.0.2.1", "device_id": "x"})),
        (
            "payment",
            "payment-itemized:v1",
            json!({"currency": "USD", "items": [{"quantity": 2, "unit_cost": 12.5, "label": "x"}]}),
        ),
        (
            "mandate",
            "payment-mandate:v1",
            json!({"payment_instrument": {"type": "card", "id": "1"}, "payee": {"name": "x"},
                   "prompt_summary": "x", "amount": 1, "currency": "EUR"}),
        ),
    ] {
        let kind = format!("urn:proof:params:vc:transaction-data:{kind}");
        let object = json!({"type": kind, "credential_ids": ["a"], "payload": payload});
        add("transaction_data", name, object.to_string());
    }
    let token =
        r#"{"sub":"https://example.com/1","iat":1700000000,"status_list":{"bits":1,"lst":"eNrbuRgAAhcBXQ"}}"#;
    let header = r#"{"alg":"ES256","typ":"statuslist+jwt","kid":"12"}"#;
    add("status_list", "token", good.issuer.sign(header, token));
    let payload = json!({"sub": LIST, "iat": now - 10, "exp": now + 900, "ttl": 600,
        "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}});
    add("status_list", "payload", payload.to_string());
    let payload = json!({"sub": LIST, "iat": -1.5e9, "nbf": 0, "ttl": i64::MAX, "status_list": {"bits": 8}});
    add("status_list", "dates", payload.to_string());
    add("config", "contract", include_str!("../../fixtures/config/contract.toml").to_owned());
    add(
        "config",
        "wrong-types",
        "listen = 8080\n[[clients]]\nscopes = [1]\n[device]\ncode_lifetime = \"1\"".to_owned(),
    );
    seeds
}
