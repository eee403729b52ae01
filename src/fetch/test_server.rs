//! A real server on loopback that answers as a test says.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

/// Answers every connection with what `answer` makes of its number (from 0), then closes it.
/// `None` leaves the connection open and says nothing.
pub(crate) fn serve(
    answer: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Url, Arc<AtomicUsize>) {
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    (listen(move |_| answer(count.fetch_add(1, Ordering::SeqCst))), served)
}

/// Serves an answer for each path, and notes every path that was asked for.
pub(super) fn serve_paths(
    answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
) -> (Url, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&asked);
    let url = listen(move |path| {
        paths.lock().unwrap().push(path.to_owned());
        Some(answer(path))
    });
    (url, asked)
}

fn listen(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/jwks.json", listener.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || {
        let answer = Arc::new(answer);
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || speak(stream.unwrap(), &*answer));
        }
    });
    url
}

fn speak(mut stream: TcpStream, answer: &(impl Fn(&str) -> Option<Vec<u8>> + ?Sized)) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap();
    match answer(request.split(' ').nth(1).unwrap_or_default()) {
        // The reader may have had enough before the end.
        Some(answer) => drop(stream.write_all(&answer)),
        None => std::thread::sleep(Duration::from_secs(60)),
    }
}

/// A 200 with these header lines and body.
pub(crate) fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}
