//! The client identifiers whose key is not in a certificate, from the request to the audience of the answer.

use std::fs;
use std::path::Path;

use poem::http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{Url, form_urlencoded};
use vpgate::flow::ports::Clock as _;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::base64url;
use vpgate_core::base::json::Bounds;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::signing::SigningKey;

use crate::scenarios::asking::{parameter, path_of, sent_to_wallet};
use crate::scenarios::posting::{PostingWallet, redirect_uri};
use vpgate_test_support::builders::presentation::edit;
use vpgate_test_support::harness::POSTING_WALLET;
use vpgate_test_support::harness::{BASIC, Harness, RETURN_TO};

const BOUNDS: Bounds = Bounds { bytes: 64 << 10, depth: 12, members: 512 };
const DID_WEB: &str = "did:web:verify.example";

/// `key.jwk` and, for the one identifier that needs it, `attestation.jwt`.
struct Ours {
    folder: TempDir,
    key: SigningKey,
}

/// One way to be known.
struct Identity {
    client_id: String,
    /// More in `signing`.
    with: String,
    /// What the header says of the key.
    says: (&'static str, String),
}

fn private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

impl Ours {
    fn new() -> Self {
        let (folder, key) = (tempfile::tempdir().unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
        private(&folder.path().join("key.jwk"), &key.to_private_jwk().to_string());
        Self { folder, key }
    }

    fn attestation(&self) -> String {
        let attester = SigningKey::generate(Algorithm::Es256).unwrap();
        let header = json!({"typ": "verifier-attestation+jwt"});
        let claims = json!({"iss": "https://attester.example", "sub": "corner-shop",
            "exp": SystemClock.now().unix() + 3600, "cnf": {"jwk": self.key.public_key().to_jwk()}});
        let attestation = attester.sign(header.as_object().unwrap(), claims.as_object().unwrap()).unwrap();
        fs::write(self.folder.path().join("attestation.jwt"), &attestation).unwrap();
        attestation
    }

    fn identities(&self) -> [Identity; 4] {
        let mut jwk = self.key.public_key().to_jwk();
        jwk.as_object_mut().unwrap().remove("kid");
        let did_jwk = format!("did:jwk:{}", base64url::encode(jwk.to_string()));
        let of = |client_id: &str, with: &str, name, value: String| Identity {
            client_id: client_id.to_owned(),
            with: with.to_owned(),
            says: (name, value),
        };
        [
            of("caxdw5a7d", "", "kid", self.key.public_key().thumbprint()),
            of(&format!("decentralized_identifier:{did_jwk}"), "", "kid", format!("{did_jwk}#0")),
            of(
                &format!("decentralized_identifier:{DID_WEB}"),
                &format!(", key_id = \"{DID_WEB}#key-1\""),
                "kid",
                format!("{DID_WEB}#key-1"),
            ),
            of(
                "verifier_attestation:corner-shop",
                ", attestation = \"attestation.jwt\"",
                "jwt",
                self.attestation(),
            ),
        ]
    }

    fn wallet(&self, profile: &str, identity: &Identity, method: &str, mode: &str) -> String {
        format!(
            "profile = \"{profile}\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\nclient_id = \"{}\"\n\
             request_method = \"{method}\"\nresponse_mode = \"{mode}\"\nsigning = {{ key = \"key.jwk\"{} }}\n",
            identity.client_id, identity.with
        )
    }

    /// Header and claims of the Request Object to which the address leads, its signature checked.
    async fn object_at(&self, world: &Harness, url: &Url) -> (Value, Value) {
        let object = match parameter(url, "request") {
            Some(inside) => inside,
            None => world.get(&path_of(url)).await.text,
        };
        let jws = UnverifiedJws::parse(&object, &BOUNDS).unwrap();
        let header = Value::Object(jws.header().clone());
        (header, Value::Object(jws.verify(self.key.public_key()).unwrap().into_payload()))
    }
}

/// What differs in one way, and would be believed by who does not compare letter by letter.
fn neighbours(client_id: &str) -> Vec<String> {
    let mut all = vec![format!("{client_id}/"), client_id.to_uppercase(), format!("x509_hash:{client_id}")];
    all.extend(client_id.split_once(':').map(|(_, rest)| rest.to_owned()));
    all
}

#[tokio::test]
async fn req_1_2_req_1_24_req_1_25_each_identifier_names_its_key_and_is_the_audience() {
    let ours = Ours::new();
    for identity in ours.identities() {
        for method in ["by_value", "by_reference", "by_reference_post"] {
            let entry = ours.wallet("openid4vp", &identity, method, "direct_post");
            let world = Harness::asking(&entry, ours.folder.path()).await;
            let (phone, mut browser) = (PostingWallet::new(&world), world.browser());
            let (begun, url) = sent_to_wallet(&world, &mut browser).await;
            let name = format!("{} {method}", identity.client_id);
            assert_eq!(parameter(&url, "client_id").as_ref(), Some(&identity.client_id), "{name}");
            let (header, claims) = ours.object_at(&world, &url).await;
            assert_eq!(header[identity.says.0], identity.says.1, "{name}");
            assert_eq!((&header["typ"], &header["alg"]), (&json!("oauth-authz-req+jwt"), &json!("ES256")));
            assert_eq!(claims["client_id"], identity.client_id, "{name}");

            let asked = world.asked(claims["state"].as_str().unwrap()).await;
            for other in neighbours(&identity.client_id) {
                let mut made = phone.made(&asked);
                edit(&mut made.kb, |kb| kb["aud"] = other.clone().into());
                let answer = phone.answer(&asked, &made.present()).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {other}");
            }
            let page = browser.open(&redirect_uri(&phone.share(&asked).await)).await;
            let code = parameter(&page.url, "response_code");
            assert_eq!(world.collect(&begun, code.as_deref()).await.1["status"], "verified", "{name}");
        }
    }
}

/// The cloud wallet takes signed requests too, by its own parameters (REQ-13.1).
#[tokio::test]
async fn req_13_1_the_cloud_wallet_is_asked_by_a_signed_request_of_its_profile() {
    let ours = Ours::new();
    let [registered, ..] = ours.identities();
    for method in ["by_value", "by_reference"] {
        let entry = ours.wallet("proof", &registered, method, "fragment");
        let world = Harness::asking(&entry, ours.folder.path()).await;
        let mut browser = world.browser();
        let begun = world
            .begin(&json!({"scope": BASIC, "redirect_uri": RETURN_TO, "login_hint": "ann@example.com"}))
            .await;
        let url = browser.open(begun["start_url"].as_str().unwrap()).await.url;
        assert!(!url.as_str().contains("ann"), "the hint is inside: {url}");
        let (_, claims) = ours.object_at(&world, &url).await;
        let said = ["client_id", "iss", "scope", "login_hint"].map(|name| claims[name].as_str().unwrap());
        assert_eq!(said, ["caxdw5a7d", "caxdw5a7d", BASIC, "ann@example.com"], "{method}");
        for never in ["dcql_query", "response_uri", "response_mode", "client_metadata", "request_uri"] {
            assert!(claims.get(never).is_none(), "{method}: {never}");
        }
        let asked = world.asked(claims["state"].as_str().unwrap()).await;
        let presentation = PostingWallet::new(&world).presentation(&asked);
        let fragment = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("vp_token", presentation.as_str()), ("state", asked.state.as_str())])
            .finish();
        let page = browser.bring_fragment(&fragment).await;
        let code = parameter(&page.url, "response_code");
        assert_eq!(world.collect(&begun, code.as_deref()).await.1["status"], "verified", "{method}");
    }
}
