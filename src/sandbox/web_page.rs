//! A page of a web application that signs its visitor in with the browser widget.

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};

use super::{Parties, page};

/// `GET /page`: the widget does the rest.
#[handler]
pub(super) fn show(Data(parties): Data<&Arc<Parties>>) -> Response {
    page::html_with_script(parties, StatusCode::OK, |nonce| WebPage {
        nonce,
        client_id: &parties.page_client_id,
        scope: &parties.scope,
    })
}

#[derive(Template)]
#[template(path = "sandbox/pages/web_page.html")]
struct WebPage<'a> {
    nonce: String,
    client_id: &'a str,
    scope: &'a str,
}
