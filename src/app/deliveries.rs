//! Clients are told of logouts in the background: one attempt for each notice that is due, all at once, so that a
//! client that does not answer holds up no other.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::flow;
use crate::flow::context::Service;
use crate::flow::ports::Unavailable;

/// Makes one attempt for each notice that is due, and waits for all of them.
pub(super) async fn deliver_once(service: &Arc<Service>) {
    let due = match flow::session::notify::due(&service.context()).await {
        Ok(due) => due,
        Err(fault) => return failed(&fault),
    };
    let mut attempts = JoinSet::new();
    for notice in due {
        let context = service.context();
        attempts.spawn(async move { flow::session::notify::deliver(&context, notice).await });
    }
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => failed(&fault),
            Err(fault) => tracing::error!(%fault, "a delivery failed"),
        }
    }
}

fn failed(fault: &Unavailable) {
    tracing::warn!(%fault, reason = %fault.source, "clients cannot be told of logouts now; they are later");
}
