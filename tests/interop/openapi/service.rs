//! The service that generated clients speak with, and the document that it serves.

use std::sync::LazyLock;

use tempfile::TempDir;
use vpgate::config::secrets::hash_text;
use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::certified_key::CertifiedKey;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::secret::Secret;
use vpgate_test_support::webhook_receiver::{private_file, secret};

use crate::clients::receiver;
use crate::clients::service::Service;

/// What the configuration names: a schema, the key that signs requests, the secret of a webhook.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/config/loan.schema.json");
    std::fs::copy(schema, folder.path().join("loan.schema.json")).unwrap();
    let certified = CertifiedKey::generate("the service of the examples", SystemClock.now()).unwrap();
    private_file(folder.path(), "key.pem", std::str::from_utf8(&certified.key).unwrap());
    std::fs::write(folder.path().join("certificate.pem"), &certified.certificate).unwrap();
    private_file(folder.path(), "orders.secret", &secret(1));
    folder
});

/// On a free port; with a shop that is told of events, a television, a web application, a wallet that fetches signed
/// requests, and a type of transaction data that only the operator knows.
pub fn start() -> Service {
    Service::of(configuration, FOLDER.path())
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
    let (hash, told) = (hash_text(Secret::received("plain-secret").digest()), receiver::MOUNT);
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

[[wallets]]
name = "phone"
profile = "openid4vp"
authorization_endpoint = "{address}/sandbox/wallet/authorize"
client_id_prefix = "x509_hash"
request_method = "by_reference_post"
response_mode = "direct_post"
on_rejection = "redirect"
transaction_data = true
signing = {{ key = "key.pem", certificates = "certificate.pem" }}

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
wallet = "demo"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]

[[clients]]
client_id = "web"
grants = ["authorization_code"]
authentication = "none"
wallet = "demo"
scopes = ["openid", "urn:proof:params:scope:verifiable-credentials:basic"]
redirect_uris = ["http://127.0.0.1:9999/return"]

[[clients]]
client_id = "store"
wallet = "demo"
authentication = "client_secret_basic"
secret_hash = "{hash}"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]
redirect_uris = ["http://127.0.0.1:9999/return"]
device_pages_for = ["tv"]
tokens = {{ introspects = ["{address}"] }}

[[clients.webhooks]]
name = "orders"
url = "{address}{told}"
kinds = ["presentation.verified", "presentation.declined"]
secret_file = "orders.secret"
"#
    )
}
