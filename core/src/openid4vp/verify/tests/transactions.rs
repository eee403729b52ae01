//! Transaction data over several presentations and hash algorithms (OpenID4VP 1.0 section B.3.3.1).

use super::*;
use crate::base::digest::DigestAlgorithm::{self, Sha256, Sha384, Sha512};
use crate::openid4vp::dcql::CredentialSet;
use crate::openid4vp::transaction_data::{TransactionData, TransactionTypes};

/// A transaction for these credentials that offers these algorithms.
fn offering(credential_ids: &[&str], ip_address: &str, algorithms: &[&str]) -> TransactionData {
    let mut object = transaction(credential_ids, ip_address).object().clone();
    if !algorithms.is_empty() {
        object["transaction_data_hashes_alg"] = json!(algorithms);
    }
    TransactionTypes::default().from_json(&object).unwrap()
}

/// The answer whose hashes are made so, under that name or none.
fn answer(scene: &mut VerifyScene, hash: DigestAlgorithm, name: Option<&str>) -> String {
    let hashes: Vec<String> =
        scene.asked.transaction_data.iter().map(|data| hash.digest(data.encoded())).collect();
    scene.maker.kb.insert("transaction_data_hashes".to_owned(), json!(hashes));
    kb(scene, "transaction_data_hashes_alg", &json!(name))
}

#[test]
fn req_6_13_an_offered_algorithm_must_be_named_and_used() {
    let mut scene = VerifyScene::new();
    scene.asked.transaction_data = vec![offering(&[QUERY_ID], "192.0.2.1", &["sha-384", "sha-512"])];
    for (hash, name) in [(Sha384, "sha-384"), (Sha512, "sha-512")] {
        let vp_token = answer(&mut scene, hash, Some(name));
        assert!(scene.judge(&vp_token).0.is_some(), "{name}");
    }
    for (hash, name, reason) in [
        (Sha384, None, "transaction_data_hashes_alg"),
        (Sha256, None, "transaction_data_hashes_alg"),
        (Sha256, Some("sha-256"), "transaction_data_hashes_alg"),
        (Sha384, Some("SHA-384"), "transaction_data_hashes_alg"),
        (Sha384, Some("md5"), "transaction_data_hashes_alg"),
        (Sha384, Some("sha-512"), "transaction_data_hashes"),
        (Sha256, Some("sha-512"), "transaction_data_hashes"),
    ] {
        let vp_token = answer(&mut scene, hash, name);
        assert_eq!(scene.refused(&vp_token), reason, "{name:?}");
    }
}

#[test]
fn req_6_13_offering_the_default_still_asks_for_its_name() {
    let mut scene = VerifyScene::new();
    scene.asked.transaction_data = vec![offering(&[QUERY_ID], "192.0.2.1", &["sha-256"])];
    let vp_token = answer(&mut scene, Sha256, Some("sha-256"));
    assert!(scene.judge(&vp_token).0.is_some());
    let vp_token = answer(&mut scene, Sha256, None);
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes_alg");
}

#[test]
fn req_6_13_one_algorithm_serves_all_transactions_of_a_presentation() {
    let mut scene = VerifyScene::new();
    scene.asked.transaction_data = vec![
        offering(&[QUERY_ID], "192.0.2.1", &["sha-512", "sha-256"]),
        offering(&[QUERY_ID], "192.0.2.2", &[]),
    ];
    let vp_token = answer(&mut scene, Sha256, Some("sha-256"));
    assert!(scene.judge(&vp_token).0.is_some());
    for (hash, name) in [(Sha512, Some("sha-512")), (Sha256, None)] {
        let vp_token = answer(&mut scene, hash, name);
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes", "{name:?}");
    }
}

#[test]
fn req_6_14_what_was_discarded_authorises_nothing() {
    let (mut scene, mut second) = two_credentials();
    let either =
        CredentialSet { options: vec![vec![QUERY_ID.to_owned()], vec!["other".to_owned()]], required: true };
    scene.asked.query =
        Query::with_sets(vec![credential_query(QUERY_ID), credential_query("other")], vec![either]).unwrap();
    let data = transaction(&[QUERY_ID, "other"], "192.0.2.1");
    let hashes = json!([sha256(data.encoded())]);
    scene.asked.transaction_data = vec![data];
    second.kb.insert("transaction_data_hashes".to_owned(), hashes);
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
    second.holder = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_eq!(scene.refused(&both(&scene.maker, &second)), "transaction_data_covered");
}

#[test]
fn req_6_14_a_transaction_of_an_optional_credential_is_not_optional() {
    let (mut scene, mut second) = two_credentials();
    let sets = [(QUERY_ID, true), ("other", false)]
        .map(|(id, required)| CredentialSet { options: vec![vec![id.to_owned()]], required });
    let credentials = vec![credential_query(QUERY_ID), credential_query("other")];
    scene.asked.query = Query::with_sets(credentials, sets.to_vec()).unwrap();
    let alone = json!({ QUERY_ID: [scene.maker.present()] }).to_string();
    assert!(scene.judge(&alone).0.is_some());
    let data = transaction(&["other"], "192.0.2.1");
    second.kb.insert("transaction_data_hashes".to_owned(), json!([sha256(data.encoded())]));
    scene.asked.transaction_data = vec![data];
    assert_eq!(scene.refused(&alone), "transaction_data_covered");
    assert!(scene.judge(&both(&scene.maker, &second)).0.is_some());
}

#[test]
fn req_6_14_of_several_presentations_exactly_one_carries_it() {
    let mut scene = VerifyScene::new();
    let query = CredentialQuery { multiple: true, ..credential_query(QUERY_ID) };
    scene.asked.query = Query::of(vec![query]).unwrap();
    let plain = scene.maker.present();
    let data = transaction(&[QUERY_ID], "192.0.2.1");
    let carrying = kb(&mut scene, "transaction_data_hashes", &json!([sha256(data.encoded())]));
    let several = |texts: &[&String]| json!({ QUERY_ID: texts }).to_string();
    assert!(scene.judge(&several(&[&plain, &plain])).0.is_some());
    scene.asked.transaction_data = vec![data];
    assert!(scene.judge(&several(&[&plain, &carrying])).0.is_some());
    assert!(scene.judge(&several(&[&carrying])).0.is_some());
    assert_eq!(scene.refused(&several(&[&plain, &plain])), "transaction_data_covered");
    assert_eq!(scene.refused(&several(&[&carrying, &carrying])), "transaction_data_hashes");
}
