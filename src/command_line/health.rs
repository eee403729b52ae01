//! `vpgate health`: asks the running service how it is, for whoever watches over it and has no HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use vpgate::config::Config;

use super::{faults_in, say};

/// For each step: connecting, writing, reading. `/readyz` itself answers within two seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// Of the answer, more than its first line.
const READ: u64 = 512;

#[derive(Args)]
pub struct HealthArguments {
    /// The configuration file of the service; only its `listen` and `[operations] listen` count.
    #[arg(long, env = "VPGATE_CONFIG", default_value = "vpgate.toml")]
    config: PathBuf,
    /// Where the service answers operators; then no file is read, and none that somebody is writing makes it look ill.
    #[arg(long)]
    address: Option<SocketAddr>,
    /// Asks whether it can work (`/readyz`), not only whether it answers (`/healthz`).
    #[arg(long)]
    ready: bool,
}

/// Prints what it says when it is well.
pub fn run(HealthArguments { config, address, ready }: &HealthArguments) -> anyhow::Result<()> {
    let address = match address {
        Some(address) => *address,
        None => Config::load_operations_address(config).map_err(|faults| faults_in(config, &faults))?,
    };
    let address = reached_at(address);
    let path = if *ready { "/readyz" } else { "/healthz" };
    let status = ask(address, path).with_context(|| format!("nothing well answers at {address}"))?;
    match status.as_str() {
        "200" => say("ok"),
        other => bail!("http://{address}{path} answers with status {other}"),
    }
}

/// Who listens at every address is also on this machine's own.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The status of the answer (RFC 9112 section 4).
fn ask(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    connection.take(READ).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    status.map(str::to_owned).context("the answer is no HTTP/1.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_loopback() {
        for (listens, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:8080", "192.0.2.7:8080"),
        ] {
            assert_eq!(reached_at(listens.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
