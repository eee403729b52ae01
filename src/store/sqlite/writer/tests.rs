use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::place::DatabasePlace;
use super::super::schema;
use super::*;
use crate::store::steps::{Sql, steps};
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::RequestParameters;
use vpgate_core::base::id::GrantId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, Barrier, CountedEvent, Limited};
use vpgate_core::oauth::device_grant::{DeviceGrantTerms, Pending};
use vpgate_core::oauth::polling::Pace;

fn connection() -> Connection {
    let mut connection = DatabasePlace::Memory.writer().unwrap();
    schema::migrate(&mut connection).unwrap();
    connection
}

fn writer() -> SqliteWriter {
    SqliteWriter::start(connection(), None, None).unwrap()
}

/// A grant of its own for each `number`.
fn open(number: u8) -> Change {
    let terms = DeviceGrantTerms {
        id: GrantId::from_entropy([number; 16]),
        client_id: "tv".to_owned(),
        scopes: Scopes::default(),
        parameters: RequestParameters::default(),
        openid: false,
        challenge: None,
        resource: None,
        dpop: None,
        device_label: None,
        created_at: Timestamp::from_unix(0),
        expires_at: Timestamp::from_unix(600),
    };
    Change::OpenGrant {
        grant: Pending::begin(terms, Pace::new(Duration::from_secs(5))),
        device_code: Digest::of(&[1, number]),
        user_code: Digest::of(&[2, number]),
        within: Limited::default(),
    }
}

/// One statement, which fails when it was made before.
fn spend(number: u8) -> Change {
    Change::SpendProof {
        id: Digest::of(&[3, number]),
        until: Timestamp::from_unix(600),
        by: Digest::of(b"me"),
    }
}

/// Holds the thread until the sender says so; then does `afterwards`.
async fn hold(
    writer: &SqliteWriter,
    afterwards: impl FnOnce() + Send + 'static,
) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel();
    let (reached, holding) = oneshot::channel();
    let work = move |_: &mut Connection| {
        reached.send(()).unwrap();
        held.recv().unwrap();
        afterwards();
    };
    writer.alone(Box::new(work)).await.unwrap();
    holding.await.unwrap();
    release
}

/// Puts all of them into one transaction: they queue up while the thread is held.
async fn together(writer: &SqliteWriter, changes: Vec<Change>) -> Vec<Result<(), NotCommitted>> {
    all_of_these(writer, changes.iter().map(|change| steps(change).unwrap()).collect()).await
}

async fn all_of_these(writer: &SqliteWriter, changes: Vec<Vec<Step>>) -> Vec<Result<(), NotCommitted>> {
    let release = hold(writer, || {}).await;
    let mut answers = Vec::new();
    for steps in changes {
        let (answer, outcome) = oneshot::channel();
        writer.accept(Job::Commit(QueuedWrite { steps, answer })).await.unwrap();
        answers.push(outcome);
    }
    release.send(()).unwrap();
    let mut outcomes = Vec::new();
    for answer in answers {
        outcomes.push(answer.await.unwrap());
    }
    outcomes
}

async fn ask<T: Send + 'static>(
    writer: &SqliteWriter,
    question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> T {
    let (answer, outcome) = oneshot::channel();
    let work = move |it: &mut Connection| drop(answer.send(question(it)));
    writer.alone(Box::new(work)).await.unwrap();
    outcome.await.unwrap().unwrap()
}

async fn grants(writer: &SqliteWriter) -> i64 {
    ask(writer, |it| it.query_row("SELECT count(*) FROM grants", [], |row| row.get(0))).await
}

#[tokio::test]
async fn a_lost_change_leaves_its_neighbours_alone() {
    let writer = writer();
    let outcomes = together(&writer, vec![open(1), open(1), spend(1), spend(1), open(2)]).await;
    let [Ok(()), Err(NotCommitted::Taken), Ok(()), Err(NotCommitted::Taken), Ok(())] = outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(grants(&writer).await, 2);
}

#[tokio::test]
async fn what_a_lost_change_did_before_it_was_lost_is_undone_and_nothing_else() {
    let writer = writer();
    let both = |one, other| [steps(&one).unwrap(), steps(&other).unwrap()].into_iter().flatten().collect();
    let changes = vec![
        both(spend(1), open(1)),
        both(open(2), spend(1)),
        both(spend(3), open(1)),
        both(open(2), spend(3)),
        both(spend(4), open(5)),
    ];
    let outcomes = all_of_these(&writer, changes).await;
    let [Ok(()), Err(NotCommitted::Taken), Err(NotCommitted::Taken), Ok(()), Ok(())] = outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(grants(&writer).await, 3);
}

#[tokio::test]
async fn nobody_is_told_yes_when_the_commit_fails() {
    let writer = writer();
    // A grant with this id breaks a promise that SQLite checks at the commit only.
    let trap = format!(
        "CREATE TABLE promised (id TEXT PRIMARY KEY) STRICT;
         CREATE TABLE promise (id TEXT REFERENCES promised DEFERRABLE INITIALLY DEFERRED) STRICT;
         CREATE TRIGGER trap AFTER INSERT ON grants WHEN new.id = '{}'
         BEGIN INSERT INTO promise VALUES (new.id); END",
        GrantId::from_entropy([9; 16])
    );
    ask(&writer, move |it| it.execute_batch(&trap)).await;
    let outcomes = together(&writer, vec![open(1), open(9), open(1), open(2)]).await;
    assert_eq!(outcomes.len(), 4);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(NotCommitted::Unknown(_))), "{outcome:?}");
    }
    assert_eq!(grants(&writer).await, 0);
    // The failure is over with its transaction.
    writer.commit(steps(&open(1)).unwrap()).await.unwrap();
    assert_eq!(grants(&writer).await, 1);
}

