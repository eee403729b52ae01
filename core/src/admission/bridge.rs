//! What was shown, credential by credential, for clients that know OpenID Connect only: the scope mode of
//! "Credential Presentation to OIDC Claims Bridge" (draft-svensson-credential-oidc-bridge, editors' copy of 2026-08-28).
//!
//! The draft changed this claim's name and shape within weeks. Both are here and nowhere else, and no client has the
//! claim unless its registration says so. Its rule about the nonce is not followed: ours stays our own (OpenID4VP 1.0
//! sections 5.2 and 13.3), and the ID token carries the client's.

use serde_json::{Map, Value, json};

use super::earned::{Admission, EarnedWith};
use super::policy::ScopePolicy;
use super::scope_definition::ScopeDefinition;
use super::scopes::Scopes;
use crate::base::time::Timestamp;
use crate::openid4vp::dcql::ClaimsPath;
use crate::status_list::check::CredentialStatus;

/// The name of the claim (section 5.1).
pub const CLAIM: &str = "presented_credential_sets";
/// The longest of it in an ID token, in bytes of JSON: `/userinfo` has room for more (section 6.1).
pub const MAX_IN_ID_TOKEN: usize = 8 << 10;

impl Admission {
    /// The claim: one set, whose keys are the `granted` scopes that were earned, as they were asked for.
    pub(super) fn presented_credential_sets(&self, policy: &ScopePolicy, granted: &Scopes) -> Value {
        let mut credentials = Map::new();
        let mut primary = self.credentials().first();
        for scope in self.scopes().only(granted).iter().filter_map(|name| policy.named(name)) {
            let Some(with) = self.credentials().iter().find(|it| it.id == scope.credential) else { continue };
            let mut entry = self.entry(scope, with);
            if primary.is_some_and(|it| it.id == with.id) {
                primary = None;
                entry.insert("primary".to_owned(), json!(true));
            }
            credentials.insert(scope.name.clone(), json!([entry]));
        }
        json!([{ "credentials": credentials }])
    }

    /// Section 5.1.2.
    fn entry(
        &self,
        scope: &ScopeDefinition,
        EarnedWith { credential, .. }: &EarnedWith,
    ) -> Map<String, Value> {
        let listed: Vec<&ClaimsPath> = scope.claims.iter().collect();
        let trust_status = match credential.status {
            CredentialStatus::Valid => "valid",
            // A credential without a status was not looked up anywhere either.
            CredentialStatus::None | CredentialStatus::Unchecked => "not_checked",
        };
        let time = |at: Timestamp| json!(at.rfc3339());
        let shown_as = if credential.format.is_namespaced() { "namespaces" } else { "claims" };
        let members = [
            ("type", Some(json!([credential.credential_type]))),
            (shown_as, Some(Value::Object(credential.only(&listed).claims))),
            ("issuer", Some(json!(credential.issuer_told()))),
            ("valid_from", credential.valid_from.or(credential.issued_at).map(time)),
            ("valid_until", credential.expires_at.map(time)),
            ("verified_at", Some(time(self.verified_at()))),
            ("verification", Some(json!({ "trust_status": trust_status, "holder_binding": "key_binding" }))),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
