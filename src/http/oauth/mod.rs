//! The endpoint of machines: OAuth as televisions and other clients speak it.

mod device_authorization;
pub mod error;
mod exchange;
mod form;
mod introspect;
mod jwks;
mod metadata;
mod par;
pub mod resource_error;
mod revoke;
mod token;
mod userinfo;

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::Header;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use self::device_authorization::{DeviceAuthorizationAnswer, DeviceAuthorizationRequest};
use self::error::{OAuthError, OAuthErrorCode, OAuthRefusal};
use self::form::{OAuthForm, WholeForm};
use self::introspect::{IntrospectionAnswer, IntrospectionRequest};
use self::jwks::JwkSet;
use self::metadata::{Metadata, metadata};
use self::par::{PushedAnswer, PushedAuthorizationRequest};
use self::resource_error::ResourceRefusal;
use self::revoke::{RevocationAnswer, RevocationRequest};
use self::token::{TokenAnswer, TokenRequest};
use self::userinfo::{TokenInForm, UserinfoAnswer};
use super::basic::{ClientParameters, CredentialsFault};
use super::client_authentication::NotLetIn;
use super::documented::Documented;
use super::middleware::rate_limits::RateLimits;
use super::payload::Payload;
use super::prefer::wait;
use super::tags::Tags;
use super::{PublicUrl, access_token, client_authentication};
use crate::flow;
use crate::flow::context::Context;
use crate::flow::discovery;
use crate::flow::tokens::issue::{TokenAsk, TokenType};
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::dpop::ProofTarget;
use vpgate_core::oauth::thumbprint::Thumbprint;

/// The endpoints of the OAuth endpoints.
#[derive(Clone, Copy, Debug)]
pub struct OauthEndpoints;

#[OpenApi(tag = "Tags::Client")]
impl OauthEndpoints {
    /// Start a device grant (RFC 8628 section 3.1)
    ///
    /// Confidential clients authenticate with HTTP Basic or in the form, as registered; public
    /// clients send their `client_id`. Parameters that are unknown are ignored, repeated ones refused.
    #[oai(path = "/device_authorization", method = "post", operation_id = "deviceAuthorization")]
    async fn device_authorization(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        limits: Data<&Arc<RateLimits>>,
        request: &Request,
        form: Payload<WholeForm<DeviceAuthorizationRequest>>,
    ) -> Result<DeviceAuthorizationAnswer, OAuthRefusal> {
        let Payload(WholeForm { named: form, parameters }) = form;
        let client = client_authentication::by_form(&context, request, form.client).await;
        let client = client.map_err(|why| match why {
            // A public client that does not say which has left out a required parameter (RFC 8628 section 3.1).
            NotLetIn::Credentials(fault @ CredentialsFault::Missing)
                if !flow::device::authorize::must_authenticate(&context) =>
            {
                OAuthRefusal::invalid(fault.to_string())
            }
            why => why.into(),
        })?;
        let key = proven(&context, client, request, &public_url.at("/device_authorization")).await?;
        let from = limits.address_of(request);
        let given =
            flow::device::authorize(&context, client, form.scope.as_deref(), key, from, &parameters).await?;
        Ok(DeviceAuthorizationAnswer::new(&given, &public_url))
    }

    /// Push an authorization request (RFC 9126)
    ///
    /// Checked as the authorization endpoint would check it. Then send the browser to `/authorize` with
    /// `client_id` and `request_uri`. With a `DPoP` header the code is bound to its key (RFC 9449 section 10.1).
    #[oai(path = "/par", method = "post", operation_id = "pushAuthorizationRequest")]
    async fn push(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        limits: Data<&Arc<RateLimits>>,
        request: &Request,
        form: Payload<WholeForm<PushedAuthorizationRequest>>,
    ) -> Result<PushedAnswer, OAuthRefusal> {
        let Payload(WholeForm { named, parameters }) = form;
        let client = authenticate(&context, request, named.client).await?;
        let counted = limits.push(request, &client.client().id, context.now());
        counted.inspect_err(|_| context.metrics().limits.add(["pushed_requests"]))?;
        let key = proven(&context, client, request, &public_url.at("/par")).await?;
        Ok(flow::code::push(&context, client, &parameters, key).await?.into())
    }

