//! What the outcome of a presentation means for the grant behind it: one room for both kinds of grant.

use super::authorization_request::AuthorizationRequest;
use super::code_grant::{self, NotDecided};
use super::device_grant::{self, DenialReason, Expired};
use super::redirect::{AuthorizationError, ReturnAddress, ReturnUrl};
use super::session::NewSession;
use crate::admission::{Admission, SCOPE_RULES, ScopePolicy};
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::openid4vp::presentation::{PresentationOutcome, Settled};
use crate::openid4vp::response::WalletError;

/// What a settled presentation means for its grant.
#[derive(Debug)]
pub enum GrantDecision {
    /// The device may take its token.
    Approve(device_grant::Approved),
    /// It learns `access_denied`.
    Deny(device_grant::Denied),
    /// The browser carries a code home.
    IssueCode(code_grant::Granted),
    /// The same, and from now on the same question is answered without the person.
    SignIn(code_grant::Granted, Box<NewSession>),
    /// It carries an error home.
    RefuseCode(code_grant::Refused),
}

/// Why an outcome leads to no token: for the record, and for the application.
#[derive(Clone, Copy, Debug)]
pub struct Denial {
    reason: DenialReason,
    error: AuthorizationError,
    why: &'static str,
}

/// A code that an application may be given.
pub struct NewCode {
    /// The code.
    pub code: Secret,
    /// From this second on it is dead.
    pub expires_at: Timestamp,
    /// The session that begins with it, where one does.
    pub session: Option<NewSession>,
}

impl Denial {
    const NOTHING_EARNED: Self = Self {
        reason: DenialReason::NothingEarned,
        error: AuthorizationError::AccessDenied,
        why: "the presentation is genuine but earns none of the scopes",
    };
    const OTHER_PERSON: Self = Self {
        reason: DenialReason::NothingEarned,
        error: AuthorizationError::LoginRequired,
        why: "another person than the request names",
    };

    const UNSURE: Self = Self {
        reason: DenialReason::NothingEarned,
        error: AuthorizationError::UnmetAuthenticationRequirements,
        why: "the credential is not as sure as the acr that claims demands",
    };
    const CLAIM_MISSING: Self = Self {
        reason: DenialReason::NothingEarned,
        error: AuthorizationError::AccessDenied,
        why: "an essential claim is missing, or has another value than claims asks for",
    };

    /// Of an outcome that earned nothing.
    pub fn of(outcome: &PresentationOutcome) -> Self {
        let denial = |reason, error, why| Self { reason, error, why };
        match outcome {
            PresentationOutcome::Verified { .. } => Self::NOTHING_EARNED,
            PresentationOutcome::Rejected { report } if report.reason.as_deref() == Some(SCOPE_RULES) => {
                Self::NOTHING_EARNED
            }
            PresentationOutcome::Rejected { .. } => denial(
                DenialReason::PresentationRejected,
                AuthorizationError::AccessDenied,
                "the presentation was not accepted",
            ),
            PresentationOutcome::Declined { error: WalletError::AccessDenied } => denial(
                DenialReason::DeclinedInWallet,
                AuthorizationError::AccessDenied,
                "the person or the wallet said no",
            ),
            // REQ-2.44: the wallet could not do what it was asked.
            PresentationOutcome::Declined { .. } => denial(
                DenialReason::DeclinedInWallet,
                AuthorizationError::ServerError,
                "the wallet could not answer this request",
            ),
        }
    }

    /// The way back to the application, with the error.
    pub fn way_home(self, return_to: &ReturnAddress, issuer: &str) -> ReturnUrl {
        return_to.with_error(self.error, self.why, issuer)
    }
}

/// Decides a device grant by the outcome and what that `earned`.
///
/// # Errors
/// [`Expired`]
pub fn for_device(
    grant: device_grant::Pending,
    outcome: &PresentationOutcome,
    earned: Option<Admission>,
    now: Timestamp,
) -> Result<GrantDecision, Expired> {
    match earned {
        Some(admission) => grant.approve(admission, now).map(GrantDecision::Approve),
        None => grant.deny(Denial::of(outcome).reason, now).map(GrantDecision::Deny),
    }
}

/// Decides an authorization by its settled presentation and what that `earned`, and says where the browser goes.
///
/// # Errors
/// [`NotDecided`]
pub fn for_application(
    grant: code_grant::Pending,
    settled: &Settled,
    earned: Option<(Admission, NewCode)>,
    (issuer, policy): (&str, &ScopePolicy),
    now: Timestamp,
) -> Result<(GrantDecision, ReturnUrl), NotDecided> {
    let request = &grant.terms().request;
    let (return_to, browser) = (request.return_to.clone(), settled.browser());
    let denial = match earned {
        Some((admission, NewCode { code, expires_at, session })) => {
            let Some(unmet) = unmet(request, &admission, policy) else {
                let way_home = return_to.with_code(&code, issuer);
                let granted = grant.grant(admission, browser, code.digest(), expires_at, now)?;
                let decision = match session {
                    Some(session) => GrantDecision::SignIn(granted, Box::new(session)),
                    None => GrantDecision::IssueCode(granted),
                };
                return Ok((decision, way_home));
            };
            unmet
        }
        None => Denial::of(settled.outcome()),
    };
    let refused = grant.refuse(denial.reason, browser, now)?;
    Ok((GrantDecision::RefuseCode(refused), denial.way_home(&return_to, issuer)))
}

/// What the client demands of a presentation beside the scopes, and this one does not have.
fn unmet(request: &AuthorizationRequest, admission: &Admission, policy: &ScopePolicy) -> Option<Denial> {
    if request.expected_subject.as_deref().is_some_and(|expected| expected != admission.subject()) {
        return Some(Denial::OTHER_PERSON);
    }
    if !admission.is_as_sure_as_demanded(policy) {
        return Some(Denial::UNSURE);
    }
    admission.lacks_essential(policy).then_some(Denial::CLAIM_MISSING)
}
