//! The door of machines: OAuth as televisions and other clients speak it.

mod device_authorization;
mod form;
mod metadata;
pub mod refusal;
mod token;

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use serde_json::Value;

use self::device_authorization::{DeviceAuthorizationAnswer, DeviceAuthorizationRequest};
use self::form::OAuthForm;
use self::metadata::{Metadata, metadata};
use self::refusal::OAuthRefusal;
use self::token::{TokenAnswer, TokenRequest};
use super::basic;
use super::client_address::{TrustedProxies, client_address};
use super::tags::Tags;
use super::{PublicUrl, refusal as faces};
use crate::domain::oauth::client::AuthenticatedClient;
use crate::flow::Vpgate;

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
        proxies: Data<&TrustedProxies>,
        request: &Request,
        form: OAuthForm<DeviceAuthorizationRequest>,
    ) -> Result<DeviceAuthorizationAnswer, OAuthRefusal> {
        let OAuthForm(form) = form;
        let client = authenticate(&vpgate, request, form.client_id, form.client_secret)?;
        let from = client_address(request, &proxies);
        let given = vpgate.authorize_device(client, form.scope.as_deref(), from).await?;
        Ok(DeviceAuthorizationAnswer::new(&given, &public_url))
    }

    /// Take a token (RFC 8628 section 3.4, RFC 6749 section 5)
    ///
    /// The one grant on offer is `urn:ietf:params:oauth:grant-type:device_code`. While nobody has
    /// decided, the answer is 400 `authorization_pending`, or `slow_down` when asked too often.
    #[oai(path = "/token", method = "post", operation_id = "token")]
    async fn token(
        &self,
        vpgate: Data<&Arc<Vpgate>>,
        request: &Request,
        form: OAuthForm<TokenRequest>,
    ) -> Result<TokenAnswer, OAuthRefusal> {
        let OAuthForm(mut form) = form;
        let (id, secret) = (form.client_id.take(), form.client_secret.take());
        let client = authenticate(&vpgate, request, id, secret)?;
        let device_code = form.device_code()?;
        Ok(vpgate.redeem_device_code(client, &device_code).await?.into())
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

fn authenticate<'v>(
    vpgate: &'v Vpgate,
    request: &Request,
    client_id: Option<String>,
    client_secret: Option<String>,
) -> Result<AuthenticatedClient<'v>, OAuthRefusal> {
    let query = request.uri().query();
    let shown = basic::client_credentials(request.headers(), query, client_id, client_secret)
        .map_err(faces::credentials)?;
    vpgate.policy.clients.authenticate(&shown).map_err(|why| {
        tracing::warn!(path = request.uri().path(), "client authentication failed");
        OAuthRefusal::not_authenticated(why.to_string())
    })
}
