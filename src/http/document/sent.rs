//! What we send ourselves, in the document: its shapes stand where they are used. Some generators drop a shape that no
//! endpoint names, and leave a name behind that means nothing.

use serde_json::Value;

const SHAPES: &str = "#/components/schemas/";
/// Shapes within shapes at most.
const DEEPEST: usize = 8;

/// Writes the shapes of webhooks out, and takes away those that nothing else names.
pub(super) fn write_out(document: &mut Value) {
    let shapes = document["components"]["schemas"].clone();
    let mut written = Vec::new();
    if let Some(webhooks) = document.get_mut("webhooks") {
        replace_names(webhooks, &shapes, &mut written, DEEPEST);
    }
    for name in written {
        let named = format!("\"{SHAPES}{name}\"");
        if !document.to_string().contains(&named)
            && let Some(shapes) = document["components"]["schemas"].as_object_mut()
        {
            shapes.shift_remove(&name);
        }
    }
}

/// Puts each shape in the place of its name.
fn replace_names(value: &mut Value, shapes: &Value, written: &mut Vec<String>, deeper: usize) {
    let name = value.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix(SHAPES));
    if let Some(name) = name.map(str::to_owned)
        && deeper > 0
    {
        *value = shapes[&name].clone();
        written.push(name);
        return replace_names(value, shapes, written, deeper - 1);
    }
    // A name with a description of its own is written as `allOf` with one part.
    if let Some([named]) = value.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        let mut whole = named.clone();
        replace_names(&mut whole, shapes, written, deeper);
        whole["description"] = value["description"].clone();
        *value = whole;
        return;
    }
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| replace_names(member, shapes, written, deeper));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| replace_names(item, shapes, written, deeper));
        }
        _ => {}
    }
}
