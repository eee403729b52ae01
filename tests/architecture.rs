//! The laws of the house that a machine can keep: who may import whom, where each outside crate lives,
//! who restores rows, how long a file may be. Reads the source as text; `cargo test --test architecture`.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the top to the ground; a room of the ground floor may import those that follow it.
const GROUND: [&str; 7] = ["change", "oauth", "admission", "openid4vp", "sdjwt", "jose", "base"];

/// What a room may import besides itself. `app`, `main` and its
/// `command_line` see everything and are not listed.
const IMPORTS: [(&str, &[&str]); 9] = [
    ("flow", &["domain"]),
    ("config", &["domain", "flow"]),
    ("http", &["domain", "flow"]),
    ("fetch", &["domain", "flow"]),
    ("store", &["domain", "flow"]),
    ("system", &["domain", "flow"]),
    ("second_opinion", &["domain", "flow"]),
    ("sandbox", &["domain::jose", "domain::base"]),
    ("manual", &[]),
];

/// Where an outside crate may be used, and why there. Every dependency has a line.
const HOMES: [(&str, &[&str], &str); 38] = [
    ("anyhow", &["main", "command_line"], "errors that only a person reads"),
    ("askama", &["http", "sandbox"], "pages"),
    (
        "async_trait",
        &["flow/ports", "store", "fetch", "command_line"],
        "object-safe ports and who fills them",
    ),
    (
        "base64",
        &["domain/base/base64url", "domain/jose/x5c", "domain/sdjwt/type_metadata/integrity", "http/basic"],
        "one strict alphabet for JOSE; certificates in it and HTTP Basic have another",
    ),
    ("clap", &["main", "command_line"], "the command line"),
    ("fast_qr", &["http", "sandbox"], "QR codes on pages"),
    (
        "flate2",
        &["domain/sdjwt/status", "sandbox"],
        "status lists are ZLIB data: read in the domain, written by the demo issuer",
    ),
    ("getrandom", &["system/entropy"], "randomness has one home"),
    ("hyper", &["app/connections"], "connections, with bounds that poem does not set"),
    ("hyper_util", &["app/connections"], "its streams and timers are tokio's"),
    ("josekit", &["domain/jose", "sandbox"], "signing; the demo parties are clients with keys of their own"),
    (
        "jsonschema",
        &["domain/openid4vp/transaction_data"],
        "types of transaction data that the operator registers",
    ),
    ("jsonwebtoken", &["sandbox", "second_opinion"], "the key type that sd-jwt-rs wants"),
    ("mimalloc", &["main"], "the program's allocator; the library has no say in that"),
    ("openssl", &["domain/jose"], "certificate chains, and whether a key is a point of its curve"),
    ("poem", &["http", "sandbox", "app"], "HTTP: the doors, the demo parties, and who joins them"),
    ("poem_openapi", &["http"], "the document of the doors"),
    (
        "reqwest",
        &["fetch", "sandbox", "app"],
        "outgoing HTTP is guarded in fetch; the sandbox is handed a client",
    ),
    ("ring", &["domain/base/secret", "domain/jose", "domain/sdjwt/digest"], "digests and verification"),
    ("rlimit", &["system/descriptors"], "the limit of open files"),
    ("rusqlite", &["store"], "SQL"),
    ("rust_decimal", &["domain/base/money"], "exact amounts"),
    (
        "sd_jwt_rs",
        &["sandbox", "second_opinion"],
        "makes the demo credential; agrees or not, and decides nothing alone",
    ),
    ("serde", &[""], "shapes"),
    ("serde_ignored", &["config"], "finds unknown keys"),
    ("serde_json", &[""], "JSON values"),
    ("serde_path_to_error", &["config"], "finds the path of a wrong value"),
    ("serde_yaml", &["http/document"], "the document as YAML"),
    ("subtle", &["domain/base/secret"], "comparison in constant time"),
    ("thiserror", &[""], "error enums"),
    ("time", &["domain/base/time", "domain/openid4vp/transaction_data"], "dates as text"),
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
    ("zeroize", &["domain/base/secret", "domain/jose", "system", "config/file"], "secrets are wiped"),
    ("vpgate", &["main", "command_line"], "the binary uses the library like anybody else"),
];

/// Code lines of one file at most (architecture section 3).
const LONGEST_FILE: usize = 450;
/// Half of the files are shorter than this.
const MEDIAN: usize = 180;

struct Source {
    /// Below `src`, without `.rs` and `/mod`: `domain/sdjwt/trust`, `main`.
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
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let named =
        section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
    let files = read_sources();
    for name in named {
        assert!(HOMES.iter().any(|(known, ..)| *known == name), "{name} has no home in this file");
        let used = files.iter().any(|file| uses(&file.code, &name));
        assert!(used, "{name} is a dependency, and nobody uses it");
    }
}

#[test]
fn planted_faults_are_found() {
    for (place, code, expected) in [
        ("domain/jose/jws", "use crate::domain::sdjwt::parse;", "imports domain::sdjwt"),
        ("domain/base/id", "use super::super::jose::alg;", "imports domain::jose"),
        ("domain/oauth/client", "fn f() { crate::flow::ports::x() }", "imports flow"),
        ("flow/sweep", "use crate::store::sqlite;", "imports store"),
        ("flow/sweep", "use crate::{domain::change, config};", "imports config"),
        ("http/limits", "use crate::store::{row, sqlite};", "imports store"),
        ("sandbox/shop", "use crate::domain::{base::id, openid4vp};", "imports domain::openid4vp"),
        ("sandbox/shop", "use crate::flow::Vpgate;", "imports flow"),
        ("http/limits", "use reqwest::Client;", "reqwest lives elsewhere"),
        ("domain/base/id", "let x = ::time::now();", "time lives elsewhere"),
        ("flow/sweep", "Pace::restore(a, b)", "restores"),
        ("http/limits", "presentation::restore::begun(a)", "restores"),
        ("http/limits", "#[allow(dead_code)]", "allow"),
    ] {
        let found = faults(&[source(place, code)]);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{place}: {code}: {found:?}");
    }
    for (place, code) in [
        ("domain/sdjwt/trust", "use crate::domain::jose::jwk; use super::parse::Hint;"),
        ("domain/base/time", "use std::time::Duration; use super::secret;"),
        ("http/limits", "use crate::{domain::change, flow::Vpgate}; //! crate::store is not for us"),
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
    if room == "domain" && to == "domain" {
        let rank = |part: Option<&str>| GROUND.iter().position(|room| Some(*room) == part);
        let (ours, theirs) = (rank(from.get(1).copied())?, rank(part)?);
        return (theirs < ours).then(|| format!("domain::{}", GROUND[theirs]));
    }
    let known = IMPORTS.iter().any(|(name, _)| *name == to) || ["domain", "app"].contains(&to);
    if room == to || !known || ["app", "main", "lib"].contains(&room) {
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
    for (start, root) in ["crate::", "super::"]
        .iter()
        .flat_map(|root| file.code.match_indices(root).map(move |(start, _)| (start, *root)))
    {
        let before = file.code[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
            continue;
        }
        let mut rest = &file.code[start + root.len()..];
        let mut base = Vec::new();
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
    files.sort();
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| (path.strip_prefix("src/").unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect();
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
    let declared = text.match_indices("#[cfg(test)]\n").filter_map(|(start, mark)| {
        let line = text[start + mark.len()..].lines().next()?;
        let name = line.split("mod ").nth(1)?.strip_suffix(';')?;
        Some(format!("{folder}/{name}").trim_start_matches('/').to_owned())
    });
    declared.collect()
}
