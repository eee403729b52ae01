//! How a hash of transaction data came to be wrong, where it is one of the usual mistakes. Nothing is accepted
//! by it: who must mend the wallet is told where to look.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::base::base64url;
use crate::base::digest::DigestAlgorithm;

/// What is said of a hash that fits nothing in particular.
const UNKNOWN: &str = "a hash belongs to no transaction that is still to be authorised here";

/// Why `hash`, which should be that of one of the base64url strings `sent` by `algorithm`, is none that is
/// still missing.
pub(super) fn explained(hash: &str, sent: &[&str], algorithm: DigestAlgorithm) -> Cow<'static, str> {
    let one_of = |is_it: &dyn Fn(&str) -> bool| sent.iter().any(|encoded| is_it(encoded));
    let right = |encoded: &str| algorithm.digest(encoded);
    if one_of(&|encoded| right(encoded) == hash) {
        return "a hash is there more often than its transaction is to be authorised".into();
    }
    let decoded = |encoded: &str, algorithm: DigestAlgorithm| {
        base64url::decode(encoded).ok().map(|bytes| algorithm.digest_bytes(&bytes))
    };
    if one_of(&|encoded| is_written_as(hash, &right(encoded))) {
        return "a hash is right, but written otherwise than in unpadded base64url (in hexadecimal, with padding, \
                or in the other alphabet of base64)"
            .into();
    }
    if one_of(&|encoded| decoded(encoded, algorithm).is_some_and(|mistaken| is_written_as(hash, &mistaken))) {
        return "a hash is over the decoded transaction data; it must be over the base64url string exactly as it \
                was sent"
            .into();
    }
    let others = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
    let other = others.into_iter().filter(|other| *other != algorithm).find(|other| {
        one_of(&|encoded| {
            is_written_as(hash, &other.digest(encoded))
                || decoded(encoded, *other).is_some_and(|mistaken| is_written_as(hash, &mistaken))
        })
    });
    match other {
        Some(other) => format!("a hash is made with {}, not with {}", other.name(), algorithm.name()).into(),
        None => UNKNOWN.into(),
    }
}

/// Whether a text is the bytes of `base64url` in any way that they are usually written.
fn is_written_as(text: &str, base64url: &str) -> bool {
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    plain == base64url || hexadecimal(base64url).is_some_and(|hex| hex.eq_ignore_ascii_case(text))
}

fn hexadecimal(base64url: &str) -> Option<String> {
    let bytes = base64url::decode(base64url).ok()?;
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}")).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::DigestAlgorithm::{Sha256, Sha384};

    /// `{"type":"a"}`
    const SENT: &str = "eyJ0eXBlIjoiYSJ9";

    #[test]
    fn req_6_13_the_usual_mistakes_are_named() {
        let right = Sha256.digest(SENT);
        let over_decoded = Sha256.digest(r#"{"type":"a"}"#);
        let (hex, over_decoded_hex) = (hexadecimal(&right).unwrap(), hexadecimal(&over_decoded).unwrap());
        for (hash, said) in [
            (over_decoded.clone(), "decoded"),
            (over_decoded_hex, "decoded"),
            (over_decoded + "=", "decoded"),
            (hex.clone(), "hexadecimal"),
            (hex.to_uppercase(), "hexadecimal"),
            (format!("{right}="), "padding"),
            (right.replace('-', "+").replace('_', "/") + "=", "alphabet"),
            (Sha384.digest(SENT), "sha-384, not with sha-256"),
            (right, "more often"),
            ("x".to_owned(), "no transaction"),
            (String::new(), "no transaction"),
        ] {
            let detail = explained(&hash, &["e30", SENT], Sha256);
            assert!(detail.contains(said), "{hash}: {detail}");
        }
    }
}
