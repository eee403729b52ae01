//! The laws of the house that a machine can keep: who may import whom, where each outside crate lives,
//! who restores rows, how long a file may be. Reads the source as text; `cargo test --test architecture`.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the top to the ground; a room of the ground floor may import those that follow it.
const GROUND: [&str; 12] = [
    "policy",
    "change",
    "oauth",
    "admission",
    "openid4vp",
    "credential",
    "sdjwt",
    "status_list",
    "trust",
    "type_metadata",
    "jose",
    "base",
];

/// What a room may import besides itself. `app`, `main` and its
/// `command_line` see everything and are not listed.
const IMPORTS: [(&str, &[&str]); 9] = [
    ("flow", &["core"]),
    ("config", &["core"]),
    ("http", &["core", "flow"]),
    ("fetch", &["core", "flow"]),
    ("store", &["core", "flow"]),
    ("system", &["core", "flow"]),
    ("cross_check", &["core", "flow"]),
    ("sandbox", &["core::jose", "core::base"]),
    ("book", &[]),
];

/// Where an outside crate may be used, and why there. Every dependency has a line.
const HOMES: [(&str, &[&str], &str); 39] = [
    ("anyhow", &["main", "command_line"], "errors that only a person reads"),
    ("askama", &["http", "sandbox"], "pages"),
    (
        "async_trait",
        &["flow/ports", "store", "fetch", "command_line"],
        "object-safe ports and who fills them",
    ),
    (
        "base64",
        &["core/base/base64url", "core/jose/x5c", "core/type_metadata/integrity", "http/basic"],
        "one strict alphabet for JOSE; certificates in it and HTTP Basic have another",
    ),
    ("clap", &["main", "command_line"], "the command line"),
    ("fast_qr", &["http", "sandbox"], "QR codes on pages"),
    (
        "flate2",
        &["core/status_list", "sandbox"],
        "status lists are ZLIB data: read in the domain, written by the demo issuer",
    ),
    ("getrandom", &["system/entropy"], "randomness has one home"),
    ("hyper", &["app/connections"], "connections, with bounds that poem does not set"),
    ("hyper_util", &["app/connections"], "its streams and timers are tokio's"),
    ("josekit", &["core/jose", "sandbox"], "signing; the demo parties are clients with keys of their own"),
    (
        "jsonschema",
        &["core/openid4vp/transaction_data"],
        "types of transaction data that the operator registers",
    ),
    ("jsonwebtoken", &["sandbox", "cross_check"], "the key type that sd-jwt-rs wants"),
    ("mimalloc", &["main"], "the program's allocator; the library has no say in that"),
    ("openssl", &["core/jose"], "certificate chains, and whether a key is a point of its curve"),
    ("poem", &["http", "sandbox", "app"], "HTTP: the endpoints, the demo parties, and who joins them"),
    ("poem_openapi", &["http"], "the document of the endpoints"),
    (
        "reqwest",
        &["fetch", "sandbox", "app"],
        "outgoing HTTP is guarded in fetch; the sandbox is handed a client",
    ),
    ("ring", &["core/base/secret", "core/jose", "core/base/digest"], "digests and verification"),
    ("rlimit", &["system/descriptors"], "the limit of open files"),
    ("rusqlite", &["store"], "SQL"),
    ("rust_decimal", &["core/base/money"], "exact amounts"),
    (
        "sd_jwt_rs",
        &["sandbox", "cross_check"],
        "makes the demo credential; agrees or not, and decides nothing alone",
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
        &["fetch", "store", "http", "app", "main", "command_line"],
        "waiting; the domain and the flows never name it",
    ),
    ("toml", &["config"], "the configuration file"),
    (
        "tracing",
        &["flow", "http", "fetch", "store", "system", "sandbox", "app", "main", "command_line"],
        "logs; the domain writes none",
    ),
    ("tracing_subscriber", &["command_line/logs"], "where logs go"),
    ("url", &[""], "addresses"),
    ("zeroize", &["core/base/secret", "core/jose", "system", "config/file"], "secrets are wiped"),
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

/// Code lines of one file at most (architecture section 3).
const LONGEST_FILE: usize = 450;
/// Half of the files are shorter than this.
const MEDIAN: usize = 180;

struct Source {
    /// Below `src`, without `.rs` and `/mod`: `main`, `http/form`; in the package of the rules below `core`:
    /// `core/trust/did`.
    place: String,
    /// As written.
    text: String,
    /// Without tests and without comment lines.
    code: String,
}

#[test]
fn the_house_keeps_its_laws() {
    let files = read_sources();
    assert!(files.len() > 40, "the walk found only {} files", files.len());
    let faults = faults(&files);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn files_are_short() {
    let files = read_sources();
    let mut lengths: Vec<(usize, &str)> =
        files.iter().map(|file| (file.code.lines().count(), file.place.as_str())).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2].0;
    println!("median {median} code lines in {} files; longest: {:?}", lengths.len(), lengths.last());
    assert!(median < MEDIAN, "the median file has {median} lines");
    let long: Vec<_> = lengths.iter().filter(|(length, _)| *length > LONGEST_FILE).collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn no_files_lean_on_each_other_in_a_circle() {
    let circle = circle(&read_sources());
    assert!(circle.is_empty(), "a circle of files: {}", circle.join(" -> "));
}

#[test]
fn every_dependency_has_a_home_and_is_used_there() {
    let files = read_sources();
    for (manifest, is_ours) in [("Cargo.toml", false), ("core/Cargo.toml", true)] {
        for name in dependencies(manifest) {
            assert!(HOMES.iter().any(|(known, ..)| *known == name), "{name} has no home in this file");
            let mut ours = files.iter().filter(|file| file.place.starts_with("core") == is_ours);
            assert!(ours.any(|file| uses(&file.code, &name)), "{manifest} names {name}, and nobody uses it");
        }
    }
}

/// The names under `[dependencies]`, as code spells them.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest = fs::read_to_string(manifest).unwrap();
    let section = manifest.split("\n[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once(" = "));
    names.map(|(name, _)| name.trim_end_matches(".workspace").replace('-', "_")).collect()
}

#[test]
fn planted_faults_are_found() {
    for (place, code, expected) in [
        ("core/jose/jws", "use crate::sdjwt::parse;", "imports core::sdjwt"),
        ("core/base/id", "use super::super::jose::alg;", "imports core::jose"),
        ("core/base/id", "fn f() { crate::jose::alg::x() }", "imports core::jose"),
        ("core/base/id", "fn f() { tokio::spawn(x) }", "tokio lives elsewhere"),
        ("flow/sweep", "use crate::store::sqlite;", "imports store"),
        ("flow/sweep", "use crate::config; use vpgate_core::change;", "imports config"),
        ("http/limits", "use crate::store::{row, sqlite};", "imports store"),
        ("sandbox/shop", "use vpgate_core::{base::id, openid4vp};", "imports core::openid4vp"),
        ("sandbox/shop", "use crate::flow::Vpgate;", "imports flow"),
        ("http/limits", "use reqwest::Client;", "reqwest lives elsewhere"),
        ("core/base/id", "let x = ::time::now();", "time lives elsewhere"),
        ("flow/sweep", "Pace::restore(a, b)", "restores"),
        ("http/limits", "presentation::restore::begun(a)", "restores"),
        ("http/limits", "#[allow(dead_code)]", "allow"),
    ] {
        let found = faults(&[source(place, code)]);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{place}: {code}: {found:?}");
    }
    for (place, code) in [
        ("core/trust/did", "use crate::jose::jwk; use super::hint::Hint;"),
        ("core/base/time", "use std::time::Duration; use super::secret;"),
        ("http/limits", "use crate::flow::Vpgate; use vpgate_core::change; //! crate::store is not for us"),
        ("store/row", "presentation::restore::begun(a)"),
        ("app", "use crate::store::sqlite; use crate::http;"),
        ("http/limits", "//! use crate::store;\n#[cfg(test)]\nmod tests {\n use crate::store::x;\n}"),
    ] {
        let found = faults(&[source(place, code)]);
        assert!(found.is_empty(), "{place}: {code}: {found:?}");
    }
    let [a, b, c] =
        [("x/a", "use super::b::B;"), ("x/b", "use crate::x::c;"), ("x/c", "use super::a::{A, D};")]
            .map(|(place, code)| source(place, code));
    assert_eq!(circle(&[a, b]), Vec::<String>::new());
    let [a, b] =
        [("x/a", "use super::b::B;"), ("x/b", "use crate::x::c;")].map(|(place, code)| source(place, code));
    assert_eq!(circle(&[a, b, c]), ["x/a", "x/b", "x/c", "x/a"]);
}

/// Files that import each other in a circle, the first one found; empty when there is none. A folder's
/// own `mod.rs` may use its files and be used by them.
fn circle(files: &[Source]) -> Vec<String> {
    let file_of = |target: &[String]| {
        (1..=target.len())
            .rev()
            .map(|length| target[..length].join("/"))
            .find_map(|place| files.iter().find(|file| file.place == place).map(|file| file.place.as_str()))
    };
    let edges: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|file| {
            let targets = imports(file).iter().filter_map(|target| file_of(target)).collect::<BTreeSet<_>>();
            let others = targets.into_iter().filter(|to| *to != file.place).collect();
            (file.place.as_str(), others)
        })
        .collect();
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        let mut path = Vec::new();
        if let Some(circle) = walk_imports(start, &edges, &mut path, &mut done) {
            return circle;
        }
    }
    Vec::new()
}

