//! The browser is posted on: back to the client (OAuth 2.0 Form Post Response Mode section 2), or to a wallet that takes
//! its request so.

use askama::Template;
use poem::{IntoResponse, Response};

use super::look::Look;
use super::page::{POST_SCRIPT, Page};
use super::pictures::Picture;
use super::{Pages, see_other};
use vpgate_core::oauth::redirect::ReturnUrl;

/// The form. Its script presses the button.
#[derive(Template)]
#[template(path = "http/pages/templates/post.html")]
struct PostOn<'r> {
    look: &'r Look,
    title: &'static str,
    button: &'static str,
    address: &'r str,
    fields: &'r [(String, String)],
}

impl Pages {
    /// Sends the browser where `home` says, with what the client is told.
    pub(super) fn return_to(&self, home: &ReturnUrl) -> Response {
        match home.form() {
            None => see_other(home.expose()),
            Some(fields) => self.post_on(("return-title", "go-on"), home.expose(), fields),
        }
    }

    /// Sends the browser to the wallet with the request in a form.
    pub(super) fn post_to_wallet(&self, address: &str, fields: &[(String, String)]) -> Response {
        self.post_on(("post-title", "continue-to-wallet"), address, fields)
    }

    fn post_on(
        &self,
        (title, button): (&'static str, &'static str),
        address: &str,
        fields: &[(String, String)],
    ) -> Response {
        Page::new(&self.look, &PostOn { look: &self.look, title, button, address, fields })
            .leading_on(&self.ways_out())
            .with_script(POST_SCRIPT)
            .into_response()
    }
}
