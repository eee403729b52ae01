//! The duties of a request as a reader who trusts nobody would check them: nothing that is built has a fault,
//! and a request that is wrong in one way has that one.

use serde_json::{from_value, to_value};

use super::*;

/// A duty, and what a request looks like that breaks it and no other.
type BrokenDuty = (&'static str, fn(&mut Value));

/// The duties that the parameters break (OpenID4VP 1.0 sections 5.1, 5.2, 5.9.3, 8.2, 11.1).
fn faults(asked: &Addressed, claims: &Value) -> Vec<&'static str> {
    let text = |name: &str| claims[name].as_str();
    let has = |name: &str| claims.get(name).is_some();
    let wallet = &asked.wallet;
    let proof = asked.profile == Profile::Proof;
    let may_be_silent = proof && asked.response_mode == ResponseMode::Fragment && !wallet.send_response_mode;
    let mode = if may_be_silent { None } else { Some(asked.response_mode.name()) };
    let address = text("response_uri").or(text("redirect_uri")).and_then(|it| Url::parse(it).ok());
    let address_fits = |address: &Url| match Prefix::split(&asked.verifier_id).unwrap() {
        (Prefix::RedirectUri, rest) => address.as_str() == rest,
        (Prefix::X509SanDns, name) => address.host_str() == Some(name),
        _ => true,
    };
    let native = |name: &str, kind: fn(&Value) -> bool| claims.get(name).is_none_or(kind);
    let about = |one: &Value| {
        let known = |id: &Value| asked.query.credential(id.as_str().unwrap()).is_some();
        one.get("credential_ids").is_none_or(|ids| ids.as_array().unwrap().iter().all(known))
    };
    let said = |all: &Value| all.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(about));
    let names = claims.as_object().unwrap().keys();
    let duties = [
        ("REQ-1.1", text("response_type") == Some("vp_token")),
        ("REQ-1.2", text("client_id") == Some(asked.verifier_id.as_str())),
        ("REQ-1.3", text("response_mode") == mode),
        ("REQ-1.4", has("scope") != has("dcql_query")),
        ("REQ-1.5", text("nonce").is_some_and(holds_128_bits)),
        ("REQ-1.6", text("state").is_some_and(holds_128_bits)),
        (
            "REQ-1.7",
            has("response_uri") == asked.response_mode.is_posted()
                && has("redirect_uri") != has("response_uri"),
        ),
        ("REQ-1.8", address.is_some_and(|address| address_fits(&address))),
        (
            "REQ-1.9",
            native("dcql_query", Value::is_object)
                && native("client_metadata", Value::is_object)
                && native("transaction_data", if proof { Value::is_string } else { Value::is_array }),
        ),
        ("REQ-1.53", proof || names.clone().all(|name| PARAMETERS.contains(&name.as_str()))),
        ("REQ-1.54", claims.get("verifier_info").is_none_or(said)),
    ];
    let registered = asked.prefix() == Prefix::PreRegistered;
    let metadata = match claims.get("client_metadata") {
        Some(metadata) if registered => vec![("REQ-1.28", metadata.is_null())],
        Some(metadata) if metadata.is_object() => about_us(asked, metadata).to_vec(),
        Some(_) => vec![],
        None => vec![("REQ-1.50", registered)],
    };
    duties.into_iter().chain(metadata).filter(|(_, kept)| !kept).map(|(duty, _)| duty).collect()
}

/// What is sent in the profiles that are OpenID4VP 1.0.
pub(super) const PARAMETERS: [&str; 11] = [
    "response_type",
    "client_id",
    "response_mode",
    "redirect_uri",
    "response_uri",
    "nonce",
    "state",
    "dcql_query",
    "transaction_data",
    "client_metadata",
    "verifier_info",
];

/// And in their `client_metadata`.
pub(super) const METADATA: [&str; 3] =
    ["vp_formats_supported", "jwks", "encrypted_response_enc_values_supported"];

