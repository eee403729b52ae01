//! One id per request: in every log line, and in the apology that a stranger gets for our faults.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::flow::ports::Entropy;

tokio::task_local! {
    static CURRENT: TraceId;
}

/// Seconds after which anybody may ask again when a part of ours is down.
pub const RETRY_AFTER_SECONDS: u64 = 5;

/// 16 hexadecimal characters. It names a request and proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(Arc<str>);

impl TraceId {
    /// A fresh one. Without randomness there is a placeholder: a request that only fails to be
    /// named must not fail for it.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 8];
        match entropy.fill(&mut bytes) {
            Ok(()) => Self(format!("{:016x}", u64::from_be_bytes(bytes)).into()),
            Err(_) => Self::none(),
        }
    }

    /// The id of the request that is being answered.
    pub fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_else(|_| Self::none())
    }

    /// Runs `answer` so that [`TraceId::current`] is this one inside.
    pub async fn around<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
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

/// Logs a fault of ours with everything behind it, and returns the id under which it is found again.
pub fn record_failure(failure: &(dyn Error + 'static)) -> TraceId {
    let trace = TraceId::current();
    let mut chain = failure.to_string();
    let mut next = failure.source();
    while let Some(cause) = next {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::error!(%trace, failure = chain, "a request failed");
    trace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::ports::Unavailable;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable> {
            bytes.fill(0xab);
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_current_id_is_the_one_around_us() {
        let id = TraceId::draw(&Counting);
        assert_eq!(id.to_string(), "abababababababab");
        let seen = id.clone().around(async { TraceId::current() }).await;
        assert_eq!(seen, id);
        assert_eq!(TraceId::current(), TraceId::none());
    }
}