fn walk_imports<'f>(
    place: &'f str,
    edges: &BTreeMap<&'f str, BTreeSet<&'f str>>,
    path: &mut Vec<&'f str>,
    done: &mut BTreeSet<&'f str>,
) -> Option<Vec<String>> {
    if let Some(begin) = path.iter().position(|seen| *seen == place) {
        return Some(path[begin..].iter().chain([&place]).map(|place| (*place).to_owned()).collect());
    }
    if !done.insert(place) {
        return None;
    }
    path.push(place);
    let found = edges.get(place)?.iter().find_map(|to| walk_imports(to, edges, path, done));
    path.pop();
    found
}

fn faults(files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let room = file.place.split('/').next().unwrap_or_default();
        for target in imports(file) {
            if let Some(floor) = forbidden(&file.place, &target) {
                faults.push(format!("src/{}.rs imports {floor}, which is not below it", file.place));
            }
        }
        for (name, homes, why) in HOMES {
            let at_home = homes.iter().any(|home| file.place.starts_with(home));
            if !at_home && uses(&file.code, name) {
                faults.push(format!("src/{}.rs: {name} lives elsewhere ({why}): {homes:?}", file.place));
            }
        }
        let restores = file.code.contains("restore::") || file.code.contains("::restore(");
        if restores && !file.place.starts_with("store/row") && room != "main" {
            faults.push(format!("src/{}.rs restores a state; only store/row may", file.place));
        }
        if file.text.contains(concat!("#[", "allow(")) || file.text.contains(concat!("#![", "allow(")) {
            faults.push(format!("src/{}.rs says allow; say expect, with the reason", file.place));
        }
    }
    faults
}