/// REQ-1.5, REQ-1.6: 22 characters of base64url, all of them URL-safe.
fn holds_128_bits(text: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    text.len() >= 22 && text.chars().all(safe)
}

/// The duties of `client_metadata`, with whether they are kept.
fn about_us(asked: &VpRequest, metadata: &Value) -> [(&'static str, bool); 5] {
    let encrypted = asked.response_mode.is_encrypted();
    let filled = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
    let formats = metadata["vp_formats_supported"].as_object().is_some_and(|formats| {
        let lists = formats.values().filter_map(Value::as_object).flat_map(Map::values);
        !formats.is_empty() && lists.into_iter().all(filled)
    });
    let keys = metadata["jwks"]["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let alone = |key: &Value| keys.iter().filter(|other| other["kid"] == key["kid"]).count() == 1;
    let published = |key: &Value| {
        let private = ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|name| key.get(name).is_some());
        key["kid"].is_string() && key["alg"].is_string() && key["use"] == "enc" && !private && alone(key)
    };
    let encs = metadata.get("encrypted_response_enc_values_supported");
    let haip = asked.profile != Profile::Haip
        || encs.is_none_or(|encs| !filled(encs) || *encs == json!(["A128GCM", "A256GCM"]))
            && keys
                .iter()
                .all(|key| key["alg"].is_null() || key["alg"] == "ECDH-ES" && key["crv"] == "P-256");
    [
        ("REQ-1.50", formats),
        ("REQ-1.51", keys.is_empty() != encrypted && keys.iter().all(published)),
        ("REQ-1.52", encs.is_some() == encrypted && encs.is_none_or(filled)),
        ("REQ-1.53", metadata.as_object().unwrap().keys().all(|name| METADATA.contains(&name.as_str()))),
        ("REQ-9.4", haip),
    ]
}

/// Each change breaks the duty it stands beside, and no other.
fn found_out(asked: &Addressed, broken: &[BrokenDuty]) {
    let good = Value::Object(parameters(asked, &asked.wallet).to_claims());
    assert_eq!(faults(asked, &good), [""; 0]);
    for (at, (duty, change)) in broken.iter().enumerate() {
        let mut wrong = good.clone();
        change(&mut wrong);
        assert_eq!(faults(asked, &wrong), [*duty], "{at}");
    }
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().shift_remove(name).unwrap();
}

#[test]
fn req_1_1_to_1_9_req_1_50_to_1_54_req_9_4_what_is_built_has_no_fault() {
    for asked in every_request() {
        let claims = Value::Object(parameters(&asked, &asked.wallet).to_claims());
        assert_eq!(faults(&asked, &claims), [""; 0], "{claims}");
    }
}

#[test]
fn req_1_1_to_1_9_a_request_that_is_wrong_in_one_way_is_found_out() {
    let posted = request(Profile::Openid4vp, DNS, RequestMethod::ByReferenceGet, ResponseMode::DirectPost);
    found_out(
        &posted,
        &[
            ("REQ-1.1", |it| it["response_type"] = "code".into()),
            ("REQ-1.1", |it| it["response_type"] = "vp_token id_token".into()),
            ("REQ-1.1", |it| remove(it, "response_type")),
            ("REQ-1.2", |it| it["client_id"] = "verify.example".into()),
            ("REQ-1.2", |it| remove(it, "client_id")),
            ("REQ-1.3", |it| it["response_mode"] = "fragment".into()),
            ("REQ-1.3", |it| remove(it, "response_mode")),
            ("REQ-1.4", |it| remove(it, "dcql_query")),
            ("REQ-1.5", |it| remove(it, "nonce")),
            ("REQ-1.5", |it| it["nonce"] = "BAQEBAQEBAQEBAQEBAQEB".into()),
            ("REQ-1.5", |it| it["nonce"] = "BAQEBAQEBAQ+BAQEBAQEBA".into()),
            ("REQ-1.6", |it| remove(it, "state")),
            ("REQ-1.6", |it| it["state"] = "17".into()),
            ("REQ-1.7", |it| it["redirect_uri"] = "https://verify.example/callback".into()),
            ("REQ-1.8", |it| it["response_uri"] = "https://other.example/wallet/responses/x".into()),
            ("REQ-1.9", |it| it["dcql_query"] = it["dcql_query"].to_string().into()),
            ("REQ-1.9", |it| it["client_metadata"] = it["client_metadata"].to_string().into()),
            ("REQ-1.9", |it| it["transaction_data"] = "e30 e30".into()),
        ],
    );
    let by_scope = request(Profile::Proof, "caxdw5a7d", RequestMethod::UrlQuery, ResponseMode::Fragment);
    found_out(
        &by_scope,
        &[
            ("REQ-1.4", |it| it["dcql_query"] = json!({"credentials": []})),
            ("REQ-1.4", |it| remove(it, "scope")),
            ("REQ-1.7", |it| {
                it["response_uri"] = it["redirect_uri"].clone();
                remove(it, "redirect_uri");
            }),
            ("REQ-1.9", |it| it["transaction_data"] = json!(["e30"])),
            ("REQ-1.28", |it| it["client_metadata"] = json!({})),
        ],
    );
    let addressed =
        request(Profile::Openid4vp, "redirect_uri:", RequestMethod::UrlQuery, ResponseMode::Fragment);
    found_out(
        &addressed,
        &[("REQ-1.8", |it| it["redirect_uri"] = "https://verify.example/elsewhere".into())],
    );
}

#[test]
fn req_1_50_to_1_54_req_9_4_metadata_that_are_wrong_in_one_way_are_found_out() {
    let mut haip = request(Profile::Haip, HASH, RequestMethod::ByReferenceGet, ResponseMode::DirectPostJwt);
    haip.wallet.verifier_info =
        vec![VerifierInfo { format: "jwt".to_owned(), data: "ey...".into(), credential_ids: None }];
    found_out(
        &haip,
        &[
            ("REQ-1.50", |it| remove(it, "client_metadata")),
            ("REQ-1.50", |it| remove(&mut it["client_metadata"], "vp_formats_supported")),
            ("REQ-1.50", |it| it["client_metadata"]["vp_formats_supported"] = json!({})),
            ("REQ-1.50", |it| {
                it["client_metadata"]["vp_formats_supported"]["dc+sd-jwt"]["kb-jwt_alg_values"] = json!([]);
            }),
            ("REQ-1.51", |it| remove(&mut it["client_metadata"], "jwks")),
            ("REQ-1.51", |it| remove(&mut it["client_metadata"]["jwks"]["keys"][0], "alg")),
            ("REQ-1.51", |it| remove(&mut it["client_metadata"]["jwks"]["keys"][0], "kid")),
            ("REQ-1.51", |it| it["client_metadata"]["jwks"]["keys"][0]["d"] = "AA".into()),
            ("REQ-1.51", |it| {
                let keys = it["client_metadata"]["jwks"]["keys"].as_array_mut().unwrap();
                keys.push(keys[0].clone());
            }),
            ("REQ-1.52", |it| remove(&mut it["client_metadata"], "encrypted_response_enc_values_supported")),
            ("REQ-1.52", |it| {
                it["client_metadata"]["encrypted_response_enc_values_supported"] = json!([]);
            }),
            ("REQ-1.53", |it| it["client_metadata"]["vp_formats"] = json!({})),
            ("REQ-1.53", |it| {
                it["client_metadata"]["authorization_encrypted_response_alg"] = "ECDH-ES".into();
            }),
            ("REQ-1.53", |it| it["client_id_scheme"] = "x509_hash".into()),
            ("REQ-1.53", |it| it["presentation_definition"] = json!({})),
            ("REQ-1.54", |it| it["verifier_info"] = json!([])),
            ("REQ-1.54", |it| it["verifier_info"][0]["credential_ids"] = json!(["other"])),
            ("REQ-9.4", |it| {
                it["client_metadata"]["encrypted_response_enc_values_supported"] = json!(["A128GCM"]);
            }),
            ("REQ-9.4", |it| it["client_metadata"]["jwks"]["keys"][0]["crv"] = "P-384".into()),
            ("REQ-9.4", |it| {
                it["client_metadata"]["jwks"]["keys"][0]["alg"] = "ECDH-ES+A128KW".into();
            }),
        ],
    );
    let plain =
        request(Profile::Openid4vp, "redirect_uri:", RequestMethod::UrlQuery, ResponseMode::DirectPost);
    found_out(
        &plain,
        &[("REQ-1.52", |it| {
            it["client_metadata"]["encrypted_response_enc_values_supported"] = json!(["A128GCM"]);
        })],
    );
}

/// The duties that a Request Object breaks besides (section 5.10; RFC 9101 section 4). `wallet_nonce` is what
/// the wallet sent.
fn object_faults(asked: &VpRequest, claims: &Value, wallet_nonce: Option<&str>) -> Vec<&'static str> {
    let times = ["iat", "exp"].map(|name| claims[name].as_i64().unwrap_or_default());
    let inside = |name: &str| claims.get(name).is_some();
    let everything = ["response_type", "nonce", "state"].into_iter().all(inside)
        && (inside("dcql_query") || inside("scope"))
        && (inside("response_uri") || inside("redirect_uri"));
    let audience = asked.wallet_issuer.as_deref().unwrap_or("https://self-issued.me/v2");
    let duties = [
        ("REQ-1.32", claims["aud"] == audience),
        ("REQ-1.33", claims["client_id"] == asked.verifier_id),
        ("REQ-1.34", !inside("request") && !inside("request_uri")),
        ("REQ-1.35", everything),
        (
            "REQ-1.36",
            times == [MADE_AT.unix(), asked.expires_at.unix()] && claims["sub"] != asked.verifier_id,
        ),
        ("REQ-1.42", claims.get("wallet_nonce").and_then(Value::as_str) == wallet_nonce),
    ];
    duties.into_iter().filter(|(_, kept)| !kept).map(|(duty, _)| duty).collect()
}

