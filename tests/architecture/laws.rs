//! The laws of the house that a machine can keep: who may import and call whom, where each outside crate lives,
//! who restores rows, how long files and functions may be. Reads the sources as text.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod faults;
mod graph;
mod paths;
mod planted;
mod shape;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use self::paths::Names;
use self::source::Source;

/// From the top to the ground; a room of the ground floor may import those that follow it.
const GROUND: [&str; 22] = [
    "registration",
    "policy",
    "change",
    "audit",
    "oauth",
    "admission",
    "openid4vp",
    "org_iso_mdoc",
    "credential",
    "sdjwt",
    "mdoc",
    "status_list",
    "trust",
    "type_metadata",
    "webhook",
    "event",
    "receipt",
    "cose",
    "cbor",
    "jose",
    "appearance",
    "base",
];

/// What a room may import besides itself. `app`, `main` and its
/// `command_line` see everything and are not listed.
const IMPORTS: [(&str, &[&str]); 11] = [
    ("metrics", &[]),
    ("spans", &[]),
    ("flow", &["core", "metrics", "spans"]),
    ("config", &["core"]),
    ("http", &["core", "flow", "metrics", "spans"]),
    ("fetch", &["core", "flow", "metrics", "spans"]),
    ("store", &["core", "flow", "config"]),
    ("system", &["core", "flow"]),
    ("cross_check", &["core", "flow"]),
    ("sandbox", &["core::appearance", "core::cose", "core::cbor", "core::jose", "core::base"]),
    ("book", &[]),
];

