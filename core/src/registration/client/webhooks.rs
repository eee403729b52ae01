//! Where a client is told of events: `[[clients.webhooks]]`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Sources;
use super::super::address::Addresses;
use super::super::fault::Pointer;
use super::Surroundings;
use crate::base::json::{self, Bounds};
use crate::event::EventKind;
use crate::jose::jwe::RecipientKey;
use crate::webhook::{SigningSecret, WebhookContent, WebhookEndpoint};

/// Endpoints of one client.
const MOST: usize = 8;
/// `whsk_` and 64 bytes in base64, with the end of its line.
const LONGEST_SECRET: usize = 128;
const LONGEST_NAME: usize = 64;
const JWK: Bounds = Bounds { bytes: 16 << 10, depth: 4, members: 64 };

/// An endpoint that is told of events (Standard Webhooks).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WebhookRegistration {
    /// Its name among those of this client: in the addresses of the REST API, and in logs.
    pub name: Option<String>,
    /// Where messages are posted to: https, on port 443 or 8443, at a public address or in a network that `[fetch]
    /// allow_networks` opens. Redirects are not followed.
    pub url: Option<String>,
    /// What it is told of, for example `presentation.verified`; of everything when left out.
    pub kinds: Vec<String>,
    /// A file, which others cannot read, with what messages are signed with: `whsec_` and the base64 of 24 to 64 random
    /// bytes, which the receiver has too; or `whsk_` and the base64 of an Ed25519 key.
    pub secret_file: Option<String>,
    /// A variable of the environment with the same.
    pub secret_env: Option<String>,
    /// While the secret is exchanged for another: a file with the one before. Messages are signed with both until this
    /// goes.
    pub previous_secret_file: Option<String>,
    /// A variable of the environment with the same.
    pub previous_secret_env: Option<String>,
    /// `thin`: identifiers, state, reason and times, and never a claim; the default. `full`: the result of a
    /// presentation too, encrypted to `encryption_key_file`.
    pub content: Option<String>,
    /// A file with a public key of the client (a JWK for ECDH-ES on P-256), to which results are encrypted.
    pub encryption_key_file: Option<String>,
    /// The receipt of a presentation comes with what is told of its end, as `data.receipt`; `false` when left out. In a
    /// full message it is in the result in any case.
    pub receipt: Option<bool>,
    /// The endpoint may listen on another port than 443 and 8443; `false` when left out.
    pub danger_any_port: Option<bool>,
}

/// Checks all endpoints of a client.
pub(super) fn check(
    given: &[WebhookRegistration],
    known: &Surroundings<'_>,
    all: &Pointer<'_>,
) -> Vec<Arc<WebhookEndpoint>> {
    let (addresses, sources) = (known.addresses, known.sources);
    if given.len() > MOST {
        all.blame(format!("a client has at most {MOST} of them"));
    }
    let mut checked = Vec::new();
    for (index, (at, one)) in all.each(given).enumerate() {
        let others = given.get(..index).unwrap_or_default();
        let name = name(one, others, &at);
        let url = at.need("url", one.url.as_deref(), "where messages are posted to");
        let url = url.and_then(|url| {
            let url = at.key("url").keep(addresses.outside(url, known.open_networks))?;
            port(one, addresses, &url, &at);
            Some(url)
        });
        let kinds = kinds(&one.kinds, &at.key("kinds"));
        let secrets = secrets(one, sources, &at);
        let content = content(one, sources, &at);
        if let (Some(name), Some(url), Some(secrets), Some(content)) = (name, url, secrets, content) {
            let receipt = one.receipt.unwrap_or_default();
            checked.push(Arc::new(WebhookEndpoint { name, url, kinds, secrets, content, receipt }));
        }
    }
    checked
}

fn name(one: &WebhookRegistration, others: &[WebhookRegistration], at: &Pointer<'_>) -> Option<String> {
    let name = at.need("name", one.name.as_deref(), "what the endpoint is called")?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !plain || !(1..=LONGEST_NAME).contains(&name.len()) {
        at.add("name", format!("must be 1 to {LONGEST_NAME} letters, digits, `-` or `_`"));
    }
    if others.iter().any(|other| other.name.as_deref() == Some(name)) {
        at.add("name", "is the name of another endpoint of this client");
    }
    Some(name.to_owned())
}

