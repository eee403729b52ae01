//! `[branding]`: whose pages they are, and in which languages they speak. `[[clients]]` have pictures, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::address::Addresses;
use super::fault::Pointer;
use super::names::line;
use super::{ClientRegistration, Registrations, Sources};
use crate::appearance::Appearance;
use crate::appearance::branding::{Branding, Colours, DAY, Ground, NIGHT};
use crate::appearance::colour::{Colour, LEAST_CONTRAST};
use crate::appearance::languages::{CATALOGUES, LONGEST_CATALOGUE, Languages, own_catalogue};
use crate::appearance::logo::{LARGEST_LOGO, Logo};

/// Whose pages they are, and in which languages they speak.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct BrandingRegistration {
    /// The operator's name, on every page.
    pub name: Option<String>,
    /// A picture beside the name: SVG, PNG, JPEG or WebP, at most 128 KiB.
    pub logo: Option<String>,
    /// Another picture for people who like it dark.
    pub logo_dark: Option<String>,
    /// The colour of buttons and links: `#1d4ed8`. Its contrast to white is at least 4.5.
    pub accent: Option<String>,
    /// The same for people who like it dark; made of `accent` when left out.
    pub accent_dark: Option<String>,
    /// The colour around the card that everything stands on.
    pub background: Option<String>,
    /// The same for people who like it dark.
    pub background_dark: Option<String>,
    /// Where people find help.
    pub help_url: Option<String>,
    /// What becomes of what people show.
    pub privacy_url: Option<String>,
    /// Who the operator is.
    pub imprint_url: Option<String>,
    /// The languages that the pages have, by their tags; the first is spoken where no wish can be met. All that there
    /// are, and English first, when left out.
    pub languages: Vec<String>,
    /// Files with the operator's own words for some messages, by the tag of their language.
    pub texts: BTreeMap<String, String>,
}

/// Checks how the pages look and speak.
pub(super) fn check(
    all: &Registrations,
    addresses: Addresses,
    sources: &dyn Sources,
    root: &Pointer<'_>,
) -> Arc<Appearance> {
    let (given, at) = (&all.branding, &root.key("branding"));
    line("name", given.name.as_deref(), at);
    let link = |key: &str, text: &Option<String>| -> Option<Url> {
        text.as_deref().and_then(|text| at.key(key).keep(addresses.web(text)))
    };
    let branding = Branding {
        name: given.name.clone(),
        logo: picture(given.logo.as_deref(), sources, &at.key("logo")),
        logo_dark: picture(given.logo_dark.as_deref(), sources, &at.key("logo_dark")),
        colours: colours(given, at),
        help: link("help_url", &given.help_url),
        privacy: link("privacy_url", &given.privacy_url),
        imprint: link("imprint_url", &given.imprint_url),
        clients: pictures(&all.clients, sources, &root.key("clients")),
    };
    if branding.logo_dark.is_some() && given.logo.is_none() {
        at.add("logo_dark", "has no effect without a logo");
    }
    let languages = languages(given, sources, at);
    let (scopes_at, clients_at) = (root.key("scopes"), root.key("clients"));
    let scopes = scopes_at.each(&all.scopes).filter_map(|(at, scope)| {
        let words = translated(&scope.descriptions, &languages, &at.key("descriptions"))?;
        Some((scope.asked_by()?.to_owned(), words))
    });
    let scopes = scopes.collect();
    let clients = clients_at.each(&all.clients).filter_map(|(at, client)| {
        client.names.values().for_each(|name| line("names", Some(name), &at));
        let words = translated(&client.names, &languages, &at.key("names"))?;
        Some((client.client_id.clone()?, words))
    });
    let clients = clients.collect();
    Arc::new(Appearance { branding, languages, scopes, clients })
}

/// What is said in other languages, too, each by its tag; nothing where nothing is.
fn translated(
    given: &BTreeMap<String, String>,
    languages: &Languages,
    at: &Pointer<'_>,
) -> Option<BTreeMap<&'static str, String>> {
    let mut translated = BTreeMap::new();
    for (tag, words) in given {
        let spoken = languages.tags().find(|spoken| spoken == tag);
        let spoken = at.key(tag).keep(spoken.ok_or("is no language that the pages have"));
        translated.extend(spoken.map(|tag| (tag, words.clone())));
    }
    Some(translated).filter(|translated| !translated.is_empty())
}

