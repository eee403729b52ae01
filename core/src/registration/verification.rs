//! How presentations are judged, as far as that is for the operator to say.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::credential::settings::VerificationSettings;
use crate::sdjwt::limits::PresentationLimits;

/// Nobody's clock is wrong by more, and still a clock: with more, an expired credential would live on.
const MOST_TOLERANCE: Duration = Duration::from_secs(300);
/// What one presentation may be allowed to be, in bytes.
const PRESENTATION: (usize, usize) = (16 << 10, 8 << 20);
/// What one Disclosure may be allowed to be, in bytes.
const DISCLOSURE: (usize, usize) = (1 << 10, 8 << 20);
/// How many Disclosures may be allowed.
const DISCLOSURES: (usize, usize) = (16, 4096);

/// How presentations are judged, as far as that is for the operator to say.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct VerificationRegistration {
    /// `off`, or `enforce`: a second library must agree with every accepted presentation that it can judge.
    pub cross_check: String,
    /// How far the clocks of wallets, issuers and status providers may be from ours, at most 300s.
    pub clock_tolerance: String,
    /// The longest presentation, in bytes.
    pub max_presentation_bytes: i64,
    /// The longest Disclosure, in bytes; half a MiB when left out, or what a presentation may have if that is less.
    pub max_disclosure_bytes: Option<i64>,
    /// The most Disclosures.
    pub max_disclosures: i64,
}

impl Default for VerificationRegistration {
    fn default() -> Self {
        let VerificationSettings { limits, clock_tolerance } = VerificationSettings::default();
        Self {
            cross_check: "off".to_owned(),
            clock_tolerance: lifetime::write(clock_tolerance),
            max_presentation_bytes: as_written(limits.bytes),
            max_disclosure_bytes: None,
            max_disclosures: as_written(limits.disclosures),
        }
    }
}

fn as_written(bound: usize) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}

/// Checks the bounds. The second library is a part of whoever has one.
pub(super) fn check(given: &VerificationRegistration, at: &Pointer<'_>) -> Option<VerificationSettings> {
    let default = PresentationLimits::default();
    let tolerance = at.key("clock_tolerance").keep(tolerance(&given.clock_tolerance));
    let number = |key: &str, given: i64, (least, most): (usize, usize)| {
        let within = usize::try_from(given).ok().filter(|number| (least..=most).contains(number));
        at.key(key).keep(within.ok_or_else(|| format!("must be a number from {least} to {most}")))
    };
    let bytes = number("max_presentation_bytes", given.max_presentation_bytes, PRESENTATION);
    let disclosure_bytes = match given.max_disclosure_bytes {
        Some(given) => number("max_disclosure_bytes", given, DISCLOSURE),
        // A smaller presentation alone makes its Disclosures smaller too.
        None => Some(bytes.map_or(default.disclosure_bytes, |most| most.min(default.disclosure_bytes))),
    };
    let disclosures = number("max_disclosures", given.max_disclosures, DISCLOSURES);
    let (bytes, disclosure_bytes) = (bytes?, disclosure_bytes?);
    if disclosure_bytes > bytes {
        let why = "must not be more than max_presentation_bytes: a Disclosure is a part of a presentation";
        at.add("max_disclosure_bytes", why);
        return None;
    }
    let limits =
        PresentationLimits { bytes, disclosure_bytes, disclosures: disclosures?, depth: default.depth };
    Some(VerificationSettings { limits, clock_tolerance: tolerance? })
}

/// Zero is a decision: every clock must be right.
fn tolerance(text: &str) -> Result<Duration, String> {
    if text == "0s" {
        return Ok(Duration::ZERO);
    }
    let read = lifetime::parse(text)?;
    if read > MOST_TOLERANCE {
        return Err("must be at most 300s: no clock that is kept right is further off".to_owned());
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fault::FaultList;
    use super::*;

    fn checked(given: serde_json::Value) -> Result<VerificationSettings, String> {
        let faults = FaultList::default();
        let given: VerificationRegistration = serde_json::from_value(given).unwrap();
        let settings = check(&given, &faults.root().key("verification"));
        faults.conclude(settings).map_err(|faults| faults[0].pointer.clone())
    }

    #[test]
    fn req_4_23_the_defaults_hold_a_portrait_and_clocks_may_be_a_minute_apart() {
        let settings = checked(json!({})).unwrap();
        assert_eq!(settings, VerificationSettings::default());
        let PresentationLimits { bytes, disclosures, disclosure_bytes, .. } = settings.limits;
        assert_eq!((bytes, disclosures, disclosure_bytes), (1_048_576, 512, 524_288));
        assert_eq!(settings.clock_tolerance, Duration::from_secs(60));
    }

    #[test]
    fn req_4_23_every_bound_can_be_set() {
        let settings = checked(json!({
            "clock_tolerance": "2m",
            "max_presentation_bytes": 65_536,
            "max_disclosure_bytes": 16_384,
            "max_disclosures": 128,
        }))
        .unwrap();
        assert_eq!(settings.clock_tolerance, Duration::from_secs(120));
        let limits =
            PresentationLimits { bytes: 65_536, disclosures: 128, disclosure_bytes: 16_384, depth: 16 };
        assert_eq!(settings.limits, limits);
        let smaller = checked(json!({"max_presentation_bytes": 65_536})).unwrap();
        assert_eq!(smaller.limits.disclosure_bytes, 65_536);
        assert_eq!(checked(json!({"clock_tolerance": "0s"})).unwrap().clock_tolerance, Duration::ZERO);
        assert!(checked(json!({"clock_tolerance": "300s"})).is_ok());
    }

    #[test]
    fn req_4_23_silly_bounds_are_refused_with_their_key() {
        for (key, value) in [
            ("clock_tolerance", json!("301s")),
            ("clock_tolerance", json!("1h")),
            ("clock_tolerance", json!("60")),
            ("clock_tolerance", json!("-5s")),
            ("max_presentation_bytes", json!(100)),
            ("max_presentation_bytes", json!(100_000_000)),
            ("max_disclosure_bytes", json!(0)),
            ("max_disclosure_bytes", json!(-1)),
            ("max_disclosure_bytes", json!(2_097_152)),
            ("max_disclosures", json!(0)),
            ("max_disclosures", json!(1_000_000)),
        ] {
            let found = checked(json!({ key: value })).unwrap_err();
            assert_eq!(found, format!("/verification/{key}"));
        }
    }
}
