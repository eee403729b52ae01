//! The front page: what this is, and how to try it.

use std::sync::Arc;

use askama::Template;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};

use super::status_list::DemoStatus;
use super::{Parties, page};
use vpgate_core::appearance::languages::{CATALOGUES, Catalogue};

/// `GET /`
#[handler]
pub(super) fn show(Data(parties): Data<&Arc<Parties>>) -> Response {
    front(parties, false)
}

/// `GET /`, where the issuer and the wallet are the only parties.
#[handler]
pub(super) fn show_alone(Data(parties): Data<&Arc<Parties>>) -> Response {
    front(parties, true)
}

fn front(parties: &Parties, alone: bool) -> Response {
    let standing = parties.wallet.holder().status_index().and_then(|index| parties.issuer.status(index));
    page::html(parties, StatusCode::OK, |nonce| IndexPage {
        nonce,
        address: &parties.address,
        alone,
        languages: CATALOGUES,
        statuses: DemoStatus::ALL.map(|(status, name)| (name, Some(status) == standing)),
    })
}

#[derive(Template)]
#[template(path = "sandbox/pages/index.html")]
struct IndexPage<'a> {
    nonce: String,
    address: &'a str,
    /// The issuer and the wallet alone.
    alone: bool,
    languages: &'static [Catalogue],
    /// Name, and whether it is so now.
    statuses: [(&'static str, bool); 3],
}
