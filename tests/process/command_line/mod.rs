//! The program's arguments, exit codes, and what goes where: 0 good, 1 refused, 2 wrong usage.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod verify;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use vpgate::flow::ports::Clock as _;
use vpgate::sandbox::certified_key::CertifiedKey;
use vpgate::system::clock::SystemClock;
use vpgate_core::base::time::Timestamp;

fn vpgate(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(arguments)
        .env_remove("VPGATE_CONFIG")
        .env_remove("VPGATE_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_good_configuration_is_said_to_be_good() {
    let output = vpgate(&["check-config", "--config", "fixtures/config/contract.toml"], "");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(out(&output), "fixtures/config/contract.toml is good\n");
}

#[test]
fn the_schema_of_the_file_is_printed_where_there_is_no_file() {
    let output = vpgate(&["check-config", "--schema", "--config", "nowhere.toml"], "");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(out(&output), std::fs::read_to_string("fixtures/config/schema.json").unwrap());
}

#[test]
fn req_9_2_a_certificate_that_has_expired_is_told_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vpgate.toml");
    let wallet = "[[wallets]]\nname = \"app\"\nprofile = \"openid4vp\"\nauthorization_endpoint = \"openid4vp://\"\n\
                  client_id_prefix = \"x509_hash\"\nsigning = { key = \"key.pem\", certificates = \"chain.pem\" }\n\n";
    let text = std::fs::read_to_string("fixtures/config/contract.toml").unwrap();
    let text = text.replacen("[[credentials]]", &format!("{wallet}[[credentials]]"), 1);
    std::fs::write(&path, text.replace("client_id = \"tv\"", "client_id = \"tv\"\nwallet = \"proof\""))
        .unwrap();
    let now = SystemClock.now().unix();
    for (made, code) in [(now, 0), (now - 2 * 365 * 86_400, 1), (now + 30 * 86_400, 1)] {
        let certified = CertifiedKey::generate("vpgate", Timestamp::from_unix(made)).unwrap();
        private(&folder.path().join("key.pem"), &certified.key);
        std::fs::write(folder.path().join("chain.pem"), &certified.certificate).unwrap();
        let output = vpgate(&["check-config", "--config", path.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        let why =
            "a certificate or the attestation in [wallets.signing] of app has expired, or is not valid yet";
        assert_eq!(err(&output).contains(why), code == 1, "{}", err(&output));
    }
}

/// A file that nobody else can read.
fn private(path: &Path, content: &[u8]) {
    std::fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn signing_keys_are_listed_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vpgate.toml");
    std::fs::copy("fixtures/config/contract.toml", &path).unwrap();
    let run = |command: &str| {
        let output = vpgate(&["keys", command, "--config", path.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let (receipts, tokens): (Vec<_>, Vec<_>) =
            out(&output).lines().map(str::to_owned).partition(|line| line.contains("  receipts: "));
        // The list names the key of receipts too; only those of tokens are rotated here.
        assert_eq!(receipts.len(), usize::from(command == "list"), "{receipts:?}");
        assert!(receipts.iter().all(|line| line.ends_with("  receipts: signs")), "{receipts:?}");
        tokens
    };
    let first = run("list");
    assert!(first.len() == 1 && first[0].starts_with("ES256 ") && first[0].ends_with("  signs"), "{first:?}");
    assert!(folder.path().join("keys/digest.keys").is_file(), "the folder is whole");
    let both = run("rotate");
    assert!(both.len() == 2 && both[0] == first[0] && both[1].contains("  signs from "), "{both:?}");
    assert_eq!(run("rotate"), both, "one is waiting already");
    assert_eq!(run("list"), both);
}

#[test]
fn keys_in_memory_cannot_be_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vpgate.toml");
    let text = std::fs::read_to_string("fixtures/config/contract.toml").unwrap();
    let line = text.lines().find(|line| line.starts_with("url = ")).unwrap();
    std::fs::write(&path, text.replace(line, "url = \"sqlite::memory:\"")).unwrap();
    for command in ["list", "rotate"] {
        let output = vpgate(&["keys", command, "--config", path.to_str().unwrap()], "");
        assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
        assert!(err(&output).contains("in memory"), "{}", err(&output));
    }
}

#[test]
fn every_command_has_its_manual_page_and_is_completed_in_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("share/man1");
    let written = vpgate(&["man", "--dir", place.to_str().unwrap()], "");
    assert_eq!((written.status.code(), out(&written)), (Some(0), ""), "{}", err(&written));
    let help = vpgate(&["--help"], "");
    let commands = out(&help).split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let commands: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 12 && commands.contains(&"health"), "{commands:?}");
    let page = vpgate(&["man"], "");
    let scripts =
        ["bash", "zsh", "fish", "elvish", "powershell"].map(|shell| vpgate(&["completions", shell], ""));
    for command in commands.into_iter().filter(|command| *command != "help") {
        let own = std::fs::read_to_string(place.join(format!("vpgate-{command}.1"))).unwrap();
        assert!(own.contains(&format!(".TH vpgate-{command} 1")), "{own}");
        // A dash is written so that it is no hyphen.
        let named = format!("vpgate\\-{}(1)", command.replace('-', "\\-"));
        assert!(out(&page).contains(&named), "{named} is not in\n{}", out(&page));
        for script in &scripts {
            assert!(script.status.success() && out(script).contains(command), "{command}: {}", err(script));
        }
    }
    assert_eq!(vpgate(&["completions", "cmd"], "").status.code(), Some(2));
    // A file where a folder should be.
    let output = vpgate(&["man", "--dir", place.join("vpgate.1").to_str().unwrap()], "");
    assert!(
        output.status.code() == Some(1) && err(&output).contains("cannot write into"),
        "{}",
        err(&output)
    );
}

#[test]
fn every_fault_of_a_configuration_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.toml");
    std::fs::write(&path, "listen = 3\npublic_url = \"http://a.example\"\n").unwrap();
    let output = vpgate(&["check-config", "--config", path.to_str().unwrap()], "");
    assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
    for fault in
        ["6 faults", "listen: invalid type", "public_url: must begin with https://", "clients: is missing"]
    {
        assert!(err(&output).contains(fault), "{fault}: {}", err(&output));
    }
    for command in ["serve", "migrate"] {
        let output = vpgate(&[command, "--config", path.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(1), "{command}");
    }
}

#[test]
fn wrong_usage_is_told_apart() {
    for arguments in
        [&[][..], &["fly"], &["sandbox", "--listen", "here"], &["openapi", "--format", "toml"], &["verify"]]
    {
        let output = vpgate(arguments, "");
        assert_eq!((output.status.code(), out(&output)), (Some(2), ""), "{arguments:?}");
    }
    let output = vpgate(&["sandbox", "--listen", "0.0.0.0:0"], "");
    if cfg!(feature = "sandbox") {
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("loopback"), "{}", err(&output));
    } else {
        assert_eq!(output.status.code(), Some(2), "this build has no such command");
    }
}

#[test]
fn the_openapi_document_is_a_result() {
    let output = vpgate(&["openapi"], "");
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).starts_with("openapi: 3"), "{}", out(&output));
}

#[test]
fn a_secret_becomes_what_configuration_wants() {
    let secret = "correct-horse-battery-staple-correct-horse";
    let read = vpgate(&["hash-secret"], &format!("{secret}\n"));
    assert_eq!(read.status.code(), Some(0), "{}", err(&read));
    assert!(out(&read).starts_with("sha256:") && !out(&read).contains(secret), "{}", out(&read));

    let made = vpgate(&["hash-secret", "--generate"], "");
    let words: Vec<&str> = out(&made).split_whitespace().collect();
    let ["secret", secret, "secret_hash", hash] = words[..] else { panic!("{words:?}") };
    assert_eq!(out(&vpgate(&["hash-secret"], secret)).trim(), hash);

    let weak = vpgate(&["hash-secret"], "short");
    assert_eq!((weak.status.code(), out(&weak)), (Some(1), ""));
}
