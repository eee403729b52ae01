//! `[verification]`: how presentations are judged, as far as that is for the operator to say.

use std::time::Duration;

use super::fault::Faults;
use super::{CrossCheck, duration, raw};
use vpgate_core::credential::settings::VerificationSettings;
use vpgate_core::sdjwt::limits::PresentationLimits;

/// Nobody's clock is wrong by more, and still a clock: with more, an expired credential would live on.
const MOST_TOLERANCE: Duration = Duration::from_secs(300);
/// What one presentation may be allowed to be, in bytes.
const PRESENTATION: (usize, usize) = (16 << 10, 8 << 20);
/// What one Disclosure may be allowed to be, in bytes.
const DISCLOSURE: (usize, usize) = (1 << 10, 8 << 20);
/// How many Disclosures may be allowed.
const DISCLOSURES: (usize, usize) = (16, 4096);

/// Checks the section, but for [`cross_check`].
pub(super) fn check(given: &raw::Verification, faults: &mut Faults) -> Option<VerificationSettings> {
    let default = VerificationSettings::default();
    let tolerance = match given.clock_tolerance.as_deref().map(tolerance) {
        None => Some(default.clock_tolerance),
        Some(read) => faults.keep("verification.clock_tolerance", read),
    };
    let mut number = |key: &str, given: Option<i64>, otherwise: usize, (least, most): (usize, usize)| {
        let Some(given) = given else { return Some(otherwise) };
        let within = usize::try_from(given).ok().filter(|number| (least..=most).contains(number));
        let within = within.ok_or_else(|| format!("must be a number from {least} to {most}"));
        faults.keep(&format!("verification.{key}"), within)
    };
    let bytes =
        number("max_presentation_bytes", given.max_presentation_bytes, default.limits.bytes, PRESENTATION);
    // A smaller presentation alone makes its Disclosures smaller too.
    let of_one =
        bytes.map_or(default.limits.disclosure_bytes, |most| most.min(default.limits.disclosure_bytes));
    let disclosure_bytes = number("max_disclosure_bytes", given.max_disclosure_bytes, of_one, DISCLOSURE);
    let disclosures =
        number("max_disclosures", given.max_disclosures, default.limits.disclosures, DISCLOSURES);
    let (bytes, disclosure_bytes) = (bytes?, disclosure_bytes?);
    if disclosure_bytes > bytes {
        faults.add(
            "verification.max_disclosure_bytes",
            "must not be more than max_presentation_bytes: a Disclosure is a part of a presentation",
        );
        return None;
    }
    let limits = PresentationLimits {
        bytes,
        disclosure_bytes,
        disclosures: disclosures?,
        depth: default.limits.depth,
    };
    Some(VerificationSettings { limits, clock_tolerance: tolerance? })
}

/// `verification.cross_check`
pub(super) fn cross_check(given: &raw::Verification, faults: &mut Faults) -> Option<CrossCheck> {
    let wanted = match given.cross_check.as_deref() {
        None | Some("off") => Ok(CrossCheck::Off),
        #[cfg(feature = "cross-check")]
        Some("enforce") => Ok(CrossCheck::Enforce),
        #[cfg(not(feature = "cross-check"))]
        Some("enforce") => {
            Err("cannot be \"enforce\": this program was built without the Cargo feature cross-check")
        }
        Some(_) => Err("must be \"off\" or \"enforce\""),
    };
    faults.keep("verification.cross_check", wanted)
}

/// Zero is a decision: every clock must be right.
fn tolerance(text: &str) -> Result<Duration, String> {
    if text == "0s" {
        return Ok(Duration::ZERO);
    }
    let read = duration::parse(text)?;
    if read > MOST_TOLERANCE {
        return Err("must be at most 300s: no clock that is kept right is further off".to_owned());
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<VerificationSettings, String> {
        let mut faults = Faults::default();
        let given: raw::Verification = toml::from_str(text).unwrap();
        let settings = check(&given, &mut faults);
        faults.conclude(settings).map_err(|faults| faults.to_string())
    }

    #[test]
    fn req_4_23_the_defaults_hold_a_portrait_and_clocks_may_be_a_minute_apart() {
        let settings = checked("").unwrap();
        assert_eq!(settings, VerificationSettings::default());
        let PresentationLimits { bytes, disclosures, disclosure_bytes, .. } = settings.limits;
        assert_eq!((bytes, disclosures, disclosure_bytes), (1_048_576, 512, 524_288));
        assert_eq!(settings.clock_tolerance, Duration::from_secs(60));
    }

    #[cfg(not(feature = "cross-check"))]
    #[test]
    fn a_program_without_the_second_library_does_not_promise_its_opinion() {
        let given: raw::Verification = toml::from_str("cross_check = \"enforce\"").unwrap();
        let mut faults = Faults::default();
        let read = cross_check(&given, &mut faults);
        let refused = faults.conclude(read).unwrap_err().to_string();
        assert!(
            refused.starts_with("verification.cross_check: ") && refused.contains("feature"),
            "{refused}"
        );
    }

    #[test]
    fn req_4_23_every_bound_can_be_set() {
        let settings = checked(
            "clock_tolerance = \"2m\"\nmax_presentation_bytes = 65536\nmax_disclosure_bytes = 16384\nmax_disclosures = 128",
        );
        let settings = settings.unwrap();
        assert_eq!(settings.clock_tolerance, Duration::from_secs(120));
        let limits =
            PresentationLimits { bytes: 65_536, disclosures: 128, disclosure_bytes: 16_384, depth: 16 };
        assert_eq!(settings.limits, limits);
        assert_eq!(checked("max_presentation_bytes = 65536").unwrap().limits.disclosure_bytes, 65_536);
        assert_eq!(checked("clock_tolerance = \"0s\"").unwrap().clock_tolerance, Duration::ZERO);
        assert!(checked("clock_tolerance = \"300s\"").is_ok());
    }

    #[test]
    fn req_4_23_silly_bounds_are_refused_with_their_key() {
        for (text, key) in [
            ("clock_tolerance = \"301s\"", "verification.clock_tolerance: "),
            ("clock_tolerance = \"1h\"", "verification.clock_tolerance: "),
            ("clock_tolerance = \"60\"", "verification.clock_tolerance: "),
            ("clock_tolerance = \"-5s\"", "verification.clock_tolerance: "),
            ("max_presentation_bytes = 100", "verification.max_presentation_bytes: "),
            ("max_presentation_bytes = 100000000", "verification.max_presentation_bytes: "),
            ("max_disclosure_bytes = 0", "verification.max_disclosure_bytes: "),
            ("max_disclosure_bytes = -1", "verification.max_disclosure_bytes: "),
            ("max_disclosure_bytes = 2097152", "verification.max_disclosure_bytes: must not be more"),
            ("max_disclosures = 0", "verification.max_disclosures: "),
            ("max_disclosures = 1000000", "verification.max_disclosures: "),
        ] {
            let found = checked(text).unwrap_err();
            assert!(found.lines().any(|line| line.starts_with(key)), "{text}: {found}");
        }
    }
}
