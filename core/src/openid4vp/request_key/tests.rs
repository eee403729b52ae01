use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::base::secret::Digest;
use crate::cbor;
use crate::jose::alg::Algorithm;
use crate::jose::x5c::testing::{Authority, DAY, Plan, public_key};
use crate::openid4vp::testing::MADE_AT;

const BOUNDS: Bounds = Bounds { bytes: 64 << 10, depth: 8, members: 256 };

fn signing_key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

/// A chain of leaf and intermediate for `key`, with a DNS name.
fn chain(key: &SigningKey) -> Vec<u8> {
    let now = MADE_AT.unix();
    let root = Authority::root(&Plan::authority("Root", now));
    let between = root.authority(&Plan::authority("Between", now));
    let plan = Plan { dns: vec!["verify.example".to_owned()], ..Plan::leaf("vpgate", now) };
    let leaf = between.certify(&plan, &public_key(&key.public_key().to_jwk()));
    [leaf.to_pem().unwrap(), between.pem()].concat()
}

fn with_chain(pem: &[u8]) -> KeyCredentials {
    KeyCredentials { certificates: Some(OwnChain::from_pem(pem).unwrap()), ..KeyCredentials::default() }
}

fn header(signed: &str) -> Map<String, Value> {
    UnverifiedJws::parse(signed, &BOUNDS).unwrap().header().clone()
}

fn sign(key: &RequestKey, client_id: &str) -> Result<String, NotSigned> {
    let claims = Map::from_iter([("client_id".to_owned(), Value::from(client_id))]);
    key.sign(client_id, &Map::new(), &claims, MADE_AT)
}

#[test]
fn req_1_22_x509_san_dns_is_a_dns_name_of_the_leaf() {
    let key = signing_key();
    let pem = chain(&key);
    let jwk = key.to_private_jwk();
    let again = || SigningKey::from_jwk(&jwk).unwrap();
    let good = RequestKey::new("x509_san_dns:verify.example", again(), with_chain(&pem), None).unwrap();
    let header = header(&sign(&good, "x509_san_dns:verify.example").unwrap());
    assert_eq!(
        (header["typ"].as_str(), header["alg"].as_str()),
        (Some("oauth-authz-req+jwt"), Some("ES256"))
    );
    assert_eq!(header["x5c"].as_array().unwrap().len(), 2);
    for wrong in ["x509_san_dns:other.example", "x509_san_dns:", "x509_san_dns:sub.verify.example"] {
        let fault = RequestKey::new(wrong, again(), with_chain(&pem), None).unwrap_err();
        assert_eq!(fault.key, "signing.certificates", "{wrong}");
    }
    let none = RequestKey::new("x509_san_dns:verify.example", again(), KeyCredentials::default(), None);
    assert_eq!(none.unwrap_err().key, "signing.certificates");
    let stranger = RequestKey::new("x509_san_dns:verify.example", signing_key(), with_chain(&pem), None);
    assert!(stranger.unwrap_err().why.contains("not that of signing.key"));
}

#[test]
fn req_1_23_x509_hash_is_over_the_der_of_the_leaf() {
    let key = signing_key();
    let pem = chain(&key);
    let jwk = key.to_private_jwk();
    let hash = OwnChain::from_pem(&pem).unwrap().leaf_hash().to_owned();
    let der = openssl_free_der(&pem);
    assert_eq!(hash, base64url::encode(Digest::of(&der).as_bytes()));
    let bind = |client_id: &str| {
        RequestKey::new(client_id, SigningKey::from_jwk(&jwk).unwrap(), with_chain(&pem), None)
    };
    assert!(bind(&format!("x509_hash:{hash}")).is_ok());
    let over_text = base64url::encode(Digest::of(&pem).as_bytes());
    for wrong in [format!("x509_hash:{over_text}"), format!("x509_hash:{hash}="), "x509_hash:".to_owned()] {
        assert_eq!(bind(&wrong).unwrap_err().key, "client_id", "{wrong}");
    }
}

/// The first certificate of a PEM text, taken apart by hand.
fn openssl_free_der(pem: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = std::str::from_utf8(pem).unwrap();
    let inside: String = text.lines().skip(1).take_while(|line| !line.starts_with("-----END")).collect();
    base64::engine::general_purpose::STANDARD.decode(inside).unwrap()
}

#[test]
fn req_1_23_after_a_change_of_the_certificate_old_requests_are_not_signed_with_the_new_one() {
    let (old, new) = (signing_key(), signing_key());
    let id = |pem: &[u8]| format!("x509_hash:{}", OwnChain::from_pem(pem).unwrap().leaf_hash());
    let (old_id, pem) = (id(&chain(&old)), chain(&new));
    let key = RequestKey::new(&id(&pem), new, with_chain(&pem), None).unwrap();
    assert!(sign(&key, &id(&pem)).is_ok());
    assert_eq!(sign(&key, &old_id).unwrap_err(), NotSigned::OtherIdentity);
}

