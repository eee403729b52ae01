//! Section 7.1, steps 2.d to 5.

use serde_json::json;

use super::*;
use crate::base::base64url;
use crate::base::digest::DigestAlgorithm;
use crate::sdjwt::testing::{element, encode, member};

/// A maker that hides an array element and discloses it with `contents`.
fn with_element(contents: &str) -> Maker {
    changed(|m| {
        let digest = m.digests.digest(contents);
        set(&mut m.payload, "nationalities", json!(["DE", {"...": digest}]));
        m.disclosures.push(contents.to_owned());
    })
}

#[test]
fn req_4_10_the_digest_algorithm_is_known_and_strong() {
    accepted(&changed(|m| set(&mut m.payload, "_sd_alg", Value::Null)));
    for wrong in [json!("sha-256-32"), json!("SHA-256"), json!("md5"), json!(""), json!(256)] {
        refused(&changed(|m| set(&mut m.payload, "_sd_alg", wrong)), "digest_algorithm");
    }
    let nested = changed(|m| set(&mut m.payload, "address", json!({"_sd_alg": "sha-256"})));
    refused(&nested, "digest_algorithm");
    let disclosed = changed(|m| m.disclose("address", json!([{"_sd_alg": "sha-256"}])));
    refused(&disclosed, "digest_algorithm");
}

#[test]
fn req_4_10_longer_hashes_are_accepted() {
    for (name, digests) in [("sha-384", DigestAlgorithm::Sha384), ("sha-512", DigestAlgorithm::Sha512)] {
        let maker = changed(|m| {
            m.digests = digests;
            set(&mut m.payload, "_sd_alg", json!(name));
            set(&mut m.payload, "_sd", json!([]));
            m.disclosures.clear();
            m.disclose("given_name", json!("Erika"));
        });
        assert_eq!(accepted(&maker).claims()["given_name"], "Erika");
    }
    // Digests of one algorithm under the name of another match nothing.
    refused(&changed(|m| set(&mut m.payload, "_sd_alg", json!("sha-512"))), "disclosures");
}

