//! Counters: one row for each thing that is counted and whose it is, with a count for each slot of time. The
//! limit is in the `WHERE` of the statement that counts, so it holds for those that arrive together.
//!
//! Narrow counters come before wide ones, and what was counted stays counted when a wider one refuses: whoever
//! guesses uses up what is their own. A right code is not counted, but passes the same counters.
//!
//! Each store has its own words here: in SQLite the counts are a JSON object, from the beginning of a slot to a
//! number; in PostgreSQL two arrays.

use super::{Cell, Rows, Sql, Step, Unchanged};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::attempts::{Attempt, Barrier, Limited};

/// Counts `$7`, or nothing where the code `$5` is that of a pending grant that is remembered after `$6`. Refused
/// when `$10` were counted; when `$11` were counted, too, as long as the counter `$12` of `$13` has reached `$16`.
/// Slots that are forgotten, or were written by a clock that was ahead, go.
const COUNT: Sql = Sql {
    sqlite: ANY_IN_SQLITE,
    sqlite_first: Some(COUNTED_BEFORE_IN_SQLITE),
    postgres: IN_POSTGRES,
    rows: Rows::NewWithin,
};

/// The counter `attempts.slots` of SQLite, or a new one, with what is counted. `sqlite/functions.rs` has what SQLite
/// has not.
macro_rules! counted_in {
    ($slots:literal) => {
        concat!(
            "slots_with(",
            $slots,
            ", ?3,
                CASE WHEN EXISTS (SELECT 1 FROM grants
                                  WHERE user_code = ?5 AND state = 'pending' AND forget_at > ?6)
                     THEN 0 ELSE ?7 END, ?8, ?9)"
        )
    };
}

/// Whether the limits of `attempts` let one in.
macro_rules! within_limits {
    () => {
        "slots_sum(attempts.slots, ?8, ?9) < ?10
            AND (?12 IS NULL OR slots_sum(attempts.slots, ?8, ?9) < ?11
                 OR coalesce((SELECT slots_sum(other.slots, ?14, ?15) FROM attempts AS other
                              WHERE other.what = ?12 AND other.who = ?13), 0) < ?16)"
    };
}

