//! What it costs to tell: an event and a receipt with each decision, and a webhook for it.

use std::time::Duration;

use anyhow::ensure;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::flow::Device;
use crate::server::{SECRET_VARIABLE, Server};
use crate::steps::{Steps, now};

/// Flows of one service in one round, one after the other.
const FLOWS: usize = 200;
/// Flows before that, which do not count.
const WARM: usize = 20;

/// How a receiver of webhooks answers.
#[derive(Clone, Copy)]
enum Receiving {
    /// At once.
    Takes,
    /// Never.
    Hangs,
}

/// The same flows with nobody told, with everybody told, and with a receiver that hangs, in turn.
pub async fn measure(rounds: usize) -> anyhow::Result<()> {
    ensure!((1..=50).contains(&rounds), "1 to 50 rounds");
    let variants = [
        ("nobody is told", "\n[receipts]\nenabled = false\n".to_owned()),
        ("a receipt", String::new()),
        ("receipt, event, webhook", webhook(Receiving::Takes).await?),
        ("the receiver hangs", webhook(Receiving::Hangs).await?),
    ];
    let mut measured: Vec<_> = variants.iter().map(|_| (Duration::ZERO, Steps::default())).collect();
    for _ in 0..rounds {
        for ((_, more), (busy, steps)) in variants.iter().zip(&mut measured) {
            *busy += one(more, steps).await?;
        }
    }
    let all = (rounds * FLOWS) as f64;
    let first = measured.first().map_or(1.0, |(busy, _)| busy.as_secs_f64());
    for ((name, _), (busy, mut steps)) in variants.into_iter().zip(measured) {
        let (each, ratio) = (busy.as_secs_f64() * 1e6 / all, busy.as_secs_f64() / first);
        println!("{name}: {each:.0} microseconds of the core for a flow ({ratio:.2})");
        steps.say();
    }
    Ok(())
}

/// What the flows of one service took of the core; how long each step took is noted.
async fn one(more: &str, steps: &mut Steps) -> anyhow::Result<Duration> {
    let (server, holder) = Server::vpgate_with(more).await?;
    let device = Device::new(&server)?;
    let mut before = server.usage()?.busy;
    for flow in 0..WARM + FLOWS {
        if flow == WARM {
            before = server.usage()?.busy;
        }
        let began = now();
        let codes = device.clone().authorize().await?;
        let authorizing = began.elapsed();
        let [accepting, redeeming] = device.clone().accepted(&codes, &holder).await?;
        if flow >= WARM {
            steps.add("device authorization", authorizing);
            steps.add("accept the answer", accepting);
            steps.add("redeem", redeeming);
        }
    }
    // What is done behind the answers counts, too.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(server.usage()?.busy.saturating_sub(before))
}

/// The configuration of a webhook, with somebody who receives it for as long as this program runs.
#[expect(clippy::disallowed_methods, reason = "a load generator outside the service: its own tasks")]
async fn webhook(receiving: Receiving) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(receive(socket, receiving));
        }
    });
    Ok(format!(
        "\n[[clients.webhooks]]\nname = \"load\"\nurl = \"http://{address}/hook\"\nsecret_env = \"{SECRET_VARIABLE}\"\n"
    ))
}

async fn receive(mut socket: TcpStream, receiving: Receiving) {
    let mut bytes = [0; 4096];
    let mut text = Vec::new();
    while let Ok(length @ 1..) = socket.read(&mut bytes).await {
        text.extend_from_slice(bytes.get(..length).unwrap_or_default());
        // A message ends with its object, and no other part of it ends so.
        if matches!(receiving, Receiving::Takes) && text.ends_with(b"}}") {
            text.clear();
            if socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                return;
            }
        }
    }
}
