//! What an operator asks in the first week: does the configuration hold, is everything there, does everybody answer,
//! and does the outside see us as we think? Changes nothing, and tells no secret.

use std::error::Error;
use std::iter;
use std::time::Duration;

use tokio::task::JoinSet;
use url::Url;

use super::{check_now, client_for};
use crate::config::{Config, KeyStorage, Storage};
use crate::fetch::client::FetchClient;
use crate::flow::ports::Clock as _;
use crate::store::{self, UsedWith};
use crate::system::clock::SystemClock;
use crate::system::keys::Keyring;
use vpgate_core::base::time::Timestamp;
use vpgate_core::base::well_known;
use vpgate_core::oauth::client::{Authentication, ClientKeys};
use vpgate_core::trust::KeySource;

/// What a certificate of ours should be worth, at least.
const CERTIFICATE_LEFT: Duration = Duration::from_secs(14 * 24 * 3600);
/// Our own metadata, in bytes.
const METADATA_BYTES: usize = 64 << 10;

/// One answer.
#[derive(Debug)]
pub struct DoctorLine {
    /// Nothing is to be done.
    pub good: bool,
    /// In one line.
    pub words: String,
}

impl DoctorLine {
    fn good(words: impl Into<String>) -> Self {
        Self { good: true, words: words.into() }
    }

    fn look(words: impl Into<String>) -> Self {
        Self { good: false, words: words.into() }
    }
}

/// Looks at everything that `config` names.
pub async fn examine(config: &Config) -> Vec<DoctorLine> {
    let now = SystemClock.now();
    let mut lines = vec![DoctorLine::good(format!(
        "vpgate {} on {} {}",
        crate::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH
    ))];
    lines.extend(config.warnings.iter().map(DoctorLine::look));
    match check_now(config) {
        Ok(found) => lines.extend(found.into_iter().map(DoctorLine::look)),
        Err(why) => lines.push(DoctorLine::look(whole(&why))),
    }
    lines.push(storage(config));
    lines.push(keys(config));
    lines.extend(certificates(config, now));
    match client_for(config) {
        Ok(client) => {
            let client = client.fetching("doctor");
            lines.push(own_address(config, &client).await);
            lines.extend(others(config, &client, now).await);
        }
        Err(why) => lines.push(DoctorLine::look(format!("outgoing requests: {why}"))),
    }
    lines
}

fn storage(config: &Config) -> DoctorLine {
    let (kind, is_there) = match &config.storage {
        Storage::Memory => ("memory", true),
        Storage::Sqlite(file) => ("SQLite", file.is_file()),
        Storage::Postgres(_) => ("PostgreSQL", true),
    };
    if !is_there {
        return DoctorLine::good("storage: there is no database yet; the first start makes it");
    }
    match store::check(&config.storage).and_then(|()| store::used_with(&config.storage)) {
        Ok(UsedWith::Nothing) => DoctorLine::good(format!("storage: {kind} answers, and was never used")),
        Ok(_) => DoctorLine::good(format!("storage: {kind} answers, and was used before")),
        Err(why) => DoctorLine::look(format!("storage: {kind} cannot be used: {}", whole(&why))),
    }
}

