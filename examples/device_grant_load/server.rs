//! The services, each a process on the first core, ended with the run.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use reqwest::Url;
use vpgate::config::secrets::hash_text;
use vpgate::sandbox::issuer::Issuer;
use vpgate::sandbox::wallet::{Holder, demo_person};
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;

/// The credential query.
pub const CREDENTIAL: &str = "proof_id_default";
/// Nobody is there: the service has its keys from a file.
const ISSUER: &str = "http://127.0.0.1:9/issuer";
pub const FOLDER: &str = "target/device_grant_load";
const PORT: u16 = 18_628;
/// Where webhooks have their secret.
pub const SECRET_VARIABLE: &str = "VPGATE_LOAD_SECRET";
/// A client that asks by itself, and its secret.
pub const STORE: (&str, &str) = ("store", "load-secret");

pub struct Server {
    pub address: Url,
    /// The path of the device authorization endpoint.
    pub authorization: &'static str,
    process: Child,
}

/// What the kernel says of a process.
#[derive(Clone, Copy)]
pub struct Usage {
    /// Processor time of all its threads.
    pub busy: Duration,
    /// Bytes that are in memory.
    pub resident: u64,
}

impl Server {
    /// `vpgate serve` with a new database in `target`, without an access log like its peer, and somebody
    /// with a credential that it believes.
    pub async fn vpgate() -> anyhow::Result<(Self, Holder)> {
        Self::vpgate_with("").await
    }

    /// The same, with more at the end of its configuration: tables, or keys of the client `tv`.
    pub async fn vpgate_with(more: &str) -> anyhow::Result<(Self, Holder)> {
        let folder = Path::new(FOLDER);
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let issuer = Issuer::new(ISSUER.to_owned(), today()?)?;
        std::fs::write(folder.join("jwks.json"), issuer.jwks().to_string())?;
        let config = folder.join("vpgate.toml");
        std::fs::write(&config, configuration() + more)?;
        let holder = Holder::new(&issuer, demo_person(), today()?)?;
        let mut command = on_first_core("target/release/vpgate");
        command.arg("serve").arg("--config").arg(&config).env("VPGATE_LOG", "warn");
        command.env(SECRET_VARIABLE, format!("whsec_{}", "A".repeat(32)));
        let server = Self::start(command.stdout(Stdio::null()), "/device_authorization")?;
        server.ready("/readyz").await?;
        Ok((server, holder))
    }

    /// The same service again, over the database that it left, which `meanwhile` may change.
    pub async fn again(self, meanwhile: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        drop(self);
        let folder = Path::new(FOLDER);
        meanwhile(&folder.join("vpgate.db"))?;
        let mut command = on_first_core("target/release/vpgate");
        command.arg("serve").arg("--config").arg(folder.join("vpgate.toml")).env("VPGATE_LOG", "warn");
        let server = Self::start(command.stdout(Stdio::null()), "/device_authorization")?;
        server.ready("/readyz").await?;
        Ok(server)
    }

    /// What it has used so far.
    pub fn usage(&self) -> anyhow::Result<Usage> {
        let of = |path: String| std::fs::read_to_string(path);
        let process = format!("/proc/{}", self.process.id());
        let mut busy = 0;
        for thread in std::fs::read_dir(format!("{process}/task"))? {
            // A thread may end between being listed and being read.
            let Ok(text) = of(format!("{}/schedstat", thread?.path().display())) else { continue };
            busy += text.split(' ').next().context("no schedstat")?.parse::<u64>()?;
        }
        let status = of(format!("{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim_end_matches("kB").trim().parse()?;
        Ok(Usage { busy: Duration::from_nanos(busy), resident: kilobytes * 1024 })
    }

    /// `oidc-provider` as its documentation starts it, in production mode.
    pub async fn oidc_provider() -> anyhow::Result<Self> {
        let mut command = on_first_core("node");
        command.arg("benches/peers/oidc_provider.mjs").arg(PORT.to_string()).env("NODE_ENV", "production");
        // It warns on its standard error that all of this is for development.
        let server = Self::start(command.stdout(Stdio::null()).stderr(Stdio::null()), "/device/auth")?;
        server.ready("/.well-known/openid-configuration").await?;
        Ok(server)
    }

    fn start(command: &mut Command, authorization: &'static str) -> anyhow::Result<Self> {
        let process = command.stdin(Stdio::null()).spawn()?;
        Ok(Self { address: format!("http://127.0.0.1:{PORT}").parse()?, authorization, process })
    }

    #[expect(clippy::disallowed_methods, reason = "a load generator outside the service")]
    async fn ready(&self, path: &str) -> anyhow::Result<()> {
        let (client, url) = (reqwest::Client::new(), self.address.join(path)?);
        for _ in 0..200 {
            let answer = client.get(url.clone()).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("nobody answers at {url}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do about it.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

fn on_first_core(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]);
    command
}

#[expect(clippy::disallowed_methods, reason = "the issuer has a clock of its own")]
fn today() -> anyhow::Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp::from_unix(i64::try_from(since.as_secs())?))
}

/// The status list is left out: it would be at hand, and needs a second server.
fn configuration() -> String {
    let (store, hash) = (STORE.0, hash_text(Secret::received(STORE.1).digest()));
    format!(
        r#"
public_url = "http://127.0.0.1:{PORT}"
listen = "127.0.0.1:{PORT}"
danger_allow_loopback = true

[storage]
url = "sqlite:vpgate.db"

[http]
trusted_proxies = ["127.0.0.1"]

[device]
authorizations_per_client = 4000000
authorizations_per_address = 4000000

[[wallets]]
name = "load"
profile = "proof"
authorization_endpoint = "http://127.0.0.1:9/authorize"
client_id = "load"

[[credentials]]
id = "{CREDENTIAL}"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{ISSUER}"
trust = {{ jwks_file = "jwks.json" }}
danger_ignore_status = true

[[scopes]]
name = "basic"
credential = "{CREDENTIAL}"
claims = ["given_name", "family_name", "age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[presentation]
event_streams = 20000
open_per_client = 100000

[[clients]]
client_id = "{store}"
authentication = "client_secret_basic"
secret_hash = "{hash}"
scopes = ["basic"]
redirect_uris = ["http://127.0.0.1:9/return"]

[[clients]]
client_id = "tv"
grants = ["device_code"]
authentication = "none"
scopes = ["basic"]
"#
    )
}
