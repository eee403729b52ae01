//! JSON numbers as they were written: `12.10` is not `12.1` to whoever signs it.
//!
//! A [`Value`] holds a number with a fraction as a double and prints it anew. (`serde_json` could keep the text
//! of every number, but then every number everywhere is another type, also for other crates.) So the text of
//! each number is kept beside the value, by its place.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// The numbers of one JSON text: each by its JSON pointer (RFC 6901) with its text.
#[derive(Debug, Default)]
pub struct ExactNumbers(BTreeMap<String, String>);

impl ExactNumbers {
    /// Those of `text`, which is valid JSON without duplicates; none where it is not.
    pub fn of(text: &str) -> Self {
        let mut numbers = Self::default();
        numbers.collect(text.trim_ascii(), "");
        numbers
    }

    fn collect(&mut self, text: &str, pointer: &str) {
        match text.as_bytes().first() {
            Some(b'{') => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
                for (name, value) in members {
                    self.collect(value.get(), &step(pointer, &name));
                }
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                for (index, value) in elements.into_iter().enumerate() {
                    self.collect(value.get(), &step(pointer, &index.to_string()));
                }
            }
            Some(b'-' | b'0'..=b'9') => drop(self.0.insert(pointer.to_owned(), text.to_owned())),
            _ => {}
        }
    }

    /// The number at this place, as it was written.
    pub fn at(&self, pointer: &str) -> Option<&str> {
        self.0.get(pointer).map(String::as_str)
    }

    /// `value` as JSON without white space, its numbers as they were written at the same places.
    pub fn write(&self, value: &Value) -> String {
        let mut text = String::new();
        self.append(value, "", &mut text);
        text
    }

    fn append(&self, value: &Value, pointer: &str, text: &mut String) {
        match value {
            Value::Object(members) => {
                let mut before = '{';
                for (name, value) in members {
                    text.push(before);
                    before = ',';
                    text.push_str(&Value::from(name.as_str()).to_string());
                    text.push(':');
                    self.append(value, &step(pointer, name), text);
                }
                text.push_str(if members.is_empty() { "{}" } else { "}" });
            }
            Value::Array(elements) => {
                let mut before = '[';
                for (index, value) in elements.iter().enumerate() {
                    text.push(before);
                    before = ',';
                    self.append(value, &step(pointer, &index.to_string()), text);
                }
                text.push_str(if elements.is_empty() { "[]" } else { "]" });
            }
            Value::Number(number) => match self.0.get(pointer) {
                Some(written) => text.push_str(written),
                None => text.push_str(&number.to_string()),
            },
            other => text.push_str(&other.to_string()),
        }
    }
}

/// The elements of the array `name` in the JSON object `text`, each as it is written; none where there is no
/// such array. The text was read before: it has no duplicates.
pub fn elements(text: &[u8], name: &str) -> Vec<String> {
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_slice(text).unwrap_or_default();
    let array = members.remove(name).map(RawValue::get).unwrap_or_default();
    let elements: Vec<&RawValue> = serde_json::from_str(array).unwrap_or_default();
    elements.into_iter().map(|element| element.get().to_owned()).collect()
}

fn step(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_written_as_they_were_given_wherever_they_stand() {
        for text in [
            r#"{"a":12.10,"b":[1.0,1e3,-0.50,{"c":0.100}],"d":"12.10","e/f~":1E2,"g":{},"h":[],"i":null,"j":true}"#,
            "12.10",
            "[[[7.00]]]",
            r#""text""#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(ExactNumbers::of(text).write(&value), text);
        }
        let spaced = " { \"a\" : 12.10 , \"b\" : [ 1.50 ] }\n";
        let value: Value = serde_json::from_str(spaced).unwrap();
        assert_eq!(ExactNumbers::of(spaced).write(&value), r#"{"a":12.10,"b":[1.50]}"#);
    }

    #[test]
    fn another_order_of_members_changes_no_number() {
        let numbers = ExactNumbers::of(r#"{"b":1.10,"a":2.20}"#);
        assert_eq!(numbers.write(&json!({"a": 2.2, "b": 1.1, "c": 3.3})), r#"{"a":2.20,"b":1.10,"c":3.3}"#);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same(text in r#"[\[\]{}",:0-9.eE~/ a-c-]{0,60}"#) {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let written = ExactNumbers::of(&text).write(&value);
                prop_assert_eq!(serde_json::from_str::<Value>(&written).ok(), Some(value));
            }
        }
    }
}
