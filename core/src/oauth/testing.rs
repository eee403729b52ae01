//! What the tests of this module share.

#![expect(missing_docs, clippy::unwrap_used, reason = "for tests only")]

use std::time::Duration;

use serde_json::json;

use super::entitlement::{Entitlement, Origin};
use super::issuance::Family;
use super::thumbprint::Thumbprint;
use super::token_policy::{TokenFormat, TokenSettings};
use crate::admission::restore::admission;
use crate::base::id::{FamilyId, GrantId};
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;

pub const NOW: Timestamp = Timestamp::from_unix(1_000);
pub const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

pub fn settings() -> TokenSettings {
    TokenSettings {
        audience: vec!["https://api.example".to_owned(), "https://other.example".to_owned()],
        format: TokenFormat::Jwt,
        algorithm: Algorithm::Es256,
        id_token_algorithm: Algorithm::Rs256,
        lifetime: Duration::from_secs(3_600),
        refresh_idle: Duration::from_secs(7_200),
        refresh_limit: Duration::from_secs(10_000),
        rotate_refresh_tokens: true,
        require_dpop: false,
        recheck_status: true,
        introspects: Vec::new(),
    }
}

/// Earned `a b` at 990 with a credential that ends then.
pub fn entitlement(credential_ends: Option<i64>, dpop: Option<&str>) -> Entitlement {
    let row =
        json!({"scopes": ["a", "b"], "subject": "s", "verified_at": 990, "expires_at": credential_ends});
    Entitlement {
        origin: Origin::Device(GrantId::from_entropy([1; 16])),
        admission: admission(&row.to_string()).unwrap(),
        openid: false,
        nonce: None,
        resources: Vec::new(),
        dpop: dpop.and_then(Thumbprint::parse),
        session: None,
    }
}

pub fn family(credential_ends: Option<i64>, dpop: Option<&str>) -> Family {
    Family::begin(entitlement(credential_ends, dpop), FamilyId::from_entropy([3; 16]), "tv", &settings(), NOW)
        .unwrap()
}
