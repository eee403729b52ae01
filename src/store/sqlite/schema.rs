//! The numbered migrations, and which of them a database has seen.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::{Migrated, OpenFault};

/// `VPGT`: tells our databases from those of other programs (SQLite's `application_id`).
const APPLICATION_ID: i64 = 0x5650_4754;

/// In order; each is applied once and never edited after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_grants_and_presentations.sql"),
    include_str!("migrations/0002_posted_answers.sql"),
    include_str!("migrations/0003_tokens.sql"),
    include_str!("migrations/0004_authorizations.sql"),
    include_str!("migrations/0005_device_limits.sql"),
    include_str!("migrations/0006_service.sql"),
    include_str!("migrations/0007_undecided_answers.sql"),
    include_str!("migrations/0008_the_same_answer_again.sql"),
    include_str!("migrations/0009_open_presentations.sql"),
    include_str!("migrations/0010_the_request_as_sent.sql"),
    include_str!("migrations/0011_counters.sql"),
    include_str!("migrations/0012_client_tokens.sql"),
    include_str!("migrations/0013_lost_answers.sql"),
    include_str!("migrations/0014_sessions.sql"),
];

/// Brings the database to the version of this program, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<Migrated, OpenFault> {
    // Immediate: two processes that open a new file together take turns.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version_of_ours(&transaction)?;
    let to = MIGRATIONS.len();
    let missing = MIGRATIONS.get(from..).ok_or(OpenFault::Newer { found: from, known: to })?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    if !missing.is_empty() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(to).unwrap_or(i64::MAX))?;
    }
    transaction.commit()?;
    Ok(Migrated { from, to })
}

/// Whether this program can read the database as it is.
pub(super) fn check(connection: &Connection) -> Result<(), OpenFault> {
    let (found, known) = (version_of_ours(connection)?, MIGRATIONS.len());
    if found > known { Err(OpenFault::Newer { found, known }) } else { Ok(()) }
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
