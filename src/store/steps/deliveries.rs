//! Events on their way to endpoints, and what went wrong there. Every `UPDATE` and `DELETE` names the state it leaves.

use super::{Rows, Step, delete, insert, may, must, text, update};
use vpgate_core::base::id::DeliveryId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::WebhookChange;
use vpgate_core::webhook::{Delivery, EndpointTrouble};

/// The steps of a change.
pub(super) fn steps(change: &WebhookChange) -> Vec<Step> {
    match change {
        WebhookChange::Advance { next, seen } => vec![advance(next, *seen)],
        WebhookChange::Retry { id, client_id, endpoint, at } => retry(id, client_id, endpoint, *at).into(),
        WebhookChange::NoteTrouble(trouble) => vec![note(trouble)],
        WebhookChange::ForgetTrouble { client_id, endpoint } => vec![forget(client_id, endpoint)],
    }
}

fn advance(next: &Delivery, seen: Timestamp) -> Step {
    must(
        update!(
            "deliveries",
            "state = $1, attempts = $2, due_at = $3, last_status = $4",
            "id = $5 AND state = 'waiting' AND due_at = $6"
        ),
        [
            next.state.name().into(),
            next.attempts.into(),
            next.due_at.into(),
            next.last_status.map(u32::from).into(),
            text(next.id.as_str()),
            seen.into(),
        ],
    )
}

/// Made again from its first attempt on, and nothing is held against its endpoint.
fn retry(id: &DeliveryId, client_id: &str, endpoint: &str, at: Timestamp) -> [Step; 2] {
    [
        must(
            update!(
                "deliveries",
                "state = 'waiting', attempts = 0, due_at = $1",
                "id = $2 AND client = $3 AND endpoint = $4"
            ),
            [at.into(), text(id.as_str()), text(client_id), text(endpoint)],
        ),
        may(delete!("webhook_troubles", "client = $1 AND endpoint = $2"), [text(client_id), text(endpoint)]),
    ]
}

fn note(trouble: &EndpointTrouble) -> Step {
    must(
        insert!(
            Rows::New,
            "webhook_troubles (client, endpoint, address, since, not_before, paused)",
            "$1, $2, $3, $4, $5, $6",
            "TRUE",
            "ON CONFLICT (client, endpoint) DO UPDATE
             SET address = excluded.address, since = excluded.since, not_before = excluded.not_before,
                 paused = excluded.paused"
        ),
        [
            text(&trouble.client_id),
            text(&trouble.endpoint),
            (&trouble.address).into(),
            trouble.since.into(),
            trouble.not_before.into(),
            trouble.paused.map(|pause| pause.name()).into(),
        ],
    )
}

fn forget(client_id: &str, endpoint: &str) -> Step {
    must(delete!("webhook_troubles", "client = $1 AND endpoint = $2"), [text(client_id), text(endpoint)])
}
