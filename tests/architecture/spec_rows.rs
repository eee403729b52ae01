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
    /// Functions, wherever they are in `core`, `src` and `tests`, for which nobody said what they show.
    #[serde(default)]
    tests: Vec<String>,
    /// Those in which something that keeps the duty is accepted.
    #[serde(default)]
    accepts: Vec<String>,
    /// Those in which something that breaks it, and nothing else, is refused.
    #[serde(default)]
    refuses: Vec<String>,
    excluded: Option<String>,
}

impl Row {
    fn is_told_apart(&self) -> bool {
        !(self.accepts.is_empty() && self.refuses.is_empty())
    }

    fn all_tests(&self) -> impl Iterator<Item = &String> {
        self.tests.iter().chain(&self.accepts).chain(&self.refuses)
    }
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
    let listing: Listing =
        toml::from_str(&fs::read_to_string(at("fixtures/spec/rows.toml")).unwrap()).unwrap();
    let Some(checklist) = checklist(&listing) else {
        // Not `eprintln!`, which a passing test keeps to itself.
        std::io::stderr().write_all(b"SKIP: the checklist is not at ../shared/specs/checklist.md\n").unwrap();
        return;
    };
    let listed: BTreeMap<&str, &str> =
        listing.row.iter().map(|row| (row.id.as_str(), row.level.as_str())).collect();
    let mut found = BTreeSet::new();
    for line in checklist.lines().filter(|line| line.starts_with("| REQ-")) {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (id, level) = (cells.next().unwrap(), cells.next().unwrap());
        found.insert(id);
        let written = listed.get(id).unwrap_or_else(|| panic!("{id} is missing in rows.toml"));
        // The table of transaction data types has no column for the level.
        let watched = level == "watch" && *written == "LOCAL";
        let said = level.contains(' ') || level.contains('`');
        assert!(*written == level || watched || said, "{id} is {level}");
    }
    let gone: Vec<_> = listed.keys().filter(|id| !found.contains(*id)).collect();
    assert!(gone.is_empty(), "not in the checklist: {gone:?}");
}

/// The checklist, and of its sections in files of their own those that are listed.
fn checklist(listing: &Listing) -> Option<String> {
    let mut whole = fs::read_to_string(at("../shared/specs/checklist.md")).ok()?;
    let more = fs::read_dir(at("../shared/specs")).ok()?.map(|entry| entry.unwrap().path());
    let holds_rows = |path: &PathBuf| {
        let path = path.to_string_lossy();
        path.contains("/checklist-") || path.ends_with("/mdoc.md")
    };
    for path in more.filter(holds_rows) {
        let text = fs::read_to_string(path).unwrap();
        let listed =
            |row: &&str| listing.section.iter().any(|it| row.starts_with(&format!("| REQ-{}.", it.number)));
        text.lines().filter(listed).for_each(|row| whole.extend(["\n", row]));
    }
    // The decisions about replicas stand in points and sentences, without a level.
    let points = fs::read_to_string(at("../shared/specs/scale.md")).ok()?;
    let named = |id: &str| [' ', ':'].iter().any(|end| points.contains(&format!("{id}{end}")));
    for row in listing.row.iter().filter(|row| named(&row.id)) {
        whole += &format!("\n| {} | LOCAL |", row.id);
    }
    Some(whole)
}

/// REQ-15.1 asks for a chapter, not for code.
const RISK_ASSESSMENT: [&str; 4] =
    ["# Cross-device flows: the risk assessment", "consent phishing", "session phishing", "What remains"];

fn lacking(chapter: &str) -> Vec<&'static str> {
    RISK_ASSESSMENT.into_iter().filter(|part| !chapter.contains(part)).collect()
}

#[test]
fn req_15_1_the_risk_assessment_of_cross_device_flows_is_written() {
    let threats = fs::read_to_string(at("docs/threats.md")).unwrap();
    assert_eq!(lacking(&threats), [""; 0]);
}

