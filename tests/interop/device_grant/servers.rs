//! The servers that are held to the list, one for each case: the sandbox, where a wallet can approve, and
//! a service with clients of its own. `DEVICE_GRANT_BASE_URL` names another server instead: it must know
//! the clients that `cases.toml` describes, with `s3cret` as their secret, and approve and deny by the
//! buttons that our pages have.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

use poem::endpoint::BoxEndpoint;
use poem::{Body, EndpointExt as _, Request, Response};
use reqwest::{Client, Url, redirect};
use tempfile::TempDir;

/// One server.
pub struct Server {
    pub base: Url,
    /// The server for a person's browser, which keeps cookies and redirects to itself.
    pub pages: BoxEndpoint<'static>,
    /// What the patient device calls itself there.
    patient: &'static str,
    _process: Option<Process>,
    _folder: Option<TempDir>,
}

/// The server on which a device of this kind is played.
pub fn of(device: &str) -> Server {
    match std::env::var("DEVICE_GRANT_BASE_URL") {
        Ok(base) => at(base.parse().unwrap(), "patient", None, None),
        Err(_) if device == "patient" => sandbox(),
        Err(_) => service(),
    }
}

impl Server {
    /// What names or proves a client, in a form.
    pub fn client(&self, device: &str) -> String {
        match device {
            "patient" => format!("client_id={}", self.patient),
            "confidential" | "barred" => format!("client_id={device}&client_secret=s3cret"),
            _ => format!("client_id={device}"),
        }
    }
}

/// Ends with the case.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn sandbox() -> Server {
    let (process, out) = start(&["sandbox", "--listen", "127.0.0.1:0"]);
    let base = said(out, |line| line.strip_prefix("listening on ")?.parse().ok());
    at(base, "tv", Some(process), None)
}

fn service() -> Server {
    // A port that is free now.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vpgate.toml");
    std::fs::write(&file, include_str!("service.toml").replace("ADDRESS", &address.to_string())).unwrap();
    let (process, out) = start(&["serve", "--config", file.to_str().unwrap()]);
    let base = said(out, |line| line.strip_prefix("listening on ")?.parse().ok());
    at(base, "patient", Some(process), Some(folder))
}

fn start(arguments: &[&str]) -> (Process, ChildStdout) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_vpgate"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = process.stdout.take().unwrap();
    (Process(process), out)
}

/// Where it listens. Reads on, so that the process never waits for us.
fn said(out: ChildStdout, address: impl Fn(&str) -> Option<Url>) -> Url {
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let base = lines.find_map(|line| address(line.trim())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    base
}

#[expect(clippy::disallowed_methods, reason = "a client of the service, not a part of it")]
fn at(base: Url, patient: &'static str, process: Option<Process>, folder: Option<TempDir>) -> Server {
    let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
    let there = base.clone();
    let pages = poem::endpoint::make(move |request: Request| {
        let (http, there) = (http.clone(), there.clone());
        async move { pass_on(&http, &there, request).await }
    });
    Server { base, pages: pages.boxed(), patient, _process: process, _folder: folder }
}

async fn pass_on(http: &Client, base: &Url, mut request: Request) -> poem::Result<Response> {
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    let body = request.take_body().into_bytes().await?;
    let mut onward = http.request(request.method().clone(), base.join(&path).unwrap());
    for (name, value) in request.headers() {
        onward = onward.header(name, value);
    }
    let answer = onward.body(body).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from_bytes(answer.bytes().await.unwrap())))
}
