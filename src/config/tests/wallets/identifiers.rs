//! Who we say we are, and what signs for it: each entry is good, or wrong in one way.

use serde_json::json;

use super::*;

impl Folder {
    /// The private key in the folder as JSON, changed.
    fn key_with(&self, file: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
        let text = fs::read_to_string(self.place.path().join("key.jwk")).unwrap();
        let mut jwk = serde_json::from_str(&text).unwrap();
        change(&mut jwk);
        private(&self.place, file, jwk.to_string());
        format!(
            "profile = \"openid4vp\"\nclient_id = \"a\"\nrequest_method = \"by_value\"\nsigning = {{ key = \"{file}\" }}"
        )
    }
}

/// The certificate has both names; only the one of our host may be the identifier.
#[test]
fn req_1_8_answers_go_to_the_host_of_the_identifier_and_to_no_other() {
    let folder = Folder::new();
    let text = fs::read_to_string(folder.place.path().join("key.jwk")).unwrap();
    let key = SigningKey::from_jwk(&serde_json::from_str(&text).unwrap()).unwrap();
    let names = ["verify.example.com", "other.example"].map(str::to_owned).to_vec();
    let plan = Plan { dns: names, ..Plan::leaf("vpgate", NOW) };
    let leaf = Authority::root(&Plan::authority("Root", NOW))
        .certify(&plan, &public_key(&key.public_key().to_jwk()));
    fs::write(folder.place.path().join("both.pem"), leaf.to_pem().unwrap()).unwrap();
    let wallet = |name: &str| {
        format!(
            "profile = \"openid4vp\"\nclient_id = \"x509_san_dns:{name}\"\n\
             signing = {{ key = \"key.jwk\", certificates = \"both.pem\" }}"
        )
    };
    assert_eq!(folder.route(&wallet("verify.example.com")).verifier_id, "x509_san_dns:verify.example.com");
    let fault = folder.fault(&wallet("other.example"));
    assert!(fault.starts_with("wallets[0].client_id: must name the host of public_url"), "{fault}");

    let addressed = |uri: &str| {
        format!("profile = \"openid4vp\"\nresponse_mode = \"fragment\"\nclient_id = \"redirect_uri:{uri}\"")
    };
    let ours = "https://verify.example.com/callback";
    assert_eq!(folder.route(&addressed(ours)).verifier_id, format!("redirect_uri:{ours}"));
    for other in ["https://verify.example.com/callback/", "https://other.example/callback", "x"] {
        let fault = folder.fault(&addressed(other));
        assert!(fault.starts_with("wallets[0].client_id: must be `redirect_uri:"), "{other}: {fault}");
    }
}

#[test]
fn req_1_20_a_registered_identifier_does_not_begin_like_a_prefix() {
    let folder = Folder::new();
    let wallet = |client_id: &str| format!("profile = \"proof\"\nclient_id = \"{client_id}\"");
    for registered in ["caxdw5a7d", "did:web:a.example", "https://a.example", "x509_hash", "redirect_uri"] {
        assert_eq!(folder.route(&wallet(registered)).prefix(), Prefix::PreRegistered, "{registered}");
    }
    let known = Prefix::ALL.into_iter().filter(|prefix| *prefix != Prefix::PreRegistered);
    for prefix in known.map(Prefix::name).chain(["origin", "openid_federation"]) {
        let fault = folder.fault(&wallet(&format!("{prefix}:x")));
        assert!(fault.starts_with("wallets[0].client_id: "), "{prefix}: {fault}");
    }
}

#[test]
fn req_1_31_only_a_private_key_for_a_known_algorithm_signs() {
    let folder = Folder::new();
    for good in [json!("ES256"), json!(null)] {
        let wallet = folder.key_with("good.jwk", |jwk| match &good {
            serde_json::Value::Null => drop(jwk.as_object_mut().unwrap().remove("alg")),
            alg => jwk["alg"] = alg.clone(),
        });
        assert!(folder.load(&wallet).is_ok(), "{good}");
    }
    for alg in ["none", "HS256", "ES256K", "ES384", "es256", "RS256"] {
        let fault = folder.fault(&folder.key_with("wrong.jwk", |jwk| jwk["alg"] = alg.into()));
        assert!(fault.starts_with("wallets[0].signing.key: "), "{alg}: {fault}");
    }
    let shared = json!({"kty": "oct", "alg": "HS256", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"});
    let fault = folder.fault(&folder.key_with("shared.jwk", |jwk| *jwk = shared));
    assert!(fault.starts_with("wallets[0].signing.key: "), "{fault}");
}

#[test]
fn req_1_38_a_key_for_encryption_signs_nothing() {
    let folder = Folder::new();
    assert!(folder.load(&folder.key_with("signs.jwk", |jwk| jwk["use"] = "sig".into())).is_ok());
    for (name, value) in [("use", "enc"), ("alg", "ECDH-ES")] {
        let fault = folder.fault(&folder.key_with("encrypts.jwk", |jwk| jwk[name] = value.into()));
        assert!(fault.starts_with("wallets[0].signing.key: "), "{name} {value}: {fault}");
    }
}

#[test]
fn req_1_44_the_request_method_is_written_in_one_way() {
    let folder = Folder::new();
    let wallet = |method: &str| {
        format!(
            "profile = \"openid4vp\"\nclient_id = \"a\"\nrequest_method = \"{method}\"\n\
             signing = {{ key = \"key.jwk\" }}"
        )
    };
    assert_eq!(folder.route(&wallet("by_reference_post")).request_method, RequestMethod::ByReferencePost);
    for other in ["POST", "post", "GET", "By_Reference_Post", "by_reference post", ""] {
        let fault = folder.fault(&wallet(other));
        assert!(fault.starts_with("wallets[0].request_method: "), "{other}: {fault}");
    }
}

/// HAIP 1.0 sections 5 and 5.1, one choice wrong at a time.
#[test]
fn req_9_1_to_9_3_haip_leaves_no_choice() {
    let folder = Folder::new();
    let with = |changed: &str, value: &str| {
        let mut wallet = String::from("profile = \"haip\"\n");
        for (key, usual) in [
            ("client_id", format!("x509_hash:{}", folder.hash)),
            ("request_method", "by_reference".to_owned()),
            ("response_mode", "direct_post.jwt".to_owned()),
        ] {
            let value = if key == changed { value } else { &usual };
            wallet.push_str(&format!("{key} = \"{value}\"\n"));
        }
        wallet + signing(Prefix::X509Hash)
    };
    folder.route(&with("", ""));
    folder.route(&with("request_method", "by_reference_post"));
    for (key, value) in [
        ("client_id", "x509_san_dns:verify.example.com"),
        ("request_method", "by_value"),
        ("request_method", "url_query"),
        ("response_mode", "direct_post"),
        ("response_mode", "fragment"),
    ] {
        let fault = folder.fault(&with(key, value));
        assert!(fault.starts_with(&format!("wallets[0].{key}: ")), "{key} {value}: {fault}");
    }
}
