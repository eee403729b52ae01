//! Bytes and characters of the whole `vp_token`, one position at a time.

use crate::mutations::Mutant;

/// What a character may become: the alphabets, the separators, and what does not belong.
const REPLACEMENTS: [char; 12] = ['A', 'z', '0', '-', '_', '.', '~', '=', '+', ' ', '\0', 'é'];

/// Every `step`th position: `density` replacements, and the character removed, doubled and swapped.
pub fn everywhere(text: &str, step: usize, density: usize) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |kind, vp_token| mutants.push(Mutant { kind, place: String::new(), vp_token });
    assert!(text.is_ascii(), "positions are bytes here");
    for at in (0..text.len()).step_by(step) {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let here = &text[at..=at];
        // The neighbour in the alphabet: the smallest change of the decoded bytes.
        let next = char::from(here.as_bytes()[0] ^ 1);
        add("character replaced", format!("{before}{next}{after}"));
        for shift in 1..density {
            let new = REPLACEMENTS[(at * 7 + shift * 5) % REPLACEMENTS.len()];
            add("character replaced", format!("{before}{new}{after}"));
        }
        add("character removed", format!("{before}{after}"));
        add("character doubled", format!("{before}{here}{here}{after}"));
        if let Some(neighbour) = after.get(..1) {
            add("characters swapped", format!("{before}{neighbour}{here}{}", &after[1..]));
        }
        let inserted = REPLACEMENTS[at % REPLACEMENTS.len()];
        add("character inserted", format!("{before}{inserted}{here}{after}"));
    }
    for at in (0..text.len()).step_by(7) {
        add("cut", text[..at].to_owned());
        add("cut", text[at + 1..].to_owned());
        add("repeated", format!("{}{text}", &text[..at]));
    }
    mutants
}
