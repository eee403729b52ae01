//! The service with an issuer made for the test, and one wallet of somebody else's making, asked in every way.

use std::fs;
use std::path::PathBuf;

use vpgate::config::secrets::hash_text;
use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::certified_key::CertifiedKey;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::OwnChain;

use crate::clients::service::Service;
use vpgate_test_support::certificates::Certified;

/// Profile, client identifier, request method and response mode by the name of the wallet.
const WALLETS: [(&str, &str, &str, &str, &str); 8] = [
    ("unsigned", "openid4vp", REDIRECT, "url_query", "direct_post"),
    ("unsigned-encrypted", "openid4vp", REDIRECT, "url_query", "direct_post.jwt"),
    ("by-value", "openid4vp", DNS, "by_value", "direct_post"),
    ("by-reference", "openid4vp", DNS, "by_reference", "direct_post"),
    ("by-reference-encrypted", "openid4vp", HASH, "by_reference", "direct_post.jwt"),
    ("by-reference-post", "openid4vp", HASH, "by_reference_post", "direct_post"),
    ("by-reference-post-encrypted", "openid4vp", DNS, "by_reference_post", "direct_post.jwt"),
    ("haip", "haip", HASH, "by_reference", "direct_post.jwt"),
];
/// Identifier, and how the browser asks, by the name of a wallet that is asked by its Digital Credentials API.
const BY_API: [(&str, &str, &str); 4] = [
    ("api-unsigned", REDIRECT, "{ request = \"unsigned\", response_mode = \"dc_api\" }"),
    ("api-unsigned-encrypted", REDIRECT, "{ request = \"unsigned\", response_mode = \"dc_api.jwt\" }"),
    ("api-signed", DNS, "{ request = \"signed\", response_mode = \"dc_api\" }"),
    ("api-signed-encrypted", HASH, "{ request = \"signed\", response_mode = \"dc_api.jwt\" }"),
];
const REDIRECT: &str = "client_id_prefix = \"redirect_uri\"";
const DNS: &str =
    "client_id = \"x509_san_dns:127.0.0.1\"\nsigning = { key = \"key.pem\", certificates = \"chain.pem\" }";
const HASH: &str =
    "client_id_prefix = \"x509_hash\"\nsigning = { key = \"key.pem\", certificates = \"chain.pem\" }";

/// The service, and where the private key of the issuer and its certificates are.
pub struct Asking {
    pub service: Service,
    pub issuer_key: PathBuf,
    /// Removed at the end.
    _certified: Certified,
}

impl Asking {
    pub async fn start() -> Self {
        let certified = Certified::new();
        let issuer = CertifiedKey::generate("issuer.example.com", SystemClock.now()).unwrap();
        let issuer_key = certified.path().join("issuer.json");
        let mut private = SigningKey::from_pem(&issuer.key).unwrap().to_private_jwk();
        private["x5c"] = OwnChain::from_pem(&issuer.certificate).unwrap().x5c();
        fs::write(&issuer_key, private.to_string()).unwrap();
        fs::write(certified.path().join("issuer-root.pem"), &issuer.root).unwrap();
        let service = Service::of(configuration, certified.path());
        Self { service, issuer_key, _certified: certified }
    }
}

fn configuration(address: &str) -> String {
    let wallets = WALLETS.map(|(name, profile, identity, method, mode)| {
        let scheme = if profile == "haip" { "haip-vp://" } else { "openid4vp://" };
        format!(
            "[[wallets]]\nname = \"{name}\"\nprofile = \"{profile}\"\nauthorization_endpoint = \"{scheme}\"\n\
             {identity}\nrequest_method = \"{method}\"\nresponse_mode = \"{mode}\"\ntransaction_data = true\n"
        )
    });
    let by_api = BY_API.map(|(name, identity, dc_api)| {
        format!(
            "[[wallets]]\nname = \"{name}\"\nprofile = \"openid4vp\"\nauthorization_endpoint = \"openid4vp://\"\n\
             dc_api = {dc_api}\n{identity}\ntransaction_data = true\n"
        )
    });
    format!(
        r#"
public_url = "{address}"
danger_allow_loopback = true

[storage]
url = "sqlite::memory:"

[verification]
cross_check = "enforce"

{}
[[credentials]]
id = "proof_id_default"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "https://issuer.example.com"
trust = {{ x5c_roots = "issuer-root.pem" }}

[[scopes]]
name = "urn:proof:params:scope:verifiable-credentials:basic"
credential = "proof_id_default"
claims = ["given_name", "age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[[clients]]
client_id = "shop"
authentication = "client_secret_basic"
secret_hash = "{}"
scopes = ["urn:proof:params:scope:verifiable-credentials:basic"]
redirect_uris = ["http://127.0.0.1:9999/return"]
wallet = "unsigned"
"#,
        [&wallets[..], &by_api[..]].concat().join("\n"),
        hash_text(Secret::received("shop-secret").digest()),
    )
}
