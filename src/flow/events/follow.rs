//! A relying party follows a presentation: it is told how far that is, at once and whenever it goes on, until the end.
//! What was proven is not told here: it is collected, as always. A page of ours, and a device, wait for one thing each:
//! for news of a presentation, and for the decision on a grant.

use crate::flow::context::Context;
use crate::flow::events::watch::{Followable, Follower, NotWatched, Seen, Watching};
use crate::flow::ports::Unavailable;
use crate::flow::presentation::collect::{self, Collected, NotCollected};
use vpgate_core::base::id::{Handle, PresentationId};
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::oauth::device_grant::DeviceGrantTerms;
use vpgate_core::openid4vp::presentation::{
    Presentation, PresentationMark, PresentationOutcome, PresentationStage, Readable,
};

/// Presentations, or grants, that one look-up is about.
const BATCH: usize = 1000;

/// Somebody follows a presentation.
#[derive(Debug)]
pub struct Followed {
    context: Context,
    id: PresentationId,
    expires_at: Timestamp,
    watch: Watching,
    /// How far it was when that was told last.
    told: Option<PresentationStage>,
}

/// What is told.
#[derive(Debug)]
pub enum FollowedStep {
    /// It is not decided, and got so far; it dies at this time.
    Open(PresentationStage, Timestamp),
    /// Verified: the result is there to be collected.
    Verified,
    /// It ended otherwise.
    Ended(Collected),
    /// This process cannot go on; another one can.
    Elsewhere,
}

/// Why nobody follows.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotFollowed {
    #[error(transparent)]
    NotCollected(#[from] NotCollected),
    #[error(transparent)]
    NotWatched(#[from] NotWatched),
}

/// Follows a presentation of `client`; of which `told` was told before.
///
/// # Errors
/// [`NotFollowed`]
pub async fn follow(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
    told: Option<PresentationStage>,
) -> Result<Followed, NotFollowed> {
    let found = collect::presentation_of(context, client, id).await?;
    if let Presentation::Settled(settled) = &found
        && matches!(settled.reading(None, context.now), Readable::Forgotten)
    {
        return Err(NotCollected::Unknown.into());
    }
    let (id, expires_at) = (found.request().id.clone(), found.request().expires_at);
    let followed = Followable::Presentation(id.clone());
    let mark = PresentationMark::of(&found, context.now);
    let watch = watch(context, Follower::Client, followed, (mark, expires_at))?;
    Ok(Followed { context: context.clone(), id, expires_at, watch, told })
}

/// Waits for news of the presentation behind `handle`, for a page in the browser that was sent to the wallet. `None`
/// where there is some, or nobody more can wait.
///
/// # Errors
/// When the store is unavailable.
pub async fn news(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
) -> Result<Option<impl Future<Output = ()> + use<>>, Unavailable> {
    let unanswered = PresentationMark::from(PresentationStage::Served);
    let found = context.ports.store.presentation_by_handle(handle).await?.filter(|found| {
        found.browser() == Some(&browser.digest()) && PresentationMark::of(found, context.now) == unanswered
    });
    let Some(request) = found.as_ref().map(Presentation::request) else { return Ok(None) };
    let followed = Followable::Presentation(request.id.clone());
    let watching = watch(context, Follower::Page, followed, (unanswered, request.expires_at)).ok();
    Ok(watching.map(|watching| async move {
        watching.news(unanswered).await;
    }))
}

/// Waits for the decision on the grant of a device, or for its end; whether that came before this process ends, and
/// before the device asked again. `None` where nobody more can wait.
pub fn decision(context: &Context, terms: &DeviceGrantTerms) -> Option<impl Future<Output = bool> + use<>> {
    let followed = Followable::Grant(terms.id.clone());
    let begun = (PresentationStage::Begun.into(), terms.expires_at);
    let watching = watch(context, Follower::Device, followed, begun).ok()?;
    Some(async move { matches!(watching.further(Some(PresentationStage::Begun)).await, Seen::Mark(_)) })
}

fn watch(
    context: &Context,
    follower: Follower,
    followed: Followable,
    from: (PresentationMark, Timestamp),
) -> Result<Watching, NotWatched> {
    context.watchers.follow(follower, followed, from, context.policy.presentation.event_streams)
}

impl Followed {
    /// Its end was told before: there is nothing to wait for.
    pub fn is_over(&self) -> bool {
        self.told == Some(PresentationStage::Over)
    }

    /// Its number, which is another one for each that follows.
    pub fn number(&self) -> u64 {
        self.watch.number()
    }

    /// What comes next, and its number; `None` behind the end.
    pub async fn next(&mut self) -> Option<(PresentationStage, FollowedStep)> {
        if self.is_over() {
            return None;
        }
        let seen = self.watch.further(self.told).await;
        let step = match seen {
            Seen::Mark(mark) if mark.stage == PresentationStage::Over => self.ended().await?,
            Seen::Mark(mark) => FollowedStep::Open(mark.stage, self.expires_at),
            Seen::Closed => FollowedStep::Elsewhere,
        };
        let last = self.told;
        self.told = Some(match seen {
            Seen::Mark(mark) => mark.stage,
            Seen::Closed => PresentationStage::Over,
        });
        // Where there is nothing to tell, the number stays.
        let number = match seen {
            Seen::Mark(mark) => Some(mark.stage),
            Seen::Closed => last,
        };
        Some((number.unwrap_or(PresentationStage::Begun), step))
    }

    /// Waits until it is over.
    pub async fn end(mut self) {
        while let Some((stage, step)) = self.next().await {
            if stage == PresentationStage::Over || matches!(step, FollowedStep::Elsewhere) {
                return;
            }
        }
    }

    /// How it ended; `None` when it is forgotten.
    async fn ended(&self) -> Option<FollowedStep> {
        let context = self.context.later();
        match context.ports.store.presentation(&self.id).await {
            Ok(Some(Presentation::Settled(settled))) => Some(match settled.outcome() {
                PresentationOutcome::Verified { .. } => FollowedStep::Verified,
                PresentationOutcome::Rejected { report } => {
                    FollowedStep::Ended(Collected::Rejected(report.clone()))
                }
                PresentationOutcome::Declined { error } => FollowedStep::Ended(Collected::Declined(*error)),
            }),
            Ok(Some(_)) => Some(FollowedStep::Ended(Collected::Expired)),
            Ok(None) => None,
            Err(fault) => {
                tracing::warn!(%fault, reason = %fault.source, "an event stream ends before its time");
                Some(FollowedStep::Elsewhere)
            }
        }
    }
}

/// Looks up how far everything is that is followed here: what other processes wrote is seen so.
///
/// # Errors
/// When the store is unavailable.
pub async fn look(context: &Context) -> Result<(), Unavailable> {
    let (presentations, grants) = context.watchers.open(context.now);
    for ids in presentations.chunks(BATCH) {
        let found = context.ports.store.marks(ids).await?;
        for id in ids {
            // What is not there was forgotten.
            let mark = found.get(id).copied().unwrap_or(PresentationStage::Over.into());
            context.watchers.reached(id, mark);
        }
    }
    for ids in grants.chunks(BATCH) {
        let pending = context.ports.store.pending_grants(ids).await?;
        ids.iter().filter(|id| !pending.contains(id)).for_each(|id| context.watchers.decided(id));
    }
    Ok(())
}
