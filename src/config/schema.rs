//! The JSON Schema of the configuration file, made of the types that read it. The keys that may stand in a table are
//! looked up in it, too.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::raw::File;
use super::spellings;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<File>().to_value();
    tidy("", &mut schema);
    schema
});

/// JSON Schema 2020-12 of the whole file, whose TOML is read as JSON.
pub fn schema() -> &'static Value {
    &SCHEMA
}

/// The keys that the table at `path`, without indexes, may hold: `clients`, `credentials.trust`.
pub(super) fn keys(path: &str) -> Vec<&'static str> {
    let mut steps = path.split('.').filter(|step| !step.is_empty());
    let table = steps.try_fold(schema(), |inside, step| properties(inside)?.get(step));
    let keys = table.and_then(properties).map(|known| known.keys().map(String::as_str).collect());
    keys.unwrap_or_default()
}

/// Of a table, of the tables in a list, or of what is one or the other.
fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    let more = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let own = schema.get("properties").and_then(Value::as_object);
    own.or_else(|| schema.get("items").into_iter().chain(more).find_map(properties))
}

/// TOML knows no null, so what may be left out is not described as null; each key has its own default, and not
/// the table around it; and the other words for a key are described as well. Unknown keys are refused.
fn tidy(name: &str, schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        choices.iter_mut().for_each(|choice| tidy(name, choice));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            only.into_iter().for_each(|(key, value)| _ = schema.entry(key).or_insert(value));
        }
    }
    schema.retain(|key, value| key != "default" || !(value.is_null() || *value == Value::Array(Vec::new())));
    let defaults = match schema.get("default") {
        Some(Value::Object(_)) => schema.remove("default"),
        _ => None,
    };
    schema.get_mut("items").into_iter().for_each(|items| tidy(name, items));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (key, property) in properties.iter_mut() {
            if let (Some(default), Some(property)) =
                (defaults.as_ref().and_then(|all| all.get(key)), property.as_object_mut())
            {
                property.insert("default".to_owned(), default.clone());
            }
            tidy(key, property);
        }
        spellings::describe(name, properties);
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}
