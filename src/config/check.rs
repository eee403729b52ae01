//! From the file as written to a [`Config`]: each section by itself, then what holds between them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::address::Addresses;
use super::askable::Askable;
use super::clients::ClientReferences;
use super::fault::Faults;
use super::high_assurance::HighAssurance;
use super::token_claims::Proofspace;
use super::{
    Config, KeyStorage, Storage, Trust, authorization, clients, credentials, device, doubts, duration,
    proxies, public_url, raw, scopes, tokens, transaction_types, verification, wallets,
};
use vpgate_core::admission::{ScopeDefinition, ScopePolicy};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::oauth::attempts::DeviceLimits;
use vpgate_core::oauth::client::{Authentication, Client, ClientKeys, Clients};
use vpgate_core::oauth::user_code::{FLOOR_BITS, UserCodeFormats};
use vpgate_core::policy::{DevicePolicy, Policy, PresentationPolicy};
use vpgate_core::status_list::token::CacheBounds;
use vpgate_core::trust::status_policy::StatusCheck;
use vpgate_core::trust::{KeySource, TrustPolicy};

/// Everything is looked at, whatever was wrong before it.
pub(super) fn check(file: raw::File, folder: &Path, faults: &mut Faults) -> Option<Config> {
    let addresses = Addresses { allow_loopback: file.danger_allow_loopback };
    let public_url = faults
        .need("public_url", file.public_url, "the https address under which the world sees this server")
        .and_then(|text| faults.keep("public_url", public_url::check(&text, addresses)));
    let listen = file.listen.as_deref().unwrap_or("127.0.0.1:8080");
    let listen = faults.keep("listen", socket_address(listen));
    let operations_listen = operations(file.operations, listen, faults);
    let url = file.storage.url.as_deref().unwrap_or("sqlite:vpgate.db");
    let storage = faults.keep("storage.url", storage(url, folder));
    let keys = match (&storage, file.keys.directory) {
        (Some(Storage::Memory), None) => KeyStorage::Memory,
        (_, directory) => KeyStorage::Directory(folder.join(directory.as_deref().unwrap_or("keys"))),
    };
    let trusted_proxies = proxies::check(&file.http, faults);
    let common = device::common(&file.device, addresses, faults);
    let code = authorization::code(&file.authorization_code, faults);
    let assertions = authorization::assertions(&file.client_assertions, public_url.as_ref(), faults);
    let presentation = presentation(&file.presentation, faults);
    let cross_check = verification::cross_check(&file.verification, faults);
    let verification = verification::check(&file.verification, faults);
    let status_cache = status_cache(&file.status_lists, faults);

    let names = |names: Vec<Option<&String>>| names.into_iter().flatten().cloned().collect::<Vec<_>>();
    let wallet_names = names(file.wallets.iter().map(|wallet| wallet.name.as_ref()).collect());
    let credential_ids = names(file.credentials.iter().map(|credential| credential.id.as_ref()).collect());
    let scope_names = names(file.scopes.iter().map(scopes::asked_by).collect());
    let compatible = file.clients.iter().any(|client| client.compatibility.is_some());
    for (section, empty) in [
        ("wallets", file.wallets.is_empty()),
        ("credentials", file.credentials.is_empty()),
        ("scopes", file.scopes.is_empty()),
        ("clients", file.clients.is_empty()),
    ] {
        if empty {
            faults.add(section, format!("is missing: without one [[{section}]] nobody can do anything here"));
        }
    }
    let around = wallets::Around {
        addresses,
        public_url: public_url.as_ref(),
        credential_ids: &credential_ids,
        folder,
    };
    let high_assurance = HighAssurance::of(&file.wallets, &file.credentials);
    let wallets = wallets::check(file.wallets, around, faults);
    let askable = Askable::of(&file.credentials, faults);
    let trust = credentials::check(file.credentials, addresses, folder, faults);
    let transaction_types = transaction_types::check(file.transaction_data, folder, faults);
    let scopes = scopes::check(file.scopes, &askable, &trust, faults);
    let issuer = public_url.as_ref().map(public_url::issuer).unwrap_or_default();
    let proofspace = Proofspace::check(file.proofspace, compatible, &issuer, faults);
    let known = ClientReferences {
        askable: &askable,
        proofspace: &proofspace,
        wallets: &wallet_names,
        scopes: &scope_names,
        policy: &scopes,
        high_assurance: &high_assurance,
        device: &common,
        addresses,
        folder,
    };
    let tokens = tokens::check(&file.tokens, &file.clients, public_url.as_ref(), faults);
    let clients = clients::check(file.clients, &known, faults);
    let device = device(&common, &clients);
    let mut warnings =
        warnings(&clients, &trust, file.danger_allow_loopback, storage == Some(Storage::Memory));
    if common.floor_bits < FLOOR_BITS {
        let bits = common.floor_bits;
        warnings.push(format!("danger_user_code_floor_bits is on: user codes may be as weak as {bits} bits"));
    }
    warnings.extend(proxies::warning(public_url.as_ref(), &trusted_proxies));
    warnings.extend(doubts::of(&trust, &scopes));
    let mut notes = notes(&clients, &scopes);
    notes.extend(high_assurance.notes(&clients, &scopes));
    Some(Config {
        public_url: public_url?,
        listen: listen?,
        operations_listen,
        storage: storage?,
        keys,
        trusted_proxies,
        allow_loopback: file.danger_allow_loopback,
        cross_check: cross_check?,
        status_cache: status_cache?.with_clock_tolerance(verification?.clock_tolerance),
        request_keys: wallets.request_keys,
        wallet_secrets: wallets.client_secrets,
        policy: Policy {
            clients,
            scopes,
            trust,
            transaction_types,
            wallets: wallets.routes,
            device,
            code: code?,
            assertions: assertions?,
            presentation: presentation?,
            verification: verification?,
            tokens: tokens?,
        },
        warnings,
        notes,
    })
}

