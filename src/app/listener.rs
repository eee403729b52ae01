//! Accepts connections, within bounds that poem does not set: how many, and how long a silent one lasts.
//!
//! Not bounded here: a client that sends one byte before each silence is over can hold a connection
//! open. A proxy in front of the service should read whole requests.

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
const SILENCE: Duration = Duration::from_secs(75);
/// After a failed accept, mostly for want of file descriptors: trying at once would only burn time.
const BREATH: Duration = Duration::from_millis(100);

/// A listening socket.
pub(super) struct BoundedListener {
    listener: TcpListener,
    address: SocketAddr,
    places: Arc<Semaphore>,
    silence: Duration,
}

impl BoundedListener {
    pub(super) fn new(listener: TcpListener, address: SocketAddr) -> Self {
        Self { listener, address, places: Arc::new(Semaphore::new(CONNECTIONS)), silence: SILENCE }
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
        let deadline = Box::pin(sleep(self.silence));
        let stream = BoundedStream { stream, deadline, silence: self.silence, _place: place };
        Ok((stream, LocalAddr(self.address.into()), RemoteAddr(remote.into()), Scheme::HTTP))
    }
}

/// A connection that ends when nothing is read or written for a while.
pub(super) struct BoundedStream {
    stream: TcpStream,
    deadline: Pin<Box<Sleep>>,
    silence: Duration,
    _place: OwnedSemaphorePermit,
}

impl BoundedStream {
    /// Passes on what happened; starts the silence anew when something did, and ends it when it lasted.
    fn watched<T>(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if step.is_ready() {
            let deadline = self.deadline.deadline().max(Instant::now() + self.silence);
            self.deadline.as_mut().reset(deadline);
            return step;
        }
        match self.deadline.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for BoundedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let step = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.watched(cx, step)
    }
}

impl AsyncWrite for BoundedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watched(cx, step)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let step = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watched(cx, step)
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
    use std::io::Read as _;

    use super::*;

    #[tokio::test]
    async fn a_silent_connection_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut bounded = BoundedListener::new(listener, address);
        bounded.silence = Duration::from_millis(50);
        let mut client = std::net::TcpStream::connect(address).unwrap();
        let (mut stream, ..) = bounded.accept().await.unwrap();
        let mut buffer = [0; 8];
        let read =
            std::future::poll_fn(|cx| Pin::new(&mut stream).poll_read(cx, &mut ReadBuf::new(&mut buffer)));
        assert_eq!(read.await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(bounded.places.available_permits(), CONNECTIONS - 1);
        drop(stream);
        assert_eq!(bounded.places.available_permits(), CONNECTIONS);
        assert_eq!(client.read(&mut buffer).unwrap(), 0, "the other side sees the end");
    }
}
