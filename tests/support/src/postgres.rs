//! A PostgreSQL of one's own: made in a temporary folder, on a free port of loopback, and gone with whoever started
//! it, also when that is killed.
//!
//! ```text
//! postgres::shared()            one cluster for all tests of a program; each test takes a schema of its own
//! Cluster::start(&[])           a cluster that a test may kill, stop, fill or promote
//!     .standby("s1")            a second one, which follows the first
//! ```
//! Where PostgreSQL is not installed the tests that want it say SKIP and why; `VPGATE_REQUIRE_POSTGRES=1` makes that
//! a failure.

#![expect(clippy::disallowed_methods, reason = "a real database takes real time to start")]

mod keeper;
mod network;
mod pooler;
mod tls;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use vpgate::config::{PostgresStorage, PostgresTls, StatementMode};

use self::keeper::Keeper;
pub use self::keeper::give_away;
pub use self::network::{Cable, Network, Seat};
pub use self::pooler::Pooler;

/// Longer than any start takes, on a machine that does much else.
const STARTING: Duration = Duration::from_secs(60);
/// Who the service is at the database: no superuser, but the owner of [`DATABASE`].
pub const USER: &str = "vpgate";
pub const PASSWORD: &str = "a-password-of-tests";
pub const DATABASE: &str = "vpgate";
/// In the environment of a service that stores here: [`PASSWORD`].
pub const PASSWORD_VARIABLE: &str = "VPGATE_TEST_DATABASE_PASSWORD";

/// What all clusters have in common. They are made to be thrown away, so nothing is forced to the disk: what a
/// killed process has written stays in the memory of the system.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = '64MB'
fsync = off
wal_keep_size = '128MB'
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
";

/// A running PostgreSQL.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    /// Where it is not on this machine, as far as the network goes.
    seat: Option<Seat>,
    keeper: Option<Keeper>,
}

/// One for all tests of this program, started by the first that asks. `None` where PostgreSQL is not installed,
/// which is said in the name of `what`.
pub fn shared(what: &str) -> Option<&'static Cluster> {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    is_installed(what).then(|| SHARED.get_or_init(|| Cluster::start(&[])))
}

/// Whether PostgreSQL is installed. Where it is not, that is said in the name of `what`.
pub fn is_installed(what: &str) -> bool {
    let Some(missing) = programs().err() else { return true };
    skip(what, missing);
    false
}

fn skip(what: &str, missing: &str) {
    assert!(std::env::var_os("VPGATE_REQUIRE_POSTGRES").is_none_or(|it| it != "1"), "{missing}");
    // Past the capture of the test harness: a skipped test must not look like one that ran.
    std::io::stderr().write_all(format!("SKIP {what}: {missing}\n").as_bytes()).unwrap();
}

/// The name of a schema that no other test of this program uses.
pub fn schema() -> String {
    static SCHEMAS: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed))
}

impl Cluster {
    /// A new cluster, with these `settings` (`name = value`) beside those of all.
    pub fn start(settings: &[&str]) -> Self {
        Self::start_on(None, settings)
    }

    /// The same on a machine of its own.
    pub fn start_at(seat: &Seat, settings: &[&str]) -> Self {
        Self::start_on(Some(seat), &[settings, &["listen_addresses = '*'"]].concat())
    }

