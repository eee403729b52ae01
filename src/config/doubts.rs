//! What starts, and cannot be meant: warnings for `check-config`.

use vpgate_core::admission::ScopePolicy;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::trust::{CredentialTrust, KeySource, TrustPolicy};

/// Longest name that reads as one.
const READABLE: usize = 40;

/// One sentence for each.
pub(super) fn of(trust: &TrustPolicy, scopes: &ScopePolicy) -> Vec<String> {
    let mut doubts = shared_roots(trust);
    for scope in scopes.iter().filter(|scope| scope.description.is_none() && !is_readable(&scope.name)) {
        let name = &scope.name;
        doubts.push(format!(
            "the scope {name} has no description: people who are asked for it read this name; give it words"
        ));
    }
    doubts
}

/// Two issuers that believe one root: everybody whom it certifies speaks for both (REQ-5.12).
fn shared_roots(trust: &TrustPolicy) -> Vec<String> {
    let pinned: Vec<_> = trust.credentials.iter().filter_map(|one| Some((one, unnamed(one)?))).collect();
    let mut doubts: Vec<String> = Vec::new();
    for (place, (one, roots)) in pinned.iter().enumerate() {
        for (other, others) in pinned.iter().skip(place + 1) {
            if one.issuer == other.issuer || !roots.share_one_with(others) {
                continue;
            }
            let doubt = format!(
                "{} and {} share a root in x5c_roots, and x5c_names does not tell them apart: whoever it certifies speaks for both",
                one.issuer, other.issuer
            );
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
    }
    doubts
}

/// Its roots, where they vouch for everybody.
fn unnamed(trust: &CredentialTrust) -> Option<&Roots> {
    match &trust.keys {
        KeySource::X5c(roots) if !roots.ask_for_names() => Some(roots),
        _ => None,
    }
}

/// A short word or two, and no address.
fn is_readable(name: &str) -> bool {
    name.len() <= READABLE && !name.contains(':') && !name.contains('/')
}
