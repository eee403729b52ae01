//! `[[clients]]`: who may ask.

use std::path::Path;
use std::sync::Arc;

use super::address::{Addresses, redirect_uri};
use super::askable::Askable;
use super::device::{self, ClientScopes};
use super::fault::Faults;
use super::high_assurance::HighAssurance;
use super::raw;
use super::secrets;
use super::token_claims::{self, Proofspace};
use super::trust;
use vpgate_core::admission::ScopePolicy;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::TokenClaims;
use vpgate_core::oauth::client::{Authentication, Client, ClientKeys, Clients, CodeRules, Grant};
use vpgate_core::oauth::device_settings::DeviceSettings;
use vpgate_core::oauth::entitlement::OPENID;

/// What clients may refer to. Names rather than checked values, so that a wallet or scope with a fault
/// of its own is not called unknown too.
pub(super) struct ClientReferences<'a> {
    pub wallets: &'a [String],
    pub scopes: &'a [String],
    pub policy: &'a ScopePolicy,
    pub high_assurance: &'a HighAssurance,
    /// `[device]`
    pub device: &'a device::Common,
    pub askable: &'a Askable,
    pub proofspace: &'a Proofspace,
    /// Which addresses are permitted.
    pub addresses: Addresses,
    /// Where relative paths begin.
    pub folder: &'a Path,
}

/// Checks every client.
pub(super) fn check(
    clients: Vec<raw::RawClient>,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> Clients {
    let paged: Vec<String> = clients.iter().flat_map(|it| it.device_pages_for.iter().cloned()).collect();
    let mut ids: Vec<String> = Vec::new();
    let mut checked = Vec::new();
    for (index, client) in clients.into_iter().enumerate() {
        let at = |key: &str| format!("clients[{index}].{key}");
        let id = faults.need(&at("client_id"), client.client_id.clone(), "the client's identifier");
        if let Some(id) = &id {
            if id.is_empty() || id.len() > 256 || !id.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
                faults.add(at("client_id"), "must be 1 to 256 printable ASCII characters");
            }
            if ids.contains(id) {
                faults.add(at("client_id"), "is the identifier of another client");
            }
            ids.push(id.clone());
        }
        let authentication = authentication(&client, &at, known, faults);
        let grants = grants(&client.grants, &at("grants"), faults);
        if known.device.require_client_authentication
            && authentication == Some(Authentication::None)
            && grants.contains(&Grant::DeviceCode)
        {
            faults.add(
                at("authentication"),
                "must not be \"none\" for a device client while device.require_client_authentication is true",
            );
        }
        let before = faults.iter().count();
        let scopes = scopes(&client.scopes, &at("scopes"), known, faults);
        let asked = scopes.clone().without(OPENID);
        let token_claims = token_claims(&client, &asked, index, known, faults);
        if faults.iter().count() == before {
            askable_together(&asked, &token_claims, &at("scopes"), known, faults);
        }
        let mut redirect_uris = Vec::new();
        for (place, uri) in client.redirect_uris.iter().enumerate() {
            redirect_uris
                .extend(faults.keep(&format!("{}[{place}]", at("redirect_uris")), redirect_uri(uri)));
        }
        let device = device(client.device.as_ref(), &grants, &scopes, index, known, faults);
        let confidential = authentication.as_ref().is_some_and(|it| *it != Authentication::None);
        if !client.device_pages_for.is_empty() && authentication.is_some() && !confidential {
            faults.add(at("device_pages_for"), "is for clients with a secret");
        }
        if matches!(authentication, Some(Authentication::PrivateKeyJwt(_)))
            && (!client.device_pages_for.is_empty() || client.cross_device)
        {
            faults.add(
                at("authentication"),
                "must be client_secret_basic or client_secret_post: device_pages_for and cross_device are for the REST API, which takes HTTP Basic only",
            );
        }
        let code = code_rules(&client, authentication.as_ref(), &grants, &at, faults);
        let origins = origins(&client.origins, &at("origins"), authentication.as_ref(), known, faults);
        let wallet = wallet(client.wallet, &at("wallet"), known.wallets, faults);
        if let (Some(id), Some(authentication), Some(wallet)) = (id, authentication, wallet) {
            // Only a client with a secret, its own or that of who has pages for it, can name another wallet.
            if authentication == Authentication::None && !paged.contains(&id) {
                known.high_assurance.check(&wallet, &client.scopes, known.policy, &at("scopes"), faults);
            }
            let name = client.name.unwrap_or_else(|| id.clone());
            let cross_device = client.cross_device;
            checked.push(Client {
                id,
                name,
                authentication,
                grants,
                scopes,
                redirect_uris,
                origins,
                wallet,
                device,
                device_pages_for: client.device_pages_for,
                token_claims,
                code,
                cross_device,
            });
        }
    }
    pages(&checked, &ids, faults);
    Clients::new(checked)
}

