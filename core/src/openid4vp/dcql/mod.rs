//! The Digital Credentials Query Language (OpenID4VP 1.0 section 6): reading a query.
//!
//! Members that the specification does not know are ignored (section 6). Members that it knows but this
//! verifier cannot judge are refused: a question must not be half understood.

mod check;
mod credential;
mod credential_set;
mod meta;
mod path;
mod read;
mod trusted_authority;
mod written;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::trust::CredentialFormat;

pub use check::MAX_AUTHORITY_KEYS;
pub use credential::{ClaimQuery, CredentialQuery};
pub use credential_set::CredentialSet;
pub use meta::Meta;
pub(super) use path::only_selected;
pub use path::{ClaimsPath, PathElement};
pub use trusted_authority::TrustedAuthority;

/// A checked DCQL query. Serialises to the JSON that wallets receive, and is read back from that. What others wrote is
/// read by [`Query::from_json`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "written::WrittenQuery")]
pub struct Query {
    credentials: Vec<CredentialQuery>,
    credential_sets: Vec<CredentialSet>,
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
        let (credentials, credential_sets) = read::query(query)?;
        Self::with_sets(credentials, credential_sets)
    }

    /// Compiles a query, for example from configuration. Every credential is required.
    ///
    /// # Errors
    /// [`QueryFault`] as for the JSON that this query would be.
    pub fn of(credentials: Vec<CredentialQuery>) -> Result<Self, QueryFault> {
        Self::with_sets(credentials, Vec::new())
    }

    /// A query with credential sets, which say which credentials together are enough (section 6.4.2).
    ///
    /// # Errors
    /// [`QueryFault`] as for the JSON that this query would be.
    pub fn with_sets(
        credentials: Vec<CredentialQuery>,
        credential_sets: Vec<CredentialSet>,
    ) -> Result<Self, QueryFault> {
        check::credentials(&credentials)?;
        check::credential_sets(&credential_sets, &credentials)?;
        Ok(Self { credentials, credential_sets })
    }

    /// The query as wallets read it.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        let credentials = self.credentials.iter().map(CredentialQuery::to_json).collect();
        json.insert("credentials".to_owned(), credentials);
        if !self.credential_sets.is_empty() {
            let sets = self.credential_sets.iter().map(CredentialSet::to_json).collect();
            json.insert("credential_sets".to_owned(), sets);
        }
        Value::Object(json)
    }

    /// The credential queries, at least one, in the order asked.
    pub fn credentials(&self) -> &[CredentialQuery] {
        &self.credentials
    }

    /// The credential query of this id.
    pub fn credential(&self, id: &str) -> Option<&CredentialQuery> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// Every claim that may be shown, for people: a dotted path, or the name of an element. Once where it is asked of
    /// several credentials.
    pub fn claims(&self) -> Vec<String> {
        let mut claims: Vec<String> = Vec::new();
        for asked in &self.credentials {
            for claim in &asked.claims {
                let name = match claim.path.elements() {
                    [_, PathElement::Name(element)] if asked.meta.format.is_namespaced() => element.clone(),
                    _ => claim.path.to_string(),
                };
                if !claims.contains(&name) {
                    claims.push(name);
                }
            }
        }
        claims
    }

    /// The formats that may answer, each once.
    pub fn formats(&self) -> Vec<CredentialFormat> {
        let asks = |format: &&CredentialFormat| self.credentials.iter().any(|it| it.meta.format == **format);
        CredentialFormat::ALL.iter().filter(asks).copied().collect()
    }

    /// Which credentials together are enough; empty: all of them are required (section 6.4.2).
    pub fn credential_sets(&self) -> &[CredentialSet] {
        &self.credential_sets
    }
}

impl QueryFault {
    /// The pointer is written only where something is wrong: a rule that holds costs no text.
    fn at(pointer: impl fmt::Display, why: &'static str) -> Self {
        Self { pointer: pointer.to_string(), why }
    }
}

impl From<Query> for Value {
    fn from(query: Query) -> Self {
        query.to_json()
    }
}

#[cfg(test)]
mod tests;