    fn start_on(seat: Option<&Seat>, settings: &[&str]) -> Self {
        let folder = keeper::own_folder();
        let data = folder.join("data");
        fs::write(folder.join("password"), "superuser").unwrap();
        let tls = tls::ServerCertificate::new(seat.as_ref().map_or(&[], |seat| &seat.certified));
        fs::write(folder.join("ca.pem"), &tls.root).unwrap();
        let text = |path: &Path| path.display().to_string();
        run(
            "initdb",
            &["-D", &text(&data), "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"],
            &["--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile", &text(&folder.join("password"))],
        );
        keeper::private(&data.join("server.key"), tls.key.as_bytes());
        keeper::private(&data.join("server.crt"), tls.chain.as_bytes());
        let mut conf = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        writeln!(conf, "{SETTINGS}\n{}", settings.join("\n")).unwrap();
        if seat.is_some() {
            let mut allowed = fs::OpenOptions::new().append(true).open(data.join("pg_hba.conf")).unwrap();
            writeln!(allowed, "host replication postgres samenet trust\nhost all all samenet scram-sha-256")
                .unwrap();
        }
        let cluster = Self::run_in(&folder, seat);
        cluster.sql_in("postgres", &format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"));
        cluster.sql_in("postgres", &format!("CREATE DATABASE {DATABASE} OWNER {USER}"));
        cluster
    }

    /// A second cluster that follows this one, by the name `name` in `synchronous_standby_names`.
    pub fn standby(&self, name: &str) -> Self {
        self.standby_on(name, None)
    }

    /// The same on a machine of its own, which hears of changes through the network.
    pub fn standby_at(&self, name: &str, seat: &Seat) -> Self {
        self.standby_on(name, Some(seat))
    }

    fn standby_on(&self, name: &str, seat: Option<&Seat>) -> Self {
        let folder = keeper::own_folder();
        fs::copy(self.folder.join("ca.pem"), folder.join("ca.pem")).unwrap();
        let from = format!(
            "host={} port={} user=postgres application_name={name}",
            self.folder.display(),
            self.port
        );
        let data = folder.join("data").display().to_string();
        run("pg_basebackup", &["-D", &data, "-R", "-X", "stream", "-c", "fast", "--no-sync"], &["-d", &from]);
        if let Some(primary) = &self.seat {
            let mut conf =
                fs::OpenOptions::new().append(true).open(folder.join("data/postgresql.auto.conf")).unwrap();
            let from = format!(
                "host={} port={} user=postgres application_name={name} connect_timeout=2",
                primary.from_standby, self.port
            );
            writeln!(conf, "primary_conninfo = '{from}'").unwrap();
        }
        Self::run_in(&folder, seat)
    }

    /// Whoever asks for a free port may find it taken a moment later.
    fn run_in(folder: &Path, seat: Option<&Seat>) -> Self {
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let keeper = Self::keep(folder, port, seat);
            let seat = seat.cloned();
            let cluster = Self { folder: folder.to_path_buf(), port, seat, keeper: Some(keeper) };
            if cluster.comes_up() {
                return cluster;
            }
            cluster.keeper.into_iter().for_each(Keeper::stop);
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start:\n{log}");
    }

    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{PASSWORD}@{}/{DATABASE}", self.place())
    }

    /// Address and port.
    pub fn place(&self) -> String {
        let address = self.seat.as_ref().map_or("127.0.0.1", |seat| &seat.address);
        format!("{address}:{}", self.port)
    }

    fn keep(folder: &Path, port: u16, seat: Option<&Seat>) -> Keeper {
        let (data, socket) = (folder.join("data").display().to_string(), folder.display().to_string());
        let server = programs().unwrap().join("postgres");
        let arguments = ["-D", &data, "-p", &port.to_string(), "-k", &socket];
        Keeper::start_at(seat.map(|seat| seat.namespace.as_str()), folder, &server, &arguments)
    }

    /// The `[storage]` table of a service whose tables are in `schema`. Its password is in the environment variable
    /// [`PASSWORD_VARIABLE`].
    pub fn storage_table(&self, schema: &str) -> String {
        storage_table(self.port, schema, &self.ca_file())
    }

    /// The certificates that others on this machine speak TLS with: authority, chain, key.
    fn certificates(&self) -> [PathBuf; 3] {
        [self.ca_file(), self.data().join("server.crt"), self.data().join("server.key")]
    }

    /// A new schema of this cluster, with its tables, as the storage of a service.
    pub fn migrated(&self) -> PostgresStorage {
        let storage = self.storage(&schema());
        vpgate::store::postgres::migrate(&storage).unwrap();
        storage
    }

