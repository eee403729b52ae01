//! What each fuzz target does with its bytes, and what must hold whatever they are: a file for every family.
//!
//! `fuzz/fuzz_targets` hands the bytes in; `tests/architecture/fuzz_corpus.rs` runs the same functions over the kept
//! corpus with the stable toolchain, so that a finding stays found.

mod authorization;
mod bodies;
mod certificates;
mod clients;
mod configuration;
mod documents;
mod headers;
mod keys;
mod mdoc;
mod presentations;
mod signed;

use std::sync::LazyLock;

use serde_json::Value;
use vpgate_core::base::json::Bounds;
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::jose::signing::SigningKey;

pub use authorization::{authorization_request, redirect};
pub use bodies::{dcql_query, form, json, rest_body, transaction_data};
pub use certificates::x5c;
pub use clients::{client_assertion, dpop, user_code};
pub use configuration::config;
pub use documents::{did, issuer_metadata, status_list, type_metadata, wallet_metadata};
pub use headers::{cookies, forwarded};
pub use keys::jwks;
pub use mdoc::{cbor, mdoc};
pub use presentations::{disclosure, kb_jwt, sd_jwt, vp_token};
pub use signed::{jwe, jws};

use crate::builders::presentation::{PresentationBuilder, Signer, Verifier};

/// What does something with bytes.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Target); 28] = [
    ("jws", jws),
    ("jwe", jwe),
    ("jwks", jwks),
    ("x5c", x5c),
    ("sd_jwt", sd_jwt),
    ("disclosure", disclosure),
    ("type_metadata", type_metadata),
    ("issuer_metadata", issuer_metadata),
    ("wallet_metadata", wallet_metadata),
    ("did", did),
    ("kb_jwt", kb_jwt),
    ("form", form),
    ("json", json),
    ("rest_body", rest_body),
    ("dcql_query", dcql_query),
    ("transaction_data", transaction_data),
    ("vp_token", vp_token),
    ("status_list", status_list),
    ("dpop", dpop),
    ("client_assertion", client_assertion),
    ("authorization_request", authorization_request),
    ("redirect", redirect),
    ("user_code", user_code),
    ("forwarded", forwarded),
    ("cookies", cookies),
    ("config", config),
    ("cbor", cbor),
    ("mdoc", mdoc),
];

const BOUNDS: Bounds = Bounds { bytes: 64 << 10, depth: 16, members: 2000 };

/// Keys for tests, known to everybody, so that a corpus can hold signatures that verify.
static KEYS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../fixtures/fuzz/keys.json")).unwrap());
static ENCRYPTION_KEY: LazyLock<EncryptionKey> =
    LazyLock::new(|| EncryptionKey::from_private_jwk(&KEYS["encryption"]).unwrap());
static MADE: LazyLock<PresentationBuilder> = LazyLock::new(good);
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| MADE.verifier());

fn signer(name: &str) -> Signer {
    Signer::of(SigningKey::from_jwk(&KEYS[name]).unwrap())
}

/// A presentation that is accepted; its signatures are new each time.
fn good() -> PresentationBuilder {
    PresentationBuilder::new(signer("issuer"), signer("holder"))
}

/// The public key of the holder, as it stands in a header.
fn holder_jwk() -> Value {
    let mut jwk = MADE.holder.key.public_key().to_jwk();
    jwk.as_object_mut().unwrap().retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
    jwk
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Small inputs: target, file name, contents.
#[derive(Default)]
pub struct Seeds(pub Vec<(&'static str, String, Vec<u8>)>);

impl Seeds {
    fn add(&mut self, target: &'static str, name: &str, contents: impl Into<Vec<u8>>) {
        self.0.push((target, name.to_owned(), contents.into()));
    }
}

/// One small input for every branch that a target has.
pub fn seeds() -> Seeds {
    let mut seeds = Seeds::default();
    signed::seeds(&mut seeds);
    keys::seeds(&mut seeds);
    certificates::seeds(&mut seeds);
    presentations::seeds(&mut seeds);
    mdoc::seeds(&mut seeds);
    documents::seeds(&mut seeds);
    bodies::seeds(&mut seeds);
    clients::seeds(&mut seeds);
    authorization::seeds(&mut seeds);
    headers::seeds(&mut seeds);
    configuration::seeds(&mut seeds);
    seeds
}