#[test]
fn req_1_32_to_1_36_req_1_42_a_request_object_that_is_wrong_in_one_way_is_found_out() {
    let broken: &[BrokenDuty] = &[
        ("REQ-1.32", |it| it["aud"] = "https://self-issued.me/v2".into()),
        ("REQ-1.32", |it| it["aud"] = json!(["https://wallet.example"])),
        ("REQ-1.32", |it| remove(it, "aud")),
        ("REQ-1.33", |it| it["client_id"] = "x509_san_dns:VERIFY.example".into()),
        ("REQ-1.33", |it| remove(it, "client_id")),
        ("REQ-1.34", |it| it["request_uri"] = "https://verify.example/wallet/requests/x".into()),
        ("REQ-1.34", |it| it["request"] = "eyJ.eyJ.sig".into()),
        ("REQ-1.35", |it| remove(it, "nonce")),
        ("REQ-1.35", |it| remove(it, "dcql_query")),
        ("REQ-1.35", |it| remove(it, "response_uri")),
        ("REQ-1.36", |it| remove(it, "exp")),
        ("REQ-1.36", |it| it["exp"] = (it["exp"].as_i64().unwrap() + 1).into()),
        ("REQ-1.36", |it| it["sub"] = it["client_id"].clone()),
        ("REQ-1.42", |it| remove(it, "wallet_nonce")),
        ("REQ-1.42", |it| it["wallet_nonce"] = "another".into()),
    ];
    for mut asked in every_request().into_iter().filter(|asked| asked.wallet.request_method.is_signed()) {
        for nonce in [None, Some("n-0S6_WzA2Mj")] {
            let claims = Value::Object(request_object(&asked, &asked.wallet, nonce, MADE_AT));
            assert_eq!(object_faults(&asked, &claims, nonce), [""; 0]);
        }
        asked.wallet_issuer = Some("https://wallet.example".to_owned());
        let claims = Value::Object(request_object(&asked, &asked.wallet, Some("n"), MADE_AT));
        assert_eq!(object_faults(&asked, &claims, Some("n")), [""; 0]);
    }
    let mut asked =
        request(Profile::Openid4vp, DNS, RequestMethod::ByReferencePost, ResponseMode::DirectPost);
    asked.wallet_issuer = Some("https://wallet.example".to_owned());
    for (at, (duty, change)) in broken.iter().enumerate() {
        let mut wrong = Value::Object(request_object(&asked, &asked.wallet, Some("n"), MADE_AT));
        change(&mut wrong);
        assert_eq!(object_faults(&asked, &wrong, Some("n")), [*duty], "{at}");
    }
}

