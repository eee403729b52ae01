//! `docs/reasons.md` and the pages to which it sends its readers name every reason and every error code, and no other.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the codes are: in which part of which file, up to where, as texts or as the variants of an enum.
const CODES: [(&str, &str, &str, Written); 10] = [
    ("src/http/api/error.rs", "impl ProblemDetails", "#[cfg(test)]", Written::Texts),
    ("src/http/oauth/error.rs", "pub enum OAuthErrorCode", "\n}", Written::Variants),
    ("src/http/openid4vp/error.rs", "pub enum PostErrorCode", "\n}", Written::Variants),
    ("src/http/api/result.rs", "pub enum PresentationStatus", "\n}", Written::Variants),
    ("core/src/oauth/device_grant.rs", "pub enum DenialReason", "\n}", Written::Variants),
    ("core/src/oauth/redirect.rs", "pub fn code(self)", "\n    }", Written::Texts),
    ("core/src/openid4vp/wallet_error.rs", "const CODES", "\n];", Written::Texts),
    ("core/src/openid4vp/wallet_error.rs", "pub fn code(self)", "\n    }", Written::Texts),
    ("core/src/admission/result.rs", "pub const SCOPE_RULES", "\nimpl ScopePolicy", Written::Texts),
    ("src/flow/tokens", "", "", Written::Revoked),
];

#[derive(Clone, Copy)]
enum Written {
    Texts,
    Variants,
    /// What is told of tokens that end, in all files of the folder.
    Revoked,
}

#[test]
fn every_reason_and_every_error_code_is_explained() {
    let told = ["reasons", "mdoc", "receipts"].map(page).concat();
    let (checks, codes) = (checks(), codes());
    assert!(checks.len() > 100 && codes.len() > 60, "{} checks, {} codes", checks.len(), codes.len());
    let silent: Vec<_> = checks.union(&codes).filter(|name| !told.contains(&format!("`{name}`"))).collect();
    assert!(silent.is_empty(), "docs/reasons.md says nothing of {silent:?}");
}

#[test]
fn nothing_is_explained_that_is_never_said() {
    let known: BTreeSet<_> = checks().union(&codes()).cloned().collect();
    let reasons = page("reasons");
    let rows = reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names: Vec<_> =
        rows.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|it| !it.is_empty()).collect();
    assert!(names.len() > 130, "only {} names were found", names.len());
    let invented: Vec<_> = names.into_iter().filter(|name| !known.contains(*name)).collect();
    assert!(invented.is_empty(), "docs/reasons.md explains {invented:?}, which nobody says");
}

/// The names of all checks.
fn checks() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for root in ["core/src", "src"] {
        for source in sources(&at(root)) {
            let names =
                source.match_indices("Rule { check: \"").chain(source.match_indices("\n    check: \""));
            found.extend(names.map(|(at, prefix)| text_at(&source[at + prefix.len()..])));
        }
    }
    found
}

fn codes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, begins, ends, written) in CODES {
        if matches!(written, Written::Revoked) {
            let told = sources(&at(path)).into_iter().flat_map(|source| texts(&source));
            found.extend(
                told.filter(|it| ["_again", "_back", "_by_client"].iter().any(|end| it.ends_with(end))),
            );
            continue;
        }
        let source = fs::read_to_string(at(path)).unwrap();
        let (_, part) = source.split_once(begins).unwrap();
        let (part, _) = part.split_once(ends).unwrap();
        match written {
            Written::Variants => found.extend(variants(part)),
            Written::Texts | Written::Revoked => found.extend(texts(part)),
        }
    }
    found
}

/// What is in quotation marks and looks like a code.
fn texts(part: &str) -> Vec<String> {
    part.split('"').map(str::to_owned).filter(|text| is_code(text)).collect()
}

fn is_code(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    letters && text.len() > 3
}

/// `InvalidRequest,` is `invalid_request`.
fn variants(part: &str) -> impl Iterator<Item = String> {
    let named = part.lines().filter_map(|line| line.trim().strip_suffix(','));
    named.filter(|it| it.chars().all(char::is_alphanumeric)).map(|name| {
        let mut snake = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        }
        snake
    })
}

fn text_at(rest: &str) -> String {
    rest.split('"').next().unwrap().to_owned()
}

/// Of programs, without what only tests have.
fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["tests", "testing", "plain"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(without_tests(&fs::read_to_string(path).unwrap()));
        }
    }
    found
}

fn without_tests(source: &str) -> String {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

fn page(name: &str) -> String {
    fs::read_to_string(at(&format!("docs/{name}.md"))).unwrap()
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
