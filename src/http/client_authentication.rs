//! Who sends a request: one way to find out, for the OAuth endpoints and the REST API alike. What fails is
//! logged once, with the client, the method that it is registered for and the one it used, and its address;
//! never with a secret.

use std::sync::Arc;

use poem::Request;
use poem::http::header;

use super::PublicUrl;
use super::access_token::{self, NoTokenShown};
use super::basic::{self, ClientParameters, CredentialsFault};
use super::middleware::cors;
use super::middleware::rate_limits::{RateLimits, TooMany};
use crate::flow;
use crate::flow::client::authenticate::Unauthenticated;
use crate::flow::client::prove_key::NotProven;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::client_credentials::NotByToken;
use crate::flow::tokens::issue::TokenType;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::oauth::client::{
    AuthenticatedClient, AuthenticationFault, ClientCredentials, NotAuthenticated,
};
use vpgate_core::oauth::dpop::ProofTarget;

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

/// Why nobody comes in at the REST API.
#[derive(Debug)]
pub enum NotLetInToApi {
    /// By a secret.
    Secret(NotLetIn),
    /// By an access token, which is not shown as it must be.
    Shown(NoTokenShown),
    /// By an access token, shown like this.
    Token(TokenType, NotByToken),
    /// By an access token, with a proof that does not hold.
    Proof(NotProven),
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

/// At the REST API, which has no form: by HTTP Basic with a secret, also that of a client that is registered for
/// `client_secret_post`; or by an access token that the client got for itself.
///
/// # Errors
/// [`NotLetInToApi`]
pub async fn by_header<'v>(
    context: &'v Context,
    request: &Request,
) -> Result<AuthenticatedClient<'v>, NotLetInToApi> {
    if access_token::is_in_header(request.headers()) {
        return by_token(context, request).await.inspect_err(|why| note_token(request, why));
    }
    let shown = basic::from_header(request.headers()).and_then(|shown| {
        shown.map(|(id, secret)| ClientCredentials::Api(id, secret)).ok_or(CredentialsFault::Missing)
    });
    authenticate(context, request, shown).await.map_err(NotLetInToApi::Secret)
}

async fn by_token<'v>(
    context: &'v Context,
    request: &Request,
) -> Result<AuthenticatedClient<'v>, NotLetInToApi> {
    let shown = access_token::shown(request.headers(), request.uri().query(), None);
    let (shown_as, token) = shown.map_err(NotLetInToApi::Shown)?;
    let key = match shown_as {
        TokenType::Bearer => None,
        TokenType::Dpop => {
            let path = request.uri().path();
            let url = request.data::<PublicUrl>().map(|public_url| public_url.at(path)).unwrap_or_default();
            let target = ProofTarget { method: request.method().as_str(), url: &url, token: Some(&token) };
            let proven = flow::client::prove_key(context, None, &access_token::proofs(request), target).await;
            proven.map_err(NotLetInToApi::Proof)?
        }
    };
    let client = flow::tokens::client_of_token(context, &token, shown_as, key.as_ref()).await;
    client.map_err(|why| NotLetInToApi::Token(shown_as, why))
}

/// There is nothing to guess in a token, so failures are not counted.
fn note_token(request: &Request, why: &NotLetInToApi) {
    let reason: &dyn std::fmt::Display = match why {
        NotLetInToApi::Shown(why) => why,
        NotLetInToApi::Token(_, why @ NotByToken::InvalidToken) => why,
        NotLetInToApi::Proof(why @ NotProven::Invalid(_)) => why,
        // The first proof has no nonce, and our faults have lines of their own.
        _ => return,
    };
    let limits: Option<&Arc<RateLimits>> = request.data();
    let from = limits.map(|limits| limits.address_of(request)).unwrap_or_default();
    let (path, address) = (request.uri().path(), from.counted().map(tracing::field::display));
    tracing::warn!(path, address, %reason, "client authentication failed");
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
        (ClientCredentials::Assertion(..), Some(limits)) => Some(
            limits.under_way(from).map_err(|why| too_many(context, "client_assertions_under_way", why))?,
        ),
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
        let counted = limits.failed(from, client, context.now());
        counted.map_err(|why| too_many(context, "failed_client_authentications", why))?;
    }
    note(path, &shown, &why, from);
    Err(NotLetIn::NotAuthenticated { why, challenge: request.headers().contains_key(header::AUTHORIZATION) })
}

fn too_many(context: &Context, what: &str, why: TooMany) -> NotLetIn {
    context.metrics().limits.add([what]);
    NotLetIn::TooMany(why)
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
