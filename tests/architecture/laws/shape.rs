//! How long files and functions are, and how often a type name is used.

use std::collections::BTreeMap;

use super::source::{Source, is_name, lines_of_code};

/// Each function longer than that: where, and how long.
pub fn long_functions(file: &Source, longest: usize) -> Vec<(String, usize)> {
    let begins = file.code.match_indices("fn ").filter(|(at, _)| !file.code[..*at].ends_with(is_name));
    let found = begins.filter_map(|(at, keyword)| {
        let text = &file.code[at..];
        let name: String = text[keyword.len()..].chars().take_while(|c| is_name(*c)).collect();
        let length = lines_of_code(&text[..body_end(text)?]);
        (!name.is_empty() && length > longest).then(|| (format!("{}::{name}", file.place), length))
    });
    found.collect()
}

/// Behind the brace that closes the body; `None` when there is no body.
fn body_end(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth -= 1;
                if depth == 0 && c == '}' {
                    return Some(at + 1);
                }
            }
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Where each name of a type is defined. What an implementation calls its associated types is no definition.
pub fn type_names(files: &[Source]) -> BTreeMap<String, Vec<&str>> {
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for file in files {
        for line in file.code.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let at =
                words.iter().position(|word| ["struct", "enum", "trait", "union", "type"].contains(word));
            let Some(at) = at else { continue };
            let visible = words[..at].iter().all(|word| word.starts_with("pub") || word.ends_with(')'));
            let is_associated = words[at] == "type" && line.starts_with(' ');
            let name: String = words
                .get(at + 1)
                .map(|it| it.chars().take_while(|c| is_name(*c)).collect())
                .unwrap_or_default();
            if visible && !is_associated && name.starts_with(char::is_uppercase) {
                let places = names.entry(name).or_default();
                // A file may define one for each platform.
                if places.last() != Some(&file.place.as_str()) {
                    places.push(&file.place);
                }
            }
        }
    }
    names
}

/// The length in the middle.
pub fn median(mut lengths: Vec<usize>) -> usize {
    lengths.sort_unstable();
    lengths[lengths.len() / 2]
}
