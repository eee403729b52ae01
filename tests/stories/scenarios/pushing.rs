//! Wallets that are servers: requests that are pushed to them, and metadata that they publish.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use poem::http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;
use vpgate_core::openid4vp::request::{AuthorizationMethod, ResponseMode};

use crate::scenarios::posting::PostingWallet;
use vpgate_test_support::certificates::Certified;
use vpgate_test_support::harness::POSTING_WALLET;
use vpgate_test_support::harness::{BASE, BASIC, Harness, RETURN_TO};

/// What the wallet's server answers, and what it was sent.
#[derive(Clone)]
struct Server {
    answer: Arc<Mutex<(u16, String)>>,
    bodies: Arc<Mutex<Vec<String>>>,
    address: String,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { answer: Arc::default(), bodies: Arc::default(), address };
        let shared = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                shared.speak(stream.unwrap());
            }
        });
        server
    }

    fn speak(&self, mut stream: std::net::TcpStream) {
        let (mut request, mut byte) = (Vec::new(), [0]);
        while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
            request.push(byte[0]);
        }
        let head = String::from_utf8(request).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).unwrap();
        self.bodies.lock().unwrap().push(String::from_utf8(body).unwrap());
        let (status, text) = self.answer.lock().unwrap().clone();
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        stream.write_all(answer.as_bytes()).unwrap();
    }

    fn answers(&self, status: u16, body: &Value) {
        *self.answer.lock().unwrap() = (status, body.to_string());
    }
}

fn request() -> Value {
    json!({"scope": BASIC, "redirect_uri": RETURN_TO, "login_hint": "ann@example.com"})
}

const PUSHED: &str = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c";

