//! The demo cloud wallet. It behaves like the one in the vendor's document: a browser comes with an
//! authorization request, a person reads what is asked and agrees or not, and the answer goes back in
//! the fragment of the redirect URI.
//!
//! A wallet takes care of its own person, so everything is read strictly: what the wallet does not
//! understand completely it does not show, and what it does not show it does not sign.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use poem::http::StatusCode;
use poem::web::{Data, Redirect};
use poem::{Body, IntoResponse as _, Response, handler};
use serde_json::{Value, json};

use super::Parties;
use super::agreement::Agreement;
use super::issuer::{Issuer, NotIssued};
use super::page::{self, Next};
use super::parameters::Parameters;
use super::shelf::Shelf;
use crate::domain::base::time::Timestamp;

mod answer;
mod credential;
mod holder;
mod query;
mod request;
mod words;

pub use answer::Shape;
pub use credential::ClaimPath;
pub use holder::{Binding, Fault, Holder};
pub use query::{Asked, BASIC_QUERY_ID, BASIC_SCOPE};

use request::{Misunderstood, Request};

/// How long a person may look at the consent page.
const CONSENT_LIFETIME: Duration = Duration::from_secs(600);

/// The wallet, with one holder and one registered client.
pub struct Wallet {
    holder: Holder,
    client_id: String,
    redirect_uri: String,
    pending: Shelf<Request>,
}

impl Wallet {
    pub(super) fn new(
        issuer: &Issuer,
        client_id: String,
        redirect_uri: String,
        now: Timestamp,
    ) -> Result<Self, NotIssued> {
        let holder = Holder::new(issuer, demo_person(), now)?;
        Ok(Self { holder, client_id, redirect_uri, pending: Shelf::default() })
    }

    /// Whose wallet it is, to present without clicking.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }
}

/// What the demo credential says.
pub fn demo_person() -> Value {
    json!({
        "given_name": "Alice",
        "family_name": "Example",
        "birth_date": "1990-05-17",
        "age_equal_or_over": { "18": true, "21": true, "65": false },
    })
}

/// `GET /wallet/authorize`
#[handler]
pub(super) fn authorize(Data(parties): Data<&Arc<Parties>>, request: &poem::Request) -> Response {
    match Parameters::of_query(request) {
        Ok(parameters) => ask(parties, &parameters),
        Err(status) => page::unreadable(parties, status),
    }
}

/// `POST /wallet/authorize`: the vendor's document shows both methods.
#[handler]
pub(super) async fn authorize_by_form(
    Data(parties): Data<&Arc<Parties>>,
    request: &poem::Request,
    body: Body,
) -> Response {
    match Parameters::of_form(request, body).await {
        Ok(parameters) => ask(parties, &parameters),
        Err(status) => page::unreadable(parties, status),
    }
}

/// Shows the request to the person; what they agree to stays on the server under a name that only
/// this page knows.
fn ask(parties: &Parties, parameters: &Parameters) -> Response {
    let wallet = &parties.wallet;
    let request = match Request::read(parameters, wallet) {
        Ok(request) => request,
        Err(Misunderstood::Client(url)) => return Redirect::see_other(url).into_response(),
        Err(Misunderstood::Person(why)) => {
            let headline = "This request cannot be shown";
            return page::sorry(parties, StatusCode::BAD_REQUEST, headline, why, Next::SANDBOX);
        }
    };
    let name = parties.random_name();
    let shape = parameters.one("shape").ok().flatten().and_then(Shape::from_name).unwrap_or_default();
    let response = page::html(parties, StatusCode::OK, |nonce| ConsentPage {
        nonce,
        who: "vpgate",
        client_id: &wallet.client_id,
        login_hint: request.login_hint.as_deref(),
        claims: words::claims(&request.asked, &wallet.holder),
        agreements: request.transactions.iter().map(|it| &it.agreement).collect(),
        request: &name,
        shapes: Shape::ALL.map(|(it, name, words)| (name, words, it == shape)),
        faults: Fault::ALL.map(|(_, name, words)| (name, words)),
    });
    wallet.pending.put(name, request, parties.now(), CONSENT_LIFETIME);
    response
}

/// `POST /wallet/consent`: `request`, and `decision` which is `share` or `decline`.
#[handler]
pub(super) async fn consent(
    Data(parties): Data<&Arc<Parties>>,
    request: &poem::Request,
    body: Body,
) -> Response {
    let form = match Parameters::of_form(request, body).await {
        Ok(form) => form,
        Err(status) => return page::unreadable(parties, status),
    };
    let one = |name| form.one(name).ok().flatten();
    let now = parties.now();
    let Some(request) = one("request").and_then(|name| parties.wallet.pending.take(name, now)) else {
        let why = "It was answered already, or you took longer than ten minutes.";
        let headline = "This request is no longer open";
        return page::sorry(parties, StatusCode::BAD_REQUEST, headline, why, Next::SANDBOX);
    };
    // Only a clear yes is a yes.
    if one("decision") != Some("share") {
        return Redirect::see_other(request.return_to.with_error("access_denied", "the person declined"))
            .into_response();
    }
    let shape = one("shape").and_then(Shape::from_name).unwrap_or_default();
    let fault = one("fault").and_then(Fault::from_name);
    let answer = match answer::vp_token(&parties.wallet, &request, shape, fault, now) {
        Ok(vp_token) => request.return_to.with(&[("vp_token", &vp_token)]),
        Err(_) => request.return_to.with_error("server_error", "the wallet could not sign"),
    };
    Redirect::see_other(answer).into_response()
}

#[derive(Template)]
#[template(path = "sandbox/pages/consent.html")]
struct ConsentPage<'a> {
    nonce: String,
    who: &'a str,
    client_id: &'a str,
    login_hint: Option<&'a str>,
    claims: Vec<(String, String)>,
    agreements: Vec<&'a Agreement>,
    request: &'a str,
    shapes: [(&'static str, &'static str, bool); 3],
    faults: [(&'static str, &'static str); 8],
}

#[cfg(test)]
mod tests;
