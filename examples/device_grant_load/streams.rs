//! Very many open event streams.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::server::{STORE, Server};
use crate::steps::{Steps, now};

/// How many presentations go on while the others wait.
const OPENED: usize = 300;
/// How long nothing happens.
const QUIET: Duration = Duration::from_secs(10);
/// How many requests begin presentations at a time.
const AT_A_TIME: usize = 64;

/// A presentation, and who follows it.
struct Stream {
    socket: TcpStream,
    text: String,
    start: Url,
}

/// Opens them, and lets some presentations go on: with few others beside, and with all.
pub async fn measure(number: usize) -> anyhow::Result<()> {
    ensure!((OPENED * 2..=19_000).contains(&number), "{} to 19000 streams", OPENED * 2);
    let (server, _) = Server::vpgate().await?;
    let client = client()?;
    let few = open(&server, &client, OPENED).await?;
    println!("with {OPENED} streams:");
    go_on(&server, &client, few).await?;

    let mut waiting = begin(&server, &client, number).await?;
    let before = server.usage()?.resident;
    let mut streams = Vec::with_capacity(number);
    while let Some(presentation) = waiting.pop() {
        streams.push(follow(&server, &presentation).await?);
    }
    let after = server.usage()?;
    tokio::time::sleep(QUIET).await;
    let busy = server.usage()?.busy.saturating_sub(after.busy);
    let each = after.resident.saturating_sub(before) as f64 / 1024.0 / number as f64;
    println!("with {number} streams, each {each:.1} KiB of memory (with its connection):");
    println!("while nothing happens {:.1}% of a core", 100.0 * busy.as_secs_f64() / QUIET.as_secs_f64());
    let rest = streams.split_off(OPENED);
    go_on(&server, &client, streams).await?;
    drop(rest);
    Ok(())
}

async fn open(server: &Server, client: &Client, number: usize) -> anyhow::Result<Vec<Stream>> {
    let mut streams = Vec::with_capacity(number);
    for presentation in begin(server, client, number).await? {
        streams.push(follow(server, &presentation).await?);
    }
    Ok(streams)
}

/// A person goes on to the wallet: how soon that is answered, and how soon it is heard on the stream.
async fn go_on(server: &Server, client: &Client, streams: Vec<Stream>) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    for mut stream in streams {
        let mut browser = Browser::new(client.clone(), server.address.clone());
        let began = now();
        let (answered, heard) = tokio::join!(
            async {
                browser.open(stream.start.clone()).await?;
                anyhow::Ok(began.elapsed())
            },
            async {
                hear(&mut stream.socket, &mut stream.text, "\"step\":\"opened\"").await?;
                anyhow::Ok(began.elapsed())
            },
        );
        let (answered, heard) = (answered?, heard?);
        steps.add("answered", answered);
        steps.add("heard", heard);
        steps.add("heard after the answer", heard.saturating_sub(answered));
    }
    steps.say();
    Ok(())
}

async fn begin(server: &Server, client: &Client, number: usize) -> anyhow::Result<Vec<Value>> {
    let mut begun = Vec::with_capacity(number);
    while begun.len() < number {
        let some = AT_A_TIME.min(number - begun.len());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..some {
            let body = r#"{"scope":"basic","redirect_uri":"http://127.0.0.1:9/return"}"#;
            let request = client.post(server.address.join("/v1/presentations")?);
            let request = request.basic_auth(STORE.0, Some(STORE.1));
            let request = request.header("content-type", "application/json").body(body);
            tasks.spawn(async move {
                let answer = request.send().await?;
                ensure!(answer.status().as_u16() == 201, "{}", answer.text().await?);
                anyhow::Ok(serde_json::from_slice(&answer.bytes().await?)?)
            });
        }
        for one in tasks.join_all().await {
            begun.push(one?);
        }
    }
    Ok(begun)
}

/// Begins to follow it: the first event has come.
async fn follow(server: &Server, presentation: &Value) -> anyhow::Result<Stream> {
    use base64::Engine as _;
    let text = |name: &str| presentation[name].as_str().with_context(|| format!("no {name}"));
    let address = server.address.socket_addrs(|| None)?.first().copied().context("no address")?;
    let mut socket = TcpStream::connect(address).await?;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", STORE.0, STORE.1));
    let request = format!(
        "GET /v1/presentations/{}/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Basic {credentials}\r\n\r\n",
        text("id")?
    );
    socket.write_all(request.as_bytes()).await?;
    let mut read = String::new();
    hear(&mut socket, &mut read, "\"step\":\"begun\"").await?;
    Ok(Stream { socket, text: read, start: text("start_url")?.parse()? })
}

async fn hear(socket: &mut TcpStream, text: &mut String, said: &str) -> anyhow::Result<()> {
    let mut bytes = [0; 1024];
    while !text.contains(said) {
        let length = socket.read(&mut bytes).await?;
        ensure!(length > 0, "the stream ended: {text}");
        text.push_str(std::str::from_utf8(bytes.get(..length).unwrap_or_default())?);
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a load generator outside the service")]
fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?)
}
