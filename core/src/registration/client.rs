//! Clients: who may ask.

mod authentication;
mod fapi;
mod logout;
mod webhooks;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::fapi::tokens as tokens_of;
pub use self::webhooks::WebhookRegistration;
use super::address::{Addresses, redirect_uri};
use super::askable::Askable;
use super::client_claims::{self, ClaimsRegistration};
use super::device::{self, CommonDevice, DeviceRegistration};
use super::fault::Pointer;
use super::names::Names;
use super::retention::{self, RetentionRegistration};
use super::token_claim::{self, ClaimReferences, Proofspace, TokenClaimRegistration};
use super::tokens::TokenRegistration;
use super::{Sources, high_assurance, subject};
use crate::admission::ScopePolicy;
use crate::admission::claims_request::ClaimsRequest;
use crate::admission::client_claims::ClientClaims;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::TokenClaims;
use crate::base::ip_network::IpNetwork;
use crate::oauth::client::{Authentication, Client, Clients, CodeRules, Grant, ProofRules};
use crate::oauth::device_settings::DeviceSettings;
use crate::oauth::entitlement::OPENID;
use crate::openid4vp::retention::Retention;

/// A client: who may ask for what, and how it proves who it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClientRegistration {
    /// Its identifier.
    pub client_id: Option<String>,
    /// What people read; the client_id when left out.
    pub name: Option<String>,
    /// What people read in other languages, by their tags.
    pub names: BTreeMap<String, String>,
    /// A picture beside its name: SVG, PNG, JPEG or WebP, at most 128 KiB.
    pub logo: Option<String>,
    /// `device_code`, `authorization_code`, `refresh_token`, and `client_credentials` for tokens to the REST API.
    pub grants: Vec<String>,
    /// `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
    pub authentication: Option<String>,
    /// What `vpgate hash-secret` prints.
    pub secret_hash: Option<String>,
    /// A file with the secret, which others cannot read.
    pub secret_file: Option<String>,
    /// A variable of the environment with the secret.
    pub secret_env: Option<String>,
    /// While the secret is exchanged for another: the one before, which is good until this goes.
    pub previous_secret_hash: Option<String>,
    /// A secret may come by HTTP Basic and in the form, whichever `authentication` says.
    pub either_secret_method: bool,
    /// Whether assertions and DPoP proofs may be signed with RS256; `true` when left out.
    pub accept_rs256: Option<bool>,
    /// `fapi2`: everything that the FAPI 2.0 Security Profile asks of a client of the code grant.
    pub profile: Option<String>,
    /// The client's public keys, fetched and kept as long as their server says.
    pub jwks_uri: Option<String>,
    /// A file with the client's public keys.
    pub jwks_file: Option<String>,
    /// Only requests that were pushed (`POST /par`).
    pub require_pushed_authorization_requests: bool,
    /// Every authorization request must name its redirect URI.
    pub require_redirect_uri: bool,
    /// For confidential clients that know no PKCE: whoever steals one of their codes may be able to use it.
    pub danger_allow_missing_pkce: bool,
    /// What it may ask for; `openid` asks for an ID token about the person too.
    pub scopes: Vec<String>,
    /// Where browsers may be sent back to, compared letter by letter.
    pub redirect_uris: Vec<String>,
    /// Beside them, every address on the person's own machine, whatever port and path; only with
    /// `danger_allow_loopback`. Any program on that machine receives what its people return with.
    pub danger_any_loopback_redirect_uri: bool,
    /// Where browsers may be sent after a person was signed out (`/logout`), compared letter by letter: a site with
    /// or without the slash at its end, as its client sends it.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where this client is told that a person is no longer signed in, because they signed out or the credential
    /// behind it was taken back (OpenID Connect Back-Channel Logout).
    pub backchannel_logout_uri: Option<String>,
    /// It wants to be told of sessions only, by their `sid`.
    pub backchannel_logout_session_required: bool,
    /// The origins of pages that run this client, compared letter by letter.
    pub origins: Vec<String>,
    /// The wallet that its people are sent to, by name; needed when there are several.
    pub wallet: Option<String>,
    /// Wallets that its people may choose instead, by name.
    pub other_wallets: Vec<String>,
    /// Its own device grant, over what holds for all clients.
    pub device: Option<DeviceRegistration>,
    /// The clients for whose devices it has a verification page of its own (`/v1/device/...`).
    pub device_pages_for: Vec<String>,
    /// Whether it may ask wallets on another device, by a QR code in the browser.
    pub cross_device: bool,
    /// Whether the page before a wallet app offers a QR code for a wallet on another device; only with `cross_device`.
    pub offer_cross_device: bool,
    /// What its tokens say besides the registered claims.
    pub token_claims: Vec<TokenClaimRegistration>,
    /// What about a person is said where: in ID tokens, at `/userinfo`, in access tokens.
    pub claims: Option<ClaimsRegistration>,
    /// Where it is told which credentials were presented (the claim `presented_credential_sets` of a draft, editors'
    /// copy of 2026-08-28): `none`, `userinfo`, `id_token` or `both`.
    pub presented_credentials: Option<String>,
    /// `proofspace`: the claims of ProofSpace tokens, too.
    pub compatibility: Option<String>,
    /// What its tokens say and how long they live, over what holds for all clients.
    pub tokens: Option<TokenRegistration>,
    /// What is kept of its presentations, instead of what holds for all clients.
    pub retention: Option<RetentionRegistration>,
    /// Where it is told of what becomes of its presentations, grants and tokens.
    pub webhooks: Vec<WebhookRegistration>,
}

