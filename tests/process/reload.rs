//! A changed configuration is taken by a running service: whole, or not at all.

use reqwest::StatusCode;

use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

const PHONE: &str = r#"
[[clients]]
client_id = "phone"
grants = ["device_code"]
authentication = "none"
scopes = ["name"]
"#;

/// Changes the file and tells the service; waits for what it says.
fn change(service: &Service, how: impl FnOnce(String) -> String, said: &str) {
    let file = service.folder.join("vpgate.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, how(before)).unwrap();
    service.signal("HUP");
    service.wait_for_log(said);
}

async fn asks(service: &Service, client_id: &str) -> StatusCode {
    let form = [("client_id", client_id), ("scope", "name")];
    client().post(service.at("/device_authorization")).form(&form).send().await.unwrap().status()
}

#[tokio::test]
async fn clients_come_and_go_while_the_service_runs() {
    let service = Start::serve(PLAIN).start();
    assert_eq!(asks(&service, "phone").await, StatusCode::UNAUTHORIZED);
    change(&service, |file| file + PHONE, "clients phone");
    assert_eq!(asks(&service, "phone").await, StatusCode::OK);
    assert_eq!(asks(&service, "tv").await, StatusCode::OK);
    change(&service, |file| file.replace("client_id = \"tv\"", "client_id = \"telly\""), "clients telly");
    assert_eq!(asks(&service, "tv").await, StatusCode::UNAUTHORIZED);
    assert_eq!(asks(&service, "telly").await, StatusCode::OK);
}

#[tokio::test]
async fn a_file_with_faults_changes_nothing_and_each_is_said() {
    let service = Start::serve(PLAIN).start();
    let faulty =
        |file: String| file.replace("scopes = [\"name\"]", "scopes = [\"gone\"]") + "\n[tokenz]\n" + PHONE;
    change(&service, faulty, "tokenz");
    service.wait_for_log("clients[0].scopes");
    assert_eq!(asks(&service, "tv").await, StatusCode::OK);
    assert_eq!(asks(&service, "phone").await, StatusCode::UNAUTHORIZED);
    service.wait_for_log("the old one stays");
}

#[tokio::test]
async fn what_is_built_once_waits_for_a_start_and_the_rest_holds() {
    let service = Start::serve(PLAIN).start();
    let moved = |file: String| file.replace("sqlite:vpgate.db", "sqlite:other.db") + PHONE;
    change(&service, moved, "wait for the next one");
    service.wait_for_log("clients phone");
    assert_eq!(asks(&service, "phone").await, StatusCode::OK);
    assert!(!service.folder.join("other.db").exists());
    let elsewhere =
        |file: String| file.replace("public_url = \"http://127.0.0.1", "public_url = \"http://localhost");
    change(&service, elsewhere, "public_url is another one");
    let signed_otherwise = |file: String| {
        file.replace("public_url = \"http://localhost", "public_url = \"http://127.0.0.1")
            + "\n[tokens]\nsigning_alg = \"EdDSA\"\n"
    };
    change(&service, signed_otherwise, "tokens or receipts are signed otherwise");
    assert_eq!(asks(&service, "phone").await, StatusCode::OK);
}

#[tokio::test]
async fn files_that_are_watched_are_taken_without_a_signal_and_so_is_a_new_one() {
    let watched = format!("include = \"conf.d/*.toml\"\nreload = \"watch\"\n{PLAIN}");
    let folder = tempfile::tempdir().unwrap();
    let more = folder.path().join("conf.d");
    std::fs::create_dir(&more).unwrap();
    let service = Start::serve(&watched).in_folder(folder.path()).start();
    assert_eq!(asks(&service, "phone").await, StatusCode::UNAUTHORIZED);
    std::fs::write(more.join("phone.toml"), PHONE).unwrap();
    service.wait_for_log("clients phone");
    assert_eq!(asks(&service, "phone").await, StatusCode::OK);
    // A fault is told with its file and its line, and is no reason to look away.
    std::fs::write(more.join("phone.toml"), PHONE.replace("[\"name\"]", "[\"gone\"]")).unwrap();
    service.wait_for_log("(conf.d/phone.toml:6)");
    assert_eq!(asks(&service, "phone").await, StatusCode::OK);
    std::fs::write(more.join("phone.toml"), PHONE.replace("phone", "telly")).unwrap();
    service.wait_for_log("clients telly");
    assert_eq!(asks(&service, "phone").await, StatusCode::UNAUTHORIZED);
}

/// How the last of six wrong codes is answered, of one person whom a proxy names.
async fn types_wrong_codes(service: &Service, who: &str) -> StatusCode {
    let mut last = StatusCode::OK;
    for letter in ["B", "C", "D", "F", "G", "H"] {
        let wrong = service.at(&format!("/device?user_code=BBBB-BBB{letter}"));
        let wrong = client().get(wrong).header("X-Forwarded-For", who);
        last = wrong.send().await.unwrap().status();
    }
    last
}

#[tokio::test]
async fn proxies_issuers_and_lists_are_those_of_the_new_file() {
    let service = Start::serve(PLAIN).start();
    change(&service, |file| file + "\n[http]\ntrusted_proxies = [\"127.0.0.1\"]\n", "holds from now on");
    assert_eq!(types_wrong_codes(&service, "192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    let other =
        client().get(service.at("/device?user_code=BBBB-BBBB")).header("X-Forwarded-For", "192.0.2.3");
    assert_eq!(
        other.send().await.unwrap().status(),
        StatusCode::BAD_REQUEST,
        "the people behind a proxy are several"
    );
    // An authority that is none is told when its file is taken, and leaves everything as it is.
    std::fs::write(service.folder.join("ca.pem"), "nothing").unwrap();
    let with_authority = |file: String| file + PHONE + "\n[fetch]\nca_file = \"ca.pem\"\n";
    change(&service, with_authority, "fetch.ca_file must hold certificates");
    assert_eq!(asks(&service, "phone").await, StatusCode::UNAUTHORIZED);
    let more = "\n[status_lists]\ncache_at_most = \"1h\"\n[audit]\nkeep_for = \"30d\"\n[retention]\nmode = \"none\"\n[verification]\ncross_check = \"enforce\"\n";
    let without_authority = |file: String| file.replace("\n[fetch]\nca_file = \"ca.pem\"\n", more);
    change(&service, without_authority, "clients phone");
    assert!(!service.log().contains("wait for the next one"), "{}", service.log());
}
