//! What other processes tell us by signals.

use std::io;

/// What we are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// SIGTERM, SIGINT.
    Stop,
    /// SIGHUP: to read the configuration again.
    Reload,
}

/// SIGUSR1 and SIGUSR2 would end the process at once if nobody waited for them; they are said in the log instead.
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
    /// Waits until somebody tells us to stop.
    pub async fn told_to_stop(&mut self) {
        while self.told().await != Told::Stop {}
    }

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

    /// Waits until somebody tells us something.
    pub async fn told(&mut self) -> Told {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Told::Stop,
                _ = self.interrupt.recv() => return Told::Stop,
                _ = self.hangup.recv() => return Told::Reload,
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
    /// Waits until somebody tells us to stop.
    pub async fn told_to_stop(&mut self) {
        while self.told().await != Told::Stop {}
    }

    /// Nothing to prepare.
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits until somebody tells us something.
    pub async fn told(&mut self) -> Told {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Told::Stop
    }
}
