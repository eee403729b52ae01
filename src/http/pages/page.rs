//! A page and the headers that keep it safe: no third party, no frame, no referrer, no cache.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use askama::Template;
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};

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

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| content_hash(STYLE));

/// A page ready to be sent.
#[derive(Debug)]
pub struct Page {
    status: StatusCode,
    html: String,
    /// Where its forms may lead besides here: sources of `form-action`.
    forms: Option<String>,
    /// The only script that may run.
    script: Option<&'static str>,
    /// A style of this page alone, named by its hash like the one of all pages.
    own_style: Option<String>,
}

impl Page {
    /// Fills a template.
    pub fn new(template: &impl Template) -> Self {
        // Writing into a String cannot fail, and our templates call nothing that can.
        let html = template.render().unwrap_or_default();
        Self { status: StatusCode::OK, html, forms: None, script: None, own_style: None }
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
    pub fn counting_down(self, seconds: u64) -> Self {
        let style = format!(".countdown{{--length:{seconds}s;--left:{seconds}}}");
        let html = self.html.replacen("</head>", &format!("<style>{style}</style>\n</head>"), 1);
        Self { html, own_style: Some(style), ..self }
    }

    fn content_security_policy(&self) -> String {
        let script = match self.script {
            Some(script) => format!("script-src '{}'; ", content_hash(script)),
            None => String::new(),
        };
        let forms = self.forms.as_deref().unwrap_or("'self'");
        let own_style = match &self.own_style {
            Some(style) => format!(" '{}'", content_hash(style)),
            None => String::new(),
        };
        format!(
            "default-src 'none'; {script}style-src '{}'{own_style}; form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Response::builder()
            .status(self.status)
            .header(header::CONTENT_SECURITY_POLICY, self.content_security_policy())
            .header(header::REFERRER_POLICY, "no-referrer")
            // Whoever opened this page keeps no handle on it: nobody moves it elsewhere behind the person's back.
            .header("Cross-Origin-Opener-Policy", "same-origin")
            .content_type("text/html; charset=utf-8")
            .body(self.html)
    }
}

/// A page that only says something.
#[derive(Debug, Template)]
#[template(path = "http/pages/templates/notice.html")]
pub struct Notice {
    /// The status of the answer.
    pub status: StatusCode,
    /// How it looks.
    pub tone: Tone,
    /// In a few words.
    pub title: &'static str,
    /// What happened and what to do now.
    pub text: Cow<'static, str>,
    /// Where to go.
    pub next: Option<&'static Link>,
    /// What stands before the path of that link.
    pub base: Arc<str>,
    /// Under which id the operator finds what happened.
    pub trace: Option<String>,
    /// Seconds after which it may go better.
    pub retry_after: Option<u64>,
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
}

/// The one thing to do next.
#[derive(Debug)]
pub struct Link {
    /// A path of ours, below the public address.
    pub href: &'static str,
    /// What it does.
    pub text: &'static str,
}

impl Notice {
    /// A page that refuses something.
    pub fn refused(status: StatusCode, title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { status, ..Self::plain(Tone::Bad, title, text) }
    }

    /// Something that is said, in this tone.
    pub fn plain(tone: Tone, title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let (status, base) = (StatusCode::OK, "".into());
        Self { status, tone, title, text, next: None, base, trace: None, retry_after: None }
    }

    /// With its link below this path.
    #[must_use]
    pub fn below(self, base: Arc<str>) -> Self {
        Self { base, ..self }
    }
}

impl IntoResponse for Notice {
    fn into_response(self) -> Response {
        let mut response = Page::new(&self).status(self.status).into_response();
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

    fn notice() -> Notice {
        Notice::refused(StatusCode::BAD_REQUEST, "No", "<script>alert(1)</script>")
    }

    #[test]
    fn req_2_2_pages_allow_nothing_but_their_own_style() {
        let response = notice().into_response();
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(response.header("cross-origin-opener-policy"), Some("same-origin"));
    }

    #[test]
    fn req_2_1_a_script_is_named_by_its_hash_and_no_other_may_run() {
        let [relay, ask] = [RELAY_SCRIPT, ASK_SCRIPT].map(|script| {
            let hash = content_hash(script);
            assert_eq!(hash.len(), "sha256-".len() + 44);
            let policy = policy(Page::new(&notice()).with_script(script));
            assert!(policy.contains(&format!("script-src '{hash}'; ")), "{policy}");
            hash
        });
        assert_ne!(relay, ask);
    }

    #[tokio::test]
    async fn req_2_43_text_is_escaped() {
        let body = notice().into_response().into_body().into_string().await.unwrap();
        assert!(!body.contains("<script>") && body.contains("&#60;script&#62;"), "{body}");
    }
}