/// Where an outside crate may be used, and why there. Every dependency has a line.
const HOMES: [(&str, &[&str], &str); 55] = [
    ("anyhow", &["main", "command_line"], "errors that only a person reads"),
    ("askama", &["http", "sandbox"], "pages"),
    (
        "async_trait",
        &["flow/ports", "store", "fetch", "command_line", "system/signing_keys"],
        "object-safe ports and who fills them",
    ),
    (
        "base64",
        &[
            "core/base/base64url",
            "core/jose/x5c",
            "core/type_metadata/integrity",
            "core/webhook/signature",
            "http/basic",
        ],
        "one strict alphabet for JOSE; certificates in it, HTTP Basic and Standard Webhooks have another",
    ),
    ("bytes", &["store/postgres/cells"], "what tokio_postgres writes a value into"),
    ("clap", &["main", "command_line"], "the command line"),
    ("cryptoki", &["system/security_module"], "keys that never leave a security module"),
    (
        "clap_complete",
        &["main", "command_line/completions"],
        "what shells complete, from the same description",
    ),
    ("clap_mangen", &["command_line/man"], "manual pages, from the same description"),
    (
        "deadpool_postgres",
        &["store/postgres"],
        "a bounded number of connections, each with what it has prepared",
    ),
    ("fast_qr", &["http", "sandbox"], "QR codes on pages"),
    (
        "flate2",
        &["core/status_list", "sandbox"],
        "status lists are ZLIB data: read in the domain, written by the demo issuer",
    ),
    ("fluent_bundle", &["core/appearance/languages"], "messages with the plurals of their language"),
    ("fluent_syntax", &["core/appearance/languages"], "what a catalogue is made of, to compare two"),
    ("futures_util", &["http/api/stream"], "streams, as poem takes server-sent events"),
    ("getrandom", &["system/entropy"], "randomness has one home"),
    ("hyper", &["app/connections"], "connections, with bounds that poem does not set"),
    ("hyper_util", &["app/connections"], "its streams and timers are tokio's"),
    ("josekit", &["core/jose", "system/new_key"], "signing; new keys are drawn outside the core"),
    (
        "jsonschema",
        &["core/openid4vp/transaction_data", "http/api/shapes"],
        "types of transaction data that the operator registers; bodies are what the document says",
    ),
    ("jsonwebtoken", &["sandbox", "cross_check"], "the key type that sd-jwt-rs wants"),
    ("mimalloc", &["main"], "the program's allocator; the library has no say in that"),
    ("opentelemetry", &["spans", "system/otlp"], "in which trace something happens"),
    ("opentelemetry_otlp", &["system/otlp"], "traces on their way to a collector"),
    ("opentelemetry_sdk", &["system/otlp"], "the same"),
    (
        "openssl",
        &["core/jose", "sandbox/certified_key"],
        "certificate chains, and whether a key is a point of its curve; certificates of the demo parties",
    ),
    ("native_tls", &["store"], "who a PostgreSQL is, by its certificate; reqwest has the same"),
    ("poem", &["http", "sandbox", "app"], "HTTP: the endpoints, the demo parties, and who joins them"),
    ("poem_openapi", &["http"], "the document of the endpoints"),
    ("postgres_native_tls", &["store/postgres"], "joins the two"),
    (
        "reqwest",
        &["fetch", "sandbox", "app", "system/otlp"],
        "outgoing HTTP is guarded in fetch; the sandbox is handed a client, and a collector is the operator's own",
    ),
    (
        "ring",
        &["core/base/secret", "core/base/sealed", "core/jose", "core/base/digest", "core/webhook/signature"],
        "digests, verification, what is sealed and what webhooks are signed with",
    ),
    ("rlimit", &["system/descriptors"], "the limit of open files"),
    ("rusqlite", &["store"], "SQL"),
    ("rust_decimal", &["core/base/money"], "exact amounts"),
    (
        "sd_jwt_rs",
        &["sandbox", "cross_check"],
        "makes the demo credential; agrees or not, and decides nothing alone",
    ),
    (
        "schemars",
        &["core/registration", "config"],
        "the JSON Schema of what may be written, made of the types that read it",
    ),
    ("serde", &[""], "shapes"),
    ("serde_ignored", &["config"], "finds unknown keys"),
    ("serde_json", &[""], "JSON values"),
    ("serde_path_to_error", &["config"], "finds the path of a wrong value"),
    ("serde_yaml", &["http/document"], "the document as YAML"),
    ("subtle", &["core/base/secret"], "comparison in constant time"),
    ("thiserror", &[""], "error enums"),
    ("time", &["core/base/time", "core/openid4vp/transaction_data"], "dates as text"),
    (
        "tokio",
        &["fetch", "store", "http", "app", "main", "command_line", "system/security_module"],
        "waiting; the domain and the flows never name it",
    ),
    (
        "tokio_postgres",
        &["store/postgres", "config/postgres"],
        "SQL, one round trip for a statement; its addresses have several hosts",
    ),
    ("toml", &["config"], "the configuration file"),
    (
        "tracing",
        &["flow", "http", "fetch", "store", "system", "sandbox", "app", "main", "command_line", "spans"],
        "logs and spans; the domain writes none",
    ),
    ("tracing_opentelemetry", &["spans", "command_line/logs"], "spans as a collector knows them"),
    ("tracing_subscriber", &["command_line/logs"], "where logs go"),
    ("url", &[""], "addresses"),
    (
        "zeroize",
        &[
            "core/base/secret",
            "core/jose",
            "core/org_iso_mdoc/encrypted_response",
            "core/registration",
            "core/webhook/signature",
            "system",
            "config/file",
            "config/postgres",
            "config/security_module",
            "flow/presentation/ask_wallet",
            "sandbox/certified_key",
        ],
        "secrets are wiped, also the bytes that a key is made of",
    ),
    ("vpgate", &["main", "command_line"], "the binary uses the library like anybody else"),
    (
        "vpgate_core",
        &[
            "flow",
            "config",
            "http",
            "fetch",
            "store",
            "system",
            "cross_check",
            "sandbox",
            "app",
            "main",
            "command_line",
        ],
        "the rules; the core itself says crate",
    ),
];

/// Parts of `std` and crates that the rules do without: time and randomness are arguments, nothing waits or is kept.
const IMPURE: [&str; 19] = [
    "fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "thread",
    "process",
    "env",
    "getrandom",
    "rand",
    "Mutex",
    "RwLock",
    "OnceLock",
    "LazyLock",
    "OnceCell",
    "LazyCell",
    "atomic",
    "SystemTime",
    "Instant",
];

/// Lines of code of one file at most.
const LONGEST_FILE: usize = 450;
/// Of one function.
const LONGEST_FUNCTION: usize = 60;
/// Half of the files are shorter than this.
const MEDIAN: usize = 180;
/// Half of the files of the rules are.
const MEDIAN_OF_CORE: usize = 120;

