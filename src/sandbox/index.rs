//! The front page: what this is, and how to try it.

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};

use super::{Parties, page};

/// `GET /`
#[handler]
pub(super) fn show(Data(parties): Data<&Arc<Parties>>) -> Response {
    page::html(parties, StatusCode::OK, |nonce| IndexPage { nonce, address: &parties.address })
}

#[derive(Template)]
#[template(path = "sandbox/pages/index.html")]
struct IndexPage<'a> {
    nonce: String,
    address: &'a str,
}
