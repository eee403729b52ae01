//! The credentials that scopes, rules and token claims may name: by their ids, or by the names that other products
//! gave them.

use super::claims_path;
use super::credential::CredentialRegistration;
use super::fault::Pointer;
use crate::admission::AskableCredential;
use crate::openid4vp::dcql::{ClaimsPath, MAX_AUTHORITY_KEYS};
use crate::trust::TrustPolicy;

/// Every registered credential id once, also one whose entry has a fault elsewhere, so that it is not called unknown
/// too.
pub(super) struct Askable(Vec<NamedCredential>);

struct NamedCredential {
    aliases: Vec<String>,
    credential: AskableCredential,
}

impl NamedCredential {
    fn answers_to(&self, name: &str) -> bool {
        self.credential.id == name || self.aliases.iter().any(|alias| alias == name)
    }
}

impl Askable {
    /// Reads the names.
    pub(super) fn of(given: &[CredentialRegistration], all: &Pointer<'_>) -> Self {
        let mut askable = Self(Vec::new());
        for (at, given) in all.each(given) {
            if let Some(id) = &given.id {
                let identifier = stable_identifier(given, &at.key("stable_identifier"));
                acr(given, &at.key("acr"));
                askable.add(id, given, identifier, &at);
            }
        }
        for (at, given) in all.each(given) {
            for (at, alias) in at.key("aliases").each(&given.aliases) {
                let mut meant = askable.0.iter().filter(|it| it.answers_to(alias));
                if alias.is_empty() || meant.any(|it| Some(&it.credential.id) != given.id.as_ref()) {
                    at.blame("must not be empty or a name of another credential");
                }
            }
        }
        askable
    }

    /// Entries with one id are one question.
    fn add(
        &mut self,
        id: &str,
        given: &CredentialRegistration,
        stable_identifier: Option<ClaimsPath>,
        at: &Pointer<'_>,
    ) {
        let aliases = given.aliases.clone();
        match self.0.iter_mut().find(|other| other.credential.id == id) {
            Some(other) => {
                for (key, same) in [
                    ("stable_identifier", other.credential.stable_identifier == stable_identifier),
                    ("acr", other.credential.acr == given.acr),
                ] {
                    if !same {
                        at.add(key, "differs from that of the same id above: one id is one question");
                    }
                }
                other.aliases.extend(aliases);
            }
            None => {
                let credential = AskableCredential {
                    stable_identifier,
                    acr: given.acr.clone(),
                    retain: retain(given, &at.key("retain")),
                    ..AskableCredential::new(id, given.meta())
                };
                self.0.push(NamedCredential { aliases, credential });
            }
        }
    }

    /// By id or alias.
    pub(super) fn find(&self, name: &str) -> Option<&AskableCredential> {
        self.0.iter().find(|it| it.answers_to(name)).map(|it| &it.credential)
    }

    /// By the id or alias at this place, or the fault.
    pub(super) fn named(&self, name: &str, at: &Pointer<'_>) -> Option<&AskableCredential> {
        at.keep(self.find(name).ok_or("no credential with this id is configured"))
    }

    /// All of them, in the order of their registration. Wallets are told the authorities of those that `trust` knows
    /// by them alone (OpenID4VP 1.0 section 6.1.1).
    pub(super) fn credentials(&self, trust: &TrustPolicy) -> Vec<AskableCredential> {
        let told = |it: &NamedCredential| AskableCredential {
            authorities: trust.authorities(&it.credential.id, MAX_AUTHORITY_KEYS).unwrap_or_default(),
            ..it.credential.clone()
        };
        self.0.iter().map(told).collect()
    }
}

/// Requests name several, separated by spaces (OpenID Connect Core section 3.1.2.1, `acr_values`).
fn acr(given: &CredentialRegistration, at: &Pointer<'_>) {
    let legal = |acr: &str| !acr.is_empty() && acr.len() <= 256 && acr.bytes().all(|b| b.is_ascii_graphic());
    if !given.acr.as_deref().is_none_or(legal) {
        at.blame("must be 1 to 256 printable ASCII characters without spaces");
    }
}

/// Elements of an mdoc that are kept.
fn retain(given: &CredentialRegistration, all: &Pointer<'_>) -> Vec<ClaimsPath> {
    let meta = given.meta();
    let each = all.each(&given.retain).filter_map(|(at, one)| {
        let path = claims_path::read(one, &at)?;
        at.keep(meta.takes(&path)).map(|()| path)
    });
    each.collect()
}

fn stable_identifier(given: &CredentialRegistration, at: &Pointer<'_>) -> Option<ClaimsPath> {
    let path = claims_path::read(given.stable_identifier.as_ref()?, at);
    let path = path.filter(|path| at.keep(given.meta().takes(path)).is_some());
    if path.as_ref().is_some_and(ClaimsPath::is_over_all) {
        at.blame("must lead to one claim, not to all elements of an array");
    }
    path
}
