//! The Digital Credentials Query Language (OpenID4VP 1.0 section 6): reading a query.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A checked DCQL query. Serialises to the JSON that wallets receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub struct Query {
    credentials: Vec<CredentialQuery>,
}

/// One Credential Query (section 6.1), always `dc+sd-jwt` with holder binding.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialQuery {
    pub id: String,
    pub vct_values: Vec<String>,
    pub claims: Vec<ClaimsPath>,
}

/// A claims path pointer (section 7).
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimsPath(Vec<PathElement>);

/// One step of a claims path pointer.
#[derive(Clone, Debug, PartialEq)]
pub enum PathElement {
    Name(String),
    Index(usize),
    All,
}

/// Where a query is wrong, as a JSON pointer, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {why}")]
pub struct QueryFault {
    pub pointer: String,
    pub why: &'static str,
}

impl Query {
    pub fn from_json(query: &Value) -> Result<Self, QueryFault> {
        todo!()
    }
    /// Every claim asked for, dotted, for people.
    pub fn claim_names(&self) -> Vec<String> {
        todo!()
    }
    pub fn to_json(&self) -> Value {
        todo!()
    }
    pub fn of(credentials: Vec<CredentialQuery>) -> Result<Self, QueryFault> {
        todo!()
    }
    pub fn credentials(&self) -> &[CredentialQuery] {
        todo!()
    }
}
impl CredentialQuery {
    pub fn new(id: String, vct_values: Vec<String>, claims: Vec<ClaimsPath>) -> Self {
        Self { id, vct_values, claims }
    }
}
impl ClaimsPath {
    /// From the dotted form of configuration: `age_equal_or_over.18`.
    pub fn from_dotted(text: &str) -> Option<Self> {
        todo!()
    }
    /// Section 7.1.1 on a processed payload. None when the path selects nothing.
    pub fn select<'v>(&self, claims: &'v Value) -> Option<Vec<&'v Value>> {
        todo!()
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
