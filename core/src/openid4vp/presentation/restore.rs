//! From rows, which are trusted; for `store/row.rs` only.

use super::{
    AwaitingReturn, Begun, Digest, EncryptionKey, PresentationOutcome, Report, Served, Settled, Timestamp,
    Tries, Used, VerifiedPresentation, VpRequest,
};

/// A row in state `begun`.
pub fn begun(asked: VpRequest, reserved_for: Option<Digest>, answer_key: Option<EncryptionKey>) -> Begun {
    Begun { request: asked, reserved_for, answer_key }
}

/// A row in state `served`.
pub fn served(asked: VpRequest, browser: Digest, tries: Tries, answer_key: Option<EncryptionKey>) -> Served {
    Served { request: asked, browser, tries, answer_key, answer: None, sent: None }
}

/// A row in state `awaiting_return`.
pub fn awaiting_return(
    asked: VpRequest,
    browser: Digest,
    presentation: VerifiedPresentation,
    report: Report,
    return_code: Digest,
    answered_at: Timestamp,
    answer: Option<Digest>,
) -> AwaitingReturn {
    AwaitingReturn { request: asked, browser, presentation, report, return_code, answered_at, answer }
}

/// A row in state `settled`.
pub fn settled(
    asked: VpRequest,
    browser: Digest,
    outcome: PresentationOutcome,
    response_code: Option<Digest>,
    settled_at: Timestamp,
    answer: Option<Digest>,
    collected: Option<Used>,
) -> Settled {
    Settled { request: asked, browser, outcome, response_code, settled_at, answer, collected, receipt: None }
}
