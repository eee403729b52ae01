//! Connections as bytes, from any address of loopback.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use vpgate_test_support::service_process::Service;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection to the service from `source`.
pub async fn connect_from(source: &str, service: &Service) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
    socket.connect(service.address().parse().unwrap()).await.unwrap()
}

/// Sends `request` and reads until the other side has nothing more to say. It may stop listening early.
pub async fn answer_to(stream: &mut TcpStream, request: &[u8]) -> String {
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let (_unheard, ended) =
        tokio::join!(write.write_all(request), timeout(PATIENCE, read.read_to_end(&mut answer)));
    // An end by a reset is an end: it did not want to hear everything.
    let _reset = ended.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a request on a connection of its own, from 127.0.0.1, and reads the answer.
pub async fn ask(service: &Service, request: &[u8]) -> String {
    answer_to(&mut connect_from("127.0.0.1", service).await, request).await
}

/// Whether it is answered from `source`, and soon.
pub async fn is_answered(source: &str, service: &Service) -> bool {
    let asked = async {
        let mut stream = connect_from(source, service).await;
        let request = b"GET /jwks.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        answer_to(&mut stream, request).await.starts_with("HTTP/1.1 200")
    };
    timeout(Duration::from_secs(3), asked).await.unwrap_or(false)
}

/// Whether the other side has ended the connection, or does so within a moment.
pub async fn has_ended(stream: &mut TcpStream) -> bool {
    ends_within(stream, Duration::from_millis(500)).await
}

/// Whether the other side ends the connection in that time.
pub async fn ends_within(stream: &mut TcpStream, time: Duration) -> bool {
    let mut bytes = [0; 1024];
    timeout(time, async { while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {} }).await.is_ok()
}
