//! How a client proves who it is: in one way, with what belongs to that way.

use std::sync::Arc;

use super::super::fault::Pointer;
use super::super::secret_hash::{self, LONGEST_SECRET, NOT_A_HASH};
use super::super::{Sources, trust};
use super::{ClientRegistration, Surroundings};
use crate::base::secret::{Digest, Secret};
use crate::oauth::client::{Authentication, ClientKeys, SecretDigests};

const METHODS: &str = "none, client_secret_basic, client_secret_post or private_key_jwt";

/// Checks the method, and that only what belongs to it is there.
pub(super) fn check(
    client: &ClientRegistration,
    known: &Surroundings<'_>,
    at: &Pointer<'_>,
) -> Option<Authentication> {
    let method = at.need("authentication", client.authentication.as_deref(), METHODS)?;
    let secrets = [
        ("secret_hash", &client.secret_hash),
        ("secret_file", &client.secret_file),
        ("secret_env", &client.secret_env),
        ("previous_secret_hash", &client.previous_secret_hash),
    ];
    let keys = [("jwks_uri", &client.jwks_uri), ("jwks_file", &client.jwks_file)];
    let none_of = |needless: &[(&str, &Option<String>)], what: &str| {
        for (key, _) in needless.iter().filter(|(_, value)| value.is_some()) {
            at.add(key, format!("a client with authentication = \"{method}\" has no {what}"));
        }
    };
    match method {
        "none" => {
            none_of(&secrets, "secret");
            none_of(&keys, "keys");
            Some(Authentication::None)
        }
        "client_secret_basic" => {
            none_of(&keys, "keys");
            digests(client, known.sources, at).map(Authentication::ClientSecretBasic)
        }
        "client_secret_post" => {
            none_of(&keys, "keys");
            digests(client, known.sources, at).map(Authentication::ClientSecretPost)
        }
        "private_key_jwt" => {
            none_of(&secrets, "secret");
            keys_of(client, known, at).map(Authentication::PrivateKeyJwt)
        }
        _ => {
            at.add("authentication", format!("must be {METHODS}"));
            None
        }
    }
}

fn keys_of(client: &ClientRegistration, known: &Surroundings<'_>, at: &Pointer<'_>) -> Option<ClientKeys> {
    match (&client.jwks_uri, &client.jwks_file) {
        (Some(uri), None) => at.key("jwks_uri").keep(known.addresses.web(uri)).map(ClientKeys::JwksUri),
        (None, Some(name)) => {
            let keys = trust::jwks_file(name, known.sources);
            at.key("jwks_file").keep(keys).map(|keys| ClientKeys::Jwks(Arc::new(keys)))
        }
        (None, None) => at.need("jwks_uri", None, "one of jwks_uri, jwks_file"),
        (Some(_), Some(_)) => {
            at.add("jwks_uri", "only one of jwks_uri, jwks_file may be given");
            None
        }
    }
}

/// The digests of the client's secret, and of the one before it where that is still good.
fn digests(client: &ClientRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Option<SecretDigests> {
    let current = digest(client, sources, at);
    let previous = client
        .previous_secret_hash
        .as_deref()
        .map(|hash| at.key("previous_secret_hash").keep(secret_hash::read_hash(hash).ok_or(NOT_A_HASH)));
    if previous.is_some() && previous == Some(current) {
        at.add("previous_secret_hash", "is the hash of the secret itself; leave it out");
    }
    Some(SecretDigests { current: current?, previous: previous.flatten() })
}

/// From exactly one of the three keys.
fn digest(client: &ClientRegistration, sources: &dyn Sources, at: &Pointer<'_>) -> Option<Digest> {
    match (&client.secret_hash, &client.secret_file, &client.secret_env) {
        (Some(hash), None, None) => {
            at.key("secret_hash").keep(secret_hash::read_hash(hash).ok_or(NOT_A_HASH))
        }
        (None, Some(name), None) => at.key("secret_file").keep(in_file(name, sources)),
        (None, None, Some(name)) => {
            at.key("secret_env").keep(sources.variable(name).and_then(|text| digest_of(&text)))
        }
        (None, None, None) => at.need("secret_hash", None, "one of secret_hash, secret_file, secret_env"),
        _ => {
            at.add("secret_hash", "only one of secret_hash, secret_file, secret_env may be given");
            None
        }
    }
}

fn in_file(name: &str, sources: &dyn Sources) -> Result<Digest, String> {
    // Room for the end of a line.
    let bytes = sources.private_file(name, LONGEST_SECRET + 2)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "the secret must be printable ASCII".to_owned())?;
    digest_of(text.trim_end_matches(['\r', '\n']))
}

fn digest_of(secret: &str) -> Result<Digest, String> {
    secret_hash::strong(secret)?;
    Ok(Secret::received(secret).digest())
}
