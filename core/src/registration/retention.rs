//! What is kept of presentations that relying parties asked for.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::openid4vp::retention::{RESULT_LIFETIME, Retention};

/// Longer is asked for by nobody: ten years.
const LONGEST: Duration = Duration::from_secs(3653 * 86_400);

/// What is kept of presentations that relying parties asked for, once they are settled.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct RetentionRegistration {
    /// `none`: claims leave with the answer that hands them over, once. `minimal`: they can be read for ten minutes, or
    /// once by a response code; how it ended and its report stay. `full`: all of it stays.
    pub mode: String,
    /// How long a settled presentation is remembered, 10 minutes or more; needed for `full`.
    pub keep_for: Option<String>,
}

impl Default for RetentionRegistration {
    fn default() -> Self {
        Self { mode: "minimal".to_owned(), keep_for: None }
    }
}

/// Checks what is kept, and how long.
pub(super) fn check(given: &RetentionRegistration, at: &Pointer<'_>) -> Retention {
    let keep_for = given.keep_for.as_deref().and_then(|keep_for| at.key("keep_for").keep(keeping(keep_for)));
    match given.mode.as_str() {
        "none" => {
            if given.keep_for.is_some() {
                at.add(
                    "keep_for",
                    "is for minimal and full: with none a result is remembered for 10 minutes",
                );
            }
            Retention::None
        }
        "minimal" => Retention::Minimal { seconds: keep_for.unwrap_or(RESULT_LIFETIME).as_secs() },
        "full" => {
            at.need("keep_for", given.keep_for.as_ref(), "how long the claims are kept, for example \"30d\"");
            Retention::Full { seconds: keep_for.unwrap_or(RESULT_LIFETIME).as_secs() }
        }
        _ => {
            at.add("mode", "must be none, minimal or full");
            Retention::default()
        }
    }
}

fn keeping(text: &str) -> Result<Duration, String> {
    let keep_for = lifetime::parse(text)?;
    if (RESULT_LIFETIME..=LONGEST).contains(&keep_for) {
        return Ok(keep_for);
    }
    Err(format!("must be from {} to {}", lifetime::write(RESULT_LIFETIME), lifetime::write(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::super::fault::FaultList;
    use super::*;

    fn checked(mode: &str, keep_for: Option<&str>) -> Result<Retention, Vec<String>> {
        let given = RetentionRegistration { mode: mode.to_owned(), keep_for: keep_for.map(str::to_owned) };
        let faults = FaultList::default();
        let retention = check(&given, &faults.root().key("retention"));
        let told = |faults: Vec<super::super::Fault>| {
            faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.why)).collect()
        };
        faults.conclude(Some(retention)).map_err(told)
    }

    #[test]
    fn what_is_kept_is_minimal_where_nothing_is_said_and_full_until_a_time() {
        assert_eq!(
            check(&RetentionRegistration::default(), &FaultList::default().root()),
            Retention::default()
        );
        assert_eq!(checked("none", None), Ok(Retention::None));
        assert_eq!(checked("minimal", Some("1d")), Ok(Retention::Minimal { seconds: 86_400 }));
        assert_eq!(checked("full", Some("10m")), Ok(Retention::Full { seconds: 600 }));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_key() {
        for (mode, keep_for, fault) in [
            ("everything", None, "/retention/mode must be none, minimal or full"),
            (
                "full",
                None,
                "/retention/keep_for is missing: how long the claims are kept, for example \"30d\"",
            ),
            ("full", Some("599s"), "/retention/keep_for must be from 10m to 3653d"),
            ("minimal", Some("3654d"), "/retention/keep_for must be from 10m to 3653d"),
            ("minimal", Some("30"), "/retention/keep_for needs a unit: s, m, h or d, for example \"600s\""),
            (
                "none",
                Some("1d"),
                "/retention/keep_for is for minimal and full: with none a result is remembered for 10 minutes",
            ),
        ] {
            assert_eq!(checked(mode, keep_for), Err(vec![fault.to_owned()]), "{mode} {keep_for:?}");
        }
    }
}
