//! One JSON text changed in one member, in every way we could think of.

use serde_json::{Map, Value, json};

/// How, where (a JSON pointer), and the changed text.
pub struct Change {
    pub how: &'static str,
    pub place: String,
    pub text: String,
}

/// Every change of every member and element, and of the text as a whole.
pub fn changes(text: &str) -> Vec<Change> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut changes = whole(text, &value);
    let mut places = Vec::new();
    pointers(&value, "", &mut places);
    for place in places {
        let mut add = |how, text: String| changes.push(Change { how, place: place.clone(), text });
        let old = value.pointer(&place).unwrap();
        for (how, new) in replacements(old) {
            let mut changed = value.clone();
            *changed.pointer_mut(&place).unwrap() = new;
            add(how, changed.to_string());
        }
        // What no JSON value can hold.
        for (how, written) in [("not a number", "NaN"), ("beyond a double", "1e400"), ("nothing", "")] {
            add(how, spliced(&value, &place, written));
        }
        if let Value::String(old) = old {
            let escaped: String = old.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            add("escaped", spliced(&value, &place, &format!("\"{escaped}\"")));
        }
        let (parent, last) = place.rsplit_once('/').unwrap();
        match value.pointer(parent).unwrap() {
            Value::Object(members) => {
                for (how, text) in of_member(&value, parent, members, &unescaped(last), old) {
                    add(how, text);
                }
            }
            Value::Array(items) => {
                let index: usize = last.parse().unwrap();
                let mut shorter = items.clone();
                shorter.remove(index);
                add("removed", replaced(&value, parent, shorter.into()));
                let mut longer = items.clone();
                longer.insert(index, old.clone());
                add("duplicated", replaced(&value, parent, longer.into()));
            }
            _ => {}
        }
    }
    changes.retain(|change| change.text != text);
    changes
}

fn whole(text: &str, value: &Value) -> Vec<Change> {
    let change = |how, text| Change { how, place: String::new(), text };
    let mut changes = vec![
        change("white space", serde_json::to_string_pretty(value).unwrap()),
        change("white space", format!(" {text}\n")),
        change("byte order mark", format!("\u{feff}{text}")),
        change("trailing text", format!("{text}x")),
        change("trailing text", format!("{text}{text}")),
        change("trailing text", format!("{text}\0")),
        change("cut short", text[..text.len() - 1].to_owned()),
        change("empty", String::new()),
        change("wrapped", format!("[{text}]")),
        change("comment", format!("/**/{text}")),
    ];
    if let Value::Object(members) = value {
        let reversed: Map<String, Value> =
            members.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
        changes.push(change("reordered", Value::Object(reversed).to_string()));
        let mut more = members.clone();
        more.insert("unknown".to_owned(), json!({"a": [1]}));
        changes.push(change("added", Value::Object(more).to_string()));
    }
    changes
}

fn pointers(value: &Value, at: &str, places: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (escaped(name), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => return,
    };
    for (step, value) in inner {
        let place = format!("{at}/{step}");
        places.push(place.clone());
        pointers(value, &place, places);
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

fn replacements(old: &Value) -> Vec<(&'static str, Value)> {
    let mut new = vec![
        ("null", Value::Null),
        ("another type", json!(true)),
        ("another type", json!(false)),
        ("another type", json!([])),
        ("another type", json!({})),
        ("wrapped", json!([old])),
        ("wrapped", json!({ "x": old })),
    ];
    match old {
        Value::String(text) => {
            new.extend([
                ("empty", json!("")),
                ("another type", json!(0)),
                ("space", json!(format!("{text} "))),
                ("space", json!(format!(" {text}"))),
                ("zero byte", json!(format!("{text}\0"))),
                ("longer", json!(format!("{text}x"))),
                ("longer", json!(format!("{text}/"))),
                ("case", json!(text.to_uppercase())),
                ("case", json!(text.to_lowercase())),
                ("look-alike", json!(text.replace('a', "\u{430}").replace('e', "\u{435}"))),
            ]);
            let shorter: String = text.chars().skip(1).collect();
            new.push(("shorter", json!(shorter)));
        }
        Value::Number(number) => {
            let seconds = number.as_f64().unwrap();
            new.extend([
                ("text", json!(number.to_string())),
                ("fraction", json!(seconds + 0.5)),
                ("milliseconds", json!(seconds * 1000.0)),
                ("zero", json!(0)),
                ("negative", json!(-seconds)),
                ("huge", json!(u64::MAX)),
                ("huge", json!(1e300)),
                ("another year", json!(seconds - 40_000_000.0)),
                ("next year", json!(seconds + 40_000_000.0)),
            ]);
        }
        Value::Bool(value) => new.extend([("negated", json!(!value)), ("text", json!(value.to_string()))]),
        Value::Array(items) => {
            let reversed: Vec<Value> = items.iter().rev().cloned().collect();
            new.push(("reordered", reversed.into()));
        }
        Value::Object(members) => {
            let reversed: Map<String, Value> =
                members.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
            new.push(("reordered", reversed.into()));
        }
        Value::Null => {}
    }
    new.retain(|(_, value)| value != old || matches!(value, Value::Object(_)));
    new
}

fn of_member(
    value: &Value,
    parent: &str,
    members: &Map<String, Value>,
    name: &str,
    old: &Value,
) -> Vec<(&'static str, String)> {
    let without: Map<String, Value> =
        members.iter().filter(|(other, _)| *other != name).map(|(n, v)| (n.clone(), v.clone())).collect();
    let renamed = |new: &str| {
        let renamed: Map<String, Value> = members
            .iter()
            .map(|(other, value)| (if other == name { new.to_owned() } else { other.clone() }, value.clone()))
            .collect();
        replaced(value, parent, renamed.into())
    };
    // A second member of the same name, spelt out by hand, because no map can hold it.
    let twice = |second: &str, name_again: &str| {
        let mut more = members.clone();
        more.insert("twice".to_owned(), Value::Null);
        let place = format!("{parent}/twice");
        let text = replaced(value, parent, more.into());
        let text = spliced(&serde_json::from_str(&text).unwrap(), &place, second);
        text.replace("\"twice\":", &format!("{name_again}:"))
    };
    let quoted = json!(name).to_string();
    let spelt: String = name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    vec![
        ("removed", replaced(value, parent, without.into())),
        ("renamed", renamed(&format!("{name}x"))),
        ("renamed", renamed(&name.to_uppercase())),
        ("renamed", renamed(&format!(" {name}"))),
        ("duplicated", twice(&old.to_string(), &quoted)),
        ("duplicated", twice("null", &quoted)),
        ("duplicated", twice(&old.to_string(), &format!("\"{spelt}\""))),
    ]
}

fn replaced(value: &Value, place: &str, new: Value) -> String {
    let mut changed = value.clone();
    *changed.pointer_mut(place).unwrap() = new;
    changed.to_string()
}

/// The text of `value` with `written` in the place of one value.
fn spliced(value: &Value, place: &str, written: &str) -> String {
    replaced(value, place, json!("\u{1}here")).replace("\"\\u0001here\"", written)
}
