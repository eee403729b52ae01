//! `[[transaction_data]]`: what can be agreed to, beside the four types of the Proof document.

use std::path::Path;

use serde_json::Value;

use super::fault::Faults;
use super::file;
use super::raw::TransactionType;
use vpgate_core::base::json::{self, Bounds};
use vpgate_core::openid4vp::transaction_data::{TransactionTypes, TypeFault};

/// What a schema may be.
const SCHEMA: Bounds = Bounds { bytes: 256 * 1024, depth: 32, members: 8192 };

/// Checks every type. Relative paths begin at `folder`.
pub(super) fn check(given: Vec<TransactionType>, folder: &Path, faults: &mut Faults) -> TransactionTypes {
    let mut types = TransactionTypes::default();
    for (index, one) in given.into_iter().enumerate() {
        let at = |key: &str| format!("transaction_data[{index}].{key}");
        let kind = faults.need(&at("type"), one.kind, "the `type` of these objects, exactly");
        let title = faults.need(&at("title"), one.title, "what people read when they are asked");
        let schema = faults
            .need(&at("schema"), one.schema, "a file with the JSON Schema of these objects")
            .and_then(|path| faults.keep(&at("schema"), read(&folder.join(path))));
        let (Some(kind), Some(title), Some(schema)) = (kind, title, schema) else { continue };
        match types.clone().with(&kind, &title, &schema) {
            Ok(more) => types = more,
            Err(fault) => {
                let key = match &fault {
                    TypeFault::Type | TypeFault::Known => "type",
                    TypeFault::Title => "title",
                    TypeFault::Schema(_) => "schema",
                };
                faults.add(at(key), fault.to_string());
            }
        }
    }
    types
}

fn read(path: &Path) -> Result<Value, String> {
    let text = file::read(path, SCHEMA.bytes)?;
    json::parse(&text, &SCHEMA).map_err(|fault| format!("{} {fault}", path.display()))
}
