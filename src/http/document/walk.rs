//! Every object of a document.

use serde_json::{Map, Value};

/// Calls `change` for every object, the inner ones first.
pub(super) fn each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|one| each_object(one, change)),
        Value::Object(members) => {
            members.values_mut().for_each(|one| each_object(one, change));
            change(members);
        }
        _ => {}
    }
}
