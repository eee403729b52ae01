//! A client that was away asks for what it was not told.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::ports::{PlacedEvents, Unavailable};
use vpgate_core::change::Change;
use vpgate_core::event::{Event, EventCursor};
use vpgate_core::oauth::client::AuthenticatedClient;

/// The most events of one answer.
pub const PAGE: usize = 100;

/// Events of a client, in their order.
#[derive(Debug)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// Behind the last of them; where it was asked from when there are none.
    pub cursor: EventCursor,
    /// There are more.
    pub more: bool,
}

/// Why there are no events.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotListed {
    #[error("after must be the cursor of an earlier answer")]
    Cursor,
    /// Anybody can say to be it.
    #[error("this client does not authenticate, so nobody tells it of events")]
    PublicClient,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// What `client` is told of behind `after`, as an earlier answer gave it.
///
/// # Errors
/// [`NotListed`]
pub async fn list(
    context: &Context,
    client: AuthenticatedClient<'_>,
    after: Option<&str>,
) -> Result<EventPage, NotListed> {
    if !client.is_confidential() {
        return Err(NotListed::PublicClient);
    }
    let after = match after {
        Some(text) => EventCursor::parse(text).ok_or(NotListed::Cursor)?,
        None => EventCursor::START,
    };
    let client_id = &client.client().id;
    let mut found = read(context, client_id, after).await?;
    if found.unplaced && found.events.len() <= PAGE {
        let place = Change::PlaceEvents { client_id: client_id.clone(), at: context.now };
        was_first(context.commit(place).await)?;
        found = read(context, client_id, after).await?;
    }
    let more = found.events.len() > PAGE;
    found.events.truncate(PAGE);
    let cursor = found.events.last().map_or(after, |(cursor, _)| *cursor);
    Ok(EventPage { events: found.events.into_iter().map(|(_, event)| event).collect(), cursor, more })
}

async fn read(context: &Context, client_id: &str, after: EventCursor) -> Result<PlacedEvents, Unavailable> {
    context.ports.store.events(client_id, after, PAGE + 1).await
}