/// The part of `target` that `place` must not see.
fn forbidden(place: &str, target: &[String]) -> Option<String> {
    let from: Vec<&str> = place.split('/').collect();
    let (room, to) = (*from.first()?, target.first()?.as_str());
    let part = target.get(1).map(String::as_str);
    if room == "core" && to == "core" {
        let rank = |part: Option<&str>| GROUND.iter().position(|room| Some(*room) == part);
        let (ours, theirs) = (rank(from.get(1).copied())?, rank(part)?);
        return (theirs < ours).then(|| format!("core::{}", GROUND[theirs]));
    }
    let known = IMPORTS.iter().any(|(name, _)| *name == to) || ["core", "app"].contains(&to);
    if room == to || !known || ["app", "main", "lib", "command_line"].contains(&room) {
        return None;
    }
    let allowed = IMPORTS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, allowed)| allowed);
    let whole = part.map_or_else(|| to.to_owned(), |part| format!("{to}::{part}"));
    if allowed.contains(&to) || allowed.contains(&whole.as_str()) {
        return None;
    }
    // What is half allowed is named in full.
    Some(if allowed.iter().any(|name| name.starts_with(to)) { whole } else { to.to_owned() })
}

/// Every path into the crate that a file names, from its root.
fn imports(file: &Source) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let mut module: Vec<String> = file.place.split('/').map(str::to_owned).collect();
    if file.place == "lib" || file.place == "main" {
        module.clear();
    }
    let own: &[&str] = if file.place.starts_with("core") { &["core"] } else { &[] };
    for (start, root) in ["crate::", "super::", "vpgate_core::"]
        .iter()
        .flat_map(|root| file.code.match_indices(root).map(move |(start, _)| (start, *root)))
    {
        let before = file.code[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
            continue;
        }
        let mut rest = &file.code[start + root.len()..];
        let mut base: Vec<String> = match root {
            "crate::" => own.iter().map(|part| (*part).to_owned()).collect(),
            "vpgate_core::" => vec!["core".to_owned()],
            _ => Vec::new(),
        };
        if root == "super::" {
            base.clone_from(&module);
            base.pop();
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
        }
        for tail in expand(rest) {
            found.insert(base.iter().cloned().chain(tail).collect());
        }
    }
    found
}

