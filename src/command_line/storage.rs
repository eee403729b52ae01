//! `vpgate storage`: what is done with whole databases.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use vpgate::app;
use vpgate::config::Config;

use super::{faults_in, say};

/// Where the rest of `[storage]` is looked for, when it is there.
const USUAL: &str = "vpgate.toml";

#[derive(Subcommand)]
pub enum StorageCommand {
    /// Moves everything from one database to another, with the service stopped, and says how many rows of each table.
    ///
    /// The target is made where it is not there, and must be empty; nothing is ever overwritten. It holds all or
    /// nothing afterwards. The source is left as it is.
    Copy {
        /// `sqlite:FILE` or `postgres://USER@HOST/DATABASE`.
        #[arg(long)]
        from: String,
        /// The same.
        #[arg(long)]
        to: String,
        /// The file whose [storage] says the rest about a PostgreSQL: password, certificates, schema. Its `url` does
        /// not count here.
        #[arg(long, env = "VPGATE_CONFIG")]
        config: Option<PathBuf>,
    },
}

/// Does it.
pub fn run(command: StorageCommand) -> anyhow::Result<()> {
    let StorageCommand::Copy { from, to, config } = command;
    let config = config.or_else(|| Path::new(USUAL).is_file().then(|| PathBuf::from(USUAL)));
    let place = |url: &str| {
        let known = Config::load_storage(config.as_deref(), url);
        known.map_err(|faults| faults_in(config.as_deref().unwrap_or(Path::new(url)), &faults))
    };
    let (from, to) = (place(&from)?, place(&to)?);
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let counts = runtime.block_on(app::copy_storage(&from, &to))?;
    for (table, rows) in &counts {
        say(&format!("{table:<20} {rows:>10}"))?;
    }
    say(&format!("{:<20} {:>10}", "rows in all", counts.values().sum::<u64>()))
}
