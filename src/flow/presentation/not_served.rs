//! Why a browser is not sent to a wallet.

use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::{NotReached, WalletFault};
use vpgate_core::openid4vp::presentation::NotNow;

/// Why a browser is not sent to the wallet.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotServed {
    #[error("there is no such request, or it has expired")]
    Unknown,
    /// Another browser opened it first.
    #[error("this request was opened in another browser")]
    OtherBrowser {
        /// Whether the person may go on here all the same ([`super::serve::go_on_here`]).
        may_go_on: bool,
    },
    /// The wallet has answered already, or its time is over: show how it stands.
    #[error("this request has been answered")]
    Settled,
    /// The wallet's server does not answer as it must; it may be better in a moment.
    #[error(transparent)]
    Wallet(WalletFault),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotReached> for NotServed {
    fn from(why: NotReached) -> Self {
        match why {
            NotReached::Outdated => Self::Unknown,
            NotReached::Wallet(fault) => Self::Wallet(fault),
            NotReached::Failed(source) => Self::Failed(source),
        }
    }
}

impl From<NotNow> for NotServed {
    fn from(why: NotNow) -> Self {
        match why {
            NotNow::Expired | NotNow::OtherWay | NotNow::ResponseCode => Self::Unknown,
            NotNow::OtherBrowser => Self::OtherBrowser { may_go_on: false },
        }
    }
}
