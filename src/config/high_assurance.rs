//! What no answer of a wallet of profile `haip` could earn: it must show credentials whose issuers are
//! known by certificates (HAIP 1.0 section 6.1.1).

use super::fault::Faults;
use super::raw;
use vpgate_core::admission::{ScopeDefinition, ScopePolicy};
use vpgate_core::oauth::client::Clients;

/// Names rather than checked values, so that nothing is concluded from a fault of another kind.
pub(super) struct HighAssurance {
    /// Of profile `haip`.
    wallets: Vec<String>,
    /// The ids of credentials with an issuer that is known by certificates.
    certified: Vec<String>,
}

impl HighAssurance {
    /// Reads the names out of `[[wallets]]` and `[[credentials]]`.
    pub(super) fn of(wallets: &[raw::RawWallet], credentials: &[raw::RawCredential]) -> Self {
        let wallets = wallets.iter().filter(|wallet| wallet.profile.as_deref() == Some("haip"));
        let by_certificates = |trusts: &raw::Trusts| trusts.0.iter().any(|trust| trust.x5c_roots.is_some());
        let certified = credentials.iter().filter(|credential| by_certificates(&credential.trust));
        Self {
            wallets: wallets.filter_map(|wallet| wallet.name.clone()).collect(),
            certified: certified.filter_map(|credential| credential.id.clone()).collect(),
        }
    }

    /// `scopes`, at `at`, belong to a client that can do nothing with them but to ask `wallet`.
    pub(super) fn check(
        &self,
        wallet: &str,
        scopes: &[String],
        policy: &ScopePolicy,
        at: &str,
        faults: &mut Faults,
    ) {
        for (place, name) in scopes.iter().enumerate() {
            let scope = policy.named(name);
            if let Some(credential) = scope.and_then(|scope| self.hopeless(wallet, scope)) {
                faults.add(format!("{at}[{place}]"), refused(credential, wallet));
            }
        }
    }

    /// The same about clients that can also do something else with their scopes: ask another wallet, or
    /// have judged what they received by themselves.
    pub(super) fn notes(&self, clients: &Clients, policy: &ScopePolicy) -> Vec<String> {
        let mut notes = Vec::new();
        for client in clients.iter() {
            for scope in client.scopes.iter().filter_map(|name| policy.named(name)) {
                if let Some(credential) = self.hopeless(&client.wallet, scope) {
                    let why = refused(credential, &client.wallet);
                    notes.push(format!("{} cannot have {} by its own wallet: {why}", client.id, scope.name));
                }
            }
        }
        notes
    }

    /// The credential that `scope` demands and of which nothing that `wallet` shows can be believed.
    fn hopeless<'s>(&self, wallet: &str, scope: &'s ScopeDefinition) -> Option<&'s str> {
        let strict = self.wallets.iter().any(|name| name == wallet);
        let hopeless = |id: &&str| !self.certified.iter().any(|certified| certified == id);
        scope.credentials().into_iter().find(hopeless).filter(|_| strict)
    }
}

fn refused(credential: &str, wallet: &str) -> String {
    format!(
        "no issuer of the credential {credential} has trust = {{ x5c_roots = ... }}, and the wallet {wallet} is \
         of profile haip: whatever it shows is refused (HAIP 1.0 section 6.1.1)"
    )
}

#[cfg(test)]
mod tests;
