//! A relying party follows a presentation: it is told how far that is, at once and whenever it goes on, until the end.
//! What was proven is not told here: it is collected, as always.

use crate::flow::context::Context;
use crate::flow::events::watch::{NotWatched, Seen, Watching};
use crate::flow::ports::Unavailable;
use crate::flow::presentation::collect::{self, Collected, NotCollected};
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client::AuthenticatedClient;
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome, PresentationStage, Readable};

/// Presentations that one look-up is about.
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
    let stage = PresentationStage::of(&found, context.now);
    let most = context.policy.presentation.event_streams;
    let watch = context.watchers.follow(&id, (stage, expires_at), most)?;
    Ok(Followed { context: context.clone(), id, expires_at, watch, told })
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
            Seen::Stage(PresentationStage::Over) => self.ended().await?,
            Seen::Stage(stage) => FollowedStep::Open(stage, self.expires_at),
            Seen::Closed => FollowedStep::Elsewhere,
        };
        let last = self.told;
        self.told = Some(match seen {
            Seen::Stage(stage) => stage,
            Seen::Closed => PresentationStage::Over,
        });
        // Where there is nothing to tell, the number stays.
        let number = match seen {
            Seen::Stage(stage) => Some(stage),
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
    let open = context.watchers.open(context.now);
    for ids in open.chunks(BATCH) {
        let found = context.ports.store.stages(ids).await?;
        for id in ids {
            // What is not there was forgotten.
            let stage = found.get(id).copied().unwrap_or(PresentationStage::Over);
            context.watchers.reached(id, stage);
        }
    }
    Ok(())
}