/// The paths of a use tree: `a::{b, c::d}` is `a::b` and `a::c::d`. Stops where the path ends.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(inside) = tree.strip_prefix('{') {
        let mut branches = Vec::new();
        let (mut depth, mut begin) = (0, 0);
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    branches.extend(expand(&inside[begin..at]));
                    begin = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
        return branches;
    }
    let end = tree.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    if name.is_empty() {
        return vec![Vec::new()];
    }
    match rest.strip_prefix("::") {
        Some(rest) => {
            let with = |tail: Vec<String>| std::iter::once(name.to_owned()).chain(tail).collect();
            expand(rest).into_iter().map(with).collect()
        }
        None => vec![vec![name.to_owned()]],
    }
}

/// Whether `code` names something of the outside crate `name`.
fn uses(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(start, _)| {
        let before: String = code[..start].chars().rev().take(3).collect();
        let after = &code[start + name.len()..];
        let from_root = before.starts_with("::") && before.chars().nth(2).is_none_or(|c| !is_name(c));
        let fresh = before.chars().next().is_none_or(|c| !is_name(c) && c != ':' && c != '$');
        (fresh || from_root) && after.starts_with("::")
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '>'
}

fn read_sources() -> Vec<Source> {
    let mut files = Vec::new();
    walk(Path::new("src"), &mut files);
    walk(Path::new("core/src"), &mut files);
    files.sort();
    let place = |path: &str| match path.strip_prefix("core/src/") {
        Some("lib.rs") => "core.rs".to_owned(),
        Some(inside) => format!("core/{inside}"),
        None => path.trim_start_matches("src/").to_owned(),
    };
    let texts: Vec<(String, String)> =
        files.iter().map(|path| (place(path), fs::read_to_string(path).unwrap())).collect();
    let tests: Vec<String> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_test = |path: &str| {
        let bare = path.trim_end_matches(".rs").trim_end_matches("/mod");
        tests.iter().any(|test| bare == test || bare.starts_with(&format!("{test}/")))
    };
    texts.iter().filter(|(path, _)| !is_test(path)).map(|(path, text)| source(path, text)).collect()
}

fn walk(folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}

fn source(path: &str, text: &str) -> Source {
    let place = path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
    let without_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = without_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.map(|line| line.split(" //").next().unwrap_or_default());
    let code = code.collect::<Vec<_>>().join("\n");
    Source { place, text: text.to_owned(), code }
}

/// The modules that a file declares for tests only, as places.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let bare = path.trim_end_matches(".rs");
    let folder = bare.trim_end_matches("/mod");
    let folder = if bare == "lib" || bare == "main" { "" } else { folder };
    let marks = ["#[cfg(test)]\n", "#[cfg(any(test, feature = \"testing\"))]\n"];
    let declared = marks.iter().flat_map(|mark| text.match_indices(mark)).filter_map(|(start, mark)| {
        let line = text[start + mark.len()..].lines().next()?;
        let name = line.split("mod ").nth(1)?.strip_suffix(';')?;
        Some(format!("{folder}/{name}").trim_start_matches('/').to_owned())
    });
    declared.collect()
}
