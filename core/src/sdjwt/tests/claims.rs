//! Claims of the credential: which must be open, and whether it is valid now and for us.

use serde_json::json;

use super::*;
use crate::sdjwt::testing::{AUDIENCE, VCT, element, member};

/// Moves a claim of the payload into a Disclosure.
fn hidden(name: &str, value: Value) -> Maker {
    changed(|m| {
        set(&mut m.payload, name, Value::Null);
        m.disclose(name, value);
    })
}

#[test]
fn req_5_2_req_5_3_open_claims_never_come_from_a_disclosure() {
    let maker = Maker::new();
    refused(&hidden("exp", maker.payload["exp"].clone()), "protected_claims");
    refused(&hidden("nbf", json!(NOW.unix() - 10)), "protected_claims");
    refused(
        &hidden("status", json!({"status_list": {"idx": 1, "uri": "https://s.example"}})),
        "protected_claims",
    );
    refused(&hidden("vct#integrity", json!("sha256-x")), "protected_claims");
    refused(&hidden("aka_vcts", json!(["https://x.example"])), "protected_claims");
    // The issuer and the type are looked at before anything else, so these fail there.
    refused(&hidden("iss", maker.payload["iss"].clone()), "issuer_trusted");
    refused(&hidden("vct", json!(VCT)), "credential_type");
    let cnf = changed(|m| {
        let cnf = m.payload["cnf"].clone();
        set(&mut m.payload, "cnf", Value::Null);
        m.disclose("cnf", cnf);
    });
    refused(&cnf, "protected_claims");
    accepted(&hidden("iat", json!(NOW.unix() - 10)));
    accepted(&hidden("sub", json!("a pseudonym")));
}

#[test]
fn req_5_3_neither_do_their_parts() {
    let inside_cnf = changed(|m| {
        let jwk = m.payload["cnf"]["jwk"].clone();
        let disclosure = member("jwk", jwk);
        set(&mut m.payload, "cnf", json!({"_sd": [m.digests.digest(&disclosure)]}));
        m.disclosures.push(disclosure);
    });
    refused(&inside_cnf, "protected_claims");
    let inside_aliases = changed(|m| {
        let disclosure = element(json!("https://x.example"));
        set(&mut m.payload, "aka_vcts", json!([{"...": m.digests.digest(&disclosure)}]));
        m.disclosures.push(disclosure);
    });
    refused(&inside_aliases, "protected_claims");
    let deep_in_status = changed(|m| {
        let disclosure = member("uri", json!("https://s.example"));
        set(&mut m.payload, "status", json!({"status_list": {"_sd": [m.digests.digest(&disclosure)]}}));
        m.disclosures.push(disclosure);
    });
    refused(&deep_in_status, "protected_claims");
    // The same names elsewhere are ordinary claims.
    accepted(&changed(|m| m.disclose("address", json!({"status": "x", "cnf": 1}))));
}

#[test]
fn req_5_14_aliases_are_well_formed() {
    accepted(&changed(|m| set(&mut m.payload, "aka_vcts", json!(["https://x.example"]))));
    for wrong in [json!([]), json!([VCT]), json!(["x", VCT]), json!([1]), json!("x"), json!({})] {
        refused(&changed(|m| set(&mut m.payload, "aka_vcts", wrong)), "type_aliases");
    }
}

#[test]
fn req_5_15_expired_credentials_are_refused() {
    let now = NOW.unix();
    assert_eq!(accepted(&changed(|m| set(&mut m.payload, "exp", Value::Null))).expires_at(), None);
    accepted(&changed(|m| set(&mut m.payload, "exp", json!(now - 59))));
    for wrong in [json!(now - 60), json!(0), json!(-1), json!("2099"), json!(1e300), json!([now + 5])] {
        refused(&changed(|m| set(&mut m.payload, "exp", wrong)), "validity_exp");
    }
    refused(&changed(|m| drop(m.payload.insert("exp".to_owned(), Value::Null))), "validity_exp");
}

#[test]
fn req_5_15_credentials_of_the_future_are_refused() {
    let now = NOW.unix();
    for (name, check) in [("nbf", "validity_nbf"), ("iat", "validity_iat")] {
        accepted(&changed(|m| set(&mut m.payload, name, json!(now + 60))));
        accepted(&changed(|m| set(&mut m.payload, name, Value::Null)));
        for wrong in [json!(now + 61), json!(now + 86_400), json!("x"), json!(true)] {
            refused(&changed(|m| set(&mut m.payload, name, wrong)), check);
        }
    }
}

#[test]
fn req_4_22_time_claims_are_judged_after_processing() {
    accepted(&hidden("iat", json!(NOW.unix() - 3600)));
    let late = json!(NOW.unix() + 3600);
    refused(&hidden("iat", late), "validity_iat");
}

#[test]
fn req_4_22_an_audience_must_name_us() {
    for good in [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://other.example", AUDIENCE])] {
        accepted(&changed(|m| set(&mut m.payload, "aud", good)));
    }
    for wrong in
        [json!("https://other.example"), json!([]), json!(["x"]), json!([AUDIENCE, 1]), json!({}), json!("")]
    {
        refused(&changed(|m| set(&mut m.payload, "aud", wrong)), "issuer_audience");
    }
}

#[test]
fn req_5_16_status_is_handed_on_unjudged() {
    let status = json!({"status_list": {"idx": 7, "uri": "https://status.example/1"}});
    let maker = changed(|m| set(&mut m.payload, "status", status.clone()));
    assert_eq!(accepted(&maker).claims().get("status"), Some(&status));
}

#[test]
fn req_3_9_a_presentation_inside_a_claim_is_plain_text() {
    let inner = Maker::new().present();
    let outer = changed(|m| m.disclose("vp", json!(inner)));
    assert_eq!(accepted(&outer).claims()["vp"], json!(inner));
    // Wrapped in a JWT without `vct` it is no credential either.
    let wrapped = changed(|m| {
        set(&mut m.payload, "vct", Value::Null);
        m.disclose("vp", json!([inner]));
    });
    refused(&wrapped, "credential_type");
}

#[test]
fn req_5_13_what_a_type_extends_does_not_widen_what_is_accepted() {
    // What the metadata of a type would say about its parents counts for nothing: types are exact texts.
    let child = changed(|m| {
        set(&mut m.payload, "vct", json!(format!("{VCT}/child")));
        set(&mut m.payload, "extends", json!(VCT));
    });
    refused(&child, "credential_type");
}