fn picture(file: Option<&str>, sources: &dyn Sources, at: &Pointer<'_>) -> Option<Arc<Logo>> {
    let bytes = at.keep(sources.file(file?, LARGEST_LOGO))?;
    at.keep(Logo::read(bytes)).map(Arc::new)
}

fn pictures(
    clients: &[ClientRegistration],
    sources: &dyn Sources,
    all: &Pointer<'_>,
) -> BTreeMap<String, Arc<Logo>> {
    let known = |(at, client): (Pointer<'_>, &ClientRegistration)| {
        let logo = picture(client.logo.as_deref(), sources, &at.key("logo"))?;
        Some((client.client_id.clone()?, logo))
    };
    all.each(clients).filter_map(known).collect()
}

/// Every colour is held against what stands beside it: people must be able to read it.
fn colours(given: &BrandingRegistration, at: &Pointer<'_>) -> Colours {
    let accent = colour(given.accent.as_deref(), &at.key("accent"));
    let accent_dark = colour(given.accent_dark.as_deref(), &at.key("accent_dark"));
    let background = colour(given.background.as_deref(), &at.key("background"));
    let background_dark = colour(given.background_dark.as_deref(), &at.key("background_dark"));
    for (key, accent, Ground { card, .. }) in [("accent", accent, DAY), ("accent_dark", accent_dark, NIGHT)] {
        legible(accent, card, "the card of the pages", &at.key(key));
    }
    for (key, background, Ground { soft, .. }) in
        [("background", background, DAY), ("background_dark", background_dark, NIGHT)]
    {
        legible(background, soft, "the quiet text on it", &at.key(key));
    }
    Colours { accent, accent_dark: accent_dark.or_else(|| at_night(accent?)), background, background_dark }
}

fn colour(given: Option<&str>, at: &Pointer<'_>) -> Option<Colour> {
    at.keep(Colour::parse(given?).ok_or("must be a colour such as \"#1d4ed8\""))
}

fn legible(colour: Option<Colour>, beside: Colour, what: &str, at: &Pointer<'_>) {
    if let Some(contrast) = colour.map(|colour| colour.contrast(beside)).filter(|it| *it < LEAST_CONTRAST) {
        at.blame(format!(
            "cannot be read well: its contrast to {what} ({beside}) is {contrast:.1}, and WCAG 2.2 (1.4.3) asks for {LEAST_CONTRAST}"
        ));
    }
}

/// The same colour, light enough for the night.
fn at_night(accent: Colour) -> Option<Colour> {
    (0..=16).map(|sixteenths| accent.lighter(sixteenths)).find(|it| it.contrast(NIGHT.card) >= LEAST_CONTRAST)
}

fn languages(given: &BrandingRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Languages {
    let known = |tag: &str, at: &Pointer<'_>| {
        let found = CATALOGUES.iter().find(|built_in| built_in.tag == tag).map(|built_in| built_in.tag);
        let all = || CATALOGUES.iter().map(|built_in| built_in.tag).collect::<Vec<_>>().join(", ");
        at.keep(found.ok_or_else(|| format!("is no language that the pages have: {}", all())))
    };
    let mut tags: Vec<&'static str> = Vec::new();
    for (at, tag) in at.key("languages").each(&given.languages) {
        match known(tag, &at) {
            Some(tag) if tags.contains(&tag) => at.blame("is in the list already"),
            tag => tags.extend(tag),
        }
    }
    let mut own = Vec::new();
    for (tag, file) in &given.texts {
        let at = at.key("texts").key(tag);
        let Some(tag) = known(tag, &at) else { continue };
        if !given.languages.is_empty() && !tags.contains(&tag) {
            at.blame("has no effect: the language is not in branding.languages");
        }
        let text = sources.file(file, LONGEST_CATALOGUE);
        let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned()));
        own.extend(at.keep(text.and_then(|text| own_catalogue(&text))).map(|catalogue| (tag, catalogue)));
    }
    Languages::new(&tags, own)
}
