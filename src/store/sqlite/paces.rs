//! How often devices ask, written behind: many at a time, over what is there.

use rusqlite::{Connection, TransactionBehavior, params};

use crate::store::row;
use vpgate_core::base::id::GrantId;
use vpgate_core::oauth::polling::Pace;

/// Leaves alone what was decided meanwhile.
pub(super) fn write(connection: &mut Connection, paces: &[(GrantId, Pace)]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (grant, pace) in paces {
        let last = pace.last().map(|last| last.unix());
        transaction
            .prepare_cached(
                "UPDATE grants SET interval_ms = ?1, last_polled = ?2 WHERE id = ?3 AND state = 'pending'",
            )?
            .execute(params![row::interval_ms(*pace), last, grant.as_str()])?;
    }
    transaction.commit()
}
