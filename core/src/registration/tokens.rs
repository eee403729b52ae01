//! What tokens say and how long they live: for all clients, and for single ones.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Pointer;
use super::lifetime;
use crate::jose::alg::Algorithm;
use crate::oauth::token_policy::{TokenFormat, TokenPolicy, TokenSettings};

/// The algorithms that our tokens can be signed with.
const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Ed25519];

/// What tokens say and how long they live; of a client, over what holds for all of them.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct TokenRegistration {
    /// The longest life of an access token. None outlives the credential behind it.
    pub lifetime: Option<String>,
    /// A refresh token that is not used for so long is dead.
    pub refresh_idle: Option<String>,
    /// So long after the presentation was verified no refresh token works: the person must show it again.
    pub refresh_limit: Option<String>,
    /// The resources that tokens can be for; the first when a client names none. `public_url` when left out.
    pub audience: Option<StringOrList>,
    /// `jwt`, or `opaque`: a random value that means something only to `/introspect`.
    pub format: Option<String>,
    /// What access tokens are signed with: ES256, PS256, RS256, EdDSA, or Ed25519.
    pub signing_alg: Option<String>,
    /// What ID tokens are signed with; of the same algorithms. Clients that are told nothing expect RS256.
    pub id_token_signing_alg: Option<String>,
    /// Whether every use of a refresh token gives the next one. `false` keeps those that are bound to the key of a
    /// client that authenticates (FAPI 2.0); all others are exchanged in any case.
    pub rotate_refresh_tokens: Option<bool>,
    /// Tokens only for clients that prove a key (DPoP, RFC 9449).
    pub require_dpop: Option<bool>,
    /// Look the credential's status up again at refresh and introspection.
    pub recheck_status: Option<bool>,
    /// The resources for which this client is told what tokens mean (`/introspect`).
    pub introspects: Option<Vec<String>>,
}

/// `"a"` or `["a", "b"]`
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
#[expect(missing_docs, reason = "the names say it")]
pub enum StringOrList {
    One(String),
    More(Vec<String>),
}

impl TokenRegistration {
    /// What holds where nothing else is said.
    pub fn standard() -> Self {
        Self {
            lifetime: Some("1h".to_owned()),
            refresh_idle: Some("14d".to_owned()),
            refresh_limit: Some("30d".to_owned()),
            format: Some("jwt".to_owned()),
            signing_alg: Some("ES256".to_owned()),
            id_token_signing_alg: Some("RS256".to_owned()),
            rotate_refresh_tokens: Some(true),
            require_dpop: Some(false),
            recheck_status: Some(true),
            audience: None,
            introspects: None,
        }
    }
}

/// Checks the settings of all clients and those of single ones, which stand here by their identifiers.
pub(super) fn check(
    given: &TokenRegistration,
    clients: &[(Option<&str>, Option<TokenRegistration>)],
    issuer: Option<&str>,
    root: &Pointer<'_>,
) -> Option<TokenPolicy> {
    let issuer = issuer?.to_owned();
    let at = root.key("tokens");
    let built_in = TokenSettings {
        audience: vec![issuer.clone()],
        format: TokenFormat::Jwt,
        algorithm: Algorithm::Es256,
        id_token_algorithm: Algorithm::Rs256,
        lifetime: Duration::ZERO,
        refresh_idle: Duration::ZERO,
        refresh_limit: Duration::ZERO,
        rotate_refresh_tokens: true,
        require_dpop: false,
        recheck_status: true,
        introspects: Vec::new(),
    };
    let built_in = settings(&TokenRegistration::standard(), &built_in, &at)?;
    let checked = settings(given, &built_in, &at);
    // With a fault in the common settings, those of the clients are still looked at.
    let default = checked.as_ref().unwrap_or(&built_in);
    let mut of_clients = BTreeMap::new();
    for (at, (id, given)) in root.key("clients").each(clients) {
        if let (Some(id), Some(given)) = (id, given) {
            let settings = settings(given, default, &at.key("tokens"));
            of_clients.extend(settings.map(|settings| ((*id).to_owned(), settings)));
        }
    }
    if given.introspects.is_some() {
        at.add("introspects", "is for single clients: write it into [clients.tokens]");
    }
    let policy = TokenPolicy { issuer, default: checked?, of_clients };
    let anywhere = |resource: &String| policy.every().any(|it| it.audience.contains(resource));
    for (at, (_, given)) in root.key("clients").each(clients) {
        let asked = given.as_ref().and_then(|given| given.introspects.as_deref()).unwrap_or_default();
        for (at, _) in at.key("tokens.introspects").each(asked).filter(|(_, resource)| !anywhere(resource)) {
            at.blame("no token is for this resource: it is no audience of any client");
        }
    }
    Some(policy)
}

