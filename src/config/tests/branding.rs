//! `[branding]`: what people could not read, and what could do more than be looked at, is refused at the start.

use std::fs;

use super::*;

fn branded(keys: &str, files: &[(&str, &str)]) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Config::from_toml(&format!("{CONTRACT}\n[branding]\n{keys}"), folder.path())
}

fn fault(keys: &str, files: &[(&str, &str)]) -> String {
    branded(keys, files).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_brand_is_a_name_a_picture_colours_links_and_words() {
    let config = load_reference(FULL).unwrap();
    let (branding, languages) = (&config.policy.appearance.branding, &config.policy.appearance.languages);
    assert_eq!(branding.name.as_deref(), Some("Example Bank"));
    assert_eq!(branding.logo.as_ref().unwrap().media_type, "image/svg+xml");
    assert!(branding.clients.contains_key("shop"));
    assert!(branding.colours.style().contains("--accent:#00664f;--accent-ink:#ffffff;"));
    assert_eq!(languages.tags().collect::<Vec<_>>(), ["en", "de"]);
    assert_eq!(config.policy.appearance.scopes["editing-rights"]["de"], "Bearbeitungsrechte");
    let words = vpgate_core::appearance::message::Message::new("done-verified");
    assert_eq!(languages.fitting(["de-AT"]).unwrap().say(&words), "Vielen Dank");
}

#[test]
fn the_night_has_a_colour_of_its_own_or_one_made_of_the_day_s() {
    let style = |keys| branded(keys, &[]).unwrap().policy.appearance.branding.colours.style();
    assert_eq!(style(""), "");
    let made = style("accent = \"#00664f\"");
    let night = made.split("dark){").last().unwrap();
    assert!(night.contains("--accent:#") && !night.contains("#00664f"), "{made}");
    assert!(style("accent = \"#00664f\"\naccent_dark = \"#fff\"").contains("--accent:#ffffff;"));
}

#[test]
fn what_cannot_be_read_or_is_more_than_a_picture_is_refused_with_its_place() {
    for (keys, files, expected) in [
        (
            "accent = \"#ffcc00\"",
            &[][..],
            "branding.accent: cannot be read well: its contrast to the card of the pages (#ffffff) is 1.5",
        ),
        ("accent_dark = \"#222222\"", &[], "branding.accent_dark: cannot be read well"),
        (
            "background = \"#888888\"",
            &[],
            "branding.background: cannot be read well: its contrast to the quiet text",
        ),
        ("accent = \"red\"", &[], "branding.accent: must be a colour such as \"#1d4ed8\""),
        ("accent = \"#fff;}body{display:none\"", &[], "branding.accent: must be a colour"),
        ("name = \" \"", &[], "branding.name: must have 1 to 60 characters in one line"),
        ("name = \"a\\nb\"", &[], "branding.name: must have 1 to 60 characters in one line"),
        ("help_url = \"javascript:alert(1)\"", &[], "branding.help_url: must begin with https://"),
        ("logo = \"none.svg\"", &[], "branding.logo: cannot read"),
        ("logo_dark = \"x.svg\"", &[("x.svg", "<svg/>")], "branding.logo_dark: has no effect without a logo"),
        (
            "logo = \"x.svg\"",
            &[("x.svg", "<svg onload='x()'/>")],
            "branding.logo: is an SVG with an event handler",
        ),
        ("logo = \"x.svg\"", &[("x.svg", "GIF89a")], "branding.logo: is neither SVG nor PNG, JPEG or WebP"),
        (
            "languages = [\"en\", \"xx\"]",
            &[],
            "branding.languages[1]: is no language that the pages have: en, de",
        ),
        ("languages = [\"en\", \"en\"]", &[], "branding.languages[1]: is in the list already"),
        (
            "texts = { de = \"de\" }",
            &[("de", "nobody-says-this = x")],
            "branding.texts.de: has a message nobody-says-this that no page says",
        ),
        (
            "texts = { de = \"de\" }",
            &[("de", "next = { $secret }")],
            "branding.texts.de: has a value $secret in next",
        ),
        ("texts = { de = \"de\" }", &[("de", "= =")], "branding.texts.de: is not Fluent"),
        ("languages = [\"en\"]\ntexts = { de = \"de\" }", &[("de", "")], "branding.texts.de: has no effect"),
        ("colour = 1", &[], "branding.colour: is not a known key"),
    ] {
        let fault = fault(keys, files);
        assert!(fault.contains(expected), "{keys}: {fault}");
    }
    let huge = format!("<svg>{}</svg>", " ".repeat(128 * 1024));
    assert!(fault("logo = \"x.svg\"", &[("x.svg", &huge)]).contains("is longer than 131072 bytes"));
}
