//! Time as a value. The core never asks what time it is: it is told.

use std::cmp::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, OffsetDateTime};

/// How far a clock may be from ours when nothing else is configured.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

/// A point in time in whole seconds since 1970-01-01T00:00:00Z
/// (the NumericDate of RFC 7519 section 2, without fractions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since the Unix epoch.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Later by `by`, in whole seconds; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(whole_seconds(by)))
    }

    /// Earlier by `by`, in whole seconds; stops at the beginning of time instead of wrapping.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(whole_seconds(by)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// From RFC 3339 text; fractions of a second are cut off.
    ///
    /// # Errors
    /// [`NotATime`]
    pub fn from_rfc3339(text: &str) -> Result<Self, NotATime> {
        OffsetDateTime::parse(text, &Rfc3339).map(|at| Self(at.unix_timestamp())).map_err(|_| NotATime)
    }

    /// From a date in a header of HTTP (RFC 9110 section 5.6.7, the form that is written today).
    ///
    /// # Errors
    /// [`NotATime`]
    pub fn from_http_date(text: &str) -> Result<Self, NotATime> {
        OffsetDateTime::parse(text, &Rfc2822).map(|at| Self(at.unix_timestamp())).map_err(|_| NotATime)
    }

    /// As RFC 3339 text in UTC, for REST answers and reports.
    /// Outside the years 0 to 9999 the number of seconds stands in.
    pub fn rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }
}

/// A calendar day, or an instant; the two have no order between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `2007-01-31`, as its first second in UTC.
    Day(OffsetDateTime),
    /// An RFC 3339 date-time, fractions of seconds included.
    Instant(OffsetDateTime),
}

impl Moment {
    /// Reads `YYYY-MM-DD` (RFC 3339 `full-date`) or an RFC 3339 `date-time`.
    pub fn parse(text: &str) -> Option<Self> {
        // The length of YYYY-MM-DD: no date-time is as short.
        if text.len() == 10 {
            return OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok().map(Self::Day);
        }
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::Instant)
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Reads `YYYY-MM-DD` (RFC 3339 `full-date`).
    pub fn parse(text: &str) -> Option<Self> {
        match Moment::parse(text)? {
            Moment::Day(begin) => Some(Self(begin.date())),
            Moment::Instant(_) => None,
        }
    }

    /// The day that it is in UTC; `None` outside the years that the calendar has.
    pub fn of(at: Timestamp) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(at.0).ok().map(|at| Self(at.date()))
    }

    /// The years that are complete on `later`, by the calendar; `None` when that is before this day. Who
    /// began on 29 February completes a year on 1 March where there is no such day.
    pub fn years_until(self, later: Self) -> Option<u16> {
        if later < self {
            return None;
        }
        let of_the_year = |day: Date| (u8::from(day.month()), day.day());
        let complete = of_the_year(later.0) >= of_the_year(self.0);
        u16::try_from(later.0.year() - self.0.year() - i32::from(!complete)).ok()
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Day(one), Self::Day(other)) | (Self::Instant(one), Self::Instant(other)) => {
                Some(one.cmp(other))
            }
            _ => None,
        }
    }
}

/// The text is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time as in RFC 3339, for example 2026-11-21T09:00:00Z")]
pub struct NotATime;

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        let late = Timestamp::from_unix(i64::MAX - 1);
        assert_eq!(late.plus(Duration::from_secs(10)).unix(), i64::MAX);
        assert_eq!(Timestamp::from_unix(5).since(Timestamp::from_unix(9)), Duration::ZERO);
    }

    #[test]
    fn writes_rfc3339_in_utc() {
        assert_eq!(Timestamp::from_unix(1_683_000_000).rfc3339(), "2023-05-02T04:00:00Z");
    }

    #[test]
    fn reads_rfc3339_with_any_offset() {
        for text in ["2023-05-02T04:00:00Z", "2023-05-02T06:00:00+02:00", "2023-05-02T04:00:00.9Z"] {
            assert_eq!(Timestamp::from_rfc3339(text), Ok(Timestamp::from_unix(1_683_000_000)), "{text}");
        }
        for wrong in ["", "2023-05-02", "2023-05-02T04:00:00", "1683000000", "2023-13-02T04:00:00Z"] {
            assert_eq!(Timestamp::from_rfc3339(wrong), Err(NotATime), "{wrong}");
        }
    }

    #[test]
    fn years_are_complete_on_the_anniversary_and_not_a_day_before() {
        let years = |from: &str, to: &str| Day::parse(from)?.years_until(Day::parse(to)?);
        assert_eq!(years("2008-06-15", "2026-06-14"), Some(17));
        assert_eq!(years("2008-06-15", "2026-06-15"), Some(18));
        assert_eq!(years("2008-12-31", "2026-12-30"), Some(17));
        assert_eq!(years("2008-01-01", "2025-12-31"), Some(17));
        assert_eq!(years("2008-06-15", "2008-06-15"), Some(0));
        assert_eq!(years("2008-06-15", "2008-06-14"), None);
        // Born on a day that most years do not have.
        assert_eq!(years("2008-02-29", "2026-02-28"), Some(17));
        assert_eq!(years("2008-02-29", "2026-03-01"), Some(18));
        assert_eq!(years("2008-02-29", "2028-02-28"), Some(19));
        assert_eq!(years("2008-02-29", "2028-02-29"), Some(20));
        for wrong in ["2008", "2008-06", "2008-06-31", "2008-06-15T00:00:00Z", "15.06.2008", "", "2008-6-15 "]
        {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_day_is_that_of_utc() {
        let day = |text: &str| Day::of(Timestamp::from_rfc3339(text).unwrap());
        assert_eq!(day("2026-06-14T23:59:59Z"), Day::parse("2026-06-14"));
        assert_eq!(day("2026-06-15T00:00:00Z"), Day::parse("2026-06-15"));
        assert_eq!(day("2026-06-15T01:00:00+02:00"), Day::parse("2026-06-14"));
        assert_eq!(Day::of(Timestamp::from_unix(i64::MAX)), None);
    }

    #[test]
    fn req_12_5_days_and_instants_are_ordered_each_among_their_kind() {
        let order = |one: &str, other: &str| Moment::parse(one)?.partial_cmp(&Moment::parse(other)?);
        assert_eq!(order("2007-01-31", "2007-02-01"), Some(Ordering::Less));
        assert_eq!(order("2007-01-31", "2007-01-31"), Some(Ordering::Equal));
        assert_eq!(order("2023-05-02T06:00:00+02:00", "2023-05-02T04:00:00Z"), Some(Ordering::Equal));
        assert_eq!(order("2023-05-02T04:00:00.5Z", "2023-05-02T04:00:00Z"), Some(Ordering::Greater));
        assert_eq!(order("2023-05-02", "2023-05-02T00:00:00Z"), None);
        for wrong in ["", "2007-1-31", "2007-02-30", "31.01.2007", "2007-01-31 ", "20070131", "2007-01-31T"] {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }
}
