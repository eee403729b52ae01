//! What other processes tell us by signals.

use std::io;

/// SIGTERM and SIGINT stop the service. SIGHUP, SIGUSR1 and SIGUSR2 would end it at once if nobody waited for
/// them; they are said in the log instead.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    first_of_users: tokio::signal::unix::Signal,
    second_of_users: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on none of them ends the process by itself.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            first_of_users: signal(SignalKind::user_defined1())?,
            second_of_users: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits until somebody asks us to stop.
    pub async fn told_to_stop(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => tracing::warn!(
                    "SIGHUP: the configuration is read at the start only, and stays as it is. For a changed file: \
                     `vpgate check-config`, then restart"
                ),
                _ = self.first_of_users.recv() => tracing::warn!("SIGUSR1 means nothing here: nothing was done"),
                _ = self.second_of_users.recv() => tracing::warn!("SIGUSR2 means nothing here: nothing was done"),
            }
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Nothing to prepare.
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits until somebody asks us to stop.
    pub async fn told_to_stop(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
