//! Every write that may ever happen, as one enum.
//!
//! Each variant names the state it leaves, by carrying the state it leads to: whoever holds an
//! [`Approved`] got it from a [`Pending`]. The store repeats that state in its `WHERE`; no row
//! changed means that somebody was first.

use crate::domain::base::id::PresentationId;
use crate::domain::base::secret::Digest;
use crate::domain::oauth::device_grant::{Approved, Denied, Pending, Redeemed};
use crate::domain::oauth::entitlement::Origin;
use crate::domain::oauth::issuance::Issuance;
use crate::domain::oauth::polling::Pace;
use crate::domain::openid4vp::presentation::{Begun, Served, Settled};

/// One write: one database transaction.
#[derive(Debug)]
pub enum Change {
    /// A new grant. `Taken` when its user code is in use: draw again.
    OpenGrant {
        /// The new grant.
        grant: Pending,
        /// Digest of the device code.
        device_code: Digest,
        /// Keyed digest of the user code.
        user_code: Digest,
    },
    /// A poll of a pending grant. Leaves: pending with the pace `seen`.
    RecordPoll {
        /// The grant after the poll.
        grant: Pending,
        /// The pace that the decision was based on; `Lost` when another poll was recorded since.
        seen: Pace,
    },
    /// "I did not start this". Leaves: pending.
    DenyGrant(Denied),
    /// The device takes its token. Leaves: approved.
    RedeemGrant {
        /// The grant after it.
        grant: Redeemed,
        /// The tokens.
        issuance: Issuance,
    },
    /// Forgets the tokens that this led to: they are dead. `Lost` when there are none.
    RevokeOrigin(Origin),
    /// A new presentation; with a device grant, the claim of that grant too (leaves: pending,
    /// claimed by nobody or by the same browser).
    BeginPresentation {
        /// The new presentation.
        presentation: Begun,
        /// The grant as claimed.
        claim: Option<Pending>,
    },
    /// The browser is sent to the wallet. Leaves: begun, reserved for nobody or for this browser.
    ServePresentation(Served),
    /// A rejected answer was counted. Leaves: served, with one try less.
    CountTry(Served),
    /// Decided. Leaves: served; and pending for the grant, in the same transaction.
    Settle {
        /// The presentation.
        presentation: Settled,
        /// What it means for the grant, where there is one.
        grant: Option<GrantDecision>,
    },
    /// The relying party collects the result. Leaves: settled with this response code, which dies.
    CollectResult {
        /// Which presentation.
        id: PresentationId,
        /// Digest of the code it showed.
        response_code: Digest,
    },
    /// Forgets a presentation, in any state. `Lost` when there is none.
    Forget(PresentationId),
}

/// What a settled presentation means for its grant.
#[derive(Debug)]
pub enum GrantDecision {
    /// The device may take its token.
    Approve(Approved),
    /// It learns `access_denied`.
    Deny(Denied),
}
