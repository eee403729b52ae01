mod dc_api;
mod identifiers;

use std::fs;

use toml::{Table, Value};

use crate::config::{Config, Faults};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::jose::x5c::OwnChain;
use vpgate_core::jose::x5c::testing::{Authority, Plan, p256, public_key};
use vpgate_core::openid4vp::client_id::Prefix;
use vpgate_core::openid4vp::profile;
use vpgate_core::openid4vp::request::{
    Profile, RequestMethod, ResponseMode, TransactionSupport, WalletRoute,
};

const CONTRACT: &str = include_str!("../../../fixtures/config/contract.toml");
const NOW: i64 = 1_800_000_000;

/// A folder with a key and what stands for it.
struct Folder {
    place: tempfile::TempDir,
    hash: String,
    did: String,
}

fn private(place: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) {
    let path = place.path().join(name);
    fs::write(&path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

impl Folder {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        private(&place, "key.jwk", key.to_private_jwk().to_string());
        private(&place, "other.pem", p256().private_key_to_pem_pkcs8().unwrap());
        private(
            &place,
            "rsa.jwk",
            SigningKey::generate(Algorithm::Rs256).unwrap().to_private_jwk().to_string(),
        );
        fs::write(place.path().join("open.jwk"), key.to_private_jwk().to_string()).unwrap();
        private(&place, "secret", "wallet-secret\n");

        let mut jwk = key.public_key().to_jwk();
        let certified = public_key(&jwk);
        let root = Authority::root(&Plan::authority("Root", NOW));
        let between = root.authority(&Plan::authority("Between", NOW));
        let plan = Plan { dns: vec!["verify.example.com".to_owned()], ..Plan::leaf("vpgate", NOW) };
        let leaf = between.certify(&plan, &certified).to_pem().unwrap();
        let plan = Plan { purpose: Some("1.0.18013.5.1.6"), ..plan };
        let reader = between.certify(&plan, &certified).to_pem().unwrap();
        fs::write(place.path().join("reader.pem"), [reader, between.pem()].concat()).unwrap();
        let chain = [leaf.clone(), between.pem()].concat();
        fs::write(place.path().join("chain.pem"), &chain).unwrap();
        fs::write(place.path().join("with_root.pem"), [chain.clone(), root.pem()].concat()).unwrap();
        fs::write(place.path().join("swapped.pem"), [between.pem(), leaf].concat()).unwrap();
        let hash = OwnChain::from_pem(&chain).unwrap().leaf_hash().to_owned();

        jwk.as_object_mut().unwrap().remove("kid");
        let did = format!("did:jwk:{}", vpgate_core::base::base64url::encode(jwk.to_string()));
        let claims = serde_json::json!({"iss": "https://a.example", "sub": "shop", "exp": NOW + 9_999,
            "cnf": {"jwk": key.public_key().to_jwk()}});
        let header = serde_json::json!({"typ": "verifier-attestation+jwt"});
        let attestation = key.sign(header.as_object().unwrap(), claims.as_object().unwrap()).unwrap();
        fs::write(place.path().join("attestation.jwt"), attestation).unwrap();
        fs::write(place.path().join("roots.pem"), root.pem()).unwrap();
        Self { place, hash, did }
    }

    /// The contract's configuration with this as its wallet, and an issuer of whom every profile believes it.
    fn load(&self, wallet: &str) -> Result<Config, Faults> {
        let (before, rest) = CONTRACT.split_once("trust = {").unwrap();
        let (_, after) = rest.split_once('}').unwrap();
        let text = format!("{before}trust = {{ x5c_roots = \"roots.pem\" }}{after}");
        let mut file: Table = toml::from_str(&text).unwrap();
        let mut table: Table = toml::from_str(wallet).unwrap();
        for (key, value) in
            [("name", "proof"), ("authorization_endpoint", "https://wallet.example/authorize")]
        {
            table.entry(key).or_insert_with(|| Value::from(value));
        }
        file.insert("wallets".to_owned(), Value::Array(vec![Value::Table(table)]));
        Config::from_toml(&toml::to_string(&file).unwrap(), self.place.path())
    }

    fn route(&self, wallet: &str) -> WalletRoute {
        self.load(wallet).unwrap_or_else(|faults| panic!("{wallet}\n{faults}")).policy.wallets.remove(0)
    }

    /// The one fault there is.
    fn fault(&self, wallet: &str) -> String {
        let faults = self.load(wallet).expect_err(wallet);
        assert_eq!(faults.iter().count(), 1, "{wallet}\n{faults}");
        faults.to_string()
    }

    /// Everything that a prefix needs, as TOML.
    fn identity(&self, prefix: Prefix) -> String {
        match prefix {
            Prefix::PreRegistered => "client_id = \"caxdw5a7d\"\n".to_owned(),
            Prefix::RedirectUri => "client_id_prefix = \"redirect_uri\"\n".to_owned(),
            Prefix::X509SanDns => "client_id = \"x509_san_dns:verify.example.com\"\n".to_owned(),
            Prefix::X509Hash => "client_id_prefix = \"x509_hash\"\n".to_owned(),
            Prefix::DecentralizedIdentifier => {
                format!("client_id = \"decentralized_identifier:{}\"\n", self.did)
            }
            Prefix::VerifierAttestation => "client_id = \"verifier_attestation:shop\"\n".to_owned(),
        }
    }
}

fn signing(prefix: Prefix) -> &'static str {
    match prefix {
        Prefix::RedirectUri => "",
        Prefix::PreRegistered | Prefix::DecentralizedIdentifier => "signing = { key = \"key.jwk\" }\n",
        Prefix::X509SanDns | Prefix::X509Hash => {
            "signing = { key = \"key.jwk\", certificates = \"chain.pem\" }\n"
        }
        Prefix::VerifierAttestation => "signing = { key = \"key.jwk\", attestation = \"attestation.jwt\" }\n",
    }
}

