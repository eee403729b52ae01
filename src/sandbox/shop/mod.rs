//! The shop: a web application that asks people to prove and agree to something before it acts
//! (the REST API of the service).

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use poem::http::StatusCode;
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem::web::{Data, Redirect};
use poem::{Body, IntoResponse as _, Request, Response, handler};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::page::{self, Next};
use super::parameters::FormParameters;
use super::{MOUNT, Parties};

mod age;
mod offers;
mod outcome;
mod ways;

use offers::ShopOffer;
use outcome::{ShopOutcome, ShopStatus};
use ways::Way;

const COOKIE: &str = "sandbox_shop";
const MEMORY: Duration = Duration::from_secs(3600);
/// Who is logged in at the shop, as far as the shop believes.
const CUSTOMER: &str = "alice@example.com";

/// A customer who was sent to their wallet: what the shop remembers in its own session.
pub(super) struct ShopVisit {
    presentation: String,
    state: String,
    outcome: Option<Arc<ShopOutcome>>,
}

/// `GET /shop`
#[handler]
pub(super) fn show(Data(parties): Data<&Arc<Parties>>) -> Response {
    page::html(parties, StatusCode::OK, |nonce| ShopPage { nonce, offers: ShopOffer::ALL, ways: Way::ALL })
}

/// `POST /shop/agree`: asks the service to begin, and sends the browser where it says.
#[handler]
pub(super) async fn agree(
    Data(parties): Data<&Arc<Parties>>,
    request: &Request,
    body: Body,
    jar: &CookieJar,
) -> Response {
    let form = match FormParameters::of_form(request, body).await {
        Ok(form) => form,
        Err(status) => return page::unreadable(parties, status),
    };
    let wanted = form.one("offer").ok().flatten();
    let way = form.one("wallet").ok().and_then(Way::named);
    let Some((mut question, way)) = wanted.zip(way).and_then(|(wanted, way)| question(parties, wanted, way))
    else {
        let why = "The shop has nothing of that name.";
        return page::sorry(parties, StatusCode::BAD_REQUEST, "Not on offer", why, Next::SHOP);
    };
    let state = parties.random_name();
    question["wallet"] = way.wallet.into();
    question["flow"] = way.flow.into();
    question["redirect_uri"] = format!("{}{MOUNT}/shop/return", parties.address).into();
    question["state"] = state.as_str().into();
    if way.hinted {
        question["login_hint"] = CUSTOMER.into();
    }
    let answer = parties.service.post_json("/v1/presentations", &parties.shop, &question).await;
    let begun = answer.ok().filter(|answer| answer.status == 201);
    let Some((id, start_url)) = begun.as_ref().and_then(|it| it.text("id").zip(it.text("start_url"))) else {
        let why = "The service did not begin. Nothing has been bought, sent or agreed.";
        return page::sorry(
            parties,
            StatusCode::BAD_GATEWAY,
            "We cannot ask your wallet now",
            why,
            Next::SHOP,
        );
    };

    let visit = ShopVisit { presentation: id.to_owned(), state, outcome: None };
    let name = parties.random_name();
    let mut cookie = Cookie::new_with_str(COOKIE, name.clone());
    cookie.set_path("/sandbox/shop");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(parties.address.starts_with("https:"));
    jar.add(cookie);
    parties.visits.put(name, visit, parties.now(), MEMORY);
    Redirect::see_other(start_url).into_response()
}

/// What is asked for the offer of this name, and how. A driving licence is in no cloud wallet: it is asked for as
/// strangers ask.
fn question(parties: &Parties, wanted: &str, way: Way) -> Option<(Value, Way)> {
    if wanted == age::NAME {
        return Some((json!({ "dcql_query": age::query() }), way.of_a_stranger()));
    }
    let offer = ShopOffer::named(wanted)?;
    Some((json!({ "scope": parties.scope, "transaction_data": [offer.transaction_data()] }), way))
}

/// `GET /shop/return`: the customer is back. Only the browser that left with this `state` is shown anything.
#[handler]
pub(super) async fn come_back(
    Data(parties): Data<&Arc<Parties>>,
    request: &Request,
    jar: &CookieJar,
) -> Response {
    let parameters = match FormParameters::of_query(request) {
        Ok(parameters) => parameters,
        Err(status) => return page::unreadable(parties, status),
    };
    let name = jar.get(COOKIE).map(|cookie| cookie.value_str().to_owned()).unwrap_or_default();
    let returned = parameters.one("state").ok().flatten();
    let visit = parties.visits.with(&name, parties.now(), |visit| {
        let same = returned == Some(visit.state.as_str());
        same.then(|| (visit.presentation.clone(), visit.outcome.clone()))
    });
    let Some(Some((id, known))) = visit else {
        let why = "You did not leave from here in this browser, or it was more than an hour ago.";
        return page::sorry(parties, StatusCode::BAD_REQUEST, "We were not expecting you", why, Next::SHOP);
    };
    let outcome = match known {
        Some(outcome) => outcome,
        None => match collect(parties, &id, parameters.one("response_code").ok().flatten()).await {
            Some(outcome) => Arc::new(outcome),
            None => {
                let why = "The service does not answer. Reload this page in a moment.";
                return page::sorry(parties, StatusCode::BAD_GATEWAY, "One moment", why, Next::SHOP);
            }
        },
    };
    if outcome.is_final() {
        // A response code works once; a reloaded page must not need it again.
        let keep = |visit: &mut ShopVisit| visit.outcome = Some(Arc::clone(&outcome));
        let _forgotten = parties.visits.with(&name, parties.now(), keep);
    }
    let pending = outcome.status == ShopStatus::Pending;
    let page = |nonce| OutcomePage { nonce, outcome: &outcome };
    match pending {
        true => page::html_with_script(parties, StatusCode::OK, page),
        false => page::html(parties, StatusCode::OK, page),
    }
}

/// `GET /shop/waiting`: whether the page of a customer who came back too early is to wait on (204), or to go on (205).
#[handler]
pub(super) async fn waiting(Data(parties): Data<&Arc<Parties>>, jar: &CookieJar) -> Response {
    let name = jar.get(COOKIE).map(|cookie| cookie.value_str().to_owned()).unwrap_or_default();
    let visit = parties.visits.with(&name, parties.now(), |visit| visit.presentation.clone());
    let Some(id) = visit else { return StatusCode::RESET_CONTENT.into() };
    let answer = parties.service.get_and_wait(&path_of(&id), &parties.shop).await;
    let pending = answer.is_ok_and(|answer| ShopOutcome::read(&answer).status == ShopStatus::Pending);
    if pending { StatusCode::NO_CONTENT } else { StatusCode::RESET_CONTENT }.into()
}

fn path_of(presentation: &str) -> String {
    format!("/v1/presentations/{presentation}")
}

async fn collect(parties: &Parties, id: &str, response_code: Option<&str>) -> Option<ShopOutcome> {
    let mut path = path_of(id);
    if let Some(code) = response_code {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("response_code", code).finish();
        path.push('?');
        path.push_str(&query);
    }
    let answer = parties.service.get(&path, &parties.shop).await.ok().filter(|answer| answer.status < 500)?;
    Some(ShopOutcome::read(&answer))
}

#[derive(Template)]
#[template(path = "sandbox/pages/shop.html")]
struct ShopPage {
    nonce: String,
    offers: [ShopOffer; 4],
    ways: [Way; 7],
}

#[derive(Template)]
#[template(path = "sandbox/pages/outcome.html")]
struct OutcomePage<'a> {
    nonce: String,
    outcome: &'a ShopOutcome,
}