#[tokio::test]
async fn req_13_1_a_request_is_pushed_before_the_browser_goes_there() {
    let (server, certified) = (Server::start(), Certified::new());
    let wallet = format!(
        "profile = \"proof\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\nclient_id = \"caxdw5a7d\"\n\
         request_method = \"pushed\"\npushed_authorization_request_endpoint = \"{}/par\"\n",
        server.address
    );
    let world = Harness::asking(&wallet, certified.path()).await;
    let begun = world.begin(&request()).await;
    assert!(begun.get("authorization_request_url").is_none(), "there is none yet");
    assert!(server.bodies.lock().unwrap().is_empty(), "nothing is pushed before a browser comes");

    // Whatever the server does wrong, the person is told and loses nothing.
    let mut browser = world.browser();
    let start = begun["start_url"].as_str().unwrap();
    let good = json!({"request_uri": PUSHED, "expires_in": 60});
    for (status, answer) in [
        (500, json!({})),
        (400, json!({"error": "invalid_request"})),
        (200, good.clone()),
        (302, json!({})),
        (201, json!([])),
        (201, json!({"request_uri": 1})),
        (201, json!({"request_uri": "no uri"})),
        (201, json!({"request_uri": format!("urn:{}", "x".repeat(3000))})),
    ] {
        server.answers(status, &answer);
        let page = browser.open(start).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{status} {answer}");
        let said =
            if status == 500 { "Your wallet does not answer" } else { "Your wallet cannot be used here" };
        assert!(page.body.contains(said), "{status} {answer}: {}", page.body);
    }

    server.answers(201, &good);
    let page = browser.open(start).await;
    let pairs: Vec<_> = page.url.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    assert_eq!(
        pairs,
        [("client_id".to_owned(), "caxdw5a7d".to_owned()), ("request_uri".to_owned(), PUSHED.to_owned())]
    );
    let body = server.bodies.lock().unwrap().last().unwrap().clone();
    let sent: Vec<_> = form_urlencoded::parse(body.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    assert_eq!(sent, ["response_type", "client_id", "redirect_uri", "scope", "login_hint", "nonce", "state"]);
}

#[tokio::test]
async fn req_1_16_req_1_32_what_a_wallet_publishes_decides_whether_it_can_be_asked() {
    let (server, certified) = (Server::start(), Certified::new());
    let wallet = format!(
        "profile = \"openid4vp\"\nauthorization_endpoint = \"{POSTING_WALLET}\"\nclient_id_prefix = \"x509_hash\"\n\
         issuer = \"{}\"\nsigning = {{ key = \"key.pem\", certificates = \"chain.pem\" }}\n",
        server.address
    );
    let good = json!({"issuer": server.address, "vp_formats_supported": {"dc+sd-jwt": {}},
        "client_id_prefixes_supported": ["x509_hash"], "authorization_endpoint": POSTING_WALLET});
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    for (status, published) in [
        (500, good.clone()),
        (404, good.clone()),
        (200, json!("metadata")),
        (200, with("issuer", "https://other.example".into())),
        (200, with("vp_formats_supported", json!({"mso_mdoc": {}}))),
        (200, with("client_id_prefixes_supported", json!(["x509_san_dns"]))),
        (200, with("client_id_prefixes_supported", json!([]))),
        (200, with("request_object_signing_alg_values_supported", json!(["EdDSA"]))),
    ] {
        let world = Harness::asking(&wallet, certified.path()).await;
        server.answers(status, &published);
        let answer = world
            .post_json("/v1/presentations", &json!({"scope": BASIC, "redirect_uri": RETURN_TO}).to_string())
            .await;
        // What time may heal is told from what the wallet's operator must mend.
        let told = if status == 500 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_GATEWAY };
        assert_eq!(answer.status, told, "{published}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("the wallet's metadata"), "{published}");
    }
    let world = Harness::asking(&wallet, certified.path()).await;
    server.answers(200, &good);
    server.bodies.lock().unwrap().clear();
    for _ in 0..3 {
        world.begin(&json!({"scope": BASIC, "redirect_uri": RETURN_TO})).await;
    }
    assert_eq!(server.bodies.lock().unwrap().len(), 1, "fetched once, then kept");
}

#[tokio::test]
async fn req_2_7_the_issuer_is_compared_where_the_wallet_is_known_by_one() {
    let server = Server::start();
    server.answers(200, &json!({"issuer": server.address, "vp_formats_supported": {"dc+sd-jwt": {}}}));
    let known = server.address.clone();
    let world = Harness::with_wallet(|wallet| wallet.issuer = Some(known)).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    for (iss, status) in
        [("https://other.example", StatusCode::BAD_REQUEST), (server.address.as_str(), StatusCode::OK)]
    {
        let begun = world.begin(&request()).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = wallet.opened_by(&page).await;
        let vp_token = wallet.vp_token(&asked);
        let form = [("vp_token", vp_token.as_str()), ("state", asked.state.as_str()), ("iss", iss)];
        assert_eq!(wallet.post(&asked, &form).await.status, status, "{iss}");
    }
}

#[tokio::test]
async fn req_2_7_a_wallet_that_announces_iss_and_leaves_it_out_is_not_believed() {
    let server = Server::start();
    let announced = json!({"issuer": server.address, "vp_formats_supported": {"dc+sd-jwt": {}},
        "authorization_response_iss_parameter_supported": true});
    server.answers(200, &announced);
    let known = server.address.clone();
    let world = Harness::with_wallet(|wallet| wallet.issuer = Some(known)).await;
    let (wallet, mut browser) = (PostingWallet::new(&world), world.browser());
    for (iss, status) in [(None, StatusCode::BAD_REQUEST), (Some(server.address.as_str()), StatusCode::OK)] {
        let begun = world.begin(&request()).await;
        let page = browser.open(begun["start_url"].as_str().unwrap()).await;
        let asked = wallet.opened_by(&page).await;
        let vp_token = wallet.vp_token(&asked);
        let mut form = vec![("vp_token", vp_token.as_str()), ("state", asked.state.as_str())];
        form.extend(iss.map(|iss| ("iss", iss)));
        assert_eq!(wallet.post(&asked, &form).await.status, status, "{iss:?}");
    }
}

#[tokio::test]
async fn req_13_1_the_browser_brings_the_request_by_post_where_the_wallet_wants_it() {
    let endpoint = format!("{BASE}/sandbox/wallet/authorize?tenant=7");
    let world = Harness::with_wallet(|wallet| {
        // The request says its nonce itself.
        wallet.authorization_endpoint = format!("{endpoint}&nonce=old").parse().unwrap();
        wallet.response_mode = ResponseMode::Fragment;
        wallet.authorization_method = AuthorizationMethod::Post;
    })
    .await;
    let mut browser = world.browser();
    let begun = world.begin(&request()).await;
    assert_eq!(begun.get("authorization_request_url"), None, "it is no address");
    let page = browser.open(begun["start_url"].as_str().unwrap()).await;
    assert_eq!(page.url.as_str(), begun["start_url"].as_str().unwrap(), "a page of ours, with a button");
    assert!(page.body.contains(&format!("action=\"{endpoint}\"")), "{}", page.body);
    let consent = browser.press(&page, "Continue to your wallet").await;
    assert_eq!(consent.url.as_str(), endpoint, "nothing of the request is in the address");
    let back = browser.press(&consent, "Share").await;
    let code = back.url.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned();
    assert_eq!(world.collect(&begun, Some(&code)).await.1["status"], "verified");
}
