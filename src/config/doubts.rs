//! What starts, and weakens safety or cannot be meant: warnings at every start, and notes for `check-config`.

use std::sync::Arc;

use super::process::Process;
use super::{Storage, proxies};
use vpgate_core::admission::{ScopeDefinition, ScopePolicy};
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::x5c::Roots;
use vpgate_core::oauth::client::{Authentication, Client, ClientKeys, Clients, Grant};
use vpgate_core::oauth::user_code::FLOOR_BITS;
use vpgate_core::openid4vp::request::{MAX_SCANNED_BYTES, RequestMethod, WalletRoute};
use vpgate_core::policy::Policy;
use vpgate_core::registration::Registry;
use vpgate_core::trust::status_policy::StatusCheck;
use vpgate_core::trust::{CredentialTrust, KeySource, TrustPolicy};
use vpgate_core::webhook::WebhookEndpoint;

/// Longest name that reads as one.
const READABLE: usize = 40;

/// What the operator should read at every start.
pub(super) fn warnings(registered: &Registry, process: &Process, allow_loopback: bool) -> Vec<String> {
    let policy = &registered.policy;
    let mut warnings =
        dangers(&policy.clients, &policy.trust, allow_loopback, process.storage == Storage::Memory);
    if let Storage::Postgres(storage) = &process.storage
        && storage.is_readable_on_the_way()
    {
        warnings.push(
            "danger_without_tls is on: whoever is between us and the database reads and changes everything"
                .to_owned(),
        );
    }
    let bits = registered.user_code_floor;
    if bits < FLOOR_BITS {
        warnings.push(format!("danger_user_code_floor_bits is on: user codes may be as weak as {bits} bits"));
    }
    warnings.extend(proxies::warning(&registered.public_url, &process.trusted_proxies));
    warnings.extend(shared_roots(&policy.trust));
    warnings.extend(twins(&policy.trust));
    warnings.extend(open_to_others(process));
    warnings.extend(unreadable_names(&policy.scopes));
    warnings
}

/// What the operator should know when checking the file; nothing is wrong.
pub(super) fn notes(registered: &Registry) -> Vec<String> {
    let policy = &registered.policy;
    let mut notes = changing_subjects(&policy.clients, &policy.scopes);
    notes.extend(mixed_holders(&policy.clients, &policy.scopes));
    notes.extend(without_api(&policy.clients));
    notes.extend(misread_ids(&policy.clients));
    notes.extend(hardly_scanned(policy));
    notes.extend(registered.notes.iter().cloned());
    notes.extend(unreviewed(policy));
    notes
}

/// Languages that the pages speak by a catalogue that nobody has read who has spoken them from childhood.
fn unreviewed(policy: &Policy) -> Option<String> {
    let tags: Vec<&str> = policy.appearance.languages.unreviewed().collect();
    (!tags.is_empty()).then(|| {
        format!(
            "branding.languages: no native reader has read the texts of {}; read them, change them by branding.texts, or leave languages out",
            tags.join(", ")
        )
    })
}

/// The scopes that tokens are made for.
fn granted<'s>(clients: &Clients, scopes: &'s ScopePolicy) -> Vec<&'s ScopeDefinition> {
    let grants = |scope: &&ScopeDefinition| {
        clients.iter().any(|client| !client.grants.is_empty() && client.scopes.contains(&scope.name))
    };
    scopes.iter().filter(grants).collect()
}

/// Scopes for tokens that are about one person by several keys: wallets show each copy of an mdoc with a key of its own.
fn mixed_holders(clients: &Clients, scopes: &ScopePolicy) -> Vec<String> {
    let changes = |id: &&str| scopes.credential(id).is_some_and(|it| it.meta.format.changes_keys());
    let note = |scope: &ScopeDefinition, mdoc: &str| {
        format!(
            "the scope {} asks for the mdoc {mdoc} beside another credential: tokens are about the holder of one key, and \
             wallets show each mdoc with a key of its own, so hardly any wallet earns it; ask for one credential in each \
             scope, and for one such scope at a time",
            scope.name
        )
    };
    let mut notes = Vec::new();
    for scope in granted(clients, scopes) {
        let behind = scope.credentials();
        if let (Some(mdoc), 2..) = (behind.iter().copied().find(changes), behind.len()) {
            notes.push(note(scope, mdoc));
        }
    }
    notes
}

/// For which credentials the subject of tokens does not stay the same (REQ-5.21).
fn changing_subjects(clients: &Clients, scopes: &ScopePolicy) -> Vec<String> {
    let asked: Vec<&str> =
        granted(clients, scopes).into_iter().flat_map(ScopeDefinition::credentials).collect();
    let keyed = scopes
        .credentials()
        .iter()
        .filter(|it| it.stable_identifier.is_none() && !it.meta.format.changes_keys())
        .filter(|it| asked.contains(&it.id.as_str()));
    let note = |id: &str| {
        format!(
            "{id} has no stable_identifier: `sub` of tokens is made of the holder key, and changes with it"
        )
    };
    keyed.map(|it| note(&it.id)).collect()
}

