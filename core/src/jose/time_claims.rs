//! The time claims of RFC 7519 section 4.1, in whole seconds and with an allowed clock difference.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::base::time::Timestamp;

/// A NumericDate (RFC 7519 section 2): a JSON number of seconds. Fractions are cut off, which is
/// strict for `exp` and at most a second lenient for the others.
///
/// # Errors
/// [`NotADate`] when the claim is there but is not a number, or lies beyond 2^53 seconds.
pub(crate) fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, NotADate> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        (None, Some(seconds)) if seconds.abs() < EXACT => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            let whole = seconds.floor() as i64;
            whole
        }
        _ => return Err(NotADate),
    };
    Ok(Some(Timestamp::from_unix(seconds)))
}

/// The claim is no number of seconds.
#[derive(Debug)]
pub(crate) struct NotADate;

/// `exp` lies behind us, even when our clock is `skew` fast (RFC 7519 section 4.1.4).
pub(crate) fn is_past(exp: Timestamp, now: Timestamp, skew: Duration) -> bool {
    now >= exp.plus(skew)
}

/// `nbf` or `iat` lies ahead, even when our clock is `skew` slow (RFC 7519 sections 4.1.5 and 4.1.6).
pub(crate) fn is_ahead(at: Timestamp, now: Timestamp, skew: Duration) -> bool {
    at > now.plus(skew)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_numbers_of_seconds() {
        let read = |value: Value| {
            let claims = Map::from_iter([("exp".to_owned(), value)]);
            date(&claims, "exp").ok().flatten().map(Timestamp::unix)
        };
        assert_eq!(read(json!(1_683_000_000)), Some(1_683_000_000));
        assert_eq!(read(json!(1_683_000_000.9)), Some(1_683_000_000));
        assert_eq!(read(json!(-1.5)), Some(-2));
        for wrong in [json!("1683000000"), json!(null), json!(1e300), json!(u64::MAX), json!([1])] {
            assert_eq!(read(wrong.clone()), None, "{wrong}");
        }
        assert!(matches!(date(&Map::new(), "exp"), Ok(None)));
    }

    #[test]
    fn the_edges_of_the_window() {
        let (at, skew) = (Timestamp::from_unix, Duration::from_secs(60));
        assert!(!is_past(at(100), at(159), skew) && is_past(at(100), at(160), skew));
        assert!(!is_ahead(at(160), at(100), skew) && is_ahead(at(161), at(100), skew));
    }
}
