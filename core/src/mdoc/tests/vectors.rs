//! Presentations and data of others, good and of older drafts.

use std::sync::Arc;

use openssl::bn::{BigNum, BigNumContext};
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::X509;
use ring::hkdf;
use serde_json::{Value, json};

use super::super::elements;
use super::super::mso::SecurityObject;
use super::super::testing::QUERY_ID;
use super::{hex, judge_by, text};
use crate::base::base64url;
use crate::base::report::Findings;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::cbor::{Item, Limits, Writer, read};
use crate::cose::Sign1;
use crate::jose::jwk::PublicKey;
use crate::jose::x5c::Roots;
use crate::mdoc::response::{NamespaceItems, PresentedMdoc, namespaces};
use crate::mdoc::{SessionTranscript, device_auth};
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CertificateProfile, CredentialTrust, FormatRules, KeySource, MdocRules};

const ANNEX_D: &str = include_str!("../../../../fixtures/mdoc/vectors/iso-18013-5-annex-d.json");
const PARADYM: &str =
    include_str!("../../../../fixtures/mdoc/vectors/paradym-openid4vp-1.0-direct_post.jwt.json");
const GOOGLE: &str = include_str!("../../../../fixtures/mdoc/vectors/google-wallet-dcapi-draft24.json");
const FRANCE: &str = include_str!("../../../../fixtures/mdoc/vectors/france-playground-draft18.json");
const UBIQUE: &str = include_str!("../../../../fixtures/mdoc/vectors/ubique-draft18.json");
const BDR: &str = include_str!("../../../../fixtures/mdoc/vectors/bdr-mdl-issuer-signed.json");

