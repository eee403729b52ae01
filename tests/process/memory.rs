//! What kept status lists take of memory, seen from outside: resident pages of the process, with the
//! allocator of the program. It is measured in a process of its own, where no other test takes any.
//! `STATUS_LISTS=240 STATUS_LIST_BYTES=8388608` make a longer run of it.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]
#![expect(clippy::disallowed_methods, reason = "the askers are the test's own")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use mimalloc::MiMalloc;
use serde_json::{Map, Value, json};
use vpgate::fetch::client::FetchClient;
use vpgate::fetch::issuer_keys::FetchedIssuerKeys;
use vpgate::fetch::status_lists::FetchedStatusLists;
use vpgate::flow::ports::{Clock, StatusLists as _};
use vpgate_core::base::base64url;
use vpgate_core::base::report::Findings;
use vpgate_core::base::time::Timestamp;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::jose::key_set::KeySet;
use vpgate_core::jose::signing::SigningKey;
use vpgate_core::status_list::check::StatusPlace;
use vpgate_core::status_list::token::CacheBounds;
use vpgate_core::trust::IssuerHint;
use vpgate_core::trust::status_policy::StatusPolicy;
use vpgate_core::trust::{CredentialTrust, FormatRules, KeySource, TrustPolicy};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const NOW: i64 = 1_800_000_000;
/// What the manual says that kept lists take, with what reading them leaves behind in the allocator.
const DOCUMENTED: usize = 256 << 20;
/// How many are asked for at once.
const AT_ONCE: usize = 4;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(NOW)
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |given| given.parse().unwrap())
}

/// Bytes of this process that are in memory, now and at most.
fn resident() -> (usize, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
    };
    (line("VmRSS:"), line("VmHWM:"))
}

#[test]
fn kept_status_lists_take_no_more_than_the_manual_says() {
    let measured = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::what_kept_status_lists_take", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&measured.stdout);
    assert!(measured.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in a process of its own, started by the test above"]
async fn what_kept_status_lists_take() {
    let (count, bytes) = (number("STATUS_LISTS", 32), number("STATUS_LIST_BYTES", 8 << 20));
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    // One list for many issuers with one key: what is measured is what we keep, not what a server has.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}/list", listener.local_addr().unwrap());
    let token = list(&key, &uri, bytes);
    std::thread::spawn(move || serve(&listener, token.as_bytes()));
    let keys = KeySet::from_json(&json!({"keys": [key.public_key().to_jwk()]})).unwrap();
    let trust = trust(count, &Arc::new(keys));
    let client = FetchClient::new(true).unwrap();
    let issuer_keys = Arc::new(FetchedIssuerKeys::new(client.clone(), Arc::new(Still)));
    let lists =
        Arc::new(FetchedStatusLists::new(client, Arc::new(Still), issuer_keys, CacheBounds::default()));
    let (before, _) = resident();
    for first in (0..count).step_by(AT_ONCE) {
        let asked = (first..count.min(first + AT_ONCE)).map(|place| {
            let (lists, trust, uri) = (Arc::clone(&lists), trust.clone(), uri.clone());
            tokio::spawn(async move { look(&lists, &trust, &uri, place).await })
        });
        for looked in asked.collect::<Vec<_>>() {
            looked.await.unwrap();
        }
    }
    let (after, most) = resident();
    let mib = |bytes: usize| bytes.saturating_sub(before) >> 20;
    let told =
        format!("{count} lists of {bytes} bytes: {} MiB in the end, {} at most", mib(after), mib(most));
    assert!(count * bytes > DOCUMENTED - (32 << 20), "more than fits: {told}");
    assert!(most.saturating_sub(before) < DOCUMENTED, "{told}");
}

async fn look(lists: &FetchedStatusLists, trust: &TrustPolicy, uri: &str, place: usize) {
    let issuer = format!("https://issuer.example/{place}");
    let place = json!({"credential": "id", "issuer": issuer, "index": 7, "uri": uri});
    let hint = IssuerHint {
        iss: Some(&issuer),
        credential_type: Some("v"),
        kid: None,
        x5c: None,
        ..IssuerHint::default()
    };
    let issuer = trust.vouch("id", &hint, &mut Findings::new()).unwrap();
    let reference = serde_json::from_value::<StatusPlace>(place).unwrap().of(&issuer).unwrap();
    lists.of(&issuer, &reference, Duration::from_secs(300)).await.unwrap();
}

fn trust(count: usize, keys: &Arc<KeySet>) -> TrustPolicy {
    let entry = |place: usize| CredentialTrust {
        id: "id".to_owned(),
        types: vec!["v".to_owned()],
        issuer: format!("https://issuer.example/{place}"),
        keys: KeySource::Jwks(Arc::clone(keys)),
        status_roots: None,
        status: StatusPolicy::default(),
        rules: FormatRules::default(),
    };
    TrustPolicy { credentials: (0..count).map(entry).collect() }
}

/// A list of which one byte in 64 says something: it compresses to a few percent.
fn list(key: &SigningKey, uri: &str, bytes: usize) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut block = vec![0; 1 << 16];
    let mut random = 1u64;
    for _ in 0..bytes >> 16 {
        block.fill(0);
        for place in (0..block.len()).step_by(64) {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            block[place + usize::try_from(random >> 60).unwrap()] = 1;
        }
        encoder.write_all(&block).unwrap();
    }
    let lst = base64url::encode(encoder.finish().unwrap());
    let payload = json!({"sub": uri, "iat": NOW, "ttl": 3600, "status_list": {"bits": 1, "lst": lst}});
    key.sign(&object(json!({"typ": "statuslist+jwt"})), &object(payload)).unwrap()
}

fn serve(listener: &TcpListener, token: &[u8]) {
    let head = format!(
        "HTTP/1.1 200 -\r\nContent-Type: application/statuslist+jwt\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        token.len()
    );
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (mut request, mut byte) = (Vec::new(), [0]);
        while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
            request.push(byte[0]);
        }
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(token).unwrap();
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
