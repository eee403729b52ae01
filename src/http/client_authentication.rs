//! Who sends a request: one way to find out, for the OAuth endpoints and the REST API alike. What fails is
//! logged once, with the client, the method that it is registered for and the one it used, and its address;
//! never with a secret.

use std::sync::Arc;

use poem::Request;
use poem::http::header;

use super::basic::{self, ClientParameters, CredentialsFault};
use super::middleware::cors;
use super::middleware::rate_limits::{RateLimits, TooMany};
use crate::flow;
use crate::flow::client::authenticate::Unauthenticated;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::oauth::client::{
    AuthenticatedClient, AuthenticationFault, ClientCredentials, NotAuthenticated,
};

/// The longest part of a stranger's identifier that is logged, in characters.
const LONGEST_LOGGED: usize = 64;

/// Why a request is nobody's.
#[derive(Debug)]
pub enum NotLetIn {
    /// What it shows cannot be read, or there is nothing.
    Credentials(CredentialsFault),
    /// It proves nothing.
    NotAuthenticated {
        /// One answer for every reason.
        why: NotAuthenticated,
        /// Whether HTTP Basic was used, which is the only way here that has a challenge (RFC 6749
        /// section 5.2): nobody is told to send a header who sent a form.
        challenge: bool,
    },
    /// Too many that failed, or too many at once.
    TooMany(TooMany),
    /// Our fault, or that of the server with the client's keys.
    Failed(Unavailable),
}

/// By the header or the form, as at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2).
///
/// # Errors
/// [`NotLetIn`]
pub async fn by_form<'v>(
    context: &'v Context,
    request: &Request,
    form: ClientParameters,
) -> Result<AuthenticatedClient<'v>, NotLetIn> {
    let shown = basic::client_credentials(request.headers(), request.uri().query(), form);
    authenticate(context, request, shown).await
}

/// By HTTP Basic alone, with a secret: the REST API has no form. A client that is registered for
/// `client_secret_post` shows the same secret there.
///
/// # Errors
/// [`NotLetIn`]
pub async fn by_header<'v>(
    context: &'v Context,
    request: &Request,
) -> Result<AuthenticatedClient<'v>, NotLetIn> {
    let shown = basic::from_header(request.headers()).and_then(|shown| {
        shown.map(|(id, secret)| ClientCredentials::Api(id, secret)).ok_or(CredentialsFault::Missing)
    });
    authenticate(context, request, shown).await
}

async fn authenticate<'v>(
    context: &'v Context,
    request: &Request,
    shown: Result<ClientCredentials, CredentialsFault>,
) -> Result<AuthenticatedClient<'v>, NotLetIn> {
    let limits: Option<&Arc<RateLimits>> = request.data();
    let from = limits.map(|limits| limits.address_of(request)).unwrap_or_default();
    let path = request.uri().path();
    let shown = shown.map_err(|why| {
        let address = from.counted().map(tracing::field::display);
        tracing::warn!(path, address, reason = %why, "client authentication failed");
        NotLetIn::Credentials(why)
    })?;
    // A secret is compared at once; an assertion waits for keys and for the store.
    let _under_way = match (&shown, limits) {
        (ClientCredentials::Assertion(..), Some(limits)) => {
            Some(limits.under_way(from).map_err(NotLetIn::TooMany)?)
        }
        _ => None,
    };
    let why = match flow::client::authenticate(context, &shown).await {
        Ok(client) => {
            cors::note_client(request, client.client());
            return Ok(client);
        }
        Err(Unauthenticated::Failed(failure)) => return Err(NotLetIn::Failed(failure)),
        Err(Unauthenticated::NotAuthenticated(why)) => why,
    };
    // Whoever is right passes, however many were wrong before: only what fails is braked.
    if let (Some(limits), Some(client)) = (limits, why.guarded()) {
        limits.failed(from, client, context.now()).map_err(NotLetIn::TooMany)?;
    }
    note(path, &shown, &why, from);
    Err(NotLetIn::NotAuthenticated { why, challenge: request.headers().contains_key(header::AUTHORIZATION) })
}

fn note(path: &str, shown: &ClientCredentials, why: &NotAuthenticated, from: ClientAddress) {
    let named = why.client().or_else(|| shown.claimed_id()).unwrap_or_default();
    let client: String = named.chars().take(LONGEST_LOGGED).collect();
    let address = from.counted().map(tracing::field::display);
    let (expected, used, reason) = (why.expected().unwrap_or("-"), shown.method(), why.why());
    if *reason == AuthenticationFault::Replay {
        tracing::warn!(path, client, expected, used, address, "a client assertion was used a second time");
    } else {
        tracing::warn!(path, client = ?client, expected, used, address, %reason, "client authentication failed");
    }
}
