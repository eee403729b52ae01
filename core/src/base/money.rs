//! Amounts of money, exact.
//!
//! `serde_json` holds a number with a decimal point as an IEEE 754 double. Up to 15 significant digits
//! its shortest decimal text is the number that was written, so an amount is read through that text and
//! has no more digits. A number token with more digits must be refused before it becomes a double
//! ([`super::json::numbers_survive`]), because then it cannot be told apart any more.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser};
use serde_json::Value;
use serde_json::value::RawValue;

/// Decimal places an amount may have. ISO 4217 needs 4 at most (CLF, UYW).
pub const MAX_SCALE: u32 = 4;

/// All digits of an amount, read as one whole number, are below this: 15 significant digits.
const MANTISSA_BOUND: i128 = 1_000_000_000_000_000;

/// An amount: at least 0, at most 15 significant digits, at most [`MAX_SCALE`] decimal places.
/// Arithmetic that would leave these bounds gives `None`, so every amount is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// No money at all.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads a JSON number.
    ///
    /// # Errors
    /// [`AmountFault`] for anything else, also for a number in quotation marks.
    pub fn from_json(value: &Value) -> Result<Self, AmountFault> {
        let number = value.as_number().ok_or(AmountFault::NotANumber)?;
        if let Some(whole) = number.as_u64() {
            return Self::bounded(Decimal::from(whole)).ok_or(AmountFault::TooLarge);
        }
        let double = number.as_f64().filter(|double| double.is_finite()).ok_or(AmountFault::NotANumber)?;
        if double.is_sign_negative() {
            return Err(AmountFault::Negative);
        }
        if double >= 1e15 {
            return Err(AmountFault::TooLarge);
        }
        // Display of f64 is the shortest text that reads back as the same double, without exponent.
        let decimal = Decimal::from_str_exact(&double.to_string()).map_err(|_| AmountFault::TooPrecise)?;
        Self::bounded(decimal).ok_or(AmountFault::TooPrecise)
    }

    /// This amount so many times; `None` out of bounds.
    #[must_use]
    pub fn times(self, quantity: u32) -> Option<Self> {
        // 15 digits times 10 digits fit the 28 of a Decimal: nothing is rounded.
        self.0.checked_mul(Decimal::from(quantity)).and_then(Self::bounded)
    }

    /// Both together; `None` out of bounds.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::bounded)
    }

    /// `1250.00`, with at least the decimal places the currency is counted in.
    pub fn digits(self, currency: &Currency) -> String {
        let places = self.0.scale().max(currency.decimal_places());
        format!("{:.*}", usize::try_from(places).unwrap_or(0), self.0)
    }

    /// For people who read English: `1,250.00 USD`.
    pub fn in_words(self, currency: &Currency) -> String {
        format!("{} {currency}", with_marks(&self.digits(currency), ",", ".", 4))
    }

    fn bounded(decimal: Decimal) -> Option<Self> {
        let decimal = decimal.normalize();
        let fits = !decimal.is_sign_negative()
            && decimal.scale() <= MAX_SCALE
            && decimal.mantissa() < MANTISSA_BOUND;
        fits.then_some(Self(decimal))
    }
}

impl fmt::Display for Amount {
    /// Plain digits, without exponent or trailing zeros: `12.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Amount {
    /// A plain JSON number, without exponent.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// Why a JSON value is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// A string, `null`, an object.
    #[error("must be a JSON number")]
    NotANumber,
    /// Below zero, or minus zero.
    #[error("must not be negative")]
    Negative,
    /// More than 15 digits before the point.
    #[error("must be below 1000000000000000")]
    TooLarge,
    /// More decimal places or significant digits than can be held exactly.
    #[error("must have at most 4 decimal places and 15 significant digits")]
    TooPrecise,
}

/// An ISO 4217 code: three upper-case letters. Whether it is assigned is not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Currency(String);

impl Currency {
    /// Reads a code; `None` unless it is three upper-case ASCII letters.
    pub fn parse(code: &str) -> Option<Self> {
        (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| Self(code.to_owned()))
    }

    /// The ISO 4217 code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decimal places of the minor unit (ISO 4217 list one); 2 for what is not listed here.
    pub fn decimal_places(&self) -> u32 {
        match self.0.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "CLF" | "UYW" => 4,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number as it was written, which may be below zero: `-1250.00`, with at least the decimal places the currency is
/// counted in.
pub fn written_digits(written: &str, currency: &Currency) -> String {
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let places = usize::try_from(currency.decimal_places()).unwrap_or(0);
    let fraction = format!("{fraction:0<places$}");
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction}")
}

/// Digits as people read them: `group` after every third from the right, where there are at least `from` before the
/// `point`.
pub fn with_marks(digits: &str, group: &str, point: &str, from: usize) -> String {
    let (sign, digits) =
        if let Some(digits) = digits.strip_prefix('-') { ("-", digits) } else { ("", digits) };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let point = if fraction.is_empty() { "" } else { point };
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() >= from && (whole.len() - index).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(digit);
    }
    out + point + fraction
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{from_str, to_string};

