use super::*;

#[tokio::test]
async fn a_store_whose_writer_has_died_is_not_ready_but_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&Storage::Sqlite(folder.path().join("store.db"))).unwrap();
    store.ready().await.unwrap();
    store.writer.alone(Box::new(|_| panic!("a defect, on purpose"))).await.unwrap();
    while !store.writer.has_ended() {
        tokio::task::yield_now().await;
    }
    assert!(store.ready().await.is_err());
    assert!(store.sweep(Timestamp::from_unix(0), 1).await.is_err());
    assert!(store.grant(&GrantId::from_entropy([1; 16])).await.unwrap().is_none());
}

#[test]
fn a_look_up_that_panics_takes_no_connection_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let store = SqliteStore::open(&Storage::Sqlite(folder.path().join("store.db"))).unwrap();
    for _ in 0..=READERS {
        let look_up = || runtime.block_on(store.read::<()>(|_| panic!("a defect, on purpose")));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(look_up)).is_err());
    }
    runtime.block_on(store.ready()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_a_locked_database_hears_in_time_and_whoever_asks_at_once_shares_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = SqliteStore::open(&Storage::Sqlite(path.clone())).unwrap();
    let written = |store: &SqliteStore| {
        let read = |it: &Connection| Ok(it.query_row("SELECT probes FROM service", [], |row| row.get(0))?);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(store.read::<i64>(read)))
    };
    for _ in 0..50 {
        store.ready().await.unwrap();
    }
    assert!(written(&store).unwrap() <= 2, "fifty questions within a moment are one or two writes");
    let locker = DatabasePlace::File(path).writer().unwrap();
    locker.execute_batch("BEGIN IMMEDIATE").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let asked = tokio::time::Instant::now();
    assert!(store.ready().await.is_err());
    assert!(asked.elapsed() < std::time::Duration::from_secs(4));
    locker.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test]
async fn a_broken_row_is_our_fault_not_an_absent_one() {
    let store = SqliteStore::open(&Storage::Memory).unwrap();
    let broken = "INSERT INTO grants (id, device_code, user_code, state, terms, interval_ms, forget_at)
                  VALUES ('AQEBAQEBAQEBAQEBAQEBAQ', zeroblob(32), zeroblob(32), 'pending', '{}', 1, 1)";
    let insert = move |it: &mut Connection| it.execute_batch(broken).unwrap();
    store.writer.alone(Box::new(insert)).await.unwrap();
    assert!(store.grant(&GrantId::from_entropy([1; 16])).await.is_err());
}

