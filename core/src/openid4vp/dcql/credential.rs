//! What is asked of one credential (OpenID4VP 1.0 sections 6.1, 6.3, 6.4.1).

use serde_json::{Map, Value, json};

use super::meta::Meta;
use super::path::ClaimsPath;
use super::trusted_authority::TrustedAuthority;
use crate::base::decimal::Decimal;

/// One Credential Query (section 6.1). Checked only as a part of a
/// [`Query`](super::Query).
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialQuery {
    /// Names the answer in `vp_token`: alphanumeric, `_`, `-`.
    pub id: String,
    /// Of which format and type.
    pub meta: Meta,
    /// What must be shown. Empty: nothing that is selectively disclosable (section 6.4.1).
    pub claims: Vec<ClaimQuery>,
    /// Combinations of claim ids of which one is enough, the most welcome first. Empty: every claim is
    /// required (section 6.4.1).
    pub claim_sets: Vec<Vec<String>>,
    /// Whether several presentations may answer.
    pub multiple: bool,
    /// `require_cryptographic_holder_binding`: whether the answer must prove that it comes from the
    /// holder. Decided here, before any answer is looked at (REQ-4.3). An mdoc always does.
    pub holder_binding: bool,
    /// Authorities of which one must stand behind the credential, besides our own trust in its issuer
    /// (section 6.1.1). Empty: our own trust is enough.
    pub trusted_authorities: Vec<TrustedAuthority>,
}

/// One Claims Query (section 6.3).
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimQuery {
    /// Names this claim within its credential.
    pub id: Option<String>,
    /// Where the claim is.
    pub path: ClaimsPath,
    /// Strings, integers or booleans of which one must be there; empty: any value.
    pub values: Vec<Value>,
    /// Of an mdoc: whether we mean to keep the value (section B.2.4). `None` says nothing.
    pub intent_to_retain: Option<bool>,
}

impl CredentialQuery {
    /// Asks for these claims of an SD-JWT VC, whatever their values, in one presentation with holder binding.
    pub fn new(id: impl Into<String>, vct_values: Vec<String>, claims: Vec<ClaimsPath>) -> Self {
        Self::of(id, Meta::sd_jwt_vc(vct_values), claims)
    }

    /// The same of a credential of any format.
    pub fn of(id: impl Into<String>, meta: Meta, claims: Vec<ClaimsPath>) -> Self {
        Self {
            id: id.into(),
            meta,
            claims: claims.into_iter().map(ClaimQuery::from).collect(),
            claim_sets: Vec::new(),
            multiple: false,
            holder_binding: true,
            trusted_authorities: Vec::new(),
        }
    }

    /// The combinations of claims of which one is enough, the most welcome first: one combination of all
    /// claims when there are no claim sets.
    pub fn combinations(&self) -> Vec<Vec<&ClaimQuery>> {
        if self.claim_sets.is_empty() {
            return vec![self.claims.iter().collect()];
        }
        let named = |id: &String| self.claims.iter().find(|claim| claim.id.as_ref() == Some(id));
        self.claim_sets.iter().map(|set| set.iter().filter_map(named).collect()).collect()
    }

    /// What differs from its default only.
    pub(super) fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("id".to_owned(), json!(self.id));
        json.insert("format".to_owned(), json!(self.meta.format.identifier()));
        if self.multiple {
            json.insert("multiple".to_owned(), json!(true));
        }
        json.insert("meta".to_owned(), self.meta.to_json());
        if !self.holder_binding {
            json.insert("require_cryptographic_holder_binding".to_owned(), json!(false));
        }
        if !self.trusted_authorities.is_empty() {
            let authorities = self.trusted_authorities.iter().map(TrustedAuthority::to_json).collect();
            json.insert("trusted_authorities".to_owned(), authorities);
        }
        if !self.claims.is_empty() {
            json.insert("claims".to_owned(), self.claims.iter().map(ClaimQuery::to_json).collect());
        }
        if !self.claim_sets.is_empty() {
            json.insert("claim_sets".to_owned(), json!(self.claim_sets));
        }
        Value::Object(json)
    }
}

impl ClaimQuery {
    /// Is one of the selected values an allowed one, in type and value (section 6.3)?
    pub fn allows(&self, selected: &[&Value]) -> bool {
        self.values.is_empty()
            || selected.iter().any(|found| self.values.iter().any(|asked| is_same(asked, found)))
    }

    fn to_json(&self) -> Value {
        let mut json = Map::new();
        if let Some(id) = &self.id {
            json.insert("id".to_owned(), json!(id));
        }
        json.insert("path".to_owned(), self.path.to_json());
        if !self.values.is_empty() {
            json.insert("values".to_owned(), json!(self.values));
        }
        if let Some(intent) = self.intent_to_retain {
            json.insert("intent_to_retain".to_owned(), json!(intent));
        }
        Value::Object(json)
    }
}

/// JSON has one kind of number (RFC 8259 section 6): `18.0` is 18, however a library writes it.
fn is_same(asked: &Value, found: &Value) -> bool {
    asked == found
        || (asked.is_number()
            && found.is_number()
            && Decimal::from_json(asked).is_some_and(|number| Some(number) == Decimal::from_json(found)))
}

impl From<ClaimsPath> for ClaimQuery {
    fn from(path: ClaimsPath) -> Self {
        Self { id: None, path, values: Vec::new(), intent_to_retain: None }
    }
}
