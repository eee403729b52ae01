//! One id per request: in every log line, and in the apology that a stranger gets for our faults. And what is noted
//! of the request while it is answered: whether it only asks again, so that its line in the log is for who looks
//! closely, and how long it was to wait, so that this is not taken for slowness.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use poem::http::HeaderMap;

use crate::flow::ports::Unavailable;
use crate::spans::TraceParent;

tokio::task_local! {
    static CURRENT: CurrentRequest;
}

#[derive(Clone)]
struct CurrentRequest {
    id: TraceId,
    notes: RequestNotes,
}

/// What is noted of a request while it is answered.
#[derive(Clone, Debug, Default)]
pub struct RequestNotes(Arc<NotedOfRequest>);

#[derive(Debug, Default)]
struct NotedOfRequest {
    asked_again: AtomicBool,
    waited_micros: AtomicU64,
}

impl RequestNotes {
    /// Whether the answer is "not yet", which whoever waits hears every few seconds.
    pub fn asked_again(&self) -> bool {
        self.0.asked_again.load(Ordering::Relaxed)
    }

    /// How long the request was held, because it was to wait.
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.0.waited_micros.load(Ordering::Relaxed))
    }

    /// The request that is being answered hears "not yet".
    pub fn note_asked_again() {
        Self::note(|noted| noted.asked_again.store(true, Ordering::Relaxed));
    }

    /// The request that is being answered was held for so long.
    pub fn note_waited(waited: Duration) {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        Self::note(|noted| noted.waited_micros.store(micros, Ordering::Relaxed));
    }

    fn note(write: impl FnOnce(&NotedOfRequest)) {
        // Outside of a request nobody is interested.
        let _outside = CURRENT.try_with(|current| write(&current.notes.0));
    }
}

/// 16 hexadecimal characters. It names a request and proves nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceId(u64);

impl TraceId {
    /// Of its number. Without one there is a placeholder: a request that only fails to be
    /// named must not fail for it.
    pub fn of(number: Result<u64, Unavailable>) -> Self {
        number.map(Self).unwrap_or_default()
    }

    /// The id of the request that is being answered.
    pub fn current() -> Self {
        CURRENT.try_with(|current| current.id).unwrap_or_default()
    }

    /// Runs `answer` so that [`TraceId::current`] is this one inside, and what is noted of the request is in `notes`.
    pub async fn around<F: Future>(self, notes: RequestNotes, answer: F) -> F::Output {
        CURRENT.scope(CurrentRequest { id: self, notes }, answer).await
    }
}

/// The trace that whoever asks is in (W3C Trace Context section 3.2: `traceparent`), so that our lines are found
/// from theirs. It decides nothing: anybody can send any.
pub fn parent(headers: &HeaderMap) -> Option<TraceParent<'_>> {
    let mut given = headers.get_all("traceparent").iter();
    let (Some(value), None) = (given.next(), given.next()) else { return None };
    TraceParent::parse(value.to_str().ok()?)
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_of_who_asks_is_read_as_w3c_writes_it() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for (value, known) in [
            (format!("00-{trace}-00f067aa0ba902b7-01"), true),
            (format!("01-{trace}-00f067aa0ba902b7-01-later"), true),
            (format!("00-{trace}-00f067aa0ba902b7-01-more"), false),
            (format!("ff-{trace}-00f067aa0ba902b7-01"), false),
            (format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()), false),
            (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), false),
            (format!("00-{trace}-0000000000000000-01"), false),
            (format!("00-{trace}-00f067aa0ba902b7"), false),
            (format!("00-{trace}0-00f067aa0ba902b7-01"), false),
            (String::new(), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", value.parse().unwrap());
            let expected = TraceParent { trace, span: "00f067aa0ba902b7", sampled: true };
            assert_eq!(parent(&headers), known.then_some(expected), "{value}");
            headers.append("traceparent", value.parse().unwrap());
            assert_eq!(parent(&headers), None, "twice");
        }
    }

    #[tokio::test]
    async fn the_current_id_is_the_one_around_us() {
        let id = TraceId::of(Ok(0xabab_abab_abab_abab));
        assert_eq!(id.to_string(), "abababababababab");
        let notes = RequestNotes::default();
        let seen = id.around(notes.clone(), async { TraceId::current() }).await;
        assert_eq!((seen, notes.asked_again(), notes.waited()), (id, false, Duration::ZERO));
        let answer = async {
            RequestNotes::note_asked_again();
            RequestNotes::note_waited(Duration::from_secs(7));
        };
        id.around(notes.clone(), answer).await;
        assert_eq!((notes.asked_again(), notes.waited()), (true, Duration::from_secs(7)));
        assert_eq!(TraceId::current().to_string(), "0000000000000000");
    }
}
