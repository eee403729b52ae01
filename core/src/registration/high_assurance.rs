//! What no answer of a wallet of profile `haip` could earn: it must show credentials whose issuers are
//! known by certificates (HAIP 1.0 section 6.1.1).

use super::fault::Pointer;
use super::names::Names;
use crate::admission::{ScopeDefinition, ScopePolicy};
use crate::oauth::client::Clients;

/// `scopes`, at this place, belong to a client that can do nothing with them but to ask `wallet`.
pub(super) fn check(
    wallet: &str,
    scopes: &[String],
    policy: &ScopePolicy,
    names: &Names<'_>,
    all: &Pointer<'_>,
) {
    for (at, name) in all.each(scopes) {
        let scope = policy.named(name);
        if let Some(credential) = scope.and_then(|scope| hopeless(wallet, scope, names)) {
            at.blame(refused(credential, wallet));
        }
    }
}

/// Notes about clients that can also do something else with their scopes: ask another wallet, or
/// have judged what they received by themselves.
pub(super) fn notes(clients: &Clients, policy: &ScopePolicy, names: &Names<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for client in clients.iter() {
        for scope in client.scopes.iter().filter_map(|name| policy.named(name)) {
            if let Some(credential) = hopeless(&client.wallet, scope, names) {
                let why = refused(credential, &client.wallet);
                notes.push(format!("{} cannot have {} by its own wallet: {why}", client.id, scope.name));
            }
        }
    }
    notes
}

/// The credential that `scope` demands and of which nothing that `wallet` shows can be believed.
fn hopeless<'s>(wallet: &str, scope: &'s ScopeDefinition, names: &Names<'_>) -> Option<&'s str> {
    let strict = names.high_assurance_wallets.contains(&wallet);
    let hopeless = |id: &&str| !names.certified_credentials.contains(id);
    scope.credentials().into_iter().find(hopeless).filter(|_| strict)
}

fn refused(credential: &str, wallet: &str) -> String {
    format!(
        "no issuer of the credential {credential} has trust = {{ x5c_roots = ... }}, and the wallet {wallet} is \
         of profile haip: whatever it shows is refused (HAIP 1.0 section 6.1.1)"
    )
}
