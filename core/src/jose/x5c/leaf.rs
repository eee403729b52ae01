//! What the first certificate says about the issuer: its key and its names.

use openssl::bn::BigNumContext;
use openssl::ec::PointConversionForm;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::X509Ref;
use serde_json::{Value, json};

use crate::base::base64url;
use crate::jose::jwk::PublicKey;
use crate::jose::key_set::KeySet;

/// The key; `None` when no algorithm here fits it.
pub(super) fn keys(leaf: &X509Ref) -> Option<KeySet> {
    let key = leaf.public_key().ok()?;
    let jwk = match key.id() {
        Id::EC => elliptic(&key)?,
        Id::ED25519 => {
            json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(key.raw_public_key().ok()?)})
        }
        Id::RSA => {
            let rsa = key.rsa().ok()?;
            let (n, e) = (base64url::encode(rsa.n().to_vec()), base64url::encode(rsa.e().to_vec()));
            // A certificate for RSA does not say which padding its key is for; the header does.
            json!({"kty": "RSA", "n": n, "e": e})
        }
        _ => return None,
    };
    Some(KeySet::of(vec![PublicKey::from_jwk(&jwk).ok()?]))
}

/// Whether a URI or DNS name of the certificate is one of `names`.
pub(super) fn has_one_name(leaf: &X509Ref, names: &[String]) -> bool {
    let Some(found) = leaf.subject_alt_names() else { return false };
    found.iter().any(|name| {
        let uri = name.uri().is_some_and(|uri| names.iter().any(|wanted| wanted == uri));
        uri || name.dnsname().is_some_and(|dns| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(dns)))
    })
}

fn elliptic(key: &PKey<Public>) -> Option<Value> {
    let key = key.ec_key().ok()?;
    let crv = match key.group().curve_name()? {
        Nid::X9_62_PRIME256V1 => "P-256",
        Nid::SECP384R1 => "P-384",
        Nid::SECP521R1 => "P-521",
        _ => return None,
    };
    let mut context = BigNumContext::new().ok()?;
    let point = key.public_key();
    let octets = point.to_bytes(key.group(), PointConversionForm::UNCOMPRESSED, &mut context).ok()?;
    let (_form, coordinates) = octets.split_first()?;
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2)?;
    Some(json!({"kty": "EC", "crv": crv, "x": base64url::encode(x), "y": base64url::encode(y)}))
}
