//! The numbered migrations, and which of them a database has seen.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::migration::Migration::{self, Contracts, Expands};
use crate::store::migration::{least_reader, readable};
use crate::store::{Migrated, OpenFault};

/// `VPGT`: tells our databases from those of other programs (SQLite's `application_id`).
const APPLICATION_ID: i64 = 0x5650_4754;

/// In order; each is applied once and never edited after a release.
const MIGRATIONS: &[Migration] = &[
    Contracts(include_str!("migrations/0001_grants_and_presentations.sql")),
    Contracts(include_str!("migrations/0002_posted_answers.sql")),
    Contracts(include_str!("migrations/0003_tokens.sql")),
    Contracts(include_str!("migrations/0004_authorizations.sql")),
    Contracts(include_str!("migrations/0005_device_limits.sql")),
    Contracts(include_str!("migrations/0006_service.sql")),
    Contracts(include_str!("migrations/0007_undecided_answers.sql")),
    Contracts(include_str!("migrations/0008_the_same_answer_again.sql")),
    Contracts(include_str!("migrations/0009_open_presentations.sql")),
    Contracts(include_str!("migrations/0010_the_request_as_sent.sql")),
    Contracts(include_str!("migrations/0011_counters.sql")),
    // Programs of earlier versions could, but refuse whatever is newer than themselves.
    Expands(include_str!("migrations/0012_client_tokens.sql")),
    Expands(include_str!("migrations/0013_lost_answers.sql")),
    Expands(include_str!("migrations/0014_sessions.sql")),
    Expands(include_str!("migrations/0015_replicas.sql")),
    Expands(include_str!("migrations/0016_events.sql")),
    Expands(include_str!("migrations/0017_webhooks.sql")),
    Expands(include_str!("migrations/0018_receipts.sql")),
    Expands(include_str!("migrations/0019_retention.sql")),
    Expands(include_str!("migrations/0020_audit.sql")),
    Expands(include_str!("migrations/0021_deliveries_in_order.sql")),
];

/// Brings the database to the version of this program, in one transaction. One that is newer, and that this program
/// can work with, stays as it is.
pub(super) fn migrate(connection: &mut Connection) -> Result<Migrated, OpenFault> {
    apply(connection, |_, _| Ok(()))
}

/// Makes a new database, and leaves one that is there as it is: it must be of a version that this program works
/// with.
pub(super) fn make_or_check(connection: &mut Connection) -> Result<(), OpenFault> {
    let only_new = |found, known| if found == 0 { Ok(()) } else { Err(OpenFault::Older { found, known }) };
    apply(connection, only_new).map(drop)
}

/// Applies what is missing, where `may` allows it for the version that was found and the one of this program.
fn apply(
    connection: &mut Connection,
    may: impl FnOnce(usize, usize) -> Result<(), OpenFault>,
) -> Result<Migrated, OpenFault> {
    // Immediate: two processes that open a new file together take turns.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = readable_version(&transaction)?;
    let to = MIGRATIONS.len();
    let Some(missing @ [_, ..]) = MIGRATIONS.get(from..) else { return Ok(Migrated { from, to: from }) };
    may(from, to)?;
    for migration in missing {
        transaction.execute_batch(migration.sql())?;
    }
    let number = |version: usize| i64::try_from(version).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", number(to))?;
    transaction.execute("UPDATE service SET least_reader = ?1", [number(least_reader(MIGRATIONS))])?;
    transaction.commit()?;
    Ok(Migrated { from, to })
}

/// Whether this program can work with the database as it is.
pub(super) fn check_current(connection: &Connection) -> Result<(), OpenFault> {
    let (found, known) = (readable_version(connection)?, MIGRATIONS.len());
    if found < known { Err(OpenFault::Older { found, known }) } else { Ok(()) }
}

/// Whether this program can read the database as it is, or once it was migrated.
pub(super) fn check(connection: &Connection) -> Result<(), OpenFault> {
    readable_version(connection).map(drop)
}

/// The version of a database that is not too new.
fn readable_version(connection: &Connection) -> Result<usize, OpenFault> {
    let (found, known) = (version_of_ours(connection)?, MIGRATIONS.len());
    if found <= known {
        return Ok(found);
    }
    let least: i64 = connection.query_row("SELECT least_reader FROM service", [], |row| row.get(0))?;
    readable(found, least, known)
}

/// The version of a database that is empty or ours.
fn version_of_ours(connection: &Connection) -> Result<usize, OpenFault> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = application == 0 && version == 0 && tables == 0;
    if !empty && application != APPLICATION_ID {
        return Err(OpenFault::Foreign);
    }
    usize::try_from(version).map_err(|_| OpenFault::Foreign)
}

#[cfg(test)]
mod tests;
