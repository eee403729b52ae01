//! The authorization request as the cloud wallet's document describes it (REQ-13.1), read strictly.

use url::{Url, form_urlencoded};

use super::DemoWallet;
use super::credential::CredentialAsked;
use super::posting::PostTo;
use super::query::{self, Unanswerable};
use crate::sandbox::mdoc::transcript::Handover;
use crate::sandbox::parameters::{FormParameters, Repeated};
use crate::sandbox::transaction::Transaction;

/// The shortest nonce accepted, in characters.
const SHORTEST_NONCE: usize = 16;

/// A request that the wallet understands in full.
#[derive(Debug)]
pub(super) struct Request<R = Reply> {
    /// Who asks: the audience of the answer.
    pub(super) client_id: String,
    pub(super) reply: R,
    pub(super) nonce: String,
    /// How the request came, and where the answer goes, as the signature of an mdoc says it.
    pub(super) handover: Handover,
    /// Thumbprint of the key that the answer is encrypted to, where it is.
    pub(super) answer_key: Option<Vec<u8>>,
    pub(super) asked: Vec<CredentialAsked>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) login_hint: Option<String>,
}

/// How the answer travels.
#[derive(Debug)]
pub(super) enum Reply {
    /// With the browser, in the fragment.
    Fragment(ReturnTo),
    /// By a request of the wallet's own (`direct_post`, `direct_post.jwt`).
    Post(PostTo),
}

/// Where the answer goes: an address that was registered, never one that merely arrived.
#[derive(Clone, Debug)]
pub(super) struct ReturnTo {
    redirect_uri: Url,
    state: Option<String>,
}

/// Why a request was not understood.
#[derive(Debug)]
pub(super) enum Misunderstood {
    /// Nobody can be told but the person: client or address are not known (RFC 6749 section 4.1.2.1).
    Person(&'static str),
    /// The client is told, by fragment.
    Client(Url),
}

impl ReturnTo {
    /// The redirect URI with these parameters, and `state`, in its fragment (OpenID4VP 1.0 section 8.2).
    pub(super) fn with(&self, parameters: &[(&str, &str)]) -> Url {
        let mut fragment = form_urlencoded::Serializer::new(String::new());
        fragment.extend_pairs(parameters);
        fragment.extend_pairs(self.state.as_deref().map(|state| ("state", state)));
        let mut url = self.redirect_uri.clone();
        url.set_fragment(Some(&fragment.finish()));
        url
    }

    /// An error response (section 8.5).
    pub(super) fn with_error(&self, error: &str, description: &str) -> Url {
        self.with(&[("error", error), ("error_description", description)])
    }
}

impl Request {
    pub(super) fn read(parameters: &FormParameters, wallet: &DemoWallet) -> Result<Self, Misunderstood> {
        let return_to = return_to(parameters, wallet)?;
        let refused = |error, description| Misunderstood::Client(return_to.with_error(error, description));
        let one = |name| {
            parameters.one(name).map_err(|Repeated(_)| refused("invalid_request", "a parameter is repeated"))
        };

        if one("response_type")? != Some("vp_token") {
            return Err(refused("unsupported_response_type", "response_type must be vp_token"));
        }
        if one("response_mode")?.is_some_and(|mode| mode != "fragment") {
            return Err(refused("invalid_request", "this wallet answers by fragment only"));
        }
        let nonce = one("nonce")?.filter(|nonce| is_nonce(nonce));
        let nonce = nonce
            .ok_or_else(|| refused("invalid_request", "nonce must be 16 or more URL-safe characters"))?;
        let asked = match (one("scope")?, one("dcql_query")?) {
            (Some(scope), None) => query::of_scope(scope),
            (None, Some(query)) => query::of_dcql(query, &wallet.holder),
            _ => return Err(refused("invalid_request", "exactly one of scope and dcql_query is needed")),
        };
        let asked = asked.map_err(|why| match why {
            Unanswerable::Scope => refused("invalid_scope", "a scope is unknown"),
            Unanswerable::Query => refused("invalid_request", "the dcql_query is not understood"),
            Unanswerable::NotHeld => refused("access_denied", "the wallet does not hold what is asked for"),
        })?;
        let transactions =
            one("transaction_data")?.map_or(Some(Vec::new()), |text| transactions(text, &asked));
        let transactions = transactions
            .ok_or_else(|| refused("invalid_transaction_data", "the transaction data is not understood"))?;
        let (nonce, login_hint) = (nonce.to_owned(), one("login_hint")?.map(str::to_owned));
        let (client_id, reply) = (wallet.registration.client_id.clone(), Reply::Fragment(return_to.clone()));
        let handover = Handover::Redirect(wallet.registration.redirect_uri.clone());
        Ok(Self { client_id, reply, nonce, handover, answer_key: None, asked, transactions, login_hint })
    }
}

fn return_to(parameters: &FormParameters, wallet: &DemoWallet) -> Result<ReturnTo, Misunderstood> {
    if parameters.one("client_id") != Ok(Some(&wallet.registration.client_id)) {
        return Err(Misunderstood::Person("This wallet does not know who is asking."));
    }
    let redirect_uri = Url::parse(&wallet.registration.redirect_uri).ok();
    let registered = parameters.one("redirect_uri") == Ok(Some(&wallet.registration.redirect_uri));
    let redirect_uri = redirect_uri.filter(|_| registered).ok_or(Misunderstood::Person(
        "The request would send the answer to an address that is not registered with this wallet.",
    ))?;
    match parameters.one("state") {
        Ok(state) => Ok(ReturnTo { redirect_uri, state: state.map(str::to_owned) }),
        Err(Repeated(_)) => Err(Misunderstood::Client(
            ReturnTo { redirect_uri, state: None }.with_error("invalid_request", "a parameter is repeated"),
        )),
    }
}

/// ASCII URL-safe characters (section 5.2).
pub(super) fn is_nonce(nonce: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    nonce.len() >= SHORTEST_NONCE && nonce.bytes().all(safe)
}

/// Every object must be understood, and name only credentials that are asked for.
fn transactions(text: &str, asked: &[CredentialAsked]) -> Option<Vec<Transaction>> {
    let known = |id: &String| asked.iter().any(|query| query.id == *id);
    text.split(' ')
        .map(|encoded| Transaction::read(encoded).filter(|it| it.credential_ids.iter().all(known)))
        .collect()
}
