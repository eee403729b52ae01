//! Transaction data (OpenID4VP 1.0 sections 5.1, B.3.3.1; checklist 13): what is being agreed to, typed,
//! with the exact string that was sent kept and hashed.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One transaction data object, validated against its type, with the exact base64url string that travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionData {
    encoded: String,
    object: Value,
}

/// Where a transaction is wrong, as a JSON pointer into the object, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {why}")]
pub struct TransactionFault {
    pub pointer: String,
    pub why: String,
}

impl TransactionData {
    /// Validates `{type, credential_ids, payload}` and writes down the string that will be sent.
    pub fn from_json(object: &Value) -> Result<Self, TransactionFault> {
        todo!()
    }
    /// Checks that every credential id is asked for by `query` (REQ-1.80).
    pub fn for_query(self, query: &super::dcql::Query) -> Result<Self, TransactionFault> {
        todo!()
    }
    /// The exact unpadded base64url string sent to the wallet; hashes are taken over it.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }
    /// The object as stored, for the application (REQ-13.14).
    pub fn object(&self) -> &Value {
        &self.object
    }
    pub fn credential_ids(&self) -> &[String] {
        todo!()
    }
    pub fn kind(&self) -> &str {
        todo!()
    }
}
