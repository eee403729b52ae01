//! Wherever the log goes, and whatever becomes of that place: requests are answered, a device flow ends right,
//! and the process stops when it is told to.

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::devices::{ask, ask_at, poll};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

/// More than the queue holds of them: a line of the log has about 300 bytes.
const MORE_THAN_WAIT: usize = 9_600;
/// More than a pipe holds.
const MORE_THAN_A_PIPE: usize = 480;
const TOGETHER: usize = 24;
const CLOSE: (&str, &str) = ("VPGATE_LOG", "debug");
/// So that nothing is left out before it is written.
const FAST: (&str, &str) = ("VPGATE_LOG_BYTES_PER_SECOND", "1000000000");

/// Requests without end, it seems; each is answered.
async fn load(service: &Service, requests: usize) {
    let mut devices = JoinSet::new();
    for _ in 0..TOGETHER {
        let address = service.at("/v1/nothing");
        devices.spawn(async move {
            let client = client();
            for _ in 0..requests / TOGETHER {
                let refused = client.get(address.clone()).send().await;
                assert_eq!(refused.expect("every request is answered").status(), StatusCode::NOT_FOUND);
            }
        });
    }
    devices.join_all().await;
}

/// A device is told "not yet", twice in its own pace; and somebody else's code stays unknown.
async fn a_device_flow_works(service: &Service) {
    let client = client();
    let answer = ask(&client, service).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let code = body["device_code"].as_str().unwrap();
    assert_eq!(poll(&client, service, code).await["error"], "authorization_pending");
    assert_eq!(poll(&client, service, "nobody's").await["error"], "invalid_grant");
    let health = client.get(service.at("/readyz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

async fn stops_when_told(mut service: Service) {
    service.signal("TERM");
    let ended = tokio::task::spawn_blocking(move || service.ended_within(Duration::from_secs(10)));
    assert!(ended.await.unwrap().success(), "the exit code is 0");
}

#[tokio::test]
async fn a_pipe_that_nobody_reads_stops_nothing() {
    let service = Start::serve(PLAIN).with(FAST.0, FAST.1).with_unread_log().start();
    load(&service, MORE_THAN_A_PIPE).await;
    a_device_flow_works(&service).await;
    stops_when_told(service).await;
}

#[tokio::test]
async fn a_reader_that_comes_late_is_told_what_was_lost() {
    let mut service = Start::serve(PLAIN).with(FAST.0, FAST.1).with_unread_log().start();
    load(&service, MORE_THAN_WAIT).await;
    let mut log = service.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        log.read_to_end(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    });
    a_device_flow_works(&service).await;
    stops_when_told(service).await;
    let text = reader.join().unwrap();
    let notice = text.lines().rfind(|line| line.contains("log lines were lost")).expect("it says so");
    let notice: Value = serde_json::from_str(notice).unwrap();
    assert!(notice["fields"]["queue_full"].as_u64().unwrap() > 0, "{notice}");
    for line in text.lines() {
        serde_json::from_str::<Value>(line).expect("no line is torn");
    }
    assert!(text.contains("\"stopped\""), "what was queued at the end is written");
}

#[tokio::test]
async fn a_reader_that_is_gone_stops_nothing() {
    let mut service = Start::serve(PLAIN).with_unread_log().start();
    drop(service.stderr.take());
    load(&service, MORE_THAN_A_PIPE).await;
    a_device_flow_works(&service).await;
    stops_when_told(service).await;
}

#[tokio::test]
async fn a_full_disk_stops_nothing_from_the_start_on() {
    let service = Start::serve(PLAIN).by_shell("exec \"$VPGATE\" \"$@\" 2> /dev/full").start();
    load(&service, MORE_THAN_A_PIPE).await;
    a_device_flow_works(&service).await;
    stops_when_told(service).await;
}

#[tokio::test]
async fn a_disk_that_fills_up_costs_lines_which_are_counted_when_there_is_room_again() {
    // A file that may grow to 8 KiB: one byte more fails as a full disk does, until the file is cut.
    let limited = "ulimit -f 16; trap '' XFSZ; exec \"$VPGATE\" \"$@\" 2>> log";
    let service =
        Start::serve(&PLAIN.replace("sqlite:vpgate.db", "sqlite::memory:")).by_shell(limited).start();
    load(&service, MORE_THAN_A_PIPE).await;
    a_device_flow_works(&service).await;
    let file = service.folder.join("log");
    File::options().write(true).open(&file).unwrap().set_len(0).unwrap();
    for _ in 0..400 {
        if std::fs::read_to_string(&file).unwrap().contains("log lines were lost") {
            return stops_when_told(service).await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never said what was lost: {:?}", std::fs::read_to_string(&file));
}

#[tokio::test]
async fn one_client_cannot_fill_the_disk_with_lines() {
    let service = Start::serve(PLAIN).with("VPGATE_LOG_BYTES_PER_SECOND", "4096").start();
    load(&service, 4800).await;
    a_device_flow_works(&service).await;
    service.wait_for_log("log lines were lost");
    // 32 KiB at once, and 4 KiB for each of the seconds that this took; not 4,800 lines of 300 bytes.
    assert!(service.log().len() < 400 << 10, "{} bytes", service.log().len());
}

#[tokio::test]
async fn a_flood_of_requests_leaves_room_for_what_an_operator_must_read() {
    let service = Start::serve(PLAIN).with("VPGATE_LOG_BYTES_PER_SECOND", "16384").start();
    let mut devices = JoinSet::new();
    for _ in 0..TOGETHER {
        let address = service.at("/device_authorization");
        devices.spawn(async move {
            let client = client();
            for _ in 0..50 {
                assert_eq!(ask_at(&client, address.clone()).await.unwrap().status(), StatusCode::OK);
            }
        });
    }
    devices.join_all().await;
    service.signal("HUP");
    service.wait_for_log("the configuration was read again");
}

#[tokio::test]
async fn polls_are_logged_for_who_looks_closely() {
    let [usual, close] = [None, Some(CLOSE)].map(|level| {
        let start = Start::serve(PLAIN);
        if let Some((name, value)) = level { start.with(name, value) } else { start }.start()
    });
    for service in [&usual, &close] {
        a_device_flow_works(service).await;
        service.signal("HUP");
        service.wait_for_log("the configuration was read again");
    }
    let not_yet = |log: &str| log.lines().filter(|line| line.contains("answered: not yet")).count();
    assert_eq!((not_yet(&usual.log()), not_yet(&close.log())), (0, 2), "a poll and a probe");
    assert!(usual.log().contains("\"/device_authorization\""), "{}", usual.log());
    assert!(usual.log().contains("\"/token\""), "a poll with an unknown code is no poll");
}

#[tokio::test]
async fn what_is_written_to_a_file_has_no_colours() {
    let service = Start::serve(PLAIN).with("VPGATE_LOG_FORMAT", "text").start();
    a_device_flow_works(&service).await;
    service.wait_for_log("answered");
    assert!(!service.log().contains('\u{1b}'), "{}", service.log());
}