fn port(one: &WebhookRegistration, addresses: Addresses, url: &url::Url, at: &Pointer<'_>) {
    let allowed = addresses.allow_loopback || one.danger_any_port.unwrap_or_default();
    if !allowed && !WebhookEndpoint::is_on_usual_port(url) {
        at.add("url", "must be on port 443 or 8443; `danger_any_port = true` permits others");
    }
}

fn kinds(given: &[String], all: &Pointer<'_>) -> Vec<EventKind> {
    if given.is_empty() {
        return EventKind::ALL.to_vec();
    }
    let mut kinds = Vec::new();
    for (at, text) in all.each(given) {
        let known = EventKind::from_name(text).ok_or_else(|| {
            let names: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
            format!("is not a kind of event: {}", names.join(", "))
        });
        kinds.extend(at.keep(known).filter(|kind| !kinds.contains(kind)));
    }
    kinds
}

/// The secret, and the one before it where that is still good.
fn secrets(one: &WebhookRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Option<Vec<SigningSecret>> {
    let before = at.count();
    let current = ("secret_file", one.secret_file.as_deref(), "secret_env", one.secret_env.as_deref());
    let current = text(current, sources, at);
    let previous = (
        "previous_secret_file",
        one.previous_secret_file.as_deref(),
        "previous_secret_env",
        one.previous_secret_env.as_deref(),
    );
    let (key, previous) = (previous.0, text(previous, sources, at));
    if current.is_none() && at.count() == before {
        at.add("secret_file", "is missing: one of secret_file, secret_env");
    }
    let same = current.as_ref().zip(previous.as_ref()).is_some_and(|((_, new), (_, old))| new == old);
    if same {
        at.add(key, "is the secret itself; leave it out");
    }
    let read = |(key, text): (&str, Zeroizing<String>)| at.key(key).keep(SigningSecret::parse(&text));
    let secrets: Vec<_> = current.into_iter().chain(previous).filter_map(read).collect();
    (at.count() == before).then_some(secrets)
}

/// From one of two places, with the key that named it.
fn text<'k>(
    (in_file, file, in_env, variable): (&'k str, Option<&str>, &'k str, Option<&str>),
    sources: &dyn Sources,
    at: &Pointer<'_>,
) -> Option<(&'k str, Zeroizing<String>)> {
    match (file, variable) {
        (None, None) => None,
        (Some(name), None) => {
            let bytes = at.key(in_file).keep(sources.private_file(name, LONGEST_SECRET))?;
            let text = std::str::from_utf8(&bytes).map_err(|_| "is not text");
            let text = at.key(in_file).keep(text)?.trim_end_matches(['\r', '\n']).to_owned();
            Some((in_file, Zeroizing::new(text)))
        }
        (None, Some(name)) => Some((in_env, at.key(in_env).keep(sources.variable(name))?)),
        (Some(_), Some(_)) => {
            at.add(in_file, format!("only one of {in_file}, {in_env} may be given"));
            None
        }
    }
}

fn content(one: &WebhookRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Option<WebhookContent> {
    let key = one.encryption_key_file.as_deref();
    match one.content.as_deref() {
        None | Some("thin") => {
            if key.is_some() {
                at.add("encryption_key_file", "belongs to content = \"full\"");
            }
            Some(WebhookContent::Thin)
        }
        Some("full") => {
            let key =
                at.need("encryption_key_file", key, "full messages are encrypted to a key of the client")?;
            at.key("encryption_key_file").keep(public_key(key, sources)).map(WebhookContent::Full)
        }
        Some(_) => {
            at.add("content", "must be thin or full");
            None
        }
    }
}

fn public_key(name: &str, sources: &dyn Sources) -> Result<RecipientKey, String> {
    let bytes = sources.file(name, JWK.bytes)?;
    let jwk = json::parse(&bytes, &JWK).map_err(|_| "is not a JWK".to_owned())?;
    RecipientKey::from_jwk(&jwk).map_err(|why| format!("is not a public key for ECDH-ES on P-256: {why}"))
}