/// `[operations]`
fn operations(
    section: raw::Operations,
    public: Option<SocketAddr>,
    faults: &mut Faults,
) -> Option<SocketAddr> {
    let address = faults.keep("operations.listen", socket_address(&section.listen?))?;
    if Some(address) == public && address.port() != 0 {
        faults.add("operations.listen", "must not be the address of `listen`; leave it out to answer there");
    }
    Some(address)
}

/// `[[credentials]]`, `[[transaction_data]]` and `[verification]` alone.
pub(super) fn trust(file: raw::File, folder: &Path, faults: &mut Faults) -> Trust {
    let addresses = Addresses { allow_loopback: file.danger_allow_loopback };
    if file.credentials.is_empty() {
        faults.add("credentials", "is missing: without one [[credentials]] nobody is believed");
    }
    let verification = verification::check(&file.verification, faults).unwrap_or_default();
    Trust {
        verification,
        issuers: credentials::check(file.credentials, addresses, folder, faults),
        transaction_types: transaction_types::check(file.transaction_data, folder, faults),
    }
}

fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an IP address and a port, for example \"127.0.0.1:8080\"")
}

fn storage(url: &str, folder: &Path) -> Result<Storage, &'static str> {
    match url.split_once(':') {
        Some(("sqlite", ":memory:")) => Ok(Storage::Memory),
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') || path.contains('?') {
                return Err("must be sqlite:FILE, without parameters");
            }
            Ok(Storage::Sqlite(folder.join(path)))
        }
        Some(("postgres" | "postgresql", _)) => Err("postgres is not offered yet; offered: sqlite:FILE"),
        _ => Err("must be sqlite:FILE, for example \"sqlite:vpgate.db\""),
    }
}

/// `[device]` and the clients together: every format in use, and the longest life of any code.
fn device(common: &device::Common, clients: &Clients) -> DevicePolicy {
    let all = || clients.iter().map(|client| &client.device);
    let longest = all().map(|settings| settings.code_lifetime).max();
    let window = longest.unwrap_or_default().max(common.limits.window);
    DevicePolicy {
        user_codes: UserCodeFormats::new(all().map(|settings| &settings.user_code)),
        require_client_authentication: common.require_client_authentication,
        limits: DeviceLimits { window, ..common.limits },
    }
}

fn presentation(given: &raw::RawPresentation, faults: &mut Faults) -> Option<PresentationPolicy> {
    // 300 s and 5 tries: REQ-1.14 and REQ-2.8.
    let whole = lifetime("presentation.lifetime", given.lifetime.as_deref(), "300s", faults);
    let crossing = lifetime(
        "presentation.cross_device_lifetime",
        given.cross_device_lifetime.as_deref(),
        "120s",
        faults,
    );
    let tries = u32::try_from(given.tries.unwrap_or(5)).ok().filter(|tries| (1..=100).contains(tries));
    let tries = faults.keep("presentation.tries", tries.ok_or("must be a number from 1 to 100"));
    let open = given.open_per_client.unwrap_or(i64::from(PresentationPolicy::OPEN_PER_CLIENT));
    let open = u32::try_from(open).ok().filter(|open| (1..=1_000_000).contains(open));
    let open = faults.keep("presentation.open_per_client", open.ok_or("must be a number from 1 to 1000000"));
    Some(PresentationPolicy {
        lifetime: whole?,
        cross_device_lifetime: crossing?,
        tries: tries?,
        open_per_client: open?,
    })
}

