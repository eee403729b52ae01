//! What our statements ask of SQLite that it does not have of its own: how much a counter counts, and what it is with
//! more counted. The functions for JSON that it has can say both, and take several times as long.
//!
//! A counter is a JSON object, from the beginning of a slot to a number; its window are the slots after one time and
//! until another. Nothing in the schema names these functions: other programs read and write the same rows.

use std::collections::BTreeMap;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error};

/// Makes them known to `connection`: `slots_sum(slots, after, until)` is how much is counted in the window, and
/// `slots_with(slots, slot, number, after, until)` the counter with so many more, and without slots that are not in
/// the window. A text that is no counter is an error of the statement.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("slots_sum", 3, flags, |context| {
        let mut slots = slots(context)?;
        retain(&mut slots, context.get(1)?, context.get(2)?);
        Ok(slots.values().fold(0_i64, |sum, number| sum.saturating_add(*number)))
    })?;
    connection.create_scalar_function("slots_with", 5, flags, |context| {
        let mut slots = slots(context)?;
        let number = slots.entry(context.get(1)?).or_default();
        *number = number.saturating_add(context.get(2)?);
        retain(&mut slots, context.get(3)?, context.get(4)?);
        serde_json::to_string(&slots).map_err(fault)
    })
}

fn slots(context: &Context<'_>) -> rusqlite::Result<BTreeMap<i64, i64>> {
    serde_json::from_slice(context.get_raw(0).as_bytes()?).map_err(fault)
}

fn retain(slots: &mut BTreeMap<i64, i64>, after: i64, until: i64) {
    slots.retain(|slot, _| after < *slot && *slot <= until);
}

fn fault(why: serde_json::Error) -> Error {
    Error::UserFunctionError(why.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        connection
    }

    /// The same, by what SQLite has of its own.
    const SUM: &str = "SELECT coalesce(sum(value), 0) FROM json_each(?1)
         WHERE CAST(key AS INTEGER) > ?2 AND CAST(key AS INTEGER) <= ?3";
    const WITH: &str = "SELECT json_group_object(slot, number)
         FROM (SELECT CAST(key AS TEXT) AS slot, sum(value) AS number
               FROM (SELECT key, value FROM json_each(?1) UNION ALL SELECT ?2, ?3)
               WHERE CAST(key AS INTEGER) > ?4 AND CAST(key AS INTEGER) <= ?5
               GROUP BY CAST(key AS INTEGER) ORDER BY CAST(key AS INTEGER))";

    #[test]
    fn they_say_what_the_functions_for_json_say() {
        let connection = connection();
        let counter = proptest::collection::btree_map(-9_i64..60, -5_i64..1_000_000, 0..24);
        let more = (-9_i64..60, -9_i64..1_000_000);
        let window = (-10_i64..70, -10_i64..70);
        proptest!(|(counter in counter, (slot, number) in more, (after, until) in window)| {
            let text = serde_json::to_string(&counter).unwrap();
            let sum = |sql: &str| -> i64 {
                connection.query_row(sql, (&text, after, until), |row| row.get(0)).unwrap()
            };
            prop_assert_eq!(sum("SELECT slots_sum(?1, ?2, ?3)"), sum(SUM));
            let with = |sql: &str| -> String {
                connection.query_row(sql, (&text, slot, number, after, until), |row| row.get(0)).unwrap()
            };
            prop_assert_eq!(with("SELECT slots_with(?1, ?2, ?3, ?4, ?5)"), with(WITH));
        });
    }

    #[test]
    fn what_is_no_counter_is_an_error_of_the_statement() {
        let connection = connection();
        for text in ["''", "NULL", "1", "x'00'", "'null'", "'[]'", "'{'", "'{\"a\":1}'", "'{\"1\":\"b\"}'"] {
            for sql in
                [format!("SELECT slots_sum({text}, 0, 9)"), format!("SELECT slots_with({text}, 1, 1, 0, 9)")]
            {
                assert!(connection.query_row(&sql, [], |_| Ok(())).is_err(), "{sql}");
            }
        }
        let most = format!("SELECT slots_sum('{{\"1\":{0},\"2\":{0}}}', 0, 9)", i64::MAX);
        let sum: i64 = connection.query_row(&most, [], |row| row.get(0)).unwrap();
        assert_eq!(sum, i64::MAX, "no limit is larger");
    }

    #[test]
    fn no_schema_can_call_them() {
        let connection = connection();
        connection.execute_batch("CREATE VIEW v AS SELECT slots_sum('{}', 0, 9)").unwrap();
        assert!(connection.query_row("SELECT * FROM v", [], |_| Ok(())).is_err());
    }
}
