//! In whose name and in which language a page speaks: what the operator set, and what this person wishes.
//!
//! A wish is `ui_locales` of the address (OpenID Connect Core section 3.1.2.1), which is remembered for the pages
//! that follow; then what the browser says (`Accept-Language`, RFC 9110 section 12.5.4).

use std::sync::Arc;

use poem::Request;
use poem::http::header;

use super::browser;
use crate::http::PublicUrl;
use crate::http::form::Form;
use crate::http::middleware::cookies;
use vpgate_core::appearance::Appearance;
use vpgate_core::appearance::claim_name::claim_name;
use vpgate_core::appearance::languages::Language;
use vpgate_core::appearance::message::{Message, Said};
use vpgate_core::openid4vp::transaction_data::LabelledLine;

/// Wishes that are looked at; more than browsers have.
const MOST_WISHES: usize = 32;
/// Around the words of others while a text is made HTML. Of the private use area: nobody writes them.
const MARKS: (&str, &str) = ("\u{e000}", "\u{e001}");

/// How one page looks and speaks.
#[derive(Clone, Debug)]
pub struct Look {
    base: Arc<str>,
    appearance: Arc<Appearance>,
    language: Arc<Language>,
    /// The address said it: the pages that follow are to speak it, too.
    is_to_be_remembered: bool,
}

impl Default for Look {
    /// In English, and nobody's in particular.
    fn default() -> Self {
        let appearance = Arc::<Appearance>::default();
        let language = appearance.languages.first();
        Self { base: "".into(), appearance, language, is_to_be_remembered: false }
    }
}

impl Look {
    /// For the person who sent `request`.
    pub fn of(appearance: &Arc<Appearance>, request: &Request, public_url: &PublicUrl) -> Self {
        let appearance = Arc::clone(appearance);
        let said = locales(request);
        let said =
            appearance.languages.fitting(said.iter().flat_map(|said| said.split(' ').take(MOST_WISHES)));
        let is_to_be_remembered = said.is_some();
        let kept = || appearance.languages.fitting(remembered(request, public_url).as_deref());
        let accepted = || appearance.languages.fitting(accepted(request).iter().map(String::as_str));
        let language = said.or_else(kept).or_else(accepted).unwrap_or_else(|| appearance.languages.first());
        Self { base: Arc::clone(public_url.path()), appearance, language, is_to_be_remembered }
    }

    /// What stands before the paths in links and forms of our pages.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `lang`
    pub fn lang(&self) -> &'static str {
        self.language.catalogue().tag
    }

    /// `dir`
    pub fn dir(&self) -> &'static str {
        if self.language.catalogue().is_right_to_left { "rtl" } else { "ltr" }
    }

    /// Whether the browser is to come back with this language.
    pub fn is_to_be_remembered(&self) -> bool {
        self.is_to_be_remembered
    }

    /// What the operator set.
    pub fn appearance(&self) -> &Appearance {
        &self.appearance
    }

    /// A message that has no values.
    pub fn say(&self, id: &str) -> String {
        self.told(&Message::new(id.to_owned()))
    }

    /// As plain text.
    pub fn told(&self, message: &Message) -> String {
        self.language.say(message)
    }

    /// Anything, as plain text.
    pub fn said(&self, said: &Said) -> String {
        self.language.said(said)
    }

    /// A line of what is being agreed to, as plain text.
    pub fn line(&self, LabelledLine { label, text }: &LabelledLine) -> String {
        self.told(&Message::new("agree-line").saying("label", label.clone()).saying("text", text.clone()))
    }

    /// A message with a number, as plain text.
    pub fn counted(&self, id: &'static str, name: &'static str, number: &u64) -> String {
        self.told(&Message::new(id).number(name, *number))
    }

    /// What people call a claim that is asked for.
    pub fn claim(&self, path: &str) -> String {
        self.said(&claim_name(path))
    }

    /// A message with somebody's words, as HTML.
    pub fn with(&self, id: &'static str, name: &'static str, value: &str) -> String {
        self.html(&Message::new(id).text(name, value))
    }

    /// As HTML: somebody's words stand out, and keep their own direction.
    pub fn html(&self, message: &Message) -> String {
        let (before, after) = MARKS;
        let mut html = String::new();
        for letter in self.language.say_marked(message, before, after).chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\u{e000}' => html.push_str("<bdi><b>"),
                '\u{e001}' => html.push_str("</b></bdi>"),
                letter => html.push(letter),
            }
        }
        html
    }

    /// What scopes are called in this language, each beside what it is called where nobody said so.
    pub fn rights<'s>(&self, scopes: impl Iterator<Item = &'s str>, otherwise: Vec<String>) -> Vec<String> {
        let said = |name: &str| self.appearance.scopes.get(name)?.get(self.lang()).cloned();
        scopes.zip(otherwise).map(|(name, otherwise)| said(name).unwrap_or(otherwise)).collect()
    }

    /// What a client is called in this language, beside what it is called where nobody said so.
    pub fn client(&self, client_id: &str, otherwise: String) -> String {
        let said = self.appearance.clients.get(client_id).and_then(|names| names.get(self.lang()));
        said.cloned().unwrap_or(otherwise)
    }

    /// The style of the operator's colours.
    pub fn colours(&self) -> String {
        self.appearance.branding.colours.style()
    }

    /// The name of the operator; empty where there is none.
    pub fn operator(&self) -> &str {
        self.appearance.branding.name.as_deref().unwrap_or_default()
    }

    /// The path of the operator's picture, by day and at night.
    pub fn logos(&self) -> Option<(String, String)> {
        let logo = self.appearance.branding.logo.as_ref()?;
        let dark = self.appearance.branding.logo_dark.as_ref().unwrap_or(logo);
        Some((self.picture_at(&logo.name), self.picture_at(&dark.name)))
    }

    /// The path of the picture of a client.
    pub fn logo_of(&self, client_id: &str) -> Option<String> {
        let logo = self.appearance.branding.clients.get(client_id)?;
        Some(self.picture_at(&logo.name))
    }

    fn picture_at(&self, name: &str) -> String {
        format!("{}/brand/{name}", self.base)
    }

    /// The links at the foot of a page: the name of the message, and the address.
    pub fn links(&self) -> Vec<(&'static str, &str)> {
        let branding = &self.appearance.branding;
        let all = [("help", &branding.help), ("privacy", &branding.privacy), ("imprint", &branding.imprint)];
        all.into_iter().filter_map(|(id, url)| Some((id, url.as_ref()?.as_str()))).collect()
    }
}

