//! Sessions: whether a person who presented a moment ago is asked again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::oauth::session::SessionPolicy;

/// Sessions: whether a person who presented a moment ago is asked again.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct SessionRegistration {
    /// A browser in which a person presented is answered without them, for the same question of the same client.
    pub enabled: bool,
    /// How long after the presentation. No session outlives the credential behind it.
    pub lifetime: String,
    /// Whether pages of other sites may ask in a frame (silent renewal across sites); https only. Browsers that
    /// block third-party cookies do not take part.
    pub allow_in_frames: bool,
}

impl Default for SessionRegistration {
    fn default() -> Self {
        Self { enabled: false, lifetime: "1h".to_owned(), allow_in_frames: false }
    }
}

/// Checks how sessions are kept; `None` where they are off, or something is wrong.
pub(super) fn check(given: &SessionRegistration, at: &Pointer<'_>) -> Option<SessionPolicy> {
    let lifetime = at.key("lifetime").keep(lifetime::parse(&given.lifetime));
    if given.allow_in_frames && !given.enabled {
        at.add("allow_in_frames", "is for sessions, and `enabled` is not true");
    }
    let policy = SessionPolicy { lifetime: lifetime?, in_frames: given.allow_in_frames };
    given.enabled.then_some(policy)
}
