//! Processes of `vpgate serve` over one database, and a balancer before them that sends nobody to the same one twice.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::{EndpointExt as _, Request, Response};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use tempfile::TempDir;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::signing::SigningKey;

use vpgate_test_support::builders::presentation::{ISSUER, QUERY_ID, VCT};
use vpgate_test_support::postgres::{Cluster, DATABASE, PASSWORD, USER};
use vpgate_test_support::service_process::{Service, Start, client, free_address};

/// Where everybody believes the service to be.
pub const PUBLIC: &str = "http://127.0.0.1:9";
pub const CLIENT: &str = "player";
/// Our identifier at the wallet.
pub const VERIFIER: &str = "service";

pub struct Replicas {
    services: Mutex<Vec<Service>>,
    addresses: Vec<Url>,
    operations: Vec<Url>,
    next: AtomicUsize,
    client: Client,
    issuer: Value,
    _folder: TempDir,
}

impl Replicas {
    /// So many, over the first of the clusters that takes writes.
    pub fn start(replicas: usize, clusters: &[&Cluster], schema: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = json!({"keys": [issuer.public_key().to_jwk()]});
        std::fs::write(folder.path().join("issuer.json"), keys.to_string()).unwrap();
        private_file(&folder.path().join("password"), PASSWORD);
        let config = configuration(folder.path(), clusters, schema);
        vpgate::store::postgres::migrate(&clusters[0].storage(schema)).unwrap();
        // The first makes the keys.
        let services: Vec<Service> = (0..replicas)
            .map(|_| Start::serve(&config.replace("{OPERATIONS}", &free_address())).start())
            .collect();
        let addresses = services.iter().map(|service| service.at("/")).collect();
        let operations = services.iter().map(|service| service.operations_at("/readyz")).collect();
        let (services, next, issuer) = (Mutex::new(services), AtomicUsize::new(0), issuer.to_private_jwk());
        Self { services, addresses, operations, next, client: client(), issuer, _folder: folder }
    }

    /// The key that credentials are signed with.
    pub fn issuer(&self) -> SigningKey {
        SigningKey::from_jwk(&self.issuer).unwrap()
    }

    pub fn kill(&self, replica: usize) {
        let mut services = self.services.lock().unwrap();
        services[replica].process.kill().unwrap();
        services[replica].process.wait().unwrap();
    }

    pub fn log(&self) -> String {
        self.services.lock().unwrap().iter().map(Service::log).collect()
    }

    /// The other one than last time.
    fn turn(&self) -> &Url {
        &self.addresses[self.next.fetch_add(1, Ordering::SeqCst) % self.addresses.len()]
    }

    /// Sends to the next one that listens. `None` when it went away before it answered.
    async fn to_whoever_listens(
        &self,
        request: impl Fn(&Client, &Url) -> reqwest::RequestBuilder,
    ) -> Option<reqwest::Response> {
        for _ in &self.addresses {
            match request(&self.client, self.turn()).send().await {
                Err(fault) if fault.is_connect() => {}
                answer => return answer.ok(),
            }
        }
        None
    }

    /// Posts a form to one of them. `None` when it is gone, or went away before it answered.
    pub async fn post(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Option<Told> {
        let answer = self
            .to_whoever_listens(|client, base| {
                let request = client.post(base.join(path).unwrap()).form(form);
                match proof {
                    Some(proof) => request.header("dpop", proof),
                    None => request,
                }
            })
            .await?;
        let header = |name| answer.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
        let (retry_after, nonce) = (header("retry-after"), header("dpop-nonce"));
        let status = answer.status().as_u16();
        let body = serde_json::from_slice(&answer.bytes().await.ok()?).unwrap();
        Some(Told { status, body, retry_after: retry_after.map(|it| it.parse().unwrap()), nonce })
    }

    /// One device authorization: status, when to ask again, and the answer.
    pub async fn ask_once(&self) -> (u16, Option<u64>, Value) {
        let told = self.post("/device_authorization", &[("client_id", CLIENT)], None).await.unwrap();
        (told.status, told.retry_after, told.body)
    }

    pub async fn readiness(&self) -> u16 {
        self.client.get(self.operations[0].clone()).send().await.unwrap().status().as_u16()
    }

    /// The way from a person's browser to whichever of them.
    pub fn network(self: &Arc<Self>) -> BoxEndpoint<'static> {
        let replicas = Arc::clone(self);
        let forward = move |request: Request| {
            let replicas = Arc::clone(&replicas);
            async move { Ok::<_, poem::Error>(replicas.forward(request).await) }
        };
        poem::endpoint::make(forward).boxed()
    }

    async fn forward(&self, request: Request) -> Response {
        let gone = || StatusCode::BAD_GATEWAY.into();
        let (parts, body) = request.into_parts();
        let body = body.into_bytes().await.unwrap();
        let answer = self.to_whoever_listens(|client, base| {
            let url = base.join(&parts.uri.to_string()).unwrap();
            client.request(parts.method.clone(), url).headers(parts.headers.clone()).body(body.clone())
        });
        let Some(answer) = answer.await else { return gone() };
        let mut response = Response::default();
        response.set_status(StatusCode::from_u16(answer.status().as_u16()).unwrap());
        response.headers_mut().clone_from(answer.headers());
        let Ok(body) = answer.bytes().await else { return gone() };
        response.set_body(body);
        response
    }
}

/// For its owner alone.
fn private_file(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// What a client was told.
pub struct Told {
    pub status: u16,
    pub body: Value,
    pub retry_after: Option<u64>,
    pub nonce: Option<String>,
}

fn configuration(folder: &Path, clusters: &[&Cluster], schema: &str) -> String {
    let hosts: Vec<String> = clusters.iter().map(|it| it.place()).collect();
    let (hosts, folder) = (hosts.join(","), folder.display());
    let authorities = clusters[0].ca_file();
    format!(
        r#"
public_url = "{PUBLIC}"
listen = "{{ADDRESS}}"
danger_allow_loopback = true

[storage]
url = "postgres://{USER}@{hosts}/{DATABASE}"
password_file = "{folder}/password"
schema = "{schema}"
ca_file = "{}"

[operations]
listen = "{{OPERATIONS}}"

[keys]
directory = "{folder}/keys"

[device]
authorizations_per_address = 1000000
polling_interval = "1s"

[[wallets]]
name = "wallet"
profile = "proof"
authorization_endpoint = "https://wallet.example.com/authorize"
client_id = "{VERIFIER}"

[[credentials]]
id = "{QUERY_ID}"
vct = ["{VCT}"]
issuer = "{ISSUER}"
trust = {{ jwks_file = "{folder}/issuer.json" }}

[[scopes]]
name = "name"
credential = "{QUERY_ID}"
claims = ["given_name"]
open = true

[[clients]]
client_id = "{CLIENT}"
grants = ["device_code", "refresh_token"]
authentication = "none"
scopes = ["name"]
"#,
        authorities.display()
    )
}
