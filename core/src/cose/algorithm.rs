//! The allow-list of COSE algorithms.

use crate::jose::alg::Algorithm;

/// By what name COSE knows them: those of RFC 9053 section 2.1, which leave the curve open, and the fully specified
/// ones of RFC 9864 section 2.1. Either way a key of one curve only is taken, as in JOSE.
const KNOWN: [(i64, Algorithm); 6] = [
    (-7, Algorithm::Es256),
    (-9, Algorithm::Es256),
    (-35, Algorithm::Es384),
    (-51, Algorithm::Es384),
    (-36, Algorithm::Es512),
    (-52, Algorithm::Es512),
];

/// The algorithm of this number; `None` for everything off the list.
pub fn algorithm(number: i128) -> Option<Algorithm> {
    KNOWN.into_iter().find(|(known, _)| i128::from(*known) == number).map(|(_, algorithm)| algorithm)
}

/// Every number on the list.
pub fn algorithm_numbers() -> [i64; KNOWN.len()] {
    KNOWN.map(|(number, _)| number)
}

/// The number that says least: the older one of two.
pub(super) fn number(algorithm: Algorithm) -> Option<i64> {
    KNOWN.into_iter().find(|(_, known)| *known == algorithm).map(|(number, _)| number)
}

/// How long a signature is, in bytes: two numbers of the length of the curve's (RFC 9053 section 2.1).
pub(super) fn signature_length(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::Es256 => Some(64),
        Algorithm::Es384 => Some(96),
        Algorithm::Es512 => Some(132),
        Algorithm::Ed25519 | Algorithm::EdDsa | Algorithm::Rs256 | Algorithm::Ps256 => None,
    }
}
