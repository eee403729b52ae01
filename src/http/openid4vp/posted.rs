//! The body of a posted answer: a form, or a JSON object with the same members.

use std::fmt::Display;

use poem::{Request, RequestBody};
use poem_openapi::Object;

use super::error::PostRefusal;
use crate::flow::presentation::accept;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault};
use crate::http::middleware::rate_limits::RateLimits;
use crate::http::payload::ReadBody;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::openid4vp::response::{DirectPostResponse, ResponseParameters};

const JSON: &str = "application/json";
/// As the `vp_token` within is bounded, one level around it.
const BOUNDS: Bounds = Bounds { bytes: usize::MAX, depth: 8, members: 20_000 };

/// The parameters of an answer. Repeated ones are refused, unknown ones ignored. For the document only.
#[derive(Debug, Object)]
pub struct WalletResponse {
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

/// Says in the log why an answer was not even judged: the wallet is told nothing, and whoever runs this
/// service must find out all the same. The reason repeats nothing of what was sent.
fn unread(why: impl Display, refusal: PostRefusal) -> PostRefusal {
    tracing::warn!(%why, "an answer that a wallet posted was refused before it was judged");
    refusal
}

impl ReadBody for DirectPostResponse {
    type Described = WalletResponse;
    type Refusal = PostRefusal;

    // The specification's only: generators stumble over an operation that takes two, and the description
    // tells of the other.
    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, PostRefusal> {
        let as_json = body::has_media_type(request, JSON);
        if !as_json && !body::has_media_type(request, MEDIA_TYPE) {
            return Err(unread(
                "its Content-Type is neither that of a form nor application/json",
                PostRefusal::media_type(),
            ));
        }
        let longest = request
            .data()
            .map_or_else(|| VerificationSettings::default().longest_answer(), accept::longest_answer);
        let bytes = body::take_bounded(body, longest, RateLimits::sender(request)).await.map_err(
            |fault| match fault {
                BodyFault::TooLarge(_) => unread(fault, PostRefusal::too_large()),
                BodyFault::Unreadable => unread(fault, PostRefusal::refused()),
            },
        )?;
        if as_json {
            let members = json::parse_object(&bytes, &BOUNDS);
            return Ok(Self::from_json(members.map_err(|fault| unread(fault, PostRefusal::refused()))?));
        }
        let mut form = Form::parse(&bytes).map_err(|fault| unread(fault, PostRefusal::refused()))?;
        Ok(Self {
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
}
