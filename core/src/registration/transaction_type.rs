//! What can be agreed to, beside the four types of the Proof document.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Sources;
use super::fault::Pointer;
use crate::base::json::{self, Bounds};
use crate::openid4vp::transaction_data::{TransactionTypes, TypeFault};

/// What a schema may be.
const SCHEMA: Bounds = Bounds { bytes: 256 * 1024, depth: 32, members: 8192 };

/// A type of transaction data, beside the four types of the Proof document.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TransactionTypeRegistration {
    /// The `type` of these objects, exactly.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What people read when they are asked.
    pub title: Option<String>,
    /// A file with the JSON Schema of the whole object, which refers to nothing outside of itself.
    pub schema: Option<String>,
}

/// Checks every type.
pub(super) fn check(
    given: &[TransactionTypeRegistration],
    sources: &dyn Sources,
    all: &Pointer<'_>,
) -> TransactionTypes {
    let mut types = TransactionTypes::default();
    for (at, one) in all.each(given) {
        let kind = at.need("type", one.kind.as_deref(), "the `type` of these objects, exactly");
        let title = at.need("title", one.title.as_deref(), "what people read when they are asked");
        let schema = at
            .need("schema", one.schema.as_deref(), "a file with the JSON Schema of these objects")
            .and_then(|name| at.key("schema").keep(read(name, sources)));
        let (Some(kind), Some(title), Some(schema)) = (kind, title, schema) else { continue };
        match types.clone().with(kind, title, &schema) {
            Ok(more) => types = more,
            Err(fault) => {
                let key = match &fault {
                    TypeFault::Type | TypeFault::Known => "type",
                    TypeFault::Title => "title",
                    TypeFault::Schema(_) => "schema",
                };
                at.add(key, fault.to_string());
            }
        }
    }
    types
}

fn read(name: &str, sources: &dyn Sources) -> Result<Value, String> {
    let text = sources.file(name, SCHEMA.bytes)?;
    json::parse(&text, &SCHEMA).map_err(|fault| format!("{} {fault}", sources.path(name).display()))
}