    use super::*;

    fn read(text: &str) -> Result<String, AmountFault> {
        Amount::from_json(&from_str(text).unwrap()).map(|amount| amount.to_string())
    }

    #[test]
    fn req_13_12_amounts_are_exact_json_numbers() {
        for (text, kept) in [
            ("0", "0"),
            ("12.50", "12.5"),
            ("0.1", "0.1"),
            ("1e3", "1000"),
            ("0.0001", "0.0001"),
            ("999999999999999", "999999999999999"),
            ("99999999999.9999", "99999999999.9999"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(kept), "{text}");
        }
    }

    #[test]
    fn req_13_12_what_is_no_exact_amount_is_refused() {
        for (text, fault) in [
            ("\"12.50\"", AmountFault::NotANumber),
            ("null", AmountFault::NotANumber),
            ("[1]", AmountFault::NotANumber),
            ("-1", AmountFault::Negative),
            ("-0.01", AmountFault::Negative),
            ("-0", AmountFault::Negative),
            ("1000000000000000", AmountFault::TooLarge),
            ("18446744073709551615", AmountFault::TooLarge),
            ("1e300", AmountFault::TooLarge),
            ("0.00001", AmountFault::TooPrecise),
            ("1e-300", AmountFault::TooPrecise),
            ("123456789012.3456", AmountFault::TooPrecise),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn arithmetic_is_exact_or_nothing() {
        let dime = Amount::from_json(&from_str("0.1").unwrap()).unwrap();
        let three = dime.plus(dime).and_then(|sum| sum.plus(dime)).unwrap();
        assert_eq!(Some(three), dime.times(3));
        assert_eq!(three.to_string(), "0.3");
        let most = Amount::from_json(&from_str("999999999999999").unwrap()).unwrap();
        assert_eq!(most.times(2), None);
        assert_eq!(most.times(u32::MAX), None);
        assert_eq!(most.plus(dime), None);
        assert_eq!(most.plus(Amount::ZERO), Some(most));
    }

    #[test]
    fn people_read_places_of_the_currency() {
        let words = |amount: &str, code: &str| {
            Amount::from_json(&from_str(amount).unwrap()).unwrap().in_words(&Currency::parse(code).unwrap())
        };
        assert_eq!(words("1250", "USD"), "1,250.00 USD");
        assert_eq!(words("0.5", "EUR"), "0.50 EUR");
        assert_eq!(words("0.1234", "USD"), "0.1234 USD");
        assert_eq!(words("1250", "JPY"), "1,250 JPY");
        assert_eq!(words("123456789.5", "KWD"), "123,456,789.500 KWD");
    }

    #[test]
    fn req_18_42_a_written_number_is_read_with_the_digits_of_its_currency() {
        let digits = |written: &str, code: &str| written_digits(written, &Currency::parse(code).unwrap());
        assert_eq!(digits("12.10", "EUR"), "12.10");
        assert_eq!(digits("1250", "EUR"), "1250.00");
        assert_eq!(digits("-1250.5", "EUR"), "-1250.50");
        assert_eq!(digits("1250", "JPY"), "1250");
        assert_eq!(digits("1.5", "KWD"), "1.500");
    }

    #[test]
    fn digits_are_grouped_as_a_language_groups_them() {
        for (digits, group, point, from, read) in [
            ("-1250.50", ",", ".", 4, "-1,250.50"),
            ("1250.50", ".", ",", 5, "1250,50"),
            ("12500.5", ".", ",", 5, "12.500,5"),
            ("1234567", "\u{a0}", ",", 4, "1\u{a0}234\u{a0}567"),
            ("0.5", ",", ".", 4, "0.5"),
            ("", ",", ".", 4, ""),
        ] {
            assert_eq!(with_marks(digits, group, point, from), read);
        }
    }

    #[test]
    fn req_13_13_currency_is_three_upper_case_letters() {
        assert_eq!(Currency::parse("USD").unwrap().as_str(), "USD");
        for wrong in ["usd", "", "US", "USDT", "U5D", "ÄB"] {
            assert_eq!(Currency::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_without_an_exponent(units in 0_i64..1_000_000_000_000_000, scale in 0..=MAX_SCALE) {
            let amount = Amount::bounded(Decimal::new(units, scale)).unwrap();
            let text = to_string(&amount).unwrap();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{}", text);
            prop_assert_eq!(Amount::from_json(&from_str(&text).unwrap()), Ok(amount));
            // The stored object holds a serde_json number: writing that must not change the text.
            prop_assert_eq!(to_string(&from_str::<Value>(&text).unwrap()).unwrap(), text);
        }
    }
}
