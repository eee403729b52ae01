//! Every duty of the checklist, and where it is tested: `fixtures/spec/rows.toml` held to the tests as
//! they are. A test that keeps or breaks a duty says so in its name: `req_6_4_kb_jwt_wrong_nonce` cites
//! REQ-6.4, `req_4_4_req_6_1_...` two rows, `req_13_20_to_13_23_...` all from the first to the last.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// `fixtures/spec/rows.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    section: Vec<Section>,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    number: u32,
    title: String,
    /// Every MUST row of it has a test.
    complete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    level: String,
    title: String,
    /// Functions, wherever they are in `src` and `tests`.
    #[serde(default)]
    tests: Vec<String>,
    excluded: Option<String>,
}

/// Section and number, as in `REQ-6.4`.
type Id = (u32, u32);

#[test]
fn every_duty_is_tested_or_excluded_with_a_reason() {
    let listing = toml::from_str(&fs::read_to_string(at("fixtures/spec/rows.toml")).unwrap()).unwrap();
    let faults = faults(&listing, &functions());
    assert!(faults.is_empty(), "fixtures/spec/rows.toml:\n{}", faults.join("\n"));
    let (tested, excluded): (Vec<_>, Vec<_>) = listing.row.iter().partition(|row| row.excluded.is_none());
    println!("{} rows are tested, {} are excluded", tested.len(), excluded.len());
}

#[test]
fn no_duty_of_the_checklist_is_missing() {
    let Ok(checklist) = fs::read_to_string(at("../shared/specs/checklist.md")) else {
        // Not `eprintln!`, which a passing test keeps to itself.
        std::io::stderr().write_all(b"SKIP: the checklist is not at ../shared/specs/checklist.md\n").unwrap();
        return;
    };
    let listing: Listing =
        toml::from_str(&fs::read_to_string(at("fixtures/spec/rows.toml")).unwrap()).unwrap();
    let listed: BTreeMap<&str, &str> =
        listing.row.iter().map(|row| (row.id.as_str(), row.level.as_str())).collect();
    let mut found = BTreeSet::new();
    for line in checklist.lines().filter(|line| line.starts_with("| REQ-")) {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (id, level) = (cells.next().unwrap(), cells.next().unwrap());
        found.insert(id);
        let written = listed.get(id).unwrap_or_else(|| panic!("{id} is missing in rows.toml"));
        // The table of transaction data types has no column for the level.
        assert!(*written == level || level.contains(' ') || level.contains('`'), "{id} is {level}");
    }
    let gone: Vec<_> = listed.keys().filter(|id| !found.contains(*id)).collect();
    assert!(gone.is_empty(), "not in the checklist: {gone:?}");
}

/// REQ-15.1 asks for a chapter, not for code.
#[test]
fn req_15_1_the_risk_assessment_of_cross_device_flows_is_written() {
    let threats = fs::read_to_string(at("src/manual/threats.rs")).unwrap();
    for part in
        ["# Cross-device flows: the risk assessment", "consent phishing", "session phishing", "What remains"]
    {
        assert!(threats.contains(part), "the threats chapter lacks: {part}");
    }
}

fn faults(listing: &Listing, functions: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rows: BTreeMap<Id, &Row> = BTreeMap::new();
    for row in &listing.row {
        let id = row.id.strip_prefix("REQ-").and_then(id).unwrap();
        let mut fault = |why: &str| faults.push(format!("{}: {why}", row.id));
        if rows.insert(id, row).is_some() {
            fault("is listed twice");
        }
        let section = listing.section.iter().find(|section| section.number == id.0);
        match (row.tests.is_empty(), &row.excluded) {
            (true, None) => fault("has neither tests nor a reason why not"),
            (false, Some(_)) => fault("is tested and excluded"),
            (true, Some(reason)) if reason.trim().is_empty() => fault("is excluded without a reason"),
            (true, Some(_)) if row.level == "MUST" && section.is_some_and(|section| section.complete) => {
                fault("is a MUST of a section that is called complete, and has no test");
            }
            _ => {}
        }
        if section.is_none_or(|section| section.title.is_empty()) || row.title.is_empty() {
            fault("has no section or no title");
        }
        if !["MUST", "SHOULD", "MAY", "LOCAL", "SEED"].contains(&row.level.as_str()) {
            fault("has an unknown level");
        }
        for test in row.tests.iter().filter(|test| !functions.contains(*test)) {
            fault(&format!("no function is called {test}"));
        }
    }
    for test in functions.iter().filter(|name| name.starts_with("req_")) {
        let cited = cited(test, &rows);
        if cited.is_empty() {
            faults.push(format!("{test} cites no row"));
        }
        for id in cited {
            let (section, number) = id;
            match rows.get(&id) {
                None => faults.push(format!("{test} cites REQ-{section}.{number}, which does not exist")),
                Some(row) if row.excluded.is_some() => {
                    faults.push(format!("{} is excluded, but {test} cites it: take it off", row.id));
                }
                Some(_) => {}
            }
        }
    }
    faults
}

