use std::collections::BTreeMap;

use super::*;

fn language(tag: &str) -> Arc<Language> {
    Languages::default().fitting([tag]).unwrap()
}

#[test]
fn every_catalogue_is_fluent_and_says_every_message_with_the_same_values() {
    let english: BTreeMap<_, _> = outline(&read_lossy(CATALOGUES[0].source)).into_iter().collect();
    assert!(english.len() > 150, "{}", english.len());
    for Catalogue { tag, source, .. } in CATALOGUES {
        let read = FluentResource::try_new((*source).to_owned());
        let read = read.unwrap_or_else(|(_, faults)| panic!("{tag}: {faults:?}"));
        let all = outline(&read);
        let one: BTreeMap<_, _> = all.iter().cloned().collect();
        assert_eq!(all.len(), one.len(), "{tag} says a message twice");
        let missing: Vec<_> = english.keys().filter(|id| !one.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{tag} does not say {missing:?}");
        for (id, values) in &one {
            assert_eq!(english.get(id), Some(values), "{tag}: the values of {id}");
        }
    }
}

#[test]
fn every_message_of_every_language_can_be_said_with_every_number() {
    for Catalogue { tag, .. } in CATALOGUES {
        let language = language(tag);
        for (id, values) in outline(&read_lossy(CATALOGUES[0].source)) {
            for number in [0_u64, 1, 2, 3, 5, 11, 21, 22, 100] {
                let mut message = Message::new(id.clone());
                for value in &values {
                    message = match value.as_str() {
                        "left" => message.number("left", number),
                        "minutes" => message.number("minutes", number),
                        name => message.text(Box::leak(name.to_owned().into_boxed_str()), "Corner Shop"),
                    };
                }
                let said = language.say(&message);
                assert!(!said.is_empty() && !said.contains(['{', '}', '$']), "{tag} {id}: {said}");
                let named = values.iter().any(|value| value != "left" && value != "minutes");
                assert_eq!(named, said.contains("Corner Shop"), "{tag} {id}: {said}");
            }
        }
    }
}

#[test]
fn no_language_says_an_english_sentence() {
    for Catalogue { tag, .. } in &CATALOGUES[1..] {
        let (english, language) = (language("en"), language(tag));
        for (id, values) in outline(&read_lossy(CATALOGUES[0].source)) {
            let mut message = Message::new(id.clone());
            for value in values {
                message = message.text(Box::leak(value.into_boxed_str()), "7");
            }
            let said = english.say(&message);
            // Some words are the same in two languages; three in a row are not.
            let words = said.split(' ').filter(|word| word.contains(char::is_alphabetic)).count();
            assert!(words < 3 || said != language.say(&message), "{tag} {id}: {said}");
        }
    }
}

#[test]
fn plurals_are_those_of_the_language() {
    for (tag, numbers) in [("en", 2), ("pl", 3), ("uk", 3), ("ar", 4), ("ja", 1)] {
        let language = language(tag);
        // Without the number itself, as many different sentences as the language has plurals.
        let say = |left: u64| {
            let said = language.say(&Message::new("done-tries-left").number("left", left));
            said.replace(&left.to_string(), "#")
        };
        let different: std::collections::BTreeSet<_> = [1, 2, 3, 5, 11, 22].map(say).into();
        assert!(different.len() >= numbers, "{tag}: {different:?}");
    }
}

#[test]
fn a_wish_is_met_by_its_primary_subtag_and_in_its_order() {
    let languages = Languages::default();
    let fitting =
        |wishes: &[&str]| languages.fitting(wishes.iter().copied()).map(|found| found.catalogue().tag);
    for (wishes, expected) in [
        (&["de-CH", "fr"][..], Some("de")),
        (&["PT-br"], Some("pt")),
        (&["zh-Hans", "ja-JP", "en"], Some("ja")),
        (&["se", "xx"], None),
        (&["", "*", "-", "english"], None),
        (&[], None),
    ] {
        assert_eq!(fitting(wishes), expected, "{wishes:?}");
    }
    assert_eq!(Languages::new(&["fr", "en"], Vec::new()).first().catalogue().tag, "fr");
    assert_eq!(Languages::new(&["fr", "en"], Vec::new()).tags().collect::<Vec<_>>(), ["fr", "en"]);
}

#[test]
fn words_of_others_are_isolated_where_the_language_runs_the_other_way() {
    let message = Message::new("done-open-text").text("client", "Corner Shop (1)");
    assert!(language("ar").say(&message).contains("\u{2068}Corner Shop (1)\u{2069}"));
    assert_eq!(
        language("en").say(&message),
        "Corner Shop (1) is still waiting for an answer of your wallet."
    );
    let marked = language("en").say_marked(&message, "<", ">");
    assert_eq!(marked, "<Corner Shop (1)> is still waiting for an answer of your wallet.");
}

#[test]
fn what_an_operator_writes_takes_the_place_of_what_is_built_in() {
    let own = own_catalogue("done-verified = Fertig, prima\nnext = Los").unwrap();
    let german = Languages::new(&["de"], vec![("de", own)]).first();
    assert_eq!(german.say(&Message::new("done-verified")), "Fertig, prima");
    assert_eq!(german.say(&Message::new("cancel")), "Abbrechen");
    for (source, why) in [
        ("nobody-says-this = x", "has a message nobody-says-this that no page says"),
        (
            "done-open-text = { $name } waits",
            "has a value $name in done-open-text, which that message is not given",
        ),
    ] {
        assert_eq!(own_catalogue(source).unwrap_err(), why);
    }
    assert!(own_catalogue("done verified = x").unwrap_err().starts_with("is not Fluent"));
}

#[test]
fn amounts_and_dates_are_said_as_the_language_says_them() {
    let amount = |digits: &str| Said::Amount { digits: digits.to_owned(), currency: "EUR".to_owned() };
    let (dear, cheap) = (amount("-1234567.50"), amount("1250.00"));
    for (tag, long, short, day) in [
        ("en", "-1,234,567.50 EUR", "1,250.00 EUR", "December 1, 2027"),
        ("de", "-1.234.567,50\u{a0}EUR", "1.250,00\u{a0}EUR", "1. Dezember 2027"),
        ("fr", "-1\u{202f}234\u{202f}567,50\u{a0}EUR", "1\u{202f}250,00\u{a0}EUR", "1er décembre 2027"),
        ("es", "-1.234.567,50\u{a0}EUR", "1250,00\u{a0}EUR", "1 de diciembre de 2027"),
        ("pl", "-1\u{a0}234\u{a0}567,50\u{a0}EUR", "1250,00\u{a0}EUR", "1 grudnia 2027"),
        ("ja", "-1,234,567.50\u{a0}EUR", "1,250.00\u{a0}EUR", "2027年12月1日"),
    ] {
        let language = language(tag);
        assert_eq!(language.said(&dear), long, "{tag}");
        assert_eq!(language.said(&cheap), short, "{tag}");
        assert_eq!(language.said(&Said::date("2027-12-01")), day, "{tag}");
    }
    assert_eq!(language("ar").said(&cheap), "\u{2068}1,250.00\u{a0}EUR\u{2069}");
    for (text, said) in [
        ("2027-12-01T09:30:00Z", "December 1, 2027, 09:30 UTC"),
        ("2027-02-03T09:30:00.5+02:00", "February 3, 2027, 09:30 UTC+02:00"),
        ("2027-12-01T09:30", "December 1, 2027, 09:30"),
    ] {
        assert_eq!(language("en").said(&Said::date(text)), said);
    }
    for words in [
        "soon",
        "",
        "2027-13-01",
        "2027-12-32",
        "2027-1-1",
        "-",
        "2027-12-01T",
        "2027-12-01Tsoon",
        "ü027-12-01",
    ] {
        assert_eq!(language("en").said(&Said::date(words)), words);
    }
}
