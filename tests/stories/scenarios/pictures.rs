//! The portrait in an mdoc is told in the result, to whoever asked for it, and nowhere else: not in logs, events, messages,
//! receipts, tokens, the audit log or metrics.

use poem::http::StatusCode;
use serde_json::{Value, json};
use vpgate::config::secrets::hash_text;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Secret;
use vpgate_core::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use vpgate_core::mdoc::testing::NAMESPACE;

use crate::scenarios::asking::{HASH, parameter, wallet};
use crate::scenarios::logs::Lines;
use crate::scenarios::mdoc::{Licences, asks_for, token};
use crate::scenarios::posting::redirect_uri;
use vpgate_test_support::harness::{Answer, RETURN_TO};
use vpgate_test_support::webhook_receiver::{WebhookReceiver, private_file, secret};

const CABINET: (&str, &str) = ("cabinet", "cabinet-secret");
/// An end of `presentation.verified` in full, with its receipt, and everything else in short.
const WEBHOOKS: [&str; 2] = ["content = \"full\"\nencryption_key_file = ", "receipt = true"];

/// The portrait is made of one byte alone, so that a piece of it is found however it is written.
fn pieces() -> [String; 5] {
    let numbers = |between: &str| vec!["255"; 24].join(between);
    ["_".repeat(32), "/".repeat(32), "ff".repeat(24), numbers(","), numbers(", ")]
}

fn cabinet(receiver: &WebhookReceiver, folder: &std::path::Path, key: &EncryptionKey) -> String {
    let sealed_to = folder.join("cabinet.jwk");
    std::fs::write(&sealed_to, key.to_public_jwk().to_string()).unwrap();
    let file = private_file(folder, "webhook-secret", &secret(1));
    let hash = hash_text(Secret::received(CABINET.1).digest());
    let mut client = format!(
        "[[clients]]\nclient_id = \"cabinet\"\nsecret_hash = \"{hash}\"\nauthentication = \"client_secret_basic\"\n\
         redirect_uris = [\"{RETURN_TO}\"]\nscopes = [\"of_age\"]\n"
    );
    for (place, lines) in WEBHOOKS.into_iter().enumerate() {
        let lines = if place == 0 { format!("{lines}\"{}\"", sealed_to.display()) } else { lines.to_owned() };
        client += &format!(
            "[[clients.webhooks]]\nname = \"hook{place}\"\nurl = \"{}\"\nsecret_file = \"{}\"\n{lines}\n",
            receiver.url,
            file.display()
        );
    }
    client
}

async fn get(licences: &Licences, path: &str) -> String {
    let answer: Answer = licences.world.get_as(path, Some(CABINET)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

#[tokio::test]
async fn a_portrait_stands_in_the_result_that_is_collected_and_nowhere_else() {
    let (lines, _guards) = Lines::collect(tracing::Level::TRACE);
    let (receiver, folder) = (WebhookReceiver::start(), tempfile::tempdir().unwrap());
    let key = EncryptionKey::generate().unwrap();
    let more = cabinet(&receiver, folder.path(), &key);
    let licences = Licences::asking_for(&wallet(HASH, "by_reference", "direct_post.jwt"), &more).await;
    let world = &licences.world;
    let mut told: Vec<(&str, String)> = Vec::new();

    // Refused, and taken.
    let request = asks_for(&["family_name", "portrait"]).to_string();
    let (mut collected, mut ids) = (Value::Null, Vec::new());
    for altered in [true, false] {
        let begun = world.post_json_as(CABINET, "/v1/presentations", &request).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let begun = begun.json();
        let mut browser = world.browser();
        let read = licences.read(&browser.open(begun["start_url"].as_str().unwrap()).await.url, None).await;
        let mut presentation = licences.maker.response(&read.transcript(), &["family_name", "portrait"]);
        if altered {
            let portrait = presentation.windows(64).position(|part| part == [0xff; 64]).unwrap();
            presentation[portrait + 5000] = 0xfe;
        }
        let presentation = base64url::encode(presentation);
        let answer = licences.answers(&read, "mdl", &presentation).await;
        told.push(("the answer to the wallet", answer.text.clone()));
        let id = begun["id"].as_str().unwrap().to_owned();
        if answer.status == StatusCode::OK {
            let page = browser.open(&redirect_uri(&answer)).await;
            let code = parameter(&page.url, "response_code").unwrap();
            world.app().send_webhooks().await;
            let path = format!("/v1/presentations/{id}?response_code={code}");
            collected = serde_json::from_str(&get(&licences, &path).await).unwrap();
        }
        ids.push(id);
    }
    let shown = &collected["credentials"]["mdl"]["claims"][NAMESPACE];
    assert!(shown["portrait"].as_str().unwrap().contains(&pieces()[0]), "the result has it");

    // What the client is told besides.
    told.push(("the report", collected["report"].to_string()));
    told.push(("the receipt", collected["receipt"].to_string()));
    told.push((
        "the receipt by itself",
        get(&licences, &format!("/v1/presentations/{}/receipt", ids[1])).await,
    ));
    told.push(("events", get(&licences, "/v1/events").await));
    told.push(("deliveries", get(&licences, "/v1/webhooks/hook0/deliveries?state=delivered").await));
    let messages = receiver.take();
    assert!(messages.len() >= 2, "{messages:?}");
    let mut opened = 0;
    for message in messages {
        let body = message.json();
        if let Some(sealed) = body["data"]["result"].as_str() {
            let sealed = EncryptedText::parse(sealed, 1 << 20).unwrap();
            let result = String::from_utf8(key.decrypt(&sealed, &ContentEncryption::ALL).unwrap().to_vec());
            let result = result.unwrap();
            assert!(result.contains("Mustermann"), "a full message has the other claims: {result}");
            told.push(("the result in a message", result));
            opened += 1;
        }
        told.push(("a message", message.body));
    }
    assert_eq!(opened, 1);

    // A grant, and what its token says.
    let authorization = world.device_of("box").await;
    let mut phone = world.browser();
    let page = phone.open(authorization["verification_uri_complete"].as_str().unwrap()).await;
    let read = licences.read(&phone.press(&page, "Continue").await.url, None).await;
    let elements = ["age_over_18", "birth_date", "document_number", "portrait"];
    let answer = licences.answers(&read, "mdl", &licences.maker.present(&read.transcript(), &elements)).await;
    let page = phone.open(&redirect_uri(&answer)).await;
    told.push(("the page of the device", page.body));
    told.push(("the token", token(world, &authorization).await.to_string()));

    // What operators read.
    world.app().keep_audit_log().await.unwrap();
    let audit = world.store().audit_lines(0, 1000).await.unwrap();
    told.push((
        "the audit log",
        json!(audit.into_iter().map(|(_, line)| line).collect::<Vec<_>>()).to_string(),
    ));
    told.push(("the log", lines.text()));
    assert!(lines.text().contains("answer judged"));
    for (place, text) in told {
        assert!(!text.is_empty(), "{place}");
        for piece in pieces() {
            assert!(!text.contains(&piece), "{place} tells of the portrait: {piece}");
        }
    }
}