/// The table `device` of a client.
fn device(
    given: Option<&raw::Device>,
    grants: &[Grant],
    scopes: &Scopes,
    index: usize,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> DeviceSettings {
    let Some(given) = given else { return known.device.settings.clone() };
    let at = |key: &str| format!("clients[{index}].device.{key}");
    if !grants.contains(&Grant::DeviceCode) {
        faults.add(format!("clients[{index}].device"), "is for clients with the grant device_code");
    }
    let scopes = ClientScopes { scopes, policy: known.policy };
    device::of_client(given, known.device, &scopes, &at, known.addresses, faults)
}

/// Whether those for whose devices somebody has pages exist, and have devices.
fn pages(checked: &[Client], ids: &[String], faults: &mut Faults) {
    for client in checked {
        let index = ids.iter().position(|id| *id == client.id).unwrap_or_default();
        for (place, id) in client.device_pages_for.iter().enumerate() {
            let at = format!("clients[{index}].device_pages_for[{place}]");
            let named = checked.iter().find(|other| other.id == *id);
            if !ids.contains(id) {
                faults.add(at, "no client with this identifier is configured");
            } else if named.is_some_and(|named| !named.grants.contains(&Grant::DeviceCode)) {
                faults.add(at, "this client does not have the grant device_code");
            }
        }
    }
}

fn authentication(
    client: &raw::RawClient,
    at: &impl Fn(&str) -> String,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> Option<Authentication> {
    let method = faults.need(&at("authentication"), client.authentication.as_deref(), METHODS)?;
    let secrets = [
        ("secret_hash", &client.secret_hash),
        ("secret_file", &client.secret_file),
        ("secret_env", &client.secret_env),
        ("previous_secret_hash", &client.previous_secret_hash),
    ];
    let keys = [("jwks_uri", &client.jwks_uri), ("jwks_file", &client.jwks_file)];
    let mut none_of = |needless: &[(&str, &Option<String>)], what: &str| {
        for (key, _) in needless.iter().filter(|(_, value)| value.is_some()) {
            faults.add(at(key), format!("a client with authentication = \"{method}\" has no {what}"));
        }
    };
    match method {
        "none" => {
            none_of(&secrets, "secret");
            none_of(&keys, "keys");
            Some(Authentication::None)
        }
        "client_secret_basic" | "client_secret_post" => {
            none_of(&keys, "keys");
            let wrap = match method {
                "client_secret_basic" => Authentication::ClientSecretBasic,
                _ => Authentication::ClientSecretPost,
            };
            secrets::digests(client, at, known.folder, faults).map(wrap)
        }
        "private_key_jwt" => {
            none_of(&secrets, "secret");
            keys_of(client, at, known, faults).map(Authentication::PrivateKeyJwt)
        }
        _ => {
            faults.add(at("authentication"), format!("must be {METHODS}"));
            None
        }
    }
}

const METHODS: &str = "none, client_secret_basic, client_secret_post or private_key_jwt";

fn keys_of(
    client: &raw::RawClient,
    at: &impl Fn(&str) -> String,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> Option<ClientKeys> {
    match (&client.jwks_uri, &client.jwks_file) {
        (Some(uri), None) => faults.keep(&at("jwks_uri"), known.addresses.web(uri)).map(ClientKeys::JwksUri),
        (None, Some(path)) => {
            let keys = trust::jwks_file(&known.folder.join(path));
            faults.keep(&at("jwks_file"), keys).map(|keys| ClientKeys::Jwks(Arc::new(keys)))
        }
        (None, None) => {
            faults.add(at("jwks_uri"), "is missing: one of jwks_uri, jwks_file");
            None
        }
        (Some(_), Some(_)) => {
            faults.add(at("jwks_uri"), "only one of jwks_uri, jwks_file may be given");
            None
        }
    }
}

/// What only clients of the code grant may say, and what they must.
fn code_rules(
    client: &raw::RawClient,
    authentication: Option<&Authentication>,
    grants: &[Grant],
    at: &impl Fn(&str) -> String,
    faults: &mut Faults,
) -> CodeRules {
    let (pushed, lax) = ("require_pushed_authorization_requests", "danger_allow_missing_pkce");
    let rules = CodeRules {
        pushed_only: client.require_pushed_authorization_requests,
        pkce_optional: client.danger_allow_missing_pkce,
    };
    if grants.contains(&Grant::AuthorizationCode) {
        if client.redirect_uris.is_empty() {
            faults.add(
                at("redirect_uris"),
                "is missing: a client of the authorization_code grant needs a place to return to",
            );
        }
        if rules.pkce_optional && authentication == Some(&Authentication::None) {
            faults.add(at(lax), "must not be true for a client with authentication = \"none\"");
        }
    } else {
        for (key, _) in [(pushed, rules.pushed_only), (lax, rules.pkce_optional)].iter().filter(|it| it.1) {
            faults.add(at(key), "belongs to the grant authorization_code, which this client does not have");
        }
    }
    rules
}

fn grants(given: &[String], at: &str, faults: &mut Faults) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (place, name) in given.iter().enumerate() {
        let grant = match name.as_str() {
            "device_code" => Some(Grant::DeviceCode),
            "authorization_code" => Some(Grant::AuthorizationCode),
            "refresh_token" => Some(Grant::RefreshToken),
            _ => None,
        };
        match grant {
            Some(grant) if !grants.contains(&grant) => grants.push(grant),
            Some(_) => faults.add(format!("{at}[{place}]"), "is there twice"),
            None => faults.add(
                format!("{at}[{place}]"),
                "is not a known grant: device_code, authorization_code, refresh_token",
            ),
        }
    }
    grants
}

fn scopes(given: &[String], at: &str, known: &ClientReferences<'_>, faults: &mut Faults) -> Scopes {
    let mut scopes = Scopes::default();
    for (place, name) in given.iter().enumerate() {
        let at = format!("{at}[{place}]");
        if name != OPENID && !known.scopes.contains(name) {
            faults.add(&at, "no scope with this name is configured");
        } else if scopes.contains(name) {
            faults.add(&at, "is there twice");
        } else if let Some(more) = faults.keep(&at, scopes.clone().with(name)) {
            scopes = more;
        }
    }
    scopes
}

fn token_claims(
    client: &raw::RawClient,
    scopes: &Scopes,
    index: usize,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> TokenClaims {
    let ClientReferences { askable, policy, proofspace, .. } = *known;
    let compatibility = client.compatibility.as_deref();
    let known = token_claims::ClaimReferences { askable, policy, proofspace };
    token_claims::check(
        &client.token_claims,
        compatibility,
        scopes,
        &format!("clients[{index}]"),
        &known,
        faults,
    )
}

/// All scopes may be asked for together, and must make one query then, with what tokens say of it.
fn askable_together(
    scopes: &Scopes,
    claims: &TokenClaims,
    at: &str,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) {
    let all_known = scopes.iter().all(|name| known.policy.named(name).is_some());
    if all_known && !scopes.is_empty() {
        faults.keep(at, known.policy.query_for(scopes, claims));
    }
}

/// Where the client's pages come from. One with a secret has none: a page keeps no secret.
fn origins(
    given: &[String],
    at: &str,
    authentication: Option<&Authentication>,
    known: &ClientReferences<'_>,
    faults: &mut Faults,
) -> Vec<String> {
    if !given.is_empty() && authentication.is_some_and(|how| *how != Authentication::None) {
        faults
            .add(at, "only a client with authentication = \"none\" can run in a page: pages keep no secret");
    }
    let mut origins = Vec::new();
    for (place, text) in given.iter().enumerate() {
        let at = format!("{at}[{place}]");
        match faults.keep(&at, known.addresses.origin(text)) {
            Some(origin) if origins.contains(&origin) => faults.add(&at, "is there twice"),
            origin => origins.extend(origin),
        }
    }
    origins
}

fn wallet(given: Option<String>, at: &str, wallets: &[String], faults: &mut Faults) -> Option<String> {
    match (given, wallets) {
        (Some(name), wallets) => {
            if !wallets.contains(&name) {
                faults.add(at, "no wallet with this name is configured");
            }
            Some(name)
        }
        (None, [only]) => Some(only.clone()),
        // Said once, for the whole file.
        (None, []) => None,
        (None, _) => {
            faults.add(at, "is missing: several wallets are configured, so say which one this client uses");
            None
        }
    }
}
