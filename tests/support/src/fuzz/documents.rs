//! What issuers and wallets publish about themselves.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;
use vpgate_core::base::base64url;
use vpgate_core::base::json::{parse, parse_object};
use vpgate_core::base::report::{CheckOutcome, Findings};
use vpgate_core::jose::jwe::ContentEncryption;
use vpgate_core::openid4vp::wallet_metadata::WalletMetadata;
use vpgate_core::status_list::statuses::{MOST_BYTES, Statuses};
use vpgate_core::status_list::token::{CacheBounds, Receipt, StatusListToken};
use vpgate_core::trust::IssuerHint;
use vpgate_core::trust::did::{DidKeys, keys_in, resolve as resolve_did};
use vpgate_core::trust::issuer_metadata::{self as metadata_of_issuers, PublishedKeys};
use vpgate_core::trust::{FormatRules, KeySource, SdJwtVcRules};
use vpgate_core::type_metadata::{TypeDocument, resolve};

use super::keys::is_sound;
use super::presentations::with_disclosures;
use super::{BOUNDS, ENCRYPTION_KEY, MADE, Seeds, VERIFIER, good, holder_jwk};
use crate::builders::presentation::{ISSUER, NOW, QUERY_ID, VCT};

/// Where the fuzzed status list is.
const LIST: &str = "https://issuer.example.com/lists/1";

