//! What we tell whoever started us, when it asks for that (`sd_notify(3)`): that we listen, that we are about to stop.

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub enum SupervisorNotice {
    /// We listen.
    Ready,
    /// We are about to stop.
    Stopping,
}

/// One datagram to the socket in `NOTIFY_SOCKET`. The service works also where nobody hears it.
#[cfg(unix)]
pub fn notify(notice: SupervisorNotice) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let text: &[u8] = match notice {
        SupervisorNotice::Ready => b"READY=1",
        SupervisorNotice::Stopping => b"STOPPING=1",
    };
    let sent = std::os::unix::net::UnixDatagram::unbound().and_then(|ours| ours.send_to(text, &socket));
    if let Err(fault) = sent {
        tracing::warn!(%fault, ?notice, "who started us could not be told");
    }
}

/// Nobody asks.
#[cfg(not(unix))]
pub fn notify(_: SupervisorNotice) {}
