//! Counters: one row for each thing that is counted and whose it is, with a count for each slot of time. The
//! limit is in the `WHERE` of the statement that counts, so it holds for those that arrive together.
//!
//! Narrow counters come before wide ones, and what was counted stays counted when a wider one refuses: whoever
//! guesses uses up what is their own. A right code is not counted, but passes the same counters.
//!
//! The one text in the words of SQLite alone: its counts are a JSON object, from the beginning of a slot to a
//! number.

use super::{Cell, Step, Unchanged};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::attempts::{Attempt, Barrier, Limited};

/// Counts `$7`, or nothing where the code `$5` is that of a pending grant that is remembered after `$6`. Refused
/// when `$10` were counted, but where the counter `$11` of `$12` is named only as long as that has reached
/// `$15`. Slots that are forgotten, or were written by a clock that was ahead, go.
const COUNT: &str = "
    INSERT INTO attempts (what, who, newest, forget_at, slots)
    VALUES ($1, $2, $3, $4, json_object(CAST($3 AS TEXT),
            CASE WHEN EXISTS (SELECT 1 FROM grants
                              WHERE user_code = $5 AND state = 'pending' AND forget_at > $6)
                 THEN 0 ELSE $7 END))
    ON CONFLICT (what, who) DO UPDATE
    SET slots = (SELECT json_group_object(slot, number)
                 FROM (SELECT key AS slot, sum(value) AS number
                       FROM (SELECT key, value FROM json_each(attempts.slots)
                             UNION ALL SELECT key, value FROM json_each(excluded.slots))
                       WHERE CAST(key AS INTEGER) > $8 AND CAST(key AS INTEGER) <= $9
                       GROUP BY key)),
        newest = max(excluded.newest, min(attempts.newest, $9)),
        forget_at = max(excluded.forget_at, min(attempts.forget_at, excluded.forget_at + $9 - $3))
    WHERE (SELECT coalesce(sum(value), 0) FROM json_each(attempts.slots)
           WHERE CAST(key AS INTEGER) > $8 AND CAST(key AS INTEGER) <= $9) < $10
       OR (SELECT coalesce(sum(counted.value), 0) FROM attempts AS other, json_each(other.slots) AS counted
           WHERE other.what = $11 AND other.who = $12
             AND CAST(counted.key AS INTEGER) > $13 AND CAST(counted.key AS INTEGER) <= $14) < $15";

/// A user code, and after what time its grant must be remembered to be alive.
type LiveCode = Option<(Digest, Timestamp)>;

/// Passes every barrier and counts; with the code of a pending grant it passes without counting.
pub(super) fn within(limited: &Limited, unless_live: LiveCode) -> Vec<Step> {
    let is_counted = |barrier: &Barrier| limited.counted.iter().any(|one| one.same_counter(barrier.limit()));
    let guards = limited.barriers.iter().filter(|it| it.only_while().is_some() || !is_counted(it));
    let guards = guards.map(|it| step(it.limit(), it.limit().most().into(), 0, it.only_while(), unless_live));
    let counts = limited.counted.iter().map(|attempt| {
        let own = limited.barriers.iter().filter(|it| it.only_while().is_none());
        let limits = own.map(Barrier::limit).filter(|limit| limit.same_counter(attempt));
        let most = limits.map(|limit| i64::from(limit.most())).min().unwrap_or(i64::MAX);
        step(attempt, most, 1, None, unless_live)
    });
    guards.chain(counts).collect()
}

/// Counts without a limit.
pub(super) fn count(attempt: &Attempt) -> Step {
    step(attempt, i64::MAX, 1, None, None)
}

fn step(
    attempt: &Attempt,
    most: i64,
    increment: i64,
    only_while: Option<&Attempt>,
    unless_live: LiveCode,
) -> Step {
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
        most.into(),
        only_while.map(|other| other.what().name()).into(),
        only_while.map(Attempt::who).into(),
        only_while.map(Attempt::counted_after).into(),
        only_while.map(Attempt::counted_until).into(),
        Cell::Integer(only_while.map_or(0, |other| other.most().into())),
    ];
    Step { sql: COUNT, cells, unchanged: Unchanged::KeepCounts }
}
