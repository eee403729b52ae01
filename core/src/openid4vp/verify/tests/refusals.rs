//! One thing wrong at a time, and the neighbours that are just right.

use super::*;

#[test]
fn each_check_of_the_verdict_refuses_what_is_wrong_in_exactly_its_way() {
    let cases: [(&str, Wrong); 33] = [
        ("issuer_signature", |scene| {
            let kid = scene.maker.issuer.kid().to_owned();
            scene.maker.issuer = SigningKey::generate(Algorithm::Es256).unwrap();
            scene.maker.header.insert("kid".to_owned(), json!(kid));
            scene.maker.present()
        }),
        ("issuer_key", |scene| header(scene, "kid", &json!("another"))),
        ("typ", |scene| header(scene, "typ", &json!("JWT"))),
        ("typ", |scene| header(scene, "typ", &json!("vc+sd-jwt"))),
        ("issuer_crit", |scene| header(scene, "crit", &json!(["exp"]))),
        ("issuer_alg", |scene| with_issuer_alg(scene, "none")),
        ("issuer_alg", |scene| with_issuer_alg(scene, "HS256")),
        ("credential_type", |scene| claim(scene, "vct", &json!("https://credentials.example.com/other"))),
        ("vct_asked_for", |scene| {
            let other = "https://credentials.example.com/other".to_owned();
            scene.trust.credentials[0].types.push(other.clone());
            claim(scene, "vct", &json!(other))
        }),
        ("issuer_trusted", |scene| claim(scene, "iss", &json!("https://evil.example.com"))),
        ("validity_exp", |scene| claim(scene, "exp", &json!(NOW.unix() - 61))),
        ("validity_nbf", |scene| claim(scene, "nbf", &json!(NOW.unix() + 61))),
        // The disclosed text is another one than the issuer hashed; the holder signed it all the same.
        ("disclosures", |scene| {
            scene.maker.disclosures[0] = member("given_name", json!("Someone"));
            scene.maker.present()
        }),
        ("disclosures", |scene| {
            scene.maker.disclosures.push(member("left", json!("over")));
            scene.maker.present()
        }),
        ("disclosures", |scene| {
            let again = scene.maker.disclosures[0].clone();
            scene.maker.disclosures.push(again);
            scene.maker.present()
        }),
        ("digest_repetition", |scene| {
            let again = scene.maker.disclosures[0].clone();
            scene.maker.refer_to(&again);
            scene.maker.present()
        }),
        ("kb_present", |scene| scene.maker.sd_jwt()),
        ("kb_signature", |scene| {
            scene.maker.holder = SigningKey::generate(Algorithm::Es256).unwrap();
            scene.maker.present()
        }),
        ("kb_typ", |scene| {
            scene.maker.kb_header.insert("typ".to_owned(), json!("JWT"));
            scene.maker.present()
        }),
        ("kb_audience", |scene| kb(scene, "aud", &json!("verifier.example.org"))),
        ("kb_audience", |scene| kb(scene, "aud", &json!([AUDIENCE]))),
        ("kb_nonce", |scene| kb(scene, "nonce", &json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("kb_nonce", |scene| kb(scene, "nonce", &json!(null))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(REQUESTED_AT.unix() - 61))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(NOW.unix() + 61))),
        ("kb_issued_at", |scene| kb(scene, "iat", &json!(null))),
        ("kb_sd_hash", |scene| {
            let sd_jwt = scene.maker.sd_jwt();
            let without_last_tilde = sha256(sd_jwt.trim_end_matches('~'));
            scene.maker.kb.insert("sd_hash".to_owned(), json!(without_last_tilde));
            sd_jwt.clone() + &scene.maker.kb_jwt(&sd_jwt)
        }),
        // A disclosure taken away after the holder signed.
        ("kb_sd_hash", |scene| {
            let text = scene.maker.present();
            text.replace(&format!("{}~", scene.maker.disclosures[2]), "")
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.remove(0);
            scene.maker.present()
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.pop();
            scene.maker.disclose("age_equal_or_over", json!({"65": false}));
            scene.maker.present()
        }),
        ("claims_present", |scene| {
            scene.maker.disclosures.pop();
            scene.maker.disclose("age_equal_or_over", json!([18]));
            scene.maker.present()
        }),
        ("claims_values", |scene| {
            ask_for_value(scene, json!(false));
            scene.maker.present()
        }),
        ("claims_values", |scene| {
            ask_for_value(scene, json!("true"));
            scene.maker.present()
        }),
    ];
    for (index, (reason, wrong)) in cases.into_iter().enumerate() {
        let mut scene = VerifyScene::new();
        let vp_token = wrong(&mut scene);
        assert_eq!(scene.refused(&vp_token), reason, "case {index}");
        let object = json!({ QUERY_ID: [vp_token] }).to_string();
        assert_eq!(scene.refused(&object), reason, "case {index} as an object");
    }
}

