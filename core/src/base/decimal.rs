//! Decimal numbers, compared exactly: no digit is rounded away.
//!
//! A number is read from text, or from a JSON number that still is what was written.
//! `serde_json` holds a number with a fraction or an exponent as an IEEE 754 double, and an integer
//! beyond 64 bits too. Such a number counts only within the bounds in which a double carries every
//! digit ([`super::json::numbers_survive`]); beyond them nobody can tell any more what was written.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Most digits of a number that arrives as text.
const MAX_DIGITS: usize = 128;
/// Significant digits that a double carries without loss.
const DOUBLE_DIGITS: usize = 15;
/// Decimal places up to which the power of ten is exact in a double.
const DOUBLE_PLACES: usize = 22;
/// Doubles from here on may stand for several integers.
const DOUBLE_BOUND: f64 = 1e15;

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    magnitude: Magnitude,
}

/// The field order makes the derived order that of the numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Magnitude {
    whole_digits: usize,
    /// Without leading zeros: empty for zero.
    whole: String,
    /// Without trailing zeros.
    fraction: String,
}

impl Decimal {
    /// A JSON number, or a JSON string that is a decimal number; `None` for anything else, and for a
    /// number that was rounded when it was read.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::from_number(number),
            Value::String(text) => Self::parse(text),
            _ => None,
        }
    }

    /// Reads `-12.50`: the number grammar of JSON (RFC 8259 section 6) without exponents. So `007` and
    /// `12e4`, which are more likely to be names than numbers, are none.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty()
            || leading_zero
            || digits.len() > MAX_DIGITS
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let magnitude = Magnitude { whole_digits: whole.len(), whole, fraction };
        Some(Self { negative: negative && !magnitude.is_zero(), magnitude })
    }

    fn from_number(number: &Number) -> Option<Self> {
        if !number.is_f64() {
            return Self::parse(&number.to_string());
        }
        let double = number.as_f64().filter(|double| double.abs() < DOUBLE_BOUND)?;
        // Display of f64 is the shortest text that reads back as the same double, without exponent.
        let shortest = double.to_string();
        let read = Self::parse(&shortest)?;
        read.magnitude.fits_a_double().then_some(read)
    }
}

impl Magnitude {
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    fn fits_a_double(&self) -> bool {
        let significant = match self.whole.as_str() {
            "" => self.fraction.trim_start_matches('0').len(),
            whole => whole.len() + self.fraction.len(),
        };
        significant <= DOUBLE_DIGITS && self.fraction.len() <= DOUBLE_PLACES
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude.cmp(&other.magnitude),
            (true, true) => other.magnitude.cmp(&self.magnitude),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::from_str;

    use super::*;

    fn json(text: &str) -> Option<Decimal> {
        Decimal::from_json(&from_str(text).unwrap())
    }

    #[test]
    fn req_12_5_numbers_and_decimal_strings_are_one_kind() {
        let ascending = [
            "-18446744073709551616.5",
            "-10",
            "-9.5",
            "-0.05",
            "0",
            "0.000000000000000000000000000000000001",
            "0.1",
            "0.12",
            "4",
            "9",
            "10",
            "9007199254740992.9",
            "9007199254740993",
            "123456789012345678901234567890",
        ];
        for (place, text) in ascending.iter().enumerate() {
            for (other_place, other) in ascending.iter().enumerate() {
                let order = Decimal::parse(text).unwrap().cmp(&Decimal::parse(other).unwrap());
                assert_eq!(order, place.cmp(&other_place), "{text} {other}");
            }
        }
        for (one, same) in
            [("4", "\"4\""), ("4.0", "\"4.000\""), ("1e3", "1000"), ("-0", "0"), ("2.5e-3", "\"0.0025\"")]
        {
            assert_eq!(json(one).unwrap(), json(same).unwrap(), "{one} {same}");
        }
    }

    #[test]
    fn req_12_5_integers_beyond_a_double_keep_every_digit() {
        assert!(json("9007199254740993") > json("9007199254740992"));
        assert!(json("18446744073709551615") > json("18446744073709551614"));
        assert!(json("\"18446744073709551616\"") > json("18446744073709551615"));
    }

    #[test]
    fn req_12_5_what_was_rounded_or_is_no_number_is_not_compared() {
        for wrong in [
            "18446744073709551616",
            "1e15",
            "1e300",
            "-1e300",
            "0.30000000000000004",
            "1e-23",
            "5e-324",
            "null",
            "true",
            "[4]",
            "{}",
            "\"\"",
            "\"-\"",
            "\".5\"",
            "\"5.\"",
            "\"+5\"",
            "\" 5\"",
            "\"5 \"",
            "\"007\"",
            "\"12e4\"",
            "\"0x10\"",
            "\"1,5\"",
            "\"NaN\"",
            "\"--1\"",
            "\"\u{664}\"",
        ] {
            assert_eq!(json(wrong), None, "{wrong}");
        }
        assert!(Decimal::parse(&"9".repeat(MAX_DIGITS)).is_some());
        assert_eq!(Decimal::parse(&"9".repeat(MAX_DIGITS + 1)), None);
    }

    proptest! {
        #[test]
        fn req_12_5_order_is_that_of_an_exact_decimal(a in any::<i64>(), b in any::<i64>(), x in 0u32..19, y in 0u32..19) {
            let (one, other) = (rust_decimal::Decimal::new(a, x), rust_decimal::Decimal::new(b, y));
            let read = |number: &rust_decimal::Decimal| Decimal::parse(&number.to_string()).unwrap();
            prop_assert_eq!(read(&one).cmp(&read(&other)), one.cmp(&other));
        }

        #[test]
        fn req_12_5_a_number_that_survives_reading_equals_its_text(digits in 0u64..1_000_000_000_000_000, places in 0u32..15) {
            let exact = rust_decimal::Decimal::new(i64::try_from(digits).unwrap(), places).to_string();
            prop_assert_eq!(json(&exact), Decimal::parse(&exact));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if Decimal::parse(&text).is_some() {
                prop_assert!(text.parse::<f64>().is_ok());
            }
        }
    }
}
