//! JSON as a payload of the REST API: bounded, without duplicate members, and what the document says.

use std::marker::PhantomData;
use std::sync::Arc;

use poem::{Request, RequestBody};
use poem_openapi::types::ParseFromJSON;
use serde_json::{Map, Value};

use super::error::Problem;
use super::shapes::Shapes;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::accept;
use crate::http::middleware::body::{self, BodyFault, MAX_JSON_BYTES};
use crate::http::middleware::rate_limits::RateLimits;
use crate::http::payload::ReadBody;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::base::secret::Digest;

const MEDIA_TYPE: &str = "application/json";
/// Of a body that was read within its length.
const BOUNDS: Bounds = Bounds { bytes: usize::MAX, depth: 16, members: 2000 };
/// How many members a body may have in which presentations come in JSON serialisation, with a string for each
/// Disclosure.
const MEMBERS_OF_A_TOKEN: usize = 20_000;

/// A body of the REST API: what the document says of this type is what is taken, and is read as this type.
pub trait JsonRequest: ParseFromJSON {
    /// What it asks for.
    type Read;

    /// Whether it may be as long as a wallet's answer.
    const HOLDS_A_TOKEN: bool = false;

    /// What it asks for. `text` is the whole body, for numbers that are kept as they were written.
    ///
    /// # Errors
    /// A [`Problem`] that points at the member at fault.
    fn read(self, text: &[u8]) -> Result<Self::Read, Problem>;
}

/// A JSON object that is an `S`. Reading it is left to whoever has authenticated the caller first: nothing is
/// parsed before [`Self::read`].
pub struct StrictJson<S> {
    received: Result<(Vec<u8>, Arc<Shapes>), Problem>,
    described_by: PhantomData<fn() -> S>,
}

impl<S: JsonRequest> StrictJson<S> {
    /// Digest of the body, as far as one was received.
    pub fn digest(&self) -> Option<Digest> {
        self.received.as_ref().ok().map(|(text, _)| Digest::of(text))
    }

    /// What it asks for.
    ///
    /// # Errors
    /// A [`Problem`] of the body as a whole, or of a member.
    pub fn read(self) -> Result<S::Read, Problem> {
        let most = if S::HOLDS_A_TOKEN { MEMBERS_OF_A_TOKEN } else { BOUNDS.members };
        let (text, shapes) = self.received?;
        let body = Value::Object(parse(&text, most)?);
        if let Some(fault) = shapes.fault(&S::name(), &body) {
            return Err(Problem::invalid_request(&fault.pointer, fault.why));
        }
        // The document and the parser are made of one type: what fits the one fits the other.
        let read = S::parse_from_json(Some(body));
        read.map_err(|fault| Problem::invalid_request("", fault.into_message()))?.read(&text)
    }
}

async fn received(request: &Request, body: &mut RequestBody, longest: usize) -> Result<Vec<u8>, Problem> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(Problem::media_type());
    }
    body::take_bounded(body, longest, RateLimits::sender(request)).await.map_err(|fault| match fault {
        BodyFault::TooLarge(_) => Problem::too_large(fault.to_string()),
        BodyFault::Unreadable => Problem::invalid_json(fault.to_string()),
    })
}

fn parse(bytes: &[u8], members: usize) -> Result<Map<String, Value>, Problem> {
    let bounds = Bounds { members, ..BOUNDS };
    let members =
        json::parse_object(bytes, &bounds).map_err(|fault| Problem::invalid_json(fault.to_string()))?;
    // An amount that would be rounded while it is read is not the amount that was agreed to.
    if !json::numbers_survive(bytes) {
        return Err(Problem::invalid_json("a number has more than the 15 digits that are kept exactly"));
    }
    Ok(members)
}

impl<S: JsonRequest> ReadBody for StrictJson<S> {
    type Described = S;
    type Refusal = Problem;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Problem> {
        let longest =
            request.data().filter(|_| S::HOLDS_A_TOKEN).map_or(MAX_JSON_BYTES, accept::longest_answer);
        let shapes = request.data::<Arc<Shapes>>().cloned();
        let missing = || Problem::from(Unavailable::new("the document", "it is not there"));
        let received = received(request, body, longest).await;
        let received = received.and_then(|text| Ok((text, shapes.ok_or_else(missing)?)));
        Ok(Self { received, described_by: PhantomData })
    }
}
