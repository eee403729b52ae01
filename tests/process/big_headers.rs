//! Headers and bodies by the byte: what is too large ends early, what is large and right passes.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::raw::{answer_to, ask, connect_from};
use vpgate_test_support::service_process::{PLAIN, Start};

fn request(path: &str, lines: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Connection: close\r\n\r\n").into_bytes()
}

fn header_of(bytes: usize) -> String {
    format!("X-Large: {}\r\n", "x".repeat(bytes))
}

#[tokio::test]
async fn a_header_of_64_kib_is_the_longest_on_every_request_of_a_connection() {
    let service = Start::serve(PLAIN).start();
    assert!(ask(&service, &request("/healthz", &header_of(60_000))).await.starts_with("HTTP/1.1 200"));
    let too_large = ask(&service, &request("/healthz", &header_of(80_000))).await;
    assert!(too_large.starts_with("HTTP/1.1 431"), "{too_large}");
    // One header line, many of them, a long first line; also after a request that was good.
    let many = (0..90).map(|n| format!("X-{n}: {}\r\n", "x".repeat(1000))).collect::<String>();
    let long = format!("/{}", "x".repeat(80_000));
    for wrong in [request("/healthz", &many), request(&long, "")] {
        let mut stream = connect_from("127.0.0.1", &service).await;
        let good = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let answers = answer_to(&mut stream, &[&good[..], &wrong].concat()).await;
        assert!(answers.starts_with("HTTP/1.1 200"), "{answers}");
        assert!(!answers.rsplit("HTTP/1.1 ").next().unwrap().starts_with("200"), "{answers}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn unfinished_headers_take_little_memory() {
    let service = Start::serve(PLAIN).start();
    let resident = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", service.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
    };
    let (before, mut held) = (resident(), Vec::new());
    let unfinished = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}", header_of(400_000));
    let unfinished = unfinished.trim_end().as_bytes();
    for _ in 0..300 {
        let mut stream = connect_from("127.0.0.1", &service).await;
        // It is not listened to until the end.
        let _cut = stream.write_all(unfinished).await;
        held.push(stream);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} KiB for {} connections", held.len());
}

#[tokio::test]
async fn large_bodies_and_requests_one_after_the_other_pass() {
    let service = Start::serve(PLAIN).start();
    let body = format!("state=nobody&response={}", "x".repeat(180_000));
    let post = format!(
        "POST /wallet/responses/q6urq6urq6urq6urq6urqw HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    );
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answers = ask(&service, format!("{get}{post}{post}{get}{last}").as_bytes()).await;
    let statuses: Vec<&str> =
        answers.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect();
    assert_eq!(statuses, ["200", "400", "400", "200", "200"], "{answers}");
    assert_eq!(answers.matches("\"error\":\"invalid_request\"").count(), 2, "the endpoint's own answer");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_without_being_read_whole() {
    let service = Start::serve(PLAIN).start();
    let mut stream = connect_from("127.0.0.1", &service).await;
    let head = "POST /device_authorization HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; 100_000]).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn http_1_1_names_one_host() {
    let service = Start::serve(PLAIN).start();
    let with = |version: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        format!("GET /jwks.json HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n").into_bytes()
    };
    for (status, request) in [
        ("200", with("1.1", &["localhost"])),
        ("200", with("1.0", &[])),
        ("400", with("1.1", &[])),
        ("400", with("1.1", &["localhost", "localhost"])),
        ("400", with("1.1", &["localhost", "other"])),
        ("400", with("1.1", &["a b"])),
    ] {
        let answer = ask(&service, &request).await;
        let said = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(said, status, "{}\n{answer}", String::from_utf8_lossy(&request));
    }
}

#[tokio::test]
async fn a_query_that_repeats_a_name_is_refused_at_once_wherever_it_goes() {
    let service = Start::serve(PLAIN).start();
    let names = (0..63).map(|n| format!("n{n}=&")).collect::<String>();
    let repeats = format!("{names}{}", "n1&".repeat(5_000));
    for path in ["/callback", "/device", "/jwks.json", "/v1/presentations/x", "/nothing"] {
        let answer = ask(&service, &request(&format!("{path}?{repeats}"), "")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        let long = ask(&service, &request(&format!("{path}?{}", "x".repeat(40_000)), "")).await;
        assert!(long.starts_with("HTTP/1.1 414"), "{path}: {long}");
    }
}
