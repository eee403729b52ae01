//! Traces, as a collector hears of them, and the trace that goes on.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Client;

use crate::devices::DEVICE_GRANT;
use crate::kills::approved;
use vpgate_test_support::service_process::{PLAIN, Service, Start, client};
use vpgate_test_support::webhook_receiver::{private_file, secret};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const PATIENCE: Duration = Duration::from_secs(20);

/// What somebody was sent.
struct Heard {
    path: String,
    traceparent: Option<String>,
    body: Vec<u8>,
}

/// A collector, and a server with keys of clients, at one address.
fn others() -> (String, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tell = tell.clone();
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                while let Some(heard) = hear(&mut stream) {
                    // The test may be over.
                    drop(tell.send(heard));
                }
            });
        }
    });
    (address, told)
}

fn hear(stream: &mut TcpStream) -> Option<Heard> {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut traceparent) = (0, None);
    loop {
        line.clear();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "traceparent" => traceparent = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let (kind, text) = if path.ends_with("jwks.json") {
        ("application/json", "{\"keys\":[]}")
    } else {
        ("application/x-protobuf", "")
    };
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{text}", text.len());
    stream.write_all(answer.as_bytes()).ok()?;
    Some(Heard { path, traceparent, body })
}

/// Waits for spans until one has this name; all that came.
fn until(told: &Receiver<Heard>, name: &str, others: &mut Vec<Heard>) -> Vec<Span> {
    let deadline = Instant::now() + PATIENCE;
    let mut spans = Vec::new();
    while !spans.iter().any(|span: &Span| span.name == name) {
        let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
        let left = deadline.saturating_duration_since(Instant::now());
        let heard = told.recv_timeout(left).unwrap_or_else(|_| panic!("no span {name} among {names:?}"));
        if heard.path != "/v1/traces" {
            others.push(heard);
            continue;
        }
        let sent = ExportTraceServiceRequest::decode(&*heard.body).unwrap();
        for resource in sent.resource_spans {
            let service = resource.resource.unwrap().attributes;
            assert!(
                service.iter().any(|it| it.key == "service.name" && text(it.value.clone()) == "vpgate"),
                "{service:?}"
            );
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    spans
}

fn text(value: Option<opentelemetry_proto::tonic::common::v1::AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

fn attribute(span: &Span, key: &str) -> String {
    span.attributes.iter().find(|it| it.key == key).map(|it| text(it.value.clone())).unwrap_or_default()
}

fn named<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no span {name}: {spans:#?}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn traced(more: &str, collector: &str) -> Service {
    let config = format!("{PLAIN}\n[operations]\notlp_endpoint = \"http://{collector}\"\n{more}");
    Start::serve(&config).with("OTEL_BSP_SCHEDULE_DELAY", "100").start()
}

async fn ask(client: &Client, service: &Service, sampled: &str) -> serde_json::Value {
    let request = client.post(service.at("/device_authorization")).form(&[("client_id", "tv")]);
    let request = request.header("traceparent", format!("00-{TRACE}-{PARENT}-{sampled}"));
    serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_and_its_change_are_spans_of_the_trace_that_the_caller_is_in() {
    let (collector, told) = others();
    let service = traced("", &collector);
    let authorization = ask(&client(), &service, "01").await;
    let spans = until(&told, "POST /device_authorization", &mut Vec::new());
    let request = named(&spans, "POST /device_authorization");
    assert_eq!((hex(&request.trace_id).as_str(), hex(&request.parent_span_id).as_str()), (TRACE, PARENT));
    assert_eq!(attribute(request, "http.route"), "/device_authorization");
    assert_eq!(attribute(request, "http.request.method"), "POST");
    assert_eq!(attribute(request, "vpgate.audience"), "oauth");
    let change = named(&spans, "open_grant");
    assert_eq!(change.trace_id, request.trace_id);
    assert_eq!(change.parent_span_id, request.span_id);
    // Whose request it is, and its codes, are nobody's business there.
    let all = format!("{spans:?}");
    for secret in ["device_code", "user_code"] {
        assert!(!all.contains(authorization[secret].as_str().unwrap()), "{secret}");
    }
    assert!(
        !service.log().contains("vpgate::spans") && !service.log().contains("open_grant"),
        "{}",
        service.log()
    );
    // The name of the request in the log leads to it.
    let name = attribute(request, "vpgate.trace");
    assert_eq!(name.len(), 16, "{name}");
    service.wait_for_log(&name);
    // What the caller does not record is not recorded here either.
    ask(&client(), &service, "00").await;
    client().get(service.at("/jwks.json")).send().await.unwrap();
    let more = until(&told, "GET /jwks.json", &mut Vec::new());
    assert!(more.iter().all(|span| span.name != "POST /device_authorization"), "{more:#?}");
}

#[tokio::test]
async fn who_is_asked_meanwhile_hears_of_the_trace() {
    let (collector, told) = others();
    let keyed = format!(
        "[[clients]]\nclient_id = \"api\"\ngrants = [\"client_credentials\"]\nauthentication = \"private_key_jwt\"\n\
         jwks_uri = \"http://{collector}/jwks.json\"\nscopes = [\"name\"]\n"
    );
    let service = traced(&keyed, &collector);
    // Signed by nobody: its keys are fetched to find that out.
    let assertion = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJhcGkiLCJzdWIiOiJhcGkiLCJqdGkiOiIxIiwiYXVkIjoieCIsImV4cCI6OTk5OTk5OTk5OX0.AAAA";
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    let request = client().post(service.at("/token")).form(&form);
    request.header("traceparent", format!("00-{TRACE}-{PARENT}-01")).send().await.unwrap();
    let mut heard = Vec::new();
    let spans = until(&told, "POST /token", &mut heard);
    let fetch = named(&spans, "keys");
    assert_eq!(attribute(fetch, "server.address"), "127.0.0.1");
    let asked = heard.iter().find(|heard| heard.path == "/jwks.json").unwrap();
    assert_eq!(asked.traceparent, Some(format!("00-{}-{}-01", hex(&fetch.trace_id), hex(&fetch.span_id))));
}

#[tokio::test]
async fn a_webhook_goes_on_in_the_trace_of_the_request_that_it_tells_of() {
    let (collector, told) = others();
    let folder = tempfile::tempdir().unwrap();
    private_file(folder.path(), "secret", &secret(1));
    let told_of = format!(
        "[[clients.webhooks]]\nname = \"devices\"\nurl = \"http://{collector}/hook\"\nkinds = [\"grant.redeemed\"]\n\
         secret_file = \"secret\"\n"
    );
    let config = format!("{PLAIN}\n{told_of}\n[operations]\notlp_endpoint = \"http://{collector}\"\n");
    let started = Start::serve(&config).in_folder(folder.path());
    let service = started.with("OTEL_BSP_SCHEDULE_DELAY", "100").start();
    let code = approved(&client(), &service).await.remove(0);
    let form = [("client_id", "tv"), ("grant_type", DEVICE_GRANT), ("device_code", &code)];
    let redeemed = client().post(service.at("/token")).form(&form);
    redeemed.header("traceparent", format!("00-{TRACE}-{PARENT}-01")).send().await.unwrap();
    let mut heard = Vec::new();
    let spans = until(&told, "delivery", &mut heard);
    let (request, delivery) = (named(&spans, "POST /token"), named(&spans, "delivery"));
    assert_eq!(hex(&delivery.trace_id), TRACE);
    assert_eq!(delivery.parent_span_id, request.span_id);
    let hook = heard.iter().find(|heard| heard.path == "/hook").unwrap();
    assert!(
        hook.traceparent.as_ref().unwrap().starts_with(&format!("00-{TRACE}-")),
        "{:?}",
        hook.traceparent
    );
    // Whose trace it is, is told in the header alone.
    assert!(!String::from_utf8_lossy(&hook.body).contains(TRACE));
}

#[tokio::test]
async fn a_collector_that_is_gone_holds_up_nobody() {
    let mut service = traced("", "127.0.0.1:9");
    for _ in 0..50 {
        assert!(ask(&client(), &service, "01").await["device_code"].is_string());
    }
    service.signal("TERM");
    assert!(service.ended_within(Duration::from_secs(15)).success());
}
