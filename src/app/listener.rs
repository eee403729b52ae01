//! Accepts connections, within bounds that poem does not set: how many there are, and how long one may
//! take from the first byte of a request to the first byte of its answer, or sit idle between requests.
//! So a client that sends one byte at a time cannot hold its connection open.
//!
//! Not bounded here: a client of HTTP/2 that keeps its connection busy with control frames.

use std::future::Future as _;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// Connections at one time; further ones wait in the queue of the operating system.
const CONNECTIONS: usize = 4096;
/// Longer than any answer takes (30 s), and than proxies keep idle connections (mostly 60 s).
const PATIENCE: Duration = Duration::from_secs(75);
/// After a failed accept, mostly for want of file descriptors: trying at once would only burn time.
const BREATH: Duration = Duration::from_millis(100);

/// A listening socket.
pub(super) struct BoundedListener {
    listener: TcpListener,
    address: SocketAddr,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl BoundedListener {
    pub(super) fn new(listener: TcpListener, address: SocketAddr) -> Self {
        Self { listener, address, places: Arc::new(Semaphore::new(CONNECTIONS)), patience: PATIENCE }
    }
}

impl Acceptor for BoundedListener {
    type Io = BoundedStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![LocalAddr(self.address.into())]
    }

    async fn accept(&mut self) -> io::Result<(BoundedStream, LocalAddr, RemoteAddr, Scheme)> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, remote) = loop {
            match self.listener.accept().await {
                Ok(accepted) => break accepted,
                Err(fault) => {
                    tracing::warn!(%fault, "a connection could not be accepted");
                    sleep(BREATH).await;
                }
            }
        };
        // Answers are written at once, and small: waiting for more to send only delays them.
        stream.set_nodelay(true)?;
        let deadline = Box::pin(sleep(self.patience));
        let stream =
            BoundedStream { stream, deadline, patience: self.patience, answered: true, _place: place };
        Ok((stream, LocalAddr(self.address.into()), RemoteAddr(remote.into()), Scheme::HTTP))
    }
}

/// A connection that ends when a request takes too long to arrive, or none comes.
pub(super) struct BoundedStream {
    stream: TcpStream,
    deadline: Pin<Box<Sleep>>,
    patience: Duration,
    /// Whether we were the last to speak: what arrives next begins a request.
    answered: bool,
    _place: OwnedSemaphorePermit,
}

impl BoundedStream {
    fn start_anew(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + self.patience);
    }

    /// Passes on what happened, unless nothing did and time is up.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if step.is_pending() && self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        step
    }

    fn written(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if step.is_ready() {
            self.answered = true;
            self.start_anew();
        }
        self.in_time(cx, step)
    }
}

impl AsyncRead for BoundedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let step = Pin::new(&mut self.stream).poll_read(cx, buf);
        if step.is_ready() && std::mem::take(&mut self.answered) {
            self.start_anew();
        }
        self.in_time(cx, step)
    }
}

impl AsyncWrite for BoundedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, step)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, step)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    async fn pair() -> (BoundedListener, BoundedStream, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut bounded = BoundedListener::new(listener, address);
        bounded.patience = Duration::from_millis(200);
        let client = std::net::TcpStream::connect(address).unwrap();
        let (stream, ..) = bounded.accept().await.unwrap();
        (bounded, stream, client)
    }

    /// Reads until the connection ends.
    async fn read_all(stream: &mut BoundedStream) -> io::Result<()> {
        loop {
            let mut buffer = [0; 8];
            let mut buffer = ReadBuf::new(&mut buffer);
            std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, &mut buffer)).await?;
            if buffer.filled().is_empty() {
                return Ok(());
            }
        }
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed_and_its_place_is_free_again() {
        let (bounded, mut stream, mut client) = pair().await;
        assert_eq!(read_all(&mut stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(bounded.places.available_permits(), CONNECTIONS - 1);
        drop(stream);
        assert_eq!(bounded.places.available_permits(), CONNECTIONS);
        assert_eq!(client.read(&mut [0; 8]).unwrap(), 0, "the other side sees the end");
    }

    #[tokio::test]
    async fn a_request_that_drips_in_is_cut_off() {
        let (_bounded, mut stream, mut client) = pair().await;
        let dripping = std::thread::spawn(move || {
            // Until the other side has had enough; far longer than that takes.
            (0..100)
                .take_while(|_| {
                    std::thread::sleep(Duration::from_millis(20));
                    client.write_all(b"x").is_ok()
                })
                .count()
        });
        assert_eq!(read_all(&mut stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(stream);
        assert!(dripping.join().unwrap() < 100);
    }
}
