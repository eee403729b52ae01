//! The door of machines: OAuth as televisions and other clients speak it.

mod device_authorization;
mod form;
mod metadata;
mod par;
pub mod refusal;
mod token;

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use serde_json::Value;

use self::device_authorization::{DeviceAuthorizationAnswer, DeviceAuthorizationRequest};
use self::form::{OAuthForm, WholeForm};
use self::metadata::{Metadata, metadata};
use self::par::{PushedAnswer, PushedAuthorizationRequest};
use self::refusal::OAuthRefusal;
use self::token::{Redemption, TokenAnswer, TokenRequest};
use super::basic::{self, ClientParameters};
use super::client_limits::ClientLimits;
use super::tags::Tags;
use super::{PublicUrl, cors, refusal as faces};
use crate::domain::oauth::client::AuthenticatedClient;
use crate::flow::Vpgate;
use crate::flow::authenticate_client::NotProven;

/// The endpoints of the client door.
#[derive(Clone, Copy, Debug)]
pub struct ClientDoor;

#[OpenApi(tag = "Tags::Client")]
impl ClientDoor {
    /// Start a device grant (RFC 8628 section 3.1)
    ///
    /// Confidential clients authenticate with HTTP Basic or in the form, as registered; public
    /// clients send their `client_id`. Parameters that are unknown are ignored, repeated ones refused.
    #[oai(path = "/device_authorization", method = "post", operation_id = "deviceAuthorization")]
    async fn device_authorization(
        &self,
        vpgate: Data<&Arc<Vpgate>>,
        public_url: Data<&PublicUrl>,
        request: &Request,
        form: OAuthForm<DeviceAuthorizationRequest>,
    ) -> Result<DeviceAuthorizationAnswer, OAuthRefusal> {
        let OAuthForm(form) = form;
        let client = authenticate(&vpgate, request, form.client).await?;
        let given = vpgate.authorize_device(client, form.scope.as_deref()).await?;
        Ok(DeviceAuthorizationAnswer::new(&given, &public_url))
    }

    /// Push an authorization request (RFC 9126)
    ///
    /// Checked as the authorization endpoint would check it. Then send the browser to `/authorize` with
    /// `client_id` and `request_uri`.
    #[oai(path = "/par", method = "post", operation_id = "pushAuthorizationRequest")]
    async fn push(
        &self,
        vpgate: Data<&Arc<Vpgate>>,
        limits: Data<&Arc<ClientLimits>>,
        request: &Request,
        form: WholeForm<PushedAuthorizationRequest>,
    ) -> Result<PushedAnswer, OAuthRefusal> {
        limits.push(request, vpgate.clock.now())?;
        let WholeForm { named, parameters } = form;
        let client = authenticate(&vpgate, request, named.client).await?;
        Ok(vpgate.push_request(client, &parameters).await?.into())
    }

    /// Take a token (RFC 6749 section 4.1.3, RFC 8628 section 3.4)
    ///
    /// For a device code that nobody has decided about, the answer is 400 `authorization_pending`, or
    /// `slow_down` when asked too often. A code works once; one that is shown again ends the tokens that
    /// it led to.
    #[oai(path = "/token", method = "post", operation_id = "token")]
    async fn token(
        &self,
        vpgate: Data<&Arc<Vpgate>>,
        request: &Request,
        form: OAuthForm<TokenRequest>,
    ) -> Result<TokenAnswer, OAuthRefusal> {
        let OAuthForm(mut form) = form;
        let client = authenticate(&vpgate, request, std::mem::take(&mut form.client)).await?;
        let issued = match form.redemption()? {
            Redemption::Device(device_code) => vpgate.redeem_device_code(client, &device_code).await?,
            Redemption::Code { code, redirect_uri, verifier } => {
                vpgate.redeem_code(client, &code, redirect_uri.as_deref(), verifier.as_ref()).await?
            }
        };
        Ok(issued.into())
    }

    /// What this server offers (RFC 8414)
    #[oai(
        path = "/.well-known/oauth-authorization-server",
        method = "get",
        operation_id = "authorizationServerMetadata"
    )]
    async fn authorization_server_metadata(
        &self,
        vpgate: Data<&Arc<Vpgate>>,
        public_url: Data<&PublicUrl>,
    ) -> MetadataAnswer {
        MetadataAnswer::Ok(Json(metadata(&vpgate.policy, &public_url)), CACHE_BRIEFLY.to_owned())
    }

    /// The keys that check our tokens (RFC 7517 section 5)
    #[oai(path = "/jwks.json", method = "get", operation_id = "jwks")]
    async fn jwks(&self, vpgate: Data<&Arc<Vpgate>>) -> JwksAnswer {
        JwksAnswer::Ok(Json(vpgate.signer.jwks()), CACHE_BRIEFLY.to_owned())
    }
}

/// Public and the same for everybody; short enough that a rotated key is seen soon.
const CACHE_BRIEFLY: &str = "public, max-age=300";

#[derive(ApiResponse)]
enum MetadataAnswer {
    /// The metadata.
    #[oai(status = 200, content_type = "application/json")]
    Ok(Json<Metadata>, #[oai(header = "Cache-Control")] String),
}

#[derive(ApiResponse)]
enum JwksAnswer {
    /// A JWK set: public keys with `kid`.
    #[oai(status = 200, content_type = "application/jwk-set+json")]
    Ok(Json<Value>, #[oai(header = "Cache-Control")] String),
}

async fn authenticate<'v>(
    vpgate: &'v Vpgate,
    request: &Request,
    form: ClientParameters,
) -> Result<AuthenticatedClient<'v>, OAuthRefusal> {
    let query = request.uri().query();
    let shown = basic::client_credentials(request.headers(), query, form).map_err(faces::credentials)?;
    let limits: Option<&Arc<ClientLimits>> = request.data();
    let attempt = limits.map(|limits| limits.attempt(request, shown.claimed_id(), vpgate.clock.now()));
    let attempt = attempt.transpose()?;
    let proven = vpgate.authenticate_client(&shown).await;
    if let (Some(attempt), Ok(_) | Err(NotProven::Failed(_))) = (attempt, &proven) {
        attempt.did_not_fail();
    }
    let client = proven.map_err(|why| {
        tracing::warn!(path = request.uri().path(), "client authentication failed");
        OAuthRefusal::from(why)
    })?;
    cors::note_client(request, client.client());
    Ok(client)
}
