//! The front page: what this is, and how to try it.

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};

use super::status_list::DemoStatus;
use super::{Parties, page};

/// `GET /`
#[handler]
pub(super) fn show(Data(parties): Data<&Arc<Parties>>) -> Response {
    let standing = parties.wallet.holder().status_index().and_then(|index| parties.issuer.status(index));
    page::html(parties, StatusCode::OK, |nonce| IndexPage {
        nonce,
        address: &parties.address,
        statuses: DemoStatus::ALL.map(|(status, name)| (name, Some(status) == standing)),
    })
}

#[derive(Template)]
#[template(path = "sandbox/pages/index.html")]
struct IndexPage<'a> {
    nonce: String,
    address: &'a str,
    /// Name, and whether it is so now.
    statuses: [(&'static str, bool); 3],
}
