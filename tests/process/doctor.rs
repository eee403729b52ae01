//! `vpgate doctor` looks at what there is and changes nothing.

use std::process::{Command, Output};

use vpgate_test_support::postgres::{self, PASSWORD, PASSWORD_VARIABLE};
use vpgate_test_support::service_process::{PLAIN, Service, Start};

fn doctor(service: &Service) -> (Option<i32>, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(["doctor", "--config", "vpgate.toml"])
        .current_dir(&service.folder)
        .env_remove("VPGATE_LOG")
        .output();
    let Output { status, stdout, .. } = program.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

#[tokio::test]
async fn what_answers_is_told_from_what_does_not() {
    let config = PLAIN
        .replace("https://wallet.example.com/authorize", "http://{ADDRESS}/device")
        .replace("https://issuer.example.com/jwks.json", "http://{ADDRESS}/jwks.json");
    let mut service = Start::serve(&config).start();
    let (_, page) = doctor(&service);
    let jwks = service.at("/jwks.json");
    for line in [
        format!("ok    credentials id: {jwks} answers (status 200)"),
        "ok    storage: SQLite answers, and was used before".to_owned(),
        format!(
            "ok    public_url: {} is answered by this service",
            service.at("/.well-known/oauth-authorization-server")
        ),
        format!("ok    vpgate {}", vpgate::VERSION),
        format!("ok    wallets none: {} answers (status 200)", service.at("/device")),
        "look  danger_allow_loopback is on".to_owned(),
    ] {
        assert!(page.lines().any(|found| found.starts_with(&line)), "{line}\nis not in\n{page}");
    }
    service.signal("TERM");
    service.ended();
    let (code, page) = doctor(&service);
    assert_eq!(code, Some(1));
    assert!(page.contains(&format!("look  credentials id: {jwks}: no answer")), "{page}");
    assert!(page.contains("look  public_url: "), "{page}");
    let online = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(["check-config", "--online", "--config", "vpgate.toml"])
        .current_dir(&service.folder)
        .env_remove("VPGATE_LOG")
        .output();
    let online = online.unwrap();
    assert_eq!((online.status.code(), String::from_utf8(online.stdout).unwrap()), (Some(1), page));
}

#[test]
fn a_database_that_cannot_be_used_is_told_with_the_reason() {
    let Some(cluster) = postgres::shared("the doctor and PostgreSQL") else { return };
    let folder = tempfile::tempdir().unwrap();
    let storage = cluster.storage_table(&postgres::schema());
    let page = |command: &str, storage: &str, password: &str| {
        let config = PLAIN.replace("[storage]\nurl = \"sqlite:vpgate.db\"\n", storage);
        std::fs::write(folder.path().join("vpgate.toml"), config.replace("{ADDRESS}", "127.0.0.1:9"))
            .unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_vpgate"))
            .args([command, "--config", "vpgate.toml"])
            .current_dir(folder.path())
            .env(PASSWORD_VARIABLE, password)
            .env_remove("VPGATE_LOG")
            .output();
        String::from_utf8(program.unwrap().stdout).unwrap()
    };
    let told = |storage: &str, password: &str, said: &str| {
        let page = page("doctor", storage, password);
        let line = page.lines().find(|line| line.contains("storage: ")).unwrap();
        assert!(line.contains(said) && !page.contains(password), "{said}: {line}");
    };
    told(
        &storage,
        PASSWORD,
        "look  storage: PostgreSQL cannot be used: the database has version 0; this program",
    );
    page("migrate", &storage, PASSWORD);
    told(&storage, PASSWORD, "ok    storage: PostgreSQL answers, and was never used");
    told(&storage, "guessed-wrong", "password authentication failed");
    let elsewhere = storage.replace(&format!(":{}/", cluster.port()), ":9/");
    told(&elsewhere, PASSWORD, "Connection refused");
}
