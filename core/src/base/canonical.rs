//! JSON in one spelling, so that two who hold the same value hash the same bytes.

use serde_json::Value;

/// As RFC 8785 writes it: members sorted by their names, no white space. Numbers stay as they are written, so what is
/// hashed holds whole numbers only.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            text.push('{');
            for (place, (name, member)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(elements) => {
            text.push('[');
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(element, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_at_every_depth_and_nothing_else_changes() {
        let value = json!({ "b": [{ "z": 1, "a": "\u{20ac}\n\"" }, null, true], "a": {}, "\u{e9}": "" });
        let text = "{\"a\":{},\"b\":[{\"a\":\"\u{20ac}\\n\\\"\",\"z\":1},null,true],\"\u{e9}\":\"\"}";
        assert_eq!(canonical_json(&value), text);
    }

    /// RFC 8785 section 3.2.3: by UTF-16 code units, not by code points.
    #[test]
    fn names_beyond_the_basic_plane_come_before_the_last_of_it() {
        assert_eq!(
            canonical_json(&json!({ "\u{fb33}": 1, "\u{1f600}": 2 })),
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }
}
