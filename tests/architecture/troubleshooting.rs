//! `docs/troubleshooting.md`: every message in it is one that the program says.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::fs;
use std::path::Path;

/// Programs whose messages are theirs to change.
const OTHERS: [&str; 1] = ["nginx"];

#[test]
fn every_message_is_still_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/troubleshooting.md")).unwrap();
    let mut said = String::new();
    ["src", "core/src"].iter().for_each(|folder| read(&root.join(folder), &mut said));
    let said = plain(&said);
    let messages: Vec<_> = page.lines().filter_map(message).collect();
    assert!(messages.len() > 40, "only {} messages were found", messages.len());
    let gone: Vec<_> = messages.iter().filter(|message| !said.contains(&plain(message))).collect();
    assert!(gone.is_empty(), "nobody says this any more: {gone:#?}");
}

/// The first cell of a row, where the second says that it is ours.
fn message(row: &str) -> Option<&str> {
    let (message, rest) = row.strip_prefix("| `")?.split_once("` | ")?;
    let place = rest.split(" | ").next()?;
    (!OTHERS.contains(&place)).then_some(message)
}

/// Without what is code in a message, and without line ends inside of texts.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let line = line.trim();
        match line.strip_suffix('\\') {
            Some(goes_on) => plain.push_str(goes_on),
            None => {
                plain.push_str(line);
                plain.push('\n');
            }
        }
    }
    plain.trim_end().replace('`', "")
}

fn read(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, all);
        } else if path.extension().is_some_and(|it| ["rs", "ftl", "js"].iter().any(|known| it == *known)) {
            all.push_str(&fs::read_to_string(path).unwrap());
            all.push('\n');
        }
    }
}
