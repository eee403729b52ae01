//! How a DCQL query (OpenID4VP 1.0 section 6) looks in the document. What it must be beyond its shape is the core's
//! to say: `core/src/openid4vp/dcql/check.rs`.

use poem_openapi::{Enum, Object};
use serde_json::Value;

/// A DCQL query. Unknown members are ignored, as OpenID4VP 1.0 section 6 says.
#[derive(Debug, Object)]
pub struct DcqlQuery {
    /// What to ask for: credentials that are configured.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub credentials: Vec<CredentialQuerySchema>,
    /// Which of them together are enough (section 6.2); all of them when left out.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub credential_sets: Option<Vec<CredentialSetSchema>>,
}

/// A query for one credential (section 6.1).
#[derive(Debug, Object)]
#[oai(rename = "CredentialQuery")]
pub struct CredentialQuerySchema {
    /// Names what answers it: letters, digits, `_` and `-`.
    #[oai(validator(pattern = "^[A-Za-z0-9_-]+$"))]
    pub id: String,
    /// Its format.
    pub format: QueriedFormat,
    /// Of which types.
    pub meta: CredentialMeta,
    /// What it must show; nothing that is selectively disclosable when left out.
    #[oai(validator(min_items = 1, max_items = 64))]
    pub claims: Option<Vec<ClaimQuerySchema>>,
    /// Which claims together are enough, by their ids, the most welcome first; all of them when left out.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub claim_sets: Option<Vec<Vec<String>>>,
    /// Whether several presentations may answer.
    #[oai(default)]
    pub multiple: bool,
    /// Whether the wallet must prove that it is the holder's. Of an mdoc it always must.
    #[oai(default = "always")]
    pub require_cryptographic_holder_binding: bool,
    /// Authorities of which one must stand behind its issuer.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub trusted_authorities: Option<Vec<TrustedAuthoritySchema>>,
}

/// The formats that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum QueriedFormat {
    /// SD-JWT VC.
    #[oai(rename = "dc+sd-jwt")]
    SdJwtVc,
    /// ISO mdoc.
    #[oai(rename = "mso_mdoc")]
    MsoMdoc,
}

/// Of which types a credential may be: one of the two, as its format has it.
#[derive(Debug, Object)]
pub struct CredentialMeta {
    /// Of an SD-JWT VC: one of these (section B.3.5).
    #[oai(validator(min_items = 1, max_items = 16))]
    pub vct_values: Option<Vec<String>>,
    /// Of an mdoc: exactly this document type (section B.2.3).
    #[oai(validator(min_length = 1))]
    pub doctype_value: Option<String>,
}

/// A query for one claim (section 6.3).
#[derive(Debug, Object)]
#[oai(rename = "ClaimQuery")]
pub struct ClaimQuerySchema {
    /// Names it for `claim_sets`.
    pub id: Option<String>,
    /// Where the claim is: names, positions in arrays, and `null` for all elements of one (section 7). Of an mdoc, two
    /// names: the namespace and the element.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub path: Vec<Value>,
    /// Texts, whole numbers or booleans of which it must have one; any value when left out.
    #[oai(validator(min_items = 1, max_items = 64))]
    pub values: Option<Vec<Value>>,
    /// Of an mdoc: whether you mean to keep the value (section B.2.4).
    pub intent_to_retain: Option<bool>,
}

/// Authorities of one kind (section 6.1.1).
#[derive(Debug, Object)]
#[oai(rename = "TrustedAuthority")]
pub struct TrustedAuthoritySchema {
    /// How they are named.
    #[oai(rename = "type")]
    pub kind: AuthorityKind,
    /// KeyIdentifiers of the X.509 Authority Key Identifier, base64url.
    #[oai(validator(min_items = 1, max_items = 32))]
    pub values: Vec<String>,
}

/// How authorities can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum AuthorityKind {
    /// By the key that signed the certificate.
    Aki,
}

/// Combinations of credential queries of which one is enough.
#[derive(Debug, Object)]
#[oai(rename = "CredentialSet")]
pub struct CredentialSetSchema {
    /// Lists of credential query ids, the most welcome first.
    #[oai(validator(min_items = 1, max_items = 16))]
    pub options: Vec<Vec<String>>,
    /// Whether one of them must be complete.
    #[oai(default = "always")]
    pub required: bool,
}

fn always() -> bool {
    true
}
