//! Load on the device grant, loopback only: device authorizations, pending polls and full flows per second
//! of `vpgate serve` with a database on disk, and of `oidc-provider` beside it. `benches/peers/device_grant`
//! builds everything and calls this with the number of rounds; both services get the first core.
//!
//! A full flow is what a device, a person and a wallet send: device authorization, the pages, the
//! presentation (or, with `oidc-provider`, its two pages for signing in and agreeing), token. Every answer
//! is looked at; a wrong one ends the run.
//!
//! `growth GRANTS` fills the database with so many open grants and presentations first, and says how long each step
//! of a device, a person and a wallet takes then, what it takes of memory and disk, and how long a sweep of all of
//! them keeps a request waiting.
//!
//! `streams NUMBER` opens so many event streams and says what each takes of memory, what all take of the core while
//! nothing happens, and how soon what happens is heard on one of them.
//!
//! `told ROUNDS` says what it costs to write an event and a receipt with each decision and to send a webhook, and
//! what a receiver that never answers costs others.

#![expect(clippy::print_stdout, reason = "a command-line program")]

mod browser;
mod flow;
mod growth;
mod server;
mod steps;
mod streams;
mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use flow::{Device, Person};
use server::Server;

/// Grants in one round: `oidc-provider`'s memory adapter forgets the oldest of a thousand.
const GRANTS: usize = 300;
/// Full flows in one round.
const FLOWS: usize = 30;
/// Requests under way at a time.
const AT_A_TIME: usize = 32;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    const USAGE: &str = "usage: ROUNDS | growth GRANTS | streams NUMBER | told ROUNDS";
    let first = std::env::args().nth(1).context(USAGE)?;
    let number = || anyhow::Ok(std::env::args().nth(2).context(USAGE)?.parse()?);
    match first.as_str() {
        "growth" => return growth::measure(number()?).await,
        "streams" => return streams::measure(number()?).await,
        "told" => return told::measure(number()?).await,
        _ => {}
    }
    let rounds: usize = first.parse()?;
    ensure!((1..=200).contains(&rounds), "1 to 200 rounds");
    let (vpgate, person) = Server::vpgate().await?;
    let ours = measure(&vpgate, Person::Presents(Arc::new(person)), rounds).await?;
    drop(vpgate);
    let peer = Server::oidc_provider().await?;
    let theirs = measure(&peer, Person::PressesButtons, rounds).await?;
    drop(peer);

    println!("{:24}{:>12}{:>16}{:>8}", "per second, one core", "vpgate", "oidc-provider", "ratio");
    for (what, ours, theirs) in lines(&ours, &theirs) {
        let [ours, theirs] = [ours, theirs].map(|it| it.per_second);
        println!("{what:24}{ours:>12.0}{theirs:>16.0}{:>8.1}", ours / theirs);
    }
    println!("{:24}{:>12}{:>16}{:>8}", "microseconds of it", "vpgate", "oidc-provider", "ratio");
    for (what, ours, theirs) in lines(&ours, &theirs) {
        let [ours, theirs] = [ours, theirs].map(|it| it.busy);
        println!("{what:24}{ours:>12.0}{theirs:>16.0}{:>8.1}", theirs / ours);
    }
    Ok(())
}

/// What was done so often, and what one of it took of the core: on a machine that does other things too, the
/// second says more.
#[derive(Clone, Copy)]
struct Measured {
    per_second: f64,
    busy: f64,
}

fn lines<'m>(
    ours: &'m [Measured; 3],
    theirs: &'m [Measured; 3],
) -> impl Iterator<Item = (&'static str, &'m Measured, &'m Measured)> {
    let whats = ["device authorizations", "pending polls", "full flows"];
    whats.into_iter().zip(ours.iter().zip(theirs)).map(|(what, (ours, theirs))| (what, ours, theirs))
}

/// Authorizations, polls and flows per second. One round more, which does not count, warms up.
async fn measure(server: &Server, person: Person, rounds: usize) -> anyhow::Result<[Measured; 3]> {
    let device = Device::new(server)?;
    let person = Arc::new(person);
    let mut times = [(Duration::ZERO, Duration::ZERO); 3];
    for round in 0..=rounds {
        let mut usage = vec![server.usage()?.busy];
        let (opening, codes) = timed(GRANTS, || device.clone().authorize()).await?;
        usage.push(server.usage()?.busy);
        let codes = Arc::new(codes);
        let next = Arc::new(AtomicUsize::new(0));
        let (polling, _) = timed(GRANTS, || {
            let (device, codes) = (device.clone(), Arc::clone(&codes));
            let at = next.fetch_add(1, Ordering::Relaxed);
            async move { device.pending(codes.get(at).context("fewer codes than polls")?).await }
        })
        .await?;
        usage.push(server.usage()?.busy);
        let (flowing, _) = timed(FLOWS, || device.clone().whole_flow(Arc::clone(&person))).await?;
        usage.push(server.usage()?.busy);
        if round > 0 {
            let busy = usage.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
            for ((sum, used), (time, busy)) in
                times.iter_mut().zip([opening, polling, flowing].into_iter().zip(busy))
            {
                *sum += time;
                *used += busy;
            }
        }
    }
    let measured = |count: usize, (time, busy): (Duration, Duration)| {
        let count = (count * rounds) as f64;
        Measured { per_second: count / time.as_secs_f64(), busy: busy.as_secs_f64() * 1e6 / count }
    };
    Ok([measured(GRANTS, times[0]), measured(GRANTS, times[1]), measured(FLOWS, times[2])])
}

/// Does `work` so many times, some at a time; how long that took.
#[expect(
    clippy::disallowed_methods,
    reason = "a load generator outside the service: its own clock and tasks"
)]
async fn timed<T, F>(times: usize, mut work: impl FnMut() -> F) -> anyhow::Result<(Duration, Vec<T>)>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
{
    let began = Instant::now();
    let (mut tasks, mut done) = (tokio::task::JoinSet::new(), Vec::with_capacity(times));
    for _ in 0..times {
        if tasks.len() == AT_A_TIME
            && let Some(one) = tasks.join_next().await
        {
            done.push(one??);
        }
        tasks.spawn(work());
    }
    while let Some(one) = tasks.join_next().await {
        done.push(one??);
    }
    Ok((began.elapsed(), done))
}
