//! What is gone from the rows is gone from the bytes of every file: the database, its write-ahead log, the
//! index of that. And when a store was closed, one whole file is left. These cases need a file.

use std::path::Path;

use vpgate::config::Storage;
use vpgate::flow::ports::Store as _;
use vpgate::store::sqlite::{self, SqliteStore};
use vpgate_core::change::{Change, GrantDecision};
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::openid4vp::presentation::Begun;
use vpgate_core::openid4vp::request::{ResponseMode, VpRequest};
use vpgate_core::openid4vp::retention::Retention;

use crate::store_contract::backend;
use vpgate_test_support::builders::states::{self, Grant, after};

/// Long after everything is dead.
const LONG_AFTER: u64 = 10_000_000;

/// Which of `secrets` stand in which file of `folder`.
fn found(folder: &Path, secrets: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let has = |secret: &&String| bytes.windows(secret.len()).any(|here| here == secret.as_bytes());
        found.extend(secrets.iter().filter(has).map(|secret| format!("{secret} in {}", path.display())));
    }
    found
}

/// One of everything that holds something personal or secret, and what that is.
async fn live(store: &SqliteStore) -> Vec<String> {
    let browser = states::digest();
    let mut secrets: Vec<String> =
        ["ada@example.com", "basket-7", "Ada", "age_equal_or_over"].map(str::to_owned).into();
    // Never answered, and to be encrypted.
    let key = EncryptionKey::generate().unwrap();
    secrets.push(key.to_private_jwk()["d"].as_str().unwrap().to_owned());
    let asked = VpRequest {
        response_mode: ResponseMode::DirectPostJwt,
        answer_key: Some(key.to_public_jwk()),
        ..states::asked()
    };
    let presentation = Begun::new(asked.clone(), None, Some(key));
    store.commit(&Change::BeginPresentation { presentation, claim: None }).await.unwrap();
    secrets.push(asked.nonce.as_str().to_owned());
    secrets.push(asked.state.as_str().to_owned());
    // Verified, collected or not; waiting for its browser; tried once.
    for end in 0..4 {
        let (asked, code) = (states::asked(), states::digest());
        let begin = Change::BeginPresentation { presentation: states::begun(&asked), claim: None };
        store.commit(&begin).await.unwrap();
        store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
        let last = match end {
            0 => Change::CountTry(states::tried(&asked, browser, 1)),
            1 => Change::AwaitReturn(states::awaiting(&asked, browser, code)),
            _ => Change::Settle { presentation: states::verified(&asked, browser, Some(code)), grant: None },
        };
        store.commit(&last).await.unwrap();
        if end == 3 {
            let collect = Change::CollectResult {
                id: asked.id.clone(),
                response_code: code,
                at: states::NOW,
                retention: Retention::default(),
            };
            store.commit(&collect).await.unwrap();
        }
        secrets.extend([asked.id.as_str(), asked.state.as_str(), asked.handle.as_str()].map(str::to_owned));
    }
    // Approved, and taken or not.
    for taken in [true, false] {
        let (grant, asked) = (Grant::new(), states::asked());
        store.commit(&grant.open()).await.unwrap();
        let begin = Change::BeginPresentation { presentation: states::begun(&asked), claim: None };
        store.commit(&begin).await.unwrap();
        store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
        let approve = GrantDecision::Approve(grant.approved());
        let presentation = states::verified(&asked, browser, None).to_be_kept();
        store.commit(&Change::Settle { presentation, grant: Some(approve) }).await.unwrap();
        if taken {
            store.commit(&grant.redeem()).await.unwrap();
        }
        secrets.push(grant.id().as_str().to_owned());
    }
    secrets.push(states::admission().subject().to_owned());
    secrets
}

async fn sweep(store: &SqliteStore, seconds: u64) {
    while store.sweep(after(seconds), 3).await.unwrap().rows() > 0 {}
    store.forget_old_versions().await.unwrap();
}

