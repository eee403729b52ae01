//! Of whom tokens are: an mdoc has another device key in each copy, so `sub` would be another one each time.

use super::askable::Askable;
use super::fault::Pointer;
use crate::admission::ScopePolicy;
use crate::oauth::client::Grant;

/// `scopes`, at this place, belong to a client with these grants: each must lead to a person who is known again.
pub(super) fn check(
    grants: &[Grant],
    scopes: &[String],
    policy: &ScopePolicy,
    askable: &Askable,
    all: &Pointer<'_>,
) {
    if grants.iter().all(|grant| *grant == Grant::ClientCredentials) {
        return;
    }
    for (at, name) in all.each(scopes) {
        let Some(scope) = policy.named(name) else { continue };
        let behind: Vec<_> = scope.credentials().into_iter().filter_map(|id| askable.find(id)).collect();
        let is_known = behind.iter().any(|it| it.stable_identifier.is_some());
        if let Some(mdoc) = behind.iter().find(|it| it.meta.format.changes_keys()).filter(|_| !is_known) {
            at.blame(format!(
                "asks for the mdoc {}, whose key changes with every copy, so `sub` of tokens would: give that \
                 credential a stable_identifier, or leave the grants of this client out",
                mdoc.id
            ));
        }
    }
}
