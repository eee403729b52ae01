//! `POST /wallet/responses/{id}`: wallets leave their answers here.

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::error::PostRefusal;
use crate::flow;
use crate::flow::context::Context;
use crate::flow::presentation::reply::{PostAnswer, WayBack};
use crate::http::PublicUrl;
use crate::http::payload::Payload;
use crate::http::tags::Tags;
use vpgate_core::openid4vp::response::DirectPostResponse;

/// Where answers are posted.
#[derive(Clone, Copy, Debug)]
pub struct ResponseEndpoints;

#[OpenApi(tag = "Tags::Wallet")]
impl ResponseEndpoints {
    /// Answer a request (OpenID4VP 1.0 sections 8.2 and 8.3)
    ///
    /// The response URI of one request, as the request names it. A form; wallets of the `proof` profile may
    /// send the same parameters as a JSON object. `response` holds them all as a compact JWE, where the
    /// request asked for encryption. Whatever is refused is refused in the same words, so that nobody
    /// learns which check to work on; never by a redirect.
    #[oai(path = "/wallet/responses/:id", method = "post", operation_id = "answerRequest")]
    async fn answer(
        &self,
        context: Data<&Context>,
        public_url: Data<&PublicUrl>,
        /// From the request.
        id: Path<String>,
        body: Payload<DirectPostResponse>,
    ) -> Result<PostResponse, PostRefusal> {
        match flow::presentation::direct_post(&context, &id, body.0).await? {
            PostAnswer::Taken(way_back) => {
                let redirect_uri = way_back.map(|way_back| address(&way_back, &public_url));
                Ok(PostResponse::Processed(Json(Processed { redirect_uri })))
            }
            PostAnswer::Rejected => Err(PostRefusal::refused()),
            PostAnswer::Later => Err(PostRefusal::later()),
        }
    }
}

#[derive(Debug, ApiResponse)]
enum PostResponse {
    /// The answer was processed, also when it says that nothing is shown.
    #[oai(status = 200)]
    Processed(Json<Processed>),
}

/// What the wallet does next.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Processed {
    /// Send the person's browser here; one use. Left out when the browser is on another device.
    redirect_uri: Option<String>,
}

fn address(way_back: &WayBack, public_url: &PublicUrl) -> String {
    let page = public_url.at(&format!("/done/{}", way_back.handle));
    match &way_back.response_code {
        Some(code) => format!("{page}?response_code={}", code.expose()),
        None => page,
    }
}
