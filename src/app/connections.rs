//! Speaks HTTP/1.1 on connections that the listener accepted, until it is told to stop.
//!
//! hyper is asked directly, because its bounds must be set: a header of [`MAX_HEADER`], whatever is buffered
//! otherwise, and no HTTP/2, whose control frames would keep an idle connection alive for ever.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint as _, Request, Response};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::background::told;
use super::listener::{Accepted, BoundedListener};
use crate::http::HostFault;

/// The longest header of a request, its first line included, in bytes. A longer one is answered with 431.
const MAX_HEADER: usize = 64 * 1024;

/// Answers at `listener` until `stopped`; then finishes what is under way, for at most `farewell`.
pub(super) async fn serve(
    mut listener: BoundedListener,
    endpoint: BoxEndpoint<'static, Response>,
    stopped: watch::Receiver<()>,
    farewell: Duration,
) {
    let endpoint = Arc::new(endpoint);
    let http = http1();
    let mut connections = JoinSet::new();
    let mut stop = pin!(told(stopped.clone()));
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => {
                connections.spawn(converse(http.clone(), accepted, Arc::clone(&endpoint), stopped.clone()));
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
    drop(listener);
    let finished = timeout(farewell, async { while connections.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(connections = connections.len(), "not every request was finished in time");
        connections.shutdown().await;
    }
}

fn http1() -> Builder {
    let mut http = Builder::new();
    // The listener has its own limits of time, which depend on what came before.
    http.max_buf_size(MAX_HEADER).max_header_size(MAX_HEADER).header_read_timeout(None);
    http
}

async fn converse(
    http: Builder,
    accepted: Accepted,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    stopped: watch::Receiver<()>,
) {
    let Accepted { stream, begun, local, remote } = accepted;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        begun.store(true, Ordering::Relaxed);
        let endpoint = Arc::clone(&endpoint);
        async move {
            let fault = HostFault::of(&request);
            let (local, remote) = (LocalAddr(local.into()), RemoteAddr(remote.into()));
            let mut request = Request::from((request, local, remote, Scheme::HTTP));
            fault.into_iter().for_each(|fault| request.set_data(fault));
            Ok::<_, Infallible>(endpoint.get_response(request).await.into())
        }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut stop = pin!(told(stopped));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = &mut stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        note(&fault);
    }
}

/// Strangers end connections as they like; only what an operator can mend is worth a line.
fn note(fault: &hyper::Error) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if fault.is_parse_version_h2() && !TOLD.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "somebody speaks HTTP/2 without TLS, which is not offered: a proxy in front must use HTTP/1.1. \
             This is said once"
        );
    } else {
        tracing::debug!(%fault, "a connection ended");
    }
}
