//! The audit log.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::audit::AuditPolicy;

/// A log that is kept for less than a day helps nobody.
const SHORTEST: Duration = Duration::from_secs(86_400);

/// The audit log: what was done to the service, whom it refused, what was taken back and deleted.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct AuditRegistration {
    /// Whether it is kept.
    pub enabled: bool,
    /// How long a line is kept; a day or more.
    pub keep_for: String,
}

impl Default for AuditRegistration {
    fn default() -> Self {
        Self { enabled: true, keep_for: "400d".to_owned() }
    }
}

/// Checks how it is kept; `None` where it is off, or something is wrong.
pub(super) fn check(given: &AuditRegistration, at: &Pointer<'_>) -> Option<AuditPolicy> {
    let keep_for = at.key("keep_for").keep(lifetime::parse(&given.keep_for));
    let long_enough = keep_for.filter(|keep_for| *keep_for >= SHORTEST);
    if keep_for.is_some() && long_enough.is_none() {
        at.add("keep_for", "must be 1d or more");
    }
    long_enough.filter(|_| given.enabled).map(|keep_for| AuditPolicy { keep_for })
}

#[cfg(test)]
mod tests {
    use super::super::fault::FaultList;
    use super::*;

    #[test]
    fn it_is_kept_for_a_day_or_more_unless_it_is_off() {
        let checked = |enabled, keep_for: &str| {
            let faults = FaultList::default();
            let given = AuditRegistration { enabled, keep_for: keep_for.to_owned() };
            let policy = check(&given, &faults.root().key("audit"));
            faults.conclude(Some(policy)).map_err(|faults| faults[0].pointer.clone())
        };
        let kept = |seconds| Ok(Some(AuditPolicy { keep_for: Duration::from_secs(seconds) }));
        assert_eq!(checked(true, "1d"), kept(86_400));
        assert_eq!(checked(false, "1d"), Ok(None));
        for wrong in ["86399s", "long", ""] {
            assert_eq!(checked(true, wrong), Err("/audit/keep_for".to_owned()), "{wrong}");
        }
        let standard = AuditRegistration::default();
        assert!(check(&standard, &FaultList::default().root()).is_some());
    }
}
