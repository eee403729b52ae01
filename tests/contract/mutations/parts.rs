//! Order, encodings and parts: of one presentation, and swapped between two valid ones.

use std::iter::once;

use vpgate_core::base::base64url;
use vpgate_core::jose::alg::Algorithm;

use crate::mutations::Mutant;
use crate::mutations::kinds::twin;
use vpgate_test_support::builders::presentation::PresentationBuilder;

/// The order and number of Disclosures, with the old KB-JWT and with a new one.
pub fn disclosures(made: &PresentationBuilder) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let kb_jwt = made.kb_jwt(&made.sd_jwt());
    let mut lists: Vec<(&'static str, Vec<String>)> = Vec::new();
    let original = &made.disclosures;
    for first in 0..original.len() {
        for second in first + 1..original.len() {
            let mut list = original.clone();
            list.swap(first, second);
            lists.push(("Disclosures reordered", list));
        }
        let mut list = original.clone();
        list.remove(first);
        lists.push(("Disclosure left out", list));
        for at in 0..=original.len() {
            let mut list = original.clone();
            list.insert(at, original[first].clone());
            lists.push(("Disclosure sent twice", list));
        }
    }
    for stranger in ["WyJzIiwibmFtZSIsdHJ1ZV0", "e30", "AA"] {
        let list = original.iter().cloned().chain(once(stranger.to_owned())).collect();
        lists.push(("Disclosure added", list));
    }
    for (kind, list) in lists {
        let mut changed = twin(made);
        changed.disclosures = list;
        let sd_jwt = changed.sd_jwt();
        let mut add = |how: &str, vp_token| {
            mutants.push(Mutant { kind, place: how.to_owned(), vp_token });
        };
        add("under the old KB-JWT", format!("{sd_jwt}{kb_jwt}"));
        add("under a new KB-JWT", changed.present());
    }
    mutants
}

/// Other spellings of the same bytes, part by part; with a new KB-JWT too, so that nothing else is wrong.
pub fn encodings(made: &PresentationBuilder) -> Vec<Mutant> {
    let sd_jwt = made.sd_jwt();
    let text = format!("{sd_jwt}{}", made.kb_jwt(&sd_jwt));
    let separators: Vec<usize> =
        text.char_indices().filter(|(_, c)| ['.', '~'].contains(c)).map(|(at, _)| at).collect();
    let mut edges: Vec<usize> = once(0).chain(separators.iter().map(|at| at + 1)).collect();
    edges.push(text.len() + 1);
    let mut mutants = Vec::new();
    for window in edges.windows(2) {
        let (start, end) = (window[0], window[1] - 1);
        let part = &text[start..end];
        for (kind, spelling) in spellings(part) {
            let changed = format!("{}{spelling}{}", &text[..start], &text[end..]);
            let mut add = |place: &str, vp_token| {
                mutants.push(Mutant { kind, place: place.to_owned(), vp_token });
            };
            if let Some((signed, _)) = changed.rsplit_once('~').filter(|_| start < sd_jwt.len()) {
                let signed = format!("{signed}~");
                add("new KB-JWT", format!("{signed}{}", made.kb_jwt(&signed)));
            }
            add("old KB-JWT", changed);
        }
    }
    for (kind, vp_token) in [
        ("percent-encoded", text.replace('~', "%7E")),
        ("percent-encoded", text.replace('.', "%2E")),
        ("white space around", format!(" {text}")),
        ("white space around", format!("{text}\n")),
        ("quoted", format!("\"{text}\"")),
        ("separators", text.replace('~', "~~")),
        ("separators", text.replacen('.', "..", 1)),
        ("separators", text.replace('~', "\u{ff5e}")),
        ("separators", format!("~{text}")),
        ("separators", format!("{text}~")),
        ("byte order mark", format!("\u{feff}{text}")),
    ] {
        mutants.push(Mutant { kind, place: String::new(), vp_token });
    }
    mutants
}

fn spellings(part: &str) -> Vec<(&'static str, String)> {
    let mut spellings = vec![
        ("padded", format!("{part}=")),
        ("padded", format!("{part}==")),
        ("standard alphabet", part.replace('-', "+").replace('_', "/")),
        ("white space inside", format!("{part} ")),
        ("white space inside", format!("\n{part}")),
        ("white space inside", part.chars().flat_map(|c| [c, '\t']).collect()),
        ("percent-encoded", part.bytes().map(|byte| format!("%{byte:02X}")).collect()),
        ("emptied", String::new()),
        ("doubled", format!("{part}{part}")),
        ("encoded twice", base64url::encode(part)),
        ("hexadecimal", base64url::decode(part).unwrap().iter().map(|byte| format!("{byte:02x}")).collect()),
    ];
    // The last character of many parts has bits that no byte needs: 16 spellings of one value.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if let Some(last) = part.chars().last().filter(|_| part.len() % 4 > 1) {
        let value = alphabet.find(last).unwrap();
        for loose in [value ^ 1, value ^ 2, value ^ 3] {
            let last = &alphabet[loose..=loose];
            spellings.push(("loose bits", format!("{}{last}", &part[..part.len() - 1])));
        }
    }
    spellings.retain(|(_, spelling)| spelling != part);
    spellings
}

