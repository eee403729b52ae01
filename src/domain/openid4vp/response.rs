//! The wallet's answer (OpenID4VP 1.0 section 8): which shape it has, and what it says.
use super::dcql::Query;
use crate::domain::base::report::{Findings, Rejection};
use crate::domain::sdjwt::parse::Presented;
use serde::{Deserialize, Serialize};

/// The parameters of an authorization response after the door has read the form: each at most once.
#[derive(Default)]
pub struct ResponseParameters {
    pub vp_token: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

/// What a wallet answered.
pub enum WalletAnswer {
    Presented(VpToken),
    Refused(WalletError),
}

/// An error response (section 8.5). Text from the wallet is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletError {
    AccessDenied,
    WalletUnavailable,
    TemporarilyUnavailable,
    ServerError,
    InvalidRequest,
    Other, /* full list REQ-2.41 */
}
impl WalletError {
    pub fn from_code(code: &str) -> Self {
        todo!()
    }
    pub fn code(self) -> &'static str {
        todo!()
    }
    /// The person may try again until the request expires (REQ-2.44); otherwise this settles the request.
    pub fn may_be_retried(self) -> bool {
        todo!()
    }
}
/// The three shapes of `interop/proof-cloud-wallet.md`.
#[derive(Debug)]
pub struct VpToken {}
/// One presentation of the answer, split and bounded, with the credential query id it answers.
#[derive(Debug)]
pub struct Shown {
    pub credential: String,
    pub presented: Presented,
}
impl WalletAnswer {
    /// Neither or both of `vp_token` and `error`: both counts as an error (REQ-2.40), neither is a rejection.
    pub fn parse(parameters: ResponseParameters, findings: &mut Findings) -> Result<Self, Rejection> {
        todo!()
    }
}
impl VpToken {
    /// Which shape, which ids, one presentation each; nothing is believed yet.
    pub fn shown(self, query: &Query, findings: &mut Findings) -> Result<Vec<Shown>, Rejection> {
        todo!()
    }
}
