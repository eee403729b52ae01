//! The book (`docs/`) and the pages beside it: links lead somewhere, what is named exists, numbers are those of the code.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers that the book tells: how the code declares them, in one file alone, and what the page says.
const NUMBERS: [(&str, &str, &str); 25] = [
    ("const MAX_HEADER: usize = 64 * 1024;", "limits", "header of a request | 64 KiB"),
    (
        "const FIRST_HEADER: Duration = Duration::from_secs(12);",
        "limits",
        "of a connection within 12 seconds",
    ),
    ("const CONNECTIONS: usize = 4096;", "limits", "connections | 4096"),
    ("const PATIENCE: Duration = Duration::from_secs(75);", "limits", "that is not complete | 75 seconds"),
    ("const MAX_PARAMETERS: usize = 64;", "limits", "form of a machine | 16 KiB, 64 parameters"),
    ("const MAX_FORM_BYTES: usize = 16 * 1024;", "limits", "form of a machine | 16 KiB, 64 parameters"),
    ("const MAX_JSON_BYTES: usize = 192 * 1024;", "limits", "JSON of a relying party | 192 KiB"),
    ("const LONG_BODIES: usize = 64;", "limits", "64 are read at one time"),
    ("const SHARE: usize = 4;", "limits", "4 from one address"),
    ("const LONG_BODY_TIME: Duration = Duration::from_secs(15);", "limits", "each within 15 seconds"),
    ("const LONG_BODIES: usize = 64;", "decisions", "64 such answers are read at one time"),
    ("const MOST_TRIED: usize = 8;", "limits", "tried for one signature | 8 |"),
    (
        "const MOST_CERTIFICATES: usize = 6;",
        "limits",
        "certificates in `x5c` or `x5chain` | 6, of 8 KiB each",
    ),
    (
        "const CERTIFICATE_BYTES: usize = 8 << 10;",
        "limits",
        "certificates in `x5c` or `x5chain` | 6, of 8 KiB each",
    ),
    ("const MAX_TRANSACTIONS: usize = 16;", "limits", "transaction data objects in a request | 16"),
    ("const MAX_OBJECT_BYTES: usize = 8192;", "limits", "in a request | 16, of 8 KiB each"),
    ("const LARGEST_LOGO: usize = 128 * 1024;", "limits", "operator or a client | 128 KiB"),
    ("const LONGEST_CATALOGUE: usize = 256 * 1024;", "limits", "own words for a language | 256 KiB"),
    ("const MAX_SCOPES: usize = 32;", "limits", "scopes in a request | 32"),
    ("const MAX_LABEL: usize = 64;", "limits", "name that a device gives itself | 64 characters"),
    ("const MAX_PARAMETER_BYTES: usize = 512;", "limits", "parameter that goes into tokens | 512 bytes"),
    ("const MAX_CLAIM_BYTES: usize = 1024;", "limits", "copied into tokens | 1024 bytes"),
    ("const FAILURES: u32 = 20;", "limits", "20 failed authentications of one client"),
    ("const PUSHES: u32 = 600;", "limits", "600 pushed requests of one client"),
    ("const VISITS: u32 = 120;", "limits", "120 visits"),
];

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let faults: Vec<_> = pages.iter().flat_map(|(page, text)| dead_links(page, text, &pages)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let pages = pages();
    for (planted, why) in [
        ("[x](gone.md)", "docs/gone.md does not exist"),
        ("[x](flow.md#gone)", "docs/flow.md has no heading #gone"),
        ("[x](#gone)", "docs/README.md has no heading #gone"),
        ("[x][gone]", "[gone] is not defined"),
        ("[gone]: ../gone/", "gone does not exist"),
    ] {
        let faults = dead_links("docs/README.md", planted, &pages);
        assert_eq!(faults, [format!("docs/README.md: {why}")], "{planted}");
    }
    for sound in [
        "[x](flow.md#what-is-checked)",
        "`[x](gone.md)`",
        "```text\n[x](gone.md)\n```",
        "[x][y]\n\n[y]: ../src",
    ] {
        assert_eq!(dead_links("docs/README.md", sound, &pages), [""; 0], "{sound}");
    }
}

#[test]
fn every_path_that_is_named_exists() {
    for (page, text) in pages().iter().filter(|(page, _)| page.starts_with("docs/")) {
        for path in text.split('`').skip(1).step_by(2).filter(|span| is_path(span)) {
            assert!(exists(path), "{page} names {path}, which does not exist");
        }
    }
}

#[test]
fn every_number_is_that_of_the_code() {
    let sources: Vec<_> = ["src", "core/src"].iter().flat_map(|root| sources(&at(root))).collect();
    for (declared, page, told) in NUMBERS {
        let homes = sources.iter().filter(|source| source.contains(declared)).count();
        assert_eq!(homes, 1, "`{declared}` is in {homes} files; does docs/{page}.md still tell the truth?");
        let text = fs::read_to_string(at("docs").join(page).with_extension("md")).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(told), "docs/{page}.md does not say `{told}`, but the code has `{declared}`");
    }
}