#[test]
fn req_4_11_the_digest_is_over_the_text_as_received() {
    let spaced = base64url::encode(r#"["salt",  "nickname", "M\u00f6b"]"#);
    let tight = base64url::encode(r#"["salt","nickname","Möb"]"#);
    let maker = changed(|m| {
        m.refer_to(&spaced);
        m.disclosures.push(spaced.clone());
    });
    assert_eq!(accepted(&maker).claims()["nickname"], "Möb");
    let rewritten = changed(|m| {
        m.refer_to(&spaced);
        m.disclosures.push(tight.clone());
    });
    refused(&rewritten, "disclosures");
}

#[test]
fn req_4_12_nested_digests_are_resolved() {
    let maker = changed(|m| {
        let (street, country) = (member("street", json!("Schulstr. 12")), element(json!("DE")));
        let address = json!({
            "_sd": [m.digests.digest(&street)],
            "countries": [{"...": m.digests.digest(&country)}, {"...": "hidden"}],
            "plain": {"deeper": [[]]},
        });
        m.disclosures.extend([street, country]);
        m.disclose("address", address);
    });
    let expected = json!({"countries": ["DE"], "plain": {"deeper": [[]]}, "street": "Schulstr. 12"});
    assert_eq!(accepted(&maker).claims()["address"], expected);
}

#[test]
fn req_4_12_what_is_found_inside_a_disclosure_is_held_to_the_same_rules() {
    let inside = |opened: &str| {
        changed(|m| {
            let digest = m.digests.digest(&member("street", json!("Schulstr. 12")));
            m.disclosures.push(opened.to_owned());
            m.disclose("address", json!({"_sd": [digest]}));
        })
    };
    accepted(&inside(&member("street", json!("Schulstr. 12"))));
    refused(&inside(&member("street", json!("Schulstr. 13"))), "disclosures");
    refused(&changed(|m| m.disclose("list", json!([{"...": "x", "y": 1}]))), "digest_members");
}

#[test]
fn req_4_13_decoys_are_ignored() {
    let maker = changed(|m| {
        m.refer_to("a decoy");
        set(&mut m.payload, "list", json!([1, {"...": "decoy"}]));
    });
    assert_eq!(accepted(&maker).claims()["list"], json!([1]));
}

#[test]
fn req_4_13_a_decoy_must_look_like_a_digest() {
    let decoy = |value: Value| changed(|m| m.payload["_sd"].as_array_mut().unwrap().push(value));
    accepted(&decoy(json!("")));
    for wrong in [json!(1), json!(null), json!({})] {
        refused(&decoy(wrong), "digest_members");
    }
}

#[test]
fn req_4_14_an_object_member_needs_salt_name_value() {
    for value in [json!(null), json!({"a": [1]}), json!("text")] {
        assert_eq!(accepted(&changed(|m| m.disclose("any", value.clone()))).claims()["any"], value);
    }
    for contents in [
        json!(["salt", "value"]),
        json!(["salt", "name", 1, 2]),
        json!(["salt", 1, 2]),
        json!([1, "name", 2]),
        json!(["salt"]),
        json!([]),
        json!({"salt": 1}),
        json!("text"),
    ] {
        let disclosure = encode(&contents);
        let maker = changed(|m| {
            m.refer_to(&disclosure);
            m.disclosures.push(disclosure);
        });
        refused(&maker, "disclosure_format");
    }
    for text in ["AAAA", "bm90IGpzb24", "W10x", "_", "WyJzIiwibiIsMV1"] {
        let maker = changed(|m| {
            m.refer_to(text);
            m.disclosures.push(text.to_owned());
        });
        refused(&maker, "disclosure_format");
    }
    let twice = base64url::encode(r#"["salt","name",{"a":1,"a":2}]"#);
    let maker = changed(|m| {
        m.refer_to(&twice);
        m.disclosures.push(twice);
    });
    refused(&maker, "disclosure_format");
}

#[test]
fn req_4_15_reserved_names_are_refused() {
    for name in ["_sd2", "....", "sd", ""] {
        accepted(&changed(|m| m.disclose(name, json!(["x"]))));
    }
    for name in ["_sd", "...", "_sd_alg"] {
        refused(&changed(|m| m.disclose(name, json!(["x"]))), "disclosure_names");
    }
}

#[test]
fn req_4_16_a_name_already_there_is_refused() {
    // Elsewhere it is another claim.
    accepted(&changed(|m| m.disclose("address", json!({"given_name": "Max", "iss": "x"}))));
    refused(&changed(|m| m.disclose("given_name", json!("Max"))), "disclosure_collisions");
    let plain = changed(|m| {
        set(&mut m.payload, "nickname", json!("plain"));
        m.disclose("nickname", json!("disclosed"));
    });
    let report = refused(&plain, "disclosure_collisions");
    let detail = &report.checks.last().unwrap().detail;
    assert!(detail.contains("nickname") && !detail.contains("disclosed\""), "{detail}");
    refused(&changed(|m| m.disclose("iss", json!("https://evil.example"))), "disclosure_collisions");
}

#[test]
fn req_4_17_an_array_element_needs_salt_and_value() {
    let maker = with_element(&element(json!("FR")));
    assert_eq!(accepted(&maker).claims()["nationalities"], json!(["DE", "FR"]));
    for contents in [json!(["salt", "name", "FR"]), json!(["salt"]), json!([1, "FR"]), json!("FR")] {
        refused(&with_element(&encode(&contents)), "disclosure_format");
    }
}

#[test]
fn req_4_18_a_digest_occurs_once() {
    accepted(&changed(|m| set(&mut m.payload, "list", json!([{"...": "decoy"}, {"...": "another"}]))));
    let in_two_objects = changed(|m| {
        let digest = m.payload["_sd"][0].clone();
        set(&mut m.payload, "address", json!({"_sd": [digest]}));
    });
    refused(&in_two_objects, "digest_repetition");
    let twice_in_one = changed(|m| {
        let digest = m.payload["_sd"][0].clone();
        m.payload["_sd"].as_array_mut().unwrap().push(digest);
    });
    refused(&twice_in_one, "digest_repetition");
    let decoys = changed(|m| set(&mut m.payload, "list", json!([{"...": "decoy"}, {"...": "decoy"}])));
    refused(&decoys, "digest_repetition");
    let in_a_disclosure = changed(|m| {
        let digest = m.payload["_sd"][0].clone();
        m.disclose("address", json!({"_sd": [digest]}));
    });
    refused(&in_a_disclosure, "digest_repetition");
}

#[test]
fn req_4_19_every_disclosure_is_used_once() {
    accepted(&changed(|m| m.disclosures.reverse()));
    let tampered = changed(|m| m.disclosures[0] = member("given_name", json!("Max")));
    refused(&tampered, "disclosures");
    refused(&changed(|m| m.disclosures.push(member("extra", json!(1)))), "disclosures");
    let twice = changed(|m| {
        let first = m.disclosures[0].clone();
        m.disclosures.push(first);
    });
    refused(&twice, "disclosures");
    let orphan = changed(|m| {
        // Its parent is not sent, so the digest that names it is never seen.
        let child = member("street", json!("x"));
        let digest = m.digests.digest(&child);
        m.disclose("address", json!({"_sd": [digest]}));
        m.disclosures.pop();
        m.disclosures.push(child);
    });
    refused(&orphan, "disclosures");
}

#[test]
fn req_4_20_nothing_of_the_mechanism_is_left() {
    let maker = changed(|m| {
        m.disclosures.clear();
        set(&mut m.payload, "empty", json!({"_sd": ["hidden"]}));
        set(&mut m.payload, "list", json!([{"...": "hidden too"}]));
    });
    let authentic = accepted(&maker);
    assert_eq!(authentic.claims()["empty"], json!({}));
    assert_eq!(authentic.claims()["list"], json!([]));
    let text = serde_json::to_string(authentic.claims()).unwrap();
    assert!(!text.contains("\"_sd") && !text.contains("..."), "{text}");
}

#[test]
fn req_4_21_the_digest_members_hold_digests_only() {
    for wrong in [json!("text"), json!({}), json!([1]), json!([["x"]]), json!(null)] {
        let maker = changed(|m| {
            m.disclosures.clear();
            m.payload.insert("_sd".to_owned(), wrong.clone());
        });
        refused(&maker, "digest_members");
        refused(&changed(|m| set(&mut m.payload, "nested", json!([{"_sd": wrong}]))), "digest_members");
    }
    for wrong in
        [json!([{"...": "x", "y": 1}]), json!([{"...": 1}]), json!({"...": "x"}), json!({"a": {"...": "x"}})]
    {
        refused(&changed(|m| set(&mut m.payload, "list", wrong.clone())), "digest_members");
        refused(&changed(|m| m.disclose("list", wrong)), "digest_members");
    }
    refused(&with_element(&element(json!({"...": "x"}))), "digest_members");
    accepted(&changed(|m| set(&mut m.payload, "list", json!([{"x": "..."}, "...", "_sd"]))));
}

#[test]
fn req_5_22_a_credential_without_disclosures_verifies() {
    let maker = changed(|m| {
        m.disclosures.clear();
        set(&mut m.payload, "_sd", Value::Null);
        set(&mut m.payload, "_sd_alg", Value::Null);
    });
    accepted(&maker);
    // A Disclosure that nothing refers to does not become one of it.
    refused(&changed(|m| set(&mut m.payload, "_sd", Value::Null)), "disclosures");
}
