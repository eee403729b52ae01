//! `Prefer: wait=N` (RFC 7240 section 4.3): an answer that waits for the end of a presentation.

use std::time::Duration;

use tokio::time::timeout;

use crate::flow::context::Context;
use crate::flow::events::follow::follow;
use vpgate_core::oauth::client::AuthenticatedClient;

/// The longest wait: every answer is there within 30 seconds.
const MOST: u64 = 25;

/// A request that has waited, or not.
pub struct Waited {
    /// As it is now.
    pub context: Context,
    /// `Preference-Applied`
    pub applied: Option<String>,
}

/// Waits for the end of the presentation `id`, as long as `prefer` says. Where nobody can follow it nothing is waited
/// for; what is wrong with the request is said by what comes after.
pub async fn wait_for_end(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
    prefer: Option<&str>,
) -> Waited {
    let Some(seconds) = prefer.and_then(wait) else {
        return Waited { context: context.clone(), applied: None };
    };
    let Ok(followed) = follow(context, client, id, None).await else {
        return Waited { context: context.clone(), applied: None };
    };
    // Whether it ended in time is seen by who looks.
    let _in_time = timeout(Duration::from_secs(seconds), followed.end()).await;
    Waited { context: context.later(), applied: Some(format!("wait={seconds}")) }
}

/// The seconds of `wait`; none where there is no such preference, or it is no number.
fn wait(prefer: &str) -> Option<u64> {
    let mut preferences = prefer.split(',').map(|one| one.split(';').next().unwrap_or_default());
    let value = preferences.find_map(|one| {
        let (name, value) = one.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"'))
    })?;
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(MOST).min(MOST))
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
            assert_eq!(wait(prefer), seconds, "{prefer}");
        }
    }
}