fn status_cache(given: &raw::RawStatusLists, faults: &mut Faults) -> Option<CacheBounds> {
    let least = lifetime("status_lists.cache_at_least", given.cache_at_least.as_deref(), "60s", faults);
    let most = lifetime("status_lists.cache_at_most", given.cache_at_most.as_deref(), "12h", faults);
    let oldest = given.oldest.as_deref().map(duration::parse).transpose();
    let oldest = faults.keep("status_lists.oldest", oldest);
    let bounds =
        CacheBounds::new(least?, most?).ok_or("must not be shorter than status_lists.cache_at_least");
    Some(faults.keep("status_lists.cache_at_most", bounds)?.no_older_than(oldest?))
}

fn lifetime(at: &str, given: Option<&str>, default: &str, faults: &mut Faults) -> Option<Duration> {
    faults.keep(at, duration::parse(given.unwrap_or(default)))
}

/// For which credentials the subject of tokens does not stay the same (REQ-5.21).
fn notes(clients: &Clients, scopes: &ScopePolicy) -> Vec<String> {
    let with_tokens = clients.iter().filter(|client| !client.grants.is_empty());
    let granted: Vec<&str> = with_tokens.flat_map(|client| client.scopes.iter()).collect();
    let asked: Vec<&str> = scopes
        .iter()
        .filter(|scope| granted.contains(&scope.name.as_str()))
        .flat_map(ScopeDefinition::credentials)
        .collect();
    let keyed = scopes
        .credentials()
        .iter()
        .filter(|it| it.stable_identifier.is_none() && asked.contains(&it.id.as_str()));
    let note = |id: &str| {
        format!(
            "{id} has no stable_identifier: `sub` of tokens is made of the holder key, and changes with it"
        )
    };
    keyed.map(|it| note(&it.id)).chain(without_api(clients)).collect()
}

/// Which clients cannot use the REST API.
fn without_api(clients: &Clients) -> impl Iterator<Item = String> {
    let by_keys = |client: &&Client| matches!(client.authentication, Authentication::PrivateKeyJwt(_));
    clients.iter().filter(by_keys).map(|client| {
        format!(
            "{} has authentication = \"private_key_jwt\": it cannot use the REST API (/v1), which takes HTTP Basic only",
            client.id
        )
    })
}

/// What weakens safety.
fn warnings(clients: &Clients, trust: &TrustPolicy, allow_loopback: bool, forgets: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if forgets {
        warnings.push("storage is in memory: everything is forgotten when the process ends".to_owned());
    }
    if allow_loopback {
        warnings.push(
            "danger_allow_loopback is on: plain http and loopback addresses are accepted; not for production"
                .to_owned(),
        );
    }
    for credential in trust.credentials.iter().filter(|it| it.status.check == StatusCheck::Ignored) {
        let id = &credential.id;
        warnings.push(format!("danger_ignore_status is on for {id}: revoked credentials are accepted"));
    }
    warnings.extend(unusable_keys(clients, trust));
    warnings.extend(unreadable_labels(trust));
    for client in clients.iter().filter(|client| client.code.pkce_optional) {
        let id = &client.id;
        warnings.push(format!("danger_allow_missing_pkce is on for {id}: a stolen code may be of use"));
    }
    warnings
}

/// Keys of configured JWKS that were left out because they are malformed: somebody thinks that they count.
fn unusable_keys(clients: &Clients, trust: &TrustPolicy) -> Vec<String> {
    let of_issuers = trust.credentials.iter().filter_map(|it| match &it.keys {
        KeySource::Jwks(keys) => Some((format!("the JWKS of {}", it.issuer), keys)),
        _ => None,
    });
    let of_clients = clients.iter().filter_map(|client| match &client.authentication {
        Authentication::PrivateKeyJwt(ClientKeys::Jwks(keys)) => {
            Some((format!("the JWKS of the client {}", client.id), keys))
        }
        _ => None,
    });
    let said = |(whose, keys): (String, &Arc<KeySet>)| {
        keys.mistakes().map(|why| format!("{whose} holds keys that are left out: {why}"))
    };
    let mut said: Vec<String> = of_issuers.chain(of_clients).filter_map(said).collect();
    said.dedup();
    said
}

/// What type metadata say to people, and not as SD-JWT VC section 5.6 says.
fn unreadable_labels(trust: &TrustPolicy) -> Vec<String> {
    let rules = trust.credentials.iter().filter_map(|it| it.rules.sd_jwt_vc());
    let metadata = rules.flat_map(|rules| rules.type_metadata.iter());
    let mut said: Vec<String> = metadata
        .flat_map(|it| it.notes().iter().map(|note| format!("the type metadata of {}: {note}", it.vct())))
        .collect();
    said.dedup();
    said
}
