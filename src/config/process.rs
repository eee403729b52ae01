//! What is about this process: where it listens, stores and reads, and who stands in front of it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::fault::Faults;
use super::file::Folder;
use super::outgoing::{self, OutgoingRequests};
use super::raw::{File, RawOperations, RawStatusLists, RawStorage};
use super::security_module::{self, SecurityModuleAccess};
use super::{CrossCheck, KeyStorage, ReloadMode, Storage, postgres, proxies};
use vpgate_core::base::forwarded::TrustedProxies;
use vpgate_core::registration::{Sources as _, lifetime};
use vpgate_core::status_list::token::CacheBounds;

/// A service that was told to stop and goes on for longer looks as if it had not heard.
const LONGEST_DRAIN: Duration = Duration::from_secs(60);

/// Checked.
pub(super) struct Process {
    pub listen: SocketAddr,
    pub operations_listen: Option<SocketAddr>,
    pub drain: Duration,
    pub collector: Option<Url>,
    pub storage: Storage,
    pub keys: KeyStorage,
    pub security_module: Option<SecurityModuleAccess>,
    pub trusted_proxies: TrustedProxies,
    pub outgoing: OutgoingRequests,
    pub cross_check: CrossCheck,
    pub reload: ReloadMode,
    pub status_cache: CacheBounds,
}

/// Everything is looked at, whatever was wrong before it. Relative paths begin at `folder`.
pub(super) fn check(file: &File, folder: &Folder<'_>, faults: &mut Faults) -> Option<Process> {
    let listen = faults.keep("listen", socket_address(&file.listen));
    let operations_listen = operations(file.operations.listen.as_deref(), listen, faults);
    let drain = drain(&file.operations, faults);
    let collector = file.operations.otlp_endpoint.as_deref();
    let collector = collector.and_then(|text| faults.keep("operations.otlp_endpoint", collector_at(text)));
    let storage = if postgres::is_meant(&file.storage.url) {
        postgres::check(&file.storage, folder, faults).map(|it| Storage::Postgres(Box::new(it)))
    } else {
        postgres::refuse(&file.storage, faults);
        faults.keep("storage.url", storage(&file.storage.url, folder.at()))
    };
    let keys = match (&storage, &file.keys.directory) {
        (Some(Storage::Memory), None) => KeyStorage::Memory,
        (_, directory) => KeyStorage::Directory(folder.path(directory.as_deref().unwrap_or("keys"))),
    };
    let security_module = security_module::check(&file.keys, &keys, folder, faults);
    let trusted_proxies = proxies::check(&file.http, faults);
    let outgoing = outgoing::check(&file.fetch, folder, faults);
    let cross_check = match file.verification.cross_check.as_str() {
        "off" => Ok(CrossCheck::Off),
        #[cfg(feature = "cross-check")]
        "enforce" => Ok(CrossCheck::Enforce),
        #[cfg(not(feature = "cross-check"))]
        "enforce" => {
            Err("cannot be \"enforce\": this program was built without the Cargo feature cross-check")
        }
        _ => Err("must be \"off\" or \"enforce\""),
    };
    let cross_check = faults.keep("verification.cross_check", cross_check);
    let reload = match file.reload.as_str() {
        "signal" => Ok(ReloadMode::Signal),
        "watch" => Ok(ReloadMode::Watch),
        _ => Err("must be \"signal\" or \"watch\""),
    };
    let reload = faults.keep("reload", reload);
    let status_cache = status_cache(&file.status_lists, faults);
    Some(Process {
        listen: listen?,
        operations_listen,
        drain: drain?,
        collector,
        storage: storage?,
        keys,
        security_module,
        trusted_proxies,
        outgoing,
        cross_check: cross_check?,
        reload: reload?,
        status_cache: status_cache?,
    })
}

/// The storage at `url`, which a command names; `given` says the rest, with paths that begin at `folder`.
pub(super) fn storage_at(
    url: &str,
    given: RawStorage,
    folder: &Folder<'_>,
    faults: &mut Faults,
) -> Option<Storage> {
    if postgres::is_meant(url) {
        let given = RawStorage { url: url.to_owned(), ..given };
        return postgres::check(&given, folder, faults).map(|it| Storage::Postgres(Box::new(it)));
    }
    faults.keep("storage.url", storage(url, Path::new("")))
}

fn operations(given: Option<&str>, public: Option<SocketAddr>, faults: &mut Faults) -> Option<SocketAddr> {
    let address = faults.keep("operations.listen", socket_address(given?))?;
    if Some(address) == public && address.port() != 0 {
        faults.add("operations.listen", "must not be the address of `listen`; leave it out to answer there");
    }
    Some(address)
}

/// Where operators are answered: at a listener of their own, or where everybody is.
pub(super) fn operations_address(file: &File, faults: &mut Faults) -> Option<SocketAddr> {
    match &file.operations.listen {
        Some(own) => faults.keep("operations.listen", socket_address(own)),
        None => faults.keep("listen", socket_address(&file.listen)),
    }
}

