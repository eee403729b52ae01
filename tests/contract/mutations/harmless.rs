//! Changes that are accepted, and why that is right.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::mutations::Mutant;

/// One line of the list.
pub struct Harmless {
    /// What was changed: a part of the layer's name.
    layer: &'static str,
    /// What was done to it.
    kinds: &'static [&'static str],
    /// Where: whether this is such a place.
    place: fn(&str) -> bool,
    /// Why nothing is won by it.
    why: &'static str,
    /// Whether the claims may differ: the issuer itself signed others.
    pub other_claims: bool,
    used: AtomicBool,
}

const fn line(
    layer: &'static str,
    kinds: &'static [&'static str],
    place: fn(&str) -> bool,
    why: &'static str,
) -> Harmless {
    Harmless { layer, kinds, place, why, other_claims: false, used: AtomicBool::new(false) }
}

static LIST: [Harmless; 20] = [
    line(
        "signed anew",
        &["white space", "escaped", "reordered"],
        |_| true,
        "the signer wrote the same JSON value in other words: white space, escapes, the order of members; the \
         order of digests and of transaction hashes means nothing (REQ-6.15)",
    ),
    line("signed anew", &["added"], |_| true, "unknown members are ignored (RFC 7515 4, RFC 7519 4)"),
    line(
        "issuer header, signed anew",
        &["removed", "renamed"],
        |place| place == "/kid",
        "without `kid` every key of the issuer that fits is tried (REQ-5.8)",
    ),
    line(
        "header, signed anew",
        &["case"],
        |place| place == "/typ",
        "the case of a media type means nothing (RFC 2045 5.1, RFC 7515 4.1.9)",
    ),
    line(
        "issuer payload, signed anew",
        &["removed", "renamed", "fraction", "zero", "negative", "another year"],
        |place| place == "/iat",
        "`iat` is optional, and any time in the past is as good",
    ),
    line(
        "issuer payload, signed anew",
        &["removed", "renamed", "fraction", "next year", "milliseconds"],
        |place| place == "/exp",
        "`exp` is optional, and how long it lives is the issuer's affair",
    ),
    line(
        "issuer payload, signed anew",
        &["removed", "renamed"],
        |place| place == "/_sd_alg",
        "absent means sha-256 (RFC 9901 4.1.1)",
    ),
    line(
        "issuer payload, signed anew",
        &["renamed", "another type", "wrapped", "null"],
        |place| place.starts_with("/nationalities"),
        "nobody asked for this claim, and its Disclosures still have their places",
    ),
    line(
        "kb payload, signed anew",
        &["fraction"],
        |place| place == "/iat",
        "a NumericDate may have a fraction (RFC 7519 2); half a second is within the window",
    ),
    line(
        "signed anew",
        &["removed", "renamed", "space", "longer", "shorter", "case", "zero byte", "look-alike", "empty"],
        is_unopened,
        "a digest that no Disclosure opens is a decoy or a claim that stays hidden (RFC 9901 4.2.5)",
    ),
    line(
        "disclosure, signed anew",
        &["space", "longer", "shorter", "case", "zero byte", "look-alike", "empty"],
        |place| place.ends_with("/0") && place.matches('/').count() == 1,
        "a salt is any string (RFC 9901 4.2.1)",
    ),
    Harmless {
        other_claims: true,
        ..line(
            "disclosure, signed anew",
            &[],
            |place| ["/1", "/2"].iter().any(|value| place.find(value) == place.find('/')),
            "the issuer signed another name or value of a claim: it may, and the claim is then what it says",
        )
    },
    Harmless {
        other_claims: true,
        ..line(
            "issuer payload, signed anew",
            &[],
            |place| place.starts_with("/given_name") || place.starts_with("/age_equal_or_over"),
            "the issuer signed another value of an open claim",
        )
    },
    line(
        "JSON form",
        &["unchanged"],
        |_| true,
        "the same presentation in another serialisation (RFC 9901 8)",
    ),
    line(
        "JSON form",
        &["white space", "escaped", "reordered", "added"],
        |_| true,
        "the same JSON value in other words; unknown members are ignored (RFC 7515 7.2.1)",
    ),
    line(
        "JSON form",
        &[],
        |place| place.starts_with("/signatures/1"),
        "another signature than the first is not looked at, and carries nothing (RFC 9901 8.1)",
    ),
    line(
        "JSON form",
        &["removed", "renamed"],
        |place| place.ends_with("/header/disclosures"),
        "absent means that nothing is disclosed; where something was, `sd_hash` breaks",
    ),
    line(
        "list of disclosures",
        &["Disclosures reordered"],
        |place| place == "under a new KB-JWT",
        "the holder chooses the order before signing (RFC 9901 4)",
    ),
    line(
        "list of disclosures",
        &["Disclosure left out"],
        |place| place == "under a new KB-JWT",
        "the holder chooses what to disclose; what was asked for is still there",
    ),
    line(
        "signature",
        &["the other ECDSA signature"],
        |_| true,
        "(r, n - s) verifies whenever (r, s) does; it covers the same bytes, and no check here is about the \
         signature's own bytes but `sd_hash`, which the holder signed again",
    ),
];

/// In the payloads of `kinds.rs`: decoys, and digests of what the holder keeps.
fn is_unopened(place: &str) -> bool {
    ["/_sd/2", "/nationalities/1", "/2/_sd/0", "/2/_sd/1"].iter().any(|known| place.contains(known))
}

impl Harmless {
    /// The line that covers this mutant.
    pub fn find(layer: &str, mutant: &Mutant) -> Option<&'static Self> {
        let line = LIST.iter().find(|line| {
            layer.contains(line.layer)
                && (line.kinds.is_empty() || line.kinds.contains(&mutant.kind))
                && (line.place)(&mutant.place)
        })?;
        line.used.store(true, Ordering::Relaxed);
        Some(line)
    }

    /// Lines about these layers that no accepted mutant needed: the list holds no wishes.
    pub fn unused(layers: &BTreeSet<String>) -> Vec<&'static str> {
        LIST.iter()
            .filter(|line| layers.iter().any(|layer| layer.contains(line.layer)))
            .filter(|line| !line.used.load(Ordering::Relaxed))
            .map(|line| line.why)
            .collect()
    }
}