/// Which identifiers come to harm where a client joins id and secret for HTTP Basic without encoding them first, as
/// RFC 6749 section 2.3.1 demands and several libraries forget.
fn misread_ids(clients: &Clients) -> impl Iterator<Item = String> {
    let by_secret = |client: &&Client| {
        matches!(
            client.authentication,
            Authentication::ClientSecretBasic(_) | Authentication::ClientSecretPost(_)
        )
    };
    let fragile = |client: &&Client| client.id.contains([':', '%', '+']);
    clients.iter().filter(by_secret).filter(fragile).map(|client| {
        format!(
            "{} has `%`, `+` or `:` in its client_id: libraries that do not form-encode HTTP Basic (Authlib, requests-oauthlib) fail with it",
            client.id
        )
    })
}

/// Which clients cannot use the REST API, and may not know it.
fn without_api(clients: &Clients) -> impl Iterator<Item = String> {
    let by_keys = |client: &&Client| {
        matches!(client.authentication, Authentication::PrivateKeyJwt(_))
            && !client.grants.contains(&Grant::ClientCredentials)
    };
    clients.iter().filter(by_keys).map(|client| {
        format!(
            "{} has authentication = \"private_key_jwt\": it cannot use the REST API (/v1) without the grant client_credentials",
            client.id
        )
    })
}

/// Wallets whose requests travel in the address, and so need not fit into the QR code that is offered for them.
fn hardly_scanned(policy: &Policy) -> impl Iterator<Item = String> {
    let offering = policy.clients.iter().filter(|client| client.offer_cross_device);
    let wallets = offering.flat_map(|client| client.wallets().map(move |name| (client, name)));
    let travels = |wallet: &WalletRoute| {
        matches!(wallet.request_method, RequestMethod::UrlQuery | RequestMethod::ByValue)
            && wallet.may_cross_devices()
    };
    wallets.filter(move |(_, name)| policy.wallet(name).is_some_and(travels)).map(|(client, wallet)| {
        format!(
            "{} has offer_cross_device = true, and requests to the wallet {wallet} travel in the address: where one is longer than {MAX_SCANNED_BYTES} bytes, no QR code is offered; sign them and let the wallet fetch them (request_method = \"by_reference\")",
            client.id
        )
    })
}

/// What weakens safety.
fn dangers(clients: &Clients, trust: &TrustPolicy, allow_loopback: bool, forgets: bool) -> Vec<String> {
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
    for client in clients.iter().filter(|client| client.any_loopback_redirect_uri) {
        let id = &client.id;
        warnings.push(format!(
            "danger_any_loopback_redirect_uri is on for {id}: any program on a person's machine may receive its codes"
        ));
    }
    if !allow_loopback {
        warnings.extend(clients.iter().flat_map(odd_ports));
    }
    warnings
}

/// Webhooks that are posted where https servers do not listen.
fn odd_ports(client: &Client) -> impl Iterator<Item = String> {
    let odd = client.webhooks.iter().filter(|webhook| !WebhookEndpoint::is_on_usual_port(&webhook.url));
    odd.map(|webhook| {
        format!(
            "danger_any_port is on for the webhook {} of {}: what listens there may be no receiver of webhooks",
            webhook.name, client.id
        )
    })
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

/// Scopes without words for people.
fn unreadable_names(scopes: &ScopePolicy) -> impl Iterator<Item = String> {
    let silent = scopes.iter().filter(|scope| scope.description.is_none() && !is_readable(&scope.name));
    silent.map(|scope| {
        let name = &scope.name;
        format!(
            "the scope {name} has no description: people who are asked for it read this name; give it words"
        )
    })
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

/// Issuers that are one in the eyes of people, and two when they are compared.
fn twins(trust: &TrustPolicy) -> Vec<String> {
    let mut issuers: Vec<&str> = trust.credentials.iter().map(|one| &*one.issuer).collect();
    issuers.sort_unstable();
    issuers.dedup();
    let twin = |issuer: &&str| issuers.iter().find(|other| **other == format!("{issuer}/")).copied();
    let pairs = issuers.iter().filter_map(|issuer| Some((*issuer, twin(issuer)?)));
    let said = pairs.map(|(one, other)| {
        format!("{one} and {other} are two issuers: they are compared letter by letter, and one slash is a difference")
    });
    said.collect()
}

/// What operators alone should reach.
fn open_to_others(process: &Process) -> Option<String> {
    let address = process.operations_listen.filter(|address| address.ip().is_unspecified())?;
    Some(format!(
        "operations.listen is {address}: whoever reaches this machine reads metrics, which name clients and how much each is used"
    ))
}

/// The issuer's roots, where they vouch for everybody.
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
