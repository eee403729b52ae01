//! How much of what PostgreSQL can do the store reaches: polls, device authorizations, presentations begun and settled,
//! and redemptions a second, each beside `pgbench` with the very statement that the store sends, as the server logged
//! it. Both over TLS, with as many connections, on one core, while the server has the other; one after the other, so
//! many times each, on tables that were filled alike. `benches/peers/postgres` builds and calls this.
//!
//! ```text
//! a few of a kind -> store -> log of the server -> statement and values -> a script of pgbench
//! filled tables -> store:   the rest of its kind, AT_A_TIME under way
//! filled tables -> pgbench: the script, with another row and other new keys each time
//! ```
//! Each kind is measured with a disk that is waited for, and without: then what is left is the work of the processors.
//! The server listens on loopback, in a temporary folder, and is gone in the end.

#![expect(clippy::print_stdout, reason = "a command-line program")]

mod load;
mod logged;
mod place;

use anyhow::{Context as _, ensure};

use load::Load;
use place::Place;

/// Changes of a kind in one round, and looks.
const CHANGES: usize = 4_800;
const LOOKS: usize = 24_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    let rounds = std::env::args().nth(1).context("usage: ROUNDS [LOAD]")?.parse()?;
    ensure!((1..=50).contains(&rounds), "1 to 50 rounds");
    let only = std::env::args().nth(2);
    let place = Place::start()?;
    println!("{:36}{:>12}{:>12}{:>8}", "per second, one core each", "the store", "pgbench", "share");
    for load in Load::ALL.into_iter().filter(|load| only.as_deref().is_none_or(|only| only == load.name())) {
        let statement = place.logged(load).await?;
        for waits in [true, false] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                ours.push(place.by_store(load, waits).await?);
                theirs.push(place.by_pgbench(load, waits, &statement).await?);
            }
            let (ours, theirs) = (median(ours), median(theirs));
            let what = format!("{}, {}", load.name(), if waits { "on disk" } else { "in memory" });
            println!("{what:36}{ours:>12.0}{theirs:>12.0}{:>7.0}%", 100.0 * ours / theirs);
        }
    }
    Ok(())
}

fn median(mut each: Vec<f64>) -> f64 {
    each.sort_by(f64::total_cmp);
    each.get(each.len() / 2).copied().unwrap_or_default()
}
