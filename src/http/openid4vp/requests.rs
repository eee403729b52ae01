//! `/wallet/requests/{id}`: the Request Object, by GET, or by POST from a wallet that has something to
//! say (OpenID4VP 1.0 section 5.10).

use poem::web::Data;
use poem::{Request, RequestBody};
use poem_openapi::param::Path;
use poem_openapi::payload::PlainText;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::error::NoRequest;
use crate::flow;
use crate::flow::context::Context;
use crate::flow::presentation::request_object::{NoRequestObject, WalletSays};
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault};
use crate::http::payload::{Payload, ReadBody};
use crate::http::tags::Tags;
use vpgate_core::base::id::RequestState;

/// The longest body, in bytes: metadata of a wallet with a few keys, percent-encoded.
const MAX_BYTES: usize = 64 * 1024;

/// Where wallets fetch their requests.
#[derive(Clone, Copy, Debug)]
pub struct RequestEndpoints;

#[OpenApi(tag = "Tags::Wallet")]
impl RequestEndpoints {
    /// Fetch the Request Object (RFC 9101 section 5.2.3)
    ///
    /// Signed within the last ten seconds, until the request is answered or has expired.
    #[oai(path = "/wallet/requests/:id", method = "get", operation_id = "fetchRequest")]
    async fn fetch(
        &self,
        context: Data<&Context>,
        /// From the `request_uri`.
        id: Path<String>,
    ) -> Result<RequestObject, NoRequest> {
        serve(&context, &id, WalletSays::default()).await
    }

    /// Fetch the Request Object, and say what the wallet can do (OpenID4VP 1.0 section 5.10)
    ///
    /// The Request Object, with `wallet_nonce` inside (five times within ten seconds). Where `wallet_metadata` has `jwks`, it is encrypted to
    /// the first key that fits: ECDH-ES on P-256, A128GCM unless A256GCM is named in
    /// `request_object_encryption_enc_values_supported`.
    #[oai(path = "/wallet/requests/:id", method = "post", operation_id = "fetchRequestByPost")]
    async fn fetch_by_post(
        &self,
        context: Data<&Context>,
        /// From the `request_uri`.
        id: Path<String>,
        says: Payload<WalletSays>,
    ) -> Result<RequestObject, NoRequest> {
        serve(&context, &id, says.0).await
    }
}

async fn serve(context: &Context, id: &str, says: WalletSays) -> Result<RequestObject, NoRequest> {
    let id = RequestState::parse(id).ok_or(NoRequestObject::Unknown)?;
    Ok(RequestObject::Ok(PlainText(flow::presentation::request_object(context, &id, says).await?)))
}

#[derive(Debug, ApiResponse)]
enum RequestObject {
    /// A compact JWS, or such a one inside a compact JWE.
    #[oai(status = 200, content_type = "application/oauth-authz-req+jwt")]
    Ok(PlainText<String>),
}

/// What a wallet may say. Unknown parameters are ignored, repeated ones refused. For the document only.
#[derive(Debug, Object)]
pub struct RequestUriPost {
    /// The wallet's abilities (section 10.1) as a JSON object.
    wallet_metadata: Option<String>,
    /// Comes back as the claim of this name.
    #[oai(validator(max_length = 512))]
    wallet_nonce: Option<String>,
}

impl ReadBody for WalletSays {
    type Described = RequestUriPost;
    type Refusal = NoRequest;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;
    const REQUIRED: bool = false;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, NoRequest> {
        let bytes = body::take_bounded(body, MAX_BYTES, None).await.map_err(|fault| match fault {
            BodyFault::TooLarge(_) => NoRequest::too_large(fault.to_string()),
            BodyFault::Unreadable => NoRequest::refused(fault.to_string()),
        })?;
        // Both parameters are optional: who says nothing need not name a media type.
        if !bytes.is_empty() && !body::has_media_type(request, MEDIA_TYPE) {
            return Err(NoRequest::media_type(format!("the body must be {MEDIA_TYPE}")));
        }
        let mut form = Form::parse(&bytes).map_err(|fault| NoRequest::refused(fault.to_string()))?;
        Ok(Self { wallet_nonce: form.take("wallet_nonce"), wallet_metadata: form.take("wallet_metadata") })
    }
}
