//! Is the credential behind living tokens still good? Its issuer is asked again, by the same lists and
//! under the same policy as when it was presented.

use std::time::Duration;

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::session::end;
use crate::flow::tokens::today;
use vpgate_core::admission::Admission;
use vpgate_core::change::Change;
use vpgate_core::event::{EventContent, EventIds, EventKind};
use vpgate_core::oauth::issuance::Family;
use vpgate_core::status_list::check::{self, StatusNow};
use vpgate_core::trust::status_policy::StatusCheck;

/// How long an introspection, a refresh or `/userinfo` waits for a list: machines ask, and others behind them.
const PATIENCE: Duration = Duration::from_millis(2500);

/// What the issuers say today of the credentials behind `family`. A client, a scope, a credential or an
/// issuer that the configuration no longer has takes back what it earned.
pub(in crate::flow) async fn recheck(context: &Context, family: &Family) -> StatusNow {
    if today::still_granted(context, family).is_none() {
        return StatusNow::TakenBack;
    }
    status_now(context, family.admission()).await
}

/// What the issuers say today of the credentials behind `admission`, as far as their status is looked up again.
pub(in crate::flow) async fn status_now(context: &Context, admission: &Admission) -> StatusNow {
    let mut unknown = false;
    for place in admission.status_places() {
        let (credential, issuer) = place.whose();
        let Some(issuer) = context.policy.trust.vouch_again(credential, issuer) else {
            return StatusNow::TakenBack;
        };
        if issuer.status_policy().check == StatusCheck::Ignored {
            continue;
        }
        let Some(reference) = place.of(&issuer) else { return StatusNow::TakenBack };
        // Whatever the other lists say, it is not "valid" any more; one may still say "taken back".
        let patience = if unknown { Duration::ZERO } else { PATIENCE };
        let said = match context.ports.status_lists.of(&issuer, &reference, patience).await {
            Ok(list) => check::today(&reference, &issuer, &list, context.now),
            Err(_) => StatusNow::Unknown,
        };
        match said {
            StatusNow::Valid => {}
            StatusNow::TakenBack => return StatusNow::TakenBack,
            StatusNow::Unknown => unknown = true,
        }
    }
    if unknown { StatusNow::Unknown } else { StatusNow::Valid }
}

/// The credential behind `family` was taken back: ends every token of it, and the session that it came of, and
/// its client is told where it wants to be; it does not matter who was first.
pub(in crate::flow) async fn take_back_family(context: &Context, family: &Family) -> Result<(), Unavailable> {
    let why = "the credential was taken back, or the configuration no longer has what earned it";
    let terms = family.terms();
    let (id, session) = (terms.id.clone(), terms.session.clone());
    let notice = end::notice(context, &terms.client_id, family.admission().subject(), session.clone())?;
    let change = Change::TakeBackFamily { family: id.clone(), session, notice, at: context.now };
    let told = vec![told(family, EventKind::CredentialRevoked, "credential_taken_back")];
    if was_first(context.commit_telling(change, told).await)? {
        tracing::warn!(family = %id, why, "tokens revoked");
    }
    Ok(())
}

fn told(family: &Family, kind: EventKind, reason: &'static str) -> EventContent {
    let terms = family.terms();
    EventContent::new(&terms.client_id, kind, EventIds::grant(terms.origin.id())).because(reason)
}

/// Ends every token of `family`, and tells its client for this `reason`; it does not matter who was first.
pub(in crate::flow) async fn revoke_family(
    context: &Context,
    family: &Family,
    reason: &'static str,
) -> Result<(), Unavailable> {
    let id = family.terms().id.clone();
    let told = vec![told(family, EventKind::TokenRevoked, reason)];
    if was_first(context.commit_telling(Change::RevokeFamily(id.clone()), told).await)? {
        tracing::warn!(family = %id, reason, "tokens revoked");
    }
    Ok(())
}
