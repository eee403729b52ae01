//! What registrations may refer to. Names as they are written, so that an entry with a fault of its own is not
//! called unknown too.

use super::Registrations;
use super::fault::Pointer;

/// The names of everything that is registered.
pub(super) struct Names<'g> {
    pub wallets: Vec<&'g str>,
    /// Wallets of profile `haip`.
    pub high_assurance_wallets: Vec<&'g str>,
    pub credentials: Vec<&'g str>,
    /// Credentials with an issuer that is known by certificates.
    pub certified_credentials: Vec<&'g str>,
    /// By the name that clients ask for.
    pub scopes: Vec<&'g str>,
    pub clients: Vec<&'g str>,
    /// Clients for whose devices another client has pages.
    pub clients_with_pages: Vec<&'g str>,
    /// Some client has the claims of `compatibility = "proofspace"`.
    pub has_proofspace: bool,
}

impl<'g> Names<'g> {
    pub(super) fn of(given: &'g Registrations) -> Self {
        let Registrations { wallets, credentials, scopes, clients, .. } = given;
        let strict = wallets.iter().filter(|it| it.profile.as_deref() == Some("haip"));
        let certified = credentials
            .iter()
            .filter(|it| it.trust.0.iter().any(|it| it.x5c_roots.is_some() || it.iaca_roots.is_some()));
        Self {
            wallets: wallets.iter().filter_map(|it| it.name.as_deref()).collect(),
            high_assurance_wallets: strict.filter_map(|it| it.name.as_deref()).collect(),
            credentials: credentials.iter().filter_map(|it| it.id.as_deref()).collect(),
            certified_credentials: certified.filter_map(|it| it.id.as_deref()).collect(),
            scopes: scopes.iter().filter_map(|it| it.asked_by()).collect(),
            clients: clients.iter().filter_map(|it| it.client_id.as_deref()).collect(),
            clients_with_pages: clients
                .iter()
                .flat_map(|it| &it.device_pages_for)
                .map(String::as_str)
                .collect(),
            has_proofspace: clients.iter().any(|it| it.compatibility.is_some()),
        }
    }
}

/// The longest text that stands in one line on a phone, in characters.
const LONGEST_LINE: usize = 60;

/// Checks a text that people read in one line.
pub(super) fn line(key: &str, given: Option<&str>, at: &Pointer<'_>) {
    let fits = |text: &str| {
        !text.trim().is_empty() && text.chars().count() <= LONGEST_LINE && !text.chars().any(char::is_control)
    };
    if given.is_some_and(|text| !fits(text)) {
        at.add(key, format!("must have 1 to {LONGEST_LINE} characters in one line"));
    }
}