fn drain(given: &RawOperations, faults: &mut Faults) -> Option<Duration> {
    let drain = given.drain.as_deref().map_or(Ok(Duration::ZERO), lifetime::parse);
    let drain = drain.and_then(|drain| match drain {
        drain if drain > LONGEST_DRAIN => Err("must be a minute at most"),
        drain => Ok(drain),
    });
    faults.keep("operations.drain", drain)
}

/// The address of the endpoint for traces: that of the collector, or the whole of it.
fn collector_at(text: &str) -> Result<Url, &'static str> {
    let must = "must be the http or https address of a collector, for example \"http://127.0.0.1:4318\"";
    let url = Url::parse(text).map_err(|_| must)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or a password: OTEL_EXPORTER_OTLP_HEADERS is for secrets");
    }
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.fragment().is_some() {
        return Err(must);
    }
    if !cfg!(feature = "otlp") {
        return Err("cannot be given: this program was built without the Cargo feature otlp");
    }
    if url.path() == "/" { url.join("v1/traces").map_err(|_| must) } else { Ok(url) }
}

fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an IP address and a port, for example \"127.0.0.1:8080\"")
}

fn storage(url: &str, folder: &Path) -> Result<Storage, &'static str> {
    match url.split_once(':') {
        Some(("sqlite", ":memory:")) => Ok(Storage::Memory),
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') || path.contains(['?', '\0']) {
                return Err("must be sqlite:FILE, without parameters");
            }
            Ok(Storage::Sqlite(folder.join(path)))
        }
        _ => Err("must be sqlite:FILE, for example \"sqlite:vpgate.db\", or postgres://USER@HOST/DATABASE"),
    }
}

fn status_cache(given: &RawStatusLists, faults: &mut Faults) -> Option<CacheBounds> {
    let least = faults.keep("status_lists.cache_at_least", lifetime::parse(&given.cache_at_least));
    let most = faults.keep("status_lists.cache_at_most", lifetime::parse(&given.cache_at_most));
    let oldest = given.oldest.as_deref().map(lifetime::parse).transpose();
    let oldest = faults.keep("status_lists.oldest", oldest);
    let bounds =
        CacheBounds::new(least?, most?).ok_or("must not be shorter than status_lists.cache_at_least");
    Some(faults.keep("status_lists.cache_at_most", bounds)?.no_older_than(oldest?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "cross-check"))]
    #[test]
    fn a_program_without_the_second_library_does_not_promise_its_opinion() {
        let mut file = File { listen: "127.0.0.1:0".to_owned(), ..File::default() };
        file.verification.cross_check = "enforce".to_owned();
        let mut faults = Faults::default();
        let process = check(&file, &Folder::new(Path::new("")), &mut faults);
        let refused = faults.conclude(process.map(drop)).unwrap_err().to_string();
        assert!(
            refused.starts_with("verification.cross_check: ") && refused.contains("feature"),
            "{refused}"
        );
    }

    #[cfg(feature = "otlp")]
    #[test]
    fn a_collector_is_an_address_without_secrets() {
        for (text, at) in [
            ("http://127.0.0.1:4318", Some("http://127.0.0.1:4318/v1/traces")),
            ("https://otel.example/", Some("https://otel.example/v1/traces")),
            ("https://otel.example/api/otlp/v1/traces", Some("https://otel.example/api/otlp/v1/traces")),
            ("https://user:secret@otel.example", None),
            ("grpc://otel.example:4317", None),
            ("otel.example:4318", None),
            ("", None),
        ] {
            assert_eq!(collector_at(text).ok().as_ref().map(Url::as_str), at, "{text}");
        }
    }

    #[test]
    fn req_12_16_a_drain_is_a_minute_at_most_and_none_when_left_out() {
        let read = |text: Option<&str>| {
            let mut faults = Faults::default();
            let given = RawOperations { drain: text.map(str::to_owned), ..RawOperations::default() };
            let read = drain(&given, &mut faults);
            faults.conclude(read).map_err(|faults| faults.to_string())
        };
        assert_eq!(read(None), Ok(Duration::ZERO));
        assert_eq!(read(Some("5s")), Ok(Duration::from_secs(5)));
        assert_eq!(read(Some("1m")), Ok(Duration::from_secs(60)));
        for wrong in ["61s", "5", "0s", "soon"] {
            assert!(read(Some(wrong)).unwrap_err().starts_with("operations.drain: "), "{wrong}");
        }
    }

    #[test]
    fn reads_storage_urls() {
        for (url, path) in [
            ("sqlite:vpgate.db", "/etc/vpgate.db"),
            ("sqlite:/var/lib/vpgate.db", "/var/lib/vpgate.db"),
            ("sqlite:///var/lib/vpgate.db", "/var/lib/vpgate.db"),
            ("sqlite://vpgate.db", "/etc/vpgate.db"),
        ] {
            assert_eq!(storage(url, Path::new("/etc")), Ok(Storage::Sqlite(path.into())), "{url}");
        }
        assert_eq!(storage("sqlite::memory:", Path::new("/etc")), Ok(Storage::Memory));
    }

    #[test]
    fn refuses_storage_urls_that_it_would_misread() {
        for url in ["", "vpgate.db", "sqlite:", "sqlite://", "sqlite:a.db?mode=rwc", "sqlite:a\0"] {
            assert!(storage(url, Path::new("/etc")).is_err(), "{url}");
        }
    }
}
