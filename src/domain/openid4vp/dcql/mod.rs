//! The Digital Credentials Query Language (OpenID4VP 1.0 section 6): reading a query.
//!
//! Members that the specification does not know are ignored (section 6). Members that it knows but this
//! verifier cannot honour yet are refused: a question must not be half understood.

mod path;
mod read;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) use path::only_selected;
pub use path::{ClaimsPath, PathElement};

/// A checked DCQL query. Serialises to the JSON that wallets receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub struct Query {
    credentials: Vec<CredentialQuery>,
}

/// One Credential Query (section 6.1), always `dc+sd-jwt` with holder binding, answered by exactly one
/// presentation. Checked only as a part of a [`Query`].
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialQuery {
    /// Names the answer in `vp_token`: alphanumeric, `_`, `-`.
    pub id: String,
    /// Accepted types (section B.3.5), at least one.
    pub vct_values: Vec<String>,
    /// What must be shown. Empty: nothing that is selectively disclosable (section 6.4.1).
    pub claims: Vec<ClaimQuery>,
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
}

/// Where a query is wrong, as a JSON pointer (RFC 6901), and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {why}")]
pub struct QueryFault {
    /// Into the query.
    pub pointer: String,
    /// In plain words.
    pub why: &'static str,
}

impl Query {
    /// Reads the `dcql_query` parameter.
    ///
    /// # Errors
    /// [`QueryFault`] for the first thing that is wrong or not supported.
    pub fn from_json(query: &Value) -> Result<Self, QueryFault> {
        Self::of(read::credentials(query)?)
    }

    /// Compiles a query, for example from configuration.
    ///
    /// # Errors
    /// [`QueryFault`] as for the JSON that this query would be.
    pub fn of(credentials: Vec<CredentialQuery>) -> Result<Self, QueryFault> {
        read::check(&credentials)?;
        Ok(Self { credentials })
    }

    /// The query as wallets read it.
    pub fn to_json(&self) -> Value {
        json!({ "credentials": self.credentials.iter().map(CredentialQuery::to_json).collect::<Vec<_>>() })
    }

    /// The credential queries, at least one, in the order asked.
    pub fn credentials(&self) -> &[CredentialQuery] {
        &self.credentials
    }

    /// The credential query of this id.
    pub fn credential(&self, id: &str) -> Option<&CredentialQuery> {
        self.credentials.iter().find(|credential| credential.id == id)
    }
}

impl CredentialQuery {
    /// Asks for these claims, whatever their values.
    pub fn new(id: impl Into<String>, vct_values: Vec<String>, claims: Vec<ClaimsPath>) -> Self {
        let claims = claims.into_iter().map(ClaimQuery::from).collect();
        Self { id: id.into(), vct_values, claims }
    }

    fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("id".to_owned(), json!(self.id));
        json.insert("format".to_owned(), json!(read::FORMAT));
        json.insert("meta".to_owned(), json!({ "vct_values": self.vct_values }));
        if !self.claims.is_empty() {
            json.insert("claims".to_owned(), self.claims.iter().map(ClaimQuery::to_json).collect());
        }
        Value::Object(json)
    }
}

impl ClaimQuery {
    /// Is one of the selected values an allowed one, in type and value (section 6.3)?
    pub fn allows(&self, selected: &[&Value]) -> bool {
        self.values.is_empty() || selected.iter().any(|value| self.values.contains(value))
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
        Value::Object(json)
    }
}

impl From<ClaimsPath> for ClaimQuery {
    fn from(path: ClaimsPath) -> Self {
        Self { id: None, path, values: Vec::new() }
    }
}

impl From<Query> for Value {
    fn from(query: Query) -> Self {
        query.to_json()
    }
}

impl TryFrom<Value> for Query {
    type Error = QueryFault;

    fn try_from(value: Value) -> Result<Self, QueryFault> {
        Self::from_json(&value)
    }
}

#[cfg(test)]
mod tests;
