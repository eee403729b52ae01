//! The command line: arguments, logs and exit codes. Everything else is in the library.

mod command_line;

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mimalloc::MiMalloc;
use vpgate::app;
use vpgate::config::{self, Config, secrets};
use vpgate::flow::ports::Entropy as _;
use vpgate::http;
use vpgate::metrics;
use vpgate::system::entropy::SystemEntropy;
use vpgate::system::signing_keys::KeyRole;
use vpgate_core::audit::AuditKind;
use vpgate_core::base::secret::Secret;

use crate::command_line::audit::{self, AuditCommand};
use crate::command_line::health::HealthArguments;
use crate::command_line::logs::Logs;
use crate::command_line::receipt::ReceiptCommand;
use crate::command_line::service::ReadConfig;
use crate::command_line::storage::StorageCommand;
use crate::command_line::{completions, health, keys, man, receipt, say, service, verify};

/// An OpenID4VP verifier that turns a wallet's presentation into an OAuth token.
///
/// Exit codes: 0 good, 1 refused, 2 wrong usage. Logs go to standard error (VPGATE_LOG=debug for more,
/// VPGATE_LOG_FORMAT=json or text, VPGATE_LOG_BYTES_PER_SECOND=524288), results to standard output.
#[derive(Parser)]
#[command(version = vpgate::VERSION)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole story on this machine, without configuration: service, issuer, wallet, television, web page, shop.
    #[cfg(feature = "sandbox")]
    Sandbox(command_line::sandbox::SandboxArguments),
    /// The sandbox's issuer and wallet alone, as parties of a service of yours. Prints the entries that its `vpgate.toml` needs.
    #[cfg(feature = "sandbox")]
    Demo(command_line::demo::DemoArguments),
    /// Writes a `vpgate.toml` to begin with, and the keys that it names. Overwrites nothing.
    #[cfg(feature = "sandbox")]
    Init(command_line::init::InitArguments),
    /// The service.
    Serve(ConfigFile),
    /// Says everything that is wrong with a configuration.
    CheckConfig {
        #[command(flatten)]
        file: ConfigFile,
        /// Prints the JSON Schema of the file instead, for editors and other programs.
        #[arg(long)]
        schema: bool,
        /// Reaches every address that the configuration names, too, as `doctor` does.
        #[arg(long, conflicts_with = "schema")]
        online: bool,
    },
    /// Looks at everything that the configuration names, and says what is worth a look: database, keys, certificates, whether issuers,
    /// wallets and our own address answer, and whether their clocks are ours. Changes nothing, tells no secret.
    ///
    /// Exit codes: 0 all well, 1 something is worth a look.
    Doctor(ConfigFile),
    /// Asks the running service whether it answers; for containers and whoever else watches over it.
    ///
    /// Exit codes: 0 it is well, 1 it is not.
    Health(HealthArguments),
    /// Judges a `vp_token` offline and prints the report.
    ///
    /// Exit codes: 0 verified, 1 rejected, 2 the arguments cannot be used.
    Verify(verify::Arguments),
    /// Evidence of what was decided.
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Brings the database to the version of this program.
    Migrate(ConfigFile),
    /// Copies the database to a new file, whole and checked, while the service runs or not.
    ///
    /// The keys directory is not in it: keep a copy of that, too, and keep it elsewhere.
    Backup {
        /// The file to make. Nothing is ever overwritten.
        file: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Whole databases.
    #[command(subcommand)]
    Storage(StorageCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The keys that sign tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Prints the OpenAPI document of the client and relying-party endpoints.
    Openapi {
        /// In which notation.
        #[arg(long, value_enum, default_value_t = Format::Yaml)]
        format: Format,
    },
    /// What is counted and measured, for Prometheus.
    Metrics {
        /// Prints every metric with its kind, its labels and its meaning: a table in Markdown.
        #[arg(long, required = true)]
        describe: bool,
    },
    /// Reads a client secret from standard input and prints what `secret_hash` wants.
    HashSecret {
        /// Makes a new secret, and prints it first.
        #[arg(long)]
        generate: bool,
    },
    /// Prints what a shell completes: `vpgate completions bash > /etc/bash_completion.d/vpgate`.
    Completions {
        /// Which shell reads it.
        shell: Shell,
    },
    /// Prints the manual page: `vpgate man | man -l -`.
    Man {
        /// Writes it and a page for each command into this folder instead.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Says which keys there are, and where each is in its life.
    List(ConfigFile),
    /// Makes the next key: published at once, signing in ten minutes. The old one stays published until its
    /// last token is dead. Running services need no restart.
    Rotate {
        #[command(flatten)]
        file: ConfigFile,
        /// The key that signs receipts instead. The old one stays published at `/receipts/jwks.json` for
        /// `receipts.keep`.
        #[arg(long)]
        receipts: bool,
    },
    /// Takes over a private key that was made elsewhere (PEM or JWK, for its owner alone): published at once, signing in
    /// ten minutes. The file is copied into the keys directory.
    Import {
        /// The file with the private key.
        key: PathBuf,
        #[command(flatten)]
        file: ConfigFile,
        /// For receipts, not for tokens.
        #[arg(long)]
        receipts: bool,
        /// Signs at once: for a key that everybody who verifies knows already, as that of a service which this one follows.
        #[arg(long)]
        at_once: bool,
    },
    /// Lets the database go with the keys that are in the folder now, when those it was used with are lost.
    /// Every person gets another subject, and tokens that are out cannot be verified any more.
    Adopt(ConfigFile),
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, env = "VPGATE_CONFIG", default_value = "vpgate.toml")]
    config: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

/// A request is a few hundred small allocations, and some end on another thread than they began on.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A service says in its configuration who collects its traces, so that is read before anything happens.
    let read = match &cli.command {
        Command::Serve(file) => Some(ReadConfig::of(&file.config)),
        _ => None,
    };
    let traces = match &read {
        Some(Ok(read)) => read.traces(),
        _ => Ok(None),
    };
    let logs = match traces.and_then(Logs::start) {
        Ok(logs) => logs,
        Err(wrong) => {
            let _nobody_listens = writeln!(io::stderr(), "vpgate: {wrong:#}");
            return ExitCode::from(2);
        }
    };
    // Where 1 is an answer, it cannot be a failure.
    let otherwise = if matches!(cli.command, Command::Verify(_) | Command::Receipt(_) | Command::Audit(_)) {
        2
    } else {
        1
    };
    let code = run(cli.command, read).unwrap_or_else(|refused| {
        logs.say(&format!("vpgate: {refused:#}"));
        ExitCode::from(otherwise)
    });
    logs.finish();
    code
}

