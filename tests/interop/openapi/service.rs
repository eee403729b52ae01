//! The service that generated clients speak with, and the document that it serves.

use std::path::Path;

use vpgate::config::secrets::hash_text;
use vpgate_core::base::secret::Secret;

use crate::clients::service::Service;

/// On a free port; with a shop, a television, and a type of transaction data that only the operator knows.
pub fn start() -> Service {
    Service::of(configuration, Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/config")))
}

/// What is served there under this path.
#[expect(clippy::disallowed_methods, reason = "a client of the service, not a part of it")]
pub async fn served(service: &Service, path: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}{path}", service.address)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.text().await.unwrap()
}

fn configuration(address: &str) -> String {
    let hash = hash_text(Secret::received("plain-secret").digest());
    format!(
        r#"
public_url = "{address}"
danger_allow_loopback = true

[storage]
url = "sqlite::memory:"

[device]
polling_interval = "1s"

[[wallets]]
name = "demo"
profile = "proof"
authorization_endpoint = "{address}/sandbox/wallet/authorize"
client_id = "vpgate-sandbox"

[[credentials]]
id = "proof_id_default"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{address}/sandbox/issuer"
trust = {{ jwks_uri = "{address}/sandbox/issuer/jwks.json" }}

[[scopes]]
name = "urn:proof:params:scope:verifiable-credentials:basic"
credential = "proof_id_default"
claims = ["given_name", "age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[[transaction_data]]
type = "urn:example:loan:v1"
title = "A loan"
schema = "loan.schema.json"

[[clients]]
client_id = "tv"
grants = ["device_code"]
authentication = "none"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]

[[clients]]
client_id = "store"
authentication = "client_secret_basic"
secret_hash = "{hash}"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]
redirect_uris = ["http://127.0.0.1:9999/return"]
device_pages_for = ["tv"]
tokens = {{ introspects = ["{address}"] }}
"#
    )
}
