//! Databases of every earlier version: each is made by its migrations, with rows as that version wrote them
//! (`fixtures/schema`), and opened by the program of today.

use rusqlite::Connection;
use serde_json::to_value;

use super::*;
use crate::config::Storage;
use crate::flow::ports::Store as _;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::place::DatabasePlace;
use vpgate_core::base::id::{AuthorizationId, FamilyId, GrantId, PresentationId, RequestState};
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, CountedEvent};
use vpgate_core::oauth::code_grant::CodeGrant;
use vpgate_core::oauth::device_grant::{DenialReason, DeviceGrant};
use vpgate_core::openid4vp::presentation::{Presentation, PresentationOutcome};
use vpgate_core::openid4vp::request::{DcApiRequest, OnRejection, Profile};
use vpgate_core::openid4vp::retention::Retention;

macro_rules! rows {
    ($($name:literal)*) => {
        [$(include_str!(concat!("../../../../fixtures/schema/", $name, ".sql"))),*]
    };
}

/// What each version that ever was in use had written before the next one came.
const ROWS: [&str; 9] = rows!(
    "0001_grants_and_presentations"
    "0002_posted_answers"
    "0003_tokens"
    "0004_authorizations"
    "0005_device_limits"
    "0006_service"
    "0007_undecided_answers"
    "0008_the_same_answer_again"
    "0009_open_presentations"
);

const NOW: Timestamp = Timestamp::from_unix(1_800_000_010);

/// A database that was used by every version up to `version`, opened by this program.
struct Aged {
    store: std::sync::Arc<SqliteStore>,
    _folder: tempfile::TempDir,
}

