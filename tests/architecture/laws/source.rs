//! The sources as the laws read them: without comments, without what is between quotes, without tests.

use std::fs;
use std::path::Path;

/// One file.
pub struct Source {
    /// Below `src`, without `.rs` and `/mod`: `main`, `http/form`; in the package of the rules below `core`:
    /// `core/sdjwt/trust`.
    pub place: String,
    /// As written.
    pub text: String,
    /// Without comments and tests; what stood between quotes is `_`. Lines stay where they were.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let place = path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        Self { place, text: text.to_owned(), code: without_tests(blank(text)) }
    }

    /// The path of the module, from the root of the program; that of the rules begins with `core`.
    pub fn module(&self) -> Vec<String> {
        match self.place.as_str() {
            "lib" => Vec::new(),
            place => place.split('/').map(str::to_owned).collect(),
        }
    }

    /// The folder or file at the top.
    pub fn room(&self) -> &str {
        self.place.split('/').next().unwrap_or_default()
    }

    /// Lines that hold code.
    pub fn length(&self) -> usize {
        lines_of_code(&self.code)
    }
}

pub fn lines_of_code(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

pub fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Both packages, without the files that are only compiled for tests.
pub fn read_all() -> Vec<Source> {
    let mut paths = Vec::new();
    walk(Path::new("src"), &mut paths);
    walk(Path::new("core/src"), &mut paths);
    paths.sort();
    let place = |path: &str| match path.strip_prefix("core/src/") {
        Some("lib.rs") => "core.rs".to_owned(),
        Some(inside) => format!("core/{inside}"),
        None => path.trim_start_matches("src/").to_owned(),
    };
    let texts: Vec<(String, String)> =
        paths.iter().map(|path| (place(path), fs::read_to_string(path).unwrap())).collect();
    let tests: Vec<String> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_test = |path: &str| {
        let bare = path.trim_end_matches(".rs").trim_end_matches("/mod");
        tests.iter().any(|test| bare == test || bare.starts_with(&format!("{test}/")))
    };
    texts.iter().filter(|(path, _)| !is_test(path)).map(|(path, text)| Source::new(path, text)).collect()
}

fn walk(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// What stands before an item that is compiled for tests only.
const TEST_MARKS: [&str; 2] = ["#[cfg(test)]", "#[cfg(any(test,"];

/// The modules that a file declares for tests only, as places.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let bare = path.trim_end_matches(".rs");
    let folder = bare.trim_end_matches("/mod");
    let folder = if bare == "lib" || bare == "main" { "" } else { folder };
    let after = TEST_MARKS.iter().flat_map(|mark| text.match_indices(mark)).map(|(at, _)| &text[at..]);
    let declared = after.filter_map(|text| {
        let name = text.lines().nth(1)?.split("mod ").nth(1)?.strip_suffix(';')?;
        Some(format!("{folder}/{name}").trim_start_matches('/').to_owned())
    });
    declared.collect()
}

/// Comments become spaces, and so does what stands between quotes, apart from `_` for each letter.
fn blank(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (length, filler) = if rest.starts_with(&['/', '/']) {
            (rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()), ' ')
        } else if rest.starts_with(&['/', '*']) {
            (block_comment(rest), ' ')
        } else {
            (quoted(rest, bytes.get(at.wrapping_sub(1)).copied()), '_')
        };
        if length == 0 {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        out.extend(rest[..length].iter().map(|c| if c.is_whitespace() { *c } else { filler }));
        at += length;
    }
    out
}

fn block_comment(text: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of the literal that begins here; 0 when none does.
fn quoted(text: &[char], before: Option<char>) -> usize {
    if before.is_some_and(is_name) {
        return 0;
    }
    let prefix = text.iter().take_while(|c| matches!(c, 'b' | 'c' | 'r')).count();
    let hashes = text[prefix..].iter().take_while(|c| **c == '#').count();
    let is_raw = text[..prefix].contains(&'r');
    match text.get(prefix + hashes) {
        Some('"') if is_raw || hashes == 0 => {
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let mut at = prefix + hashes + 1;
            while at < text.len() && !text[at..].starts_with(&end) {
                at += if text[at] == '\\' && !is_raw { 2 } else { 1 };
            }
            (at + end.len()).min(text.len())
        }
        Some('\'') if hashes == 0 && prefix <= 1 => match (text.get(prefix + 1), text.get(prefix + 2)) {
            (Some('\\'), _) => prefix + 4 + text[prefix + 3..].iter().position(|c| *c == '\'').unwrap_or(0),
            (Some(_), Some('\'')) => prefix + 3,
            // A lifetime.
            _ => 0,
        },
        _ => 0,
    }
}

/// Without each item that is compiled for tests only; what follows it is read again.
fn without_tests(mut code: String) -> String {
    while let Some(start) = TEST_MARKS.iter().filter_map(|mark| code.find(mark)).min() {
        let end = start + item_length(&code[start..]);
        let blank: String = code[start..end].chars().filter(|c| *c == '\n').collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// From an attribute to the end of what it stands before.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    let mut is_import = false;
    for (at, c) in code.char_indices() {
        match c {
            'u' if depth == 0 && code[at..].starts_with("use ") => is_import = true,
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth -= 1;
                if depth < 0 {
                    return at;
                }
                if depth == 0 && c == '}' && !is_import {
                    return at + 1;
                }
            }
            ';' | ',' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}
