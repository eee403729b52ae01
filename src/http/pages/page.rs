//! A page and the headers that keep it safe: no third party, no frame, no referrer, no cache.

use std::sync::LazyLock;

use askama::Template;
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};

use super::look::Look;
use super::pictures::Picture;
use vpgate_core::appearance::message::Message;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;

/// The one style sheet, written into every page.
pub const STYLE: &str = include_str!("templates/style.css");
/// The script of `/callback`, written into its page.
pub const RELAY_SCRIPT: &str = include_str!("templates/callback.js");
/// The script of `/start/{handle}`, where the browser's Digital Credentials API is asked.
pub const ASK_SCRIPT: &str = include_str!("templates/ask.js");
/// The script of the same address, where the browser brings the request to the wallet by POST.
pub const POST_SCRIPT: &str = "document.forms[0].submit();";

/// The script of the page that finds out whether there are scripts.
pub const ON_SCRIPT: &str = "location.replace(location.pathname + \"?on\");";

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| content_hash(STYLE));

/// The script of the page with a QR code, which learns when the wallet has answered.
pub const WAIT_SCRIPT: &str = include_str!("templates/wait.js");

/// A page ready to be sent.
#[derive(Debug)]
pub struct Page {
    status: StatusCode,
    language: &'static str,
    html: String,
    /// Where its forms may lead besides here: sources of `form-action`.
    forms: Option<String>,
    /// The only script that may run.
    script: Option<&'static str>,
    /// Hashes of styles that not all pages have: the operator's colours, and this page's own.
    styles: Vec<String>,
}

impl Page {
    /// Fills a template that speaks as `look` says.
    pub fn new(look: &Look, template: &impl Template) -> Self {
        // Writing into a String cannot fail, and our templates call nothing that can.
        let html = template.render().unwrap_or_default();
        let colours = look.colours();
        let styles = if colours.is_empty() { Vec::new() } else { vec![content_hash(&colours)] };
        Self { status: StatusCode::OK, language: look.lang(), html, forms: None, script: None, styles }
    }

    /// With another status than 200.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Forms may lead to us, and by our redirect on to these sources: the wallet, or back to the relying
    /// party ([`super::ways_out`]).
    #[must_use]
    pub fn leading_on(self, ways_out: &str) -> Self {
        Self { forms: Some(ways_out.to_owned()), ..self }
    }

    /// This script, which is written in it, may run.
    #[must_use]
    pub fn with_script(self, script: &'static str) -> Self {
        Self { script: Some(script), ..self }
    }

    /// The clock on it (`.countdown` in the style sheet) runs down from so many seconds. Drawn by style
    /// alone: the page has no script.
    #[must_use]
    pub fn counting_down(mut self, seconds: u64) -> Self {
        let style = format!(".countdown,.over{{--length:{seconds}s;--left:{seconds}}}");
        self.html = self.html.replacen("</head>", &format!("<style>{style}</style>\n</head>"), 1);
        self.styles.push(content_hash(&style));
        self
    }

    fn content_security_policy(&self) -> String {
        let script = match self.script {
            Some(WAIT_SCRIPT) => format!("script-src '{}'; connect-src 'self'; ", content_hash(WAIT_SCRIPT)),
            Some(script) => format!("script-src '{}'; ", content_hash(script)),
            None => String::new(),
        };
        let forms = self.forms.as_deref().unwrap_or("'self'");
        let styles: String = self.styles.iter().map(|hash| format!(" '{hash}'")).collect();
        format!(
            "default-src 'none'; {script}style-src '{}'{styles}; img-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Response::builder()
            .status(self.status)
            .header(header::CONTENT_SECURITY_POLICY, self.content_security_policy())
            .header(header::CONTENT_LANGUAGE, self.language)
            .header(header::REFERRER_POLICY, "no-referrer")
            // Whoever opened this page keeps no handle on it: nobody moves it elsewhere behind the person's back.
            .header("Cross-Origin-Opener-Policy", "same-origin")
            .content_type("text/html; charset=utf-8")
            .body(self.html)
    }
}

/// A page that only says something.
#[derive(Debug)]
pub struct Notice {
    /// The status of the answer.
    pub status: StatusCode,
    /// How it looks.
    pub tone: Tone,
    /// In a few words. Boxed, since a notice is the error of many a handler.
    pub title: Box<Message>,
    /// What happened and what to do now, a paragraph each.
    pub text: Vec<Message>,
    /// Where to go.
    pub next: Option<NextStep>,
    /// Under which id the operator finds what happened.
    pub trace: Option<String>,
    /// Seconds after which it may go better.
    pub retry_after: Option<u64>,
}

#[derive(Template)]
#[template(path = "http/pages/templates/notice.html")]
struct NoticePage<'n> {
    look: &'n Look,
    notice: &'n Notice,
    picture: Picture,
}

