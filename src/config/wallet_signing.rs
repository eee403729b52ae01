//! `[wallets.signing]`: the key that signs requests, and what stands for it.

use std::path::Path;

use url::Url;

use super::fault::Faults;
use super::file;
use super::raw::Signing;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::OwnChain;
use vpgate_core::openid4vp::request::Profile;
use vpgate_core::openid4vp::request_key::{KeyCredentials, RequestKey};

/// A private key, or a chain of certificates, in bytes.
const LONGEST: usize = 64 << 10;
const JWK: Bounds = Bounds { bytes: LONGEST, depth: 4, members: 64 };

/// Reads the files. What could not be read has its fault, and is not there.
pub(super) fn material(
    given: &Signing,
    folder: &Path,
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> (Option<SigningKey>, KeyCredentials) {
    let path = |name: &String| folder.join(name);
    let key = given.key.as_ref().and_then(|name| faults.keep(&at("signing.key"), private_key(&path(name))));
    let certificates = given.certificates.as_ref().and_then(|name| {
        let read = file::read(&path(name), LONGEST)
            .and_then(|pem| OwnChain::from_pem(&pem).map_err(|why| why.to_string()));
        faults.keep(&at("signing.certificates"), read)
    });
    let attestation = given.attestation.as_ref().and_then(|name| {
        let read = file::read(&path(name), LONGEST)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not text".to_owned()));
        faults.keep(&at("signing.attestation"), read).map(|text| text.trim().to_owned())
    });
    (key, KeyCredentials { certificates, key_id: given.key_id.clone(), attestation })
}

/// The key, if it stands for `client_id`.
pub(super) fn key(
    profile: Profile,
    client_id: &str,
    key: SigningKey,
    with: KeyCredentials,
    answers_at: Option<&Url>,
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> Option<RequestKey> {
    if profile == Profile::Haip {
        if key.algorithm() != Algorithm::Es256 {
            faults.add(at("signing.key"), "must be a key on P-256 in profile haip (HAIP 1.0 section 7)");
        }
        let wrong = with.certificates.as_ref().and_then(|chain| {
            (chain.is_self_signed().then_some("the first certificate is self-signed"))
                .or(chain.holds_an_anchor().then_some("the trust anchor must not be among the certificates"))
        });
        if let Some(wrong) = wrong {
            faults.add(at("signing.certificates"), format!("{wrong} (HAIP 1.0 section 5)"));
        }
    }
    let made = RequestKey::new(client_id, key, with, answers_at.map(Url::as_str));
    made.map_err(|wrong| faults.add(at(wrong.key), wrong.why)).ok()
}

/// A JWK or a PEM file that nobody else can read.
fn private_key(path: &Path) -> Result<SigningKey, String> {
    let bytes = file::read_private(path, LONGEST)?;
    let key = match bytes.first() {
        Some(b'{') => {
            let jwk = json::parse(&bytes, &JWK).map_err(|_| "is not a JWK".to_owned())?;
            SigningKey::from_jwk(&jwk)
        }
        _ => SigningKey::from_pem(&bytes),
    };
    key.map_err(|why| format!("is not a private key as PEM or JWK: {why}"))
}
