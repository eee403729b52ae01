//! `GET /v1/presentations/{id}/events`: server-sent events (HTML Living Standard section 9.2).

use std::time::Duration;

use futures_util::stream;
use poem::http::{HeaderValue, header};
use poem::web::sse::{Event, SSE};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{EventStream, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON as _, Type as _};

use super::error::Problem;
use super::result::{PresentationSchema, PresentationStatus, PresentationStep};
use crate::flow::events::follow::{Followed, FollowedStep, NotFollowed};
use crate::flow::events::watch::NotWatched;
use crate::flow::presentation::collect::Collected;
use vpgate_core::openid4vp::presentation::PresentationStage;

/// So often something is said where nothing happens: less than the time after which proxies end what is idle.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long whoever is sent away waits before it comes back, in milliseconds: at least, and how much more at most.
const COMES_BACK: (u64, u64) = (500, 2_500);

/// How somebody is answered who follows a presentation.
#[derive(ApiResponse)]
pub enum FollowedPresentation {
    /// The presentation at once, and again whenever it goes on; the stream ends behind the last state. A verified
    /// result is not in it: collect it. Each event has the number of its state as `id`.
    #[oai(status = 200)]
    Stream(PresentationEvents),
}

/// A stream of [`PresentationSchema`].
pub struct PresentationEvents {
    id: String,
    followed: Followed,
}

impl FollowedPresentation {
    /// Of the presentation that the caller calls `id`.
    ///
    /// # Errors
    /// When its end was told: whoever is answered so does not come back by itself.
    pub fn new(id: String, followed: Followed) -> Result<Self, Problem> {
        if followed.is_over() {
            return Err(Problem::not_found("the end was told: nothing comes after this Last-Event-ID"));
        }
        Ok(Self::Stream(PresentationEvents { id, followed }))
    }
}

/// The state that `Last-Event-ID` names; a text that names none was not ours.
pub fn told_last(last_event_id: Option<&str>) -> Option<PresentationStage> {
    let ordinal: u8 = last_event_id?.trim().parse().ok()?;
    PresentationStage::ALL.into_iter().find(|stage| stage.ordinal() == ordinal)
}

fn event(id: &str, number: u64, stage: PresentationStage, step: FollowedStep) -> Event {
    let id = id.to_owned();
    let presentation = match step {
        FollowedStep::Open(stage, expires_at) => PresentationSchema {
            step: step_of(stage),
            ..PresentationSchema::new(id, Collected::Pending(expires_at))
        },
        FollowedStep::Verified => PresentationSchema::bare(id, PresentationStatus::Verified),
        FollowedStep::Ended(collected) => PresentationSchema::new(id, collected),
        // Not all at once.
        FollowedStep::Elsewhere => return Event::retry(COMES_BACK.0 + number % COMES_BACK.1),
    };
    Event::message(presentation.to_json_string()).id(stage.ordinal().to_string())
}

fn step_of(stage: PresentationStage) -> Option<PresentationStep> {
    match stage {
        PresentationStage::Begun => Some(PresentationStep::Begun),
        PresentationStage::Served => Some(PresentationStep::Opened),
        PresentationStage::Answered => Some(PresentationStep::Answered),
        PresentationStage::Over => None,
    }
}

impl Payload for PresentationEvents {
    const CONTENT_TYPE: &'static str = "text/event-stream";

    fn schema_ref() -> MetaSchemaRef {
        EventStream::<stream::Empty<PresentationSchema>>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        PresentationSchema::register(registry);
    }
}

impl IntoResponse for PresentationEvents {
    fn into_response(self) -> Response {
        let number = self.followed.number().wrapping_mul(997);
        let events = stream::unfold(self, move |mut open| async move {
            let (stage, step) = open.followed.next().await?;
            Some((event(&open.id, number, stage, step), open))
        });
        let mut response = SSE::new(events).keep_alive(KEEP_ALIVE).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // nginx would keep events until it has some kilobytes of them.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    }
}

impl From<NotFollowed> for Problem {
    fn from(why: NotFollowed) -> Self {
        let detail = why.to_string();
        match why {
            NotFollowed::NotCollected(why) => why.into(),
            NotFollowed::NotWatched(NotWatched::Here) => Self::too_many_open(detail, 1),
            NotFollowed::NotWatched(NotWatched::Anywhere) => Self::later(detail),
        }
    }
}