fn vector(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// OpenID4VP 1.0 Appendix B.2.6.
#[test]
fn req_14_50_to_14_52_the_transcripts_of_the_standard() {
    let nonce = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA";
    let thumbprint = hex("4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047");
    let thumbprint = thumbprint.try_into().unwrap();
    let client_id = "x509_san_dns:example.com";
    let redirect =
        SessionTranscript::redirect(client_id, nonce, Some(&thumbprint), "https://example.com/response");
    assert_eq!(
        redirect.as_bytes(),
        hex(
            "83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8eed494cefdd9d95240d254b046b11b68013722aad38ac"
        )
    );
    let dc_api = SessionTranscript::dc_api("https://example.com", nonce, Some(&thumbprint));
    assert_eq!(
        dc_api.as_bytes(),
        hex(
            "83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a"
        )
    );
    // The key of an answer in the clear is nobody's.
    assert_ne!(SessionTranscript::dc_api("https://example.com", nonce, None), dc_api);
}

fn trust(certificates: &[String], doctype: &str) -> CredentialTrust {
    let roots = Roots::new(certificates.concat().as_bytes(), None, Vec::new()).unwrap();
    CredentialTrust {
        id: QUERY_ID.to_owned(),
        types: vec![doctype.to_owned()],
        issuer: "somebody".to_owned(),
        keys: KeySource::X5c(Arc::new(roots)),
        status_roots: None,
        status: StatusPolicy::default(),
        rules: FormatRules::MsoMdoc(MdocRules { certificates: CertificateProfile::Generic }),
    }
}

fn certificates(vector: &Value) -> Vec<String> {
    vector["certificates_pem"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// A real answer of OpenID4VP 1.0, from the text to the facts.
#[test]
fn req_14_50_a_real_answer_by_redirect_is_accepted() {
    let vector = vector(PARADYM);
    let [client_id, nonce, response_uri] =
        ["client_id", "nonce", "response_uri"].map(|name| text(&vector, name));
    let thumbprint = hex(&text(&vector, "jwk_thumbprint_hex")).try_into().unwrap();
    let transcript = SessionTranscript::redirect(&client_id, &nonce, Some(&thumbprint), &response_uri);
    assert_eq!(transcript.as_bytes(), hex(&text(&vector, "session_transcript_hex")));
    let at = Timestamp::from_rfc3339(&text(&vector, "judge_at")).unwrap();
    let trust = trust(&certificates(&vector)[1..], "eu.europa.ec.eudi.pid.1");
    let answer = text(&vector, "device_response_b64u");
    let (authentic, report) = judge_by(trust.clone(), &answer, Some(&transcript), at);
    let authentic = authentic.unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(authentic.claims["eu.europa.ec.eudi.pid.1"]["given_name"], "Erika");
    assert_eq!(authentic.valid_until.rfc3339(), "2027-01-08T11:35:34Z");
    // Made for another request.
    let other = SessionTranscript::redirect(&client_id, "another", Some(&thumbprint), &response_uri);
    assert_eq!(judge_by(trust.clone(), &answer, Some(&other), at).1.reason.unwrap(), "device_signature");
    assert_eq!(judge_by(trust, &answer, None, at).1.reason.unwrap(), "device_signature");
}

/// The same document, read as far as a key that is known otherwise leads: these vectors have no root.
fn presented(vector: &Value) -> PresentedMdoc {
    let mut findings = Findings::new();
    let answer = text(vector, "device_response_b64u");
    PresentedMdoc::parse(&answer, &Limits::default(), &mut findings)
        .unwrap_or_else(|_| panic!("{:?}", findings.conclude(Ok(()))))
}

fn key_of(certificate: &X509) -> PublicKey {
    let key = certificate.public_key().unwrap().ec_key().unwrap();
    let mut context = BigNumContext::new().unwrap();
    let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
    let point = key.public_key().to_bytes(key.group(), form, &mut context).unwrap();
    let (x, y) = (base64url::encode(&point[1..33]), base64url::encode(&point[33..]));
    PublicKey::from_jwk(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})).unwrap()
}

/// Whether the holder's signature holds for `transcript`, once all that the issuer signed does.
fn holder_signed(vector: &Value, signer: &PublicKey, transcript: &SessionTranscript) -> bool {
    let (presented, limits, mut findings) = (presented(vector), Limits::default(), Findings::new());
    let payload = presented.issuer_auth.verify(signer, None).unwrap();
    let mso = SecurityObject::read(payload, &presented.doctype, &limits, &mut findings).unwrap();
    let elements = elements::check(&presented.items, &mso, &limits, &mut findings).unwrap();
    for (namespace, names) in vector["expected"]["elements"].as_object().unwrap() {
        for name in names.as_array().unwrap() {
            assert!(elements[namespace].get(name.as_str().unwrap()).is_some(), "{name}");
        }
    }
    let key = &mso.device_key;
    device_auth::check(&presented, key, Some(transcript), &elements, &limits, &mut findings).is_ok()
}

#[test]
fn req_14_54_transcripts_of_older_drafts_are_never_tried() {
    for name in [GOOGLE, FRANCE, UBIQUE] {
        let vector = vector(name);
        let signer = X509::from_pem(certificates(&vector)[0].as_bytes()).unwrap();
        let key = key_of(&signer);
        let old = SessionTranscript::of_bytes(hex(&text(&vector, "session_transcript_hex")));
        assert!(holder_signed(&vector, &key, &old), "it is what it says: {}", vector["origin"]);
        for transcript in [
            SessionTranscript::redirect("x509_san_dns:example.com", "n", None, "https://example.com/cb"),
            SessionTranscript::dc_api("https://example.com", "n", None),
            SessionTranscript::org_iso_mdoc("", "https://example.com"),
        ] {
            assert!(!holder_signed(&vector, &key, &transcript), "{}", vector["origin"]);
        }
    }
}

/// With heads of maps that are longer than they need be, and a portrait. Six of its numbers of digests are not below
/// 2^31, where ISO/IEC 18013-5 section 9.1.2.5 ends: those elements are refused, although their digests hold.
#[test]
fn req_14_23_req_14_40_what_a_real_issuer_signed_keeps_its_digests() {
    let vector = vector(BDR);
    let bytes = base64url::decode(text(&vector, "issuer_signed_b64u")).unwrap();
    let issuer_signed = read(&bytes, &Limits::default()).unwrap();
    let (limits, mut findings) = (Limits::default(), Findings::new());
    let issuer_auth = Sign1::read(issuer_signed.get("issuerAuth").unwrap()).unwrap();
    let key = key_of(&X509::from_pem(certificates(&vector)[0].as_bytes()).unwrap());
    let payload = issuer_auth.verify(&key, None).unwrap();
    let mso = SecurityObject::read(payload, "org.iso.18013.5.1.mDL", &limits, &mut findings).unwrap();
    let mut shown = namespaces(issuer_signed.get("nameSpaces"), &mut findings).unwrap();
    assert_eq!(shown.iter().map(|it| it.items.len()).collect::<Vec<_>>(), [17, 1]);
    let number = |item: &Vec<u8>| {
        let outer = read(item, &limits).unwrap();
        let inner = read(outer.embedded().unwrap(), &limits).unwrap();
        inner.get("digestID").and_then(Item::as_unsigned).unwrap()
    };
    for NamespaceItems { namespace, items } in &shown {
        let digests = mso.digests(namespace).unwrap();
        for item in items {
            let signed = digests.labelled(number(item).try_into().unwrap()).and_then(Item::as_bytes);
            assert_eq!(signed, Some(mso.digests_by.hash(item).as_ref()));
        }
    }
    let refused = elements::check(&shown, &mso, &limits, &mut findings).unwrap_err();
    assert_eq!(refused.reason(), "issuer_signed_item");
    for one in &mut shown {
        one.items.retain(|item| number(item) < 1 << 31);
    }
    let elements = elements::check(&shown, &mso, &limits, &mut findings).unwrap();
    assert_eq!(elements["org.iso.18013.5.1"].as_object().unwrap().len(), 12);
}

/// ISO/IEC 18013-5 Annex D: the issuer's part holds, and a MAC is refused before any of it is looked at.
#[test]
fn req_14_56_the_example_of_the_standard_has_a_mac_and_is_refused_for_it() {
    let vector = vector(ANNEX_D);
    let answer = text(&vector, "device_response_b64u");
    let mut findings = Findings::new();
    let refused = PresentedMdoc::parse(&answer, &Limits::default(), &mut findings).unwrap_err();
    assert_eq!(refused.reason(), "device_auth");
    let bytes = base64url::decode(&answer).unwrap();
    let response = read(&bytes, &Limits::default()).unwrap();
    let document = &response.get("documents").and_then(Item::as_array).unwrap()[0];
    let issuer_signed = document.get("issuerSigned").unwrap();
    let issuer_auth = Sign1::read(issuer_signed.get("issuerAuth").unwrap()).unwrap();
    let key = key_of(&X509::from_der(&hex(&text(&vector, "ds_certificate_hex"))).unwrap());
    let (limits, payload) = (Limits::default(), issuer_auth.verify(&key, None).unwrap());
    let mso = SecurityObject::read(payload, "org.iso.18013.5.1.mDL", &limits, &mut findings).unwrap();
    let items = namespaces(issuer_signed.get("nameSpaces"), &mut findings).unwrap();
    let shown = elements::check(&items, &mso, &limits, &mut findings).unwrap();
    assert_eq!(shown["org.iso.18013.5.1"]["family_name"], "Doe");
    assert!(annex_d_mac_holds(&vector, document, &mso.device_key));
}

/// The MAC by the reader's key of the example, so that what is authenticated is known to be put together rightly:
/// COSE_Mac0 with HMAC 256/256 over the same DeviceAuthenticationBytes.
fn annex_d_mac_holds(vector: &Value, document: &Item<'_>, device_key: &PublicKey) -> bool {
    let device_signed = document.get("deviceSigned").unwrap();
    let mac0 = device_signed.get("deviceAuth").and_then(|auth| auth.get("deviceMac")).unwrap();
    let [protected, _, payload, tag] = mac0.as_array().unwrap() else {
        panic!("a COSE_Mac0 is an array of four")
    };
    assert!(payload.is_null());
    let transcript = SessionTranscript::of_bytes(hex(&text(vector, "session_transcript_hex")));
    let name_spaces = device_signed.get("nameSpaces").unwrap().span();
    let signed = device_auth::device_authentication(&transcript, "org.iso.18013.5.1.mDL", name_spaces);
    let structure = Writer::new().array(4).text("MAC0").bytes(protected.as_bytes().unwrap());
    let structure = structure.bytes(&[]).bytes(&signed).into_bytes();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &emac_key(vector, device_key));
    ring::hmac::verify(&key, &structure, tag.as_bytes().unwrap()).is_ok()
}

