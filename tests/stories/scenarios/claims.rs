//! What an application is told about a person, and where: in its ID token, at `/userinfo`, in the access token.

use poem::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::scenarios::code_flow::{VERIFIER, error_of, request, to_wallet};
use crate::scenarios::tokens::{access, claims, userinfo};
use vpgate_test_support::builders::configuration::configuration;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Harness, RETURN_TO};

/// The usual one; the news site signs people in, with these more keys.
fn signing_in(more: &str) -> String {
    let scope = |name: &str, keys: &str| {
        format!("[[scopes]]\nname = \"{name}\"\ncredential = \"{CREDENTIAL}\"\nopen = true\n{keys}\n")
    };
    let open = format!(
        "scopes = [\"{BASIC}\"]\nredirect_uris = [\"{RETURN_TO}\"]\n\n[[clients]]\nclient_id = \"portal\""
    );
    let opened = format!(
        "scopes = [\"openid\", \"{BASIC}\", \"profile\", \"address\"]\nredirect_uris = [\"{RETURN_TO}\"]\n{more}\n\n\
         [[clients]]\nclient_id = \"portal\""
    );
    let text = configuration("stable_identifier = \"birth_date\"\nacr = \"high\"");
    assert!(text.contains(&open));
    text.replace(&open, &opened)
        + &scope(
            "profile",
            "claims = [\"given_name\", \"family_name\", \"birth_date\"]\nstandard_claims = { birthdate = \"birth_date\" }",
        )
        + &scope("address", "claims = [\"address\"]")
}

async fn world(more: &str) -> Harness {
    Harness::with_configuration(&signing_in(more), Vec::new()).await
}

