//! What certificates vouch for, from the wallet's answer to the result that the shop reads.

use std::fs;

use openssl::base64::encode_block;
use serde_json::{Value, json};
use vpgate_core::jose::signing::SigningKey;

use crate::scenarios::asking::{asked, haip, parameter, path_of, read, sent_to_wallet};
use crate::scenarios::posting::PostingWallet;
use vpgate_test_support::builders::presentation::{PresentationBuilder, Signer, edit};
use vpgate_test_support::certificates::{Certified, certificate, key};
use vpgate_test_support::harness::{BASE, Harness};

/// What the shop reads when the wallet answers with what `change` makes of the credential, as often as it may.
async fn result(world: &Harness, change: impl Fn(&mut PresentationBuilder)) -> Value {
    let (phone, mut browser) = (PostingWallet::new(world), world.browser());
    let (begun, url) = sent_to_wallet(world, &mut browser).await;
    let (_, claims) = read(&world.get(&path_of(&url)).await.text);
    let asked = asked(world, &claims).await;
    let mut code = None;
    for _ in 0..5 {
        let mut made = phone.made(&asked);
        change(&mut made);
        let answer = phone.answer(&asked, &made.present()).await;
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        if let Some(redirect) = body["redirect_uri"].as_str() {
            code = parameter(&browser.open(redirect).await.url, "response_code");
            break;
        }
    }
    world.collect(&begun, code.as_deref()).await.1
}

#[tokio::test]
async fn req_7_8_status_lists_under_anchors_of_their_own_are_believed_under_those_alone() {
    let certified = Certified::new();
    let stranger = key();
    let stranger = certificate("Stranger", &stranger, "Stranger", &stranger);
    fs::write(certified.path().join("stranger.pem"), stranger.to_pem().unwrap()).unwrap();
    let wallet = haip("by_reference").replace("\"haip\"", "\"openid4vp\"");
    let keys = format!("jwks_uri = \"{BASE}/sandbox/issuer/jwks.json\"");
    for (trust, verdict) in [
        (format!("{keys}, status_x5c_roots = \"issuer-roots.pem\""), "verified"),
        // Its own published key signed the list; but that is not what lists are believed by here.
        (format!("{keys}, status_x5c_roots = \"stranger.pem\""), "rejected"),
        ("x5c_roots = \"issuer-roots.pem\", status_x5c_roots = \"stranger.pem\"".to_owned(), "rejected"),
    ] {
        let world = Harness::trusting(&trust, &wallet, certified.path());
        let list = json!({"idx": 0, "uri": format!("{BASE}/sandbox/issuer/status-list")});
        let result = result(&world, |made| {
            made.edit_payload(|payload| {
                drop(payload.insert("status".to_owned(), json!({"status_list": list})));
            });
        });
        let result = result.await;
        assert_eq!(result["status"], verdict, "{trust}: {result}");
        if verdict == "rejected" {
            assert_eq!(result["report"]["reason"], "status_list_signature", "{trust}: {result}");
        }
    }
}

#[tokio::test]
async fn req_9_9_a_self_signed_issuer_is_believed_where_that_is_switched_on_and_never_in_profile_haip() {
    let certified = Certified::new();
    let key = key();
    let own = certificate("Issuer", &key, "Issuer", &key);
    fs::write(certified.path().join("own.pem"), own.to_pem().unwrap()).unwrap();
    let x5c = json!([encode_block(&own.to_der().unwrap())]);
    let pem = key.private_key_to_pem_pkcs8().unwrap();
    for (profile, switch, verdict, reason) in [
        ("openid4vp", ", x5c_self_signed = true", "verified", Value::Null),
        ("openid4vp", "", "rejected", json!("issuer_chain")),
        ("haip", ", x5c_self_signed = true", "rejected", json!("haip_issuer_chain")),
    ] {
        let wallet = haip("by_reference").replace("\"haip\"", &format!("\"{profile}\""));
        let world = Harness::trusting(&format!("x5c_roots = \"own.pem\"{switch}"), &wallet, certified.path());
        let result = result(&world, |made| {
            made.issuer = Signer::of(SigningKey::from_pem(&pem).unwrap());
            edit(&mut made.header, |header| drop(header.insert("x5c".to_owned(), x5c.clone())));
        });
        let result = result.await;
        assert_eq!(result["status"], verdict, "{profile}{switch}: {result}");
        assert_eq!(result["report"]["reason"], reason, "{profile}{switch}: {result}");
    }
}