#[test]
fn req_1_22_a_certificate_that_is_not_valid_now_signs_nothing() {
    let key = signing_key();
    let pem = chain(&key);
    let key = RequestKey::new("x509_san_dns:verify.example", key, with_chain(&pem), None).unwrap();
    let at = |seconds: i64| {
        key.sign("x509_san_dns:verify.example", &Map::new(), &Map::new(), Timestamp::from_unix(seconds))
    };
    assert!(at(MADE_AT.unix()).is_ok());
    for outside in [MADE_AT.unix() + 2 * DAY, MADE_AT.unix() - 2 * DAY] {
        assert_eq!(at(outside).unwrap_err(), NotSigned::OutOfDate);
    }
}

#[test]
fn req_1_37_each_certificate_certifies_the_one_before() {
    use crate::jose::x5c::OwnChainFault;
    let key = signing_key();
    let pem = String::from_utf8(chain(&key)).unwrap();
    let (leaf, between) = pem.split_at(pem[10..].find("-----BEGIN").unwrap() + 10);
    assert!(OwnChain::from_pem(pem.as_bytes()).is_ok());
    let swapped = format!("{between}{leaf}");
    assert_eq!(OwnChain::from_pem(swapped.as_bytes()).unwrap_err(), OwnChainFault::Order(1));
    let stranger = String::from_utf8(chain(&signing_key())).unwrap();
    let other = &stranger[stranger[10..].find("-----BEGIN").unwrap() + 10..];
    let mixed = format!("{leaf}{other}");
    assert_eq!(
        OwnChain::from_pem(mixed.as_bytes()).unwrap_err(),
        OwnChainFault::Order(1),
        "the same name, another key"
    );
    assert_eq!(OwnChain::from_pem(b"").unwrap_err(), OwnChainFault::Count);
    let seven = leaf.repeat(7);
    assert_eq!(OwnChain::from_pem(seven.as_bytes()).unwrap_err(), OwnChainFault::Count);
    let x5c = OwnChain::from_pem(pem.as_bytes()).unwrap().x5c();
    let first = x5c[0].as_str().unwrap();
    assert!(
        !first.contains('-') && !first.contains('_') && first.len().is_multiple_of(4),
        "padded standard base64"
    );
}

#[test]
fn req_1_24_a_did_names_its_key() {
    let key = signing_key();
    let mut jwk = key.public_key().to_jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    let did = format!("did:jwk:{}", base64url::encode(jwk.to_string()));
    let client_id = format!("decentralized_identifier:{did}");
    let private = key.to_private_jwk();
    let again = || SigningKey::from_jwk(&private).unwrap();
    let named =
        |key_id: &str| KeyCredentials { key_id: Some(key_id.to_owned()), ..KeyCredentials::default() };
    let good = RequestKey::new(&client_id, again(), KeyCredentials::default(), None).unwrap();
    assert_eq!(header(&sign(&good, &client_id).unwrap())["kid"], format!("{did}#0"));
    assert!(RequestKey::new(&client_id, again(), named(&format!("{did}#0")), None).is_ok());
    assert_eq!(RequestKey::new(&client_id, again(), named("#0"), None).unwrap_err().key, "signing.key_id");
    let stranger = RequestKey::new(&client_id, signing_key(), KeyCredentials::default(), None);
    assert_eq!(stranger.unwrap_err().key, "signing.key");

    let web = "decentralized_identifier:did:web:verify.example";
    let good = RequestKey::new(web, again(), named("did:web:verify.example#key-1"), None).unwrap();
    assert_eq!(header(&sign(&good, web).unwrap())["kid"], "did:web:verify.example#key-1");
    for wrong in ["did:web:other.example#key-1", "did:web:verify.example", "did:web:verify.example#", "key-1"]
    {
        let fault = RequestKey::new(web, again(), named(wrong), None).unwrap_err();
        assert_eq!(fault.key, "signing.key_id", "{wrong}");
    }
    let missing = RequestKey::new(web, again(), KeyCredentials::default(), None);
    assert_eq!(missing.unwrap_err().key, "signing.key_id");
    let method =
        RequestKey::new("decentralized_identifier:did:ion:x", again(), KeyCredentials::default(), None);
    assert_eq!(method.unwrap_err().key, "client_id");
}

