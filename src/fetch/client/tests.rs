use std::sync::atomic::Ordering;

use super::super::test_server::{ok, serve};
use super::*;

const JSON: &[&str] = &["application/json"];

fn client() -> FetchClient {
    FetchClient::with_timeouts(true, Duration::from_secs(2), Duration::from_secs(2)).unwrap()
}

#[tokio::test]
async fn a_document_arrives_with_its_age() {
    let headers = "Content-Type: application/json; charset=utf-8\r\nCache-Control: public, max-age=90";
    let (url, _) = serve(move |_| Some(ok(headers, b"{}")));
    let fetched = client().get(&url, JSON, 2).await.unwrap();
    assert_eq!((fetched.body.as_slice(), fetched.max_age), (&b"{}"[..], Some(Duration::from_secs(90))));
}

#[tokio::test]
async fn what_a_cache_on_the_way_has_used_up_does_not_count() {
    for (age, left) in [("30", 60), ("90", 0), ("1000", 0), ("-1", 90), ("soon", 90)] {
        let headers = format!("Content-Type: application/json\r\nCache-Control: max-age=90\r\nAge: {age}");
        let (url, _) = serve(move |_| Some(ok(&headers, b"{}")));
        let fetched = client().get(&url, JSON, 2).await.unwrap();
        assert_eq!(fetched.max_age, Some(Duration::from_secs(left)), "{age}");
    }
}

#[tokio::test]
async fn another_media_type_is_refused() {
    for headers in ["Content-Type: text/html", "Content-Type: application/jsonx", "X: y"] {
        let (url, _) = serve(move |_| Some(ok(headers, b"{}")));
        let fault = client().get(&url, JSON, 100).await.unwrap_err();
        assert!(matches!(fault, FetchFault::MediaType), "{headers}: {fault:?}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (url, served) = serve(|_| {
        Some(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".to_vec())
    });
    let fault = client().get(&url, JSON, 100).await.unwrap_err();
    assert!(matches!(fault, FetchFault::Status(302)), "{fault:?}");
    assert_eq!(served.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn ten_megabytes_are_cut_short_announced_or_not() {
    let big = vec![b' '; 10 << 20];
    let announced = ok("Content-Type: application/json", &big);
    let mut unannounced =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".to_vec();
    unannounced.extend_from_slice(&big);
    for answer in [announced, unannounced] {
        let (url, _) = serve(move |_| Some(answer.clone()));
        let fault = client().get(&url, JSON, 512 * 1024).await.unwrap_err();
        assert!(matches!(fault, FetchFault::TooLong), "{fault:?}");
    }
}

#[tokio::test]
async fn a_hanging_server_is_given_up() {
    let (url, _) = serve(|_| None);
    let fault = client().get(&url, JSON, 100).await.unwrap_err();
    assert!(matches!(fault, FetchFault::NoAnswer(ref why) if why.is_timeout()), "{fault:?}");
}

#[tokio::test]
async fn names_and_addresses_that_lead_inside_are_refused_before_connecting() {
    let (url, served) = serve(|_| Some(ok("Content-Type: application/json", b"{}")));
    let strict = FetchClient::new(false).unwrap();
    let port = url.port().unwrap();
    for inside in [
        url.to_string(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        "https://169.254.169.254/".to_owned(),
        "https://2130706433/".to_owned(),
        "http://example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let fault = strict.get(&Url::parse(&inside).unwrap(), JSON, 100).await.unwrap_err();
        assert!(matches!(fault, FetchFault::Refused), "{inside}: {fault:?}");
    }
    let lenient = client();
    for inside in ["http://10.0.0.1/", "https://169.254.169.254/", "https://[fd00::1]/"] {
        let fault = lenient.get(&Url::parse(inside).unwrap(), JSON, 100).await.unwrap_err();
        assert!(matches!(fault, FetchFault::Refused), "{inside}: {fault:?}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 0);
}

const WITHIN: Duration = Duration::from_millis(500);

async fn posted(url: &Url) -> Result<Posted, FetchFault> {
    client().post_json(url, &[("webhook-id", "evt_1".to_owned())], "{}".to_owned(), WITHIN).await
}

#[tokio::test]
async fn req_21_43_any_status_is_an_answer_to_what_is_posted_and_no_redirect_is_followed() {
    for status in [204, 301, 307, 410, 429, 500] {
        let answer = format!(
            "HTTP/1.1 {status} X\r\nLocation: /x\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let (url, served) = serve(move |_| Some(answer.clone().into_bytes()));
        let expected = Posted { status, retry_after: Some("7".to_owned()) };
        assert_eq!(posted(&url).await.unwrap(), expected);
        assert_eq!(served.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn req_21_43_a_long_or_endless_answer_is_dropped_and_a_silent_server_is_given_up() {
    let (url, _) = serve(|_| Some(ok("X: y", &vec![b' '; 10 << 20])));
    assert_eq!(posted(&url).await.unwrap().status, 200);
    let (url, _) = serve(|_| Some(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1".to_vec()));
    assert_eq!(posted(&url).await.unwrap().status, 200);
    let (url, _) = serve(|_| None);
    let fault = posted(&url).await.unwrap_err();
    assert!(matches!(fault, FetchFault::NoAnswer(ref why) if why.is_timeout()), "{fault:?}");
}

#[tokio::test]
async fn req_21_44_nothing_is_posted_inside() {
    let strict = FetchClient::new(false).unwrap();
    for inside in [
        "https://localhost/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::1]/",
        "http://example.com/",
    ] {
        let url = Url::parse(inside).unwrap();
        let fault = strict.post_json(&url, &[], "{}".to_owned(), WITHIN).await.unwrap_err();
        assert!(matches!(fault, FetchFault::Refused), "{inside}: {fault:?}");
    }
}

#[test]
fn cache_control_is_read_as_rfc_9111_says() {
    let read = |text: &'static str| max_age(&HeaderValue::from_static(text));
    assert_eq!(read("max-age=5"), Some(Duration::from_secs(5)));
    assert_eq!(read("Public, MAX-AGE=\"5\""), Some(Duration::from_secs(5)));
    assert_eq!(read("max-age=5, no-store"), Some(Duration::ZERO));
    assert_eq!(read("max-age=-1"), None);
    assert_eq!(read("public"), None);
}
