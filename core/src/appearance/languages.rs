//! The catalogues: every message of the pages in every language (Project Fluent, syntax 1.0), with the plurals of the
//! language (Unicode CLDR) and the direction in which it is written.
//!
//! Under each language lies the English catalogue, and over it what the operator wrote: whatever a catalogue does not
//! say is said by the one below it, so nothing is ever left unsaid.

use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};

use super::message::{Message, Said};
use crate::base::money::with_marks;

/// A catalogue that is built in.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue {
    /// The tag of the language (RFC 5646): its primary subtag alone.
    pub tag: &'static str,
    /// What the language calls itself.
    pub name: &'static str,
    /// Written from right to left.
    pub is_right_to_left: bool,
    /// It is the source of the others, or somebody who has spoken the language from childhood has read it.
    pub is_reviewed: bool,
    source: &'static str,
}

macro_rules! catalogues {
    ($($tag:literal $name:literal $right_to_left:literal $reviewed:literal)+) => {
        /// Every language that is built in; the first is the one that is spoken where no wish can be met.
        pub const CATALOGUES: &[Catalogue] = &[$(Catalogue {
            tag: $tag,
            name: $name,
            is_right_to_left: $right_to_left,
            is_reviewed: $reviewed,
            source: include_str!(concat!("catalogues/", $tag, ".ftl")),
        }),+];
    };
}

//  tag  name         right to left  read by a native reader
catalogues! {
    "en" "English"    false true
    "de" "Deutsch"    false false
    "fr" "Français"   false false
    "es" "Español"    false false
    "it" "Italiano"   false false
    "nl" "Nederlands" false false
    "pl" "Polski"     false false
    "pt" "Português"  false false
    "sv" "Svenska"    false false
    "uk" "Українська" false false
    "ar" "العربية"    true  false
    "ja" "日本語"      false false
}

/// The longest catalogue of an operator, in bytes.
pub const LONGEST_CATALOGUE: usize = 256 * 1024;

/// Isolates somebody's words in a text of the other direction (Unicode UAX 9: FSI and PDI).
const ISOLATED: (&str, &str) = ("\u{2068}", "\u{2069}");

/// One language.
pub struct Language {
    catalogue: Catalogue,
    messages: FluentBundle<FluentResource>,
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Language").field(&self.catalogue.tag).finish()
    }
}

impl Language {
    /// The built-in catalogue, and over it the operator's `own`.
    fn new(catalogue: Catalogue, own: Option<FluentResource>) -> Self {
        // The tags above are sound; without one the plural is always that of `other`.
        let mut messages = FluentBundle::new_concurrent(vec![catalogue.tag.parse().unwrap_or_default()]);
        // What isolates is for the caller to choose: marks in text, elements in HTML.
        messages.set_use_isolating(false);
        for (tag, source) in [("en", CATALOGUES[0].source), (catalogue.tag, catalogue.source)] {
            if tag == catalogue.tag || catalogue.tag != "en" {
                messages.add_resource_overriding(read_lossy(source));
            }
        }
        if let Some(own) = own {
            messages.add_resource_overriding(own);
        }
        Self { catalogue, messages }
    }

    /// What is known about it.
    pub fn catalogue(&self) -> Catalogue {
        self.catalogue
    }

    /// As plain text. Words of others are isolated where the language runs the other way.
    pub fn say(&self, message: &Message) -> String {
        let (before, after) = self.isolation();
        self.say_marked(message, before, after)
    }

    /// Anything, as plain text.
    pub fn said(&self, said: &Said) -> String {
        let (before, after) = self.isolation();
        self.said_marked(said, before, after)
    }

    fn isolation(&self) -> (&'static str, &'static str) {
        if self.catalogue.is_right_to_left { ISOLATED } else { ("", "") }
    }

    /// With `before` and `after` around the words of others. A message that nobody knows is said by its name.
    pub fn say_marked(&self, message: &Message, before: &str, after: &str) -> String {
        let pattern = self.messages.get_message(message.id()).and_then(|found| found.value());
        let Some(pattern) = pattern else { return message.id().to_owned() };
        let mut values = FluentArgs::new();
        for (name, value) in message.values() {
            values.set(
                *name,
                match value {
                    Said::Number(number) => FluentValue::from(*number),
                    said => FluentValue::from(self.said_marked(said, before, after)),
                },
            );
        }
        // What is missing stands there by its name.
        let mut errors: Vec<FluentError> = Vec::new();
        self.messages.format_pattern(pattern, Some(&values), &mut errors).into_owned()
    }

    fn said_marked(&self, said: &Said, before: &str, after: &str) -> String {
        match said {
            Said::Words(text) => format!("{before}{text}{after}"),
            Said::Number(number) => number.to_string(),
            Said::Amount { digits, currency } => {
                let amount = Message::new("amount").text("number", self.with_marks(digits));
                format!("{before}{}{after}", self.say_marked(&amount.text("currency", currency), "", ""))
            }
            Said::Date(text) => match date(text) {
                Some(date) => self.say_marked(&date, "", ""),
                None => format!("{before}{text}{after}"),
            },
            Said::Message(message) => self.say_marked(message, before, after),
        }
    }