#[test]
fn req_1_25_an_attestation_is_ours_current_and_lists_our_address() {
    let key = signing_key();
    let private = key.to_private_jwk();
    let ours = "https://verify.example/callback";
    let good = json!({"iss": "https://attester.example", "sub": "shop", "exp": MADE_AT.unix() + 60,
        "cnf": {"jwk": key.public_key().to_jwk()}, "redirect_uris": [ours]});
    let attest = |typ: &str, claims: &Value| {
        let header = Map::from_iter([("typ".to_owned(), Value::from(typ))]);
        signing_key().sign(&header, claims.as_object().unwrap()).unwrap()
    };
    let bind = |attestation: String, at: Option<&str>| {
        let with = KeyCredentials { attestation: Some(attestation), ..KeyCredentials::default() };
        RequestKey::new("verifier_attestation:shop", SigningKey::from_jwk(&private).unwrap(), with, at)
    };
    const TYP: &str = "verifier-attestation+jwt";
    let bound = bind(attest(TYP, &good), Some(ours)).unwrap();
    let signed = sign(&bound, "verifier_attestation:shop").unwrap();
    assert!(header(&signed)["jwt"].as_str().unwrap().starts_with("ey"));
    let expired = bound.sign(
        "verifier_attestation:shop",
        &Map::new(),
        &Map::new(),
        Timestamp::from_unix(MADE_AT.unix() + 60),
    );
    assert_eq!(expired.unwrap_err(), NotSigned::OutOfDate);

    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    for (typ, claims, at) in [
        ("JWT", good.clone(), Some(ours)),
        (TYP, with("sub", "other".into()), Some(ours)),
        (TYP, with("iss", Value::Null), Some(ours)),
        (TYP, with("exp", "soon".into()), Some(ours)),
        (TYP, with("cnf", json!({"jwk": signing_key().public_key().to_jwk()})), Some(ours)),
        (TYP, with("cnf", json!({})), Some(ours)),
        (TYP, with("redirect_uris", json!(["https://verify.example/callback/"])), Some(ours)),
        (TYP, with("redirect_uris", json!(ours)), Some(ours)),
        (TYP, good.clone(), None),
    ] {
        let fault = bind(attest(typ, &claims), at).unwrap_err();
        assert_eq!(fault.key, "signing.attestation", "{typ} {claims}");
    }
    let mut unlisted = good.clone();
    unlisted.as_object_mut().unwrap().remove("redirect_uris");
    assert!(bind(attest(TYP, &unlisted), None).is_ok());
    assert!(bind("not a JWT".to_owned(), None).is_err());
}

#[test]
fn req_1_21_req_1_31_what_is_never_signed_has_no_key_and_no_key_signs_with_none() {
    let fault = RequestKey::new("redirect_uri:", signing_key(), KeyCredentials::default(), None).unwrap_err();
    assert_eq!(fault.key, "signing");
    assert!(Algorithm::ALL.iter().all(|alg| alg.name() != "none"));
    let registered = RequestKey::new("caxdw5a7d", signing_key(), KeyCredentials::default(), None).unwrap();
    let header = header(&sign(&registered, "caxdw5a7d").unwrap());
    assert_eq!(header["kid"].as_str().unwrap().len(), 43, "the thumbprint");
    let idle = KeyCredentials { key_id: Some("x".to_owned()), ..KeyCredentials::default() };
    assert_eq!(RequestKey::new("caxdw5a7d", signing_key(), idle, None).unwrap_err().key, "signing.key_id");
}

#[test]
fn req_1_29_a_key_prints_as_nothing() {
    let key = signing_key();
    let d = key.to_private_jwk()["d"].as_str().unwrap().to_owned();
    let bound = RequestKey::new("caxdw5a7d", key, KeyCredentials::default(), None).unwrap();
    assert!(!format!("{bound:?}").contains(&d));
    assert_eq!(format!("{bound:?}"), "RequestKey(..)");
}

#[test]
fn req_14_75_only_a_certified_key_signs_for_the_reader_and_only_while_it_is_valid() {
    const NAME: &str = "x509_san_dns:verify.example";
    let key = signing_key();
    let pem = chain(&key);
    let public = key.public_key().clone();
    let jwk = key.to_private_jwk();
    let reader = RequestKey::new(NAME, key, with_chain(&pem), None).unwrap();
    let signed = reader.authenticate_reader(NAME, b"this", MADE_AT).unwrap().unwrap();
    let item = cbor::read(&signed, &cbor::Limits::default()).unwrap();
    let signature = cose::Sign1::read(&item).unwrap();
    assert!(
        signature.verify(&public, Some(b"this")).is_ok() && signature.verify(&public, Some(b"that")).is_err()
    );
    let sent = signature.x5chain().unwrap();
    assert_eq!((sent.to_x5c(), sent.is_protected()), (OwnChain::from_pem(&pem).unwrap().x5c(), false));
    let late = MADE_AT.plus(std::time::Duration::from_secs(20 * DAY.unsigned_abs()));
    assert_eq!(reader.authenticate_reader(NAME, b"this", late), Err(NotSigned::OutOfDate));
    let other = reader.authenticate_reader("x509_san_dns:other.example", b"this", MADE_AT);
    assert_eq!(other, Err(NotSigned::OtherIdentity));
    let registered = SigningKey::from_jwk(&jwk).unwrap();
    let registered = RequestKey::new("caxdw5a7d", registered, KeyCredentials::default(), None).unwrap();
    assert_eq!(registered.authenticate_reader("caxdw5a7d", b"this", MADE_AT), Ok(None));
}
