//! How far a presentation is, for those who watch it: in steps that only go forward.

use super::{Presentation, Served};
use crate::base::time::Timestamp;

/// How far a presentation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PresentationStage {
    /// No browser has come yet.
    Begun,
    /// A browser was sent to the wallet.
    Served,
    /// The wallet has answered; its browser has not come back yet.
    Answered,
    /// Decided, expired or forgotten: nothing comes after it.
    Over,
}

/// How far a presentation is, and how many answers did not bring it further: what grows whenever there is news of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PresentationMark {
    /// How far it is.
    pub stage: PresentationStage,
    /// Answers that were rejected, or could not be judged, while it was [`PresentationStage::Served`].
    pub answers: u32,
}

impl PresentationMark {
    /// Of a presentation at `now`.
    pub fn of(presentation: &Presentation, now: Timestamp) -> Self {
        let stage = PresentationStage::of(presentation, now);
        match presentation {
            Presentation::Served(served) if stage == PresentationStage::Served => Self::served(served),
            _ => stage.into(),
        }
    }

    /// Of one that is served.
    pub fn served(served: &Served) -> Self {
        let tries = served.tries();
        Self { stage: PresentationStage::Served, answers: tries.used.saturating_add(tries.undecided) }
    }
}

impl From<PresentationStage> for PresentationMark {
    fn from(stage: PresentationStage) -> Self {
        Self { stage, answers: 0 }
    }
}

impl PresentationStage {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Begun, Self::Served, Self::Answered, Self::Over];

    /// Its number, from 1: `Last-Event-ID` of who follows a presentation.
    pub fn ordinal(self) -> u8 {
        match self {
            Self::Begun => 1,
            Self::Served => 2,
            Self::Answered => 3,
            Self::Over => 4,
        }
    }

    /// As the row of a presentation names its state.
    pub fn of_row(state: &str) -> Option<Self> {
        match state {
            "begun" => Some(Self::Begun),
            "served" => Some(Self::Served),
            "awaiting_return" => Some(Self::Answered),
            "settled" => Some(Self::Over),
            _ => None,
        }
    }

    /// Of a presentation at `now`.
    pub fn of(presentation: &Presentation, now: Timestamp) -> Self {
        match presentation {
            Presentation::Settled(_) => Self::Over,
            other if now >= other.request().expires_at => Self::Over,
            Presentation::Begun(_) => Self::Begun,
            Presentation::Served(_) => Self::Served,
            Presentation::AwaitingReturn(_) => Self::Answered,
        }
    }
}
