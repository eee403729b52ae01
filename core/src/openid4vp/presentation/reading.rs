//! What the relying party of a settled presentation may read of it, by whether it shows the code that came back with
//! the browser, and by what is still there.

use super::{PresentationOutcome, Settled};
use crate::base::repeat::Used;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::openid4vp::request::{PresentationFlow, Requester};
use crate::openid4vp::retention::Retention;

/// What may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// Everything, as often as somebody asks.
    Everything,
    /// Everything, once it is written that it was collected: by this code, where it takes one.
    OnceCollected(Option<Digest>),
    /// How it ended: what was proven is not kept any more.
    Outcome,
    /// Nothing without the code that came back with the browser; each works once.
    CodeNeeded,
    /// Nothing: its time is over.
    Forgotten,
}

impl Settled {
    /// What may be read at `now` by who shows this code.
    pub fn reading(&self, shown: Option<&Digest>, now: Timestamp) -> Readable {
        let retention = self.request.retention;
        if now >= retention.forgotten_at(self.settled_at) {
            return Readable::Forgotten;
        }
        let PresentationOutcome::Verified { presentation, .. } = &self.outcome else {
            return Readable::Everything;
        };
        let is_over = presentation.is_emptied() || now >= retention.readable_until(self.settled_at);
        if self.request.flow == PresentationFlow::CrossDevice {
            // A wallet on another device has no way to bring a code back (OpenID4VP 1.0 section 14.2).
            return match retention {
                _ if is_over => Readable::Outcome,
                Retention::None => Readable::OnceCollected(None),
                Retention::Minimal { .. } | Retention::Full { .. } => Readable::Everything,
            };
        }
        let by_application = matches!(self.request.requester, Requester::RelyingParty { .. });
        match (shown, &self.collected, &self.response_code) {
            (Some(code), Some(used), _) if self.is_read_again(used, code, now) => {
                if is_over {
                    Readable::Outcome
                } else {
                    Readable::Everything
                }
            }
            (Some(code), _, Some(unspent)) if code == unspent => {
                if is_over {
                    Readable::Outcome
                } else {
                    Readable::OnceCollected(Some(*code))
                }
            }
            // It was collected, so whose answer it is was found out.
            (None, _, None) if by_application => Readable::Outcome,
            _ => Readable::CodeNeeded,
        }
    }

