use std::fs;
use std::path::Path;

use crate::config::{Config, Faults};
use vpgate_core::jose::x5c::testing::{Authority, Plan, p256};

const CONTRACT: &str = include_str!("../../../fixtures/config/contract.toml");
const JWKS: &str = "{ jwks_uri = \"https://api.proof.com/verifiable-credentials/v1/jwks.json\" }";
const ROOTS: &str = "{ x5c_roots = \"roots.pem\" }";
const HAIP: &str = "
[[wallets]]
name = \"app\"
profile = \"haip\"
authorization_endpoint = \"haip-vp://\"
client_id_prefix = \"x509_hash\"
signing = { key = \"key.pem\", certificates = \"chain.pem\" }

";
const SECOND: &str = "
[[credentials]]
id = \"proof_id_default\"
vct = [\"https://credentials.notarize.com/ProofCredentialV1\"]
issuer = \"https://issuer.example\"
trust = { x5c_roots = \"roots.pem\" }
";

/// The example of the contract, whose television has no secret, with a second wallet of profile haip; `more`
/// at the end.
fn load(trust: &str, wallet: &str, more: &str) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    let (root, key) = (Authority::root(&Plan::authority("Root of vpgate", 1_800_000_000)), p256());
    let leaf = root.certify(&Plan::leaf("vpgate", 1_800_000_000), &key);
    private(&folder.path().join("key.pem"), &key.private_key_to_pem_pkcs8().unwrap());
    fs::write(folder.path().join("chain.pem"), leaf.to_pem().unwrap()).unwrap();
    fs::write(folder.path().join("roots.pem"), root.pem()).unwrap();
    let text =
        CONTRACT.replace(JWKS, trust).replacen("[[credentials]]", &format!("{HAIP}[[credentials]]"), 1);
    let tv = "client_id = \"tv\"\n";
    let text = text.replace(tv, &format!("{tv}wallet = \"{wallet}\"\n"));
    assert!(text.contains(trust) && text.contains(&format!("wallet = \"{wallet}\"")));
    Config::from_toml(&format!("{text}\n{more}"), folder.path())
}

fn private(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn shop(more: &str) -> String {
    let hash = crate::config::secrets::hash_text(vpgate_core::base::secret::Secret::received("s").digest());
    format!(
        "[[clients]]\nclient_id = \"shop\"\nauthentication = \"client_secret_basic\"\nsecret_hash = \"{hash}\"\n\
         scopes = [\"urn:proof:params:scope:verifiable-credentials:basic\"]\n{more}\n"
    )
}

fn about_haip(config: &Config) -> Vec<&String> {
    config.notes.iter().filter(|note| note.contains("profile haip")).collect()
}

#[test]
fn req_9_9_a_scope_that_no_answer_could_earn_does_not_start() {
    let faults = load(JWKS, "app", "").unwrap_err();
    assert_eq!(faults.iter().count(), 1, "{faults}");
    let fault = faults.to_string();
    assert!(fault.contains("clients[0].scopes[0]: no issuer of the credential proof_id_default"), "{fault}");
    assert!(fault.contains("the wallet app is of profile haip"), "{fault}");
    // One of its issuers is enough, and other wallets believe them all.
    for (trust, wallet, more) in [(ROOTS, "app", ""), (JWKS, "app", SECOND), (JWKS, "proof", "")] {
        let config = load(trust, wallet, more).unwrap();
        assert!(about_haip(&config).is_empty(), "{trust} {wallet}: {:?}", config.notes);
    }
}

#[test]
fn a_credential_that_only_a_rule_reads_counts_too() {
    let other = SECOND.replace("proof_id_default", "licence").replace(ROOTS, JWKS);
    let scope = "[[scopes]]\nname = \"drive\"\ncredential = \"proof_id_default\"\n\
                 claims = [\"given_name\"]\n\
                 rules = [{ credential = \"licence\", field = \"class\", operator = \"=\", value = 1 }]\n\
                 [[clients]]\nclient_id = \"car\"\ngrants = [\"device_code\"]\nauthentication = \"none\"\n\
                 scopes = [\"urn:proof:params:scope:verifiable-credentials:basic\", \"drive\"]\nwallet = \"app\"\n";
    let faults = load(ROOTS, "app", &format!("{other}{scope}")).unwrap_err();
    assert_eq!(faults.iter().count(), 1, "{faults}");
    assert!(
        faults.to_string().contains("clients[1].scopes[1]: no issuer of the credential licence"),
        "{faults}"
    );
}

#[test]
fn who_can_do_something_else_is_told_and_starts() {
    let own = load(JWKS, "proof", &shop("wallet = \"app\"")).unwrap();
    let [note] = about_haip(&own)[..] else { panic!("{:?}", own.notes) };
    assert!(note.starts_with("shop cannot have urn:proof:params:scope:"), "{note}");
    // The shop's pages may lead the television's person to another wallet.
    let pages = load(JWKS, "app", &shop("wallet = \"proof\"\ndevice_pages_for = [\"tv\"]")).unwrap();
    let [note] = about_haip(&pages)[..] else { panic!("{:?}", pages.notes) };
    assert!(note.starts_with("tv cannot have"), "{note}");
}

#[test]
fn a_credential_with_a_fault_of_its_own_is_not_called_hopeless_too() {
    let faults = load("{ x5c_roots = \"missing.pem\" }", "app", "").unwrap_err();
    assert_eq!(faults.iter().count(), 1, "{faults}");
    assert!(faults.to_string().contains("credentials[0].trust.x5c_roots"), "{faults}");
}
