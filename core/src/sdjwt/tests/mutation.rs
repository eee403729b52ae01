//! Random damage: no changed character is accepted, and nothing panics.

#![expect(clippy::disallowed_types, reason = "one credential for every mutation")]

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

fn maker() -> &'static (Maker, String) {
    static MAKER: OnceLock<(Maker, String)> = OnceLock::new();
    MAKER.get_or_init(|| {
        let maker = Maker::new();
        let text = maker.present();
        (maker, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_changed_character_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.~=-]") {
        let (maker, text) = maker();
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != to);
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        prop_assert!(judge(&changed, maker).0.is_err(), "accepted after a change at {at}");
    }

    #[test]
    fn any_removed_or_added_character_is_refused(at in any::<prop::sample::Index>(), extra in "[A-Za-z0-9_.~=-]") {
        let (maker, text) = maker();
        let at = at.index(text.len());
        let removed = format!("{}{}", &text[..at], &text[at + 1..]);
        prop_assert!(judge(&removed, maker).0.is_err());
        let added = format!("{}{extra}{}", &text[..at], &text[at..]);
        prop_assert!(judge(&added, maker).0.is_err());
    }

    #[test]
    fn arbitrary_text_never_panics(text in ".{0,200}", parts in prop::collection::vec("[A-Za-z0-9_.-]{0,20}", 0..8)) {
        let (maker, _) = maker();
        prop_assert!(judge(&text, maker).0.is_err());
        prop_assert!(judge(&parts.join("~"), maker).0.is_err());
    }
}
