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
