//! How long each step takes when very many grants and presentations are open.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use crate::flow::Device;
use crate::server::Server;
use crate::steps::{Steps, now};

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
