//! `vpgate health` asks a running service, whatever its file says by now.

use std::fs;
use std::process::Command;

use super::{ran, told};
use vpgate_test_support::service_process::{PLAIN, Service, Start, free_address};

fn health(service: &Service, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vpgate"));
    command.arg("health").args(arguments).current_dir(&service.folder).env_remove("VPGATE_CONFIG");
    let output = ran(&mut command);
    (output.status.code(), told(&output))
}

fn well() -> (Option<i32>, String) {
    (Some(0), "ok\n".to_owned())
}

#[test]
fn health_is_asked_where_operators_are_answered() {
    let own = format!("{PLAIN}\n[operations]\nlisten = \"{}\"\n", free_address());
    for config in [PLAIN, &own] {
        let mut service = Start::serve(config).start();
        assert_eq!(health(&service, &[]), well());
        assert_eq!(health(&service, &["--ready"]), well());
        // Somebody is at work on the file, for the next start.
        let file = service.folder.join("vpgate.toml");
        let written = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{written}\n[tokens]\nlifetime = 3\nnonsense = true\n")).unwrap();
        assert_eq!(health(&service, &[]), well());
        service.signal("TERM");
        assert!(service.ended().success());
        let (code, said) = health(&service, &[]);
        assert!(code == Some(1) && said.contains("nothing well answers at 127.0.0.1:"), "{said}");
    }
}

#[test]
fn a_service_without_its_database_is_alive_and_not_ready() {
    let service = Start::serve(PLAIN).start();
    fs::remove_file(service.folder.join("vpgate.db")).unwrap();
    assert_eq!(health(&service, &[]), well());
    // Asked at most once a second.
    let not_ready = (0..100).map(|_| health(&service, &["--ready"])).find(|(code, _)| *code != Some(0));
    let (code, said) = not_ready.unwrap();
    assert!(code == Some(1) && said.contains("/readyz answers with status 503"), "{said}");
}

#[test]
fn health_without_a_place_to_ask_says_why() {
    let service = Start::serve(PLAIN).start();
    let (code, said) = health(&service, &["--config", "gone.toml"]);
    assert!(code == Some(1) && said.contains("cannot read gone.toml"), "{said}");
    fs::write(service.folder.join("wrong.toml"), "listen = \"everywhere\"").unwrap();
    let (code, said) = health(&service, &["--config", "wrong.toml"]);
    assert!(code == Some(1) && said.contains("listen: must be an IP address and a port"), "{said}");
    fs::write(service.folder.join("wrong.toml"), "listen = ").unwrap();
    let (code, said) = health(&service, &["--config", "wrong.toml"]);
    assert!(code == Some(1) && said.contains("line 1"), "{said}");
    // Whoever says the address needs no file.
    let at = service.at("/");
    let address = format!("{}:{}", at.host_str().unwrap(), at.port().unwrap());
    assert_eq!(health(&service, &["--config", "wrong.toml", "--address", &address]), well());
}
