//! Makes COSE_Sign1.

use super::algorithm::number;
use super::sign1::signed_bytes;
use crate::cbor::Writer;
use crate::jose::signing::{SigningFault, SigningKey};

/// Parameters of a header besides `alg`: labels, and values that are written already.
pub type HeaderParameters = [(i64, Vec<u8>)];

/// Whether the payload travels with the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadPlace {
    /// It does.
    Attached,
    /// It does not: whoever verifies has it from elsewhere.
    Detached,
}

/// Signs `payload`. `alg` comes first in the protected header.
///
/// # Errors
/// [`SigningFault::Sign`] when OpenSSL fails, or the key is for an algorithm that is not on the list here.
pub fn sign(
    key: &SigningKey,
    (protected, unprotected): (&HeaderParameters, &HeaderParameters),
    payload: &[u8],
    place: PayloadPlace,
) -> Result<Vec<u8>, SigningFault> {
    let algorithm = number(key.algorithm()).ok_or(SigningFault::Sign)?;
    let parameters = |to: Writer, given: &HeaderParameters| {
        given.iter().fold(to, |to, (label, value)| to.integer(*label).raw(value))
    };
    let covered = Writer::new().map(protected.len() + 1).integer(1).integer(algorithm);
    let covered = parameters(covered, protected).into_bytes();
    let signature = key.sign_bytes(&signed_bytes(&covered, payload))?;
    let made = Writer::new().array(4).bytes(&covered);
    let made = parameters(made.map(unprotected.len()), unprotected);
    let made = match place {
        PayloadPlace::Attached => made.bytes(payload),
        PayloadPlace::Detached => made.null(),
    };
    Ok(made.bytes(&signature).into_bytes())
}
