//! Which credentials together are enough (OpenID4VP 1.0 sections 6.2, 6.4.2).

use serde_json::{Map, Value, json};

/// One Credential Set Query (section 6.2). Checked only as a part of a [`Query`](super::Query).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSet {
    /// Combinations of credential query ids of which one is enough, the most welcome first.
    pub options: Vec<Vec<String>>,
    /// Whether one of them must be complete.
    pub required: bool,
}

impl CredentialSet {
    /// The place of the first option all of whose credentials are `there`.
    pub fn first_complete(&self, there: impl Fn(&str) -> bool) -> Option<usize> {
        self.options.iter().position(|option| option.iter().all(|id| there(id)))
    }

    /// The id of every credential query that it names.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.options.iter().flatten().map(String::as_str)
    }

    pub(super) fn to_json(&self) -> Value {
        let mut json = Map::new();
        if !self.required {
            json.insert("required".to_owned(), json!(false));
        }
        json.insert("options".to_owned(), json!(self.options));
        Value::Object(json)
    }
}
