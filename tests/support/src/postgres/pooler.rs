//! PgBouncer in front of a cluster, in transaction mode: each transaction may have another connection to the server.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::keeper::{self, Keeper};
use super::{Cluster, DATABASE, PASSWORD, STARTING, USER, is_alive};

/// A running PgBouncer.
pub struct Pooler {
    port: u16,
    ca_file: PathBuf,
    log: PathBuf,
    _keeper: Keeper,
}

impl Pooler {
    /// In front of `cluster`. `None` where PgBouncer is not installed, which is said in the name of `what`.
    pub fn before(cluster: &Cluster, what: &str) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let Some(program) = program.into_iter().map(Path::new).find(|it| it.is_file()) else {
            super::skip(what, "PgBouncer is not installed; apt-get install pgbouncer");
            return None;
        };
        let folder = keeper::own_folder();
        let [ca, chain, key] = cluster.certificates();
        for (file, name) in [(&ca, "ca.pem"), (&chain, "server.crt"), (&key, "server.key")] {
            keeper::private(&folder.join(name), &fs::read(file).unwrap());
        }
        keeper::private(&folder.join("users"), format!("\"{USER}\" \"{PASSWORD}\"\n").as_bytes());
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let settings = folder.join("pgbouncer.ini");
            keeper::private(&settings, Self::settings(&folder, port, cluster.port()).as_bytes());
            let keeper = Keeper::start(&folder, program, &[&settings.display().to_string()]);
            if comes_up(&keeper, port) {
                let (ca_file, log) = (folder.join("ca.pem"), folder.join("log"));
                return Some(Self { port, ca_file, log, _keeper: keeper });
            }
            keeper.stop();
        }
        panic!("PgBouncer does not start:\n{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    fn settings(folder: &Path, port: u16, server: u16) -> String {
        let folder = folder.display();
        format!(
            "[databases]
{DATABASE} = host=127.0.0.1 port={server} dbname={DATABASE}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 10
max_client_conn = 200
auth_type = scram-sha-256
auth_file = {folder}/users
ignore_startup_parameters = extra_float_digits, options
client_tls_sslmode = require
client_tls_cert_file = {folder}/server.crt
client_tls_key_file = {folder}/server.key
server_tls_sslmode = require
"
        )
    }

    /// The `[storage]` table of a service behind it.
    pub fn storage_table(&self, schema: &str) -> String {
        super::storage_table(self.port, schema, &self.ca_file)
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn comes_up(keeper: &Keeper, port: u16) -> bool {
    let deadline = Instant::now() + STARTING;
    while is_alive(keeper.server()) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        assert!(Instant::now() < deadline, "PgBouncer does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}
