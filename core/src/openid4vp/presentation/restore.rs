//! From rows, which are trusted; for `store/row.rs` only.

use super::{
    Asked, AwaitingReturn, Begun, Digest, EncryptionKey, Outcome, Report, Served, Settled, Timestamp, Tries,
    VerifiedPresentation,
};

/// A row in state `begun`.
pub fn begun(asked: Asked, reserved_for: Option<Digest>, answer_key: Option<EncryptionKey>) -> Begun {
    Begun { asked, reserved_for, answer_key }
}

/// A row in state `served`.
pub fn served(asked: Asked, browser: Digest, tries: Tries, answer_key: Option<EncryptionKey>) -> Served {
    Served { asked, browser, tries, answer_key, answer: None }
}

/// A row in state `awaiting_return`.
pub fn awaiting_return(
    asked: Asked,
    browser: Digest,
    presentation: VerifiedPresentation,
    report: Report,
    return_code: Digest,
    answered_at: Timestamp,
    answer: Option<Digest>,
) -> AwaitingReturn {
    AwaitingReturn { asked, browser, presentation, report, return_code, answered_at, answer }
}

/// A row in state `settled`.
pub fn settled(
    asked: Asked,
    browser: Digest,
    outcome: Outcome,
    response_code: Option<Digest>,
    settled_at: Timestamp,
    answer: Option<Digest>,
) -> Settled {
    Settled { asked, browser, outcome, response_code, settled_at, answer }
}
