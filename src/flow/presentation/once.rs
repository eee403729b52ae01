//! A relying party that did not hear the answer begins again with the same `Idempotency-Key`, and gets the same answer:
//! no second presentation begins.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::begin::{self, NewPresentation, NotBegun, PresentationBegun};
use vpgate_core::base::id::{Handle, PresentationId};
use vpgate_core::base::sealed;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::{Change, KeptAnswer};
use vpgate_core::oauth::client::AuthenticatedClient;

/// How long an answer is given again.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// The longest key, in bytes.
const LONGEST_KEY: usize = 255;

/// What tells a request that is repeated.
#[derive(Debug)]
pub struct RepeatableRequest {
    /// `Idempotency-Key`, as it was sent.
    pub key: String,
    /// Digest of the body.
    pub body: Digest,
}

/// The row under which an answer is kept, and what opens it. Both need our own key, so a row alone says nothing.
pub(in crate::flow) struct OnceKeys {
    row: Digest,
    seal: Digest,
    body: Digest,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    id: PresentationId,
    handle: Handle,
    url: Option<Url>,
    expires_at: Timestamp,
}

/// Begins a presentation, once for each key of `client`.
///
/// # Errors
/// [`NotBegun`]
pub async fn begin_once(
    context: &Context,
    client: AuthenticatedClient<'_>,
    request: NewPresentation,
    once: Option<RepeatableRequest>,
) -> Result<PresentationBegun, NotBegun> {
    let Some(RepeatableRequest { key, body }) = once else {
        let begun = begin::begin(context, client, request, |change, _| Ok(change)).await;
        // Nothing but an identifier can be in use, and those are drawn.
        let drawn_twice = || Unavailable::new("a fresh identifier", "it is in use");
        return begun.map_err(|why| match why {
            NotBegun::Repeated => drawn_twice().into(),
            why => why,
        });
    };
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(NotBegun::IdempotencyKey);
    }
    let keyed = |what: &str| {
        let text = format!("idempotency {what} {} {key}", client.client().id.len());
        context.keys.user_code.digest([text.as_bytes(), client.client().id.as_bytes()].concat().as_slice())
    };
    let keys = OnceKeys { row: keyed("row"), seal: keyed("seal"), body };
    if let Some(before) = before(context, &keys).await? {
        return Ok(before);
    }
    match begin::begin(context, client, request, |change, begun| keys.keep(context, change, begun)).await {
        Err(NotBegun::Repeated) => before(context, &keys).await?.ok_or(NotBegun::Repeated),
        outcome => outcome,
    }
}

async fn before(context: &Context, keys: &OnceKeys) -> Result<Option<PresentationBegun>, NotBegun> {
    let Some(kept) = context.ports.store.kept_answer(&keys.row).await? else { return Ok(None) };
    if kept.body != keys.body {
        return Err(NotBegun::OtherRequest);
    }
    let answered = sealed::open(&keys.seal, &kept.answer).and_then(|text| serde_json::from_str(&text).ok());
    let Answered { id, handle, url, expires_at } =
        answered.ok_or_else(|| Unavailable::new("an answer that was kept", "it cannot be read"))?;
    Ok(Some(PresentationBegun { id, handle, authorization_request_url: url, expires_at }))
}

impl OnceKeys {
    /// The change that keeps `begun` as the answer to this key.
    pub(in crate::flow) fn keep(
        &self,
        context: &Context,
        change: Change,
        begun: &PresentationBegun,
    ) -> Result<Change, Unavailable> {
        let answered = Answered {
            id: begun.id.clone(),
            handle: begun.handle.clone(),
            url: begun.authorization_request_url.clone(),
            expires_at: begun.expires_at,
        };
        let unwritable = |why| Unavailable::new("an answer that is kept", why);
        let text = serde_json::to_string(&answered).map_err(|_| unwritable("it cannot be written"))?;
        let mut fresh = [0; sealed::FRESH];
        fresh.copy_from_slice(&context.random_id()?[..sealed::FRESH]);
        let answer =
            sealed::seal(&self.seal, fresh, &text).ok_or_else(|| unwritable("it cannot be sealed"))?;
        let kept = KeptAnswer { key: self.row, body: self.body, answer, until: context.now().plus(KEPT) };
        Ok(Change::Once { change: Box::new(change), kept })
    }
}
