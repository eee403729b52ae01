//! `[[clients]]`: who may ask.

use std::path::Path;

use super::address::{Addresses, redirect_uri};
use super::device::{self, ClientScopes};
use super::fault::Faults;
use super::raw;
use super::secrets;
use crate::domain::admission::ScopePolicy;
use crate::domain::admission::scopes::Scopes;
use crate::domain::oauth::client::{Authentication, Client, Clients, Grant};
use crate::domain::oauth::device_settings::DeviceSettings;

/// What clients may refer to. Names rather than checked values, so that a wallet or scope with a fault
/// of its own is not called unknown too.
pub(super) struct Known<'a> {
    pub wallets: &'a [String],
    pub scopes: &'a [String],
    pub policy: &'a ScopePolicy,
    /// `[device]`
    pub device: &'a device::Common,
    /// What addresses must be.
    pub addresses: Addresses,
    /// Where relative paths begin.
    pub folder: &'a Path,
}

/// Checks every client.
pub(super) fn check(clients: Vec<raw::Client>, known: &Known<'_>, faults: &mut Faults) -> Clients {
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
        let authentication = authentication(&client, &at, known.folder, faults);
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
        let scopes = scopes(&client.scopes, &at("scopes"), known, faults);
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
        let device_pages_for = client.device_pages_for;
        let wallet = wallet(client.wallet, &at("wallet"), known.wallets, faults);
        if let (Some(id), Some(authentication), Some(wallet)) = (id, authentication, wallet) {
            let name = client.name.unwrap_or_else(|| id.clone());
            checked.push(Client {
                id,
                name,
                authentication,
                grants,
                scopes,
                redirect_uris,
                wallet,
                device,
                device_pages_for,
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
    known: &Known<'_>,
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
    client: &raw::Client,
    at: &impl Fn(&str) -> String,
    folder: &Path,
    faults: &mut Faults,
) -> Option<Authentication> {
    let what = "none, client_secret_basic or client_secret_post";
    let method = faults.need(&at("authentication"), client.authentication.as_deref(), what)?;
    let wrap = match method {
        "none" => {
            for (key, value) in [
                ("secret_hash", &client.secret_hash),
                ("secret_file", &client.secret_file),
                ("secret_env", &client.secret_env),
            ] {
                if value.is_some() {
                    faults.add(at(key), "a client with authentication = \"none\" has no secret");
                }
            }
            return Some(Authentication::None);
        }
        "client_secret_basic" => Authentication::ClientSecretBasic,
        "client_secret_post" => Authentication::ClientSecretPost,
        "private_key_jwt" => {
            faults.add(at("authentication"), format!("private_key_jwt is not offered yet; offered: {what}"));
            return None;
        }
        _ => {
            faults.add(at("authentication"), format!("must be {what}"));
            return None;
        }
    };
    secrets::digest(client, at, folder, faults).map(wrap)
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

fn scopes(given: &[String], at: &str, known: &Known<'_>, faults: &mut Faults) -> Scopes {
    let before = faults.iter().count();
    let mut scopes = Scopes::default();
    for (place, name) in given.iter().enumerate() {
        let at = format!("{at}[{place}]");
        if !known.scopes.contains(name) {
            faults.add(&at, "no scope with this name is configured");
        } else if scopes.contains(name) {
            faults.add(&at, "is there twice");
        } else if let Some(more) = faults.keep(&at, scopes.clone().with(name)) {
            scopes = more;
        }
    }
    // All of them may be asked for together, and must make one query then.
    let all_known = scopes.iter().all(|name| known.policy.named(name).is_some());
    if faults.iter().count() == before && all_known && !scopes.is_empty() {
        faults.keep(at, known.policy.query(&scopes));
    }
    scopes
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
