//! How long each step takes when very many grants and presentations are open.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::flow::Device;
use crate::server::Server;

/// How many of each step are measured.
const BEGUN: usize = 2000;
const ACCEPTED: usize = 400;
/// How long requests are sent while what was filled in is swept.
const SWEEPING: Duration = Duration::from_secs(20);

/// Fills in, measures, lets everything expire, measures again.
pub async fn measure(grants: usize) -> anyhow::Result<()> {
    let (server, holder) = Server::vpgate().await?;
    let device = Device::new(&server)?;
    let codes = device.clone().authorize().await?;
    device.clone().left_at_wallet(&codes).await?;
    let server = server.again(|database| seed(database, "fill", grants)).await?;
    println!("{grants} open grants and presentations: {}", size(&server)?);

    let mut codes = Vec::with_capacity(BEGUN);
    let mut steps = Steps::default();
    for _ in 0..BEGUN {
        codes.push(steps.took("begin", device.clone().authorize()).await?);
    }
    for codes in &codes {
        steps.took("poll", device.clone().pending(codes)).await?;
    }
    // What this process remembers of them is gone.
    let server = server.again(|_| Ok(())).await?;
    for codes in codes.iter().skip(ACCEPTED) {
        let step = steps.took("poll after a restart", device.clone().asked_again(codes)).await;
        step?;
    }
    for codes in codes.iter().take(ACCEPTED) {
        let [accepting, redeeming] = device.clone().accepted(codes, &holder).await?;
        steps.add("accept", accepting);
        steps.add("redeem", redeeming);
    }
    steps.say();
    println!("afterwards: {}", size(&server)?);

    let server = server.again(|database| seed(database, "expire", grants)).await?;
    let (began, mut steps) = (now(), Steps::default());
    while began.elapsed() < SWEEPING {
        let codes = steps.took("begin while it is swept", device.clone().authorize()).await?;
        steps.took("poll while it is swept", device.clone().pending(&codes)).await?;
    }
    steps.say();
    println!("afterwards: {}", size(&server)?);
    Ok(())
}

/// Durations by step.
#[derive(Default)]
struct Steps(Vec<(&'static str, Vec<Duration>)>);

impl Steps {
    async fn took<T>(
        &mut self,
        step: &'static str,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let began = now();
        let done = work.await?;
        self.add(step, began.elapsed());
        Ok(done)
    }

    fn add(&mut self, step: &'static str, time: Duration) {
        match self.0.iter_mut().find(|(known, _)| *known == step) {
            Some((_, times)) => times.push(time),
            None => self.0.push((step, vec![time])),
        }
    }

    fn say(&mut self) {
        println!("{:26}{:>8}{:>10}{:>10}{:>10}", "milliseconds", "count", "median", "p99", "longest");
        for (step, times) in &mut self.0 {
            times.sort_unstable();
            let at = |part: usize| {
                times.get(times.len() * part / 100).or(times.last()).copied().unwrap_or_default()
            };
            let [median, late, longest] = [at(50), at(99), at(100)].map(|time| time.as_secs_f64() * 1e3);
            println!("{step:26}{:>8}{median:>10.2}{late:>10.2}{longest:>10.2}", times.len());
        }
    }
}

fn size(server: &Server) -> anyhow::Result<String> {
    let (database, usage) = (Path::new(crate::server::FOLDER).join("vpgate.db"), server.usage()?);
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let disk = megabytes(std::fs::metadata(database)?.len());
    Ok(format!("{disk:.0} MB on disk, {:.0} MB in memory", megabytes(usage.resident)))
}

fn seed(database: &Path, what: &str, grants: usize) -> anyhow::Result<()> {
    let mut script = Command::new("python3");
    script.arg("benches/peers/seed.py").arg(database).arg(what).arg(grants.to_string());
    ensure!(script.status()?.success(), "seed.py failed");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a load generator outside the service has a clock of its own")]
fn now() -> Instant {
    Instant::now()
}
