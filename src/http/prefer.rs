//! `Prefer: wait=N` (RFC 7240 section 4.3): an answer that waits for what it is about, instead of being asked for again
//! and again.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::middleware::trace::RequestNotes;

/// The longest wait: every answer is there within 30 seconds.
const MOST: u64 = 25;

/// How long the answer may wait; `None` where there is no such preference, or it is no number of seconds.
pub fn wait(prefer: Option<&str>) -> Option<Duration> {
    let mut preferences = prefer?.split(',').map(|one| one.split(';').next().unwrap_or_default());
    let value = preferences.find_map(|one| {
        let (name, value) = one.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"'))
    })?;
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Duration::from_secs(value.parse().unwrap_or(MOST).min(MOST)))
}

/// Waits for `event`, as long as was preferred; `None` when it did not come in time. How long a request has waited is no
/// part of how long its answer took.
pub async fn waited<E: Future>(most: Duration, event: E) -> Option<E::Output> {
    let began = Instant::now();
    let came = timeout(most, event).await;
    RequestNotes::note_waited(began.elapsed());
    came.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7240_4_3_the_seconds_are_read_and_bounded() {
        for (prefer, seconds) in [
            ("wait=5", Some(5)),
            ("respond-async, Wait = \"10\"; x=y", Some(10)),
            ("wait=25", Some(25)),
            ("wait=3600", Some(25)),
            ("wait=99999999999999999999999", Some(25)),
            ("wait=0", Some(0)),
            ("wait", None),
            ("wait=", None),
            ("wait=-1", None),
            ("wait=soon", None),
            ("waiting=5", None),
            ("", None),
        ] {
            assert_eq!(wait(Some(prefer)), seconds.map(Duration::from_secs), "{prefer}");
        }
    }
}