/// What clients are checked against.
pub(super) struct Surroundings<'a> {
    pub names: &'a Names<'a>,
    pub askable: &'a Askable,
    pub policy: &'a ScopePolicy,
    pub proofspace: &'a Proofspace,
    pub device: &'a CommonDevice,
    pub retention: Retention,
    pub addresses: Addresses,
    pub open_networks: &'a [IpNetwork],
    pub sources: &'a dyn Sources,
}

/// Checks every client: each by itself, then those for whom others have pages.
pub(super) fn check(given: &[ClientRegistration], known: &Surroundings<'_>, all: &Pointer<'_>) -> Clients {
    let mut checked = Vec::new();
    for (index, (at, client)) in all.each(given).enumerate() {
        let others = given.get(..index).unwrap_or_default();
        identifier(client, others, &at);
        checked.extend(one(client, known, &at));
    }
    for (at, client) in all.each(given) {
        pages(client, &checked, known.names, &at.key("device_pages_for"));
    }
    Clients::new(checked)
}

fn identifier(client: &ClientRegistration, others: &[ClientRegistration], at: &Pointer<'_>) {
    let Some(id) = at.need("client_id", client.client_id.as_deref(), "the client's identifier") else {
        return;
    };
    if id.is_empty() || id.len() > 256 || !id.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        at.add("client_id", "must be 1 to 256 printable ASCII characters");
    }
    if others.iter().any(|other| other.client_id.as_deref() == Some(id)) {
        at.add("client_id", "is the identifier of another client");
    }
}

fn one(client: &ClientRegistration, known: &Surroundings<'_>, at: &Pointer<'_>) -> Option<Client> {
    let authentication = authentication::check(client, known, at);
    let grants = grants(&client.grants, &at.key("grants"));
    let (scopes, token_claims) = asked(client, known, at);
    let redirect_uris = at.key("redirect_uris");
    let redirect_uris = redirect_uris
        .each(&client.redirect_uris)
        .filter_map(|(at, uri)| at.keep(redirect_uri(uri)))
        .collect();
    let logout = logout::check(client, known.addresses, at);
    let webhooks = webhooks::check(&client.webhooks, known, &at.key("webhooks"));
    let device = device(client, &grants, &scopes, known, at);
    subject::check(&grants, &client.scopes, known.policy, known.askable, &at.key("scopes"));
    if let Some(authentication) = &authentication {
        fits(client, authentication, &grants, known, at);
    }
    let fapi2 = fapi::check(client, authentication.as_ref(), &grants, at);
    let code = code_rules(client, fapi2, authentication.as_ref(), &grants, at);
    let proof = proof_rules(client, fapi2, authentication.as_ref(), at);
    let origins = origins(&client.origins, authentication.as_ref(), known.addresses, &at.key("origins"));
    let retention = client.retention.as_ref();
    let retention = retention.map_or(known.retention, |given| retention::check(given, &at.key("retention")));
    let wallet = wallet(client.wallet.as_deref(), known.names, at)?;
    let (id, authentication) = (client.client_id.clone()?, authentication?);
    let other_wallets = other_wallets(client, wallet, known.names, at);
    // Only a client with a secret, its own or that of who has pages for it, can name another wallet.
    if authentication == Authentication::None && !known.names.clients_with_pages.contains(&id.as_str()) {
        for wallet in std::iter::once(wallet).chain(other_wallets.iter().map(String::as_str)) {
            high_assurance::check(wallet, &client.scopes, known.policy, known.names, &at.key("scopes"));
        }
    }
    if client.offer_cross_device && !client.cross_device {
        at.add("offer_cross_device", "needs cross_device = true, whose risk it takes");
    }
    Some(Client {
        name: client.name.clone().unwrap_or_else(|| id.clone()),
        id,
        authentication,
        grants,
        scopes,
        redirect_uris,
        any_loopback_redirect_uri: client.danger_any_loopback_redirect_uri,
        origins,
        wallet: wallet.to_owned(),
        other_wallets,
        device,
        device_pages_for: client.device_pages_for.clone(),
        token_claims,
        code,
        proof,
        cross_device: client.cross_device,
        offer_cross_device: client.offer_cross_device,
        logout,
        retention,
        webhooks,
    })
}

