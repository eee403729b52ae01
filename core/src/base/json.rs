//! JSON from strangers: bounded, without duplicate members, with numbers that mean what they say.
//!
//! `serde_json` keeps the last of two members with one name (RFC 8259 section 4 leaves that open), so
//! two readers of one signed text could see different claims. Here such a text does not exist.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How much JSON is acceptable; checked while reading, before anything is built from it.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nesting of arrays and objects; a scalar has depth 0. More than 127 has no effect:
    /// `serde_json` stops there.
    pub depth: usize,
    /// Members and elements, counted over the whole text.
    pub members: usize,
}

/// Why a text was refused. Carries no part of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum JsonFault {
    /// Not JSON as RFC 8259 defines it, or something follows the value.
    #[error("not valid JSON (line {line}, column {column})")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 stands for the start of the line.
        column: usize,
    },
    /// U+FEFF before the text, which RFC 8259 section 8.1 forbids.
    #[error("not valid JSON: it begins with a byte order mark")]
    ByteOrderMark,
    /// Two members of one object share a name.
    #[error("a member name occurs twice in one object")]
    Duplicate,
    #[error("nested deeper than {0} levels")]
    Depth(usize),
    #[error("more than {0} members")]
    Members(usize),
    #[error("longer than {0} bytes")]
    Size(usize),
    /// Valid, but an object was asked for.
    #[error("not a JSON object")]
    NotAnObject,
}

/// Reads any JSON value (RFC 8259).
///
/// # Errors
/// Every kind of [`JsonFault`] but [`JsonFault::NotAnObject`].
pub fn parse(text: &[u8], bounds: &Bounds) -> Result<Value, JsonFault> {
    if text.len() > bounds.bytes {
        return Err(JsonFault::Size(bounds.bytes));
    }
    if text.starts_with("\u{feff}".as_bytes()) {
        return Err(JsonFault::ByteOrderMark);
    }
    let reading = Reading { bounds, members: Cell::new(0), fault: Cell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    Node { reading: &reading, depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            reading.fault.take().unwrap_or(JsonFault::Syntax { line: error.line(), column: error.column() })
        })
}

/// Reads a JSON object.
///
/// # Errors
/// Every kind of [`JsonFault`].
pub fn parse_object(text: &[u8], bounds: &Bounds) -> Result<Map<String, Value>, JsonFault> {
    match parse(text, bounds)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

/// Whether every number of an already valid JSON text keeps its value when it is read into a
/// [`Value`] and printed again: integers fit 64 bits, and numbers with a fraction or an exponent
/// have at most 15 significant digits (what a double carries without loss) and a power of ten that
/// is exact itself. For amounts of money.
pub fn numbers_survive(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'"' => after_string(after),
            b'-' | b'0'..=b'9' => {
                let end = after.iter().position(|byte| !is_number_byte(*byte)).unwrap_or(after.len());
                let (token, next) = rest.split_at(end + 1);
                if !survives(token) {
                    return false;
                }
                next
            }
            _ => after,
        };
    }
    true
}

fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'\\', _, after @ ..] | [b'\\', after @ ..] => rest = after,
            [b'"', after @ ..] => return after,
            [_, after @ ..] => rest = after,
            [] => return rest,
        }
    }
}

fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn survives(token: &[u8]) -> bool {
    let Ok(token) = std::str::from_utf8(token) else { return false };
    let Some(end_of_digits) = token.find(['e', 'E']).or_else(|| token.contains('.').then_some(token.len()))
    else {
        return token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok();
    };
    let (mantissa, exponent) = token.split_at(end_of_digits);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let exponent = exponent.get(1..).filter(|text| !text.is_empty()).unwrap_or("0").parse::<i64>();
    let shift = exponent.map(|exponent| exponent.saturating_sub_unsigned(places as u64));
    // `serde_json` reads the digits and a power of ten apart. Both are exact up to here, and so is what it
    // prints when it reads that again.
    let exact = |shift: i64| shift >= -22 && shift.max(0).saturating_add_unsigned(digits as u64) <= 15;
    digits == 0 || digits <= 15 && shift.is_ok_and(exact)
}

/// What one reading has seen so far. `serde` errors are texts, so the exact fault waits here.
struct Reading<'b> {
    bounds: &'b Bounds,
    members: Cell<usize>,
    fault: Cell<Option<JsonFault>>,
}

impl Reading<'_> {
    fn refuse<E: serde::de::Error>(&self, fault: JsonFault) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }

    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        let members = self.members.get() + 1;
        self.members.set(members);
        if members > self.bounds.members {
            return Err(self.refuse(JsonFault::Members(self.bounds.members)));
        }
        Ok(())
    }
}

/// The place of one value: how many arrays and objects stand around it.
#[derive(Clone, Copy)]
struct Node<'r> {
    reading: &'r Reading<'r>,
    depth: usize,
}