/// The duties that an address breaks (section 5.1; RFC 9101 section 5; RFC 6749 section 3.1).
fn address_faults(url: &Url) -> Vec<&'static str> {
    let of = |wanted: &str| -> Vec<String> {
        url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).collect()
    };
    let mut names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    let json = ["dcql_query", "client_metadata", "verifier_info"];
    let method = of("request_uri_method");
    let duties = [
        (
            "REQ-1.9",
            json.iter().flat_map(|name| of(name)).all(|it| serde_json::from_str::<Value>(&it).is_ok()),
        ),
        ("REQ-1.15", names.len() == count),
        ("REQ-1.34", of("request").is_empty() || of("request_uri").is_empty()),
        (
            "REQ-1.44",
            method.is_empty()
                || !of("request_uri").is_empty() && method.iter().all(|it| it == "get" || it == "post"),
        ),
    ];
    duties.into_iter().filter(|(_, kept)| !kept).map(|(duty, _)| duty).collect()
}

#[test]
fn req_1_9_req_1_15_req_1_34_req_1_44_an_address_that_is_wrong_in_one_way_is_found_out() {
    for asked in every_request() {
        let url = match asked.wallet.request_method {
            RequestMethod::UrlQuery => plain_url(&asked, &asked.wallet),
            RequestMethod::ByValue => by_value_url(&asked, &asked.wallet, "eyJ.eyJ.sig"),
            RequestMethod::ByReferenceGet | RequestMethod::ByReferencePost => {
                by_reference_url(&asked, &asked.wallet)
            }
            RequestMethod::Pushed => {
                pushed_url(&asked, &asked.wallet, "urn:ietf:params:oauth:request_uri:6esc")
            }
        };
        assert_eq!(address_faults(&url), [""; 0], "{url}");
    }
    let plain =
        request(Profile::Openid4vp, "redirect_uri:", RequestMethod::UrlQuery, ResponseMode::DirectPost);
    let plain = plain_url(&plain, &plain.wallet);
    let reference = request(Profile::Haip, HASH, RequestMethod::ByReferenceGet, ResponseMode::DirectPostJwt);
    let reference = by_reference_url(&reference, &reference.wallet);
    for (duty, url, name, value) in [
        ("REQ-1.9", &plain, "verifier_info", "[object Object]"),
        ("REQ-1.15", &plain, "nonce", "another"),
        ("REQ-1.15", &plain, "tenant", "1&tenant=1"),
        ("REQ-1.34", &reference, "request", "eyJ.eyJ.sig"),
        ("REQ-1.44", &reference, "request_uri_method", "POST"),
        ("REQ-1.44", &reference, "request_uri_method", "put"),
        ("REQ-1.44", &plain, "request_uri_method", "post"),
    ] {
        let wrong = Url::parse(&format!("{url}&{name}={value}")).unwrap();
        assert_eq!(address_faults(&wrong), [duty], "{name}={value}");
    }
}

/// What is stored is the audience of the answer: a row without it is no request.
#[test]
fn req_1_2_a_request_without_its_client_identifier_is_not_read_back() {
    let stored = to_value(asked()).unwrap();
    let again: VpRequest = from_value(stored.clone()).unwrap();
    assert_eq!(again.verifier_id, asked().verifier_id);
    let mut without = stored;
    remove(&mut without, "verifier_id");
    assert!(from_value::<VpRequest>(without).is_err());
}
