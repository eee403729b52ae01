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
    assert!(service.log().contains("the old one stays"), "{}", service.log());
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
