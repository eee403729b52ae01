//! `...#integrity`: which bytes a reference means (SD-JWT VC section 6, syntax of W3C Subresource Integrity).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::digest::DigestAlgorithm;

/// The longest integrity metadata that is read, in bytes: some dozens of hashes.
const LONGEST: usize = 4096;

/// What a document's bytes hash to, by every algorithm that integrity metadata can name.
#[derive(Clone, Debug)]
pub(crate) struct Digests(Vec<(DigestAlgorithm, Vec<u8>)>);

impl Digests {
    /// Of the bytes as they are.
    pub(crate) fn of(document: &[u8]) -> Self {
        let algorithms = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        Self(algorithms.map(|algorithm| (algorithm, algorithm.hash(document).as_ref().to_vec())).into())
    }

    /// Whether `integrity` means this document: one of its hashes with the strongest algorithm known here
    /// must be that of the document. Answers with that algorithm.
    ///
    /// # Errors
    /// [`IntegrityFault`]: the document must not be used.
    pub(crate) fn check(&self, integrity: &str) -> Result<DigestAlgorithm, IntegrityFault> {
        let named = hashes(integrity)?;
        let strongest = named.iter().map(|(algorithm, _)| *algorithm).max();
        let strongest = strongest.ok_or(IntegrityFault::Unsupported)?;
        let matches = |hash: &&(DigestAlgorithm, Vec<u8>)| hash.0 == strongest && self.0.contains(*hash);
        named.iter().find(matches).map(|_| strongest).ok_or(IntegrityFault::Mismatch)
    }
}

/// Why a document is not the one that is meant. Carries nothing of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IntegrityFault {
    #[error("is not written as W3C SRI asks: `sha256-`, `sha384-` or `sha512-` and padded standard base64")]
    Syntax,
    #[error("names no hash algorithm that is known here (sha256, sha384, sha512)")]
    Unsupported,
    #[error("is the hash of other bytes")]
    Mismatch,
}

/// Every hash with a known algorithm. Options (`?...`) mean nothing, as SRI says.
fn hashes(integrity: &str) -> Result<Vec<(DigestAlgorithm, Vec<u8>)>, IntegrityFault> {
    let mut expressions = integrity.split_ascii_whitespace().peekable();
    if integrity.len() > LONGEST || expressions.peek().is_none() {
        return Err(IntegrityFault::Syntax);
    }
    let mut hashes = Vec::new();
    for expression in expressions {
        let expression = expression.split_once('?').map_or(expression, |(hash, _)| hash);
        let (name, value) = expression.split_once('-').ok_or(IntegrityFault::Syntax)?;
        let (algorithm, length) = match name {
            "sha256" => (DigestAlgorithm::Sha256, 32),
            "sha384" => (DigestAlgorithm::Sha384, 48),
            "sha512" => (DigestAlgorithm::Sha512, 64),
            _ => continue,
        };
        match STANDARD.decode(value) {
            Ok(hash) if hash.len() == length => hashes.push((algorithm, hash)),
            _ => return Err(IntegrityFault::Syntax),
        }
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str, algorithm: DigestAlgorithm, document: &[u8]) -> String {
        format!("{name}-{}", STANDARD.encode(algorithm.hash(document)))
    }

    fn sha256(document: &[u8]) -> String {
        named("sha256", DigestAlgorithm::Sha256, document)
    }

    fn sha512(document: &[u8]) -> String {
        named("sha512", DigestAlgorithm::Sha512, document)
    }

    #[test]
    fn req_5_18_integrity_is_over_the_raw_bytes() {
        let document = br#"{"vct": "x"}"#;
        let digests = Digests::of(document);
        let sha384 = named("sha384", DigestAlgorithm::Sha384, document);
        assert_eq!(digests.check(&sha256(document)), Ok(DigestAlgorithm::Sha256));
        assert_eq!(digests.check(&sha384), Ok(DigestAlgorithm::Sha384));
        assert_eq!(digests.check(&sha512(document)), Ok(DigestAlgorithm::Sha512));
        // The same JSON in other bytes, and one changed byte, are other documents.
        for other in [&br#"{"vct":"x"}"#[..], br#"{"vct": "y"}"#, b""] {
            assert_eq!(Digests::of(other).check(&sha256(document)), Err(IntegrityFault::Mismatch));
        }
        // Known from elsewhere: SHA-256 of nothing.
        let nothing = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(Digests::of(b"").check(nothing), Ok(DigestAlgorithm::Sha256));
    }

    #[test]
    fn req_5_18_only_padded_standard_base64_is_read() {
        let good = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        for good in [good.to_owned(), format!(" {good}\t"), format!("{good}?foo=bar")] {
            assert!(Digests::of(b"").check(&good).is_ok(), "{good}");
        }
        let wrong = [
            good.replace('+', "-").replace('/', "_"),
            good.replace('=', ""),
            good.replace('=', "=="),
            good.replace("FU=", "FV="),
            good.replace("sha256-", "sha384-"),
            good.replace("sha256-", "sha256"),
            "sha256-".to_owned(),
            "47DEQpj8HBSa".to_owned(),
            String::new(),
            " ".to_owned(),
            format!("{good} {}", "sha1-x ".repeat(1000)),
        ];
        for wrong in wrong {
            assert_eq!(Digests::of(b"").check(&wrong), Err(IntegrityFault::Syntax), "{wrong}");
        }
    }

    #[test]
    fn req_5_18_the_strongest_known_algorithm_decides() {
        let (good, bad) = (b"good", b"evil");
        let digests = Digests::of(good);
        let strong_and_weak = format!("{} {}", sha256(bad), sha512(good));
        assert_eq!(digests.check(&strong_and_weak), Ok(DigestAlgorithm::Sha512));
        let either = format!("{} {}", sha512(bad), sha512(good));
        assert_eq!(digests.check(&either), Ok(DigestAlgorithm::Sha512));
        let beside_unknown = format!("blake3-x {}", sha256(good));
        assert_eq!(digests.check(&beside_unknown), Ok(DigestAlgorithm::Sha256));
        let weak_only = format!("{} {}", sha256(good), sha512(bad));
        assert_eq!(digests.check(&weak_only), Err(IntegrityFault::Mismatch));
        // A strong hash that cannot be read is not passed over for a weaker one.
        let unreadable = format!("{} sha512-x", sha256(good));
        assert_eq!(digests.check(&unreadable), Err(IntegrityFault::Syntax));
    }

    #[test]
    fn req_5_18_unknown_algorithms_alone_are_refused() {
        for unknown in ["md5-x", "sha1-x blake3-y", "SHA256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] {
            assert_eq!(Digests::of(b"").check(unknown), Err(IntegrityFault::Unsupported), "{unknown}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", document in any::<Vec<u8>>()) {
            let digests = Digests::of(&document);
            let _ = digests.check(&text);
            let both = format!("{} {}", sha256(&document), sha512(&document));
            prop_assert_eq!(digests.check(&both), Ok(DigestAlgorithm::Sha512));
        }
    }
}
