//! `[tokens]` and `[clients.tokens]`: what tokens say and how long they live.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use super::fault::Faults;
use super::{duration, public_url, raw};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::token_policy::{TokenFormat, TokenPolicy, TokenSettings};

/// The algorithms that our tokens can be signed with.
const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Ed25519];

/// Checks the settings of all clients and those of single ones.
pub(super) fn check(
    given: &raw::Tokens,
    clients: &[raw::RawClient],
    public_url: Option<&Url>,
    faults: &mut Faults,
) -> Option<TokenPolicy> {
    let issuer = public_url::issuer(public_url?);
    let built_in = TokenSettings {
        audience: vec![issuer.clone()],
        format: TokenFormat::Jwt,
        algorithm: Algorithm::Es256,
        lifetime: Duration::from_secs(3_600),
        refresh_idle: Duration::from_secs(14 * 86_400),
        refresh_limit: Duration::from_secs(30 * 86_400),
        require_dpop: false,
        recheck_status: true,
        introspects: Vec::new(),
    };
    let checked = settings(given, &built_in, "tokens", faults);
    // With a fault in the common settings, those of the clients are still looked at.
    let default = checked.as_ref().unwrap_or(&built_in);
    let mut of_clients = BTreeMap::new();
    for (index, client) in clients.iter().enumerate() {
        if let (Some(id), Some(given)) = (&client.client_id, &client.tokens) {
            let settings = settings(given, default, &format!("clients[{index}].tokens"), faults);
            of_clients.extend(settings.map(|settings| (id.clone(), settings)));
        }
    }
    if given.introspects.is_some() {
        faults.add("tokens.introspects", "is for single clients: write it into [clients.tokens]");
    }
    let policy = TokenPolicy { issuer, default: checked?, of_clients };
    let anywhere = |resource: &String| policy.every().any(|it| it.audience.contains(resource));
    for (index, client) in clients.iter().enumerate() {
        let asked = client.tokens.iter().flat_map(|given| given.introspects.iter().flatten());
        for (place, _) in asked.enumerate().filter(|(_, resource)| !anywhere(resource)) {
            let at = format!("clients[{index}].tokens.introspects[{place}]");
            faults.add(at, "no token is for this resource: it is no audience of any client");
        }
    }
    Some(policy)
}

/// What is left out is as in `otherwise`.
fn settings(
    given: &raw::Tokens,
    otherwise: &TokenSettings,
    at: &str,
    faults: &mut Faults,
) -> Option<TokenSettings> {
    let at = |key: &str| format!("{at}.{key}");
    let mut lifetime = |key: &str, given: &Option<String>, otherwise: Duration| match given {
        Some(text) => faults.keep(&at(key), duration::parse(text)),
        None => Some(otherwise),
    };
    // What is left out makes room for what is given.
    let access = lifetime("lifetime", &given.lifetime, otherwise.lifetime);
    let roomy = otherwise.refresh_idle.max(access.unwrap_or_default());
    let idle = lifetime("refresh_idle", &given.refresh_idle, roomy);
    let roomy = otherwise.refresh_limit.max(idle.unwrap_or_default());
    let limit = lifetime("refresh_limit", &given.refresh_limit, roomy);
    if let (Some(access), Some(idle), Some(limit)) = (access, idle, limit) {
        if idle < access {
            faults.add(at("refresh_idle"), "must not be shorter than the lifetime of access tokens");
        }
        if limit < idle {
            faults.add(at("refresh_limit"), "must not be shorter than refresh_idle");
        }
    }
    let format = match given.format.as_deref() {
        None => Some(otherwise.format),
        Some("jwt") => Some(TokenFormat::Jwt),
        Some("opaque") => Some(TokenFormat::Opaque),
        Some(_) => faults.keep(&at("format"), Err("must be \"jwt\" or \"opaque\"")),
    };
    let algorithm = match given.signing_alg.as_deref() {
        None => Some(otherwise.algorithm),
        Some(name) => faults.keep(
            &at("signing_alg"),
            Algorithm::from_name(name)
                .filter(|algorithm| ALGORITHMS.contains(algorithm))
                .ok_or("must be ES256, PS256, RS256, EdDSA or Ed25519"),
        ),
    };
    let audience = match &given.audience {
        None => otherwise.audience.clone(),
        Some(given) => audience(given, &at("audience"), faults),
    };
    Some(TokenSettings {
        audience,
        format: format?,
        algorithm: algorithm?,
        lifetime: access?,
        refresh_idle: idle?,
        refresh_limit: limit?,
        require_dpop: given.require_dpop.unwrap_or(otherwise.require_dpop),
        introspects: given.introspects.clone().unwrap_or_else(|| otherwise.introspects.clone()),
        recheck_status: given.recheck_status.unwrap_or(otherwise.recheck_status),
    })
}

fn audience(given: &raw::StringOrList, at: &str, faults: &mut Faults) -> Vec<String> {
    let resources: Vec<String> = match given {
        raw::StringOrList::One(resource) => vec![resource.clone()],
        raw::StringOrList::More(resources) => resources.clone(),
    };
    if resources.is_empty() || resources.iter().any(String::is_empty) {
        faults.add(at, "must not be empty");
    }
    let mut seen = std::collections::BTreeSet::new();
    if !resources.iter().all(|resource| seen.insert(resource)) {
        faults.add(at, "names a resource twice");
    }
    resources
}