#[tokio::test]
async fn a_transaction_that_ends_by_itself_takes_all_of_its_changes_along() {
    let of_grant_9 = format!("grants WHEN new.id = '{}'", GrantId::from_entropy([9; 16]));
    for (trapped, ends_it) in [(of_grant_9.as_str(), open(9)), ("dpop_proofs", spend(9))] {
        let writer = writer();
        let trap = format!(
            "CREATE TRIGGER trap BEFORE INSERT ON {trapped}
             BEGIN SELECT RAISE(ROLLBACK, 'the whole transaction'); END"
        );
        ask(&writer, move |it| it.execute_batch(&trap)).await;
        let outcomes = together(&writer, vec![open(1), ends_it, open(2)]).await;
        assert_eq!(outcomes.len(), 3);
        for outcome in outcomes {
            assert!(matches!(outcome, Err(NotCommitted::NotSent(_))), "{outcome:?}");
        }
        assert_eq!(grants(&writer).await, 0);
    }
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait_and_loses_nobody() {
    let writer = Arc::new(writer());
    let release = hold(&writer, || {}).await;
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..2 * QUEUE {
        let writer = Arc::clone(&writer);
        let change = open(u8::try_from(number % 256).unwrap());
        callers.spawn(async move { writer.commit(steps(&change).unwrap()).await.is_ok() });
    }
    while writer.jobs.capacity() > 0 {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    let outcomes = callers.join_all().await;
    assert_eq!(outcomes.len(), 2 * QUEUE);
    assert_eq!(outcomes.into_iter().filter(|opened| *opened).count(), 256);
}

#[tokio::test]
async fn when_the_thread_has_died_everybody_is_told() {
    let writer = writer();
    let release = hold(&writer, || panic!("a defect, on purpose")).await;
    let (answer, accepted) = oneshot::channel();
    writer.accept(Job::Commit(QueuedWrite { steps: steps(&open(1)).unwrap(), answer })).await.unwrap();
    release.send(()).unwrap();
    assert!(accepted.await.is_err(), "accepted, but never answered");
    let late = writer.commit(steps(&open(2)).unwrap()).await;
    assert!(matches!(late, Err(NotCommitted::NotSent(_))), "{late:?}");
    writer.close().await;
}

/// What is counted for `who` by a clock that stands at `at`, in one of the ways in which something is.
fn count(who: u8, at: i64, way: u8, number: u32) -> Change {
    let window = Duration::from_secs(600);
    let of = |who: u8, most, at| {
        let at = Timestamp::from_unix(1_800_000_000 + at);
        Attempt::new(CountedEvent::WrongCode, Digest::of(&[who]), most, window, at)
    };
    let (own, all) = (of(who, 9, at), of(99, 20, at));
    match way {
        0 => Change::Count(own.times(number)),
        1 => Change::Count(own.giving_back(number, of(who, 9, at - i64::from(number) * 50).slot())),
        2 => Change::Reserve(Limited::each([own.times(number), all])),
        _ => Change::Reserve(Limited {
            barriers: vec![Barrier::while_reached(all, own)],
            counted: vec![own, of(99, u32::MAX, at)],
        }),
    }
}

#[test]
fn a_counter_is_the_same_whichever_statement_counts() {
    let (one, other) = (connection(), connection());
    // Clocks go on, differ by seconds, and are set.
    let jump = prop_oneof![6 => -9_i64..40, 1 => -2000_i64..2000];
    let histories = proptest::collection::vec((0_u8..3, jump, 0_u8..4, 1_u32..4), 1..60);
    let run = |history: Vec<(u8, i64, u8, u32)>| {
        let mut at = 0;
        for (who, jump, way, number) in history {
            at += jump;
            for step in steps(&count(who, at, way, number)).unwrap() {
                let changed = execute(&one, &step).unwrap();
                let general = Step { sql: Sql { sqlite_first: None, ..step.sql }, ..step };
                prop_assert_eq!(changed, execute(&other, &general).unwrap());
            }
            prop_assert_eq!(counters(&one), counters(&other));
        }
        for connection in [&one, &other] {
            connection.execute("DELETE FROM attempts", []).unwrap();
        }
        Ok(())
    };
    TestRunner::new(Config::with_cases(64)).run(&histories, run).unwrap();
}

fn counters(connection: &Connection) -> Vec<(Vec<u8>, String, i64, i64)> {
    let mut statement =
        connection.prepare_cached("SELECT who, slots, newest, forget_at FROM attempts ORDER BY who").unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[test]
fn counting_within_a_slot_writes_to_no_index() {
    let connection = connection();
    let step = steps(&count(1, 0, 0, 1)).unwrap().pop().unwrap();
    let first = step.sql.sqlite_first.unwrap();
    let short = || connection.prepare(first).unwrap().execute(params_from_iter(&step.cells)).unwrap();
    assert_eq!(short(), 0, "there is none to add to");
    assert_eq!(execute(&connection, &step).unwrap(), 1);
    assert_eq!(short(), 1);
    let written: Vec<String> = connection
        .prepare(&format!("EXPLAIN {first}"))
        .unwrap()
        .query_map(params_from_iter(&step.cells), |row| row.get("opcode"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|opcode: &String| opcode == "OpenWrite")
        .collect();
    assert_eq!(written.len(), 1, "the table alone");
}
