//! `[[clients.webhooks]]`

use super::*;
use vpgate_core::webhook::WebhookContent;

/// The client of the contract with this webhook, beside files with secrets.
fn with_webhook(lines: &str) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    let key = vpgate_core::jose::jwe::EncryptionKey::generate().unwrap();
    for (name, content) in [
        ("one", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"),
        ("two", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"),
        ("ed", "whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
        ("odd", "secret"),
        ("key.jwk", &key.to_public_jwk().to_string()),
        ("private.jwk", &key.to_private_jwk().to_string()),
    ] {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let text = CONTRACT.replace("\n[device]", &format!("\n[[clients.webhooks]]\n{lines}\n\n[device]"));
    Config::from_toml(&text, folder.path())
}

const SOUND: &str = "name = \"orders\"\nurl = \"https://shop.example/hook\"\nsecret_file = \"one\"";

#[test]
fn a_webhook_is_told_of_everything_and_thinly_when_nothing_else_is_said() {
    let config = with_webhook(SOUND).unwrap();
    let [webhook] = config.policy.clients.named("tv").unwrap().webhooks.as_slice() else { panic!() };
    assert_eq!((webhook.name.as_str(), webhook.url.as_str()), ("orders", "https://shop.example/hook"));
    assert!(webhook.kinds.len() == 10 && webhook.secrets.len() == 1);
    assert!(matches!(webhook.content, WebhookContent::Thin));
}

#[test]
fn a_secret_may_have_one_before_it_or_be_a_key() {
    for (lines, secrets) in [("previous_secret_file = \"two\"", 2), ("previous_secret_file = \"ed\"", 2)] {
        let config = with_webhook(&format!("{SOUND}\n{lines}")).unwrap();
        assert_eq!(config.policy.clients.named("tv").unwrap().webhooks[0].secrets.len(), secrets);
    }
    let config = with_webhook(&SOUND.replace("\"one\"", "\"ed\"")).unwrap();
    let webhook = &config.policy.clients.named("tv").unwrap().webhooks[0];
    assert!(webhook.secrets[0].public_key().unwrap().starts_with("whpk_"));
}

#[test]
fn full_messages_need_a_public_key_of_the_client() {
    let full = format!("{SOUND}\ncontent = \"full\"\n");
    let config = with_webhook(&format!("{full}encryption_key_file = \"key.jwk\"")).unwrap();
    let webhook = &config.policy.clients.named("tv").unwrap().webhooks[0];
    assert!(matches!(webhook.content, WebhookContent::Full(_)));
    for (lines, fault) in [
        (full.clone(), "clients[0].webhooks[0].encryption_key_file: is missing: full messages are encrypted"),
        (
            format!("{full}encryption_key_file = \"private.jwk\""),
            "clients[0].webhooks[0].encryption_key_file: is not a public key for ECDH-ES on P-256",
        ),
        (
            format!("{SOUND}\nencryption_key_file = \"key.jwk\""),
            "clients[0].webhooks[0].encryption_key_file: belongs to content = \"full\"",
        ),
        (format!("{SOUND}\ncontent = \"all\""), "clients[0].webhooks[0].content: must be thin or full"),
    ] {
        let found = with_webhook(&lines).unwrap_err().to_string();
        assert!(found.starts_with(fault), "{lines}: {found}");
    }
}

#[test]
fn req_21_44_a_receiver_that_is_not_https_or_inside_or_half_configured_is_refused_with_its_path() {
    for (from, to, fault) in [
        ("https://shop.example/hook", "http://shop.example/hook", "url: must begin with https://"),
        (
            "https://shop.example/hook",
            "https://10.0.0.1/",
            "url: leads to 10.0.0.1, which is not a public address",
        ),
        ("https://shop.example/hook", "https://[fd00::1]/", "url: leads to fd00::1"),
        ("https://shop.example/hook", "https://[64:ff9b::a00:1]/", "url: leads to 64:ff9b::a00:1"),
        ("https://shop.example/hook", "https://169.254.169.254/", "url: leads to 169.254.169.254"),
        ("https://shop.example/hook", "https://localhost/", "url: is a loopback address"),
        ("https://shop.example/hook", "https://2130706433/", "url: is a loopback address"),
        ("https://shop.example/hook", "https://u:p@shop.example/", "url: must not hold a user name"),
        ("https://shop.example/hook", "https://shop.example/#x", "url: must not have a fragment"),
        ("https://shop.example/hook", "https://shop.example:25/", "url: must be on port 443 or 8443"),
        ("url = \"https://shop.example/hook\"\n", "", "url: is missing"),
        ("name = \"orders\"\n", "", "name: is missing"),
        ("\"orders\"", "\"or/ders\"", "name: must be 1 to 64 letters"),
        ("secret_file = \"one\"", "", "secret_file: is missing: one of secret_file, secret_env"),
        ("secret_file = \"one\"", "secret_file = \"none\"", "secret_file: cannot read"),
        ("secret_file = \"one\"", "secret_file = \"odd\"", "secret_file: must be `whsec_`"),
        ("secret_file = \"one\"", "secret_file = \"one\"\nsecret_env = \"X\"", "secret_file: only one of"),
        (
            "secret_file = \"one\"",
            "secret_file = \"one\"\nprevious_secret_file = \"one\"",
            "previous_secret_file: is the secret itself",
        ),
        (
            "secret_file = \"one\"",
            "secret_file = \"one\"\nkinds = [\"presentation.verified\", \"presentation.done\"]",
            "kinds[1]: is not a kind of event: presentation.verified, ",
        ),
        ("secret_file = \"one\"", "secret_file = \"one\"\nsecret = \"x\"", "secret: is not a known key"),
    ] {
        let found = with_webhook(&SOUND.replace(from, to)).unwrap_err().to_string();
        let fault = format!("clients[0].webhooks[0].{fault}");
        assert!(found.lines().any(|line| line.starts_with(&fault)), "{to}: {found}");
        assert!(!found.contains("whsec_MfKQ"), "{found}");
    }
    let twice = format!("{SOUND}\n\n[[clients.webhooks]]\n{SOUND}");
    let found = with_webhook(&twice).unwrap_err().to_string();
    assert!(found.starts_with("clients[0].webhooks[1].name: is the name of another endpoint"), "{found}");
    let port = SOUND.replace("shop.example", "shop.example:8080") + "\ndanger_any_port = true";
    let config = with_webhook(&port).unwrap();
    assert!(
        config.warnings.iter().any(|warning| warning.starts_with("danger_any_port")),
        "{:?}",
        config.warnings
    );
}

#[test]
fn req_21_44_a_receiver_inside_is_taken_in_a_network_that_is_open_and_in_no_other() {
    let opened = |url: &str| {
        let inside = SOUND.replace("https://shop.example/hook", url);
        with_webhook(&format!("{inside}\n\n[fetch]\nallow_networks = [\"10.20.0.0/16\", \"fd00::/8\"]"))
    };
    for open in ["https://10.20.3.4/hook", "https://[fd00::7]:8443/hook"] {
        let config = opened(open).unwrap();
        assert_eq!(config.policy.clients.named("tv").unwrap().webhooks[0].url.as_str(), open);
    }
    for (closed, fault) in [
        ("https://10.21.0.1/hook", "url: leads to 10.21.0.1, which is not a public address"),
        ("https://[fe80::7]/hook", "url: leads to fe80::7"),
        ("https://127.0.0.1/hook", "url: is a loopback address"),
        ("http://10.20.3.4/hook", "url: must begin with https://"),
    ] {
        let found = opened(closed).unwrap_err().to_string();
        assert!(found.contains(&format!("clients[0].webhooks[0].{fault}")), "{found}");
    }
}
