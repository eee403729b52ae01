//! mdocs that other people's libraries issue and show: `@owf/mdoc` and `@auth0/mdl` (npm) as wallets, by redirect and by
//! a browser's API in both of its protocols.
//!
//! Needs node 20 or newer and npm. Where one is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that
//! a failure. What is installed is pinned, and kept in the checkout.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use vpgate::config::secrets::hash_text;
use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::certified_key::issuing_authority;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::secret::Secret;

use crate::clients::service::Service;
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::equipment;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/mdoc");
const LONGEST: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn req_14_50_req_14_51_req_14_73_the_wallets_of_owf_and_auth0_are_understood() {
    let Some(node) = equipment::found("mdoc", equipment::node(Path::new(HERE))) else { return };
    let certified = Certified::new();
    let (root, signer, _lists) = issuing_authority(SystemClock.now()).unwrap();
    fs::write(certified.path().join("iaca.pem"), root).unwrap();
    let signer_file = certified.path().join("signer.json");
    let certificate = STANDARD.encode(&signer.certificate);
    let signer = json!({ "key": signer.key.to_private_jwk(), "certificate": certificate });
    fs::write(&signer_file, signer.to_string()).unwrap();
    let service = Service::of(configuration, certified.path());
    let mut telling = Command::new(node)
        .arg(Path::new(HERE).join("wallets.mjs"))
        .args([service.address.clone(), signer_file.display().to_string()])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..LONGEST.as_secs() * 10 {
        if let Some(told) = telling.try_wait().unwrap() {
            assert!(told.success(), "what was missed is told above");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    telling.kill().unwrap();
    telling.wait().unwrap();
    panic!("not done after {LONGEST:?}");
}

fn configuration(address: &str) -> String {
    let signing = "signing = { key = \"key.pem\", certificates = \"chain.pem\" }";
    format!(
        r#"
public_url = "{address}"
danger_allow_loopback = true

[storage]
url = "sqlite::memory:"

[[wallets]]
name = "post"
profile = "openid4vp"
authorization_endpoint = "mdoc-openid4vp://"
client_id_prefix = "redirect_uri"
request_method = "url_query"
response_mode = "direct_post"

[[wallets]]
name = "encrypted"
profile = "openid4vp"
authorization_endpoint = "mdoc-openid4vp://"
client_id_prefix = "x509_hash"
request_method = "by_reference"
response_mode = "direct_post.jwt"
{signing}

[[wallets]]
name = "browser"
profile = "openid4vp"
authorization_endpoint = "mdoc-openid4vp://"
client_id_prefix = "x509_hash"
request_method = "by_reference"
response_mode = "direct_post.jwt"
dc_api = {{ request = "signed", org_iso_mdoc = true }}
{signing}

[[credentials]]
id = "mdl"
format = "mso_mdoc"
doctype = "org.iso.18013.5.1.mDL"
issuer = "https://issuer.example.com"
trust = {{ iaca_roots = "iaca.pem" }}

[[scopes]]
name = "of_age"
description = "Whether you are 18 or older"
credential = "mdl"
claims = [["org.iso.18013.5.1", "age_over_18"]]
rules = [{{ field = ["org.iso.18013.5.1", "age_over_18"], operator = "=", value = true }}]

[[clients]]
client_id = "shop"
authentication = "client_secret_basic"
secret_hash = "{}"
redirect_uris = ["http://127.0.0.1:9999/return"]
wallet = "post"
"#,
        hash_text(Secret::received("shop-secret").digest()),
    )
}
