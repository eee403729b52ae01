//! Reading what strangers send, bounded before it is kept.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::Duration;

use poem::{Body, Request, RequestBody};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The longest form on the OAuth endpoints and of a page, in bytes.
pub const MAX_FORM_BYTES: usize = 16 * 1024;
/// The longest JSON body on the REST API that holds no presentation, in bytes.
pub const MAX_JSON_BYTES: usize = 192 * 1024;
/// Longer bodies are read by few at a time. Only answers with portraits are longer.
const ORDINARY_BYTES: usize = 192 * 1024;
/// So many longer bodies are read at one time; further ones wait. At 3 MiB each, the most memory that
/// strangers who send slowly can hold.
const LONG_BODIES: usize = 64;
/// So many of them from one address, so that nobody who sends slowly keeps others waiting.
const SHARE: usize = 4;
/// Whoever sends a longer body has this long for what is beyond the ordinary.
const LONG_BODY_TIME: Duration = Duration::from_secs(15);

/// The places for those who send long bodies.
static PLACES: LazyLock<LongBodies> =
    LazyLock::new(|| LongBodies { all: Semaphore::new(LONG_BODIES), shares: Mutex::default() });

/// How much of a body that is too long is read and thrown away, in bytes, so that its sender hears why.
const MAX_SWALLOWED_BYTES: u64 = 4 << 20;
/// For how long.
const MAX_SWALLOWING: Duration = Duration::from_secs(3);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Longer than allowed. Nothing was kept.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The connection broke, or the transfer coding was wrong.
    #[error("the body could not be read")]
    Unreadable,
}

/// The places, and who waits for his share of them.
struct LongBodies {
    all: Semaphore,
    /// One for each address that sends a long body or waits for it.
    shares: Mutex<HashMap<Option<IpAddr>, Weak<Semaphore>>>,
}

/// A place among those who send long bodies.
struct BodyPlaces<'p> {
    _place: SemaphorePermit<'p>,
    _own: OwnedSemaphorePermit,
}

impl LongBodies {
    /// Waits for a place, which is free again when what comes back is dropped.
    async fn take(&self, from: Option<IpAddr>) -> Result<BodyPlaces<'_>, AcquireError> {
        let own = self.share(from).acquire_owned().await?;
        let place = self.all.acquire().await?;
        Ok(BodyPlaces { _place: place, _own: own })
    }

    fn share(&self, from: Option<IpAddr>) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.retain(|_, share| share.strong_count() > 0);
        let held = shares.get(&from).and_then(Weak::upgrade);
        held.unwrap_or_else(|| {
            let share = Arc::new(Semaphore::new(SHARE));
            shares.insert(from, Arc::downgrade(&share));
            share
        })
    }
}

/// Reads at most `limit` bytes; one more is a refusal. `from` is who sends a body that may be long.
///
/// # Errors
/// [`BodyFault`]
pub async fn read_bounded(body: Body, limit: usize, from: Option<IpAddr>) -> Result<Vec<u8>, BodyFault> {
    let (mut reader, mut bytes) = (body.into_async_read(), Vec::new());
    read_to(&mut reader, &mut bytes, limit.min(ORDINARY_BYTES)).await?;
    if bytes.len() > ORDINARY_BYTES && limit > ORDINARY_BYTES {
        let _place = PLACES.take(from).await.map_err(|_| BodyFault::Unreadable)?;
        let rest = read_to(&mut reader, &mut bytes, limit);
        timeout(LONG_BODY_TIME, rest).await.map_err(|_| BodyFault::Unreadable)??;
    }
    if bytes.len() <= limit {
        return Ok(bytes);
    }
    drop(bytes);
    swallow(reader).await;
    Err(BodyFault::TooLarge(limit))
}

/// Reads a body as an extractor of poem has it.
///
/// # Errors
/// [`BodyFault`]
pub async fn take_bounded(
    body: &mut RequestBody,
    limit: usize,
    from: Option<IpAddr>,
) -> Result<Vec<u8>, BodyFault> {
    read_bounded(body.take().map_err(|_| BodyFault::Unreadable)?, limit, from).await
}

/// Reads on until `bytes` holds one more than `limit`, or the body ends.
async fn read_to(
    reader: &mut (impl AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
    limit: usize,
) -> Result<(), BodyFault> {
    let most = limit.saturating_add(1).saturating_sub(bytes.len());
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    reader.take(most).read_to_end(bytes).await.map_err(|_| BodyFault::Unreadable)?;
    Ok(())
}

/// Reads on for a little while and keeps nothing: a sender that is cut off in the middle sees a broken
/// connection instead of our refusal.
async fn swallow(body: impl AsyncRead + Unpin) {
    let mut rest = body.take(MAX_SWALLOWED_BYTES);
    let mut nowhere = tokio::io::sink();
    // Whether it ended, broke or took too long: nothing of it is wanted.
    let _ended = timeout(MAX_SWALLOWING, tokio::io::copy(&mut rest, &mut nowhere)).await;
}

/// Whether the request says that its body is of `media_type`; parameters such as `charset` do not matter.
pub fn has_media_type(request: &Request, media_type: &str) -> bool {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    request.content_type().is_some_and(|value| essence(value) == media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let read = |length: usize| read_bounded(Body::from(vec![b'x'; length]), 5000, None);
        assert_eq!(read(5000).await.unwrap().len(), 5000);
        assert_eq!(read(5001).await, Err(BodyFault::TooLarge(5000)));
    }

    #[tokio::test]
    async fn a_long_body_is_read_where_one_is_expected_and_its_place_is_free_afterwards() {
        let read = |length: usize| read_bounded(Body::from(vec![b'x'; length]), 1 << 20, None);
        for _ in 0..=LONG_BODIES {
            for length in [ORDINARY_BYTES - 1, ORDINARY_BYTES, ORDINARY_BYTES + 1, 1 << 20] {
                assert_eq!(read(length).await.unwrap().len(), length);
            }
            assert_eq!(read((1 << 20) + 1).await, Err(BodyFault::TooLarge(1 << 20)));
        }
    }

    #[tokio::test]
    async fn whoever_sends_long_bodies_slowly_keeps_nobody_else_waiting() {
        let places = LongBodies { all: Semaphore::new(LONG_BODIES), shares: Mutex::default() };
        let [slow, other] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(|address| Some(IpAddr::from(address)));
        let mut taken = Vec::new();
        for _ in 0..SHARE {
            taken.push(places.take(slow).await.unwrap());
        }
        let mut further = std::pin::pin!(places.take(slow));
        assert!(timeout(Duration::ZERO, further.as_mut()).await.is_err(), "beyond the share one waits");
        drop(places.take(other).await.unwrap());
        taken.pop();
        drop(further.await.unwrap());
        drop(taken);
        places.share(other);
        assert_eq!(places.shares.lock().unwrap().len(), 1, "who sends nothing is forgotten");
    }

    #[test]
    fn media_types_are_compared_without_case_and_parameters() {
        let of = |value: &str| Request::builder().content_type(value).finish();
        for right in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(has_media_type(&of(right), "application/json"), "{right}");
        }
        for wrong in ["text/plain", "application/jsonx", "application/problem+json", ""] {
            assert!(!has_media_type(&of(wrong), "application/json"), "{wrong}");
        }
        assert!(!has_media_type(&Request::default(), "application/json"));
    }
}
