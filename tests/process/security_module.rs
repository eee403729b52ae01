//! Signing keys in a security module: SoftHSM, which is one in software.
//!
//! Where it is missing the test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::StatusCode;
use serde_json::Value;
use tempfile::TempDir;

use vpgate_core::base::json::Bounds;
use vpgate_core::jose::jws::UnverifiedJws;
use vpgate_core::jose::key_set::KeySet;
use vpgate_test_support::equipment;
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};
use vpgate_test_support::webhook_receiver::private_file;

const LIBRARY: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "4711";
const SECRET: &str = "the secret of the api, which nobody will guess 42";
const API: &str = r#"
[[clients]]
client_id = "api"
grants = ["client_credentials"]
authentication = "client_secret_basic"
secret_file = "secret"
scopes = ["name"]
"#;
const JWS: Bounds = Bounds { bytes: 16 * 1024, depth: 4, members: 64 };

/// A folder with a token, and the variable that leads to it.
struct Token {
    folder: TempDir,
    config: PathBuf,
}

impl Token {
    /// `None` where there is no SoftHSM.
    fn new() -> Option<Self> {
        let needed = [("softhsm2-util", "softhsm2"), (LIBRARY, "softhsm2")];
        equipment::found("keys in a security module", equipment::programs(&needed))?;
        let folder = tempfile::tempdir().unwrap();
        let (config, tokens) = (folder.path().join("softhsm2.conf"), folder.path().join("tokens"));
        fs::create_dir(&tokens).unwrap();
        fs::write(&config, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()))
            .unwrap();
        let token = Self { folder, config };
        let made = token.with(
            "softhsm2-util",
            &["--init-token", "--free", "--label", "vpgate", "--so-pin", "0815", "--pin", PIN],
        );
        assert!(made.0, "{}", made.1);
        private_file(token.folder.path(), "pin", PIN);
        private_file(token.folder.path(), "secret", SECRET);
        Some(token)
    }

    fn with(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env("SOFTHSM2_CONF", &self.config);
        let done = command.env_remove("VPGATE_LOG").output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        (done.status.success(), said.into_owned())
    }

    fn vpgate(&self, arguments: &[&str]) -> (bool, String) {
        self.with(env!("CARGO_BIN_EXE_vpgate"), &[arguments, &["--config", "vpgate.toml"]].concat())
    }

    fn start(&self, config: &str) -> Start {
        Start::serve(config)
            .in_folder(self.folder.path())
            .with("SOFTHSM2_CONF", &self.config.display().to_string())
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }
}

fn in_module() -> String {
    let pkcs11 = format!("pkcs11 = {{ module = \"{LIBRARY}\", token = \"vpgate\", pin_file = \"pin\" }}");
    PLAIN.replace("directory = \"keys\"", &format!("directory = \"keys\"\n{pkcs11}")) + API
}

async fn token(service: &Service) -> Result<String, StatusCode> {
    let request = client().post(service.at("/token")).basic_auth("api", Some(SECRET));
    let answer =
        request.form(&[("grant_type", "client_credentials"), ("scope", "vpgate:api")]).send().await.unwrap();
    let status = answer.status();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    body["access_token"].as_str().map(str::to_owned).ok_or(status)
}

/// The name of the key that signed, when the published keys check it.
async fn checked(service: &Service, token: &str) -> String {
    let published = client().get(service.at("/jwks.json")).send().await.unwrap().bytes().await.unwrap();
    let published = KeySet::from_json(&serde_json::from_slice(&published).unwrap()).unwrap();
    let jws = UnverifiedJws::parse(token, &JWS).unwrap();
    let kid = jws.kid().unwrap().to_owned();
    let key = published.find(Some(&kid), jws.algorithm()).expect("it is published").clone();
    jws.verify(&key).unwrap();
    kid
}

fn private_keys_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let held = files.filter(|path| path.extension().is_some_and(|it| it == "jwk"));
    held.filter(|path| fs::read_to_string(path).unwrap().contains("\"d\":"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn keys_are_made_in_the_module_and_sign_there() {
    let Some(module) = Token::new() else { return };
    let mut service = module.start(&in_module()).start();
    let first = token(&service).await.unwrap();
    let kid = checked(&service, &first).await;
    assert_eq!(private_keys_in(&module.keys()), [""; 0], "no private key is on the disk");
    // Many at once, each with a good signature.
    let many: Vec<_> = (0..40).map(|_| token(&service)).collect();
    for many in many {
        assert_eq!(checked(&service, &many.await.unwrap()).await, kid);
    }
    let (good, listed) = module.vpgate(&["keys", "rotate"]);
    assert!(good && listed.contains(&kid) && listed.contains("signs from"), "{listed}");
    assert_eq!(private_keys_in(&module.keys()), [""; 0]);
    service.signal("TERM");
    assert!(service.ended().success());
    // The same key after a start.
    let mut service = module.start(&in_module()).start();
    assert_eq!(checked(&service, &token(&service).await.unwrap()).await, kid);
    service.signal("TERM");
    assert!(service.ended().success());
    // Without the module, nothing is made in its place.
    let (_, log) = module.start(&(PLAIN.to_owned() + API)).spawn().err().expect("it must not start");
    assert!(log.contains("names a key in a security module, and [keys] pkcs11 is missing"), "{log}");
    private_file(module.folder.path(), "pin", "1234");
    let (_, log) = module.start(&in_module()).spawn().err().expect("it must not start");
    assert!(
        log.contains("the security module in [keys] pkcs11 cannot be used") && log.contains("PIN"),
        "{log}"
    );
    let (_, log) = module
        .start(&in_module().replace("token = \"vpgate\"", "token = \"other\""))
        .spawn()
        .err()
        .expect("it must not start");
    assert!(log.contains("there is no token with the label other"), "{log}");
}

#[tokio::test]
async fn a_service_moves_into_a_module_by_a_rotation() {
    let Some(module) = Token::new() else { return };
    let mut service = module.start(&(PLAIN.to_owned() + API)).start();
    let kid = checked(&service, &token(&service).await.unwrap()).await;
    service.signal("TERM");
    assert!(service.ended().success());
    let before = private_keys_in(&module.keys());
    assert!(!before.is_empty());
    let service = module.start(&in_module()).start();
    assert_eq!(checked(&service, &token(&service).await.unwrap()).await, kid, "the old key goes on");
    let (good, listed) = module.vpgate(&["keys", "rotate"]);
    assert!(good, "{listed}");
    assert_eq!(private_keys_in(&module.keys()), before, "the next one is in the module");
    let key = module.folder.path().join("keys").join(&before[0]);
    let (good, said) = module.vpgate(&["keys", "import", key.to_str().unwrap()]);
    assert!(!good && said.contains("none is taken over from a file"), "{said}");
}