/// Each row is wrong in exactly one way; the first of each kind is right.
#[test]
fn the_tables_hold_each_state_to_its_columns() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let digest = "zeroblob(32)";
    let insert = |table: &str, columns: &str, values: &str| {
        let keys = match table {
            "grants" => (
                "id, device_code, user_code, terms, forget_at",
                "'a', randomblob(32), randomblob(32), '{}', 1",
            ),
            "authorizations" => ("id, terms, forget_at", "'a', '{}', 1"),
            _ => ("id, handle, request_state, request, expires_at, forget_at", "'a', 'b', 'c', '{}', 1, 2"),
        };
        let (key_names, key_values) = keys;
        let sql = format!("INSERT INTO {table} ({key_names}, {columns}) VALUES ({key_values}, {values})");
        let done = connection.execute(&sql, []).is_ok();
        connection.execute(&format!("DELETE FROM {table}"), []).unwrap();
        done
    };

    let grant = |columns: &str, values: &str| insert("grants", columns, values);
    assert!(grant("state, interval_ms", "'pending', 5000"));
    assert!(!grant("state", "'pending'"));
    assert!(!grant("state, interval_ms, token", "'pending', 5000, 't'"));
    assert!(!grant("state, interval_ms, claimed_by", "'pending', 5000, zeroblob(31)"));
    assert!(!grant("state, interval_ms", "'expired', 5000"));
    assert!(grant("state, admission", "'approved', '{}'"));
    assert!(!grant("state", "'approved'"));
    assert!(!grant("state, admission, last_polled", "'approved', '{}', 1"));
    assert!(grant("state, denial_reason", "'denied', 'nothing_earned'"));
    assert!(!grant("state, denial_reason, claimed_by", "'denied', 'nothing_earned', zeroblob(32)"));
    assert!(grant("state, token", "'redeemed', 't'"));
    assert!(!grant("state, token, admission", "'redeemed', 't', '{}'"));

    let authorization = |columns: &str, values: &str| insert("authorizations", columns, values);
    let granted = "state, code, code_expires_at, admission";
    assert!(authorization("state, browser", &format!("'pending', {digest}")));
    assert!(!authorization("state", "'pending'"));
    assert!(!authorization("state, browser, code", &format!("'pending', {digest}, {digest}")));
    assert!(!authorization("state, browser", "'pending', zeroblob(31)"));
    assert!(authorization(granted, &format!("'granted', {digest}, 1, '{{}}'")));
    assert!(!authorization(granted, "'granted', NULL, 1, '{}'"));
    assert!(!authorization(granted, &format!("'granted', {digest}, NULL, '{{}}'")));
    assert!(!authorization(granted, &format!("'granted', {digest}, 1, NULL")));
    assert!(authorization("state, refusal_reason", "'refused', 'nothing_earned'"));
    assert!(!authorization("state, refusal_reason, code", &format!("'refused', 'nothing_earned', {digest}")));
    assert!(authorization("state, code, token", &format!("'redeemed', {digest}, 't'")));
    assert!(!authorization("state, token", "'redeemed', 't'"));
    assert!(!authorization("state, code, token, admission", &format!("'redeemed', {digest}, 't', '{{}}'")));
    assert!(!authorization("state, browser", &format!("'expired', {digest}")));

    let presentation = |columns: &str, values: &str| insert("presentations", columns, values);
    assert!(presentation("state", "'begun'"));
    assert!(!presentation("state, browser", "'begun', zeroblob(32)"));
    assert!(!presentation("state, response_code", "'begun', zeroblob(32)"));
    let served = "state, browser, tries, report";
    assert!(presentation(served, &format!("'served', {digest}, 0, NULL")));
    assert!(presentation(served, &format!("'served', {digest}, 1, '{{}}'")));
    assert!(!presentation(served, &format!("'served', {digest}, 1, NULL")));
    assert!(!presentation(served, &format!("'served', {digest}, 0, '{{}}'")));
    assert!(!presentation(served, "'served', NULL, 0, NULL"));
    assert!(presentation("state, answer_key", "'begun', '{}'"));
    assert!(presentation("state, browser, tries, answer_key", &format!("'served', {digest}, 0, '{{}}'")));
    let awaiting = "state, browser, outcome, report, proven, answered_at, return_code, answer_key";
    let waits = |values: &str| presentation(awaiting, &format!("'awaiting_return', {values}"));
    assert!(waits(&format!("{digest}, 'verified', '{{}}', '{{}}', 1, {digest}, NULL")));
    assert!(!waits(&format!("NULL, 'verified', '{{}}', '{{}}', 1, {digest}, NULL")));
    assert!(
        !waits(&format!("{digest}, 'rejected', '{{}}', NULL, 1, {digest}, NULL")),
        "refusals do not wait"
    );
    assert!(!waits(&format!("{digest}, 'verified', '{{}}', NULL, 1, {digest}, NULL")));
    assert!(!waits(&format!("{digest}, 'verified', '{{}}', '{{}}', NULL, {digest}, NULL")));
    assert!(!waits(&format!("{digest}, 'verified', '{{}}', '{{}}', 1, NULL, NULL")));
    assert!(!waits(&format!("{digest}, 'verified', '{{}}', '{{}}', 1, {digest}, '{{}}'")), "the key is gone");
    let settled = "state, settled_at, browser, outcome, report, proven, wallet_error";
    let good = |values: &str| presentation(settled, &format!("'settled', 1, {digest}, {values}"));
    assert!(good("'verified', '{}', '{}', NULL"));
    assert!(!good("'verified', NULL, '{}', NULL"));
    assert!(!good("'verified', '{}', NULL, NULL"));
    assert!(good("'rejected', '{}', NULL, NULL"));
    assert!(!good("'rejected', '{}', '{}', NULL"));
    assert!(good("'declined', NULL, NULL, 'access_denied'"));
    assert!(!good("'declined', NULL, NULL, NULL"));
    assert!(!good("'expired', NULL, NULL, NULL"));
    assert!(!good("NULL, NULL, NULL, NULL"));
    let more = "state, settled_at, browser, outcome, wallet_error, answer_key, return_code";
    let with = |values: &str| {
        presentation(more, &format!("'settled', 1, {digest}, 'declined', 'access_denied', {values}"))
    };
    assert!(with("NULL, NULL"));
    assert!(!with("'{}', NULL"));
    assert!(!with(&format!("NULL, {digest}")));
}
