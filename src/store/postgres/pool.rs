//! Connections: to whichever of the hosts takes writes, by TLS, with bounds for everything that waits.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use native_tls::{Certificate, TlsConnector};
use postgres_native_tls::MakeTlsConnector;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error};

use crate::config::{PostgresStorage, PostgresTls};

/// How long it may take until there is a connection, to whichever host.
const CONNECTING: Duration = Duration::from_secs(6);
/// How long one of several hosts may take, so that the next one gets its turn.
const ONE_OF_SEVERAL: Duration = Duration::from_secs(2);
/// How long a statement waits for a connection that is free.
const WAITING: Duration = Duration::from_secs(5);
/// When a peer that says nothing is asked whether it is there, how often, and when it is not.
const QUIET: Duration = Duration::from_secs(15);
const QUIET_RETRIES: u32 = 3;
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

/// How long the server works on one statement, waits for a lock, and waits for the rest of a transaction.
const SETTINGS: &str =
    "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=5000";

/// Whether a commit waits until it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// It does.
    Durable,
    /// It need not be: what reads, and the pace of polls.
    Swift,
}

/// Opens connections, to the host that took writes last first.
#[derive(Clone)]
pub(super) struct Connector {
    hosts: Arc<[Config]>,
    tls: MakeTlsConnector,
    last: Arc<AtomicUsize>,
    warnings: Arc<AtomicU64>,
}

impl Connector {
    /// # Errors
    /// When the certificate of `ca_file` is none.
    pub(super) fn new(storage: &PostgresStorage, durability: Durability) -> Result<Self, native_tls::Error> {
        let mut tls = TlsConnector::builder();
        if let PostgresTls::VerifyFull { authorities: Some(authorities) } = &storage.tls {
            tls.disable_built_in_roots(true);
            for certificate in Certificate::stack_from_pem(authorities)? {
                tls.add_root_certificate(certificate);
            }
        }
        Ok(Self::over(MakeTlsConnector::new(tls.build()?), storage, durability))
    }

    /// Another one to the same server. Whom TLS believes is read once: that takes longer than to connect.
    pub(super) fn beside(&self, storage: &PostgresStorage, durability: Durability) -> Self {
        Self::over(self.tls.clone(), storage, durability)
    }

    fn over(tls: MakeTlsConnector, storage: &PostgresStorage, durability: Durability) -> Self {
        let hosts: Vec<Config> = each_host(storage, durability).collect();
        Self { hosts: hosts.into(), tls, last: Arc::default(), warnings: Arc::default() }
    }

    /// How many times a server has warned on one of these connections. One of the warnings is that a commit stopped
    /// waiting for its standby.
    pub(super) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Acquire)
    }

    /// A connection of its own, outside of any pool.
    ///
    /// # Errors
    /// Those of the last host; when none has answered in time, [`Error`] says so.
    pub(super) async fn connect(&self) -> Result<(Client, JoinHandle<()>), Error> {
        let (first, mut last_fault) = (self.last.load(Ordering::Relaxed), None);
        let patience = if self.hosts.len() > 1 { ONE_OF_SEVERAL } else { CONNECTING };
        for turn in 0..self.hosts.len() {
            let place = (first + turn) % self.hosts.len();
            let Some(host) = self.hosts.get(place) else { continue };
            match tokio::time::timeout(patience, host.connect(self.tls.clone())).await {
                Ok(Ok((client, connection))) => {
                    self.last.store(place, Ordering::Relaxed);
                    return Ok((client, attend(connection, Arc::clone(&self.warnings))));
                }
                Ok(Err(fault)) => last_fault = Some(fault),
                // The next one may be the primary now.
                Err(_) => {}
            }
        }
        Err(last_fault.unwrap_or_else(Error::__private_api_timeout))
    }
}

impl Connect for Connector {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        Box::pin(Self::connect(self))
    }
}

/// Moves what a connection sends and receives for as long as there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "ends with its connection, which the store closes when it is closed"
)]
fn attend<S, T>(mut connection: Connection<S, T>, warnings: Arc<AtomicU64>) -> JoinHandle<()>
where
    Connection<S, T>: Send + 'static,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    tokio::spawn(async move {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(notice))) if *notice.code() == SqlState::WARNING => {
                    warnings.fetch_add(1, Ordering::Release);
                    tracing::warn!(message = notice.message(), "the database warns");
                }
                Some(Ok(_)) => {}
                Some(Err(fault)) => {
                    tracing::debug!(%fault, "a connection to the database ended");
                    return;
                }
                None => return,
            }
        }
    })
}

/// One configuration for each host.
fn each_host(storage: &PostgresStorage, durability: Durability) -> impl Iterator<Item = Config> {
    let given = &storage.server;
    given.get_hosts().iter().enumerate().map(move |(place, host)| {
        let mut one = Config::new();
        if let Some(user) = given.get_user() {
            one.user(user);
        }
        if let Some(database) = given.get_dbname() {
            one.dbname(database);
        }
        if let Some(password) = given.get_password() {
            one.password(password);
        }
        // Several hosts have a port each, or one for all.
        let ports = given.get_ports();
        if let Some(port) = ports.get(place).or(ports.first()) {
            one.port(*port);
        }
        let over_tls = match host {
            Host::Tcp(name) => {
                one.host(name);
                storage.tls != PostgresTls::Off
            }
            #[cfg(unix)]
            Host::Unix(folder) => {
                one.host_path(folder);
                false
            }
        };
        one.ssl_mode(if over_tls { SslMode::Require } else { SslMode::Disable })
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .application_name("vpgate")
            .options(match durability {
                Durability::Durable => SETTINGS.to_owned(),
                Durability::Swift => format!("{SETTINGS} -c synchronous_commit=off"),
            })
            .connect_timeout(CONNECTING)
            .keepalives_idle(QUIET)
            .keepalives_interval(QUIET)
            .keepalives_retries(QUIET_RETRIES)
            .tcp_user_timeout(UNACKNOWLEDGED);
        one
    })
}

/// A pool of at most `size` connections.
///
/// # Errors
/// None that its bounds, which are set, could bring about.
pub(super) fn pool(connector: &Connector, size: u32) -> Result<Pool, deadpool_postgres::BuildError> {
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_connect(Config::new(), connector.clone(), config);
    Pool::builder(manager)
        .max_size(usize::try_from(size).unwrap_or(usize::MAX))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAITING))
        .create_timeout(Some(CONNECTING))
        .recycle_timeout(Some(CONNECTING))
        .build()
}