/// What a client that proves itself so may not do.
fn fits(
    client: &ClientRegistration,
    authentication: &Authentication,
    grants: &[Grant],
    known: &Surroundings<'_>,
    at: &Pointer<'_>,
) {
    if client.danger_any_loopback_redirect_uri && !known.addresses.allow_loopback {
        let why = "is for one machine that talks to itself: it needs danger_allow_loopback = true";
        at.add("danger_any_loopback_redirect_uri", why);
    }
    match authentication {
        Authentication::None => {
            if known.device.require_client_authentication && grants.contains(&Grant::DeviceCode) {
                at.add(
                    "authentication",
                    "must not be \"none\" for a device client while device.require_client_authentication is true",
                );
            }
            if !client.device_pages_for.is_empty() {
                at.add("device_pages_for", "is for clients with a secret or with keys");
            }
            if grants.contains(&Grant::ClientCredentials) {
                let why =
                    "must not be \"none\" for the grant client_credentials: anybody can name a public client";
                at.add("authentication", why);
            }
        }
        Authentication::PrivateKeyJwt(_)
            if (!client.device_pages_for.is_empty() || client.cross_device)
                && !grants.contains(&Grant::ClientCredentials) =>
        {
            at.add(
                "grants",
                "must name client_credentials: device_pages_for and cross_device are for the REST API, where a client with private_key_jwt shows a token",
            );
        }
        _ => {}
    }
}

/// What the client may ask for, and what its tokens say of it.
fn asked(client: &ClientRegistration, known: &Surroundings<'_>, at: &Pointer<'_>) -> (Scopes, TokenClaims) {
    let before = at.count();
    let Surroundings { askable, policy, proofspace, .. } = *known;
    let scopes = scopes(&client.scopes, known.names, &at.key("scopes"));
    let in_wallet = scopes.clone().without(OPENID);
    let compatibility = client.compatibility.as_deref();
    let references = ClaimReferences { askable, policy, proofspace };
    let token_claims = token_claim::check(&client.token_claims, compatibility, &in_wallet, &references, at);
    // All scopes may be asked for together, and must make one query then, with what tokens say of it.
    let all_known = in_wallet.iter().all(|name| policy.named(name).is_some());
    if at.count() == before && all_known && !in_wallet.is_empty() {
        at.key("scopes").keep(policy.query_for(&in_wallet, &token_claims, &ClaimsRequest::default()));
    }
    let token_claims = match (&client.claims, all_known) {
        (Some(given), true) => {
            let fixed = proofspace.names(compatibility);
            client_claims::check(given, token_claims, &fixed, (&scopes, policy), &at.key("claims"))
        }
        _ => token_claims,
    };
    let presented = client_claims::presented(client.presented_credentials.as_deref(), &scopes, at);
    let places = ClientClaims { presented, ..token_claims.places().clone() };
    (scopes, token_claims.said_at(places))
}

/// Its own device grant.
fn device(
    client: &ClientRegistration,
    grants: &[Grant],
    scopes: &Scopes,
    known: &Surroundings<'_>,
    at: &Pointer<'_>,
) -> DeviceSettings {
    let Some(given) = &client.device else { return known.device.settings.clone() };
    let at = at.key("device");
    if !grants.contains(&Grant::DeviceCode) {
        at.blame("is for clients with the grant device_code");
    }
    device::of_client(given, known.device, (scopes, known.policy), known.addresses, &at)
}

/// Whether those for whose devices it has pages exist, and have devices.
fn pages(client: &ClientRegistration, checked: &[Client], names: &Names<'_>, all: &Pointer<'_>) {
    for (at, id) in all.each(&client.device_pages_for) {
        let named = checked.iter().find(|other| other.id == *id);
        if !names.clients.contains(&id.as_str()) {
            at.blame("no client with this identifier is configured");
        } else if named.is_some_and(|named| !named.grants.contains(&Grant::DeviceCode)) {
            at.blame("this client does not have the grant device_code");
        }
    }
}

/// What is taken for a proof of this client.
fn proof_rules(
    client: &ClientRegistration,
    fapi2: bool,
    authentication: Option<&Authentication>,
    at: &Pointer<'_>,
) -> ProofRules {
    let secret = |it: &Authentication| {
        matches!(it, Authentication::ClientSecretBasic(_) | Authentication::ClientSecretPost(_))
    };
    if client.either_secret_method && !authentication.is_none_or(secret) {
        at.add("either_secret_method", "is for clients with a secret");
    }
    ProofRules {
        either_secret_method: client.either_secret_method,
        rs256: client.accept_rs256.unwrap_or(!fapi2),
    }
}

