//! The body of a posted answer: a form, or a JSON object with the same members.

use std::fmt::Display;

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};

use super::error::PostRefusal;
use crate::flow::presentation::accept;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault};
use crate::http::middleware::rate_limits::RateLimits;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::openid4vp::response::{DirectPostResponse, ResponseParameters};

const JSON: &str = "application/json";
/// As the `vp_token` within is bounded, one level around it.
const BOUNDS: Bounds = Bounds { bytes: usize::MAX, depth: 8, members: 20_000 };

/// What was posted, read and bounded.
#[derive(Debug)]
pub struct PostedBody(pub DirectPostResponse);

/// The parameters of an answer. Repeated ones are refused, unknown ones ignored. For the document only.
#[derive(Debug, Object)]
struct WalletResponse {
    /// The presentations, by credential query id.
    vp_token: Option<String>,
    /// As in the request. Required in a form unless it is inside `response`.
    state: Option<String>,
    /// A compact JWE of the other parameters, encrypted to the key in the request.
    response: Option<String>,
    /// Why nothing is shown.
    error: Option<String>,
    /// The error in words. They are not kept.
    error_description: Option<String>,
}

async fn read(request: &Request, body: &mut RequestBody) -> Result<DirectPostResponse, PostRefusal> {
    let as_json = body::has_media_type(request, JSON);
    if !as_json && !body::has_media_type(request, MEDIA_TYPE) {
        return Err(unread(
            "its Content-Type is neither that of a form nor application/json",
            PostRefusal::media_type(),
        ));
    }
    let body = body.take().map_err(|_| PostRefusal::refused())?;
    let longest = request
        .data()
        .map_or_else(|| VerificationSettings::default().longest_answer(), accept::longest_answer);
    let bytes =
        body::read_bounded(body, longest, RateLimits::sender(request)).await.map_err(
            |fault| match fault {
                BodyFault::TooLarge(_) => unread(fault, PostRefusal::too_large()),
                BodyFault::Unreadable => unread(fault, PostRefusal::refused()),
            },
        )?;
    if as_json {
        let members = json::parse_object(&bytes, &BOUNDS);
        return Ok(DirectPostResponse::from_json(
            members.map_err(|fault| unread(fault, PostRefusal::refused()))?,
        ));
    }
    let mut form = Form::parse(&bytes).map_err(|fault| unread(fault, PostRefusal::refused()))?;
    Ok(DirectPostResponse {
        state: form.take("state"),
        response: form.take("response"),
        parameters: ResponseParameters {
            vp_token: form.take("vp_token"),
            error: form.take("error"),
            error_description: form.take("error_description"),
            iss: form.take("iss"),
        },
        as_json: false,
    })
}

/// Says in the log why an answer was not even judged: the wallet is told nothing, and whoever runs this
/// service must find out all the same. The reason repeats nothing of what was sent.
fn unread(why: impl Display, refusal: PostRefusal) -> PostRefusal {
    tracing::warn!(%why, "an answer that a wallet posted was refused before it was judged");
    refusal
}

impl<'a> ApiExtractor<'a> for PostedBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        WalletResponse::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        // The specification's only: generators stumble over an operation that takes two, and the description
        // tells of the other.
        let content = vec![MetaMediaType { content_type: MEDIA_TYPE, schema: WalletResponse::schema_ref() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(read(request, body).await?))
    }
}
