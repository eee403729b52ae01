//! What can be agreed to, beside the four types of the Proof document.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Sources;
use super::fault::Pointer;
use crate::base::json::{self, Bounds};
use crate::openid4vp::transaction_data::{ScaEvidence, ScaType, TransactionTypes, TypeFault};

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
    /// A file with the JSON Schema of the whole object, which refers to nothing outside of itself; or the name of one of
    /// the four types of strong customer authentication (TS12), as `urn:eudi:sca:payment:1`, which it looks like.
    pub schema: Option<String>,
    /// Whether the holder's signature must be evidence of strong customer authentication (TS12 section 3.6): `require`,
    /// or `report`, which only says so. For the four types, and those that look like them, `require` when left out.
    pub sca: Option<String>,
}

const EVIDENCE: [(&str, ScaEvidence); 2] =
    [("require", ScaEvidence::Required), ("report", ScaEvidence::Reported)];

/// Checks every type.
pub(super) fn check(
    given: &[TransactionTypeRegistration],
    sources: &dyn Sources,
    all: &Pointer<'_>,
) -> TransactionTypes {
    let mut types = TransactionTypes::default();
    for (at, one) in all.each(given) {
        let kind = at.need("type", one.kind.as_deref(), "the `type` of these objects, exactly");
        let evidence = one.sca.as_deref();
        let evidence = evidence
            .and_then(|word| at.key("sca").choice(word, &EVIDENCE, "must be \"require\" or \"report\""));
        let Some(kind) = kind else { continue };
        let Some(registered) = registered(&types, kind, one, sources, &at) else { continue };
        match registered {
            Ok(more) => types = evidence.into_iter().fold(more, TransactionTypes::demanding),
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

/// The types with one more, by a schema of the operator's or like one of the four; `None` when something is missing.
fn registered(
    types: &TransactionTypes,
    kind: &str,
    one: &TransactionTypeRegistration,
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<Result<TransactionTypes, TypeFault>> {
    let like = one.schema.as_deref().unwrap_or(kind);
    if let Some(like) = ScaType::named(like) {
        return Some(types.clone().with_sca(kind, one.title.as_deref(), like));
    }
    let title = at.need("title", one.title.as_deref(), "what people read when they are asked");
    let schema = at
        .need("schema", one.schema.as_deref(), "a file with the JSON Schema of these objects")
        .and_then(|name| at.key("schema").keep(read(name, sources)));
    Some(types.clone().with(kind, title?, &schema?))
}

fn read(name: &str, sources: &dyn Sources) -> Result<Value, String> {
    let text = sources.file(name, SCHEMA.bytes)?;
    json::parse(&text, &SCHEMA).map_err(|fault| format!("{} {fault}", sources.path(name).display()))
}
