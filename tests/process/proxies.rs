//! nginx and Caddy in front of the service, by the files of `deploy/proxies`, with a certificate of a private authority.
//!
//! Where a program is missing its test says SKIP and why; `VPGATE_REQUIRE_CLIENTS=1` makes that a failure.

use std::fs;
use std::net::{IpAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use vpgate_test_support::certificates::certificate_for;
use vpgate_test_support::equipment;
use vpgate_test_support::service_process::{PLAIN, Service, Start, free_address};
use vpgate_test_support::webhook_receiver::private_file;

/// Longer than any of them takes to start.
const STARTING: Duration = Duration::from_secs(20);
const SECRET: &str = "the shop's secret, which nobody will guess 42";
const SHOP: &str = r#"
[[clients]]
client_id = "shop"
authentication = "client_secret_basic"
secret_file = "secret"
scopes = ["name"]
redirect_uris = ["https://shop.example/return"]

[http]
trusted_proxies = ["127.0.0.1"]
"#;

/// A proxy, gone when it is dropped.
struct Front(Child);

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The service, and where the proxy in front of it is to be.
struct Behind {
    service: Service,
    folder: TempDir,
    port: String,
    public: String,
    certificate: Vec<u8>,
}

impl Behind {
    /// Below this path of the host.
    fn new(path: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, certificate) = certificate_for("localhost");
        let certificate = certificate.to_pem().unwrap();
        fs::write(folder.path().join("front.pem"), &certificate).unwrap();
        fs::write(folder.path().join("front.key"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        private_file(folder.path(), "secret", SECRET);
        let port = free_address().rsplit_once(':').unwrap().1.to_owned();
        let public = format!("https://localhost:{port}{path}");
        let config =
            PLAIN.replace("public_url = \"http://{ADDRESS}\"", &format!("public_url = \"{public}\"")) + SHOP;
        let service = Start::serve(&config).in_folder(folder.path()).start();
        Self { service, folder, port, public, certificate }
    }

    /// A file of `deploy/proxies`, with the addresses and certificates of this machine.
    fn adapted(&self, name: &str) -> String {
        let text = fs::read_to_string(Path::new("deploy/proxies").join(name)).unwrap();
        let inside = |name: &str| self.folder.path().join(name).display().to_string();
        let (host, site) = (format!("https://localhost:{} {{", self.port), "localhost");
        [
            ("127.0.0.1:8080", self.service.address()),
            ("/etc/ssl/verify.example.com.pem", inside("front.pem")),
            ("/etc/ssl/verify.example.com.key", inside("front.key")),
            ("/etc/ssl/example.com.pem", inside("front.pem")),
            ("/etc/ssl/example.com.key", inside("front.key")),
            ("listen 443", format!("listen 127.0.0.1:{}", self.port)),
            ("server_name verify.example.com", format!("server_name {site}")),
            ("\nverify.example.com {", format!("\n{host}")),
            ("\nexample.com {", format!("\n{host}")),
        ]
        .into_iter()
        .fold(text, |text, (documented, here)| text.replace(documented, &here))
    }

    /// Starts nginx with this in its `http`.
    fn nginx(&self, inside: &str, port: &str) -> Front {
        let folder = self.folder.path().display();
        let kept: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {folder}/{what};\n"))
            .concat();
        let text = format!(
            "daemon off;\nmaster_process off;\npid {folder}/nginx-{port}.pid;\nerror_log {folder}/nginx.log;\n\
             events {{}}\nhttp {{\naccess_log off;\n{kept}{inside}\n}}\n"
        );
        fs::write(self.folder.path().join("vpgate-proxy.conf"), self.adapted("vpgate-proxy.conf")).unwrap();
        let file = self.folder.path().join(format!("nginx-{port}.conf"));
        fs::write(&file, text).unwrap();
        let mut command = Command::new("nginx");
        command.args(["-e", &format!("{folder}/nginx.log"), "-c"]).arg(file);
        started(command, port)
    }

    /// Starts Caddy with this file of `deploy/proxies`, which may have a block about Caddy itself.
    fn caddy(&self, name: &str) -> Front {
        let folder = self.folder.path();
        let file = folder.join("Caddyfile");
        let text = self.adapted(name);
        let text = match text.split_once("\n{\n") {
            Some((before, after)) => format!("{before}\n{{\n\tadmin off\n{after}"),
            None => format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}"),
        };
        fs::write(&file, text).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        command.env("ADDRESS", "127.0.0.1").env("PORT", &self.port);
        started(command, &self.port)
    }

    /// A browser at this address of the machine.
    fn client(&self, address: &str) -> Client {
        let address: IpAddr = address.parse().unwrap();
        let authority = Certificate::from_pem(&self.certificate).unwrap();
        let client = Client::builder().no_proxy().tls_certs_merge([authority]).local_address(address);
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        client.redirect(reqwest::redirect::Policy::none()).user_agent(agent).build().unwrap()
    }

    async fn get(&self, from: &str, path: &str) -> Response {
        let request = self.client(from).get(format!("{}{path}", self.public));
        request.header("Accept", "text/html,*/*").header("Accept-Language", "en").send().await.unwrap()
    }

    /// A presentation of an order with so many items.
    async fn order(&self, items: usize) -> Value {
        let items: Vec<Value> = (0..items)
            .map(|item| json!({"quantity": 1, "unit_cost": 19.99, "label": format!("Article {item} of the spring catalogue")}))
            .collect();
        let order = json!({"scope": "name", "redirect_uri": "https://shop.example/return", "state": "cart",
            "transaction_data": [{"type": "urn:proof:params:vc:transaction-data:payment-itemized:v1",
                "credential_ids": ["id"], "payload": {"title": "Order", "currency": "EUR", "items": items}}]});
        let asked = self.client("127.0.0.1").post(format!("{}/v1/presentations", self.public));
        let answer = asked.basic_auth("shop", Some(SECRET)).body(order.to_string());
        let answer = answer.header("Content-Type", "application/json").send().await.unwrap();
        let (status, body) = (answer.status(), answer.bytes().await.unwrap());
        assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// What must hold in front of every service.
    async fn holds(&self) {
        let host = format!("https://localhost:{}", self.port);
        let path = &self.public[host.len()..];
        let metadata =
            self.client("127.0.0.1").get(format!("{host}/.well-known/oauth-authorization-server{path}"));
        let metadata: Value =
            serde_json::from_slice(&metadata.send().await.unwrap().bytes().await.unwrap()).unwrap();
        assert_eq!(metadata["issuer"], self.public);
        for operators in ["/metrics", "/readyz", "/healthz"] {
            assert_eq!(self.get("127.0.0.1", operators).await.status(), StatusCode::NOT_FOUND, "{operators}");
        }
        self.compresses_the_script_alone().await;
        self.tells_people_apart().await;
        let begun = self.order(60).await;
        self.follows(begun["id"].as_str().unwrap()).await;
        let start = begun["start_url"].as_str().unwrap().strip_prefix(&self.public).unwrap().to_owned();
        let sent = self.get("127.0.0.1", &start).await;
        let location =
            sent.headers().get("location").map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(
            location.starts_with("https://wallet.example.com/authorize?") && location.len() > 4_096,
            "{} {} {location}",
            sent.status(),
            location.len()
        );
        self.is_found_by_doctor();
    }

    /// Whatever people write into headers, each is counted alone.
    async fn tells_people_apart(&self) {
        let mut last = StatusCode::OK;
        for (number, letter) in ["B", "C", "D", "F", "G", "H"].into_iter().enumerate() {
            let page = format!("{}/device?user_code=BBBB-BBB{letter}", self.public);
            let forged = format!("198.51.100.{number}");
            let request = self.client("127.0.0.2").get(page).header("X-Forwarded-For", &forged);
            last = request.header("Forwarded", format!("for={forged}")).send().await.unwrap().status();
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        let another = self.get("127.0.0.3", "/device?user_code=BBBB-BBBB").await;
        assert_eq!(another.status(), StatusCode::BAD_REQUEST);
        assert!(!self.service.log().contains("a forwarding header does not count"), "{}", self.service.log());
    }

    /// What somebody's secret stands in is as long as it is.
    async fn compresses_the_script_alone(&self) {
        for (path, compressed) in [("/vpgate.js", true), ("/device", false)] {
            let asked = self.client("127.0.0.1").get(format!("{}{path}", self.public));
            let answer = asked.header("Accept-Encoding", "gzip").send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers().contains_key("content-encoding"), compressed, "{path}");
        }
    }

    /// The first event comes at once.
    async fn follows(&self, id: &str) {
        let asked = self.client("127.0.0.1").get(format!("{}/v1/presentations/{id}/events", self.public));
        let mut stream = asked.basic_auth("shop", Some(SECRET)).send().await.unwrap();
        assert_eq!(stream.status(), StatusCode::OK);
        let first =
            tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await.expect("it is not collected");
        let first = String::from_utf8(first.unwrap().unwrap().to_vec()).unwrap();
        assert!(first.contains("\"status\":\"pending\""), "{first}");
    }

    /// Asked from inside through the proxy, whose authority must be named.
    fn is_found_by_doctor(&self) {
        let config = fs::read_to_string(self.folder.path().join("vpgate.toml")).unwrap();
        let doctor = |more: &str| {
            fs::write(self.folder.path().join("doctor.toml"), format!("{config}{more}")).unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_vpgate"));
            command.args(["doctor", "--config", "doctor.toml"]).current_dir(self.folder.path());
            String::from_utf8(command.env_remove("VPGATE_LOG").output().unwrap().stdout).unwrap()
        };
        let page = doctor("\n[fetch]\nca_file = \"front.pem\"\n");
        assert!(
            page.lines().any(|line| line.starts_with("ok    public_url: ")
                && line.ends_with(" is answered by this service")),
            "{page}"
        );
        let page = doctor("");
        let refused = "its TLS certificate is refused (self-signed certificate); private authorities belong in [fetch] ca_file";
        assert!(
            page.lines().any(|line| line.starts_with("look  public_url: ") && line.contains(refused)),
            "{page}"
        );
    }
}

/// Waits until it listens.
fn started(mut command: Command, port: &str) -> Front {
    let front = Front(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let deadline = Instant::now() + STARTING;
    while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
        assert!(Instant::now() < deadline, "the proxy does not start: {command:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    front
}

fn nginx_is_there() -> bool {
    equipment::found("nginx in front", equipment::programs(&[("nginx", "nginx")])).is_some()
}

fn caddy_is_there() -> bool {
    equipment::found("Caddy in front", equipment::programs(&[("caddy", "caddy")])).is_some()
}

#[tokio::test]
async fn nginx_in_front_of_a_host_of_its_own() {
    if !nginx_is_there() {
        return;
    }
    let behind = Behind::new("");
    let documented = behind.adapted("nginx.conf");
    let _front = behind.nginx(&documented, &behind.port);
    behind.holds().await;
    // Without the lines about it, nginx keeps 4 KiB for the headers of an answer.
    let other = free_address().rsplit_once(':').unwrap().1.to_owned();
    let lines = documented
        .lines()
        .filter(|line| !line.contains("proxy_buffer") && !line.contains("proxy_busy_buffers"));
    let short = lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace(&format!("127.0.0.1:{}", behind.port), &format!("127.0.0.1:{other}"));
    let _short = behind.nginx(&short, &other);
    let begun = behind.order(60).await;
    let start = begun["start_url"].as_str().unwrap().replace(&behind.port, &other);
    let sent = behind.client("127.0.0.1").get(start).header("Accept-Language", "en").send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::BAD_GATEWAY);
    let log = fs::read_to_string(behind.folder.path().join("nginx.log")).unwrap();
    assert!(log.contains("upstream sent too big header"), "{log}");
}

#[tokio::test]
async fn nginx_in_front_of_a_shared_host() {
    if !nginx_is_there() {
        return;
    }
    let behind = Behind::new("/verify");
    let (port, folder) = (&behind.port, behind.folder.path().display());
    let server = format!(
        "server {{\nlisten 127.0.0.1:{port} ssl;\nserver_name localhost;\nssl_certificate {folder}/front.pem;\n\
         ssl_certificate_key {folder}/front.key;\nlarge_client_header_buffers 4 64k;\n{}\n}}",
        behind.adapted("nginx-below-a-path.conf")
    );
    let _front = behind.nginx(&server, port);
    behind.holds().await;
}

#[tokio::test]
async fn caddy_in_front_of_a_host_of_its_own() {
    if !caddy_is_there() {
        return;
    }
    let behind = Behind::new("");
    let _front = behind.caddy("Caddyfile");
    behind.holds().await;
}

#[tokio::test]
async fn caddy_in_front_of_a_shared_host() {
    if !caddy_is_there() {
        return;
    }
    let behind = Behind::new("/verify");
    let _front = behind.caddy("Caddyfile-below-a-path");
    behind.holds().await;
}

/// Phones accept its certificate by hand, and so does this one.
#[tokio::test]
async fn caddy_in_front_of_a_sandbox_for_the_local_network() {
    if !caddy_is_there() {
        return;
    }
    let behind = Behind::new("");
    let _front = behind.caddy("Caddyfile-local-network");
    let phone = Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap();
    let asked =
        phone.get(format!("https://127.0.0.1:{}/.well-known/oauth-authorization-server", behind.port));
    let metadata: Value =
        serde_json::from_slice(&asked.send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(metadata["issuer"], behind.public);
}
