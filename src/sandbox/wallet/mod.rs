//! The demo wallet. Towards a client that is registered with it, it behaves like the cloud wallet in the
//! vendor's document: a browser comes with an authorization request, a person reads what is asked and agrees
//! or not, and the answer goes back in the fragment of the redirect URI. Towards everybody else it speaks
//! OpenID4VP 1.0 (`openid4vp`): requests in the address or fetched and signed, answers that it posts
//! (`posting`), in plain text or encrypted; or asked by a browser's Digital Credentials API (`dc_api`).
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
use super::issuance::NotIssued;
use super::issuer::Issuer;
use super::mdoc::documents::PORTRAIT;
use super::page::{self, Next};
use super::parameters::FormParameters;
use super::transaction_text::TransactionText;
use super::ttl_map::TtlMap;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::x5c::Roots;

mod answer;
mod credential;
pub(super) mod dc_api;
mod fault;
mod holder;
mod openid4vp;
mod org_iso_mdoc;
mod posting;
mod query;
mod request;
mod words;

pub use answer::AnswerShape;
pub use credential::ClaimNames;
pub use credential::CredentialAsked;
pub use fault::HolderFault;
pub use holder::{Binding, Holder};
pub use query::{BASIC_QUERY_ID, BASIC_SCOPE};

use posting::NotDelivered;
use request::{Misunderstood, Reply, Request};

/// How long a person may look at the consent page.
const CONSENT_LIFETIME: Duration = Duration::from_secs(600);

/// The client that is registered with the wallet, as cloud wallets have it.
pub(super) struct Registration {
    /// `client_id`
    pub(super) client_id: String,
    /// The only address to which its answers are sent.
    pub(super) redirect_uri: String,
}

/// The wallet, with one holder and one registered client.
pub struct DemoWallet {
    holder: Holder,
    registration: Registration,
    /// Whom it believes about everybody else.
    roots: Option<Roots>,
    pending: TtlMap<Request>,
}

impl DemoWallet {
    pub(super) fn new(
        issuer: &Issuer,
        registration: Registration,
        roots: Option<Roots>,
        now: Timestamp,
    ) -> Result<Self, NotIssued> {
        let holder = Holder::new(issuer, demo_person(), now)?;
        Ok(Self { holder, registration, roots, pending: TtlMap::default() })
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
pub(super) async fn authorize(Data(parties): Data<&Arc<Parties>>, request: &poem::Request) -> Response {
    match FormParameters::of_query(request) {
        Ok(parameters) => ask(parties, &parameters).await,
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
    match FormParameters::of_form(request, body).await {
        Ok(parameters) => ask(parties, &parameters).await,
        Err(status) => page::unreadable(parties, status),
    }
}

/// Shows the request to the person; what they agree to stays on the server under a name that only
/// this page knows.
async fn ask(parties: &Parties, parameters: &FormParameters) -> Response {
    let wallet = &parties.wallet;
    let read = match openid4vp::is_meant(parameters) {
        true => openid4vp::read(parameters, parties).await,
        false => Request::read(parameters, wallet),
    };
    let request = match read {
        Ok(request) => request,
        Err(Misunderstood::Client(url)) => return Redirect::see_other(url).into_response(),
        Err(Misunderstood::Person(why)) => {
            let headline = "This request cannot be shown";
            return page::sorry(parties, StatusCode::BAD_REQUEST, headline, why, Next::SANDBOX);
        }
    };
    let name = parties.random_name();
    let shape = parameters.one("shape").ok().flatten().and_then(AnswerShape::from_name).unwrap_or_default();
    let response = page::html(parties, StatusCode::OK, |nonce| ConsentPage {
        nonce,
        who: "vpgate",
        client_id: &request.client_id,
        posted: matches!(request.reply, Reply::Post(_)),
        login_hint: request.login_hint.as_deref(),
        claims: words::claims(&request.asked, &wallet.holder),
        portrait: words::portrait(&request.asked).then(portrait),
        agreements: request.transactions.iter().map(|it| &it.agreement).collect(),
        request: &name,
        shapes: AnswerShape::ALL.map(|(it, name, words)| (name, words, it == shape)),
        faults: HolderFault::ALL.map(|(_, name, words)| (name, words)),
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
    let form = match FormParameters::of_form(request, body).await {
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
    let agreed = one("decision") == Some("share");
    let fault = one("fault").and_then(HolderFault::from_name);
    let vp_token = |shape| match agreed {
        true => answer::vp_token(&parties.wallet, &request, shape, fault, now)
            .map_err(|_| ("server_error", "the wallet could not sign")),
        false => Err(("access_denied", "the person declined")),
    };
    match &request.reply {
        Reply::Fragment(return_to) => {
            let shape = one("shape").and_then(AnswerShape::from_name).unwrap_or_default();
            let answer = match vp_token(shape) {
                Ok(vp_token) => return_to.with(&[("vp_token", &vp_token)]),
                Err((error, description)) => return_to.with_error(error, description),
            };
            Redirect::see_other(answer).into_response()
        }
        Reply::Post(post_to) => {
            let told = match vp_token(AnswerShape::Object) {
                Ok(vp_token) => post_to.share(&parties.service, &vp_token).await,
                Err((error, description)) => post_to.refuse(&parties.service, error, description).await,
            };
            after_posting(parties, told)
        }
    }
}

/// The browser goes where the verifier says (OpenID4VP 1.0 section 8.2), as long as that is the verifier.
fn after_posting(parties: &Parties, told: Result<Option<String>, NotDelivered>) -> Response {
    let page = |status, headline, why| page::sorry(parties, status, headline, why, Next::SANDBOX);
    match told {
        Ok(Some(url)) if parties.service.path_of(&url).is_some() => Redirect::see_other(url).into_response(),
        Ok(Some(_)) => {
            page(StatusCode::BAD_GATEWAY, "Nowhere to go", "The verifier would send you somewhere else.")
        }
        Ok(None) => page(StatusCode::OK, "Your answer arrived", "You can close this page."),
        Err(NotDelivered) => {
            let why = "It may have been answered already, or have expired.";
            page(StatusCode::BAD_GATEWAY, "Your answer was not taken", why)
        }
    }
}

fn portrait() -> String {
    PORTRAIT.iter().fold("data:image/jpeg,".to_owned(), |address, byte| format!("{address}%{byte:02X}"))
}

#[derive(Template)]
#[template(path = "sandbox/pages/consent.html")]
struct ConsentPage<'a> {
    nonce: String,
    who: &'a str,
    client_id: &'a str,
    posted: bool,
    login_hint: Option<&'a str>,
    claims: Vec<(String, String)>,
    /// As a `data:` address.
    portrait: Option<String>,
    agreements: Vec<&'a TransactionText>,
    request: &'a str,
    shapes: [(&'static str, &'static str, bool); 3],
    faults: [(&'static str, &'static str); 8],
}

#[cfg(test)]
mod tests;