    /// Take a token (RFC 6749 sections 4.1.3, 4.4, 5 and 6, RFC 8628 section 3.4)
    ///
    /// For an authorization code, a device code or a refresh token; or, with `client_credentials`, one for the REST
    /// API, which the client shows there as `Authorization: Bearer` instead of its secret. While nobody has decided
    /// about a device code, the answer is 400 `authorization_pending`, or `slow_down` when asked too often; with
    /// `Prefer: wait=N` it waits for the decision, and the interval counts from request to request. With a `DPoP`
    /// header the tokens are bound to its key (RFC 9449); the first proof is answered with the nonce that the next one
    /// needs. A code works once; one that is shown again ends the tokens that it led to.
    #[oai(path = "/token", method = "post", operation_id = "token")]
    async fn token(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        request: &Request,
        /// `wait=N` (RFC 7240), with a device code: while nobody has decided, the answer waits for at most N seconds and at
        /// most 25. Without effect where too many wait already.
        #[oai(name = "Prefer")]
        prefer: Header<Option<String>>,
        form: Payload<OAuthForm<TokenRequest>>,
    ) -> Result<TokenAnswer, OAuthRefusal> {
        let Payload(OAuthForm(mut form)) = form;
        let client = authenticate(&context, request, std::mem::take(&mut form.client)).await?;
        let shown = form.shown()?;
        let key = proven(&context, client, request, &public_url.at("/token")).await?;
        let ask = TokenAsk { resource: form.resource, key };
        let wait = wait(prefer.0.as_deref());
        Ok(exchange::exchange(&context, client, shown, form.scope.as_deref(), ask, wait).await?.into())
    }

    /// Ask what an access token means (RFC 7662)
    ///
    /// For clients with a secret, about their own tokens and about those for the resources that they are
    /// registered for. The status of the credential behind the token is looked up again.
    #[oai(path = "/introspect", method = "post", operation_id = "introspect")]
    async fn introspect(
        &self,
        context: Data<&Context>,
        request: &Request,
        form: Payload<OAuthForm<IntrospectionRequest>>,
    ) -> Result<IntrospectionAnswer, OAuthRefusal> {
        let Payload(OAuthForm(form)) = form;
        let client = authenticate(&context, request, form.client).await?;
        let found = flow::tokens::introspect(&context, client, &Secret::received(form.token)).await?;
        Ok(IntrospectionAnswer::new(found, discovery::issuer(&context)))
    }

    /// Give a token back (RFC 7009)
    ///
    /// An access token ends alone; a refresh token ends with all tokens that belong to it.
    #[oai(path = "/revoke", method = "post", operation_id = "revoke")]
    async fn revoke(
        &self,
        context: Data<&Context>,
        request: &Request,
        form: Payload<OAuthForm<RevocationRequest>>,
    ) -> Result<RevocationAnswer, OAuthRefusal> {
        let Payload(OAuthForm(form)) = form;
        let client = authenticate(&context, request, form.client).await?;
        flow::tokens::revoke(&context, client, Secret::received(form.token)).await?;
        Ok(RevocationAnswer::Dead)
    }

    /// Who the person behind a token is (OpenID Connect Core section 5.3)
    ///
    /// For access tokens with the scope `openid`, as `Authorization: Bearer`, or as `DPoP` with a proof.
    #[oai(path = "/userinfo", method = "get", operation_id = "userinfo")]
    async fn userinfo(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        request: &Request,
    ) -> Result<UserinfoAnswer, ResourceRefusal> {
        tell(&context, &public_url, request, TokenInForm::default()).await
    }

    /// Who the person behind a token is, asked by POST (OpenID Connect Core section 5.3.1)
    ///
    /// The access token is in the `Authorization` header or in the form (RFC 6750 section 2.2), never in both.
    #[oai(path = "/userinfo", method = "post", operation_id = "userinfoByPost")]
    async fn userinfo_by_post(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        request: &Request,
        form: Payload<TokenInForm>,
    ) -> Result<UserinfoAnswer, ResourceRefusal> {
        tell(&context, &public_url, request, form.0).await
    }