fn header(scene: &mut VerifyScene, name: &str, value: &Value) -> String {
    scene.maker.header.insert(name.to_owned(), value.clone());
    scene.maker.present()
}

fn with_issuer_alg(scene: &mut VerifyScene, alg: &str) -> String {
    let sd_jwt = scene.maker.sd_jwt();
    let (protected, rest) = sd_jwt.split_once('.').unwrap();
    let bounds = strict_json::Bounds { bytes: 1000, depth: 2, members: 10 };
    let mut header = strict_json::parse_object(&base64url::decode(protected).unwrap(), &bounds).unwrap();
    header.insert("alg".to_owned(), json!(alg));
    let sd_jwt = format!("{}.{rest}", base64url::encode(Value::Object(header).to_string()));
    sd_jwt.clone() + &scene.maker.kb_jwt(&sd_jwt)
}

#[test]
fn the_neighbours_just_inside_are_accepted() {
    let right: [Wrong; 5] = [
        |scene| claim(scene, "nbf", &json!(NOW.unix())),
        |scene| kb(scene, "iat", &json!(REQUESTED_AT.unix() - 60)),
        |scene| kb(scene, "iat", &json!(NOW.unix() + 60)),
        |scene| {
            ask_for_value(scene, json!(true));
            scene.maker.present()
        },
        |scene| {
            scene.asked.query =
                Query::of(vec![CredentialQuery::new(QUERY_ID, vec![VCT.to_owned()], vec![])]).unwrap();
            scene.maker.disclosures.clear();
            scene.maker.present()
        },
    ];
    for (index, right) in right.into_iter().enumerate() {
        let mut scene = VerifyScene::new();
        let vp_token = right(&mut scene);
        let (presentation, report) = scene.judge(&vp_token);
        assert!(presentation.is_some(), "case {index}: {report:?}");
    }
}

/// What is different about another request.
type Other = fn(&mut VpRequest);

#[test]
fn req_6_4_to_6_6_an_answer_to_one_request_answers_no_other() {
    let requests: [(&str, Other); 3] = [
        ("kb_nonce", |asked| asked.nonce = Nonce::from_entropy([9; 16])),
        ("kb_audience", |asked| asked.verifier_id = "another".to_owned()),
        // The key-binding JWT is five seconds old.
        ("kb_issued_at", |asked| asked.created_at = Timestamp::from_unix(NOW.unix() + 56)),
    ];
    for (reason, change) in requests {
        let mut scene = VerifyScene::new();
        let vp_token = scene.maker.present();
        assert!(scene.judge(&vp_token).0.is_some());
        change(&mut scene.asked);
        assert_eq!(scene.refused(&vp_token), reason);
    }
}

/// A wallet that knows us without a prefix answers to the bare identifier.
#[test]
fn req_13_2_a_prefix_before_a_registered_identifier_is_another_audience() {
    let mut scene = VerifyScene::new();
    scene.asked.verifier_id = "caxdw5a7d".to_owned();
    for wrong in
        ["pre-registered:caxdw5a7d", "redirect_uri:caxdw5a7d", "x509_san_dns:caxdw5a7d", ":caxdw5a7d"]
    {
        let vp_token = kb(&mut scene, "aud", &json!(wrong));
        assert_eq!(scene.refused(&vp_token), "kb_audience", "{wrong}");
    }
    let vp_token = kb(&mut scene, "aud", &json!("caxdw5a7d"));
    assert!(scene.judge(&vp_token).0.is_some());
}