fn run(command: Command, read: Option<anyhow::Result<ReadConfig>>) -> anyhow::Result<ExitCode> {
    let done = match command {
        Command::Verify(arguments) => return verify::run(&arguments),
        Command::Doctor(file) => return command_line::doctor::run(&file.config),
        Command::Audit(command) => return audit::run(&command),
        Command::Receipt(command) => return receipt::run(&command),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(arguments) => command_line::sandbox::run(arguments),
        #[cfg(feature = "sandbox")]
        Command::Demo(arguments) => command_line::demo::run(arguments),
        #[cfg(feature = "sandbox")]
        Command::Init(arguments) => command_line::init::run(&arguments),
        Command::Serve(file) => service::serve(read.unwrap_or_else(|| ReadConfig::of(&file.config))?),
        Command::CheckConfig { schema: true, .. } => say(&format!("{:#}", config::schema())),
        Command::CheckConfig { file, online: true, .. } => return command_line::doctor::run(&file.config),
        Command::CheckConfig { file, .. } => check_config(&file),
        Command::Migrate(file) => {
            let config = load(&file)?;
            let migrated = app::migrate(&config)?;
            if migrated.from != migrated.to {
                let versions = format!("version {} to {}", migrated.from, migrated.to);
                note(&config, AuditKind::DatabaseMigrated, &versions);
            }
            say(&format!("the database was at version {}, and is at {} now", migrated.from, migrated.to))
        }
        Command::Backup { file, config } => {
            let bytes = app::backup(&load(&config)?, &file)?;
            say(&format!("{} holds the whole database: {bytes} bytes", file.display()))
        }
        Command::Storage(command) => command_line::storage::run(command),
        Command::Keys(command) => keys_command(command),
        Command::Openapi { format: Format::Yaml } => say(http::openapi_yaml().trim_end()),
        Command::Openapi { format: Format::Json } => say(http::openapi_json().trim_end()),
        Command::Metrics { .. } => say(metrics::description().trim_end()),
        Command::HashSecret { generate } => hash_secret(generate),
        Command::Health(arguments) => health::run(&arguments),
        Command::Completions { shell } => completions::run(shell, Cli::command()),
        Command::Man { dir } => man::run(dir, Cli::command()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Says everything that is wrong with a configuration, and what is odd about it.
fn check_config(file: &ConfigFile) -> anyhow::Result<()> {
    let config = load(file)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    for note in &config.notes {
        tracing::info!("{note}");
    }
    for warning in app::check_now(&config)? {
        tracing::warn!("{warning}");
    }
    say(&format!("{} is good", file.config.display()))
}

/// The life of signing keys.
fn keys_command(command: KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Adopt(file) => {
            let config = load(&file)?;
            app::adopt_keys(&config)?;
            note(&config, AuditKind::KeysAdopted, "the keys in the folder");
            say("the database goes with the keys in the folder from now on")
        }
        KeysCommand::List(file) => keys::say_all(&app::list_keys(&load(&file)?)?),
        KeysCommand::Rotate { file, receipts } => {
            let config = load(&file)?;
            let (role, about) = role_of(receipts);
            let made = app::rotate_keys(&config, role)?;
            note(&config, AuditKind::KeysRotated, about);
            keys::say_all(&made)
        }
        KeysCommand::Import { key, file, receipts, at_once } => {
            let config = load(&file)?;
            let (role, about) = role_of(receipts);
            let made = app::import_key(&config, role, &key, at_once)?;
            note(&config, AuditKind::KeysRotated, about);
            keys::say_all(&made)
        }
    }
}

/// What was done is done, whether the log can be told or not.
fn note(config: &Config, kind: AuditKind, about: &str) {
    if let Err(fault) = app::note(config, kind, about) {
        let reason = format!("{:#}", anyhow::Error::from(fault));
        tracing::warn!(kind = kind.name(), reason, "this is not in the audit log");
    }
}

/// The keys that are meant, and what they are called.
fn role_of(receipts: bool) -> (KeyRole, &'static str) {
    if receipts { (KeyRole::Receipts, "receipts") } else { (KeyRole::Tokens, "tokens") }
}

fn load(file: &ConfigFile) -> anyhow::Result<Config> {
    command_line::load(&file.config)
}

fn hash_secret(generate: bool) -> anyhow::Result<()> {
    let secret = if generate {
        let mut bytes = [0; 32];
        SystemEntropy.fill(&mut bytes)?;
        let secret = Secret::from_entropy(bytes);
        say(&format!("secret      {}", secret.expose()))?;
        secret
    } else {
        let mut text = String::new();
        io::stdin().take(4096).read_to_string(&mut text).context("the secret cannot be read")?;
        let secret = text.trim_end_matches(['\r', '\n']);
        secrets::strong(secret).map_err(anyhow::Error::msg)?;
        Secret::received(secret)
    };
    if secret.expose().contains(['%', '+']) {
        let words = "note: the secret has `%` or `+`: libraries that do not form-encode HTTP Basic (Authlib, requests-oauthlib) fail with it";
        writeln!(io::stderr(), "{words}").context("nothing can be printed")?;
    }
    let hash = secrets::hash_text(secret.digest());
    if generate { say(&format!("secret_hash {hash}")) } else { say(&hash) }
}
