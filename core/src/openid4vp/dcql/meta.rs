//! Of what kind the credential must be that is asked for (OpenID4VP 1.0 section 6.1, Appendix B).

use serde_json::{Value, json};

use crate::trust::CredentialFormat;

/// The `format` of a Credential Query and the types that its `meta` accepts. Formats differ only in what that
/// member of `meta` is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The format that is asked for.
    pub format: CredentialFormat,
    /// Accepted types, at least one.
    pub types: Vec<String>,
}

impl Meta {
    /// SD-JWT VC of these `vct_values` (section B.3.5).
    pub fn sd_jwt_vc(vct_values: Vec<String>) -> Self {
        Self { format: CredentialFormat::SdJwtVc, types: vct_values }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ self.format.meta_member(): self.types })
    }
}