#[test]
fn req_1_8_req_1_21_req_9_2_every_combination_starts_or_names_the_key_at_fault() {
    let folder = Folder::new();
    let profiles = [("proof", Profile::Proof), ("openid4vp", Profile::Openid4vp), ("haip", Profile::Haip)];
    let methods = [
        ("url_query", RequestMethod::UrlQuery),
        ("by_value", RequestMethod::ByValue),
        ("by_reference", RequestMethod::ByReferenceGet),
        ("by_reference_post", RequestMethod::ByReferencePost),
        ("pushed", RequestMethod::Pushed),
    ];
    let modes = [
        ("fragment", ResponseMode::Fragment),
        ("direct_post", ResponseMode::DirectPost),
        ("direct_post.jwt", ResponseMode::DirectPostJwt),
    ];
    let (mut started, mut refused) = (0, 0);
    for (profile_name, profile) in profiles {
        for prefix in Prefix::ALL {
            for (method_name, method) in methods {
                for (mode_name, mode) in modes {
                    let mut wallet = format!(
                        "profile = \"{profile_name}\"\nrequest_method = \"{method_name}\"\n\
                         response_mode = \"{mode_name}\"\n{}",
                        folder.identity(prefix)
                    );
                    // An identifier by the digest of a certificate needs that certificate in any case.
                    if method.is_signed() || prefix == Prefix::X509Hash {
                        wallet.push_str(signing(prefix));
                    }
                    if method == RequestMethod::Pushed {
                        wallet.push_str(
                            "pushed_authorization_request_endpoint = \"https://wallet.example/par\"\n",
                        );
                    }
                    match profile::permits(profile, prefix, method, mode) {
                        Ok(()) => {
                            let route = folder.route(&wallet);
                            assert_eq!((route.prefix(), route.request_method), (prefix, method), "{wallet}");
                            started += 1;
                        }
                        Err(wrong) => {
                            let expected = format!("wallets[0].{}: {}", wrong.key, wrong.why);
                            assert_eq!(folder.fault(&wallet), expected, "{wallet}");
                            refused += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!((started, refused), (59, 211));
}

#[test]
fn the_defaults_of_each_profile() {
    let folder = Folder::new();
    let proof = folder.route("profile = \"proof\"\nclient_id = \"caxdw5a7d\"");
    assert_eq!(
        (proof.request_method, proof.response_mode),
        (RequestMethod::UrlQuery, ResponseMode::Fragment)
    );
    assert_eq!((proof.send_response_mode, proof.transaction_data), (false, TransactionSupport::All));
    let plain = folder.route("profile = \"openid4vp\"\nclient_id_prefix = \"redirect_uri\"");
    assert_eq!(
        (plain.request_method, plain.response_mode),
        (RequestMethod::UrlQuery, ResponseMode::DirectPost)
    );
    assert_eq!((plain.send_response_mode, plain.transaction_data), (true, TransactionSupport::None));
    assert!(!plain.legacy_names);
    assert_eq!(plain.verifier_id, "redirect_uri:", "completed by each request");
    let haip = folder.route(&format!(
        "profile = \"haip\"\nauthorization_endpoint = \"haip-vp://\"\nclient_id = \"x509_hash:{}\"\n{}",
        folder.hash,
        signing(Prefix::X509Hash)
    ));
    assert_eq!(
        (haip.request_method, haip.response_mode),
        (RequestMethod::ByReferenceGet, ResponseMode::DirectPostJwt)
    );
}

/// Each of these is wrong in one way; the fault stands at the key that must be changed.
#[test]
fn req_1_3_req_1_8_req_1_20_to_1_25_req_1_27_req_1_37_req_1_54_illegal_entries_are_refused_at_their_key() {
    let folder = Folder::new();
    let openid = "profile = \"openid4vp\"\n";
    let dns = "client_id = \"x509_san_dns:verify.example.com\"\n";
    let proof = "profile = \"proof\"\nclient_id = \"caxdw5a7d\"\n";
    let cases: &[(&str, &[&str])] = &[
        ("client_id", &[openid, "client_id = \"origin:https://verify.example.com\""]),
        ("client_id", &[openid, "client_id = \"openid_federation:https://verify.example.com\""]),
        ("client_id", &[openid]),
        ("client_id", &[openid, "client_id = \"a b\""]),
        ("client_id", &[openid, "client_id = \"redirect_uri:https://verify.example.com/callback\""]),
        (
            "client_id",
            &[
                openid,
                "response_mode = \"fragment\"\nclient_id = \"redirect_uri:https://verify.example.com/\"",
            ],
        ),
        (
            "client_id",
            &[
                openid,
                "client_id = \"x509_hash:abc\"\nsigning = { key = \"key.jwk\", certificates = \"chain.pem\" }",
            ],
        ),
        (
            "client_id",
            &[openid, "client_id = \"decentralized_identifier:did:ion:x\"\nsigning = { key = \"key.jwk\" }"],
        ),
        ("client_id_prefix", &[openid, dns, "client_id_prefix = \"redirect_uri\""]),
        ("client_id_prefix", &[openid, "client_id_prefix = \"x509_san_dns\""]),
        ("request_method", &[openid, "client_id = \"a\"\nrequest_method = \"POST\""]),
        ("response_mode", &[openid, "client_id = \"a\"\nresponse_mode = \"query\""]),
        ("send_response_mode", &[openid, "client_id = \"a\"\nsend_response_mode = false"]),
        ("send_response_mode", &[proof, "response_mode = \"direct_post\"\nsend_response_mode = false"]),
        ("legacy_names", &[proof, "legacy_names = true"]),
        ("authorization_method", &[proof, "authorization_method = \"put\""]),
        (
            "authorization_method",
            &[
                openid,
                "client_id = \"a\"\nauthorization_endpoint = \"openid4vp://\"\nauthorization_method = \"post\"",
            ],
        ),
        ("legacy_names", &[openid, "client_id = \"a\"\nlegacy_names = true"]),
        ("issuer", &[proof, "issuer = \"http://wallet.example\""]),
        ("transaction_data", &[proof, "transaction_data = []"]),
        ("transaction_data", &[proof, "transaction_data = [1]"]),
        ("transaction_data", &[proof, "transaction_data = \"yes\""]),
        ("verifier_info", &[proof, "verifier_info = [{ format = \"jwt\", data = \"x\" }]"]),
        (
            "verifier_info[0].credential_ids",
            &[
                openid,
                "client_id = \"a\"\nverifier_info = [{ format = \"jwt\", data = \"x\", credential_ids = [\"other\"] }]",
            ],
        ),
        (
            "verifier_info[0].credential_ids",
            &[
                openid,
                "client_id = \"a\"\nverifier_info = [{ format = \"jwt\", data = \"x\", credential_ids = [] }]",
            ],
        ),
        (
            "verifier_info[0].data",
            &[openid, "client_id = \"a\"\nverifier_info = [{ format = \"jwt\", data = 1 }]"],
        ),
        ("verifier_info[0].format", &[openid, "client_id = \"a\"\nverifier_info = [{ data = \"x\" }]"]),
        ("pushed_authorization_request_endpoint", &[proof, "request_method = \"pushed\""]),
        (
            "pushed_authorization_request_endpoint",
            &[proof, "pushed_authorization_request_endpoint = \"https://wallet.example/par\""],
        ),
        ("client_secret_file", &[proof, "client_secret_file = \"secret\""]),
        (
            "client_secret_file",
            &[
                proof,
                "request_method = \"pushed\"\npushed_authorization_request_endpoint = \"https://wallet.example/par\"\nclient_secret_file = \"nowhere\"",
            ],
        ),
        ("signing", &[openid, "client_id_prefix = \"redirect_uri\"\nsigning = { key = \"key.jwk\" }"]),
        ("signing.key", &[openid, dns]),
        ("signing.key", &[openid, dns, "signing = { key = \"nowhere.jwk\", certificates = \"chain.pem\" }"]),
        ("signing.key", &[openid, dns, "signing = { key = \"chain.pem\", certificates = \"chain.pem\" }"]),
        ("signing.certificates", &[openid, dns, "signing = { key = \"key.jwk\" }"]),
        (
            "signing.certificates",
            &[openid, dns, "signing = { key = \"other.pem\", certificates = \"chain.pem\" }"],
        ),
        (
            "signing.certificates",
            &[openid, dns, "signing = { key = \"key.jwk\", certificates = \"swapped.pem\" }"],
        ),
        (
            "signing.certificates",
            &[openid, dns, "signing = { key = \"key.jwk\", certificates = \"key.jwk\" }"],
        ),
        (
            "signing.certificates",
            &[openid, "client_id_prefix = \"x509_hash\"\nsigning = { key = \"key.jwk\" }"],
        ),
        (
            "signing.certificates",
            &[
                "profile = \"haip\"\nclient_id_prefix = \"x509_hash\"\nsigning = { key = \"key.jwk\", certificates = \"with_root.pem\" }",
            ],
        ),
        (
            "signing.key_id",
            &[openid, dns, "signing = { key = \"key.jwk\", certificates = \"chain.pem\", key_id = \"1\" }"],
        ),
        (
            "signing.attestation",
            &[openid, "client_id = \"verifier_attestation:shop\"\nsigning = { key = \"key.jwk\" }"],
        ),
        (
            "signing.attestation",
            &[
                openid,
                "client_id = \"verifier_attestation:other\"\nsigning = { key = \"key.jwk\", attestation = \"attestation.jwt\" }",
            ],
        ),
    ];
    for (key, parts) in cases {
        let fault = folder.fault(&parts.concat());
        // A key that is no key is a fault twice: it is not one, and so nothing can be signed.
        assert!(fault.starts_with(&format!("wallets[0].{key}: ")), "{key}: {fault}");
    }
}

#[test]
fn req_1_22_the_certificate_names_the_host_to_which_answers_go() {
    let folder = Folder::new();
    let fault = folder.load(&format!(
        "profile = \"openid4vp\"\nclient_id = \"x509_san_dns:other.example\"\n{}",
        signing(Prefix::X509SanDns)
    ));
    let fault = fault.unwrap_err().to_string();
    assert!(fault.contains("wallets[0].client_id: must name the host of public_url"), "{fault}");
}

#[test]
fn req_9_2_haip_wants_no_self_signed_certificate() {
    let folder = Folder::new();
    let own = Authority::root(&Plan::authority("vpgate", NOW));
    private(&folder.place, "own.pem", own.key.private_key_to_pem_pkcs8().unwrap());
    fs::write(folder.place.path().join("own-chain.pem"), own.pem()).unwrap();
    let wallet = |profile: &str| {
        format!(
            "profile = \"{profile}\"\nclient_id_prefix = \"x509_hash\"\n\
             signing = {{ key = \"own.pem\", certificates = \"own-chain.pem\" }}"
        )
    };
    assert!(
        folder.fault(&wallet("haip")).contains("signing.certificates: the first certificate is self-signed")
    );
    assert!(folder.route(&wallet("openid4vp")).verifier_id.starts_with("x509_hash:"));
}

#[cfg(unix)]
#[test]
fn req_1_29_a_key_that_others_can_read_is_refused_and_never_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let wallet = "profile = \"openid4vp\"\nclient_id = \"a\"\nrequest_method = \"by_value\"\nsigning = { key = \"open.jwk\" }";
    let path = folder.place.path().join("open.jwk");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(folder.fault(wallet).contains("wallets[0].signing.key: "), "readable by others");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let jwk: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let shown = format!("{:?}", folder.load(wallet).unwrap());
    assert!(!shown.contains(jwk["d"].as_str().unwrap()));
}

#[test]
fn a_secret_for_pushed_requests_is_kept_apart() {
    let folder = Folder::new();
    let config = folder
        .load(
            "profile = \"proof\"\nclient_id = \"a\"\nrequest_method = \"pushed\"\nclient_secret_file = \"secret\"\n\
             pushed_authorization_request_endpoint = \"https://wallet.example/par\"",
        )
        .unwrap();
    assert_eq!(config.wallet_secrets["proof"].expose(), "wallet-secret");
    assert!(!format!("{config:?}").contains("wallet-secret"));
}

#[test]
fn req_1_12_wallets_are_called_by_https_or_the_scheme_of_an_app() {
    let folder = Folder::new();
    let at = |profile: &str, endpoint: &str| {
        let identity = if profile == "haip" { Prefix::X509Hash } else { Prefix::PreRegistered };
        let signing = if profile == "haip" { signing(identity) } else { "" };
        folder.load(&format!(
            "profile = \"{profile}\"\nauthorization_endpoint = \"{endpoint}\"\n{}{signing}",
            folder.identity(identity)
        ))
    };
    for (profile, endpoint) in [
        ("openid4vp", "openid4vp://"),
        ("openid4vp", "openid4vp://authorize"),
        ("openid4vp", "https://wallet.example/authorize?tenant=1"),
        ("haip", "haip-vp://"),
        ("openid4vp", "haip-vp://"),
        ("haip", "openid4vp://"),
        ("openid4vp", "mdoc-openid4vp://"),
        ("openid4vp", "eudi-openid4vp://"),
        ("haip", "haip://"),
        ("haip", "eudi-openid4vp://verifier.example"),
        ("openid4vp", "av://"),
        ("openid4vp", "com.example.wallet://present"),
    ] {
        assert!(at(profile, endpoint).is_ok(), "{profile} {endpoint}");
    }
    for (profile, endpoint) in [
        ("proof", "openid4vp://"),
        ("proof", "av://"),
        ("openid4vp", "javascript:alert(1)"),
        ("haip", "javascript://x/%0aalert(1)"),
        ("openid4vp", "data:text/html,x"),
        ("openid4vp", "file:///x"),
        ("haip", "intent://x"),
        ("openid4vp", "openid4vp:"),
        ("openid4vp", "openid4vp://user@x"),
        ("openid4vp", "openid4vp://#x"),
        ("openid4vp", "http://wallet.example/"),
    ] {
        let faults = at(profile, endpoint).expect_err(endpoint).to_string();
        assert!(faults.starts_with("wallets[0].authorization_endpoint: "), "{faults}");
    }
}