/// Type metadata, one document a line; behind an empty line, a payload and Disclosures as in
/// [`super::disclosure`], which are signed. What is said of a single name is read here a second time.
pub fn type_metadata(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (documents, credential) = text.split_once("\n\n").unwrap_or((text, "{}"));
    let read = |line: &str| TypeDocument::parse(line.as_bytes()).ok();
    let Some(parsed) = documents.lines().map(read).collect::<Option<Vec<TypeDocument>>>() else { return };
    let Ok(metadata) = resolve(&[VCT.to_owned()], &parsed) else { return };
    let (payload, disclosures) = with_disclosures(credential);
    let Ok(mut payload) = parse_object(payload.as_bytes(), &BOUNDS) else { return };
    payload.extend([("iss".to_owned(), json!(ISSUER)), ("vct".to_owned(), json!(VCT))]);
    let mut made = good();
    made.edit_payload(|given| {
        given.remove("_sd");
        payload.extend(given.iter().filter(|(name, _)| *name == "cnf").map(|(k, v)| (k.clone(), v.clone())));
        *given = payload.clone();
    });
    made.disclosures = disclosures;
    let mut verifier = made.verifier();
    verifier.trust.credentials[0].rules =
        FormatRules::SdJwtVc(SdJwtVcRules { type_metadata: metadata.into(), ..SdJwtVcRules::default() });
    let text = made.present();
    let report = verifier.judge(&text).1;
    assert_eq!(verifier.judge(&text).1, report, "the same input twice gives the same report");
    let kept = |check: &str| {
        report.checks.iter().any(|line| line.check == check && line.outcome == CheckOutcome::Passed)
    };
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
        credential_type: Some(VCT),
        kid: token.kid(),
        x5c: None,
        ..IssuerHint::default()
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

/// The first line is a DID, the rest a DID document, where `"#jwk"` stands for a good key. What is fetched is
/// on the host that the DID names; the keys that are taken are those that the document gives to this DID.
pub fn did(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (did, document) = text.split_once('\n').unwrap_or((text, "{}"));
    match resolve_did(did) {
        Ok(DidKeys::Inside(keys)) => {
            assert!(did.starts_with("did:jwk:"));
            assert_eq!(keys.keys().len(), 1);
            assert_eq!(keys.keys()[0].kid(), Some(&*format!("{did}#0")));
            is_sound(&keys.keys()[0]);
        }
        Ok(DidKeys::Document(url)) => leads_where_it_says(did, &url),
        Err(_) => {}
    }
    let document = document.replace("\"#jwk\"", &holder_jwk().to_string());
    let Ok(document) = parse(document.as_bytes(), &BOUNDS) else { return };
    let Ok(keys) = keys_in(&document, did) else { return };
    assert_eq!(document["id"], did);
    let listed = document.get("assertionMethod").map_or(0, |list| list.as_array().unwrap().len());
    assert!(keys.keys().len() + keys.left_out().len() <= listed);
    for key in keys.keys() {
        let kid = key.kid().unwrap();
        let fragment = kid.strip_prefix(did).and_then(|rest| rest.strip_prefix('#')).unwrap();
        let names_it = |id: &Value| id == kid || *id == format!("#{fragment}");
        let asserted = document["assertionMethod"].as_array().unwrap();
        assert!(asserted.iter().any(|entry| names_it(entry) || names_it(&entry["id"])));
        is_sound(key);
    }
}

/// The DID can be read from the address: host, port and path are those that it names.
fn leads_where_it_says(did: &str, url: &Url) {
    assert_eq!((url.scheme(), url.username(), url.password()), ("https", "", None));
    assert_eq!((url.query(), url.fragment()), (None, None));
    assert!(url.domain().is_some());
    let mut parts = did.strip_prefix("did:web:").unwrap().split(':');
    let host = parts.next().unwrap().replace("%3a", "%3A");
    let (host, port) = host.split_once("%3A").unwrap_or((&host, ""));
    assert!(url.host_str().unwrap().eq_ignore_ascii_case(host), "{did}: {url}");
    let port = if port.is_empty() { 443 } else { port.parse().unwrap() };
    assert_eq!(url.port_or_known_default(), Some(port));
    let path: Vec<&str> = parts.collect();
    let path = if path.is_empty() { ".well-known".to_owned() } else { path.join("/") };
    assert_eq!(url.path(), format!("/{path}/did.json"));
}

/// The first line is an issuer identifier, the rest its metadata, where `"#jwk"` stands for a good key. They
/// are its own, and say in exactly one way where its keys are.
pub fn issuer_metadata(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (issuer, document) = text.split_once('\n').unwrap_or((text, "{}"));
    if let Ok(url) = Url::parse(issuer)
        && url.scheme() == "https"
    {
        let at = metadata_of_issuers::location(&url);
        assert_eq!(at.origin(), url.origin());
        assert!(at.path().starts_with("/.well-known/jwt-vc-issuer"), "{at}");
    }
    let document = document.replace("\"#jwk\"", &holder_jwk().to_string());
    let Ok(document) = parse(document.as_bytes(), &BOUNDS) else { return };
    let Ok(keys) = metadata_of_issuers::read(&document, issuer) else { return };
    assert_eq!(document["issuer"], issuer);
    match keys {
        PublishedKeys::Jwks(keys) => {
            assert!(document.get("jwks_uri").is_none());
            keys.keys().iter().for_each(is_sound);
        }
        PublishedKeys::JwksUri(uri) => {
            assert!(document.get("jwks").is_none());
            assert_eq!(Url::parse(document["jwks_uri"].as_str().unwrap()), Ok(uri));
        }
    }
}

/// The metadata of a wallet, where `"#jwk"` stands for a good key to encrypt to. A key that is taken can be
/// encrypted to, and what a document says for its issuer it could also have sent.
pub fn wallet_metadata(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let jwk = ENCRYPTION_KEY.to_public_jwk();
    let text = text.replace("\"#jwk\"", &jwk.to_string());
    let sent = WalletMetadata::sent(&text);
    let Ok(plain) = serde_json::from_str::<Value>(&text) else {
        assert!(sent.is_err());
        return;
    };
    if let Some(issuer) = plain.get("issuer").and_then(Value::as_str) {
        assert_eq!(WalletMetadata::published(text.as_bytes(), issuer).is_ok(), sent.is_ok());
    }
    assert!(
        WalletMetadata::published(text.as_bytes(), "https://another.example").is_err()
            || plain["issuer"] == "https://another.example"
    );
    let Ok(sent) = sent else { return };
    let says = plain.get("authorization_response_iss_parameter_supported") == Some(&json!(true));
    assert_eq!(sent.names_itself(), says);
    if let Some((key, enc)) = sent.encrypt_to() {
        assert!(ContentEncryption::ALL.contains(enc));
        assert!(key.encrypt(b"{}", *enc, json!({}).as_object().unwrap()).is_ok());
    }
}

/// See [`super::seeds`].
pub fn seeds(seeds: &mut Seeds) {
    let good = good();
    let now = NOW.unix();
    let claims = json!([
        {"path": ["n"], "mandatory": true, "sd": "always"}, {"path": ["a"], "sd": "never", "svg_id": "a"},
        {"path": ["a", null], "sd": "always"}, {"path": ["a", 1, "b"], "display": [{"locale": "en", "label": "B"}]},
    ]);
    let child = json!({"vct": VCT, "extends": "base", "claims": claims});
    let base = json!({"vct": "base", "claims": [{"path": ["a"]}, {"path": ["n"], "sd": "allowed"}]});
    let credential = "{\"_sd\":[\"#0\"],\"a\":[{\"...\":\"hidden\"},{\"...\":\"#1\"}]}\n[\"s\",\"n\",1]\n[\"s\",{\"b\":1}]";
    seeds.add("type_metadata", "extends", format!("{child}\n{base}\n\n{credential}"));
    let pinned =
        json!({"vct": VCT, "claims": [{"path": ["vct#integrity"], "mandatory": true, "sd": "never"}]});
    let credential =
        "{\"vct#integrity\":\"sha512-x sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= md5-x\"}";
    seeds.add("type_metadata", "integrity", format!("{pinned}\n\n{credential}"));
    let token =
        r#"{"sub":"https://example.com/1","iat":1700000000,"status_list":{"bits":1,"lst":"eNrbuRgAAhcBXQ"}}"#;
    let header = r#"{"alg":"ES256","typ":"statuslist+jwt","kid":"12"}"#;
    seeds.add("status_list", "token", good.issuer.sign(header, token));
    let payload = json!({"sub": LIST, "iat": now - 10, "exp": now + 900, "ttl": 600,
        "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}});
    seeds.add("status_list", "payload", payload.to_string());
    let payload = json!({"sub": LIST, "iat": -1.5e9, "nbf": 0, "ttl": i64::MAX, "status_list": {"bits": 8}});
    seeds.add("status_list", "dates", payload.to_string());
    let keys = json!({"issuer": ISSUER, "jwks": {"keys": ["#jwk", {"kty": "oct"}]}});
    seeds.add("issuer_metadata", "jwks", format!("{ISSUER}\n{keys}"));
    let keys = json!({"issuer": "https://e.example:8443/a/", "jwks_uri": "https://keys.example/jwks"});
    seeds.add("issuer_metadata", "uri", format!("https://e.example:8443/a/\n{keys}"));
    let jwk = base64url::encode(holder_jwk().to_string());
    seeds.add("did", "jwk", format!("did:jwk:{jwk}"));
    let name = "did:web:issuer.example%3A8443:people:eu";
    let document = json!({
        "id": name,
        "verificationMethod": [
            {"id": "#1", "controller": name, "publicKeyJwk": "#jwk"},
            {"id": format!("{name}#2"), "controller": "did:web:other.example", "publicKeyJwk": "#jwk"},
        ],
        "assertionMethod": ["#1", format!("{name}#2"),
            {"id": "#3", "controller": name, "publicKeyJwk": "#jwk"}, {"id": "#4", "controller": name}],
    });
    seeds.add("did", "web", format!("{name}\n{document}"));
    seeds.add("did", "host", "did:web:issuer.example");
    let metadata = json!({
        "issuer": "https://wallet.example", "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"]}},
        "client_id_prefixes_supported": ["x509_san_dns"], "request_object_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
        "pushed_authorization_request_endpoint": "https://wallet.example/par",
        "jwks": {"keys": ["#jwk", {"kty": "oct", "use": "enc"}]},
        "authorization_encryption_alg_values_supported": ["ECDH-ES"],
        "authorization_encryption_enc_values_supported": ["A128GCM", "A256GCM"],
        "request_object_encryption_alg_values_supported": ["ECDH-ES"],
        "request_object_encryption_enc_values_supported": ["A256GCM"],
    });
    seeds.add("wallet_metadata", "all", metadata.to_string());
    seeds.add(
        "wallet_metadata",
        "other",
        json!({"issuer": "https://another.example", "jwks": {"keys": []}}).to_string(),
    );
}
