//! How an answer ends: where its browser goes, or why it did not count.

use crate::flow::commit::NotMade;
use crate::flow::ports::Unavailable;
use crate::flow::session::answer::SessionCookie;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::oauth::code_grant::NotDecided;
use vpgate_core::oauth::redirect::ReturnUrl;
use vpgate_core::openid4vp::presentation::NotNow;
use vpgate_core::openid4vp::request::{Requester, VpRequest};

/// Where the browser goes after an answer.
#[derive(Debug)]
pub enum Ending {
    /// To our page that says how it ended, or how to try again.
    Done(Handle),
    /// Back to the application, with a one-time code in the URL, or with the error.
    Return(ReturnUrl),
    /// Back to the application, and from now on signed in.
    SignedIn(ReturnUrl, SessionCookie),
}

impl Ending {
    /// Back to the application, with what the browser is given where it is signed in.
    pub(in crate::flow) fn home(home: ReturnUrl, cookie: Option<SessionCookie>) -> Self {
        match cookie {
            Some(cookie) => Self::SignedIn(home, cookie),
            None => Self::Return(home),
        }
    }
}

/// Why an answer did not count.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotAccepted {
    /// Unknown, settled or expired, or an answer that another browser brought: one answer for all.
    #[error("there is no open request for this answer")]
    NoOpenRequest,
    /// The wallet sent the person back into another browser than the one that began, which may be waiting.
    #[error("this was begun in another browser")]
    OtherBrowser,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotNow> for NotAccepted {
    fn from(_: NotNow) -> Self {
        Self::NoOpenRequest
    }
}

impl From<NotMade> for NotAccepted {
    fn from(why: NotMade) -> Self {
        match why {
            NotMade::Lost | NotMade::Taken => Self::NoOpenRequest,
            NotMade::Failed(source) => Self::Failed(source),
        }
    }
}

impl From<NotDecided> for NotAccepted {
    fn from(_: NotDecided) -> Self {
        Self::NoOpenRequest
    }
}

/// Where the browser of `asked` goes; `code` is what its relying party collects the result with.
pub(in crate::flow) fn ending(asked: &VpRequest, code: Option<&Secret>) -> Ending {
    match &asked.requester {
        Requester::RelyingParty { redirect_uri, state, .. } => {
            let mut url = redirect_uri.clone();
            let code = code.map(|code| ("response_code", code.expose()));
            let state = state.as_deref().map(|state| ("state", state));
            url.query_pairs_mut().extend_pairs(code.into_iter().chain(state));
            Ending::Return(ReturnUrl::new(url))
        }
        Requester::Device { .. } | Requester::Code { .. } => Ending::Done(asked.handle.clone()),
    }
}
