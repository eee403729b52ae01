//! What a client shows, against tokens; and how that ends, for who watches the numbers.

use std::time::Duration;

use poem_openapi::types::ToJSON as _;
use serde_json::Value;

use super::error::{OAuthError, OAuthRefusal};
use super::token::{AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN, TokenGrant};
use crate::flow;
use crate::flow::code::redeem::CodeProof;
use crate::flow::context::Context;
use crate::flow::device::redeem::NotRedeemed;
use crate::flow::tokens::issue::{TokenAsk, TokenResponse};
use crate::http::middleware::trace::RequestNotes;
use crate::http::prefer::waited;
use vpgate_core::oauth::client::AuthenticatedClient;

/// Exchanges it. `scope` is what a refresh or a client for itself asks for. A device that is too early waits for so long.
///
/// # Errors
/// What the client hears.
pub async fn exchange(
    context: &Context,
    client: AuthenticatedClient<'_>,
    shown: TokenGrant,
    scope: Option<&str>,
    ask: TokenAsk,
    wait: Option<Duration>,
) -> Result<TokenResponse, OAuthRefusal> {
    let grant = metric_name(&shown);
    // The others are apart on the heap, so that the future of a poll is small.
    let ended = match shown {
        TokenGrant::DeviceCode { code, verifier } => {
            let verifier = verifier.as_ref();
            let mut answer = flow::device::redeem(context, client, &code, verifier, &ask).await;
            if matches!(answer, Err(NotRedeemed::Pending))
                && let Some(wait) = wait
                && let Some(decision) = flow::device::decision(context, &code)
                && waited(wait, decision).await == Some(true)
            {
                let later = context.later();
                let redeemed = flow::device::redeem_after_waiting(&later, client, &code, verifier, &ask);
                answer = Box::pin(redeemed).await;
            }
            match answer {
                Err(why @ (NotRedeemed::Pending | NotRedeemed::SlowDown)) => {
                    RequestNotes::note_asked_again();
                    let pending = matches!(why, NotRedeemed::Pending);
                    let answer = if pending { "authorization_pending" } else { "slow_down" };
                    context.metrics().polls.add([answer]);
                    return Err(why.into());
                }
                ended => ended.map_err(Into::into),
            }
        }
        TokenGrant::Code { code, redirect_uri, verifier } => {
            let proof = CodeProof { redirect_uri: redirect_uri.as_deref(), verifier: verifier.as_ref() };
            Box::pin(flow::code::redeem(context, client, &code, proof, &ask)).await.map_err(Into::into)
        }
        TokenGrant::RefreshToken(token) => {
            Box::pin(flow::tokens::refresh(context, client, token, scope, &ask)).await.map_err(Into::into)
        }
        TokenGrant::ClientCredentials => {
            Box::pin(flow::tokens::client_credentials(context, client, scope, ask)).await.map_err(Into::into)
        }
    };
    measure(context, &client.client().id, grant, &ended);
    ended
}

fn metric_name(shown: &TokenGrant) -> &'static str {
    match shown {
        TokenGrant::DeviceCode { .. } => DEVICE_CODE_NAME,
        TokenGrant::Code { .. } => AUTHORIZATION_CODE,
        TokenGrant::RefreshToken(_) => REFRESH_TOKEN,
        TokenGrant::ClientCredentials => CLIENT_CREDENTIALS,
    }
}

/// Its grant type is a URN, which reads badly in a graph.
const DEVICE_CODE_NAME: &str = "device_code";

fn measure(context: &Context, client: &str, grant: &str, ended: &Result<TokenResponse, OAuthRefusal>) {
    let code = ended.as_ref().err().and_then(|why| why.body().error.to_json());
    let outcome = code.as_ref().and_then(Value::as_str).unwrap_or("issued");
    context.metrics().tokens.add([client, grant, outcome]);
    if grant == DEVICE_CODE_NAME {
        context.metrics().polls.add([outcome]);
    }
}

impl OAuthRefusal {
    fn body(&self) -> &OAuthError {
        match self {
            Self::Refused(body)
            | Self::UseNonce(body, _)
            | Self::NotAuthenticated(body, _)
            | Self::TooLarge(body)
            | Self::TooMany(body, _)
            | Self::Unavailable(body, _) => &body.0,
        }
    }
}
