//! One type metadata document (SD-JWT VC sections 5.2 and 5.6), read strictly.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::claim_path::TypeClaimPath;
use super::integrity::Digests;
use crate::base::json::{self, Bounds, JsonFault};

/// The longest document, in bytes.
pub const BYTES: usize = 256 << 10;
const BOUNDS: Bounds = Bounds { bytes: BYTES, depth: 16, members: 20_000 };

/// A type metadata document by itself: what it extends has not been looked at. Members that mean nothing
/// here are ignored, as section 5.2 demands.
#[derive(Clone, Debug)]
pub struct TypeDocument {
    pub(crate) vct: String,
    pub(crate) extends: Option<String>,
    pub(crate) extends_integrity: Option<String>,
    pub(crate) claims: Vec<ClaimEntry>,
    /// What is wrong with texts that only people read.
    pub(crate) notes: Vec<String>,
    pub(crate) digests: Digests,
}

/// One entry of `claims`, as written.
#[derive(Clone, Debug)]
pub(crate) struct ClaimEntry {
    pub(crate) path: TypeClaimPath,
    pub(crate) mandatory: Option<bool>,
    pub(crate) sd: Option<Disclosability>,
}

/// `sd`: whether an issuer makes a claim selectively disclosable (section 5.6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Disclosability {
    /// `always`: it must.
    Always,
    /// `allowed`, and when nothing is said: it may.
    #[default]
    Allowed,
    /// `never`: it must not.
    Never,
}

/// Why a document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    /// Not one bounded JSON object without duplicate members.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// A member is not what it must be; `pointer` is where (RFC 6901), from the document.
    #[error("{pointer} {why}")]
    Member {
        /// For example `/claims/0/sd`.
        pointer: String,
        /// What it must be.
        why: &'static str,
    },
}

impl TypeDocument {
    /// Reads the bytes as they were published: `#integrity` is about these.
    ///
    /// # Errors
    /// The first [`DocumentFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentFault> {
        let members = json::parse_object(bytes, &BOUNDS)?;
        let vct = text(&members, "vct", "")?.filter(|vct| !vct.is_empty());
        let vct = vct.ok_or_else(|| fault("/vct", "must be there: the type that is described"))?;
        let document = Self {
            vct: vct.to_owned(),
            extends: text(&members, "extends", "")?.map(str::to_owned),
            extends_integrity: text(&members, "extends#integrity", "")?.map(str::to_owned),
            claims: claims(&members)?,
            notes: notes(&members),
            digests: Digests::of(bytes),
        };
        Ok(document)
    }

    /// The type that it describes.
    pub fn vct(&self) -> &str {
        &self.vct
    }
}

fn claims(document: &Map<String, Value>) -> Result<Vec<ClaimEntry>, DocumentFault> {
    let mut entries: Vec<ClaimEntry> = Vec::new();
    let mut svg_ids = HashSet::new();
    for (place, claim) in objects(document, "claims", "")?.into_iter().enumerate() {
        let at = format!("/claims/{place}");
        let path = claim.get("path").map_or(Err("must be there"), TypeClaimPath::from_json);
        let path = path.map_err(|why| fault(format!("{at}/path"), why))?;
        if entries.iter().any(|entry| entry.path == path) {
            return Err(fault(format!("{at}/path"), "has an entry above"));
        }
        if let Some(id) = text(claim, "svg_id", &at)?
            && !(is_svg_id(id) && svg_ids.insert(id))
        {
            let why = "must be letters, digits and underscores, begin with no digit, and occur once";
            return Err(fault(format!("{at}/svg_id"), why));
        }
        let mandatory = claim.get("mandatory").map(|value| value.as_bool().ok_or("must be true or false"));
        let mandatory = mandatory.transpose().map_err(|why| fault(format!("{at}/mandatory"), why))?;
        let sd = claim.get("sd").map(disclosability).transpose();
        let sd = sd.map_err(|why| fault(format!("{at}/sd"), why))?;
        entries.push(ClaimEntry { path, mandatory, sd });
    }
    Ok(entries)
}

fn disclosability(value: &Value) -> Result<Disclosability, &'static str> {
    match value.as_str() {
        Some("always") => Ok(Disclosability::Always),
        Some("allowed") => Ok(Disclosability::Allowed),
        Some("never") => Ok(Disclosability::Never),
        _ => Err("must be \"always\", \"allowed\" or \"never\""),
    }
}

/// Nothing of `display` is shown here, so whatever is wrong with it stops nobody.
fn notes(document: &Map<String, Value>) -> Vec<String> {
    let claims = objects(document, "claims", "").unwrap_or_default();
    let wrong = |(place, claim)| check_display(claim, &format!("/claims/{place}")).err();
    claims.into_iter().enumerate().filter_map(wrong).map(|fault| fault.to_string()).collect()
}

/// Section 5.6.2. Drafts up to 09 called the language `lang`.
fn check_display(claim: &Map<String, Value>, at: &str) -> Result<(), DocumentFault> {
    for (place, shown) in objects(claim, "display", at)?.into_iter().enumerate() {
        let at = format!("{at}/display/{place}");
        let older = !shown.contains_key("locale") && shown.contains_key("lang");
        for name in [if older { "lang" } else { "locale" }, "label"] {
            text(shown, name, &at)?.ok_or_else(|| fault(format!("{at}/{name}"), "must be there"))?;
        }
        text(shown, "description", &at)?;
    }
    Ok(())
}

fn is_svg_id(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The string of this name.
fn text<'m>(members: &'m Map<String, Value>, name: &str, at: &str) -> Result<Option<&'m str>, DocumentFault> {
    let read =
        |value: &'m Value| value.as_str().ok_or_else(|| fault(format!("{at}/{name}"), "must be a string"));
    members.get(name).map(read).transpose()
}

/// The elements of the array of this name; none when it is absent.
fn objects<'m>(
    members: &'m Map<String, Value>,
    name: &str,
    at: &str,
) -> Result<Vec<&'m Map<String, Value>>, DocumentFault> {
    let Some(array) = members.get(name) else { return Ok(Vec::new()) };
    let array = array.as_array().ok_or_else(|| fault(format!("{at}/{name}"), "must be an array"))?;
    let element = |(place, element): (usize, &'m Value)| {
        element.as_object().ok_or_else(|| fault(format!("{at}/{name}/{place}"), "must be an object"))
    };
    array.iter().enumerate().map(element).collect()
}

fn fault(pointer: impl Into<String>, why: &'static str) -> DocumentFault {
    DocumentFault::Member { pointer: pointer.into(), why }
}