#[test]
fn every_word_of_the_glossary_leads_to_its_type() {
    let glossary = read("docs/glossary.md");
    let faults: Vec<_> = glossary.lines().filter_map(lost_word).collect();
    assert!(faults.is_empty(), "docs/glossary.md:\n{}", faults.join("\n"));
    assert!(lost_word("| a map | `Gone` | `tests/architecture/book.rs` |").is_some());
    assert!(lost_word("| a map | `Path` | `src/gone.rs` |").is_some());
}

#[test]
fn every_variable_of_the_environment_is_in_the_book() {
    let page = read("docs/configuration.md");
    let texts = sources(&at("src")).concat();
    let read: BTreeSet<_> = texts.split('"').filter(|text| is_variable(text)).collect();
    assert!(read.len() > 5, "{read:?}");
    let silent: Vec<_> = read
        .into_iter()
        .filter(|name| *name != "VPGATE_BUILD" && !page.contains(&format!("`{name}`")))
        .collect();
    assert!(silent.is_empty(), "docs/configuration.md leaves {silent:?} out");
}

fn is_variable(text: &str) -> bool {
    text.starts_with("VPGATE_") && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// What is wrong with a row of the glossary: `| word | type | file |`, where the type may be left out.
fn lost_word(row: &str) -> Option<String> {
    let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    let [_, word, name, path, _] = cells.as_slice() else { return None };
    if path.is_empty() || *word == "Word" || word.starts_with("---") {
        return None;
    }
    if name.is_empty() {
        return (!at(path).exists()).then(|| format!("{path} does not exist"));
    }
    let text = fs::read_to_string(at(path)).unwrap_or_default();
    let declared = text.lines().filter(|line| line.starts_with("pub")).any(|line| {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| ["struct", "enum", "trait", "type"].contains(&word)) && words.next() == Some(name)
    });
    (!declared).then(|| format!("{name} is not in {path}"))
}

#[test]
fn the_map_and_the_module_name_every_page() {
    let (map, module) = (read("docs/README.md"), read("src/book.rs"));
    for page in fs::read_dir(at("docs")).unwrap() {
        let page = page.unwrap().path();
        let name = page.file_stem().unwrap().to_str().unwrap();
        if name != "README" {
            assert!(map.contains(&format!("[{name}]: {name}.md")), "docs/README.md leaves {name} out");
            assert!(module.contains(&format!("page!({name});")), "src/book.rs leaves {name} out");
            let links = module.matches(&format!("[{name}]: crate::book::{name}\n")).count();
            assert_eq!(links, 2, "src/book.rs: links to {name} work on the map and on every page");
        }
    }
}

/// Path from the root, and text.
fn pages() -> BTreeMap<String, String> {
    let mut pages: Vec<String> =
        ["README.md", "CHANGELOG.md", "core/README.md"].into_iter().map(str::to_owned).collect();
    pages.retain(|page| at(page).exists());
    for file in fs::read_dir(at("docs")).unwrap() {
        pages.push(format!("docs/{}", file.unwrap().file_name().to_str().unwrap()));
    }
    pages.into_iter().map(|page| (page.clone(), read(&page))).collect()
}

fn dead_links(page: &str, text: &str, pages: &BTreeMap<String, String>) -> Vec<String> {
    let text = without_code(text);
    let definitions: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect();
    let inline = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let mut faults = Vec::new();
    for name in text.split("][").skip(1).filter_map(|rest| Some(rest.split_once(']')?.0)) {
        if !definitions.contains_key(name) {
            faults.push(format!("{page}: [{name}] is not defined"));
        }
    }
    for target in inline.chain(definitions.values().copied()).filter(|target| !target.contains("://")) {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = if file.is_empty() { page.to_owned() } else { beside(page, file) };
        if !at(&file).exists() {
            faults.push(format!("{page}: {file} does not exist"));
        } else if !anchor.is_empty() && !pages.get(&file).is_some_and(|text| anchors(text).contains(anchor)) {
            faults.push(format!("{page}: {file} has no heading #{anchor}"));
        }
    }
    faults
}

/// `target` as seen from `page`, from the root.
fn beside(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/').filter(|part| !part.is_empty()) {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// As Git hosts and rustdoc make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if !fenced && line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
        }
    }
    anchors
}

fn without_code(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        let fence = line.starts_with("```");
        fenced ^= fence;
        if !fence && !fenced {
            // A link may have code for its text, so only what is in the code goes.
            for (i, part) in line.split('`').enumerate() {
                kept.push_str(if i % 2 == 0 { part } else { "code" });
            }
            kept.push('\n');
        }
    }
    kept
}

fn is_path(span: &str) -> bool {
    let roots =
        ["src/", "core/", "docs/", "tests/", "fixtures/", "examples/", "openapi/", "fuzz/", "deploy/"];
    roots.iter().any(|root| span.starts_with(root)) && !span.contains(['*', ' ', '{'])
}

/// `core/x` may stand for `core/src/x`, and a module's file may leave `.rs` out.
fn exists(path: &str) -> bool {
    let inside = path.replacen("core/", "core/src/", 1);
    [path, &inside].into_iter().any(|path| at(path).exists() || at(&format!("{path}.rs")).exists())
}

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap()
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