/// EMacKey (ISO/IEC 18013-5 section 9.1.3.5): what reader and device agree on, stretched for the session.
fn emac_key(vector: &Value, device: &PublicKey) -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let number = |octets: &[u8]| BigNum::from_slice(octets).unwrap();
    let private = number(&hex(&text(vector, "reader_private_key_d_hex")));
    let mut context = BigNumContext::new().unwrap();
    let mut public = EcPoint::new(&group).unwrap();
    public.mul_generator2(&group, &private, &mut context).unwrap();
    let reader =
        PKey::from_ec_key(EcKey::from_private_components(&group, &private, &public).unwrap()).unwrap();
    let jwk = device.to_jwk();
    let coordinate = |name: &str| number(&base64url::decode(jwk[name].as_str().unwrap()).unwrap());
    let point =
        EcKey::from_public_key_affine_coordinates(&group, &coordinate("x"), &coordinate("y")).unwrap();
    let point = PKey::from_ec_key(point).unwrap();
    let mut agreement = Deriver::new(&reader).unwrap();
    agreement.set_peer(&point).unwrap();
    let salt = Digest::of(&hex(&text(vector, "session_transcript_bytes_hex")));
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, salt.as_bytes());
    let mut key = vec![0; 32];
    let agreed = salt.extract(&agreement.derive_to_vec().unwrap());
    agreed.expand(&[b"EMacKey"], hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();
    assert_eq!(key, hex(&text(vector, "emac_key_hex")));
    key
}