/// Type names that stand for more than one thing, each with the reason; at most [`MOST_SHARED_NAMES`].
const SHARED_NAMES: &[(&str, &str)] = &[
    ("CheckOutcome", "the rule, and its shape in the document of the REST API"),
    ("ClaimSource", "where a rule and where a token takes a claim from"),
    ("Payload", "of a transaction, and the body of a request"),
    ("PaymentItem", "the rule, and its shape in the document of the REST API"),
    ("Pending", "a state of the device grant and of the code grant"),
    ("PresentationRow", "what is kept of a verdict, and the row that it is kept in"),
    ("Redeemed", "a state of the device grant and of the code grant"),
    ("WireRecipient", "the rule, and its shape in the document of the REST API"),
    ("WireSource", "the rule, and its shape in the document of the REST API"),
];
const MOST_SHARED_NAMES: usize = 10;

#[test]
fn the_house_keeps_its_laws() {
    let files = source::read_all();
    assert!(files.len() > 40, "the walk found only {} files", files.len());
    let faults = faults::faults(&files);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_files_lean_on_each_other_in_a_circle() {
    let files = source::read_all();
    let graph = graph::graph(&files);
    let circle = graph::circle(&graph);
    assert!(circle.is_empty(), "a circle of files: {}", circle.join(" -> "));
}

#[test]
fn files_are_short() {
    let files = source::read_all();
    let lengths = |of: &[&Source]| of.iter().map(|file| file.length()).collect::<Vec<_>>();
    let (core, all): (Vec<&Source>, Vec<&Source>) =
        (files.iter().filter(|file| file.room() == "core").collect(), files.iter().collect());
    for (which, files, limit) in [("all", all, MEDIAN), ("core", core, MEDIAN_OF_CORE)] {
        let median = shape::median(lengths(&files));
        println!("{which}: median {median} lines of code in {} files", files.len());
        assert!(median < limit, "{which}: the median file has {median} lines");
    }
    let long: BTreeMap<_, _> = files.iter().map(|file| (file.place.as_str(), file.length())).collect();
    let long: Vec<_> = long.iter().filter(|(_, length)| **length > LONGEST_FILE).collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn functions_are_short() {
    let files = source::read_all();
    let long: Vec<_> = files.iter().flat_map(|file| shape::long_functions(file, LONGEST_FUNCTION)).collect();
    assert!(long.is_empty(), "longer than {LONGEST_FUNCTION} lines: {long:#?}");
}

#[test]
fn a_type_name_stands_for_one_thing() {
    let files = source::read_all();
    let names = shape::type_names(&files);
    let shared: BTreeMap<_, _> = names.iter().filter(|(_, places)| places.len() > 1).collect();
    let unexplained: Vec<_> =
        shared.iter().filter(|(name, _)| !SHARED_NAMES.iter().any(|(known, _)| known == *name)).collect();
    assert!(
        unexplained.is_empty(),
        "{} names are defined more than once: {unexplained:#?}",
        unexplained.len()
    );
    for (name, why) in SHARED_NAMES {
        assert!(shared.contains_key(&(*name).to_owned()), "{name} ({why}) is defined once: take it off");
    }
    assert!(SHARED_NAMES.len() <= MOST_SHARED_NAMES);
}

#[test]
fn every_dependency_has_a_home_and_is_used_there() {
    let files = source::read_all();
    let used = |is_core: bool, name: &str| {
        let mut ours = files.iter().filter(|file| (file.room() == "core") == is_core);
        ours.any(|file| faults::crates(file, &Names::of(file).paths).contains(name))
    };
    for (manifest, is_core) in [("Cargo.toml", false), ("core/Cargo.toml", true)] {
        for name in dependencies(manifest) {
            assert!(HOMES.iter().any(|(known, ..)| *known == name), "{name} has no home in this file");
            assert!(used(is_core, &name), "{manifest} names {name}, and nobody uses it");
        }
    }
    let known: BTreeSet<String> =
        ["Cargo.toml", "core/Cargo.toml"].iter().flat_map(|it| dependencies(it)).collect();
    for (name, ..) in HOMES {
        assert!(name == "vpgate" || known.contains(name), "{name} has a home and is no dependency any more");
    }
}

/// The names under `[dependencies]`, as code spells them.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest = fs::read_to_string(manifest).unwrap();
    let section = manifest.split("\n[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once(" = "));
    names.map(|(name, _)| name.trim_end_matches(".workspace").replace('-', "_")).collect()
}
