//! Lifetimes as people write them: a whole number and its unit.

use std::time::Duration;

/// Reads `600s`, `5m`, `1h` or `7d`.
///
/// # Errors
/// What to write instead: the unit is missing, or it is not a positive whole number.
pub fn parse(text: &str) -> Result<Duration, &'static str> {
    const SHAPE: &str = "must be a whole number with its unit: s, m, h or d, for example \"600s\"";
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "" if digits > 0 => return Err("needs a unit: s, m, h or d, for example \"600s\""),
        _ => return Err(SHAPE),
    };
    let number: u64 = number.parse().map_err(|_| SHAPE)?;
    match number.checked_mul(seconds) {
        None => Err("is too long"),
        Some(0) => Err("must be longer than zero"),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

/// As people write it, in the largest unit that leaves a whole number.
pub fn write(lifetime: Duration) -> String {
    let seconds = lifetime.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    match units.iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_12_16_lifetimes_are_positive_and_carry_a_unit() {
        for (text, seconds) in [("600s", 600), ("5m", 300), ("1h", 3600), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in
            ["", "s", "600", "0s", "-1s", "1.5h", "1 h", " 1h", "1H", "1h30m", "99999999999999999999s"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("18446744073709551615d"), Err("is too long"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["1s", "90s", "1m", "10m", "61m", "1h", "14d"] {
            assert_eq!(write(parse(text).unwrap()), text);
        }
    }
}