/// Any part of one presentation in the place of any part of another.
pub fn swapped(ours: &str, made: &PresentationBuilder, other: &PresentationBuilder) -> Vec<Mutant> {
    let theirs = other.present();
    let mut mutants = Vec::new();
    let mut add = |place: String, vp_token| {
        mutants.push(Mutant { kind: "part swapped", place, vp_token });
    };
    let parts = |text: &str| text.split('~').map(str::to_owned).collect::<Vec<_>>();
    let (mine, foreign) = (parts(ours), parts(&theirs));
    for (at, _) in mine.iter().enumerate() {
        for (from, part) in foreign.iter().enumerate() {
            let mut mixed = mine.clone();
            mixed[at].clone_from(part);
            add(format!("{from} at {at}"), mixed.join("~"));
        }
    }
    // Inside the two JWTs.
    for (at, from) in
        [(0, 0), (mine.len() - 1, foreign.len() - 1), (0, foreign.len() - 1), (mine.len() - 1, 0)]
    {
        for piece in 0..3 {
            let mut jwt: Vec<&str> = mine[at].split('.').collect();
            jwt[piece] = foreign[from].split('.').nth(piece).unwrap();
            let mut mixed = mine.clone();
            mixed[at] = jwt.join(".");
            let mixed = mixed.join("~");
            add(format!("piece {piece} of {from} in {at}"), mixed.clone());
            if at == 0 && mixed != ours {
                // The holder may sign whatever credential was put together.
                let signed = &mixed[..=mixed.rfind('~').unwrap()];
                add(format!("piece {piece}, new KB-JWT"), format!("{signed}{}", made.kb_jwt(signed)));
            }
        }
    }
    // One holder's key binding around another's whole credential.
    let foreign_credential = other.sd_jwt();
    add("credential".to_owned(), format!("{foreign_credential}{}", made.kb_jwt(&foreign_credential)));
    mutants
}

/// ECDSA knows two signatures for each: (r, s) and (r, n - s).
pub fn other_signatures(made: &PresentationBuilder) -> Vec<Mutant> {
    let sd_jwt = made.sd_jwt();
    let kb_jwt = made.kb_jwt(&sd_jwt);
    let mut mutants = Vec::new();
    let mut add = |kind, place: &str, vp_token| {
        mutants.push(Mutant { kind, place: place.to_owned(), vp_token });
    };
    if let Some(other) = with_other_s(&kb_jwt, made.holder.key.algorithm()) {
        add("the other ECDSA signature", "KB-JWT", format!("{sd_jwt}{other}"));
    }
    let (jwt, rest) = sd_jwt.split_once('~').unwrap();
    if let Some(other) = with_other_s(jwt, made.issuer.key.algorithm()) {
        let signed = format!("{other}~{rest}");
        add(
            "the other ECDSA signature",
            "credential, new KB-JWT",
            format!("{signed}{}", made.kb_jwt(&signed)),
        );
        add("issuer's other signature under the old KB-JWT", "", format!("{signed}{kb_jwt}"));
    }
    for (kind, bytes) in [("zero signature", vec![0; 64]), ("no signature", vec![])] {
        let (input, _) = kb_jwt.rsplit_once('.').unwrap();
        add(kind, "KB-JWT", format!("{sd_jwt}{input}.{}", base64url::encode(bytes)));
    }
    mutants
}

fn with_other_s(jwt: &str, alg: Algorithm) -> Option<String> {
    let order = match alg {
        Algorithm::Es256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Algorithm::Es384 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        }
        Algorithm::Es512 => {
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        _ => return None,
    };
    let order: Vec<u8> =
        (0..order.len()).step_by(2).map(|at| u8::from_str_radix(&order[at..at + 2], 16).unwrap()).collect();
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let mut bytes = base64url::decode(signature).unwrap();
    let half = bytes.len() / 2;
    assert_eq!(half, order.len());
    let mut borrow = 0i16;
    for (at, digit) in order.iter().enumerate().rev() {
        let difference = i16::from(*digit) - i16::from(bytes[half + at]) - borrow;
        borrow = i16::from(difference < 0);
        bytes[half + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    Some(format!("{input}.{}", base64url::encode(bytes)))
}