    /// The code that it was collected by a moment ago, when the answer may have been lost (REQ-21.11); where
    /// everything is kept, at any time.
    fn is_read_again(&self, used: &Used, shown: &Digest, now: Timestamp) -> bool {
        match self.request.retention {
            Retention::None | Retention::Minimal { .. } => used.is_repeated_by(shown, now),
            Retention::Full { .. } => used.value == *shown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::restore;
    use super::*;
    use crate::base::report::{Findings, Report};
    use crate::openid4vp::request::VpRequest;
    use crate::openid4vp::testing::asked;
    use crate::openid4vp::verify::VerifiedPresentation;

    const SETTLED: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn code() -> Digest {
        Digest::of(b"code")
    }

    fn after(seconds: u64) -> Timestamp {
        SETTLED.plus(Duration::from_secs(seconds))
    }

    fn report() -> Report {
        Findings::new().conclude(Ok(()))
    }

    fn proven() -> VerifiedPresentation {
        let credential = serde_json::json!({ "issuer": "https://issuer.example", "vct": "urn:pid",
            "claims": { "age": 7 }, "expires_at": null, "holder": null });
        let row = serde_json::json!({ "credentials": { "one": credential }, "transaction_data": [],
            "verified_at": SETTLED });
        VerifiedPresentation::restore(row).unwrap()
    }

    /// Verified, with what is left of it.
    fn settled(
        retention: Retention,
        flow: PresentationFlow,
        presentation: VerifiedPresentation,
        (unspent, collected): (Option<Digest>, Option<Used>),
    ) -> Settled {
        let asked = VpRequest { retention, flow, ..asked() };
        let outcome = PresentationOutcome::Verified { presentation, report: report() };
        restore::settled(asked, Digest::of(b"browser"), outcome, unspent, SETTLED, None, collected)
    }

    fn emptied() -> VerifiedPresentation {
        VerifiedPresentation::for_tests(BTreeMap::new(), Vec::new(), SETTLED)
    }

    const DAY: u64 = 86_400;
    const SAME: PresentationFlow = PresentationFlow::SameDevice;
    const CROSS: PresentationFlow = PresentationFlow::CrossDevice;

    #[test]
    fn a_result_that_is_not_collected_needs_its_code_as_long_as_it_is_remembered() {
        for retention in [
            Retention::None,
            Retention::default(),
            Retention::Minimal { seconds: DAY },
            Retention::Full { seconds: DAY },
        ] {
            let settled = settled(retention, SAME, proven(), (Some(code()), None));
            let read = |shown: Option<Digest>, seconds| settled.reading(shown.as_ref(), after(seconds));
            assert_eq!(read(Some(code()), 0), Readable::OnceCollected(Some(code())), "{retention:?}");
            for wrong in [None, Some(Digest::of(b"wrong"))] {
                assert_eq!(read(wrong, 0), Readable::CodeNeeded, "{retention:?}");
                let late = if retention.forgotten_at(SETTLED) > after(700) {
                    Readable::CodeNeeded
                } else {
                    Readable::Forgotten
                };
                assert_eq!(read(wrong, 700), late, "{retention:?}");
            }
        }
    }

    #[test]
    fn what_was_collected_is_read_again_by_its_code_for_a_minute_or_as_long_as_it_is_kept() {
        let used = Some(Used { value: code(), at: SETTLED });
        for (retention, at, expected) in [
            (Retention::default(), 59, Readable::Everything),
            (Retention::default(), 60, Readable::CodeNeeded),
            (Retention::default(), 600, Readable::Forgotten),
            (Retention::Minimal { seconds: DAY }, 60, Readable::CodeNeeded),
            (Retention::Full { seconds: DAY }, DAY - 1, Readable::Everything),
            (Retention::Full { seconds: DAY }, DAY, Readable::Forgotten),
        ] {
            let settled = settled(retention, SAME, proven(), (None, used));
            assert_eq!(settled.reading(Some(&code()), after(at)), expected, "{retention:?} {at}");
            let other = settled.reading(Some(&Digest::of(b"other")), after(at));
            assert_ne!(other, Readable::Everything, "{retention:?} {at}");
        }
    }

    #[test]
    fn how_it_ended_is_told_once_it_was_collected_and_never_before() {
        let kept = Retention::Minimal { seconds: DAY };
        let used = Some(Used { value: code(), at: SETTLED });
        assert_eq!(settled(kept, SAME, emptied(), (None, None)).reading(None, after(700)), Readable::Outcome);
        assert_eq!(settled(kept, SAME, proven(), (None, used)).reading(None, after(70)), Readable::Outcome);
        let nobody_came = settled(kept, SAME, emptied(), (Some(code()), None));
        assert_eq!(nobody_came.reading(None, after(700)), Readable::CodeNeeded);
        assert_eq!(nobody_came.reading(Some(&code()), after(700)), Readable::Outcome);
        let handed_over = settled(Retention::None, SAME, emptied(), (None, used));
        assert_eq!(handed_over.reading(Some(&code()), after(1)), Readable::Outcome);
    }

    #[test]
    fn across_devices_a_result_is_read_without_a_code_and_with_retention_none_once() {
        for (retention, at, expected) in [
            (Retention::None, 0, Readable::OnceCollected(None)),
            (Retention::default(), 599, Readable::Everything),
            (Retention::Minimal { seconds: DAY }, 600, Readable::Outcome),
            (Retention::Full { seconds: DAY }, DAY - 1, Readable::Everything),
        ] {
            let settled = settled(retention, CROSS, proven(), (None, None));
            assert_eq!(settled.reading(None, after(at)), expected, "{retention:?} {at}");
        }
        let handed_over = settled(Retention::None, CROSS, emptied(), (None, None));
        assert_eq!(handed_over.reading(None, after(1)), Readable::Outcome);
    }
}
