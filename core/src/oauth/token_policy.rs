//! What tokens say and how long they live: for all clients, and for single ones.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::jose::alg::Algorithm;

/// Who issues, and what for whom.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// `iss`: our issuer identifier.
    pub issuer: String,
    /// For clients that have no settings of their own.
    pub default: TokenSettings,
    /// The settings of clients that have their own, by `client_id`.
    pub of_clients: BTreeMap<String, TokenSettings>,
}

/// `[tokens]`, or `[clients.tokens]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// The resources that tokens may be for; the first one when none is asked for. Never empty.
    pub audience: Vec<String>,
    /// What an access token is.
    pub format: TokenFormat,
    /// What access tokens are signed with.
    pub algorithm: Algorithm,
    /// What ID tokens are signed with.
    pub id_token_algorithm: Algorithm,
    /// The longest life of an access token.
    pub lifetime: Duration,
    /// A refresh token that is not used for so long is dead.
    pub refresh_idle: Duration,
    /// So long after the presentation was verified no refresh token works any more.
    pub refresh_limit: Duration,
    /// Refresh tokens are exchanged for the next one at every use. Without it, those stay that are bound to the key
    /// of a confidential client (FAPI 2.0 Security Profile section 5.3.2.1).
    pub rotate_refresh_tokens: bool,
    /// Tokens only for clients that prove a key (RFC 9449).
    pub require_dpop: bool,
    /// The status of the credential is looked up again at refresh and at introspection.
    pub recheck_status: bool,
    /// The resources for which this client may ask what tokens mean (RFC 7662).
    pub introspects: Vec<String>,
}

/// What an access token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// A signed JWT (RFC 9068) that a resource reads by itself.
    Jwt,
    /// A random value; a resource asks us what it means (RFC 7662).
    Opaque,
}

impl TokenPolicy {
    /// What holds for the client with this identifier.
    pub fn of(&self, client_id: &str) -> &TokenSettings {
        self.of_clients.get(client_id).unwrap_or(&self.default)
    }

    /// The longest life of anything that we sign.
    pub fn longest_lifetime(&self) -> Duration {
        self.every().map(|settings| settings.lifetime).max().unwrap_or_default()
    }

    /// The algorithms that access tokens are signed with, each once.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        once_each(self.every().map(|settings| settings.algorithm))
    }

    /// The algorithms that ID tokens of these clients are signed with, each once, and RS256 in any case: every
    /// client must find it (OpenID Connect Discovery section 3).
    pub fn id_token_algorithms<'c>(&self, clients: impl Iterator<Item = &'c str>) -> Vec<Algorithm> {
        let in_use = clients.map(|client_id| self.of(client_id).id_token_algorithm);
        once_each(std::iter::once(Algorithm::Rs256).chain(in_use))
    }

    /// The settings in force, those of all clients first.
    pub fn every(&self) -> impl Iterator<Item = &TokenSettings> {
        std::iter::once(&self.default).chain(self.of_clients.values())
    }
}

fn once_each(algorithms: impl Iterator<Item = Algorithm>) -> Vec<Algorithm> {
    let mut each = Vec::new();
    for algorithm in algorithms {
        if !each.contains(&algorithm) {
            each.push(algorithm);
        }
    }
    each
}
