//! What clients are told in the background: webhooks and logouts. A client that does not answer holds up no other.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::flow;
use crate::flow::context::Service;
use crate::flow::ports::{DueDelivery, Unavailable};
use crate::flow::webhooks::deliver::{self, Receiver};
use crate::http;
use crate::spans;

/// The most messages that are on their way to one endpoint.
const PER_ENDPOINT: usize = 4;
/// To all endpoints together.
const TOGETHER: usize = 256;

/// A client, and the name of its endpoint.
type Endpoint = (String, String);

/// Webhooks, and which of them are on their way.
#[derive(Default)]
pub(super) struct Webhooks {
    attempts: JoinSet<()>,
    under_way: HashMap<Id, Endpoint>,
}

impl Webhooks {
    /// Begins what is due, as far as there is room.
    pub(super) async fn begin_due(&mut self, service: &Arc<Service>) {
        while let Some(ended) = self.attempts.try_join_next_with_id() {
            self.ended(ended);
        }
        if let Err(fault) = self.begin(service).await {
            tracing::warn!(%fault, reason = %fault.source, "webhooks cannot be sent now; they are later");
        }
    }

    async fn begin(&mut self, service: &Arc<Service>) -> Result<(), Unavailable> {
        let context = service.context();
        for receiver in deliver::receivers(&context).await? {
            let endpoint = (receiver.client_id.clone(), receiver.endpoint.name.clone());
            let busy = self.under_way.values().filter(|busy| **busy == endpoint).count();
            let room = PER_ENDPOINT.saturating_sub(busy).min(TOGETHER.saturating_sub(self.attempts.len()));
            if room == 0 {
                continue;
            }
            for due in deliver::due(&context, &receiver, room).await? {
                let span = spans::delivery(due.event.trace.as_deref());
                let attempt = attempt(Arc::clone(service), receiver.clone(), due);
                let begun = self.attempts.spawn(attempt.instrument(span));
                self.under_way.insert(begun.id(), endpoint.clone());
            }
        }
        Ok(())
    }

    /// Until something that was begun has ended.
    pub(super) async fn one_ended(&mut self) {
        match self.attempts.join_next_with_id().await {
            Some(ended) => self.ended(ended),
            None => std::future::pending().await,
        }
    }

    /// Until all that was begun has ended.
    pub(super) async fn all_ended(&mut self) {
        while let Some(ended) = self.attempts.join_next_with_id().await {
            self.ended(ended);
        }
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(fault) => {
                tracing::error!(%fault, "a delivery failed");
                fault.id()
            }
        };
        self.under_way.remove(&id);
    }
}

async fn attempt(service: Arc<Service>, receiver: Receiver, due: DueDelivery) {
    if let Err(fault) = make_attempt(&service, receiver, due).await {
        tracing::warn!(%fault, reason = %fault.source, "a webhook cannot be sent now; it is later");
    }
}

/// The clock is read when it begins and when it was answered.
async fn make_attempt(service: &Service, receiver: Receiver, due: DueDelivery) -> Result<(), Unavailable> {
    let context = service.context();
    let Some(begun) = deliver::begin(&context, receiver, due).await? else { return Ok(()) };
    let heard = deliver::send(&context, &begun, http::result_text).await?;
    deliver::end(&service.context(), begun, heard).await
}

/// Makes one attempt for each notice of a logout that is due, and waits for all of them.
pub(super) async fn tell_logouts(service: &Arc<Service>) {
    let due = match flow::session::notify::due(&service.context()).await {
        Ok(due) => due,
        Err(fault) => return failed(&fault),
    };
    let mut attempts = JoinSet::new();
    for notice in due {
        let context = service.context();
        let attempt = async move { flow::session::notify::deliver(&context, notice).await };
        attempts.spawn(attempt.instrument(spans::delivery(None)));
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