    /// What this server offers (RFC 8414)
    ///
    /// Endpoints, grants, scopes and algorithms, as they are configured now. Clients may keep it for five minutes.
    #[oai(
        path = "/.well-known/oauth-authorization-server",
        method = "get",
        operation_id = "authorizationServerMetadata"
    )]
    async fn authorization_server_metadata(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
    ) -> MetadataAnswer {
        MetadataAnswer::Ok(Json(metadata(&discovery::offer(&context), &public_url)), CACHE_BRIEFLY.to_owned())
    }

    /// What this server offers, where clients of OpenID Connect look for it (OpenID Connect Discovery 4)
    ///
    /// The same metadata; there are none where no client may ask for `openid`.
    #[oai(path = "/.well-known/openid-configuration", method = "get", operation_id = "openidConfiguration")]
    async fn openid_configuration(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
    ) -> OpenidAnswer {
        let offer = discovery::offer(&context);
        if !offer.openid {
            let why = "no client here may ask for openid";
            return OpenidAnswer::Off(Json(OAuthError::new(OAuthErrorCode::InvalidRequest, why)));
        }
        OpenidAnswer::Ok(Json(Box::new(metadata(&offer, &public_url))), CACHE_BRIEFLY.to_owned())
    }

    /// The keys that check our tokens (RFC 7517 section 5)
    ///
    /// A key is here before it signs and until the last of its tokens has ended.
    #[oai(path = "/jwks.json", method = "get", operation_id = "jwks")]
    async fn jwks(&self, context: Data<&Context>) -> JwksAnswer {
        JwksAnswer::Ok(Json(Documented::new(discovery::jwks(&context))), CACHE_BRIEFLY.to_owned())
    }

    /// The keys that check our receipts, old ones too
    ///
    /// A key is here for as long as its receipts must be checkable (`receipts.keep`, seven years by default); those in
    /// use are in `/jwks.json` too.
    #[oai(path = "/receipts/jwks.json", method = "get", operation_id = "receiptJwks")]
    async fn receipt_jwks(&self, context: Data<&Context>) -> JwksAnswer {
        JwksAnswer::Ok(Json(Documented::new(discovery::receipt_jwks(&context))), CACHE_BRIEFLY.to_owned())
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
enum OpenidAnswer {
    /// The metadata.
    #[oai(status = 200, content_type = "application/json")]
    Ok(Json<Box<Metadata>>, #[oai(header = "Cache-Control")] String),
    /// No client here may ask for `openid`.
    #[oai(status = 404)]
    Off(Json<OAuthError>),
}

#[derive(ApiResponse)]
enum JwksAnswer {
    /// A JWK set: public keys with `kid`.
    #[oai(status = 200, content_type = "application/jwk-set+json")]
    Ok(Json<Documented<JwkSet>>, #[oai(header = "Cache-Control")] String),
}

/// Who the person behind the token of this request is.
async fn tell(
    context: &Context,
    public_url: &PublicUrl,
    request: &Request,
    form: TokenInForm,
) -> Result<UserinfoAnswer, ResourceRefusal> {
    let (shown_as, token) = access_token::shown(request.headers(), request.uri().query(), form.0)?;
    let url = public_url.at("/userinfo");
    let key = match shown_as {
        TokenType::Bearer => None,
        TokenType::Dpop => {
            let target = ProofTarget { method: request.method().as_str(), url: &url, token: Some(&token) };
            flow::client::prove_key(context, None, &access_token::proofs(request), target)
                .await
                .map_err(ResourceRefusal::proof)?
        }
    };
    let told = flow::tokens::userinfo(context, &token, shown_as, key.as_ref()).await;
    told.map(Into::into).map_err(|why| ResourceRefusal::token(shown_as, why))
}

/// The key that a request of `client` to `url` proves, where it has a `DPoP` header.
async fn proven(
    context: &Context,
    client: AuthenticatedClient<'_>,
    request: &Request,
    url: &str,
) -> Result<Option<Thumbprint>, OAuthRefusal> {
    let target = ProofTarget { method: request.method().as_str(), url, token: None };
    Ok(flow::client::prove_key(context, Some(client.client()), &access_token::proofs(request), target)
        .await?)
}

async fn authenticate<'v>(
    context: &'v Context,
    request: &Request,
    form: ClientParameters,
) -> Result<AuthenticatedClient<'v>, OAuthRefusal> {
    Ok(client_authentication::by_form(context, request, form).await?)
}
