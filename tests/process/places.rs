//! Connections: who takes many, and who waits with them, keeps nobody else out.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::raw::{connect_from, ends_within, has_ended, is_answered};
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};

/// 128 places, 16 of them for one address.
const FEW_PLACES: &str = "ulimit -n 256; exec \"$VPGATE\" \"$@\"";
const PLACES: usize = 128;
const SHARE: usize = 16;

async fn open(source: &str, count: usize, service: &Service) -> Vec<TcpStream> {
    let mut opened = Vec::new();
    for _ in 0..count {
        opened.push(connect_from(source, service).await);
    }
    opened
}

async fn still_open(opened: &mut [TcpStream]) -> usize {
    let mut open = 0;
    for stream in opened {
        open += usize::from(!ends_within(stream, Duration::from_millis(20)).await);
    }
    open
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let service = Start::serve(PLAIN).by_shell(FEW_PLACES).start();
    let mut opened = open("127.0.0.1", 2 * PLACES, &service).await;
    assert!(is_answered("127.0.0.2", &service).await, "others are answered");
    assert_eq!(still_open(&mut opened).await, SHARE);
    service.wait_for_log("one address has its share");
    assert!(!is_answered("127.0.0.1", &service).await);
    drop(opened);
    for _ in 0..50 {
        if is_answered("127.0.0.1", &service).await {
            return;
        }
    }
    panic!("its places are not free again");
}

#[tokio::test]
async fn operators_are_answered_while_all_places_are_taken() {
    let operations = vpgate_test_support::service_process::free_address();
    let config = format!("{PLAIN}\n[operations]\nlisten = \"{operations}\"\n");
    let service = Start::serve(&config).by_shell(FEW_PLACES).start();
    let client = client();
    let public = client.get(service.at("/healthz")).send().await.unwrap();
    assert_eq!(public.status(), StatusCode::NOT_FOUND, "not for strangers any more");
    drop((public, client));

    let mut opened = Vec::new();
    for last in 1..=PLACES / SHARE {
        opened.extend(open(&format!("127.0.0.{last}"), SHARE, &service).await);
    }
    // The service may learn a moment later that the first question's connection is over.
    let mut full = false;
    for _ in 0..50 {
        full = !is_answered("127.0.0.99", &service).await;
        if full {
            break;
        }
        opened.extend(open("127.0.0.1", 1, &service).await);
    }
    assert!(full, "all places are taken");
    let client = vpgate_test_support::service_process::client();
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = client.get(service.operations_at(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let other = client.get(service.operations_at("/jwks.json")).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::NOT_FOUND, "nothing else is there");
    drop(opened);
}

#[tokio::test]
async fn everybody_comes_from_a_proxy_that_is_listed() {
    let config = format!("{PLAIN}\n[http]\ntrusted_proxies = [\"127.0.0.1\"]\n");
    let service = Start::serve(&config).by_shell(FEW_PLACES).start();
    let mut opened = open("127.0.0.1", 3 * SHARE, &service).await;
    assert!(is_answered("127.0.0.1", &service).await);
    assert_eq!(still_open(&mut opened).await, 3 * SHARE);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_soft_limit_of_open_files_is_raised_to_the_hard_one() {
    let service = Start::serve(PLAIN).by_shell("ulimit -Sn 64; exec \"$VPGATE\" \"$@\"").start();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", service.process.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let limits: Vec<&str> = line.split_whitespace().skip(3).take(2).collect();
    assert_eq!(limits[0], limits[1], "{line}");
    let _opened = open("127.0.0.1", 200, &service).await;
    assert!(is_answered("127.0.0.1", &service).await);
}

#[tokio::test]
async fn http_2_without_tls_is_not_spoken_so_its_control_frames_hold_no_place() {
    let service = Start::serve(PLAIN).start();
    let mut stream = connect_from("127.0.0.1", &service).await;
    // The preface, SETTINGS, and a PING.
    let ping = b"\0\0\x08\x06\0\0\0\0\0ABCDEFGH";
    let bytes = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"[..], ping].concat();
    stream.write_all(&bytes).await.unwrap();
    assert!(has_ended(&mut stream).await);
    service.wait_for_log("a proxy in front must use HTTP/1.1");
}

#[tokio::test]
async fn whoever_opens_a_connection_has_something_to_say_soon() {
    let service = Start::serve(PLAIN).start();
    let mut silent = connect_from("127.0.0.1", &service).await;
    let mut dripping = connect_from("127.0.0.1", &service).await;
    let mut kept = connect_from("127.0.0.1", &service).await;
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let drip = async {
        let header =
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'x'));
        for byte in header.take(300) {
            if dripping.write_all(&[*byte]).await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    };
    let (silent, dripping) = tokio::join!(ends_within(&mut silent, Duration::from_secs(20)), drip);
    assert!(silent && dripping, "silent: {silent}, dripping: {dripping}");
    assert!(!has_ended(&mut kept).await, "who was answered may be idle for longer");
}