const ANY_IN_SQLITE: &str = concat!(
    "INSERT INTO attempts (what, who, newest, forget_at, slots)
     VALUES (?1, ?2, ?3, ?4, ",
    counted_in!("'{}'"),
    ")
     ON CONFLICT (what, who) DO UPDATE
     SET slots = ",
    counted_in!("attempts.slots"),
    ",
         newest = max(excluded.newest, min(attempts.newest, ?9)),
         forget_at = max(excluded.forget_at, min(attempts.forget_at, excluded.forget_at + ?9 - ?3))
     WHERE ",
    within_limits!()
);

/// The same where the times of the row stay as they are: the indexes on them are not touched then, whose pages would
/// go to the disk with each count.
const COUNTED_BEFORE_IN_SQLITE: &str = concat!(
    "UPDATE attempts SET slots = ",
    counted_in!("attempts.slots"),
    " WHERE what = ?1 AND who = ?2 AND newest BETWEEN ?3 AND ?9 AND forget_at BETWEEN ?4 AND ?4 + ?9 - ?3 AND ",
    within_limits!()
);

/// The counter that another one depends on is locked before it is read: it decides.
const IN_POSTGRES: &str = "
    INSERT INTO attempts AS own (what, who, newest, forget_at, slots, counts)
    SELECT $1, $2, $3::bigint, $4, ARRAY[$3::bigint],
           ARRAY[CASE WHEN EXISTS (SELECT 1 FROM grants
                                   WHERE user_code = $5 AND state = 'pending' AND forget_at > $6)
                      THEN 0 ELSE $7::bigint END]
    WHERE TRUE /*AND*/
    ON CONFLICT (what, who) DO UPDATE
    SET (slots, counts) =
            (SELECT coalesce(array_agg(slot ORDER BY slot), '{}'), coalesce(array_agg(number ORDER BY slot), '{}')
             FROM (SELECT slot, sum(number)::bigint AS number
                   FROM unnest(own.slots || excluded.slots, own.counts || excluded.counts) AS every(slot, number)
                   WHERE slot > $8 AND slot <= $9 GROUP BY slot) AS left_over),
        newest = greatest(excluded.newest, least(own.newest, $9)),
        forget_at = greatest(excluded.forget_at, least(own.forget_at, excluded.forget_at + $9 - $3))
    WHERE (SELECT coalesce(sum(number), 0)::bigint < $10
                  AND (coalesce(sum(number), 0)::bigint < $11
                       OR (SELECT coalesce(sum(one.number), 0)::bigint
                           FROM (SELECT slots, counts FROM attempts WHERE what = $12 AND who = $13
                                 FOR NO KEY UPDATE) AS other,
                                unnest(other.slots, other.counts) AS one(slot, number)
                           WHERE one.slot > $14 AND one.slot <= $15) < $16)
           FROM unnest(own.slots, own.counts) AS counted(slot, number) WHERE slot > $8 AND slot <= $9)";

/// A user code, and after what time its grant must be remembered to be alive.
type LiveCode = Option<(Digest, Timestamp)>;

/// What one counter is held against.
#[derive(Clone, Copy)]
struct CounterLimits<'a> {
    /// So many, whatever else.
    most: i64,
    /// So many, as long as another counter has reached its limit.
    while_reached: Option<(i64, &'a Attempt)>,
}

/// Passes every barrier and counts; with the code of a pending grant it passes without counting. One statement for
/// each counter.
pub(super) fn within(limited: &Limited, unless_live: LiveCode) -> Vec<Step> {
    let is_counted = |barrier: &&Barrier| limited.counted.iter().any(|one| one.same_counter(barrier.limit()));
    let guards = limited.barriers.iter().filter(|barrier| !is_counted(barrier)).map(|barrier| {
        let limits = limits_of([barrier]);
        step(barrier.limit(), 0, limits, unless_live)
    });
    let counts = limited.counted.iter().map(|attempt| {
        let own = limited.barriers.iter().filter(|barrier| barrier.limit().same_counter(attempt));
        let mut limits = limits_of(own);
        // All of them fit, or none is counted.
        limits.most = limits.most.saturating_sub(attempt.change() - 1);
        step(attempt, attempt.change(), limits, unless_live)
    });
    guards.chain(counts).collect()
}

/// The narrowest of each kind.
fn limits_of<'a>(barriers: impl IntoIterator<Item = &'a Barrier>) -> CounterLimits<'a> {
    let mut limits = CounterLimits { most: i64::MAX, while_reached: None };
    for barrier in barriers {
        let most = i64::from(barrier.limit().most());
        match (barrier.only_while(), limits.while_reached) {
            (None, _) => limits.most = limits.most.min(most),
            (Some(_), Some((before, _))) if before <= most => {}
            (Some(other), _) => limits.while_reached = Some((most, other)),
        }
    }
    limits
}

/// Counts without a limit.
pub(super) fn count(attempt: &Attempt) -> Step {
    step(attempt, attempt.change(), limits_of([]), None)
}

fn step(attempt: &Attempt, increment: i64, limits: CounterLimits<'_>, unless_live: LiveCode) -> Step {
    let other = limits.while_reached.map(|(_, other)| other);
    let cells = vec![
        attempt.what().name().into(),
        attempt.who().into(),
        attempt.slot().into(),
        attempt.forgotten_at().into(),
        unless_live.as_ref().map(|(code, _)| code).into(),
        unless_live.map(|(_, alive_after)| alive_after).into(),
        increment.into(),
        attempt.counted_after().into(),
        attempt.counted_until().into(),
        limits.most.into(),
        limits.while_reached.map_or(i64::MAX, |(most, _)| most).into(),
        other.map(|other| other.what().name()).into(),
        other.map(Attempt::who).into(),
        other.map(Attempt::counted_after).into(),
        other.map(Attempt::counted_until).into(),
        Cell::Integer(other.map_or(0, |other| other.most().into())),
    ];
    Step { sql: COUNT, cells, unchanged: Unchanged::KeepCounts }
}