/// What only clients of the code grant may say, and what they must.
fn code_rules(
    client: &ClientRegistration,
    fapi2: bool,
    authentication: Option<&Authentication>,
    grants: &[Grant],
    at: &Pointer<'_>,
) -> CodeRules {
    let rules = CodeRules {
        pushed_only: client.require_pushed_authorization_requests || fapi2,
        pkce_optional: client.danger_allow_missing_pkce,
        redirect_uri_required: client.require_redirect_uri || fapi2,
        strictly_once: fapi2,
    };
    let (pushed, lax) = ("require_pushed_authorization_requests", "danger_allow_missing_pkce");
    let named = "require_redirect_uri";
    if grants.contains(&Grant::AuthorizationCode) {
        if client.redirect_uris.is_empty() && !client.danger_any_loopback_redirect_uri {
            let why = "is missing: a client of the authorization_code grant needs a place to return to";
            at.add("redirect_uris", why);
        }
        if rules.pkce_optional && authentication == Some(&Authentication::None) {
            at.add(lax, "must not be true for a client with authentication = \"none\"");
        }
    } else {
        for (key, _) in [
            (pushed, client.require_pushed_authorization_requests),
            (lax, rules.pkce_optional),
            (named, client.require_redirect_uri),
        ]
        .iter()
        .filter(|it| it.1)
        {
            at.add(key, "belongs to the grant authorization_code, which this client does not have");
        }
    }
    rules
}

const GRANTS: [(&str, Grant); 4] = [
    ("device_code", Grant::DeviceCode),
    ("authorization_code", Grant::AuthorizationCode),
    ("refresh_token", Grant::RefreshToken),
    ("client_credentials", Grant::ClientCredentials),
];

fn grants(given: &[String], all: &Pointer<'_>) -> Vec<Grant> {
    let why = "is not a known grant: device_code, authorization_code, refresh_token, client_credentials";
    let mut grants = Vec::new();
    for (at, name) in all.each(given) {
        match at.choice(name, &GRANTS, why) {
            Some(grant) if grants.contains(&grant) => at.blame("is there twice"),
            grant => grants.extend(grant),
        }
    }
    grants
}

fn scopes(given: &[String], names: &Names<'_>, all: &Pointer<'_>) -> Scopes {
    let mut scopes = Scopes::default();
    for (at, name) in all.each(given) {
        if name != OPENID && !names.scopes.contains(&name.as_str()) {
            at.blame("no scope with this name is configured");
        } else if scopes.contains(name) {
            at.blame("is there twice");
        } else if let Some(more) = at.keep(scopes.clone().with(name)) {
            scopes = more;
        }
    }
    scopes
}

/// Where the client's pages come from. One with a secret has none: a page keeps no secret.
fn origins(
    given: &[String],
    authentication: Option<&Authentication>,
    addresses: Addresses,
    all: &Pointer<'_>,
) -> Vec<String> {
    if !given.is_empty() && authentication.is_some_and(|how| *how != Authentication::None) {
        all.blame("only a client with authentication = \"none\" can run in a page: pages keep no secret");
    }
    let mut origins = Vec::new();
    for (at, text) in all.each(given) {
        match at.keep(addresses.origin(text)) {
            Some(origin) if origins.contains(&origin) => at.blame("is there twice"),
            origin => origins.extend(origin),
        }
    }
    origins
}

fn wallet<'g>(given: Option<&'g str>, names: &Names<'g>, at: &Pointer<'_>) -> Option<&'g str> {
    match (given, names.wallets.as_slice()) {
        (Some(name), wallets) => {
            if !wallets.contains(&name) {
                at.add("wallet", "no wallet with this name is configured");
            }
            Some(name)
        }
        (None, [only]) => Some(only),
        // Said once, for all.
        (None, []) => None,
        (None, _) => {
            at.need("wallet", None, "several wallets are configured, so say which one this client uses")
        }
    }
}

/// What people may choose instead of `own`.
fn other_wallets(client: &ClientRegistration, own: &str, names: &Names<'_>, at: &Pointer<'_>) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for (at, name) in at.key("other_wallets").each(&client.other_wallets) {
        if !names.wallets.contains(&name.as_str()) {
            at.blame("no wallet with this name is configured");
        } else if name == own || others.contains(name) {
            at.blame("is among this client's wallets already");
        } else {
            others.push(name.clone());
        }
    }
    others
}
