//! Whose credentials a query wants (OpenID4VP 1.0 section 6.1.1). It narrows whom we believe, and never
//! widens it.

use serde_json::{Value, json};

use crate::base::base64url;

/// The only type that can be judged here: AuthorityKeyIdentifiers of X.509 certificates (section 6.1.1.1).
pub(super) const AKI: &str = "aki";

/// One entry of `trusted_authorities`. Checked only as a part of a [`Query`](super::Query).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedAuthority {
    /// `aki`: KeyIdentifiers of which one must be the authority key identifier of a certificate of the
    /// credential's chain.
    AuthorityKeyIds(Vec<Vec<u8>>),
}

impl TrustedAuthority {
    /// Does a chain with these authority key identifiers lead to this authority?
    pub fn is_among(&self, authority_key_ids: &[Vec<u8>]) -> bool {
        let Self::AuthorityKeyIds(wanted) = self;
        wanted.iter().any(|id| authority_key_ids.contains(id))
    }

    pub(super) fn to_json(&self) -> Value {
        let Self::AuthorityKeyIds(ids) = self;
        json!({ "type": AKI, "values": ids.iter().map(base64url::encode).collect::<Vec<_>>() })
    }
}
