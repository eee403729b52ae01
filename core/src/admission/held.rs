//! What was earned, held against the configuration of today: what the operator takes out ends what it earned.

use super::earned::Admission;
use super::policy::ScopePolicy;
use super::scopes::Scopes;
use crate::trust::TrustPolicy;

/// The configuration of today, as far as it concerns one client.
#[derive(Clone, Copy, Debug)]
pub struct CurrentConfiguration<'a> {
    /// What can be earned.
    pub policy: &'a ScopePolicy,
    /// Whom we believe.
    pub trust: &'a TrustPolicy,
    /// The scopes of the client.
    pub scopes: &'a Scopes,
}

impl Admission {
    /// Of the scopes `granted` by this admission, those that are still granted: the client may ask for them,
    /// they exist, and they ask for credentials that were shown. `None` when nothing is left that was earned,
    /// or when one of the credentials behind it, its type, its issuer or the root that vouched is no longer
    /// configured: `sub` and claims may be that one's.
    pub fn still_granted(&self, granted: &Scopes, today: &CurrentConfiguration<'_>) -> Option<Scopes> {
        let believed = self.sources.iter().all(|source| source.is_believed_by(today.trust));
        // Rows of the time before sources say of no credential that it was not shown.
        let shown =
            |id: &&str| self.sources.is_empty() || self.sources.iter().any(|it| it.credential() == *id);
        let earned =
            |name: &str| today.policy.named(name).is_some_and(|scope| scope.credentials().iter().all(shown));
        let still: Scopes = granted.only(today.scopes);
        let gone: Vec<&str> =
            still.iter().filter(|name| self.scopes.contains(name) && !earned(name)).collect();
        let left = gone.iter().fold(still.clone(), |left, name| left.without(name));
        let any = left.iter().any(|name| self.scopes.contains(name));
        (believed && any).then_some(left)
    }

    /// This admission for `scopes`, with no other claims than those whose name `says` confirms.
    #[must_use]
    pub fn saying(self, scopes: Scopes, says: impl Fn(&str) -> bool) -> Self {
        let claims = self.claims.into_iter().filter(|(name, _)| says(name)).collect();
        Self { scopes, claims, ..self }
    }
}
