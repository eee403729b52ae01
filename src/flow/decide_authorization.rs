//! What the outcome of a presentation means for the authorization behind it: a code, or an error, that the
//! browser carries home.

use super::Vpgate;
use super::accept_response::NotAccepted;
use crate::domain::base::id::AuthorizationId;
use crate::domain::base::secret::Secret;
use crate::domain::base::time::Timestamp;
use crate::domain::change::GrantDecision;
use crate::domain::oauth::code_grant::{CodeGrant, NotDecided};
use crate::domain::oauth::device_grant::DenialReason;
use crate::domain::oauth::redirect::{AuthorizationError, ReturnUrl};
use crate::domain::openid4vp::presentation::{Outcome, Settled};
use crate::domain::openid4vp::response::WalletError;

impl From<NotDecided> for NotAccepted {
    fn from(_: NotDecided) -> Self {
        Self::NoOpenRequest
    }
}

impl Vpgate {
    /// Decides `authorization` by its settled presentation, which must have come back through the
    /// browser that asked (REQ-11.23).
    pub(super) async fn decide_authorization(
        &self,
        settled: &Settled,
        authorization: &AuthorizationId,
        client_id: &str,
        now: Timestamp,
    ) -> Result<(GrantDecision, ReturnUrl), NotAccepted> {
        let Some(CodeGrant::Pending(pending)) = self.store.authorization(authorization).await? else {
            return Err(NotAccepted::NoOpenRequest);
        };
        let request = &pending.terms().request;
        let (return_to, browser) = (request.return_to.clone(), settled.browser());
        let (reason, error, why) = match settled.outcome() {
            Outcome::Verified { presentation, .. } => {
                let admitted =
                    self.policy.scopes.admit(presentation, &request.scopes, client_id, &self.subject_key);
                if let Ok(admission) = admitted {
                    let code: Secret = self.random_secret()?;
                    let until = now.plus(self.policy.code.code_lifetime);
                    let granted = pending.grant(admission, browser, code.digest(), until, now)?;
                    let way_home = return_to.with_code(&code, self.issuer());
                    return Ok((GrantDecision::IssueCode(granted), way_home));
                }
                let why = "the presentation is genuine but earns none of the scopes";
                (DenialReason::NothingEarned, AuthorizationError::AccessDenied, why)
            }
            Outcome::Rejected { .. } => {
                let why = "the presentation was not accepted";
                (DenialReason::PresentationRejected, AuthorizationError::AccessDenied, why)
            }
            Outcome::Declined { error: WalletError::AccessDenied } => {
                let why = "the person or the wallet said no";
                (DenialReason::DeclinedInWallet, AuthorizationError::AccessDenied, why)
            }
            // REQ-2.44: the wallet could not do what it was asked.
            Outcome::Declined { .. } => {
                let why = "the wallet could not answer this request";
                (DenialReason::DeclinedInWallet, AuthorizationError::ServerError, why)
            }
        };
        let refused = pending.refuse(reason, browser, now)?;
        Ok((GrantDecision::RefuseCode(refused), return_to.with_error(error, why, self.issuer())))
    }
}