impl<'r> Node<'r> {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > self.reading.bounds.depth {
            return Err(self.reading.refuse(JsonFault::Depth(self.reading.bounds.depth)));
        }
        Ok(Node { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(inside)? {
            self.reading.count()?;
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.reading.count()?;
            let value = members.next_value_seed(inside)?;
            if object.insert(name, value).is_some() {
                return Err(self.reading.refuse(JsonFault::Duplicate));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 200, depth: 3, members: 6 };

    fn read(text: &str) -> Result<Value, JsonFault> {
        parse(text.as_bytes(), &BOUNDS)
    }

    #[test]
    fn reads_every_kind_of_value() {
        let text = r#"{"a":[1,-2,1.5],"b":{"c":null},"d":"\u00e9\n"}"#;
        let bounds = Bounds { members: 20, ..BOUNDS };
        let value = json!({"a": [1, -2, 1.5], "b": {"c": null}, "d": "é\n"});
        assert_eq!(parse(text.as_bytes(), &bounds), Ok(value));
        assert_eq!(read("true"), Ok(json!(true)));
    }

    #[test]
    fn req_4_5_duplicate_members_are_refused_however_they_are_spelt() {
        assert_eq!(read(r#"{"a":1,"b":2}"#), Ok(json!({"a": 1, "b": 2})));
        for wrong in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"b":{"a":1,"c":2,"a":3}}]"#] {
            assert_eq!(read(wrong), Err(JsonFault::Duplicate), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_exactly_one_value_is_refused() {
        for wrong in ["", " ", "{", "{}x", "{} {}", "[1,]", "01", "1.", "'a'", r#""\ud800""#, "NaN", "1e999"]
        {
            assert!(matches!(read(wrong), Err(JsonFault::Syntax { .. })), "{wrong}");
        }
        assert!(matches!(parse(b"\"\xff\"", &BOUNDS), Err(JsonFault::Syntax { .. })));
        assert_eq!(parse_object(b"[]", &BOUNDS), Err(JsonFault::NotAnObject));
        assert_eq!(read("\u{feff}{}"), Err(JsonFault::ByteOrderMark));
    }

    #[test]
    fn req_4_23_bounds_hold_at_their_edges() {
        assert!(read("[[[1]]]").is_ok());
        assert_eq!(read("[[[[]]]]"), Err(JsonFault::Depth(3)));
        assert!(read("[1,2,3,4,5,6]").is_ok());
        assert_eq!(read("[1,2,3,4,5,6,7]"), Err(JsonFault::Members(6)));
        assert_eq!(read(r#"{"a":[1,2,3],"b":[1,2]}"#), Err(JsonFault::Members(6)));
        let long = format!("\"{}\"", "x".repeat(199));
        assert_eq!(read(&long), Err(JsonFault::Size(200)));
        assert!(read(&long[1..]).is_err());
    }

    #[test]
    fn depth_is_refused_before_the_stack_notices() {
        let deep = "[".repeat(100_000);
        let bounds = Bounds { bytes: 1 << 20, depth: 16, members: 1 << 20 };
        assert_eq!(parse(deep.as_bytes(), &bounds), Err(JsonFault::Depth(16)));
        let unbounded = Bounds { depth: usize::MAX, ..bounds };
        assert!(matches!(parse(deep.as_bytes(), &unbounded), Err(JsonFault::Syntax { .. })));
    }

    #[test]
    fn numbers_that_a_double_would_bend_are_told() {
        for good in [
            "1",
            "-0",
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "10.50",
            "123456789012.345",
            "1e3",
            "0.000",
            "0e0",
            r#"{"a":"1.2345678901234567890","b":[1.5,"\"9999999999999999999999"]}"#,
        ] {
            assert!(numbers_survive(good.as_bytes()), "{good}");
        }
        for bad in [
            "18446744073709551616",
            "-9223372036854775809",
            "0.1234567890123456",
            "1234567890123456.5",
            r#"{"a":"b","c":1.2345678901234567}"#,
            "[1,2,1e400]",
            "1e-310",
            "1e-5000",
            // Read as 9.999999999999999e-31.
            "1e-30",
            "1e99999999999999999999",
            // Printed as 7627370862084460.0, which is read as ...461.
            "762737086208446e1",
        ] {
            assert!(!numbers_survive(bad.as_bytes()), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_and_never_panics(text in ".{0,60}", bytes in any::<Vec<u8>>()) {
            let bounds = Bounds { bytes: 1000, depth: 50, members: 1000 };
            if let Ok(value) = parse(text.as_bytes(), &bounds) {
                prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
            }
            let _ = parse(&bytes, &bounds);
            let _ = numbers_survive(&bytes);
        }

        #[test]
        fn what_survives_reads_as_it_prints(digits in 0u64..10_000_000_000_000_000, places in 0usize..16, exponent in -40i32..40) {
            let mut text = format!("{digits:017}");
            text.insert(text.len() - places, '.');
            let text = format!("{}{}e{exponent}", text.trim_start_matches('0').trim_end_matches('.'), if places == 0 { "" } else { "0" });
            let text = if text.starts_with(['.', 'e']) { format!("0{text}") } else { text };
            if numbers_survive(text.as_bytes()) {
                let read: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Value>(&read.to_string()).unwrap(), &read, "{}", text);
                prop_assert_eq!(read.as_f64(), text.parse().ok(), "{}", text);
            }
        }

        #[test]
        fn what_survives_prints_as_the_same_amount(units in 0u64..999_999_999_999, cents in 0u8..100) {
            let text = format!("{units}.{cents:02}");
            prop_assert!(numbers_survive(text.as_bytes()));
            let read: Value = serde_json::from_str(&text).unwrap();
            let printed: rust_decimal::Decimal = read.to_string().parse().unwrap();
            prop_assert_eq!(printed, text.parse::<rust_decimal::Decimal>().unwrap());
        }
    }
}
