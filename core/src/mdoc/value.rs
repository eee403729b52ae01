//! Values of elements as JSON (RFC 8949 section 6.1; OpenID4VP 1.0 section 6.4.1 compares them so).

use serde_json::{Map, Number, Value};

use crate::base::base64url;
use crate::cbor::{Item, ItemKind};

/// Texts that say when (RFC 3339; RFC 8943).
const DATE_TIME: u64 = 0;
pub(super) const FULL_DATE: u64 = 1004;
const POSITIVE: u64 = 2;
const NEGATIVE: u64 = 3;

/// The value; `None` for what JSON cannot say exactly: numbers beyond 64 bits, infinite ones, and maps whose keys are
/// neither texts nor integers, or become one key. Byte strings and numbers in byte strings are base64url without padding;
/// a tag that says nothing here is dropped.
pub(super) fn json(item: &Item<'_>) -> Option<Value> {
    Some(match item.kind() {
        ItemKind::Unsigned(number) => Value::from(*number),
        ItemKind::Negative(_) => Value::from(i64::try_from(item.as_integer()?).ok()?),
        ItemKind::Bytes(bytes) => Value::from(base64url::encode(bytes)),
        ItemKind::Text(text) => Value::from(*text),
        ItemKind::Array(elements) => Value::Array(elements.iter().map(json).collect::<Option<_>>()?),
        ItemKind::Map(pairs) => Value::Object(object(pairs)?),
        ItemKind::Tag(DATE_TIME | FULL_DATE, text) => Value::from(text.as_text()?),
        ItemKind::Tag(POSITIVE | NEGATIVE, number) => Value::from(base64url::encode(number.as_bytes()?)),
        ItemKind::Tag(_, tagged) => json(tagged)?,
        ItemKind::Bool(value) => Value::from(*value),
        ItemKind::Null => Value::Null,
        ItemKind::Float(number) => Value::Number(Number::from_f64(*number)?),
    })
}

fn object(pairs: &[(Item<'_>, Item<'_>)]) -> Option<Map<String, Value>> {
    let mut object = Map::with_capacity(pairs.len());
    for (key, value) in pairs {
        let name = match key.as_text() {
            Some(text) => text.to_owned(),
            None => key.as_integer()?.to_string(),
        };
        if object.insert(name, json(value)?).is_some() {
            return None;
        }
    }
    Some(object)
}

/// The text of a point in time (tag 0).
pub(super) fn date_time<'a>(item: &Item<'a>) -> Option<&'a str> {
    item.tagged(DATE_TIME)?.as_text()
}

#[cfg(test)]
mod tests {
    use serde_json::json as expected;

    use super::*;
    use crate::cbor::{Limits, Writer, read};

    fn value(written: Writer) -> Option<Value> {
        json(&read(&written.into_bytes(), &Limits::default()).unwrap())
    }

    #[test]
    fn values_are_told_as_json() {
        let new = Writer::new;
        for (written, value_of_it) in [
            (new().unsigned(u64::MAX), expected!(u64::MAX)),
            (new().integer(i64::MIN), expected!(i64::MIN)),
            (new().bytes(&[0xff, 0xef]), expected!("_-8")),
            (new().text("ü"), expected!("ü")),
            (new().array(2).null().bool(true), expected!([null, true])),
            (new().float(1.5), expected!(1.5)),
            (new().tag(0).text("2026-01-01T00:00:00Z"), expected!("2026-01-01T00:00:00Z")),
            (new().tag(1004).text("2026-01-01"), expected!("2026-01-01")),
            (new().tag(2).bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), expected!("AQAAAAAAAAAA")),
            (new().tag(3).bytes(&[1]), expected!("AQ")),
            (new().tag(999).unsigned(7), expected!(7)),
            (new().map(2).text("a").unsigned(1).integer(-2).map(0), expected!({"a": 1, "-2": {}})),
        ] {
            assert_eq!(value(written), Some(value_of_it));
        }
    }

    #[test]
    fn what_json_cannot_say_exactly_is_no_value() {
        let new = Writer::new;
        for (written, why) in [
            (new().negative(u64::MAX), "beyond 64 bits"),
            (new().float(f64::NAN), "no number"),
            (new().float(f64::INFINITY), "infinite"),
            (new().map(2).text("1").null().unsigned(1).null(), "one key twice"),
            (new().map(1).bytes(b"a").null(), "a key of bytes"),
            (new().map(1).null().null(), "a key of nothing"),
            (new().tag(1004).unsigned(1), "a date that is no text"),
            (new().tag(2).text("1"), "a number that is not in bytes"),
            (new().array(1).array(1).float(f64::NEG_INFINITY), "deep inside"),
        ] {
            assert_eq!(value(written), None, "{why}");
        }
    }
}