    /// The digits of an amount as this language groups them.
    fn with_marks(&self, digits: &str) -> String {
        let [group, point, from] =
            ["number-group", "number-point", "number-grouped-from"].map(|id| self.say(&Message::new(id)));
        with_marks(digits, &group, &point, from.parse().unwrap_or(4))
    }
}

/// `2027-12-01`, and `2027-12-01T09:30:00+02:00` with its time; `None` for anything else.
fn date(text: &str) -> Option<Message> {
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let mut parts = day.splitn(3, '-');
    let mut part = |length: usize| {
        let part = parts.next().filter(|it| it.len() == length && it.bytes().all(|b| b.is_ascii_digit()));
        part.and_then(|it| it.parse::<u64>().ok())
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date = Message::new("date").number("day", day).number("month", month).text("year", year.to_string());
    let Some(time) = time else { return Some(date) };
    let clock = time.get(..5).filter(|it| it.bytes().all(|b| b.is_ascii_digit() || b == b':'))?;
    let offset = time.find(['+', '-']).and_then(|at| time.get(at..)).unwrap_or_default();
    let clock = if offset.is_empty() && !time.ends_with(['Z', 'z']) {
        clock.to_owned()
    } else {
        format!("{clock} UTC{offset}")
    };
    Some(Message::new("date-time").saying("date", date).text("time", clock))
}

/// Those of an operator's messages that could be read. The built-in ones all can: a test reads them.
fn read_lossy(source: &str) -> FluentResource {
    FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable)
}

/// The languages of the pages.
#[derive(Debug)]
pub struct Languages(Vec<Arc<Language>>);

impl Default for Languages {
    fn default() -> Self {
        Self(CATALOGUES.iter().map(|built_in| Arc::new(Language::new(*built_in, None))).collect())
    }
}

impl Languages {
    /// Those of `tags`, in their order; all that are built in, when there is none. `own` are catalogues that the
    /// operator wrote ([`own_catalogue`]), by tag.
    pub fn new(tags: &[&'static str], own: Vec<(&'static str, FluentResource)>) -> Self {
        let mut own = own;
        let mut language = |built_in: &Catalogue| {
            let over = own.iter().position(|(tag, _)| *tag == built_in.tag);
            Arc::new(Language::new(*built_in, over.map(|at| own.swap_remove(at).1)))
        };
        let by_tag = |tag: &&'static str| CATALOGUES.iter().find(|built_in| built_in.tag == *tag);
        Self(match tags {
            [] => CATALOGUES.iter().map(&mut language).collect(),
            tags => tags.iter().filter_map(by_tag).map(&mut language).collect(),
        })
    }

    /// The language of the first wish that can be met (RFC 4647 section 3.4, by the primary subtag); the first
    /// language where none can.
    pub fn fitting<'w>(&self, wishes: impl IntoIterator<Item = &'w str>) -> Option<Arc<Language>> {
        wishes.into_iter().find_map(|wish| {
            let primary = wish.split(['-', '_']).next().unwrap_or_default();
            let mut all = self.0.iter();
            all.find(|it| it.catalogue.tag.eq_ignore_ascii_case(primary)).map(Arc::clone)
        })
    }

    /// The language that is spoken where no wish can be met.
    pub fn first(&self) -> Arc<Language> {
        let built_in = || Arc::new(Language::new(CATALOGUES[0], None));
        self.0.first().map_or_else(built_in, Arc::clone)
    }

    /// Their tags, in order.
    pub fn tags(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|language| language.catalogue.tag)
    }

    /// Tags of languages whose catalogue nobody has read who has spoken it from childhood.
    pub fn unreviewed(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(|it| !it.catalogue.is_reviewed).map(|it| it.catalogue.tag)
    }
}

/// Reads a catalogue of the operator's: messages that take the place of built-in ones, with the values that those
/// have and no others.
///
/// # Errors
/// What is wrong with it, by the names of its messages.
pub fn own_catalogue(source: &str) -> Result<FluentResource, String> {
    let own = FluentResource::try_new(source.to_owned()).map_err(|(_, faults)| {
        faults.first().map_or_else(String::new, |fault| format!("is not Fluent: {fault}"))
    })?;
    let english = outline(&read_lossy(CATALOGUES[0].source));
    for (id, values) in outline(&own) {
        let Some((_, known)) = english.iter().find(|(known, _)| *known == id) else {
            return Err(format!("has a message {id} that no page says"));
        };
        if let Some(unknown) = values.iter().find(|value| !known.contains(value)) {
            return Err(format!("has a value ${unknown} in {id}, which that message is not given"));
        }
    }
    Ok(own)
}

/// The messages of a catalogue, each with the values in it.
fn outline(catalogue: &FluentResource) -> Vec<(String, Vec<String>)> {
    catalogue.entries().filter_map(outline::of_entry).collect()
}

mod outline;
#[cfg(test)]
mod tests;
