//! A request for a result that waits for its end.

use std::time::Duration;

use crate::flow::context::Context;
use crate::flow::events::follow::follow;
use crate::http::prefer;
use vpgate_core::oauth::client::AuthenticatedClient;

/// A request that has waited, or not.
pub struct Waited {
    /// As it is now.
    pub context: Context,
    /// `Preference-Applied`
    pub applied: Option<String>,
}

/// Waits for the end of the presentation `id`, as long as `wait` says. Where nobody can follow it nothing is waited
/// for; what is wrong with the request is said by what comes after.
pub async fn wait_for_end(
    context: &Context,
    client: AuthenticatedClient<'_>,
    id: &str,
    wait: Option<Duration>,
) -> Waited {
    let Some(wait) = wait else { return Waited { context: context.clone(), applied: None } };
    let Ok(followed) = follow(context, client, id, None).await else {
        return Waited { context: context.clone(), applied: None };
    };
    // Whether it ended in time is seen by who looks.
    prefer::waited(wait, followed.end()).await;
    Waited { context: context.later(), applied: Some(format!("wait={}", wait.as_secs())) }
}
