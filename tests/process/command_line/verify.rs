//! `vpgate verify`: files in, a report out; 0 verified, 1 rejected, 2 unusable arguments.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::mdoc::SessionTranscript;
use vpgate_core::mdoc::testing::{MdocMaker, NAMESPACE};

use crate::command_line::{err, out, vpgate};

const NOW: i64 = 1_800_000_000;
const AT: &str = "2027-01-15T08:00:00Z";
const ISSUER: &str = "https://issuer.example.com";
const VCT: &str = "https://credentials.example.com/identity";
const SESSION: &str = "urn:proof:params:vc:transaction-data:session-data";

/// A folder with a trust file, the issuer's keys, and one presentation.
struct Folder {
    place: TempDir,
    token: String,
}

impl Folder {
    /// The key-binding JWT authorises these strings.
    fn new(transaction_data: &[&str]) -> Self {
        Self::with_claims(transaction_data, json!({}))
    }

    /// With more claims in the credential.
    fn with_claims(transaction_data: &[&str], more: Value) -> Self {
        let place = tempfile::tempdir().unwrap();
        let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = KeySet::of(vec![issuer.public_key().clone()]).to_json();
        let folder = Self { place, token: presentation(&issuer, transaction_data, more) };
        folder.write("keys.json", &keys.to_string());
        folder.write("trust.toml", &trust("jwks_file = \"keys.json\""));
        folder.write("token.txt", &format!("{}\n", folder.token));
        folder
    }

    fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(PathBuf::from(self.path(name)), text).unwrap();
        self.path(name)
    }

    /// The exit code, standard output, standard error.
    fn verify(&self, more: &[&str]) -> (i32, String, String) {
        self.verify_text(&self.path("token.txt"), more, "")
    }

    fn verify_text(&self, file: &str, more: &[&str], input: &str) -> (i32, String, String) {
        let trust = self.path("trust.toml");
        let mut arguments = vec!["verify", file];
        for (name, value) in
            [("--audience", "caxdw5a7d"), ("--nonce", "n-0S6"), ("--trust", &trust), ("--at", AT)]
        {
            if !more.contains(&name) {
                arguments.extend([name, value]);
            }
        }
        arguments.extend(more);
        let output = vpgate(&arguments, input);
        (output.status.code().unwrap(), out(&output).to_owned(), err(&output).to_owned())
    }
}

fn trust(keys: &str) -> String {
    format!(
        "[[credentials]]\nid = \"identity\"\nvct = [\"{VCT}\"]\nissuer = \"{ISSUER}\"\ntrust = {{ {keys} }}\n"
    )
}

fn hash(text: &str) -> String {
    base64url::encode(Digest::of(text.as_bytes()).as_bytes())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other}"),
    }
}

fn presentation(issuer: &SigningKey, transaction_data: &[&str], more: Value) -> String {
    let holder = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut cnf = holder.public_key().to_jwk();
    cnf.as_object_mut().unwrap().remove("kid");
    let disclosure = base64url::encode(json!(["salt", "given_name", "Zoë"]).to_string());
    let header = object(json!({"typ": "dc+sd-jwt", "kid": issuer.kid()}));
    let mut payload = object(json!({"iss": ISSUER, "vct": VCT, "iat": NOW - 1000, "exp": NOW + 1000,
        "cnf": {"jwk": cnf}, "_sd": [hash(&disclosure)]}));
    payload.extend(object(more));
    let sd_jwt = format!("{}~{disclosure}~", issuer.sign(&header, &payload).unwrap());
    let mut binding =
        object(json!({"iat": NOW - 5, "aud": "caxdw5a7d", "nonce": "n-0S6", "sd_hash": hash(&sd_jwt)}));
    if !transaction_data.is_empty() {
        let hashes: Vec<String> = transaction_data.iter().map(|sent| hash(sent)).collect();
        binding.insert("transaction_data_hashes".to_owned(), json!(hashes));
    }
    sd_jwt + &holder.sign(&object(json!({"typ": "kb+jwt"})), &binding).unwrap()
}

