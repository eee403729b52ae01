//! `vpgate doctor` looks at what there is and changes nothing.

use std::process::{Command, Output};

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