/// The rows that a name begins with: `req_A_B`, then more behind `_and_`, `_req_`, `_` or, up to and
/// including, `_to_`.
fn cited(name: &str, rows: &BTreeMap<Id, &Row>) -> Vec<Id> {
    let words: Vec<&str> = name.split('_').skip(1).collect();
    let pair =
        |at: usize| -> Option<Id> { Some((words.get(at)?.parse().ok()?, words.get(at + 1)?.parse().ok()?)) };
    let mut cited: Vec<Id> = Vec::new();
    let mut at = 0;
    loop {
        match (words.get(at), cited.last()) {
            (Some(&"to"), Some(&first)) if pair(at + 1).is_some() => {
                let last = pair(at + 1).unwrap_or(first);
                cited.extend(rows.keys().filter(|id| **id > first && **id < last));
                cited.push(last);
                at += 3;
            }
            (Some(&("and" | "req")), Some(_)) if pair(at + 1).is_some() => at += 1,
            _ => match pair(at) {
                Some(id) => {
                    cited.push(id);
                    at += 2;
                }
                None => return cited,
            },
        }
    }
}

fn id(text: &str) -> Option<Id> {
    let (section, number) = text.split_once('.')?;
    Some((section.parse().ok()?, number.parse().ok()?))
}

/// The name of every function in `src` and `tests`.
fn functions() -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    let mut folders = vec![at("src"), at("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(path).unwrap();
                functions.extend(text.split("fn ").skip(1).filter_map(name));
            }
        }
    }
    functions
}

fn name(after_fn: &str) -> Option<String> {
    let end = after_fn.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    (end > 0).then(|| after_fn[..end].to_owned())
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn planted_faults_are_found() {
    let row = |id: &str, level: &str, tests: &[&str], excluded: Option<&str>| Row {
        id: format!("REQ-{id}"),
        level: level.to_owned(),
        title: "a duty".to_owned(),
        tests: tests.iter().map(|&test| test.to_owned()).collect(),
        excluded: excluded.map(str::to_owned),
    };
    let section = |number, complete| Section { number, title: "a section".to_owned(), complete };
    let functions = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let sections = || vec![section(1, true), section(2, false)];
    let good = Listing {
        section: sections(),
        row: vec![
            row("1.1", "MUST", &["req_1_1_a"], None),
            row("1.2", "MAY", &[], Some("why not")),
            row("2.1", "MUST", &[], Some("why not")),
        ],
    };
    assert_eq!(faults(&good, &functions(&["req_1_1_a", "other"])), [""; 0]);
    for (name, expected) in [
        ("req_1_2_a", "is excluded, but"),
        ("req_1_1_to_2_1_a", "is excluded, but"),
        ("req_1_1_and_1_2_a", "is excluded, but"),
        ("req_1_1_req_1_2_a", "is excluded, but"),
        ("req_1_3_a", "does not exist"),
        ("req_words", "cites no row"),
    ] {
        let found = faults(&good, &functions(&["req_1_1_a", name]));
        assert!(found.iter().any(|fault| fault.contains(expected)), "{name}: {found:?}");
    }
    for (wrong, expected) in [
        (row("1.1", "MUST", &["gone"], None), "no function"),
        (row("1.1", "MUST", &[], Some("why not")), "called complete"),
        (row("1.1", "MAY", &[], Some(" ")), "without a reason"),
        (row("1.1", "MAY", &[], None), "neither"),
        (row("1.1", "MAY", &["here"], Some("why not")), "tested and excluded"),
        (row("3.1", "MAY", &["here"], None), "no section"),
        (row("1.1", "must", &["here"], None), "unknown level"),
    ] {
        let found = faults(&Listing { section: sections(), row: vec![wrong] }, &functions(&["here"]));
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected}: {found:?}");
    }
}
