//! Transaction data: exact cover by the exact strings sent.

use super::*;
use crate::openid4vp::transaction_data::TransactionData;

#[test]
fn req_6_12_req_6_13_hashes_are_over_the_exact_string_sent() {
    let scene = VerifyScene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let (presentation, _) = scene.verified();
    assert_eq!(presentation.transaction_data(), scene.asked.transaction_data);

    let mut scene = VerifyScene::with_transactions(&["192.0.2.1"]);
    let decoded = base64url::decode(scene.asked.transaction_data[0].encoded()).unwrap();
    let over_decoded = sha256(std::str::from_utf8(&decoded).unwrap());
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([over_decoded]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    let (_, report) = scene.judge(&vp_token);
    assert!(report.decisive().unwrap().detail.contains("decoded"), "{report:?}");
}

#[test]
fn req_6_12_hashes_must_be_there() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1"]);
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!(null));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    for shape in [json!([]), json!([1]), json!("text")] {
        let vp_token = kb(&mut scene, "transaction_data_hashes", &shape);
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes_format", "{shape}");
    }
}

#[test]
fn req_6_13_the_algorithm_is_sha_256_named_or_not() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1"]);
    scene.verified();
    kb(&mut scene, "transaction_data_hashes_alg", &json!("sha-256"));
    scene.verified();
    for alg in ["sha-512", "SHA-256", ""] {
        let vp_token = kb(&mut scene, "transaction_data_hashes_alg", &json!(alg));
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes_alg", "{alg}");
    }
}

#[test]
fn req_6_14_every_transaction_is_covered_and_nothing_else() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let [one, two] = scene.hashes().try_into().unwrap();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_covered");
    let foreign = sha256("foreign");
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one, two, foreign]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
}

#[test]
fn req_6_15_any_order_but_each_once() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1", "192.0.2.2"]);
    let [one, two] = scene.hashes().try_into().unwrap();
    kb(&mut scene, "transaction_data_hashes", &json!([two, one]));
    scene.verified();
    for wrong in [json!([one, one]), json!([one, two, two])] {
        let vp_token = kb(&mut scene, "transaction_data_hashes", &wrong);
        assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    }
}

#[test]
fn req_6_15_equal_transactions_need_as_many_hashes() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1", "192.0.2.1"]);
    scene.verified();
    let one = scene.hashes().remove(0);
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([one]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_covered");
}

#[test]
fn req_6_16_unsolicited_hashes_are_refused() {
    let mut scene = VerifyScene::new();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([sha256("x")]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_only_when_asked");
}

/// The string that was sent is spelled differently from how the object would be written today.
#[test]
fn req_1_81_a_hash_over_the_object_written_anew_is_refused() {
    let mut scene = VerifyScene::with_transactions(&["192.0.2.1"]);
    let anew = scene.asked.transaction_data[0].encoded().to_owned();
    let spelled = scene.asked.transaction_data[0].object().to_string().replace("\":", "\": ");
    let sent = TransactionData::try_from(base64url::encode(spelled)).unwrap();
    assert_eq!(sent.object(), scene.asked.transaction_data[0].object());
    scene.asked.transaction_data = vec![sent];
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!([sha256(&anew)]));
    assert_eq!(scene.refused(&vp_token), "transaction_data_hashes");
    let exact = scene.hashes();
    let vp_token = kb(&mut scene, "transaction_data_hashes", &json!(exact));
    let (presentation, report) = scene.judge(&vp_token);
    assert!(presentation.is_some(), "{report:?}");
}
