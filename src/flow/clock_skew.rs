//! How far the clock of this machine is from that of the store. Every decision is made by our own clock, so those of
//! services that share a store must agree; that of the store is the one that all of them can look at.

use crate::flow::context::Service;
use crate::flow::ports::Unavailable;
use vpgate_core::base::time::Timestamp;

/// Seconds by which our clock is ahead of the store's, negative where it is behind; `None` where the store has no clock
/// of its own. What the question takes is not counted, so this is never more than the truth.
///
/// # Errors
/// When the store is unavailable.
pub async fn clock_skew(service: &Service) -> Result<Option<i64>, Unavailable> {
    let context = service.context();
    let there = context.ports.store.time().await?;
    let after = service.context().now;
    Ok(there.map(|there| ahead(context.now, there, after)))
}

/// By how much we are ahead, when it was `there` at the store at a moment that was not before `from` and not after
/// `until` here.
fn ahead(from: Timestamp, there: Timestamp, until: Timestamp) -> i64 {
    if there < from {
        from.unix().saturating_sub(there.unix())
    } else {
        until.unix().saturating_sub(there.unix()).min(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_21_6_what_the_question_takes_is_no_skew() {
        let ahead = |from, there, until| {
            ahead(Timestamp::from_unix(from), Timestamp::from_unix(there), Timestamp::from_unix(until))
        };
        assert_eq!([ahead(10, 10, 10), ahead(10, 11, 15), ahead(10, 15, 15)], [0, 0, 0]);
        assert_eq!([ahead(10, 7, 10), ahead(10, 7, 15)], [3, 3]);
        assert_eq!([ahead(10, 13, 10), ahead(10, 20, 15)], [-3, -5]);
    }
}