async fn signed_in(world: &Harness, changes: &[(&str, &str)]) -> Value {
    let code = crate::scenarios::code_flow::code(world, &request(changes)).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", &code),
        ("redirect_uri", RETURN_TO),
        ("code_verifier", VERIFIER),
    ];
    let answer = world.post_form("/token", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// What each place says about the person, without what it says about itself.
async fn told(world: &Harness, tokens: &Value) -> [Value; 3] {
    let of_itself = [
        "iss",
        "sub",
        "aud",
        "iat",
        "exp",
        "auth_time",
        "at_hash",
        "amr",
        "acr",
        "client_id",
        "scope",
        "jti",
    ];
    let person = |claims: Map<String, Value>| {
        claims.into_iter().filter(|(name, _)| !of_itself.contains(&name.as_str())).collect::<Value>()
    };
    let (typ, alg, id_token) = claims(world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((typ.as_str(), alg.as_str()), ("JWT", "RS256"), "what a client expects that was told nothing");
    let answer = userinfo(world, tokens).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let at_userinfo = answer.json().as_object().unwrap().clone();
    assert_eq!(at_userinfo["sub"], id_token["sub"]);
    let (_, alg, in_access_token) = claims(world, access(tokens)).await;
    assert_eq!((alg.as_str(), &in_access_token["sub"]), ("ES256", &id_token["sub"]));
    [person(id_token), person(at_userinfo), person(in_access_token)]
}

fn profile() -> Value {
    json!({"name": "Alice Example", "given_name": "Alice", "family_name": "Example", "birthdate": "1990-05-17"})
}

#[tokio::test]
async fn without_a_word_of_the_operator_userinfo_says_the_standard_claims_of_the_granted_scopes() {
    let world = world("").await;
    let tokens = signed_in(&world, &[("scope", "openid profile")]).await;
    let [id_token, at_userinfo, in_access_token] = told(&world, &tokens).await;
    assert_eq!((&id_token, &in_access_token), (&json!({}), &json!({})));
    assert_eq!(at_userinfo, profile());
    // Claims follow the scope.
    let tokens = signed_in(&world, &[("scope", &format!("openid {BASIC}"))]).await;
    assert_eq!(told(&world, &tokens).await[1], json!({}));
}

#[tokio::test]
async fn each_place_says_what_is_configured_for_it() {
    let world = world(
        "[clients.claims]\nid_token = [\"name\"]\nuserinfo = \"scopes\"\naccess_token = [\"family_name\"]",
    )
    .await;
    let tokens = signed_in(&world, &[("scope", "openid profile")]).await;
    let [id_token, at_userinfo, in_access_token] = told(&world, &tokens).await;
    assert_eq!(id_token, json!({"name": "Alice Example"}));
    assert_eq!(in_access_token, json!({"family_name": "Example"}));
    assert_eq!(at_userinfo["birthdate"], at_userinfo["birth_date"]);
    assert!(at_userinfo["birthdate"].is_string() && at_userinfo["name"].is_string(), "{at_userinfo}");
    let tokens = signed_in(&world, &[("scope", &format!("openid {BASIC}"))]).await;
    let [id_token, at_userinfo, in_access_token] = told(&world, &tokens).await;
    assert_eq!((id_token, in_access_token), (json!({}), json!({"family_name": "Example"})));
    assert_eq!(at_userinfo["age_equal_or_over"], json!({"18": true}), "{at_userinfo}");
}

#[tokio::test]
async fn id_tokens_and_access_tokens_say_how_the_person_was_recognised() {
    let world = world("").await;
    let tokens = signed_in(&world, &[("scope", "openid profile"), ("nonce", "n")]).await;
    for token in ["id_token", "access_token"] {
        let (.., said) = claims(&world, tokens[token].as_str().unwrap()).await;
        assert_eq!((&said["amr"], &said["acr"]), (&json!(["pop"]), &json!("high")), "{token}");
        assert!(said["auth_time"].is_i64(), "{token}");
    }
}

#[tokio::test]
async fn req_19_72_claims_that_are_asked_for_one_by_one_are_said_or_refused() {
    let world = world("").await;
    let asked =
        json!({"userinfo": {"given_name": {"essential": true}}, "id_token": {"birthdate": null}}).to_string();
    let scope = format!("openid {BASIC}");
    let tokens = signed_in(&world, &[("scope", &scope), ("claims", &asked)]).await;
    let [id_token, at_userinfo, _] = told(&world, &tokens).await;
    assert_eq!(at_userinfo, json!({"given_name": "Alice"}));
    assert_eq!(id_token.as_object().unwrap().keys().collect::<Vec<_>>(), ["birthdate"]);
    for (asked, error) in [
        ("{not json", "invalid_request"),
        (r#"{"userinfo": {"nickname": null}}"#, "invalid_request"),
        (
            r#"{"id_token": {"acr": {"essential": true, "value": "low"}}}"#,
            "unmet_authentication_requirements",
        ),
    ] {
        let changes = [("scope", scope.as_str()), ("claims", asked)];
        let home = world.browser().open(&request(&changes)).await;
        assert_eq!(error_of(&home), error, "{asked}");
        let form: Vec<_> =
            url::form_urlencoded::parse(request(&changes).split_once('?').unwrap().1.as_bytes())
                .into_owned()
                .collect();
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pushed = world.post_form("/par", &form).await;
        assert_eq!(
            (pushed.status, &pushed.json()["error"]),
            (StatusCode::BAD_REQUEST, &json!(error)),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn core_5_5_1_another_value_or_person_than_the_client_needs_is_refused_after_the_presentation() {
    let world = world("").await;
    let scope = format!("openid {BASIC}");
    for (asked, error) in [
        (json!({"userinfo": {"given_name": {"essential": true, "value": "Bob"}}}), "access_denied"),
        (json!({"id_token": {"sub": {"value": "somebody-else"}}}), "login_required"),
    ] {
        let mut browser = world.browser();
        let request = request(&[("scope", &scope), ("claims", &asked.to_string())]);
        let wallet = to_wallet(&mut browser, &request).await;
        let home = browser.press(&wallet, "Share").await;
        assert_eq!(error_of(&home), error, "{asked}");
    }
    let subject = signed_in(&world, &[("scope", &scope)]).await;
    let (.., id_token) = claims(&world, subject["id_token"].as_str().unwrap()).await;
    let asked = json!({"id_token": {"sub": {"value": id_token["sub"]}}}).to_string();
    signed_in(&world, &[("scope", &scope), ("claims", &asked)]).await;
}

#[tokio::test]
async fn what_is_said_follows_the_configuration_of_today() {
    let text = signing_in("[clients.claims]\nuserinfo = [\"name\", \"given_name\"]");
    let world = Harness::with_configuration(&text, Vec::new()).await;
    let tokens = signed_in(&world, &[("scope", "openid profile")]).await;
    assert_eq!(told(&world, &tokens).await[1], json!({"name": "Alice Example", "given_name": "Alice"}));
    let narrower = world.reconfigured(&text.replace("\"name\", ", ""));
    let answer = narrower
        .send(
            Method::POST,
            "/userinfo",
            &[("authorization", format!("Bearer {}", access(&tokens)))],
            String::new(),
        )
        .await;
    let said = answer.json();
    assert_eq!((&said["given_name"], &said["name"]), (&json!("Alice"), &Value::Null), "{said}");
}

#[tokio::test]
async fn req_17_1_to_17_3_a_client_is_told_credential_by_credential_where_its_registration_says_so() {
    let sets = "presented_credential_sets";
    for (choice, in_id_token, at_userinfo) in
        [("none", false, false), ("userinfo", false, true), ("id_token", true, false), ("both", true, true)]
    {
        let world = world(&format!("presented_credentials = \"{choice}\"")).await;
        let tokens = signed_in(&world, &[("scope", "openid profile"), ("nonce", "short")]).await;
        let told = told(&world, &tokens).await;
        let has = [in_id_token, at_userinfo, false];
        for (said, has) in told.iter().zip(has) {
            assert_eq!(said.get(sets).is_some(), has, "{choice}: {said}");
        }
        if let Some(said) = told.iter().find_map(|said| said.get(sets)) {
            let entry = &said[0]["credentials"]["profile"][0];
            assert_eq!(entry["claims"]["given_name"], "Alice", "{said}");
            assert_eq!(entry["verification"]["holder_binding"], "key_binding");
            assert_eq!((&entry["primary"], entry["type"].as_array().unwrap().len()), (&json!(true), 1));
        }
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        let supported = metadata["claims_supported"].as_array().unwrap();
        assert_eq!(supported.contains(&json!(sets)), choice != "none");
        let presentations = &metadata["credential_presentations_supported"];
        assert_eq!(presentations.is_object(), choice != "none", "{metadata}");
        if choice != "none" {
            assert_eq!(metadata["dcql_query_supported"], json!(false));
            let profile = &presentations["profile"];
            assert_eq!(profile["claims"], json!(["given_name", "family_name", "birth_date"]));
            assert_eq!(
                (&profile["format"], &profile["subject_claim"]),
                (&json!("dc+sd-jwt"), &json!("birth_date"))
            );
            assert!(presentations.get("adult").is_none(), "nobody who is told so may ask for it");
        }
    }
}

#[tokio::test]
async fn req_19_73_req_17_10_to_17_14_discovery_says_what_can_be_told_and_asked() {
    let world = world("").await;
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    let supported = metadata["claims_supported"].as_array().unwrap();
    for name in ["sub", "auth_time", "amr", "acr", "name", "given_name", "birthdate", "address"] {
        assert!(supported.contains(&json!(name)), "{name}: {supported:?}");
    }
    assert_eq!(metadata["claims_parameter_supported"], json!(true));
    assert_eq!(metadata["acr_values_supported"], json!(["high"]));
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256"]));
    assert_eq!(metadata["response_modes_supported"], json!(["query", "form_post"]));
    let languages = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "uk", "ar", "ja"];
    assert_eq!(metadata["ui_locales_supported"], json!(languages));
    assert!(metadata.get("dcql_query_supported").is_none());
    // A language that our pages do not have is a wish, and no fault (OpenID Connect Core section 3.1.2.1).
    let page = world.browser().open(&request(&[("ui_locales", "se-NO fr-CA de")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<html lang=\"fr\" dir=\"ltr\">"), "{}", page.body);
}
