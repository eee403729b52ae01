//! Receipts as an auditor checks them: by the lines of Python in `docs/receipts.md`, as they stand there, with another
//! library; and by `vpgate receipt verify`.
//!
//! Needs python3 with venv (`apt-get install python3-venv`). Where that is missing the test says SKIP and why;
//! `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use vpgate_core::base::base64url;
use vpgate_test_support::equipment;
use vpgate_test_support::harness::{BASIC, CREDENTIAL, Exchange, Harness, RETURN_TO};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/clients/python/requirements.txt");

/// What an auditor is handed, in files.
struct Evidence {
    folder: tempfile::TempDir,
}

impl Evidence {
    async fn of_a_payment() -> Self {
        let world = Harness::new().await;
        let payment = json!({"type": "urn:proof:params:vc:transaction-data:payment-itemized:v1",
            "credential_ids": [CREDENTIAL], "payload": {"title": "Order 7", "currency": "USD",
                "items": [{"quantity": 1, "unit_cost": 0.1, "label": "Bag"}]}});
        let request = json!({"scope": BASIC, "redirect_uri": RETURN_TO, "transaction_data": [payment]});
        let Exchange { begun, vp_token, result } = world.exchange(&request).await;
        let address = begun["authorization_request_url"].as_str().unwrap().to_owned();
        let asked: url::Url = address.parse().unwrap();
        let sent = |name: &str| asked.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
        // The vendor's wallet writes the object as base64url.
        let object = if vp_token.starts_with('{') {
            vp_token.clone().into_bytes()
        } else {
            base64url::decode(&vp_token).unwrap()
        };
        let object: serde_json::Value = serde_json::from_slice(&object).unwrap();
        let presentation = object[CREDENTIAL][0].as_str().unwrap().to_owned();
        let evidence = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in [
            ("receipt.jwt", result["receipt"].as_str().unwrap().to_owned()),
            ("jwks.json", world.get("/receipts/jwks.json").await.text),
            ("other.json", Harness::new().await.get("/receipts/jwks.json").await.text),
            ("vp_token.txt", vp_token),
            ("presentation.txt", presentation),
            ("transaction.txt", sent("transaction_data")),
            ("other.txt", sent("transaction_data").chars().rev().collect()),
            ("report.json", result["report"].to_string()),
            ("request.txt", address.clone()),
            ("nonce.txt", sent("nonce")),
        ] {
            fs::write(evidence.path(name), text).unwrap();
        }
        evidence
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(&self.folder)
            .env_remove("VPGATE_CONFIG")
            .output()
            .unwrap()
    }
}

/// The lines in the page.
fn lines() -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/receipts.md")).unwrap();
    page.split("```python\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_python_of_the_page_believes_a_receipt_and_nothing_else() {
    let python = equipment::python("clients", Path::new(PYTHON));
    let Some(python) = equipment::found("the Python of docs/receipts.md", python) else { return };
    let evidence = Evidence::of_a_payment().await;
    fs::write(evidence.path("check.py"), lines()).unwrap();
    let good = ["receipt.jwt", "jwks.json", "presentation.txt", "transaction.txt"];
    let said = |arguments: &[&str]| {
        let output = evidence.run(&python, &[&["check.py"], arguments].concat());
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (held, why) = said(&good);
    assert!(held, "{why}");
    for (place, other) in [(1, "other.json"), (2, "transaction.txt"), (3, "other.txt")] {
        let mut wrong = good;
        wrong[place] = other;
        assert!(!said(&wrong).0, "{other} is taken");
    }
    let receipt = evidence.text("receipt.jwt");
    fs::write(evidence.path("receipt.jwt"), &receipt[..receipt.len() - 2]).unwrap();
    assert!(!said(&good).0, "one that was cut is taken");
}

#[tokio::test]
async fn the_command_checks_a_receipt_offline_and_names_what_differs() {
    let evidence = Evidence::of_a_payment().await;
    let program = Path::new(env!("CARGO_BIN_EXE_vpgate"));
    let said = |arguments: &[&str]| {
        let output = evidence.run(program, &[&["receipt", "verify"], arguments].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text.lines().next().unwrap_or_default().to_owned())
    };
    let verified = (0, "VERIFIED".to_owned());
    let refused = |by: &str| (1, format!("REJECTED: {by}"));
    let nonce = evidence.text("nonce.txt");
    let all = [
        "receipt.jwt",
        "--keys",
        "jwks.json",
        "--vp-token",
        "vp_token.txt",
        "--transaction-data",
        "transaction.txt",
        "--report",
        "report.json",
        "--request",
        "request.txt",
        "--nonce",
        &nonce,
    ];
    assert_eq!(said(&all[..3]), verified);
    assert_eq!(said(&all), verified);
    for (place, other, by) in [
        (2, "other.json", "receipt_key"),
        (4, "transaction.txt", "receipt_vp_token"),
        (6, "other.txt", "receipt_transaction_data"),
        (8, "jwks.json", "receipt_report"),
        (10, "nonce.txt", "receipt_request"),
        (12, "other", "receipt_nonce"),
    ] {
        let mut wrong = all;
        wrong[place] = other;
        assert_eq!(said(&wrong), refused(by), "{other}");
    }
    let receipt = evidence.text("receipt.jwt");
    for (text, by) in [
        (&receipt[..receipt.len() - 2], "receipt_signature"),
        (&receipt[..receipt.rfind('.').unwrap()], "receipt_shape"),
        ("", "receipt_content"),
    ] {
        fs::write(evidence.path("cut.jwt"), text).unwrap();
        assert_eq!(said(&["cut.jwt", "--keys", "jwks.json"]), refused(by));
    }
    for unusable in [
        &["receipt.jwt", "--keys", "gone.json"][..],
        &["receipt.jwt", "--keys", "nonce.txt"],
        &["gone.jwt", "--keys", "jwks.json"],
        &["receipt.jwt"],
        &[],
    ] {
        assert_eq!(said(unusable).0, 2, "{unusable:?}");
    }
    let output =
        evidence.run(program, &["receipt", "verify", "receipt.jwt", "--keys", "jwks.json", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "verified");
}
