//! Of what kind the credential must be that is asked for (OpenID4VP 1.0 section 6.1, Appendix B).

use serde_json::{Value, json};

use super::path::{ClaimsPath, PathElement};
use crate::trust::CredentialFormat;

/// The `format` of a Credential Query and the types that its `meta` accepts. Formats differ in what that
/// member of `meta` is called, and whether it names one type or lists several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The format that is asked for.
    pub format: CredentialFormat,
    /// Accepted types, at least one; of an mdoc, one.
    pub types: Vec<String>,
}

impl Meta {
    /// SD-JWT VC of these `vct_values` (section B.3.5).
    pub fn sd_jwt_vc(vct_values: Vec<String>) -> Self {
        Self { format: CredentialFormat::SdJwtVc, types: vct_values }
    }

    /// An mdoc of this document type (section B.2.3).
    pub fn mdoc(doctype: String) -> Self {
        Self { format: CredentialFormat::MsoMdoc, types: vec![doctype] }
    }

    /// Whether a claim of such a credential can be at this place.
    ///
    /// # Errors
    /// Why not, in plain words.
    pub fn takes(&self, path: &ClaimsPath) -> Result<(), &'static str> {
        let is_name = |element: &PathElement| matches!(element, PathElement::Name(_));
        let elements = path.elements();
        if self.format.is_namespaced() && !(elements.len() == 2 && elements.iter().all(is_name)) {
            return Err("must be two strings, the namespace and the element, as every claim of an mdoc");
        }
        Ok(())
    }

    /// Whether this path leads to a picture of the person ([`CredentialFormat::is_picture`]).
    pub fn is_picture(&self, path: &ClaimsPath) -> bool {
        match path.elements() {
            [_, PathElement::Name(element), ..] => self.format.is_picture(element),
            _ => false,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        match (self.format.is_namespaced(), self.types.as_slice()) {
            (true, [only]) => json!({ self.format.meta_member(): only }),
            _ => json!({ self.format.meta_member(): self.types }),
        }
    }
}
