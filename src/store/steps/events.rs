//! What clients are told of.

use super::{Cell, Rows, Sql, Step, insert, may, must, text};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::KeptAnswer;
use vpgate_core::event::{Announcement, EventCursor};

/// An event, and what is delivered of it.
pub(super) fn write(announcement: &Announcement) -> Result<Vec<Step>, BrokenColumn> {
    let event = &announcement.event;
    let client = &event.content.client_id;
    let written = must(
        insert!("events (id, client, at, event, forget_at)", "$1, $2, $3, $4, $5"),
        [
            text(event.id.as_str()),
            text(client),
            event.at.into(),
            row::to_json(event, "event")?.into(),
            event.forgotten_at().into(),
        ],
    );
    let deliveries = announcement.deliveries.iter().map(|delivery| {
        must(
            insert!(
                "deliveries (id, event, client, endpoint, state, due_at, attempts, forget_at)",
                "$1, $2, $3, $4, 'waiting', $5, 0, $6"
            ),
            [
                text(delivery.id.as_str()),
                text(event.id.as_str()),
                text(client),
                text(&delivery.endpoint),
                event.at.into(),
                event.forgotten_at().into(),
            ],
        )
    });
    Ok([written].into_iter().chain(deliveries).collect())
}

/// An answer that is given again. One with this key is in the way: a plain key, so that the whole change is undone.
pub(super) fn keep(kept: &KeptAnswer) -> Step {
    must(
        insert!("kept_answers (key, body, answer, forget_at)", "$1, $2, $3, $4"),
        [(&kept.key).into(), (&kept.body).into(), text(&kept.answer), kept.until.into()],
    )
}

/// Gives a place to what has none. Right only where those who do so for one client take turns: an event that is
/// committed later gets a later place then, whenever it was begun.
pub(super) fn place(client_id: &str, at: Timestamp) -> Step {
    const TEXT: &str = "UPDATE events SET ordinal = fresh.ordinal
         FROM (SELECT id, row_number() OVER (ORDER BY at, id)
                      + CASE WHEN coalesce(last, 0) > $1 THEN last ELSE $1 END AS ordinal
               FROM events CROSS JOIN (SELECT max(ordinal) AS last FROM events WHERE client = $2) AS placed
               WHERE client = $2 AND ordinal IS NULL) AS fresh
         WHERE events.id = fresh.id";
    let cells: [Cell; 2] = [EventCursor::floor(at).ordinal().into(), text(client_id)];
    may(Sql { sqlite: TEXT, sqlite_first: None, postgres: TEXT, rows: Rows::New }, cells)
}
