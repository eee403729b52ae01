use std::io::{Read as _, Write as _};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::app::places::CONNECTIONS;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(60);

async fn pair(
    first_header: Duration,
    patience: Duration,
) -> (BoundedListener, Accepted, std::net::TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let places = Places::public(None, 0, Arc::new(|_| false));
    let mut bounded = BoundedListener::new(listener, address, places);
    bounded.limits = ListenerLimits { first_header, patience };
    let client = std::net::TcpStream::connect(address).unwrap();
    let accepted = bounded.accept().await;
    (bounded, accepted, client)
}

/// Reads until the connection ends.
async fn read_all(stream: &mut BoundedStream) -> io::Result<()> {
    while stream.read(&mut [0; 8]).await? > 0 {}
    Ok(())
}

#[tokio::test]
async fn a_silent_connection_is_closed_and_its_place_is_free_again() {
    let (bounded, accepted, mut client) = pair(SHORT, LONG).await;
    let mut stream = accepted.stream;
    assert_eq!(read_all(&mut stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(bounded.places.free(), CONNECTIONS - 1);
    drop(stream);
    assert_eq!(bounded.places.free(), CONNECTIONS);
    assert_eq!(client.read(&mut [0; 8]).unwrap(), 0, "the other side sees the end");
}

#[tokio::test]
async fn a_first_header_that_drips_in_is_cut_off() {
    let (_bounded, mut accepted, mut client) = pair(SHORT, LONG).await;
    let dripping = std::thread::spawn(move || {
        // Until the other side has had enough; far longer than that takes.
        (0..100)
            .take_while(|_| {
                std::thread::sleep(Duration::from_millis(20));
                client.write_all(b"x").is_ok()
            })
            .count()
    });
    assert_eq!(read_all(&mut accepted.stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    drop(accepted);
    assert!(dripping.join().unwrap() < 100);
}

#[tokio::test]
async fn a_first_header_in_time_gives_its_request_the_time_of_any_other_once() {
    let (_bounded, mut accepted, _client) = pair(SHORT, SHORT).await;
    let started = Instant::now();
    accepted.begun.store(true, Ordering::Relaxed);
    assert_eq!(read_all(&mut accepted.stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert!(started.elapsed() >= 2 * SHORT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn after_an_answer_a_connection_may_be_idle_for_longer_than_a_first_header() {
    let (_bounded, mut accepted, _client) = pair(SHORT, 3 * SHORT).await;
    accepted.begun.store(true, Ordering::Relaxed);
    accepted.stream.write_all(b"answer").await.unwrap();
    let started = Instant::now();
    assert_eq!(read_all(&mut accepted.stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    let idle = started.elapsed();
    assert!(idle >= 2 * SHORT && idle < 6 * SHORT, "once, and not twice: {idle:?}");
}

#[tokio::test]
async fn what_goes_on_is_said_now_and_then_with_its_count() {
    let (mut seldom, now) = (Seldom::default(), Instant::now());
    assert_eq!(seldom.happened(now), Some(1));
    assert_eq!(seldom.happened(now + SAID_EVERY / 2), None);
    assert_eq!(seldom.happened(now + SAID_EVERY), Some(2));
}
