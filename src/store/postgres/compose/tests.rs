use super::*;
use crate::store::steps::{Sql, delete, insert, update};

const TAKE: Sql = update!("grants", "state = 'approved', admission = $1", "id = $2 AND state = 'pending'");
const SETTLE: Sql = update!("presentations", "state = $1", "id = $2");
const NEW: Sql = insert!("token_families (id, origin)", "$1, $2");
const GONE: Sql = delete!("pushed_requests", "handle = $1");
const COUNT: Sql = Sql {
    sqlite: "",
    sqlite_first: None,
    postgres: "INSERT INTO attempts AS own (what) SELECT $1 WHERE TRUE /*AND*/ ON CONFLICT (what) DO UPDATE SET n = 1
               WHERE (SELECT n FROM attempts AS other, unnest(own.slots) AS s WHERE x IS DISTINCT FROM 'from FROM a')",
    rows: Rows::NewWithin,
};

fn step(sql: Sql, unchanged: Unchanged) -> Shape {
    let cells = (1..20).take_while(|number| sql.postgres.contains(&format!("${number}"))).count();
    Shape { text: sql.postgres, rows: sql.rows, unchanged, cells }
}

fn sql(steps: &[Shape]) -> String {
    compose(steps, "\"s\"").0
}

#[test]
fn one_step_is_itself() {
    let one = sql(&[step(TAKE, Unchanged::Undo)]);
    assert_eq!(
        one,
        "UPDATE \"s\".grants SET state = 'approved', admission = $1 WHERE id = $2 AND state = 'pending'"
    );
}

#[test]
fn what_is_taken_first_lets_the_rest_be_written() {
    assert_eq!(
        sql(&[step(GONE, Unchanged::Undo), step(NEW, Unchanged::Undo)]),
        "WITH w0 AS (DELETE FROM \"s\".pushed_requests WHERE handle = $1 RETURNING 1), \
         w1 AS (INSERT INTO \"s\".token_families (id, origin) SELECT $2, $3 WHERE TRUE AND EXISTS (SELECT 1 FROM w0) \
         RETURNING 1) SELECT 1 FROM w1"
    );
}

#[test]
fn of_two_that_may_be_lost_the_first_is_locked_and_written_when_the_second_has_won() {
    assert_eq!(
        sql(&[step(TAKE, Unchanged::Undo), step(SETTLE, Unchanged::Undo)]),
        "WITH l0 AS MATERIALIZED (SELECT 1 FROM \"s\".grants WHERE id = $2 AND state = 'pending' FOR NO KEY UPDATE), \
         w1 AS (UPDATE \"s\".presentations SET state = $3 WHERE id = $4 AND EXISTS (SELECT 1 FROM l0) RETURNING 1), \
         w0 AS (UPDATE \"s\".grants SET state = 'approved', admission = $1 WHERE id = $2 AND state = 'pending' \
         AND EXISTS (SELECT 1 FROM w1) RETURNING 1) SELECT 1 FROM w0"
    );
}

#[test]
fn what_comes_first_in_the_order_of_locks_is_locked_first_though_it_need_not_be_there() {
    const FIRST: Sql = delete!(Rows::FoundFirst, "sessions", "id = $1");
    const FAMILY: Sql = delete!("token_families", "id = $1");
    assert_eq!(
        sql(&[step(FIRST, Unchanged::GoOn), step(FAMILY, Unchanged::Undo), step(NEW, Unchanged::Undo)]),
        "WITH l0 AS MATERIALIZED (SELECT 1 FROM \"s\".sessions WHERE id = $1 FOR UPDATE), \
         w1 AS (DELETE FROM \"s\".token_families WHERE id = $2 AND (SELECT count(*) FROM l0) >= 0 RETURNING 1), \
         w0 AS (DELETE FROM \"s\".sessions WHERE id = $1 AND EXISTS (SELECT 1 FROM w1) RETURNING 1), \
         w2 AS (INSERT INTO \"s\".token_families (id, origin) SELECT $3, $4 WHERE TRUE AND EXISTS (SELECT 1 FROM w1) \
         RETURNING 1) SELECT 1 FROM w2"
    );
}

#[test]
fn counters_come_first_and_stay_when_a_later_one_refuses() {
    let counted = sql(&[
        step(COUNT, Unchanged::KeepCounts),
        step(COUNT, Unchanged::KeepCounts),
        step(TAKE, Unchanged::GoOn),
    ]);
    assert!(
        counted.starts_with("WITH w0 AS (INSERT INTO \"s\".attempts AS own (what) SELECT $1 WHERE TRUE  ON")
    );
    assert!(counted.contains("w1 AS (INSERT INTO \"s\".attempts AS own (what) SELECT $2 WHERE TRUE  AND EXISTS (SELECT 1 FROM w0) ON"));
    assert!(counted.contains("FROM \"s\".attempts AS other, unnest(own.slots)"));
    assert!(counted.contains("FROM 'from FROM a')"), "{counted}");
    assert!(
        counted.contains("AND state = 'pending' AND EXISTS (SELECT 1 FROM w1) RETURNING 1) SELECT 1 FROM w1")
    );
    // Counted without a limit, but only when the state was left.
    let after = sql(&[step(TAKE, Unchanged::Undo), step(COUNT, Unchanged::KeepCounts)]);
    assert!(after.starts_with("WITH w0 AS (UPDATE") && after.ends_with("SELECT 1 FROM w1"), "{after}");
}