#[test]
fn req_15_1_a_risk_assessment_without_one_of_its_parts_is_refused() {
    let threats = fs::read_to_string(at("docs/threats.md")).unwrap();
    for part in RISK_ASSESSMENT {
        assert_eq!(lacking(&threats.replace(part, "")), [part]);
    }
}

fn faults(listing: &Listing, functions: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rows: BTreeMap<Id, &Row> = BTreeMap::new();
    let number = |row: &Row| row.id.strip_prefix("REQ-").and_then(id).unwrap();
    // One row that tells them apart obliges its whole section, once that is called complete.
    let told_apart: BTreeSet<u32> =
        listing.row.iter().filter(|row| row.is_told_apart()).map(|row| number(row).0).collect();
    for row in &listing.row {
        let id = number(row);
        let mut fault = |why: &str| faults.push(format!("{}: {why}", row.id));
        if rows.insert(id, row).is_some() {
            fault("is listed twice");
        }
        let section = listing.section.iter().find(|section| section.number == id.0);
        let complete = section.is_some_and(|section| section.complete);
        match (row.all_tests().next().is_none(), &row.excluded) {
            (true, None) => fault("has neither tests nor a reason why not"),
            (false, Some(_)) => fault("is tested and excluded"),
            (true, Some(reason)) if reason.trim().is_empty() => fault("is excluded without a reason"),
            (true, Some(_)) if row.level == "MUST" && complete => {
                fault("is a MUST of a section that is called complete, and has no test");
            }
            (false, None) if row.level == "MUST" && complete && told_apart.contains(&id.0) => {
                for (missing, what) in [(&row.accepts, "accepts"), (&row.refuses, "refuses")] {
                    if missing.is_empty() {
                        fault(&format!(
                            "is a MUST of a complete section, and nothing is said that it {what}"
                        ));
                    }
                }
            }
            _ => {}
        }
        for both in row.tests.iter().filter(|test| row.accepts.contains(test) || row.refuses.contains(test)) {
            fault(&format!("names {both} among `tests` too"));
        }
        if section.is_none_or(|section| section.title.is_empty()) || row.title.is_empty() {
            fault("has no section or no title");
        }
        if !["MUST", "SHOULD", "RECOMMENDED", "MAY", "LOCAL", "SEED"].contains(&row.level.as_str()) {
            fault("has an unknown level");
        }
        for test in row.all_tests().filter(|test| !functions.contains(*test)) {
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

/// The name of every function in `core`, `src` and `tests`.
fn functions() -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    let mut folders = vec![at("core/src"), at("src"), at("tests")];
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
        accepts: Vec::new(),
        refuses: Vec::new(),
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
    let here = || vec!["here".to_owned()];
    let told =
        |id, level, tests: &[&str], accepts, refuses| Row { accepts, refuses, ..row(id, level, tests, None) };
    let both = || told("1.1", "MUST", &[], here(), here());
    for (second, expected) in [
        (told("1.2", "MUST", &[], here(), here()), None),
        (told("1.2", "MUST", &[], here(), vec![]), Some("nothing is said that it refuses")),
        (told("1.2", "MUST", &[], vec![], here()), Some("nothing is said that it accepts")),
        (told("1.2", "MUST", &["here"], vec![], vec![]), Some("nothing is said that it accepts")),
        (told("1.2", "MAY", &["here"], vec![], vec![]), None),
        (told("2.1", "MUST", &["here"], vec![], here()), Some("among `tests` too")),
        (told("2.1", "MUST", &[], vec![], here()), None),
        (told("2.1", "MUST", &[], vec!["gone".to_owned()], vec![]), Some("no function")),
    ] {
        let id = second.id.clone();
        let found =
            faults(&Listing { section: sections(), row: vec![both(), second] }, &functions(&["here"]));
        match expected {
            None => assert_eq!(found, [""; 0], "{id}"),
            Some(expected) => assert!(found.iter().any(|it| it.contains(expected)), "{expected}: {found:?}"),
        }
    }
}