#[tokio::test]
async fn what_was_swept_is_in_no_file_while_the_service_goes_on_and_after_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = backend::at(&folder.path().join("store.db"));
    let secrets = live(&store).await;
    let before = found(folder.path(), &secrets);
    for secret in &secrets {
        assert!(before.iter().any(|found| found.starts_with(secret.as_str())), "{secret} was never there");
    }
    sweep(&store, LONG_AFTER).await;
    assert_eq!(found(folder.path(), &secrets), Vec::<String>::new());
    // Quiet: nothing more is written, and nothing comes back.
    store.ready().await.unwrap();
    store.close().await;
    assert_eq!(found(folder.path(), &secrets), Vec::<String>::new());
    assert_eq!(names(folder.path()), ["store.db"], "one whole file");
    let migrated = sqlite::migrate(&storage(folder.path())).unwrap();
    assert_eq!(migrated.from, migrated.to, "it is whole, and of this version");
}

#[tokio::test]
async fn a_reader_of_another_process_delays_the_cut_and_does_not_stop_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = backend::at(&path);
    let secrets = live(&store).await;
    let other = backend::at(&path);
    sweep(&other, LONG_AFTER).await;
    assert_eq!(found(folder.path(), &secrets), Vec::<String>::new());
    other.close().await;
    store.commit(&Grant::new().open()).await.unwrap();
    store.close().await;
    assert_eq!(names(folder.path()), ["store.db"]);
}

#[tokio::test]
async fn what_an_old_version_of_a_row_held_goes_with_the_next_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let store = backend::at(&folder.path().join("store.db"));
    let grant = Grant::new();
    store.commit(&grant.open()).await.unwrap();
    let (asked, browser) = (states::asked(), states::digest());
    let begin = Change::BeginPresentation { presentation: states::begun(&asked), claim: None };
    store.commit(&begin).await.unwrap();
    store.commit(&Change::ServePresentation(states::served(&asked, browser))).await.unwrap();
    let approve = GrantDecision::Approve(grant.approved());
    let presentation = states::verified(&asked, browser, None).to_be_kept();
    store.commit(&Change::Settle { presentation, grant: Some(approve) }).await.unwrap();
    let claims = ["first_name".to_owned(), "ada@example.com".to_owned()];
    assert!(!found(folder.path(), &claims).is_empty());
    // The grant stays for an hour; what it earned is gone as soon as nobody can take it.
    sweep(&store, states::LIFETIME.as_secs()).await;
    assert_eq!(found(folder.path(), &claims), Vec::<String>::new());
    assert!(store.grant(grant.id()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_store_whose_file_was_removed_or_replaced_is_not_ready_and_acknowledges_nothing() {
    for replace in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = backend::at(&path);
        store.commit(&Grant::new().open()).await.unwrap();
        let (aside, copy) = (folder.path().join("aside.db"), folder.path().join("copy.db"));
        sqlite::backup(&storage(folder.path()), &copy).unwrap();
        std::fs::rename(&path, &aside).unwrap();
        if replace {
            std::fs::rename(&copy, &path).unwrap();
        }
        assert!(store.ready().await.is_err());
        assert!(store.commit(&Grant::new().open()).await.is_err());
    }
}

#[tokio::test]
async fn damage_that_an_answer_met_is_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = backend::at(&path);
    for _ in 0..200 {
        store.commit(&Grant::new().open()).await.unwrap();
    }
    store.forget_old_versions().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    for page in bytes.chunks_mut(4096).skip(1).step_by(2) {
        page.fill(0xa5);
    }
    std::fs::write(&path, bytes).unwrap();
    // A write, so that those who read look at the file again.
    let _either = store.commit(&Grant::new().open()).await;
    let answer = store.ready().await;
    assert!(answer.is_err());
    assert!(store.ready().await.is_err());
}

fn storage(folder: &Path) -> Storage {
    Storage::Sqlite(folder.join("store.db"))
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}
