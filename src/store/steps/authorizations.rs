//! Authorizations, pushed requests and client assertions. Every `UPDATE` and `DELETE` names the state it
//! leaves.

use super::{Rows, Step, delete, insert, must, once, text, update};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::authorization_request::AuthorizationRequest;
use vpgate_core::oauth::client_assertion::ClientAssertion;
use vpgate_core::oauth::code_grant::{Granted, Pending, Redeemed, Refused};

pub(super) fn push(
    request: &AuthorizationRequest,
    handle: &Digest,
    expires_at: Timestamp,
) -> Result<Step, BrokenColumn> {
    Ok(must(
        insert!("pushed_requests (handle, request, forget_at)", "$1, $2, $3"),
        [handle.into(), row::to_json(request, "request")?.into(), expires_at.into()],
    ))
}

pub(super) fn take_pushed(handle: &Digest) -> Step {
    must(delete!("pushed_requests", "handle = $1"), [handle.into()])
}

pub(super) fn spend_assertion(assertion: &ClientAssertion, by: &Digest) -> Step {
    once(
        insert!(
            Rows::New,
            "client_assertions (jti, forget_at, used_by)",
            "$1, $2, $3",
            "TRUE",
            "ON CONFLICT DO NOTHING"
        ),
        [assertion.jti().into(), assertion.expires_at().into(), by.into()],
    )
}

pub(super) fn begin(pending: &Pending) -> Result<Step, BrokenColumn> {
    let terms = pending.terms();
    Ok(must(
        insert!("authorizations (id, state, terms, browser, forget_at)", "$1, 'pending', $2, $3, $4"),
        [
            text(terms.id.as_str()),
            row::to_json(terms, "terms")?.into(),
            pending.browser().into(),
            row::authorization_forgotten_at(terms.expires_at).into(),
        ],
    ))
}

pub(super) fn grant(granted: &Granted) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "authorizations",
            "state = 'granted', code = $1, code_expires_at = $2, admission = $3,
             forget_at = $4, browser = NULL",
            "id = $5 AND state = 'pending'"
        ),
        [
            granted.code().into(),
            granted.code_expires_at().into(),
            row::to_json(granted.admission(), "admission")?.into(),
            row::authorization_forgotten_at(granted.code_expires_at()).into(),
            text(granted.terms().id.as_str()),
        ],
    ))
}

pub(super) fn refuse(refused: &Refused) -> Result<Step, BrokenColumn> {
    Ok(must(
        update!(
            "authorizations",
            "state = 'refused', refusal_reason = $1, browser = NULL",
            "id = $2 AND state = 'pending'"
        ),
        [row::to_word(&refused.reason(), "refusal_reason")?.into(), text(refused.terms().id.as_str())],
    ))
}

pub(super) fn redeem(redeemed: &Redeemed) -> Step {
    must(
        update!(
            "authorizations",
            "state = 'redeemed', token = $1, admission = NULL, code_expires_at = NULL",
            "id = $2 AND state = 'granted'"
        ),
        [text(redeemed.token().as_str()), text(redeemed.terms().id.as_str())],
    )
}
