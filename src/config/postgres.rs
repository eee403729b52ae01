//! `[storage]` with a PostgreSQL.

use tokio_postgres::Config as Server;
use tokio_postgres::config::Host;
use zeroize::Zeroizing;

use vpgate_core::registration::Sources as _;

use super::fault::Faults;
use super::file::Folder;
use super::raw::RawStorage;

/// The longest password and the longest file of certificates, in bytes.
const LONGEST_PASSWORD: usize = 4096;
const LONGEST_AUTHORITIES: usize = 1 << 20;
/// The longest name that PostgreSQL knows, in bytes.
const LONGEST_NAME: usize = 63;

/// Where a PostgreSQL is, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresStorage {
    /// Hosts, ports, database, user and, where the server asks for one, password.
    pub server: Server,
    /// Where the tables are: a name of small letters, digits and underscores.
    pub schema: String,
    /// Whether the server proves that it is the one.
    pub tls: PostgresTls,
    /// How statements are sent.
    pub statements: StatementMode,
    /// For changes that are durable before they are answered: how many connections at most.
    pub connections: u32,
    /// For look-ups and polls.
    pub swift_connections: u32,
}

/// Whether the server proves that it is the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresTls {
    /// By a certificate for the name that it is reached by.
    VerifyFull {
        /// Certificates (PEM) of who signs it; those of the system when there are none.
        authorities: Option<Vec<u8>>,
    },
    /// It does not, and everybody on the way can read what is sent.
    Off,
}

/// How statements are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementMode {
    /// Prepared once for each connection.
    Prepared,
    /// With their text each time: for poolers that give each transaction another connection.
    Unnamed,
}

impl PostgresStorage {
    /// The schema as it stands in a statement.
    pub fn quoted_schema(&self) -> String {
        format!("\"{}\"", self.schema)
    }

    /// Whether what is sent leaves this machine as it is.
    pub fn is_readable_on_the_way(&self) -> bool {
        let leaves = |host: &Host| match host {
            Host::Tcp(name) => {
                name != "localhost" && !name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => false,
        };
        self.tls == PostgresTls::Off && self.server.get_hosts().iter().any(leaves)
    }
}

/// Whether this is the address of a PostgreSQL.
pub(super) fn is_meant(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Everything is looked at, whatever was wrong before it.
pub(super) fn check(given: &RawStorage, folder: &Folder<'_>, faults: &mut Faults) -> Option<PostgresStorage> {
    let server = faults.keep("storage.url", server(&given.url));
    let schema = faults.keep("storage.schema", schema(&given.schema));
    let password = password(given, folder, faults);
    let tls = tls(given, folder, faults);
    let statements = faults.keep(
        "storage.statements",
        match given.statements.as_str() {
            "prepared" => Ok(StatementMode::Prepared),
            "unnamed" => Ok(StatementMode::Unnamed),
            _ => Err("must be \"prepared\" or \"unnamed\""),
        },
    );
    let connections = faults.keep("storage.connections", size(given.connections));
    let swift_connections = faults.keep("storage.swift_connections", size(given.swift_connections));
    let (mut server, password) = (server?, password?);
    if let Some(password) = password {
        server.password(password.as_bytes());
    }
    Some(PostgresStorage {
        server,
        schema: schema?,
        tls: tls?,
        statements: statements?,
        connections: connections?,
        swift_connections: swift_connections?,
    })
}

/// What only a PostgreSQL understands is no part of another storage.
pub(super) fn refuse(given: &RawStorage, faults: &mut Faults) {
    let default = RawStorage::default();
    let written = [
        ("storage.password_file", given.password_file.is_some()),
        ("storage.password_env", given.password_env.is_some()),
        ("storage.schema", given.schema != default.schema),
        ("storage.danger_without_tls", given.danger_without_tls),
        ("storage.ca_file", given.ca_file.is_some()),
        ("storage.statements", given.statements != default.statements),
        ("storage.connections", given.connections != default.connections),
        ("storage.swift_connections", given.swift_connections != default.swift_connections),
    ];
    for (key, _) in written.into_iter().filter(|(_, written)| *written) {
        faults.add(key, "is for a storage.url of postgres://");
    }
}

fn server(url: &str) -> Result<Server, &'static str> {
    let must = "must be postgres://USER@HOST/DATABASE, for example \"postgres://vpgate@db.example/vpgate\"; several \
                hosts have commas between them";
    if url.contains('?') {
        return Err(
            "must be postgres://USER@HOST/DATABASE, without parameters: the other keys of [storage] say the \
                    rest",
        );
    }
    let server: Server = url.parse().map_err(|_| must)?;
    if server.get_password().is_some() {
        return Err("must not hold the password: storage.password_file or storage.password_env does");
    }
    let named = server.get_user().is_some_and(|user| !user.is_empty())
        && server.get_dbname().is_some_and(|database| !database.is_empty());
    let host = |host: &Host| match host {
        Host::Tcp(name) => !name.is_empty(),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = server.get_hosts();
    if named && !hosts.is_empty() && hosts.iter().all(host) { Ok(server) } else { Err(must) }
}

fn schema(name: &str) -> Result<String, &'static str> {
    let of_letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let reserved = name.starts_with("pg_") || name == "information_schema";
    let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(of_letters);
    if is_name && !reserved && !name.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(name.to_owned())
    } else {
        Err(
            "must be a name of 1 to 63 small letters, digits and underscores, which begins with a letter and not with \
             pg_",
        )
    }
}

/// The outer `None` means a fault.
#[expect(clippy::option_option, reason = "a fault is not the same as no password")]
fn password(
    given: &RawStorage,
    folder: &Folder<'_>,
    faults: &mut Faults,
) -> Option<Option<Zeroizing<String>>> {
    let (key, found) = match (&given.password_file, &given.password_env) {
        (None, None) => return Some(None),
        (Some(_), Some(_)) => {
            faults.add("storage.password_env", "must not be given beside storage.password_file");
            return None;
        }
        (Some(name), None) => {
            let text = folder.private_file(name, LONGEST_PASSWORD).and_then(|bytes| {
                let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
                Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            });
            ("storage.password_file", text)
        }
        (None, Some(name)) => ("storage.password_env", folder.variable(name)),
    };
    let found = found.and_then(|password| match password.as_str() {
        "" => Err("is empty".to_owned()),
        text if text.contains('\0') => Err("holds a character that no password can hold".to_owned()),
        _ => Ok(password),
    });
    faults.keep(key, found).map(Some)
}

fn tls(given: &RawStorage, folder: &Folder<'_>, faults: &mut Faults) -> Option<PostgresTls> {
    match (given.danger_without_tls, &given.ca_file) {
        (false, None) => Some(PostgresTls::VerifyFull { authorities: None }),
        (false, Some(name)) => {
            let authorities = faults.keep("storage.ca_file", folder.file(name, LONGEST_AUTHORITIES))?;
            Some(PostgresTls::VerifyFull { authorities: Some(authorities) })
        }
        (true, None) => Some(PostgresTls::Off),
        (true, Some(_)) => {
            faults.add("storage.ca_file", "has no use beside storage.danger_without_tls");
            None
        }
    }
}

fn size(given: i64) -> Result<u32, &'static str> {
    let fits = u32::try_from(given).ok().filter(|size| (1..=100).contains(size));
    fits.ok_or("must be a number from 1 to 100")
}