/// What the address says about languages.
fn locales(request: &Request) -> Option<String> {
    let query = request.uri().query().filter(|query| query.contains("ui_locales"))?;
    Form::parse_noting_repeats(query.as_bytes()).ok()?.0.take("ui_locales")
}

/// What an earlier address said about them.
fn remembered(request: &Request, public_url: &PublicUrl) -> Option<String> {
    let name = browser::language_name(public_url);
    let mut headers = request.headers().get_all(header::COOKIE).iter();
    headers.find_map(|header| cookies::values(header.as_bytes(), &name).first().map(|&tag| tag.to_owned()))
}

/// What the browser would rather read, the dearest first.
fn accepted(request: &Request) -> Vec<String> {
    let wishes = request.header("accept-language").unwrap_or_default();
    let mut weighed: Vec<(u16, String)> = wishes.split(',').take(MOST_WISHES).filter_map(weight).collect();
    // Stable: among equals the first comes first.
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighed.into_iter().map(|(_, tag)| tag).collect()
}

/// `de;q=0.8` is 800 and `de`; nothing where it is not wished for at all.
fn weight(wish: &str) -> Option<(u16, String)> {
    let mut parts = wish.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    let weight = match quality {
        None => 1000,
        Some(text) => {
            let (whole, after) = text.split_once('.').unwrap_or((text, ""));
            let thousandths = format!("{after:0<3.3}").parse().unwrap_or(0);
            whole.parse::<u16>().ok()?.min(1) * 1000 + thousandths
        }
    };
    (weight > 0).then(|| (weight.min(1000), tag.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(uri: &str, headers: &[(&str, &str)]) -> Look {
        let mut request = Request::builder().uri(uri.parse().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let public_url = PublicUrl::new(&"https://verify.example/v".parse().unwrap());
        Look::of(&Arc::default(), &request.finish(), &public_url)
    }

    #[test]
    fn the_address_decides_then_what_was_remembered_then_the_browser() {
        let name = browser::language_name(&PublicUrl::new(&"https://verify.example/v".parse().unwrap()));
        let cookie = format!("a=b; {name}=fr");
        let german = ("accept-language", "de-CH, en;q=0.5");
        for (uri, headers, tag, kept) in [
            ("/device", &[][..], "en", false),
            ("/device", &[german], "de", false),
            ("/device", &[german, ("cookie", &cookie)], "fr", false),
            ("/device?ui_locales=se+ar", &[german, ("cookie", &cookie)], "ar", true),
            ("/device?ui_locales=se", &[german], "de", false),
            ("/device?ui_locales=%zz", &[german], "de", false),
            ("/device", &[("cookie", "x=1; other=ja")], "en", false),
            ("/device", &[("accept-language", "xx, sv;q=0.1, pl;q=0.9, ja;q=0")], "pl", false),
            ("/device", &[("accept-language", ";q=1,,*;q=x, uk;q=0.05")], "uk", false),
            ("/device", &[("accept-language", "ja;q=0")], "en", false),
        ] {
            let look = look(uri, headers);
            assert_eq!((look.lang(), look.is_to_be_remembered()), (tag, kept), "{uri} {headers:?}");
        }
        assert_eq!(look("/", &[("accept-language", "ar")]).dir(), "rtl");
        assert_eq!(look("/", &[]).dir(), "ltr");
    }

    #[test]
    fn req_2_43_somebody_s_words_are_text_and_stand_out() {
        let html = look("/", &[]).with("done-open-text", "client", "<i>\"A\" & B</i>");
        assert_eq!(
            html,
            "<bdi><b>&lt;i&gt;&quot;A&quot; &amp; B&lt;/i&gt;</b></bdi> is still waiting for an answer of your wallet."
        );
    }
}
