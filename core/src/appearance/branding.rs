//! Whose pages they are: the operator's name, picture, colours and links. No HTML and no style of anybody's.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::colour::Colour;
use super::logo::Logo;

/// `[branding]`, checked, with the pictures of the clients.
#[derive(Debug, Default)]
pub struct Branding {
    /// What the operator is called, on every page.
    pub name: Option<String>,
    /// The operator's picture.
    pub logo: Option<Arc<Logo>>,
    /// The operator's picture on dark ground.
    pub logo_dark: Option<Arc<Logo>>,
    /// The operator's colours.
    pub colours: Colours,
    /// Where people find help.
    pub help: Option<Url>,
    /// What becomes of what they show.
    pub privacy: Option<Url>,
    /// Who the operator is.
    pub imprint: Option<Url>,
    /// The pictures of clients, by client identifier.
    pub clients: BTreeMap<String, Arc<Logo>>,
}

impl Branding {
    /// The picture with this name.
    pub fn picture(&self, name: &str) -> Option<&Arc<Logo>> {
        let own = self.logo.iter().chain(&self.logo_dark);
        own.chain(self.clients.values()).find(|logo| logo.name == name)
    }
}

/// The colours that an operator chose; the product's own where it chose none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    /// Of buttons and links, by day.
    pub accent: Option<Colour>,
    /// The same at night.
    pub accent_dark: Option<Colour>,
    /// Around the card that everything stands on, by day.
    pub background: Option<Colour>,
    /// The same at night.
    pub background_dark: Option<Colour>,
}

/// What the operator's colours are held against: the same as in the style sheet of the pages.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// The card that everything stands on.
    pub card: Colour,
    /// Quiet text, which stands on the background, too.
    pub soft: Colour,
    /// What is written on a button: the clearer of white and this.
    pub ink: Colour,
}

/// By day.
pub const DAY: Ground =
    Ground { card: Colour::WHITE, soft: Colour::new(0x56, 0x5d, 0x6b), ink: Colour::new(0x0c, 0x14, 0x30) };
/// At night.
pub const NIGHT: Ground = Ground {
    card: Colour::new(0x19, 0x1c, 0x24),
    soft: Colour::new(0xa7, 0xae, 0xbc),
    ink: Colour::new(0x0c, 0x14, 0x30),
};

impl Colours {
    /// As a style sheet that stands behind that of the pages; empty where nothing was chosen.
    pub fn style(&self) -> String {
        let day = rules(self.accent, self.background, DAY);
        let night = rules(self.accent_dark, self.background_dark, NIGHT);
        let mut style = String::new();
        if !day.is_empty() {
            style.push_str(&format!("@media not (prefers-color-scheme:dark){{:root{{{day}}}}}"));
        }
        if !night.is_empty() {
            style.push_str(&format!("@media (prefers-color-scheme:dark){{:root{{{night}}}}}"));
        }
        style
    }
}

fn rules(accent: Option<Colour>, background: Option<Colour>, ground: Ground) -> String {
    let accent = accent.map(|accent| {
        format!("--accent:{accent};--accent-ink:{};", accent.clearer(Colour::WHITE, ground.ink))
    });
    let background = background.map(|background| format!("--ground:{background};"));
    accent.into_iter().chain(background).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_rules_and_nothing_else() {
        assert_eq!(Colours::default().style(), "");
        let colours = Colours {
            accent: Colour::parse("#00664f"),
            background_dark: Colour::parse("#000"),
            ..Colours::default()
        };
        assert_eq!(
            colours.style(),
            "@media not (prefers-color-scheme:dark){:root{--accent:#00664f;--accent-ink:#ffffff;}}\
             @media (prefers-color-scheme:dark){:root{--ground:#000000;}}"
        );
    }

    #[test]
    fn a_picture_is_found_by_its_name_whoever_it_belongs_to() {
        let logo = |text: &str| Arc::new(Logo::read(text.as_bytes().to_vec()).unwrap());
        let (ours, theirs) = (logo("<svg/>"), logo("<svg ></svg>"));
        let branding = Branding {
            logo: Some(Arc::clone(&ours)),
            clients: [("shop".to_owned(), Arc::clone(&theirs))].into(),
            ..Branding::default()
        };
        assert_eq!(branding.picture(&ours.name), Some(&ours));
        assert_eq!(branding.picture(&theirs.name), Some(&theirs));
        assert_eq!(branding.picture("other"), None);
    }
}
