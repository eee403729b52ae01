//! The browser goes back to the client: redirected, or with a form that it posts there (OAuth 2.0 Form Post Response
//! Mode section 2).

use askama::Template;
use poem::{IntoResponse, Response};

use super::page::{POST_SCRIPT, Page};
use super::{Pages, see_other};
use vpgate_core::oauth::redirect::ReturnUrl;

/// The form. Its script presses the button.
#[derive(Template)]
#[template(path = "http/pages/templates/return.html")]
struct Return<'r> {
    address: &'r str,
    fields: &'r [(String, String)],
}

impl Pages {
    /// Sends the browser where `home` says, with what the client is told.
    pub(super) fn return_to(&self, home: &ReturnUrl) -> Response {
        match home.form() {
            None => see_other(home.expose()),
            Some(fields) => Page::new(&Return { address: home.expose(), fields })
                .leading_on(&self.ways_out())
                .with_script(POST_SCRIPT)
                .into_response(),
        }
    }
}
