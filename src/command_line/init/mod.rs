//! `vpgate init`: a `vpgate.toml` to begin with, and the files that it names.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use url::Url;
use vpgate::app::demo;
use vpgate::config::{Config, secrets};
use vpgate::flow::ports::{Clock as _, Entropy as _};
use vpgate::sandbox::certified_key::CertifiedKey;
use vpgate::system::clock::SystemClock;
use vpgate::system::entropy::SystemEntropy;
use vpgate_core::base::secret::Secret;

use super::{faults_in, say};

const CONFIG: &str = "vpgate.toml";
/// Where `vpgate demo` listens when nothing else is said.
const DEMO: &str = "127.0.0.1:8081";

/// What to begin with.
#[derive(Args)]
pub struct InitArguments {
    /// Which wallet people have.
    #[arg(long, value_enum, default_value_t = InitWallet::Proof)]
    wallet: InitWallet,
    /// Where to write; it is made when there is none.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Where the database and the keys will be, such as /var/lib/vpgate; beside the file when left out.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Where the world will see the service; http on this machine, to try it.
    #[arg(long, default_value = "https://verify.example.com")]
    public_url: Url,
}

/// A wallet, by its profile.
#[derive(Clone, Copy, ValueEnum)]
enum InitWallet {
    /// Proof's cloud wallet.
    Proof,
    /// An app that speaks OpenID4VP 1.0.
    Openid4vp,
    /// An app by the High Assurance Interoperability Profile, such as the EUDI wallets.
    Haip,
    /// That of `vpgate demo`, for one machine.
    Demo,
}

/// A file to be made.
struct NewFile {
    name: &'static str,
    content: Vec<u8>,
    private: bool,
}

/// Overwrites nothing: one file that is there already, and none is written.
pub fn run(arguments: &InitArguments) -> anyhow::Result<()> {
    let secret = new_secret()?;
    let mut files = files(arguments.wallet)?;
    let text = configuration(arguments, &secret);
    files.push(NewFile { name: CONFIG, content: text.clone().into_bytes(), private: false });
    let dir = &arguments.dir;
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for file in &files {
        if dir.join(file.name).exists() {
            bail!(
                "{} is there already, and nothing is overwritten: choose another --dir",
                dir.join(file.name).display()
            );
        }
    }
    for file in &files {
        write(dir, file).with_context(|| format!("cannot write {}", dir.join(file.name).display()))?;
    }
    let path = dir.join(CONFIG);
    Config::from_toml(&text, dir).map_err(|faults| faults_in(&path, &faults))?;
    say(&told(&path, &files, &secret))
}

fn told(path: &Path, files: &[NewFile], secret: &Secret) -> String {
    let mut text = format!("{} is written", path.display());
    for file in files.iter().filter(|file| file.name != CONFIG) {
        let _never_fails = write!(text, ", and {}", file.name);
    }
    let _never_fails = write!(
        text,
        ".\nsecret of the client `app`, which is shown this once: {}\n\
         Now fill in the lines with CHANGE, then: vpgate check-config --config {path}; vpgate serve --config {path}",
        secret.expose(),
        path = path.display(),
    );
    text
}

fn new_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes)?;
    Ok(Secret::from_entropy(bytes))
}

/// What the configuration names.
fn files(wallet: InitWallet) -> anyhow::Result<Vec<NewFile>> {
    if !matches!(wallet, InitWallet::Haip) {
        return Ok(Vec::new());
    }
    let now = SystemClock.now();
    let ours = CertifiedKey::for_requests("vpgate", now)?;
    let nobody = CertifiedKey::generate("nobody: replace me", now)?;
    let public = |name, content| NewFile { name, content, private: false };
    Ok(vec![
        NewFile { name: "request-key.pem", content: ours.key.to_vec(), private: true },
        public("request-chain.pem", ours.certificate),
        public("request-root.pem", ours.root),
        public("issuer-roots.pem", nobody.root),
    ])
}

fn configuration(arguments: &InitArguments, secret: &Secret) -> String {
    const BASIC: &str = "urn:proof:params:scope:verifiable-credentials:basic";
    let demo = DEMO.parse().map(demo::entries).unwrap_or_default();
    let (entries, wallet, scope) = match arguments.wallet {
        InitWallet::Proof => (include_str!("proof.toml"), "proof", BASIC),
        InitWallet::Openid4vp => (include_str!("openid4vp.toml"), "app", "adult"),
        InitWallet::Haip => (include_str!("haip.toml"), "eudi", "adult"),
        InitWallet::Demo => (demo.as_str(), "demo", BASIC),
    };
    let url = &arguments.public_url;
    let local = url.scheme() == "http" || matches!(arguments.wallet, InitWallet::Demo);
    let port = url.port().filter(|_| url.scheme() == "http").unwrap_or(8080);
    let loopback = "# Plain http and loopback addresses everywhere below: for one machine that talks to itself.\n\
                    danger_allow_loopback = true\n";
    let redirect_uri =
        if local { "http://localhost:3000/callback" } else { "https://app.example.com/callback" };
    let state = arguments.state.as_ref().map(|folder| folder.join("").display().to_string());
    format!("{}{entries}{}", include_str!("service.toml"), include_str!("clients.toml"))
        .replace("${public_url}", url.as_str().trim_end_matches('/'))
        .replace("${listen}", &format!("127.0.0.1:{port}"))
        .replace("${state}", &state.unwrap_or_default())
        .replace("${loopback}", if local { loopback } else { "" })
        .replace("${scope}", scope)
        .replace("${wallet}", wallet)
        .replace("${redirect_uri}", redirect_uri)
        .replace("${secret_hash}", &secrets::hash_text(secret.digest()))
}

fn write(dir: &Path, file: &NewFile) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(dir.join(file.name))?.write_all(&file.content)
}