/// How a page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What the person wanted has happened.
    Good,
    /// Neither good nor bad.
    Plain,
    /// It did not work.
    Bad,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Bad => "bad",
        }
    }

    /// Whether a screen reader should say it at once.
    pub fn is_bad(self) -> bool {
        self == Self::Bad
    }

    fn picture(self) -> Picture {
        match self {
            Self::Good => Picture::Done,
            Self::Plain => Picture::Waiting,
            Self::Bad => Picture::Trouble,
        }
    }
}

/// The one thing to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Type the code of a device.
    EnterCode,
    /// The same address once more.
    Reload,
    /// The same path without its query, which says how far the browser had come.
    FromTheStart,
}

impl NextStep {
    /// The address, where `base` stands before the paths of our pages.
    pub fn href(self, base: &str) -> String {
        match self {
            Self::EnterCode => format!("{base}/device"),
            Self::Reload => String::new(),
            Self::FromTheStart => "?".to_owned(),
        }
    }

    /// The message that says what it does.
    pub fn words(self) -> &'static str {
        match self {
            Self::EnterCode => "enter-a-code",
            Self::Reload | Self::FromTheStart => "try-again",
        }
    }
}

impl Notice {
    /// As the answer to a form: its address need not have a page.
    #[must_use]
    pub fn after_a_form(mut self) -> Self {
        self.next = self.next.filter(|next| *next == NextStep::EnterCode);
        self
    }

    /// A page that refuses something, in the words of the messages `id` and `id-text`.
    pub fn refused(status: StatusCode, id: &'static str) -> Self {
        Self { status, ..Self::plain(Tone::Bad, id) }
    }

    /// Something that is said in this tone, in the words of the messages `id` and `id-text`.
    pub fn plain(tone: Tone, id: &'static str) -> Self {
        Self::said(tone, (Message::new(id), vec![Message::new(format!("{id}-text"))]))
    }

    /// These words, in this tone.
    pub fn said(tone: Tone, (title, text): (Message, Vec<Message>)) -> Self {
        Self {
            status: StatusCode::OK,
            tone,
            title: Box::new(title),
            text,
            next: None,
            trace: None,
            retry_after: None,
        }
    }

    /// As a page.
    pub fn shown(&self, look: &Look) -> Response {
        let page = NoticePage { look, notice: self, picture: self.tone.picture() };
        let mut response = Page::new(look, &page).status(self.status).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A `Content-Security-Policy` hash source (CSP 3 section 2.3.1 allows the base64url alphabet).
fn content_hash(content: &str) -> String {
    format!("sha256-{}=", base64url::encode(Digest::of(content.as_bytes()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(page: Page) -> String {
        page.into_response().header("content-security-policy").unwrap().to_owned()
    }

    fn notice() -> Response {
        let words =
            (Message::new("our-fault"), vec![Message::new("done-open-text").text("client", "<script>")]);
        Notice::said(Tone::Bad, words).shown(&Look::default())
    }

    fn page() -> Page {
        let notice = Notice::plain(Tone::Good, "stopped");
        let look = Look::default();
        Page::new(&look, &NoticePage { look: &look, notice: &notice, picture: Picture::Done })
    }

    #[test]
    fn req_2_2_pages_allow_nothing_but_their_own_style() {
        let response = notice();
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(response.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(response.header("content-language"), Some("en"));
    }

    #[test]
    fn req_2_1_a_script_is_named_by_its_hash_and_no_other_may_run() {
        let [relay, ask] = [RELAY_SCRIPT, ASK_SCRIPT].map(|script| {
            let hash = content_hash(script);
            assert_eq!(hash.len(), "sha256-".len() + 44);
            let policy = policy(page().with_script(script));
            assert!(policy.contains(&format!("script-src '{hash}'; ")), "{policy}");
            hash
        });
        assert_ne!(relay, ask);
    }

    #[test]
    fn the_answer_to_a_form_offers_no_address_that_may_have_no_page() {
        for (next, left) in [
            (NextStep::EnterCode, Some(NextStep::EnterCode)),
            (NextStep::Reload, None),
            (NextStep::FromTheStart, None),
        ] {
            let notice = Notice { next: Some(next), ..Notice::plain(Tone::Bad, "stopped") };
            assert_eq!(notice.after_a_form().next, left);
        }
        assert_eq!(NextStep::EnterCode.href("/v"), "/v/device");
    }

    #[tokio::test]
    async fn req_2_43_text_is_escaped() {
        let body = notice().into_body().into_string().await.unwrap();
        assert!(!body.contains("<script>") && body.contains("&lt;script&gt;"), "{body}");
    }
}
