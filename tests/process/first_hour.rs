//! What a newcomer does first: a sandbox that is joined from outside, a configuration to begin with, and the demo issuer
//! and wallet as parties of it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use url::Url;
use vpgate_test_support::browser::Browser;
use vpgate_test_support::equipment;
use vpgate_test_support::person::over_http;
use vpgate_test_support::service_process::{Service, Start, client, free_address};

fn vpgate(arguments: &[&str], folder: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vpgate"));
    program.args(arguments).current_dir(folder).env_remove("VPGATE_LOG").env_remove("VPGATE_CONFIG");
    program.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn init_writes_what_check_config_calls_good_and_overwrites_nothing() {
    for wallet in ["proof", "openid4vp", "haip", "demo"] {
        let folder = tempfile::tempdir().unwrap();
        let init = ["init", "--wallet", wallet, "--dir", "made/here"];
        let made = vpgate(&init, folder.path());
        assert_eq!(made.status.code(), Some(0), "{wallet}: {}", text(&made.stderr));
        let check = ["check-config", "--config", "made/here/vpgate.toml"];
        let checked = vpgate(&check, folder.path());
        assert_eq!(checked.status.code(), Some(0), "{wallet}: {}", text(&checked.stderr));

        // The secret that was printed is that of `app`, and is in no file.
        let config = folder.path().join("made/here/vpgate.toml");
        let written = std::fs::read_to_string(&config).unwrap();
        let secret = text(&made.stdout).split_once("shown this once: ").unwrap().1;
        let secret = secret.split_whitespace().next().unwrap();
        assert!(secret.len() > 40 && !written.contains(secret), "{secret}");
        assert!(written.contains("# CHANGE") && !written.contains("${"), "{written}");

        let again = vpgate(&init, folder.path());
        assert_eq!(again.status.code(), Some(1), "{wallet}");
        assert!(text(&again.stderr).contains("is there already"), "{}", text(&again.stderr));
        assert_eq!(std::fs::read_to_string(&config).unwrap(), written);
    }
}

#[test]
fn init_says_where_the_state_of_a_service_of_the_machine_is() {
    let folder = tempfile::tempdir().unwrap();
    let made = vpgate(&["init", "--state", "/var/lib/vpgate"], folder.path());
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let written = std::fs::read_to_string(folder.path().join("vpgate.toml")).unwrap();
    for line in ["url = \"sqlite:/var/lib/vpgate/vpgate.db\"", "directory = \"/var/lib/vpgate/keys\""] {
        assert!(written.lines().any(|written| written == line), "{line}: {written}");
    }
}

#[test]
fn a_key_that_init_makes_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let made = vpgate(&["init", "--wallet", "haip"], folder.path());
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let mode = std::fs::metadata(folder.path().join("request-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// `vpgate demo` prints what the file needs; the file is put together of that and of what `init` writes.
#[tokio::test]
async fn the_demo_issuer_and_wallet_are_parties_of_any_configuration() {
    let address = free_address();
    let service = format!("http://{address}");
    let demo = Start::demo(&service).start();
    let folder = tempfile::tempdir().unwrap();
    let made = vpgate(&["init", "--wallet", "demo", "--public-url", &service], folder.path());
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let written = std::fs::read_to_string(folder.path().join("vpgate.toml")).unwrap();
    let printed = demo.greeting();
    let entries = printed.split_once("start that again.\n").unwrap().1;
    let entries = entries.split_once("# The issuer and the wallet, which").unwrap().0;
    let (before, after) = written.split_once("# What `vpgate demo` is").unwrap();
    let (_, after) = after.split_once("# A device without a keyboard").unwrap();
    std::fs::remove_file(folder.path().join("vpgate.toml")).unwrap();
    let config = format!("{before}{entries}\n# A device without a keyboard{after}");
    let service = Start::serve(&config).in_folder(folder.path()).start();

    let code = post(&service, "/device_authorization", &[("client_id", "tv")]).await;
    let address = code["verification_uri_complete"].as_str().unwrap();
    let (here, there) = (over_http(service.at("/")), over_http(demo.at("/")));
    let mut browser = Browser::new(&here, service.at("/"));
    let page = browser.open(address).await;
    let wallet = browser.press(&page, "Continue").await.url;
    assert_eq!(wallet.origin(), demo.at("/").origin(), "{wallet}");
    let mut abroad = Browser::new(&there, demo.at("/"));
    let consent = abroad.open(wallet.as_str()).await;
    let back = abroad.press(&consent, "Share").await.url;
    assert_eq!(back.origin(), service.at("/").origin(), "{back}");
    let done = browser.bring_fragment(back.fragment().unwrap()).await;
    assert!(done.status.is_success(), "{}", done.body);

    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let code = code["device_code"].as_str().unwrap();
    let token =
        post(&service, "/token", &[("client_id", "tv"), ("device_code", code), ("grant_type", grant)]).await;
    assert!(token["access_token"].is_string(), "{token}");
}

/// Browsers reach it by another name than this machine does; an application of one's own signs somebody in and returns to
/// a port that nobody announced, and another one that was.
#[tokio::test]
async fn one_s_own_application_joins_a_sandbox_with_a_public_address() {
    let address = free_address();
    let port = address.rsplit_once(':').unwrap().1;
    let public: Url = format!("http://localhost:{port}/").parse().unwrap();
    let more = ["--public-url", public.as_str(), "--redirect-uri", "https://staging.example/cb", "--origin"];
    let arguments = [&more[..], &["https://staging.example"]].concat();
    let sandbox =
        Start::sandbox_at(&address, &arguments).with("VPGATE_SANDBOX_SHOP_SECRET", "only-here").start();
    let network = over_http(public.clone());

    for redirect_uri in ["http://127.0.0.1:4711/my/own?x=1", "https://staging.example/cb"] {
        let mut browser = Browser::new(&network, public.clone());
        let mut asked = public.join("/authorize").unwrap();
        asked.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", "app"),
            ("scope", "openid urn:proof:params:scope:verifiable-credentials:basic"),
            ("redirect_uri", redirect_uri),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ]);
        let mut page = browser.open(asked.as_str()).await;
        if !page.body.contains(">Share<") {
            page = browser.press(&page, "Continue").await;
        }
        assert!(page.url.as_str().starts_with(public.as_str()), "{}", page.url);
        let back = browser.press(&page, "Share").await.url;
        assert!(back.as_str().starts_with(redirect_uri), "{back}");
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let exchange = [
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("client_secret", "only-here"),
            ("redirect_uri", redirect_uri),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ("code", &code),
        ];
        let token = post(&sandbox, "/token", &exchange).await;
        assert!(token["id_token"].is_string(), "{token}");
        let refresh = token["refresh_token"].as_str().unwrap();
        let again = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let known = [("client_id", "app"), ("client_secret", "only-here")];
        let refreshed = post(&sandbox, "/token", &[&again[..], &known[..]].concat()).await;
        assert!(refreshed["access_token"].is_string(), "{refreshed}");
    }

    // A page of that origin may read the answers to its client.
    let code = client().post(sandbox.at("/device_authorization")).header("origin", "https://staging.example");
    let code = code.form(&[("client_id", "spa")]).send().await.unwrap();
    assert_eq!(code.headers()["access-control-allow-origin"], "https://staging.example");
    let code: Value = serde_json::from_slice(&code.bytes().await.unwrap()).unwrap();
    assert!(code["verification_uri"].as_str().unwrap().starts_with(public.as_str()), "{code}");
}

/// What it prints to copy is copied: into a shell, and into a browser.
#[tokio::test]
async fn the_lines_to_copy_do_what_they_say() {
    if let Err(missing) = equipment::programs(&[("curl", "curl"), ("bash", "bash")]) {
        return equipment::skip("the lines of the sandbox to copy", &missing);
    }
    let sandbox = Start::sandbox().start();
    let printed = sandbox.greeting();
    let line = |label: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(label)).map(str::trim);
        line.unwrap_or_else(|| panic!("nothing begins with {label:?}:\n{printed}"))
    };
    for (label, member) in [("curl", "issuer"), ("device", "user_code"), ("REST", "start_url")] {
        let answer = copied(line(label));
        assert!(answer[member].is_string(), "{label}: {answer}");
    }
    let network = over_http(sandbox.at("/"));
    let mut browser = Browser::new(&network, sandbox.at("/"));
    let mut page = browser.open(line("code")).await;
    if !page.body.contains(">Share<") {
        page = browser.press(&page, "Continue").await;
    }
    let back = browser.press(&page, "Share").await.url;
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let exchange = printed.lines().find(|line| line.ends_with("-d code=CODE")).unwrap();
    let token = copied(&exchange.replace("code=CODE", &format!("code={code}")));
    assert!(token["id_token"].is_string() && token["refresh_token"].is_string(), "{token}");
}

fn copied(command: &str) -> Value {
    let ran = Command::new("bash").args(["-c", command]).output().unwrap();
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{command}\n{}", text(&ran.stdout)))
}

async fn post(service: &Service, path: &str, form: &[(&str, &str)]) -> Value {
    let answer = client().post(service.at(path)).form(form).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}