    /// This cluster as the storage of a service, with its tables in `schema`.
    pub fn storage(&self, schema: &str) -> PostgresStorage {
        PostgresStorage {
            server: self.url().parse().unwrap(),
            schema: schema.to_owned(),
            tls: PostgresTls::VerifyFull { authorities: Some(fs::read(self.ca_file()).unwrap()) },
            statements: StatementMode::Prepared,
            connections: 8,
            swift_connections: 4,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that its own is signed with: for 127.0.0.1 and localhost.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Executes a statement as a superuser; the rows, a line each, columns between `|`.
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in(DATABASE, statement)
    }

    fn sql_in(&self, database: &str, statement: &str) -> String {
        let (host, port) = (self.folder.display().to_string(), self.port.to_string());
        let place = ["-h", &host, "-p", &port, "-U", "postgres", "-d", database];
        run("psql", &["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement], &place)
    }

    /// What `pgbench` says of this script, which it executes as the service would.
    pub fn pgbench(&self, script: &str, arguments: &[String]) -> String {
        let file = self.folder.join("script.sql");
        fs::write(&file, script).unwrap();
        // A certificate of whoever runs this is none of its business.
        let none = self.folder.join("none");
        let url = format!(
            "{}?sslmode=verify-full&sslrootcert={}&sslcert={}",
            self.url(),
            self.ca_file().display(),
            none.display()
        );
        let file = file.display().to_string();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run("pgbench", &arguments, &["-f", &file, &url])
    }

    /// Ends at once, as by a loss of power: `kill -9` of the server, whose processes follow it.
    pub fn kill(&self) {
        signal("KILL", self.process());
        self.wait_until("it is gone", || !is_alive(self.process()));
    }

    /// Runs again after [`Self::kill`], at the same address. What is left of the server that was killed may keep its
    /// memory for a moment longer, and then a new one ends at once.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + STARTING;
        loop {
            self.keeper.take().into_iter().for_each(Keeper::stop);
            self.keeper = Some(Self::keep(&self.folder, self.port, self.seat.as_ref()));
            if self.comes_up() {
                return;
            }
            assert!(Instant::now() < deadline, "PostgreSQL does not start again:\n{}", self.log());
        }
    }

    /// A standby becomes a primary.
    pub fn promote(&self) {
        run("pg_ctl", &["promote", "-w", "-D", &self.data().display().to_string()], &[]);
    }

    /// The processes that send to standbys.
    pub fn wal_senders(&self) -> Vec<u32> {
        let pids = self.sql("SELECT pid FROM pg_stat_replication");
        pids.lines().map(|pid| pid.parse().unwrap()).collect()
    }

    /// The server's main process.
    pub fn process(&self) -> u32 {
        self.keeper.as_ref().map(Keeper::server).unwrap()
    }

    /// Where its files are.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Whether it takes connections; not when it has ended.
    fn comes_up(&self) -> bool {
        let (file, process) = (self.data().join("postmaster.pid"), self.process());
        let deadline = Instant::now() + STARTING;
        while is_alive(process) {
            // The process, and seven lines later how far it is.
            let state = fs::read_to_string(&file).unwrap_or_default();
            let lines: Vec<&str> = state.lines().map(str::trim).collect();
            if let [pid, .., state] = &lines[..]
                && *pid == process.to_string()
                && ["ready", "standby"].contains(state)
            {
                return true;
            }
            assert!(Instant::now() < deadline, "PostgreSQL does not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Waits until something holds of the cluster, not for ever.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + STARTING;
        while !holds() {
            assert!(Instant::now() < deadline, "{what} never came to be:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn storage_table(port: u16, schema: &str, ca_file: &Path) -> String {
    format!(
        "[storage]\nurl = \"postgres://{USER}@127.0.0.1:{port}/{DATABASE}\"\nschema = \"{schema}\"\n\
         password_env = \"{PASSWORD_VARIABLE}\"\nca_file = \"{}\"\n",
        ca_file.display()
    )
}

/// Sends a signal by its name to a process: `STOP`.
pub fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(sent.unwrap().success(), "process {process} takes no {name}");
}

/// One that ended and was not waited for yet is not alive.
fn is_alive(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Runs a program of PostgreSQL to its end; what it printed.
fn run(program: &str, arguments: &[&str], more: &[&str]) -> String {
    let mut command = keeper::unprivileged(&programs().unwrap().join(program));
    let output = command.args(arguments).args(more).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?} failed: {said}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Where the programs of the newest version are: where Debian puts them, or in a folder of `PATH`.
fn programs() -> Result<&'static PathBuf, &'static String> {
    static PROGRAMS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let find = || {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let mut versions: Vec<_> = debian.map(|version| version.unwrap().path()).collect();
        versions.sort_by_key(|path| path.file_name().unwrap().to_string_lossy().parse::<u32>().ok());
        let debian = versions.into_iter().rev().map(|version| version.join("bin"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = |folder: &PathBuf| {
            ["initdb", "postgres", "pg_ctl", "pg_basebackup", "psql"]
                .iter()
                .all(|it| folder.join(it).is_file())
        };
        let found = debian.chain(std::env::split_paths(&path)).find(all);
        found.ok_or_else(|| "PostgreSQL is not installed; apt-get install postgresql".to_owned())
    };
    PROGRAMS.get_or_init(find).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_killed_started_again_followed_and_gone_in_the_end() {
        if !is_installed("a cluster of one's own") {
            return;
        }
        let mut primary = Cluster::start(&[]);
        assert_eq!(primary.sql("SHOW ssl"), "on");
        primary.sql("CREATE TABLE t AS SELECT 1 AS x");
        primary.kill();
        primary.start_again();
        let standby = primary.standby("s1");
        primary.wait_until("a standby", || !primary.wal_senders().is_empty());
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1)'");
        primary.sql("SELECT pg_reload_conf()");
        primary.sql("INSERT INTO t VALUES (2)");
        primary.kill();
        standby.promote();
        assert_eq!(standby.sql("SELECT x FROM t ORDER BY x"), "1\n2");
        let (process, folder) = (standby.process(), standby.folder.clone());
        drop((standby, primary));
        assert!(!is_alive(process) && !folder.exists());
    }
}
