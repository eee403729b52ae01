//! Load on a running service, loopback only: opens device grants, then polls each of them once.
//!
//! ```sh
//! vpgate sandbox --listen 127.0.0.1:8080 --data target/load &
//! cargo run --release --example pending_poll_load -- http://127.0.0.1:8080 20000 64
//! ```
//!
//! Arguments: address, number of grants (at most 200,000), connections (at most 256). It stops by
//! itself, after two minutes at the latest. Every poll must be answered `authorization_pending`:
//! anything else is counted as wrong, and makes the exit code 1.

#![expect(clippy::print_stdout, reason = "a command-line program")]
#![expect(
    clippy::disallowed_methods,
    reason = "a load generator outside the service: its own clock, client and tasks"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::sync::Mutex;

const CLIENT_ID: &str = "tv";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const LONGEST: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let base: Url = arguments.next().context("usage: ADDRESS [GRANTS] [CONNECTIONS]")?.parse()?;
    let grants: usize = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let connections: usize = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    ensure!(loopback, "only loopback addresses are loaded");
    ensure!(grants <= 200_000 && (1..=256).contains(&connections), "at most 200,000 grants, 256 connections");

    let codes = Arc::new(Mutex::new(Vec::with_capacity(grants)));
    let opened = run(grants, connections, {
        let (base, codes) = (base.join("/device_authorization")?, Arc::clone(&codes));
        move |client| {
            let (base, codes) = (base.clone(), Arc::clone(&codes));
            async move {
                let answer = client.post(base).form(&[("client_id", CLIENT_ID)]).send().await?;
                let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
                let Some(code) = body["device_code"].as_str() else { bail!("no device code: {body}") };
                codes.lock().await.push(code.to_owned());
                Ok(true)
            }
        }
    })
    .await?;
    println!("device authorizations: {opened}");

    let polled = run(grants, connections, move |client| {
        let (token, codes) = (base.join("/token"), Arc::clone(&codes));
        async move {
            let Some(code) = codes.lock().await.pop() else { bail!("fewer codes than polls") };
            let form =
                [("client_id", CLIENT_ID), ("grant_type", DEVICE_GRANT), ("device_code", code.as_str())];
            let answer = client.post(token?).form(&form).send().await?;
            let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
            Ok(body["error"] == "authorization_pending")
        }
    })
    .await?;
    println!("pending polls:         {polled}");
    if polled.wrong > 0 {
        bail!("{} polls were not answered authorization_pending", polled.wrong);
    }
    Ok(())
}

/// What a run came to.
struct Figures {
    requests: usize,
    wrong: usize,
    elapsed: Duration,
    median: Duration,
    slowest_percent: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rate = self.requests as f64 / self.elapsed.as_secs_f64();
        write!(
            f,
            "{rate:.0}/s ({} in {:.2?}; median {:.2?}, 99% under {:.2?}; {} wrong)",
            self.requests, self.elapsed, self.median, self.slowest_percent, self.wrong
        )
    }
}

/// Sends `total` requests over `connections` clients, each waiting for its answer.
async fn run<F, A>(total: usize, connections: usize, request: F) -> anyhow::Result<Figures>
where
    F: Fn(Client) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = anyhow::Result<bool>> + Send + 'static,
{
    let left = Arc::new(AtomicUsize::new(total));
    let began = Instant::now();
    let workers = (0..connections).map(|_| {
        let (left, request) = (Arc::clone(&left), request.clone());
        tokio::spawn(async move {
            let client = Client::builder().no_proxy().pool_max_idle_per_host(1).build()?;
            let (mut times, mut wrong) = (Vec::new(), 0_usize);
            let more = |left: usize| left.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok() {
                ensure!(began.elapsed() < LONGEST, "took longer than {LONGEST:?}");
                let sent = Instant::now();
                wrong += usize::from(!request(client.clone()).await?);
                times.push(sent.elapsed());
            }
            anyhow::Ok((times, wrong))
        })
    });
    let (mut times, mut wrong) = (Vec::with_capacity(total), 0);
    for worker in workers.collect::<Vec<_>>() {
        let (worked, failed) = worker.await??;
        times.extend(worked);
        wrong += failed;
    }
    let elapsed = began.elapsed();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    Ok(Figures { requests: times.len(), wrong, elapsed, median: at(50), slowest_percent: at(99) })
}
