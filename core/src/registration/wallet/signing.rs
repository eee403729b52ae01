//! The key that signs requests, and what stands for it.

use url::Url;

use super::super::Sources;
use super::super::fault::Pointer;
use super::choices::Chosen;
use super::{SigningRegistration, WalletRegistration};
use crate::base::json::{self, Bounds};
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;
use crate::jose::x5c::OwnChain;
use crate::openid4vp::request::Profile;
use crate::openid4vp::request_key::{KeyCredentials, RequestKey};

/// A private key, or a chain of certificates, in bytes.
const LONGEST: usize = 64 << 10;
const JWK: Bounds = Bounds { bytes: LONGEST, depth: 4, members: 64 };

/// Reads the files. What could not be read has its fault, and is not there.
pub(super) fn material(
    given: &SigningRegistration,
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> (Option<SigningKey>, KeyCredentials) {
    let at = at.key("signing");
    let key = given.key.as_ref().and_then(|name| at.key("key").keep(private_key(name, sources)));
    let certificates = given.certificates.as_ref().and_then(|name| {
        let read = sources.file(name, LONGEST);
        let read = read.and_then(|pem| OwnChain::from_pem(&pem).map_err(|why| why.to_string()));
        at.key("certificates").keep(read)
    });
    let attestation = given.attestation.as_ref().and_then(|name| {
        let read = sources.file(name, LONGEST);
        let read = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not text".to_owned()));
        at.key("attestation").keep(read).map(|text| text.trim().to_owned())
    });
    (key, KeyCredentials { certificates, key_id: given.key_id.clone(), attestation })
}

/// The key, if requests are signed and it stands for our identifier.
pub(super) fn key(
    given: &WalletRegistration,
    chosen: &Chosen,
    key: Option<SigningKey>,
    with: KeyCredentials,
    answers_at: Option<&Url>,
    at: &Pointer<'_>,
) -> Option<RequestKey> {
    if !chosen.is_signed() {
        if given.signing != SigningRegistration::default() {
            let why =
                "has no effect: requests to this wallet are not signed (request_method, dc_api.request)";
            at.add("signing", why);
        }
        return None;
    }
    let key = at.need("signing.key", key, "the file of the private key that signs the requests")?;
    if chosen.profile == Profile::Haip {
        if key.algorithm() != Algorithm::Es256 {
            at.add("signing.key", "must be a key on P-256 in profile haip (HAIP 1.0 section 7)");
        }
        let wrong = with.certificates.as_ref().and_then(|chain| {
            (chain.is_self_signed().then_some("the first certificate is self-signed"))
                .or(chain.holds_an_anchor().then_some("the trust anchor must not be among the certificates"))
        });
        if let Some(wrong) = wrong {
            at.add("signing.certificates", format!("{wrong} (HAIP 1.0 section 5)"));
        }
    }
    let made = RequestKey::new(&chosen.verifier_id, key, with, answers_at.map(Url::as_str));
    made.map_err(|wrong| at.add(wrong.key, wrong.why)).ok()
}

/// A JWK or a PEM file that nobody else can read.
fn private_key(name: &str, sources: &dyn Sources) -> Result<SigningKey, String> {
    let bytes = sources.private_file(name, LONGEST)?;
    let key = match bytes.first() {
        Some(b'{') => {
            let jwk = json::parse(&bytes, &JWK).map_err(|_| "is not a JWK".to_owned())?;
            SigningKey::from_jwk(&jwk)
        }
        _ => SigningKey::from_pem(&bytes),
    };
    key.map_err(|why| format!("is not a private key as PEM or JWK: {why}"))
}
