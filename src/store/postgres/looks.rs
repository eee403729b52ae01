//! Looks at pending grants, as polls need them: those that come while others are under way are one statement together.
//!
//! ```text
//! look -> queue -> a turn is free? -> all that is in the queue: one statement -> each gets its answer
//!               -> none is         -> whoever has the next turn asks for this one too
//! ```
//! Alone a look waits for nobody. In a crowd a connection carries as many as have come since it was sent off last, so
//! that polls leave the other connections to everything else. Whoever asks for others may go away half way; those it
//! asked for ask again.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use super::database::Database;
use super::fault::PostgresFault;
use crate::flow::ports::Unavailable;
use crate::store::row;
use crate::store::select::Columns as _;
use vpgate_core::base::secret::Digest;
use vpgate_core::oauth::polling::Pace;

/// Statements that are under way at one time.
const TURNS: usize = 2;

/// Of the grants with these device codes those that are pending. The array is text, which PostgreSQL reads once.
const PENDING_PACES: &str = "SELECT device_code, interval_ms, last_polled FROM grants
     WHERE device_code = ANY ($1::text::bytea[]) AND state = 'pending'";

type Answer = Result<Option<Pace>, PostgresFault>;

/// Looks that wait for their turn.
pub(super) struct Looks {
    /// No more than there are requests, which are bounded.
    queue: Mutex<Vec<(Digest, oneshot::Sender<Answer>)>>,
    turns: Semaphore,
}

impl Default for Looks {
    fn default() -> Self {
        Self { queue: Mutex::default(), turns: Semaphore::new(TURNS) }
    }
}

impl Looks {
    /// The pace of the grant with this device code, when it is pending.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn at(
        &self,
        database: &Database,
        device_code: &Digest,
    ) -> Result<Option<Pace>, Unavailable> {
        loop {
            let (told, mut answer) = oneshot::channel();
            self.queue().push((*device_code, told));
            let answered = tokio::select! {
                biased;
                answered = &mut answer => Some(answered),
                turn = self.turns.acquire() => {
                    let asked = std::mem::take(&mut *self.queue());
                    ask_and_tell(database, asked).await;
                    drop(turn);
                    None
                }
            };
            let answered = match answered {
                Some(answered) => answered,
                // What was in the queue before is with whoever had the other turn.
                None => answer.await,
            };
            if let Ok(answer) = answered {
                return Ok(answer?);
            }
        }
    }

    /// Nothing is left half done under this lock.
    fn queue(&self) -> MutexGuard<'_, Vec<(Digest, oneshot::Sender<Answer>)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask_and_tell(database: &Database, mut asked: Vec<(Digest, oneshot::Sender<Answer>)>) {
    asked.retain(|(_, told)| !told.is_closed());
    if asked.is_empty() {
        return;
    }
    let found = look(database, asked.iter().map(|(code, _)| code)).await;
    for (code, told) in asked {
        let answer = found.as_ref().map(|paces| paces.get(code.as_bytes()).copied()).map_err(Clone::clone);
        // Whoever no longer waits need not know.
        let _ = told.send(answer);
    }
}

async fn look(
    database: &Database,
    codes: impl Iterator<Item = &Digest>,
) -> Result<HashMap<[u8; 32], Pace>, PostgresFault> {
    let rows = database.rows(PENDING_PACES, &[array(codes).into()]).await?;
    let pace = |row: &tokio_postgres::Row| -> Result<_, PostgresFault> {
        let broken = |column| PostgresFault::Unreadable(format!("the column {column} of a pending grant"));
        let read = |fault| PostgresFault::unreadable(&fault);
        let code = row.bytes(0).map_err(read)?.and_then(|code| Digest::from_slice(&code));
        let pace =
            row::pace(row.integer(1).map_err(read)?.unwrap_or_default(), row.integer(2).map_err(read)?);
        let code = *code.ok_or_else(|| broken("device_code"))?.as_bytes();
        Ok((code, pace.map_err(|_| broken("interval_ms"))?))
    };
    rows.iter().map(pace).collect()
}

/// An array of PostgreSQL, as text.
fn array<'a>(codes: impl Iterator<Item = &'a Digest>) -> String {
    let mut text = String::from("{");
    for code in codes {
        text.push_str(if text.len() > 1 { ",\"\\\\x" } else { "\"\\\\x" });
        for byte in code.as_bytes() {
            // Writing into a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('"');
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_an_array_that_postgresql_reads() {
        let (one, two) = (Digest::from_slice(&[0xab; 32]).unwrap(), Digest::from_slice(&[0; 32]).unwrap());
        let (ab, zero) = ("ab".repeat(32), "00".repeat(32));
        assert_eq!(array([].into_iter()), "{}");
        assert_eq!(array([&one].into_iter()), format!("{{\"\\\\x{ab}\"}}"));
        assert_eq!(array([&one, &two].into_iter()), format!("{{\"\\\\x{ab}\",\"\\\\x{zero}\"}}"));
    }
}
