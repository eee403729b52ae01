//! How much is kept of a presentation that a relying party asked for, and how long (`[retention]`).
//!
//! ```text
//!            settled            collected        a minute later     10 minutes         keep_for
//!  none      claims, report     outcome          outcome            (the row is gone)
//!  minimal   claims, report     claims, report   outcome, report    outcome, report    (gone)
//!  full      claims, report     claims, report   claims, report     claims, report     (gone)
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::repeat::ANSWERED_AGAIN;
use crate::base::time::Timestamp;

/// How long a settled presentation can be collected, and the least time for which it is remembered.
pub const RESULT_LIFETIME: Duration = Duration::from_secs(600);

/// What a presentation was asked for under: it goes by this to its end, whatever the configuration says then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Retention {
    /// Claims, and what was agreed to, leave with the answer that hands them over, which is given once.
    None,
    /// They can be read for [`RESULT_LIFETIME`], or once by a response code; the outcome and its report stay.
    Minimal {
        /// How long the outcome is remembered.
        seconds: u64,
    },
    /// All of it stays.
    Full {
        /// How long.
        seconds: u64,
    },
}

impl Default for Retention {
    fn default() -> Self {
        Self::Minimal { seconds: RESULT_LIFETIME.as_secs() }
    }
}

impl Retention {
    /// When nothing is remembered of what was settled at this time.
    pub fn forgotten_at(self, settled_at: Timestamp) -> Timestamp {
        settled_at.plus(match self {
            Self::None => RESULT_LIFETIME,
            Self::Minimal { seconds } | Self::Full { seconds } => Duration::from_secs(seconds),
        })
    }

    /// Until when what was proven can be read.
    pub fn readable_until(self, settled_at: Timestamp) -> Timestamp {
        match self {
            Self::None | Self::Minimal { .. } => settled_at.plus(RESULT_LIFETIME),
            Self::Full { .. } => self.forgotten_at(settled_at),
        }
    }

    /// When what was proven is removed where nobody collects it; `None` where that is when all of it goes.
    pub fn emptied_at(self, settled_at: Timestamp) -> Option<Timestamp> {
        let readable = self.readable_until(settled_at);
        (readable < self.forgotten_at(settled_at)).then_some(readable)
    }

    /// The same once it was collected by its code.
    pub fn emptied_after(self, collected_at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::None | Self::Minimal { .. } => Some(collected_at.plus(ANSWERED_AGAIN)),
            Self::Full { .. } => None,
        }
    }

    /// It is what holds where nothing is said.
    pub fn is_standard(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLED: Timestamp = Timestamp::from_unix(1_000_000);

    fn after(seconds: u64) -> Timestamp {
        SETTLED.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn what_was_proven_goes_before_the_outcome_where_that_is_kept_longer() {
        for (retention, readable, emptied, forgotten) in [
            (Retention::None, 600, None, 600),
            (Retention::default(), 600, None, 600),
            (Retention::Minimal { seconds: 86_400 }, 600, Some(600), 86_400),
            (Retention::Full { seconds: 86_400 }, 86_400, None, 86_400),
        ] {
            assert_eq!(retention.readable_until(SETTLED), after(readable), "{retention:?}");
            assert_eq!(retention.emptied_at(SETTLED), emptied.map(after), "{retention:?}");
            assert_eq!(retention.forgotten_at(SETTLED), after(forgotten), "{retention:?}");
        }
    }

    #[test]
    fn what_was_collected_stays_as_long_as_the_answer_may_be_lost_or_as_long_as_everything() {
        assert_eq!(Retention::default().emptied_after(SETTLED), Some(after(60)));
        assert_eq!(Retention::Full { seconds: 86_400 }.emptied_after(SETTLED), None);
    }

    #[test]
    fn rows_without_it_were_written_under_the_standard() {
        assert!(Retention::default().is_standard());
        for retention in
            [Retention::None, Retention::Minimal { seconds: 900 }, Retention::Full { seconds: 900 }]
        {
            let written = serde_json::to_value(retention).unwrap();
            assert_eq!(serde_json::from_value::<Retention>(written).unwrap(), retention);
            assert!(!retention.is_standard());
        }
    }
}