impl Aged {
    fn of(version: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let connection = DatabasePlace::File(path.clone()).writer().unwrap();
        for (migration, rows) in MIGRATIONS.iter().zip(ROWS).take(version) {
            connection.execute_batch(migration.sql()).unwrap();
            connection.execute_batch(rows).unwrap();
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
        drop(connection);
        let storage = Storage::Sqlite(path);
        let refused = SqliteStore::open(&storage).map(drop);
        assert!(matches!(refused, Err(OpenFault::Older { found, .. }) if found == version), "{version}");
        crate::store::sqlite::migrate(&storage).unwrap();
        add_unheard_of_members(&storage);
        Self { store: SqliteStore::open(&storage).unwrap(), _folder: folder }
    }

    async fn grant(&self, byte: u8) -> DeviceGrant {
        self.store.grant(&GrantId::from_entropy([byte; 16])).await.unwrap().unwrap()
    }

    async fn presentation(&self, byte: u8) -> Option<Presentation> {
        self.store.presentation(&PresentationId::from_entropy([byte; 16])).await.unwrap()
    }

    async fn authorization(&self, byte: u8) -> CodeGrant {
        self.store.authorization(&AuthorizationId::from_entropy([byte; 16])).await.unwrap().unwrap()
    }
}

fn digest(byte: u8) -> Digest {
    Digest::from_slice(&[byte; 32]).unwrap()
}

#[test]
fn there_are_rows_of_every_version_but_the_newest() {
    assert!(ROWS.len() < MIGRATIONS.len());
}

#[tokio::test]
async fn grants_of_every_version_go_on() {
    for version in 1..=ROWS.len() {
        let aged = Aged::of(version);
        let DeviceGrant::Pending(pending) = aged.grant(1).await else { panic!("{version}") };
        let paces = vec![(pending.terms().id.clone(), pending.pace())];
        assert_eq!(
            aged.store.grant_by_device_code(&digest(1)).await.unwrap().unwrap().terms().client_id,
            "tv"
        );
        aged.store.write_paces(paces).await.unwrap();
        assert_eq!(aged.store.pending_pace(&digest(1)).await.unwrap(), Some(pending.pace()));
        let DeviceGrant::Approved(approved) = aged.grant(2).await else { panic!("{version}") };
        assert_eq!(approved.admission().scopes().to_string(), "basic");
        let DeviceGrant::Denied(denied) = aged.grant(3).await else { panic!("{version}") };
        assert_eq!(denied.reason(), DenialReason::NothingEarned);
        assert!(matches!(aged.grant(4).await, DeviceGrant::Redeemed(_)), "{version}");
        let DeviceGrant::Pending(pending) = aged.grant(1).await else { panic!("{version}") };
        let denied = pending.deny(DenialReason::NothingEarned, NOW).unwrap();
        aged.store.commit(&Change::DenyGrant(denied)).await.unwrap();
    }
}

/// Those of the first version are begun again: its successor says so.
#[tokio::test]
async fn presentations_go_on_from_the_second_version_on() {
    for version in 1..=ROWS.len() {
        let aged = Aged::of(version);
        assert!(version > 1 || aged.presentation(20).await.is_none(), "{version}");
        if version < 2 {
            continue;
        }
        let Some(Presentation::Begun(begun)) = aged.presentation(21).await else { panic!("{version}") };
        let asked = begun.request();
        assert_eq!((asked.wallet.as_str(), asked.verifier_id.as_str()), ("proof", "caxdw5a7d"));
        assert_eq!((asked.profile, asked.on_rejection), (Profile::Proof, OnRejection::Redirect));
        assert_eq!((&*asked.origin, asked.requester.client_id()), ("https://verify.example:8443", "shop"));
        assert_eq!((asked.login_hint.as_deref(), asked.dc_api), (Some("ada@example.com"), None));
        let served = begun.serve(digest(7), NOW).unwrap();
        aged.store.commit(&Change::ServePresentation(served)).await.unwrap();
        let Some(Presentation::Served(served)) = aged.presentation(21).await else { panic!("{version}") };
        assert!(served.answered_by(&digest(7), NOW).is_ok());

        let state = RequestState::from_entropy([22 + 120; 16]);
        let posted = aged.store.presentation_by_state(&state).await.unwrap();
        let Some(Presentation::Served(served)) = posted else { panic!("{version}") };
        assert_eq!((served.tries().used, served.tries().undecided), (1, 0));
        assert!(served.answered_by_wallet(digest(1), NOW).is_ok());

        let Some(Presentation::AwaitingReturn(awaiting)) = aged.presentation(23).await else {
            panic!("{version}")
        };
        let presentation = awaiting.returned(&digest(7), &digest(8), None, NOW).unwrap();
        let back = Change::Return { presentation, return_code: digest(8), grant: None };
        aged.store.commit(&back).await.unwrap();

        let Some(Presentation::Settled(settled)) = aged.presentation(24).await else { panic!("{version}") };
        let PresentationOutcome::Verified { presentation, .. } = settled.outcome() else {
            panic!("{version}")
        };
        assert_eq!(to_value(presentation).unwrap()["credentials"]["person"]["claims"]["given_name"], "Ada");
        let id = settled.request().id.clone();
        aged.store
            .commit(&Change::CollectResult {
                id,
                response_code: digest(9),
                at: NOW,
                retention: Retention::default(),
            })
            .await
            .unwrap();
        let Some(Presentation::Settled(settled)) = aged.presentation(25).await else { panic!("{version}") };
        assert!(matches!(settled.outcome(), PresentationOutcome::Declined { .. }));

        let Some(Presentation::Served(by_api)) = aged.presentation(26).await else { panic!("{version}") };
        assert_eq!(by_api.request().dc_api, Some(DcApiRequest::Signed));
        assert_eq!(by_api.request().audience(), "origin:https://verify.example:8443");
    }
}

#[tokio::test]
async fn what_later_versions_added_to_presentations_is_kept() {
    let aged = Aged::of(ROWS.len());
    let Some(Presentation::Served(served)) = aged.presentation(27).await else { panic!() };
    assert_eq!((served.tries().used, served.tries().undecided), (1, 1));
    let Some(Presentation::AwaitingReturn(awaiting)) = aged.presentation(28).await else { panic!() };
    assert_eq!(awaiting.answer(), Some(&digest(28)));
    let Some(Presentation::Begun(begun)) = aged.presentation(29).await else { panic!() };
    assert_eq!(begun.request().wallet_issuer.as_deref(), Some("https://wallet.example"));
    assert_eq!(aged.store.open_presentations("shop", NOW).await.unwrap().count, 1);
}

#[tokio::test]
async fn tokens_of_every_version_still_work_and_can_be_revoked() {
    for version in 3..=ROWS.len() {
        let aged = Aged::of(version);
        let (access, family) = aged.store.access_token(&digest(31)).await.unwrap().unwrap();
        assert_eq!(access.scopes.to_string(), "basic");
        let refresh = family.refresh().copied().unwrap();
        assert_eq!((refresh.lineage, refresh.current), (digest(32), digest(33)));
        assert!(aged.store.family_by_lineage(&digest(32)).await.unwrap().is_some());
        let until = NOW;
        let again = aged.store.commit(&Change::SpendProof { id: digest(34), until, by: digest(35) }).await;
        assert!(matches!(again, Err(crate::flow::ports::NotCommitted::Taken)), "{version}");
        let id = FamilyId::from_entropy([30; 16]);
        aged.store.commit(&Change::RevokeFamily(id)).await.unwrap();
        assert!(aged.store.access_token(&digest(31)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn authorizations_of_every_version_go_on() {
    for version in 4..=ROWS.len() {
        let aged = Aged::of(version);
        let CodeGrant::Pending(pending) = aged.authorization(40).await else { panic!("{version}") };
        assert_eq!((pending.browser(), &*pending.terms().request.client_id), (&digest(7), "web"));
        let granted = aged.store.authorization_by_code(&digest(41)).await.unwrap();
        assert!(matches!(granted, Some(CodeGrant::Granted(_))), "{version}");
        assert!(matches!(aged.authorization(42).await, CodeGrant::Redeemed(_)), "{version}");
        let pushed = aged.store.pushed_request(&digest(43)).await.unwrap().unwrap();
        assert_eq!(pushed.request.login_hint.map(|hint| hint.0).as_deref(), Some("ada@example.com"));
        aged.store.commit(&Change::DropPushedRequest(digest(43))).await.unwrap();
    }
}

#[tokio::test]
async fn counts_and_addresses_are_carried_over() {
    for version in 5..=ROWS.len() {
        let aged = Aged::of(version);
        let limit = std::time::Duration::from_secs(600);
        let wrong = Attempt::new(CountedEvent::WrongCode, digest(53), 5, limit, NOW);
        let counted: Vec<u32> =
            aged.store.attempts(&wrong).await.unwrap().into_iter().map(|(_, count)| count).collect();
        assert_eq!(counted, [2, 1]);
        let DeviceGrant::Pending(pending) = aged.grant(50).await else { panic!("{version}") };
        assert_eq!(pending.grantable().to_string(), "basic");
        let enter = |address| Change::EnterCode {
            user_code: Some(digest(150)),
            address: Some(address),
            most: 2,
            at: NOW,
            within: Default::default(),
        };
        aged.store.commit(&enter(digest(51))).await.unwrap();
        assert!(matches!(aged.grant(50).await, DeviceGrant::Pending(_)), "an address that was there");
        aged.store.commit(&enter(digest(54))).await.unwrap();
        assert!(matches!(aged.grant(50).await, DeviceGrant::Denied(_)), "a third one");
    }
}

fn empty() -> Connection {
    Connection::open_in_memory().unwrap()
}

#[test]
fn a_new_database_is_brought_up_and_a_current_one_left_alone() {
    let mut connection = empty();
    let current = MIGRATIONS.len();
    assert_eq!(migrate(&mut connection).unwrap(), Migrated { from: 0, to: current });
    assert_eq!(migrate(&mut connection).unwrap(), Migrated { from: current, to: current });
}

/// A program of the next version writes more into the columns that hold JSON: that is passed over.
fn add_unheard_of_members(storage: &Storage) {
    let connection = DatabasePlace::of(storage).writer().unwrap();
    for (table, columns) in [
        ("grants", &["terms", "admission", "precautions"][..]),
        ("presentations", &["request", "report", "proven"]),
        ("authorizations", &["terms", "admission"]),
        ("pushed_requests", &["request"]),
        ("token_families", &["terms", "admission"]),
        ("access_tokens", &["token"]),
    ] {
        for column in columns {
            let add = format!(
                "UPDATE {table} SET {column} = json_set({column}, '$.unheard_of', json('{{\"a\":[1]}}'))"
            );
            assert!(connection.execute(&add, []).is_ok(), "{table}.{column}");
        }
    }
}

/// A database that a program of the future has migrated.
fn of_the_future(least_reader: usize) -> Connection {
    let mut connection = empty();
    migrate(&mut connection).unwrap();
    connection.execute_batch("ALTER TABLE grants ADD COLUMN unheard_of TEXT").unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection
        .execute("UPDATE service SET least_reader = ?1", [i64::try_from(least_reader).unwrap()])
        .unwrap();
    connection
}

#[test]
fn a_database_that_is_too_new_is_refused_and_left_as_it_was() {
    let mut connection = of_the_future(MIGRATIONS.len() + 1);
    let known = MIGRATIONS.len();
    for refused in [migrate(&mut connection).map(drop), make_or_check(&mut connection), check(&connection)] {
        assert!(matches!(refused, Err(OpenFault::Newer { found: 99, known: it }) if it == known));
    }
    assert_eq!(version_of_ours(&connection).unwrap(), 99);
}

#[test]
fn a_newer_database_that_was_only_expanded_is_worked_with_and_left_as_it_is() {
    let mut connection = of_the_future(MIGRATIONS.len());
    assert_eq!(migrate(&mut connection).unwrap(), Migrated { from: 99, to: 99 });
    make_or_check(&mut connection).unwrap();
    check(&connection).unwrap();
    assert_eq!(version_of_ours(&connection).unwrap(), 99);
}

#[test]
fn a_new_database_notes_who_can_read_it() {
    let mut connection = empty();
    make_or_check(&mut connection).unwrap();
    let noted: i64 = connection.query_row("SELECT least_reader FROM service", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(noted).unwrap(), least_reader(MIGRATIONS));
}

#[test]
fn the_database_of_another_program_is_refused() {
    let mut connection = empty();
    connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(migrate(&mut connection), Err(OpenFault::Foreign)));
}
