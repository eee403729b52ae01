//! Accepts connections, within bounds: how many there are ([`super::places`]), how long the first header of one
//! may take, how long a request may take from its first byte to the first byte of its answer, and how long a
//! connection may sit idle between requests. So a client that sends one byte at a time cannot hold its
//! connection open.

use std::future::Future as _;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};

use super::places::{Place, Places, counted_as};

/// The first header of a connection. Whoever opens one has something to say.
const FIRST_HEADER: Duration = Duration::from_secs(12);
/// Longer than any answer takes (30 s), and than proxies keep idle connections (mostly 60 s).
const PATIENCE: Duration = Duration::from_secs(75);
/// After a failed accept, mostly for want of file descriptors: trying at once would only burn time.
const BREATH: Duration = Duration::from_millis(100);
/// Between two lines of the log about one thing that goes on.
const SAID_EVERY: Duration = Duration::from_secs(10);

/// A listening socket.
pub(super) struct BoundedListener {
    listener: TcpListener,
    address: SocketAddr,
    places: Places,
    limits: ListenerLimits,
    refused: Seldom,
    failed: Seldom,
}

#[derive(Clone, Copy)]
struct ListenerLimits {
    first_header: Duration,
    patience: Duration,
}

/// A connection that was accepted.
pub(super) struct Accepted {
    /// The bytes of the connection.
    pub(super) stream: BoundedStream,
    /// To be set when the header of its first request is complete.
    pub(super) begun: Arc<AtomicBool>,
    /// The address on our side.
    pub(super) local: SocketAddr,
    /// The address on the other side.
    pub(super) remote: SocketAddr,
}

/// Something that may happen very often, and is said with its count now and then.
#[derive(Default)]
struct Seldom {
    count: u64,
    said: Option<Instant>,
}

impl Seldom {
    /// How often it happened since it was said last, when it is time to say so.
    fn happened(&mut self, now: Instant) -> Option<u64> {
        self.count += 1;
        if self.said.is_some_and(|said| now < said + SAID_EVERY) {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.count))
    }
}

impl BoundedListener {
    pub(super) fn new(listener: TcpListener, address: SocketAddr, places: Places) -> Self {
        let limits = ListenerLimits { first_header: FIRST_HEADER, patience: PATIENCE };
        Self { listener, address, places, limits, refused: Seldom::default(), failed: Seldom::default() }
    }

    /// The next connection that has a place.
    pub(super) async fn accept(&mut self) -> Accepted {
        loop {
            // The semaphore is never closed.
            let Ok(permit) = self.places.one().await else { return std::future::pending().await };
            let (stream, remote) = self.accept_any().await;
            let Some(place) = self.places.give(permit, remote.ip()) else {
                if let Some(refused) = self.refused.happened(Instant::now()) {
                    let (address, share) = (counted_as(remote.ip()), self.places.share());
                    tracing::warn!(%address, share, refused, "connections refused: one address has its share");
                }
                continue;
            };
            // Answers are written at once, and small: waiting for more to send only delays them. Where that
            // cannot be said to the system, the connection is gone, and its first read tells.
            let _gone = stream.set_nodelay(true);
            let begun = Arc::new(AtomicBool::new(false));
            let stream = BoundedStream {
                stream,
                deadline: Box::pin(sleep(self.limits.first_header)),
                patience: self.limits.patience,
                answered: false,
                first: Some(Arc::clone(&begun)),
                _place: place,
            };
            return Accepted { stream, begun, local: self.address, remote };
        }
    }

    async fn accept_any(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(fault) => {
                    if let Some(times) = self.failed.happened(Instant::now()) {
                        tracing::warn!(%fault, times, "connections could not be accepted");
                    }
                    sleep(BREATH).await;
                }
            }
        }
    }
}

/// A connection that ends when a request takes too long to arrive, or none comes.
pub(super) struct BoundedStream {
    stream: TcpStream,
    deadline: Pin<Box<Sleep>>,
    patience: Duration,
    /// Whether we were the last to speak: what arrives next begins a request.
    answered: bool,
    /// Until the first answer begins: whether the header of the first request is complete.
    first: Option<Arc<AtomicBool>>,
    _place: Place,
}

impl BoundedStream {
    fn start_anew(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + self.patience);
    }

    /// Passes on what happened, unless nothing did and time is up.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        while step.is_pending() && self.deadline.as_mut().poll(cx).is_ready() {
            // The first header was in time: now its request has the time that any other has.
            if !self.first.take().is_some_and(|begun| begun.load(Ordering::Relaxed)) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.start_anew();
        }
        step
    }

    fn written(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if step.is_ready() {
            self.answered = true;
            self.first = None;
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
mod tests;
