//! Rows on their way from one database to another, and why they do not arrive.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::OpenFault;
use vpgate_core::change::Lease;

/// Rows that are on the way at a time.
pub(super) const BATCH: usize = 500;
/// Tables of a database that say something about that database alone: they stay where they are. Of `service` the
/// keys are moved.
pub(super) const OWN_TABLES: [&str; 4] = ["leases", "schema", SERVICE, "turns"];
/// Where the digest of the keys is: the column `keys`, in a row that is there.
pub(super) const SERVICE: &str = "service";

/// Which rows of a table are in the way of a copy. A note that has no place in the audit log is not: whoever made the
/// tables by a command has left one, and a service gives it its place behind the lines that are copied.
pub(super) fn in_the_way(table: &str) -> &'static str {
    if table == "audit" { "ordinal IS NOT NULL" } else { "TRUE" }
}

/// How many rows of each table.
pub type Counts = BTreeMap<String, u64>;

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotCopied {
    #[error("a storage in memory has nothing to copy, and keeps nothing that is copied to it")]
    Memory,
    #[error("--from and --to name the same database")]
    Same,
    #[error("there is no database at {0}")]
    NoDatabase(PathBuf),
    /// Rows that change under way would be lost.
    #[error("a service works with {0}; stop it first (one that was killed: a minute and a half later)")]
    InUse(&'static str),
    #[error(
        "the database to copy to holds rows in {0}, and a copy overwrites nothing: take another schema or file, or drop \
         that one"
    )]
    NotEmpty(String),
    #[error("the database to copy to goes with other keys")]
    OtherKeys,
    /// A table or a column.
    #[error("{0} cannot be copied: the other database has no such thing")]
    Unknown(String),
    /// Names the table only: its content may be personal.
    #[error("a row of {0} holds what the other database cannot hold")]
    Unfit(String),
    #[error("{read} rows were read and {written} written; nothing was kept")]
    Counts {
        /// Of the source.
        read: u64,
        /// In the target.
        written: u64,
    },
    #[error(transparent)]
    Database(#[from] OpenFault),
    /// The other end has said why.
    #[error("the other database has stopped")]
    Stopped,
}

impl From<rusqlite::Error> for NotCopied {
    fn from(source: rusqlite::Error) -> Self {
        Self::Database(source.into())
    }
}

/// A value, as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What is on the way.
#[derive(Debug)]
pub(super) enum Moved {
    /// Rows of one table, each with a field for each of the columns.
    Rows {
        /// The table.
        table: Arc<str>,
        /// Its columns.
        columns: Arc<[String]>,
        /// The rows.
        rows: Vec<Vec<Field>>,
    },
    /// That was all, and so many were read. Without it nothing is kept.
    End(Counts),
}

/// Where rows go on their way.
pub(super) struct Outbound(Sender<Moved>);

impl Outbound {
    pub(super) fn new(sender: Sender<Moved>) -> Self {
        Self(sender)
    }

    pub(super) async fn send(&self, moved: Moved) -> Result<(), NotCopied> {
        self.0.send(moved).await.map_err(|_| NotCopied::Stopped)
    }
}

/// Whether all that was read was written.
pub(super) fn agree(read: &Counts, written: &Counts) -> Result<(), NotCopied> {
    let sum = |counts: &Counts| counts.values().sum();
    if read == written { Ok(()) } else { Err(NotCopied::Counts { read: sum(read), written: sum(written) }) }
}

/// Who sweeps has the database open.
pub(super) const SWEEPS: Lease = Lease::Sweep;