/// A fault and what it comes from.
fn whole(fault: &(dyn Error + 'static)) -> String {
    let each: Vec<String> =
        iter::successors(Some(fault), |it| Error::source(*it)).map(ToString::to_string).collect();
    each.join(": ")
}

fn keys(config: &Config) -> DoctorLine {
    match &config.keys {
        KeyStorage::Memory => DoctorLine::look("keys: in memory: tokens and subjects end with the process"),
        KeyStorage::Directory(folder) if Keyring::is_in(folder) => {
            DoctorLine::good(format!("keys: they are in {}", folder.display()))
        }
        KeyStorage::Directory(folder) => DoctorLine::good(format!(
            "keys: there are none in {} yet; the first start makes them",
            folder.display()
        )),
    }
}

/// As wallets will see them.
fn certificates(config: &Config, now: Timestamp) -> Vec<DoctorLine> {
    let ending = config.request_keys.iter().filter_map(|(wallet, key)| Some((wallet, key.expires_at()?)));
    let told = ending.map(|(wallet, until)| {
        let words = format!("wallets {wallet}: our certificate or attestation ends at {}", until.rfc3339());
        if now.plus(CERTIFICATE_LEFT) < until { DoctorLine::good(words) } else { DoctorLine::look(words) }
    });
    told.collect()
}

/// Asked from inside; the world may see something else.
async fn own_address(config: &Config, client: &FetchClient) -> DoctorLine {
    let issuer = config.public_url.as_str().trim_end_matches('/').to_owned();
    let at = well_known::location(&config.public_url, "oauth-authorization-server");
    let unread = |why: &dyn std::fmt::Display| {
        DoctorLine::look(format!(
            "public_url: {at} cannot be read from here: {why}. Where it is an address inside, or the service does \
             not run, that is as it should be"
        ))
    };
    match client.get(&at, &["application/json"], METADATA_BYTES).await {
        Err(why) => unread(&why),
        Ok(answer) => match serde_json::from_slice::<serde_json::Value>(&answer.body) {
            Ok(metadata) if metadata["issuer"] == issuer => {
                DoctorLine::good(format!("public_url: {at} is answered by this service"))
            }
            Ok(metadata) => DoctorLine::look(format!(
                "public_url: at {at} answers the issuer {}, which is somebody else",
                metadata["issuer"]
            )),
            Err(_) => unread(&"what comes is not JSON"),
        },
    }
}

/// Everybody that the configuration names, all at once: whether they answer, and what time they think it is.
async fn others(config: &Config, client: &FetchClient, now: Timestamp) -> Vec<DoctorLine> {
    let tolerance = config.policy.verification.clock_tolerance;
    let mut asked = JoinSet::new();
    for (whose, url) in addresses(config) {
        let client = client.clone();
        asked.spawn(async move {
            let answer = client.probe(&url).await;
            (whose, url, answer)
        });
    }
    let mut lines = Vec::new();
    while let Some(answer) = asked.join_next().await {
        let Ok((whose, url, answer)) = answer else { continue };
        lines.push(match answer {
            Err(why) => DoctorLine::look(format!("{whose}: {url}: {why}")),
            Ok(answer) => {
                let apart = answer.date.map(|date| date.since(now).max(now.since(date)));
                let seconds = apart.filter(|apart| *apart > tolerance).map(|apart| apart.as_secs());
                match seconds {
                    None => DoctorLine::good(format!("{whose}: {url} answers (status {})", answer.status)),
                    Some(seconds) => DoctorLine::look(format!(
                        "{whose}: {url} answers, and its clock and ours are {seconds} seconds apart"
                    )),
                }
            }
        });
    }
    lines.sort_by(|one, other| one.words.cmp(&other.words));
    lines
}

fn addresses(config: &Config) -> Vec<(String, Url)> {
    let policy = &config.policy;
    let issuers = policy.trust.credentials.iter().filter_map(|one| match &one.keys {
        KeySource::JwksUri(at) | KeySource::IssuerMetadata(at) | KeySource::DidWeb(at) => {
            Some((format!("credentials {}", one.id), at.clone()))
        }
        KeySource::Jwks(_) | KeySource::DidJwk(_) | KeySource::X5c(_) => None,
    });
    let wallets = policy.wallets.iter().flat_map(|wallet| {
        // Apps have addresses that only a browser can open.
        let page = Some(&wallet.authorization_endpoint).filter(|at| matches!(at.scheme(), "http" | "https"));
        let server = wallet.issuer.as_deref().and_then(|issuer| Url::parse(issuer).ok());
        let all = page.cloned().into_iter().chain(server);
        all.map(|at| (format!("wallets {}", wallet.name), at))
    });
    let clients = policy.clients.iter().filter_map(|client| match &client.authentication {
        Authentication::PrivateKeyJwt(ClientKeys::JwksUri(at)) => {
            Some((format!("clients {}", client.id), at.clone()))
        }
        _ => None,
    });
    let mut all: Vec<_> = issuers.chain(wallets).chain(clients).collect();
    all.sort_by(|one, other| (&one.0, one.1.as_str()).cmp(&(&other.0, other.1.as_str())));
    all.dedup();
    all
}
