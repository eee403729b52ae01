//! Keys on P-256 out of bytes that were drawn elsewhere.

use josekit::jwk::Jwk;
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::{EcGroup, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use ring::digest::{SHA512, digest};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::base::base64url;

/// The length of a coordinate and of a private key, in bytes.
const LENGTH: i32 = 32;

/// The private key that stands for these bytes: the same for the same bytes. They are stretched to twice the
/// length of a key before they are reduced, so that no key is likelier than another (FIPS 186-5 A.2.1).
pub(super) fn private_jwk(entropy: &[u8; 32]) -> Option<Jwk> {
    let members = members(entropy).ok()?;
    Jwk::from_map(members).ok()
}

fn members(entropy: &[u8; 32]) -> Result<Map<String, Value>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new_secure()?;
    let (mut below_order, mut private) = (BigNum::new()?, BigNum::new_secure()?);
    group.order(&mut below_order, &mut context)?;
    below_order.sub_word(1)?;
    let mut stretched = BigNum::from_slice(digest(&SHA512, entropy).as_ref())?;
    private.nnmod(&stretched, &below_order, &mut context)?;
    stretched.clear();
    private.add_word(1)?;
    let mut public = EcPoint::new(&group)?;
    public.mul_generator2(&group, &private, &mut context)?;
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    public.affine_coordinates(&group, &mut x, &mut y, &mut context)?;
    let named = [("kty", "EC".to_owned()), ("crv", "P-256".to_owned())].into_iter();
    let numbers = [("x", encoded(&x)?), ("y", encoded(&y)?), ("d", encoded(&private)?)];
    Ok(named.chain(numbers).map(|(name, value)| (name.to_owned(), value.into())).collect())
}

fn encoded(number: &BigNumRef) -> Result<String, ErrorStack> {
    Ok(base64url::encode(&*Zeroizing::new(number.to_vec_padded(LENGTH)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jwe::EncryptionKey;
    use crate::jose::signing::SigningKey;

    #[test]
    fn the_same_bytes_are_the_same_key_and_others_another() {
        let kid = |byte| SigningKey::from_entropy(&[byte; 32]).unwrap().kid().to_owned();
        assert_eq!(kid(7), kid(7));
        assert_ne!(kid(7), kid(8));
        let public = |byte| EncryptionKey::from_entropy(&[byte; 32]).unwrap().to_public_jwk();
        assert_eq!(public(7), public(7));
        assert_ne!(public(7), public(8));
    }

    /// What OpenSSL makes of the private half.
    #[test]
    fn both_halves_belong_together_for_the_edges_too() {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        for byte in [0, 1, 127, 255] {
            let members = members(&[byte; 32]).unwrap();
            let number = |name: &str| {
                let bytes = base64url::decode(members[name].as_str().unwrap()).unwrap();
                assert_eq!(bytes.len(), 32, "{name}");
                BigNum::from_slice(&bytes).unwrap()
            };
            let public =
                openssl::ec::EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y"))
                    .unwrap();
            let whole =
                openssl::ec::EcKey::from_private_components(&group, &number("d"), public.public_key())
                    .unwrap();
            assert!(whole.check_key().is_ok(), "{byte}");
        }
    }
}