/// What is left out is as in `otherwise`.
fn settings(given: &TokenRegistration, otherwise: &TokenSettings, at: &Pointer<'_>) -> Option<TokenSettings> {
    let (access, idle, limit) = lifetimes(given, otherwise, at);
    let formats = [("jwt", TokenFormat::Jwt), ("opaque", TokenFormat::Opaque)];
    let format = match given.format.as_deref() {
        None => Some(otherwise.format),
        Some(word) => at.key("format").choice(word, &formats, "must be \"jwt\" or \"opaque\""),
    };
    let algorithms = ALGORITHMS.map(|algorithm| (algorithm.name(), algorithm));
    let algorithm = |key: &str, given: &Option<String>, otherwise: Algorithm| match given.as_deref() {
        None => Some(otherwise),
        Some(name) => at.key(key).choice(name, &algorithms, "must be ES256, PS256, RS256, EdDSA or Ed25519"),
    };
    let access_token = algorithm("signing_alg", &given.signing_alg, otherwise.algorithm);
    let id_token =
        algorithm("id_token_signing_alg", &given.id_token_signing_alg, otherwise.id_token_algorithm);
    let audience = match &given.audience {
        None => otherwise.audience.clone(),
        Some(given) => audience(given, &at.key("audience")),
    };
    Some(TokenSettings {
        audience,
        format: format?,
        algorithm: access_token?,
        id_token_algorithm: id_token?,
        lifetime: access?,
        refresh_idle: idle?,
        refresh_limit: limit?,
        rotate_refresh_tokens: given.rotate_refresh_tokens.unwrap_or(otherwise.rotate_refresh_tokens),
        require_dpop: given.require_dpop.unwrap_or(otherwise.require_dpop),
        introspects: given.introspects.clone().unwrap_or_else(|| otherwise.introspects.clone()),
        recheck_status: given.recheck_status.unwrap_or(otherwise.recheck_status),
    })
}

/// Of access tokens, of refresh tokens that nobody uses, and of refresh tokens at all. What is left out makes room
/// for what is given.
fn lifetimes(
    given: &TokenRegistration,
    otherwise: &TokenSettings,
    at: &Pointer<'_>,
) -> (Option<Duration>, Option<Duration>, Option<Duration>) {
    let lifetime = |key: &str, given: &Option<String>, otherwise: Duration| match given {
        Some(text) => at.key(key).keep(lifetime::parse(text)),
        None => Some(otherwise),
    };
    let access = lifetime("lifetime", &given.lifetime, otherwise.lifetime);
    let roomy = otherwise.refresh_idle.max(access.unwrap_or_default());
    let idle = lifetime("refresh_idle", &given.refresh_idle, roomy);
    let roomy = otherwise.refresh_limit.max(idle.unwrap_or_default());
    let limit = lifetime("refresh_limit", &given.refresh_limit, roomy);
    if let (Some(access), Some(idle), Some(limit)) = (access, idle, limit) {
        if idle < access {
            at.add("refresh_idle", "must not be shorter than the lifetime of access tokens");
        }
        if limit < idle {
            at.add("refresh_limit", "must not be shorter than refresh_idle");
        }
    }
    (access, idle, limit)
}

fn audience(given: &StringOrList, at: &Pointer<'_>) -> Vec<String> {
    let resources: Vec<String> = match given {
        StringOrList::One(resource) => vec![resource.clone()],
        StringOrList::More(resources) => resources.clone(),
    };
    if resources.is_empty() || resources.iter().any(String::is_empty) {
        at.blame("must not be empty");
    }
    let mut seen = BTreeSet::new();
    if !resources.iter().all(|resource| seen.insert(resource)) {
        at.blame("names a resource twice");
    }
    resources
}
