//! One id per request: in every log line, and in the apology that a stranger gets for our faults. And whether
//! the request only asks again, so that its line in the log is for who looks closely.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::flow::ports::Unavailable;

tokio::task_local! {
    static CURRENT: CurrentRequest;
}

#[derive(Clone)]
struct CurrentRequest {
    id: TraceId,
    asks_again: AskedAgain,
}

/// Whether the answer of a request is "not yet", which whoever waits hears every few seconds.
#[derive(Clone, Debug, Default)]
pub struct AskedAgain(Arc<AtomicBool>);

impl AskedAgain {
    /// Whether it is.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The request that is being answered hears "not yet".
    pub fn note() {
        // Outside of a request nobody is interested.
        let _outside = CURRENT.try_with(|current| current.asks_again.0.store(true, Ordering::Relaxed));
    }
}

/// 16 hexadecimal characters. It names a request and proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(Arc<str>);

impl TraceId {
    /// Of fresh bytes. Without randomness there is a placeholder: a request that only fails to be
    /// named must not fail for it.
    pub fn of(drawn: Result<[u8; 8], Unavailable>) -> Self {
        drawn
            .map_or_else(|_| Self::none(), |bytes| Self(format!("{:016x}", u64::from_be_bytes(bytes)).into()))
    }

    /// The id of the request that is being answered.
    pub fn current() -> Self {
        CURRENT.try_with(|current| current.id.clone()).unwrap_or_else(|_| Self::none())
    }

    /// Runs `answer` so that [`TraceId::current`] is this one inside, and [`AskedAgain::note`] is heard.
    pub async fn around<F: Future>(self, asks_again: AskedAgain, answer: F) -> F::Output {
        CURRENT.scope(CurrentRequest { id: self, asks_again }, answer).await
    }

    fn none() -> Self {
        Self("0000000000000000".into())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_current_id_is_the_one_around_us() {
        let id = TraceId::of(Ok([0xab; 8]));
        assert_eq!(id.to_string(), "abababababababab");
        let asks_again = AskedAgain::default();
        let seen = id.clone().around(asks_again.clone(), async { TraceId::current() }).await;
        assert_eq!((seen, asks_again.get()), (id.clone(), false));
        id.around(asks_again.clone(), async { AskedAgain::note() }).await;
        assert!(asks_again.get());
        assert_eq!(TraceId::current(), TraceId::none());
    }
}