#[test]
fn a_good_token_is_verified_and_the_table_says_by_which_rules() {
    let folder = Folder::new(&[]);
    let (code, table, complaints) = folder.verify(&[]);
    assert_eq!((code, &*complaints), (0, ""), "{table}");
    assert!(
        table.starts_with("VERIFIED\njudged at 2027-01-15T08:00:00Z, asked at 2027-01-15T07:55:00Z\n"),
        "{table}"
    );
    for words in ["credential identity\n", "ok    kb_nonce", "RFC 9901 7.3(5.f)", "named by the `kid`"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    assert!(!table.contains("Zoë") && !table.contains("eyJ") && !table.contains('\x1b'), "{table}");
    assert_eq!(folder.verify(&[]).1, table, "the same input has the same report");
}

#[test]
fn req_4_23_the_trust_file_says_how_far_clocks_may_be_apart_and_how_long_a_presentation_may_be() {
    let folder = Folder::new(&[]);
    let early = ["--at", "2027-01-15T07:58:30Z", "--requested-at", "2027-01-15T07:58:00Z"];
    let (code, table, _) = folder.verify(&early);
    assert_eq!(code, 1, "{table}");
    assert!(table.starts_with("REJECTED: kb_issued_at"), "{table}");
    let trust = trust("jwks_file = \"keys.json\"");
    folder.write("trust.toml", &format!("{trust}[verification]\nclock_tolerance = \"2m\"\n"));
    assert_eq!(folder.verify(&early).0, 0);
    folder.write("trust.toml", &format!("{trust}[verification]\nmax_disclosures = 0\n"));
    let (code, _, complaints) = folder.verify(&[]);
    assert!(code == 2 && complaints.contains("verification.max_disclosures"), "{complaints}");
    folder.write("trust.toml", &format!("{trust}[verification]\nmax_presentation_bytes = 16384\n"));
    let long = folder.write("long.txt", &format!("{}~", "A".repeat(20_000)));
    let (code, table, _) = folder.verify_text(&long, &[], "");
    assert!(code == 1 && table.starts_with("REJECTED: sd_jwt_bounds"), "{table}");
}

#[test]
fn a_strangers_value_may_begin_with_a_dash() {
    let folder = Folder::new(&[]);
    for (option, value, reason) in [
        ("--nonce", "-0S6", "kb_nonce"),
        ("--nonce", "--json", "kb_nonce"),
        ("--audience", "-x", "kb_audience"),
    ] {
        let (code, table, complaints) = folder.verify(&[option, value]);
        assert_eq!(code, 1, "{complaints}");
        assert!(table.starts_with(&format!("REJECTED: {reason}")), "{option} {value}: {table}");
    }
    let (code, _, complaints) = folder.verify(&["--credential", "-other"]);
    assert_eq!(code, 2);
    assert!(!complaints.contains("unexpected argument"), "{complaints}");
}

#[test]
fn the_token_may_come_from_standard_input_and_in_any_shape() {
    let folder = Folder::new(&[]);
    let object = json!({"identity": [folder.token]}).to_string();
    for text in [&folder.token, &object, &base64url::encode(&object)] {
        let (code, table, _) = folder.verify_text("-", &[], &format!("\n{text}\n"));
        assert_eq!(code, 0, "{table}");
    }
}

#[test]
fn req_5_19_type_metadata_of_the_trust_file_counts() {
    let folder = Folder::with_claims(&[], json!({"nickname": "Z"}));
    let configure = |claims: Value| {
        folder.write("type.json", &json!({"vct": VCT, "claims": claims}).to_string());
        let keys = trust("jwks_file = \"keys.json\"");
        folder.write("trust.toml", &format!("{keys}type_metadata = [\"type.json\"]\n"));
        folder.verify(&[])
    };
    let (code, table, _) = configure(json!([{"path": ["given_name"], "sd": "always", "mandatory": true}]));
    assert_eq!(code, 0, "{table}");
    assert!(table.contains("ok    disclosable_claims") && table.contains("n/a   vct_integrity"), "{table}");
    let (code, table, _) = configure(json!([{"path": ["nickname"], "sd": "always"}]));
    assert_eq!(code, 1, "{table}");
    assert!(
        table.starts_with("REJECTED: disclosable_claims\n      `nickname` must be selectively"),
        "{table}"
    );
    let (code, _, complaints) = configure(json!([{"path": "nickname"}]));
    assert_eq!(code, 2);
    assert!(complaints.contains("credentials[0].type_metadata[0]: "), "{complaints}");
}

#[test]
fn json_is_the_report_and_nothing_else() {
    let folder = Folder::new(&[]);
    let (code, text, _) = folder.verify(&["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["verdict"]), (0, &json!("verified")));
    assert!(report.get("reason").is_none() && report.get("credentials").is_none());
    let (code, text, _) = folder.verify(&["--json", "--nonce", "another"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["verdict"], &report["reason"]), (1, &json!("rejected"), &json!("kb_nonce")));
    let last = report["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["check"], &last["outcome"]), (&json!("kb_nonce"), &json!("failed")));
}

#[test]
fn what_is_wrong_in_one_way_is_rejected_by_that_rule() {
    let folder = Folder::new(&[]);
    let query = |claim: &str| {
        let query = json!({"credentials": [{"id": "identity", "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]}, "claims": [{"path": [claim]}]}]});
        folder.write(&format!("{claim}.json"), &query.to_string())
    };
    let (good, bad) = (query("given_name"), query("shoe_size"));
    assert_eq!(folder.verify(&["--query", &good]).0, 0);
    let expired = "2027-01-15T08:20:00Z";
    for (more, reason) in [
        (&["--nonce", "another"][..], "kb_nonce"),
        (&["--audience", "another"], "kb_audience"),
        (&["--at", expired, "--requested-at", AT], "validity_exp"),
        (&["--requested-at", "2027-01-15T08:00:56Z"], "kb_issued_at"),
        (&["--query", &bad], "claims_present"),
    ] {
        let (code, table, complaints) = folder.verify(more);
        assert_eq!((code, &*complaints), (1, ""), "{more:?}: {table}");
        assert!(table.starts_with(&format!("REJECTED: {reason}\n      ")), "{more:?}: {table}");
        assert!(table.contains(&format!("\nFAIL  {reason} ")), "{more:?}: {table}");
    }
    let (code, table, _) = folder.verify_text("-", &[], "nonsense");
    assert!(code == 1 && table.starts_with("REJECTED: vp_token_shape"), "{table}");
    assert_eq!(folder.verify(&["--requested-at", "2027-01-15T08:00:55Z"]).0, 0, "a minute is forgiven");
}

#[test]
fn req_6_13_transactions_count_by_the_exact_string_that_was_sent() {
    let written =
        json!({"type": SESSION, "credential_ids": ["identity"], "payload": {"ip_address": "192.0.2.7"}});
    // Somebody else's way to write it, with another order and space.
    let other =
        r#"{ "payload": {"ip_address": "192.0.2.7"}, "credential_ids": ["identity"], "type": "TYPE" }"#;
    let [ours, theirs] = [written.to_string(), other.replace("TYPE", SESSION)].map(base64url::encode);
    let folder = Folder::new(&[&theirs]);
    let [object, ours, theirs] = [("o.json", &written.to_string()), ("ours", &ours), ("theirs", &theirs)]
        .map(|(name, text)| folder.write(name, &format!("{text}\n")));
    assert_eq!(folder.verify(&["--transaction-data", &theirs]).0, 0);
    for (more, reason) in [
        (vec!["--transaction-data", &ours], "transaction_data_hashes"),
        (vec!["--transaction-data", &object], "transaction_data_hashes"),
        (vec!["--transaction-data", &theirs, "--transaction-data", &theirs], "transaction_data_covered"),
        (vec![], "transaction_data_only_when_asked"),
    ] {
        let (code, table, _) = folder.verify(&more);
        assert_eq!(code, 1, "{more:?}: {table}");
        assert!(table.starts_with(&format!("REJECTED: {reason}\n")), "{more:?}: {table}");
    }
    let folder = Folder::new(&[&base64url::encode(written.to_string())]);
    let object = folder.write("o.json", &written.to_string());
    assert_eq!(folder.verify(&["--transaction-data", &object]).0, 0, "an object is written as we write it");
}

#[test]
fn unusable_arguments_are_told_apart_from_a_rejected_token() {
    let folder = Folder::new(&[]);
    let written = |name: &str, text: &str| folder.write(name, text);
    let fetched = written("fetched.toml", &trust("jwks_uri = \"https://issuer.example.com/jwks.json\""));
    let two =
        trust("jwks_file = \"keys.json\"") + &trust("jwks_file = \"keys.json\"").replace("identity", "other");
    let (two, empty) = (written("two.toml", &two), written("empty.toml", "[storage]\n"));
    let (odd, broken) = (written("odd.toml", "[[credential]]\n"), written("broken.json", "{"));
    let foreign = json!({"credentials": [{"id": "x", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}}]});
    let foreign = written("foreign.json", &foreign.to_string());
    let transaction = json!({"type": SESSION, "credential_ids": ["x"], "payload": {}}).to_string();
    let transaction = written("transaction.json", &transaction);
    for (more, words) in [
        (&["--trust", "nowhere.toml"][..], "cannot read nowhere.toml"),
        (&["--trust", &fetched], "nothing is fetched here"),
        (&["--trust", &two], "several credentials (identity, other)"),
        (&["--trust", &empty], "credentials: is missing"),
        (&["--trust", &odd], "credential: is not a known key"),
        (&["--credential", "x"], "it has identity"),
        (&["--query", &broken], "broken.json"),
        (&["--query", &foreign], "that the trust file does not have"),
        (&["--transaction-data", &transaction], "transaction.json"),
        (&["--at", "yesterday"], "RFC 3339"),
        (&["--nonce", ""], "--nonce"),
        (&["--query", &foreign, "--credential", "identity"], "cannot be used with"),
    ] {
        let (code, text, complaints) = folder.verify(more);
        assert_eq!((code, &*text), (2, ""), "{more:?}: {complaints}");
        assert!(complaints.contains(words), "{more:?}: {complaints}");
    }
    assert_eq!(folder.verify(&["--trust", &two, "--credential", "identity"]).0, 0);
    assert_eq!(folder.verify_text("nowhere.txt", &[], "").0, 2);
    assert_eq!(folder.verify_text("-", &[], &"x".repeat((3 << 20) + 1)).0, 2);
}

#[test]
fn a_whole_configuration_serves_as_a_trust_file() {
    let folder = Folder::new(&[]);
    let whole =
        format!("public_url = \"https://verify.example.com\"\n{}", trust("jwks_file = \"keys.json\""));
    let whole = folder.write("vpgate.toml", &whole);
    assert_eq!(folder.verify(&["--trust", &whole]).0, 0);
}

#[test]
fn req_7_13_a_status_that_would_have_to_be_fetched_is_not_taken_for_valid() {
    let status = json!({"status": {"status_list": {"idx": 0, "uri": "https://issuer.example.com/list"}}});
    let folder = Folder::with_claims(&[], status);
    let (code, table, _) = folder.verify(&[]);
    assert_eq!(code, 1, "{table}");
    assert!(table.starts_with("REJECTED: status_list_available\n"), "{table}");
    let careless = trust("jwks_file = \"keys.json\"") + "danger_ignore_status = true\n";
    let careless = folder.write("careless.toml", &careless);
    assert_eq!(folder.verify(&["--trust", &careless]).0, 0);
}

/// A licence of an authority that the trust file believes, shown for this transcript.
fn licence(folder: &Folder, transcript: &SessionTranscript) -> String {
    let maker = MdocMaker::at(Timestamp::from_unix(NOW));
    folder.write("iaca.pem", &String::from_utf8(maker.root.pem()).unwrap());
    let trust = "[[credentials]]\nid = \"mdl\"\nformat = \"mso_mdoc\"\ndoctype = \"org.iso.18013.5.1.mDL\"\n\
                 issuer = \"Utopia\"\ntrust = { iaca_roots = \"iaca.pem\" }\ncertificate_profile = \"generic\"\n";
    folder.write("trust.toml", trust);
    let claims =
        json!([{"path": [NAMESPACE, "family_name"]}, {"path": [NAMESPACE, "age_over_18"], "values": [true]}]);
    let query = json!({"credentials": [{"id": "mdl", "format": "mso_mdoc",
        "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}, "claims": claims}]});
    folder.write("query.json", &query.to_string());
    maker.present(transcript, &["family_name", "age_over_18"])
}

#[test]
fn req_14_50_to_14_53_the_device_of_an_mdoc_signed_for_what_the_command_is_told() {
    let folder = Folder::new(&[]);
    let (uri, key) = ("https://verify.example.com/answers/1", base64url::encode([7; 32]));
    let origin = "origin:https://verify.example.com";
    let info = "gmVkY2FwaQ";
    let redirect = |key| SessionTranscript::redirect("caxdw5a7d", "n-0S6", key, uri);
    let query = folder.path("query.json");
    for (transcript, right) in [
        (redirect(None), vec!["--response-uri", uri]),
        (redirect(Some(&[7; 32])), vec!["--response-uri", uri, "--jwk-thumbprint", &key]),
        (SessionTranscript::dc_api(&origin[7..], "n-0S6", None), vec!["--audience", origin]),
        (
            SessionTranscript::org_iso_mdoc(info, &origin[7..]),
            vec!["--audience", origin, "--encryption-info", info],
        ),
    ] {
        let presentation = licence(&folder, &transcript);
        // The text alone, and the object that a wallet sends.
        for (token, more) in [
            (presentation.clone(), &[][..]),
            (json!({"mdl": [&presentation]}).to_string(), &["--query", query.as_str()][..]),
        ] {
            let (code, table, complaints) = folder.verify_text("-", &[&right[..], more].concat(), &token);
            assert_eq!((code, &*complaints), (0, ""), "{right:?}: {table}");
            for words in ["credential mdl\n", "ok    device_signature", "ok    element_digests"] {
                assert!(table.contains(words), "{words}: {table}");
            }
            assert!(!table.contains("Mustermann"), "{table}");
        }
        let other = [&right[..], &["--nonce", "another"]].concat();
        let (code, table, _) = folder.verify_text("-", &other, &presentation);
        let is_bound = right.contains(&"--encryption-info");
        assert_eq!(code, i32::from(!is_bound), "its nonce is in encryptionInfo: {table}");
        assert!(is_bound || table.starts_with("REJECTED: device_signature"), "{table}");
    }
    let presentation = licence(&folder, &redirect(None));
    let late = ["--response-uri", uri, "--at", "2027-03-15T08:00:00Z"];
    let (code, table, _) = folder.verify_text("-", &late, &presentation);
    assert!(code == 1 && table.starts_with("REJECTED: issuer_chain"), "{table}");
    for (more, words) in [
        (&[][..], "--response-uri is missing"),
        (&["--response-uri", uri, "--jwk-thumbprint", "AQ"][..], "--jwk-thumbprint must be"),
        (&["--response-uri", uri, "--encryption-info", info][..], "--encryption-info is for"),
        (&["--audience", origin, "--response-uri", uri][..], "--response-uri is for"),
    ] {
        let (code, text, complaints) = folder.verify_text("-", more, &presentation);
        assert_eq!((code, &*text), (2, ""), "{more:?}: {complaints}");
        assert!(complaints.contains(words), "{more:?}: {complaints}");
    }
}
