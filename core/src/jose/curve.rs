//! Whether what a JWK calls a key is one: a point of its curve, of the right order (RFC 7518 section 6.2.2,
//! RFC 8037 section 2, NIST SP 800-56A section 5.6.2.3). A signature that holds under anything else proves
//! nothing, and one that does not hold is not the signature's fault.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;

/// The prime of Curve25519, 2^255 - 19, little-endian as keys are.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};
/// The `y` of the points whose order divides 8, little-endian: 1, -1, 0, and two of order 8. The sign of `x`
/// does not matter. Under such a key one signature fits every message.
const SMALL_ORDER: [[u8; 32]; 5] = [
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = PRIME;
        minus_one[0] = 0xec;
        minus_one
    },
    [0; 32],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// Whether an uncompressed point (`04 || x || y`) lies on the NIST curve of that many bytes.
pub(super) fn is_nist_point(curve: Nid, point: &[u8]) -> bool {
    let found = || {
        let group = EcGroup::from_curve_name(curve)?;
        let mut context = BigNumContext::new()?;
        let read = EcPoint::from_bytes(&group, point, &mut context)?;
        read.is_on_curve(&group, &mut context)
    };
    found().unwrap_or(false)
}

/// What is wrong with the 32 bytes of an Ed25519 key; `None` for a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdwardsFault {
    /// No point of the curve, or not its only encoding (RFC 8032 section 5.1.3).
    NoPoint,
    /// A point of small order.
    SmallOrder,
}

/// Looks at an Ed25519 key (RFC 8032 section 5.1.5).
pub(super) fn edwards_fault(key: &[u8; 32]) -> Option<EdwardsFault> {
    let mut y = *key;
    y[31] &= 0x7f;
    if !is_below(&y, &PRIME) {
        return Some(EdwardsFault::NoPoint);
    }
    if SMALL_ORDER.contains(&y) {
        return Some(EdwardsFault::SmallOrder);
    }
    match has_x(&y) {
        Ok(true) => None,
        _ => Some(EdwardsFault::NoPoint),
    }
}

/// Of two little-endian numbers.
fn is_below(number: &[u8; 32], bound: &[u8; 32]) -> bool {
    number.iter().rev().lt(bound.iter().rev())
}

/// Whether `x^2 = (y^2 - 1) / (d y^2 + 1)` has a solution, where `d = -121665 / 121666`. With the quotient
/// written as a product of the same quadratic character, and multiplied by 121666^2:
/// `(y^2 - 1) (121666^2 - 121665 * 121666 y^2)` must be a square, which Euler's criterion tells.
fn has_x(y: &[u8; 32]) -> Result<bool, ErrorStack> {
    let big_endian = |bytes: &[u8; 32]| BigNum::from_slice(&bytes.iter().rev().copied().collect::<Vec<_>>());
    let (prime, y, mut context) = (big_endian(&PRIME)?, big_endian(y)?, BigNumContext::new()?);
    let (one, small) = (BigNum::from_u32(1)?, BigNum::from_u32(121_666)?);
    let mut square = BigNum::new()?;
    square.mod_sqr(&y, &prime, &mut context)?;
    let mut numerator = BigNum::new()?;
    numerator.mod_sub(&square, &one, &prime, &mut context)?;
    let (mut factor, mut denominator) = (BigNum::new()?, BigNum::new()?);
    let d = BigNum::from_u32(121_665)?;
    factor.mod_mul(&d, &square, &prime, &mut context)?;
    denominator.mod_sub(&small, &factor, &prime, &mut context)?;
    let (mut scaled, mut product) = (BigNum::new()?, BigNum::new()?);
    scaled.mod_mul(&denominator, &small, &prime, &mut context)?;
    product.mod_mul(&numerator, &scaled, &prime, &mut context)?;
    let (mut exponent, mut character) = (BigNum::new()?, BigNum::new()?);
    exponent.rshift1(&prime)?;
    character.mod_exp(&product, &exponent, &prime, &mut context)?;
    Ok(character == one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::base64url;
    use crate::jose::alg::Algorithm;
    use crate::jose::signing::SigningKey;

    #[test]
    fn keys_that_were_generated_are_points_and_their_neighbours_are_as_often_not() {
        let mut off = 0;
        for _ in 0..32 {
            let jwk = SigningKey::generate(Algorithm::Ed25519).unwrap().public_key().to_jwk();
            let mut key: [u8; 32] =
                base64url::decode(jwk["x"].as_str().unwrap()).unwrap().try_into().unwrap();
            assert_eq!(edwards_fault(&key), None);
            key[0] ^= 1;
            off += u32::from(edwards_fault(&key) == Some(EdwardsFault::NoPoint));
        }
        assert!((4..=28).contains(&off), "half of all numbers are no `y` of a point, here {off} of 32");
    }

    #[test]
    fn points_of_small_order_are_known_with_either_sign() {
        for mut y in SMALL_ORDER {
            assert_eq!(edwards_fault(&y), Some(EdwardsFault::SmallOrder), "{y:?}");
            y[31] |= 0x80;
            assert_eq!(edwards_fault(&y), Some(EdwardsFault::SmallOrder), "{y:?}");
        }
    }

    #[test]
    fn a_number_from_the_prime_on_is_no_encoding() {
        for first in 0xed..=0xff {
            let mut y = PRIME;
            y[0] = first;
            assert_eq!(edwards_fault(&y), Some(EdwardsFault::NoPoint), "{first:x}");
        }
        assert!(is_below(&[0; 32], &PRIME) && !is_below(&PRIME, &PRIME));
    }

    #[test]
    fn the_zero_point_and_what_is_off_the_curve_are_no_nist_points() {
        for (curve, length) in [(Nid::X9_62_PRIME256V1, 65), (Nid::SECP384R1, 97), (Nid::SECP521R1, 133)] {
            for filling in [0, 1, 0xff] {
                let mut point = vec![filling; length];
                point[0] = 4;
                assert!(!is_nist_point(curve, &point), "{filling}");
            }
        }
    }
}
