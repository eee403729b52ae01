//! A person signs out, because a client asks for it or because they want to (RP-Initiated Logout 1.0).

use url::Url;

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::session::end;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::authorization_request::AuthorizationParameters;
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::logout::LogoutHint;
use vpgate_core::oauth::redirect::{MAX_STATE_BYTES, ReturnUrl};
use vpgate_core::oauth::session::Session;

/// What a request to sign out leads to.
#[derive(Debug)]
pub enum SignOut {
    /// The person is asked first: anybody can send a browser here.
    Ask {
        /// Identifier and name of the client that sent the browser, where one is named.
        client: Option<(String, String)>,
    },
    /// Done; where the browser goes, if anywhere.
    Done(Option<ReturnUrl>),
}

/// Why nobody is signed out.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotSignedOut {
    #[error("there is no such client")]
    UnknownClient,
    /// `client_id` is another than the `aud` of the hint.
    #[error("client_id and id_token_hint name different clients")]
    OtherClient,
    /// Letter by letter.
    #[error("post_logout_redirect_uri is not registered for this client")]
    Nowhere,
    #[error("state is longer than {MAX_STATE_BYTES} bytes")]
    State,
    #[error("a parameter is repeated")]
    Repeated,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// A request to sign out, checked.
struct LogoutRequest<'c> {
    client: Option<&'c Client>,
    hint: Option<LogoutHint>,
    return_to: Option<ReturnUrl>,
}

fn named(request: &LogoutRequest<'_>) -> Option<(String, String)> {
    request.client.map(|client| (client.id.clone(), client.name.clone()))
}

/// A browser arrives, with the secrets of its sessions. With an ID token about the person of one of them, or of a
/// session that is in no cookie here, it is signed out at once.
///
/// # Errors
/// [`NotSignedOut`]
pub async fn look_at(
    context: &Context,
    parameters: &AuthorizationParameters,
    shown: &[Secret],
) -> Result<SignOut, NotSignedOut> {
    let request = checked(context, parameters)?;
    let Some(hint) = &request.hint else {
        return Ok(SignOut::Ask { client: named(&request) });
    };
    let own = sessions(context, shown).await?;
    // Somebody else has signed in to that client here since: the hint does not speak for them.
    if own.iter().any(|session| is_of_client(session, hint)) && !own.iter().any(|it| is_about(it, hint)) {
        return Ok(SignOut::Ask { client: named(&request) });
    }
    let elsewhere = match &hint.session {
        Some(id) if own.iter().all(|session| session.terms().id != *id) => {
            context.ports.store.session(id).await?.filter(|session| is_about(session, hint))
        }
        _ => None,
    };
    for session in own.iter().chain(&elsewhere) {
        end::end(context, session).await?;
    }
    Ok(SignOut::Done(request.return_to))
}

/// The person wants to. All sessions of the browser end.
///
/// # Errors
/// [`NotSignedOut`]
pub async fn sign_out(
    context: &Context,
    parameters: &AuthorizationParameters,
    shown: &[Secret],
) -> Result<Option<ReturnUrl>, NotSignedOut> {
    let request = checked(context, parameters)?;
    for session in &sessions(context, shown).await? {
        end::end(context, session).await?;
    }
    Ok(request.return_to)
}

fn is_of_client(session: &Session, hint: &LogoutHint) -> bool {
    session.terms().client_id == hint.client_id
}

fn is_about(session: &Session, hint: &LogoutHint) -> bool {
    is_of_client(session, hint) && session.admission().subject() == hint.subject
}

async fn sessions(context: &Context, shown: &[Secret]) -> Result<Vec<Session>, Unavailable> {
    let mut found = Vec::new();
    for secret in shown {
        found.extend(context.ports.store.session_by_cookie(&secret.digest()).await?);
    }
    Ok(found)
}

/// An ID token that is none of ours is as good as none (section 4): the person is asked.
fn checked<'c>(
    context: &'c Context,
    parameters: &AuthorizationParameters,
) -> Result<LogoutRequest<'c>, NotSignedOut> {
    if parameters.has_repeats() {
        return Err(NotSignedOut::Repeated);
    }
    let issuer = &context.policy.tokens.issuer;
    let keys = KeySet::from_json(&context.ports.signer.jwks(context.now)).unwrap_or_default();
    let hint = parameters.get("id_token_hint").and_then(|hint| LogoutHint::read(hint, issuer, &keys));
    let named = |id: &str| context.policy.clients.named(id).ok_or(NotSignedOut::UnknownClient);
    let client = match (parameters.get("client_id"), &hint) {
        (Some(id), Some(hint)) if id != hint.client_id => return Err(NotSignedOut::OtherClient),
        (Some(id), _) => Some(named(id)?),
        (None, Some(hint)) => Some(named(&hint.client_id)?),
        (None, None) => None,
    };
    let state = parameters.get("state");
    if state.is_some_and(|state| state.len() > MAX_STATE_BYTES) {
        return Err(NotSignedOut::State);
    }
    // Where nobody says whose it is, the browser goes nowhere (section 3).
    let return_to = match (client, parameters.get("post_logout_redirect_uri")) {
        (Some(client), Some(asked)) => {
            let uri = client.logout.redirect_uris.get(asked);
            Some(with_state(uri.ok_or(NotSignedOut::Nowhere)?, state))
        }
        _ => None,
    };
    Ok(LogoutRequest { client, hint, return_to })
}

fn with_state(uri: &Url, state: Option<&str>) -> ReturnUrl {
    let mut url = uri.clone();
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    ReturnUrl::new(url)
}
