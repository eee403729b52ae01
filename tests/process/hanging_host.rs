//! An issuer whose server hangs, asked about by many: it costs its own askers their patience, and nobody else
//! anything.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use vpgate_test_support::service_process::{PLAIN, Start, client};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-this-test";
/// Askers of the host that hangs, at once.
const ASKERS: usize = 300;
/// Longer than anything unrelated may take, on a machine that does much else.
const SOON: Duration = Duration::from_secs(3);
/// A fetch ends after ten seconds.
const PATIENCE: Duration = Duration::from_secs(14);

/// Takes connections and says nothing.
fn hanging_host() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().map_while(Result::ok) {
            held.push(stream);
        }
    });
    format!("http://{address}")
}

/// Publishes one key (RFC 7517, appendix A.1).
fn quick_host() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let jwks = json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})
    .to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            drop(write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{jwks}", jwks.len()));
        }
    });
    format!("http://{address}")
}

fn credential(id: &str, issuer: &str) -> String {
    format!(
        "[[credentials]]\nid = \"{id}\"\nvct = [\"urn:{id}\"]\nissuer = \"{issuer}\"\n\
         trust = {{ jwks_uri = \"{issuer}/jwks.json\" }}\ndanger_ignore_status = true\n"
    )
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A presentation that nobody signed: good enough to be looked at.
fn presentation(id: &str, issuer: &str) -> String {
    let junk = URL_SAFE_NO_PAD.encode([7; 64]);
    let header = part(&json!({"alg": "ES256", "typ": "dc+sd-jwt", "kid": "k"}));
    let payload = part(&json!({"iss": issuer, "vct": format!("urn:{id}")}));
    let bound = part(&json!({"alg": "ES256", "typ": "kb+jwt"}));
    let binding = part(&json!({"iat": 1, "aud": "us", "nonce": "n", "sd_hash": "x"}));
    format!("{header}.{payload}.{junk}~{bound}.{binding}.{junk}")
}

/// Has a presentation judged; status, answer, and how long it took.
async fn judged(client: &Client, at: Url, id: &str, issuer: &str) -> (StatusCode, Value, Duration) {
    let query = json!({"credentials": [
        {"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": [format!("urn:{id}")]}}
    ]});
    let body = json!({
        "vp_token": json!({id: [presentation(id, issuer)]}).to_string(),
        "audience": "us", "nonce": "n", "dcql_query": query,
    });
    let began = Instant::now();
    let request = client.post(at).basic_auth("shop", Some(SECRET));
    let answer =
        request.header("Content-Type", "application/json").body(body.to_string()).send().await.unwrap();
    let status = answer.status();
    let answer = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    (status, answer, began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_hangs_stops_nobody_else() {
    let (hanging, quick) = (hanging_host(), quick_host());
    let shop = "[[clients]]\nclient_id = \"shop\"\nauthentication = \"client_secret_basic\"\n\
                secret_env = \"SHOP_SECRET\"\nscopes = [\"name\"]\n";
    let config = format!("{PLAIN}\n{}{}{shop}", credential("hanging", &hanging), credential("quick", &quick));
    let service = Start::serve(&config).with("SHOP_SECRET", SECRET).start();
    let client = client();

    let mut asked = JoinSet::new();
    for _ in 0..ASKERS {
        let (at, client, hanging) = (service.at("/v1/verify"), client.clone(), hanging.clone());
        asked.spawn(async move { judged(&client, at, "hanging", &hanging).await });
    }
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        let (status, answer, took) = judged(&client, service.at("/v1/verify"), "quick", &quick).await;
        assert_eq!((status, &answer["verdict"]), (StatusCode::OK, &json!("rejected")), "{answer}");
        assert_eq!(answer["reason"], "issuer_signature", "its keys were at hand");
        assert!(took < SOON, "a verification of another issuer took {took:?}");
        let asked = Instant::now();
        let healthy = client.get(service.at("/healthz")).send().await.unwrap();
        assert!(healthy.status().is_success());
        assert!(asked.elapsed() < SOON, "/healthz took {:?}", asked.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let answers = asked.join_all().await;
    assert_eq!(answers.len(), ASKERS);
    for (status, answer, took) in &answers {
        assert_eq!(*status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
        assert!(answer["detail"].as_str().unwrap().contains("the issuer's JWKS"), "{answer}");
        assert!(*took < PATIENCE, "{took:?}");
    }
    let at_once = answers.iter().filter(|(.., took)| *took < SOON).count();
    assert!(at_once > ASKERS / 2, "only {at_once} were told at once that too many wait already");
}
