//! `include`: one configuration from several files. Lists (`[[clients]]`, `[[scopes]]`, ...) are joined, in the order of
//! the files' names; every other key stands in one of them. Relative paths begin at the folder of the first file in all
//! of them.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::fault::Faults;
use super::file;
use super::hints;
use super::places::FilePlaces;
use super::watch::FileWatch;

/// The longest of the files, in bytes.
const LONGEST: usize = 1 << 20;
/// How many files may be included.
const MOST_FILES: usize = 1000;
/// The key that names them.
const INCLUDE: &str = "include";

/// All files, as one table.
pub(super) struct JoinedFiles {
    pub table: Table,
    /// What was read, and the folders that were looked into. Also what should have been read.
    pub watch: FileWatch,
}

/// Reads the file at `path` and those that it includes.
pub(super) fn read(path: &Path, faults: &mut Faults) -> JoinedFiles {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut joined = JoinedFiles { table: Table::new(), watch: FileWatch::default() };
    joined.watch.add(path.to_owned());
    match text(path) {
        Ok(text) => join(&text, &path.display().to_string(), folder, &mut joined, faults),
        Err(why) => faults.add("", why),
    }
    joined
}

/// The same of a text. What it includes is looked for in `folder`.
pub(super) fn of_text(text: &str, folder: &Path, faults: &mut Faults) -> JoinedFiles {
    let mut joined = JoinedFiles { table: Table::new(), watch: FileWatch::default() };
    join(text, "", folder, &mut joined, faults);
    joined
}

fn join(text: &str, name: &str, folder: &Path, joined: &mut JoinedFiles, faults: &mut Faults) {
    let Some(table) = faults.keep("", parsed(text)) else { return };
    let mut places = FilePlaces::of(text, name);
    joined.table = table;
    for pattern in patterns(&joined.table) {
        for path in faults.keep(INCLUDE, found(folder, &pattern, &mut joined.watch)).unwrap_or_default() {
            let name = path.display().to_string();
            let read = self::text(&path).and_then(|text| {
                let table = parsed(&text)?;
                Ok((table, FilePlaces::of(&text, &name)))
            });
            match read {
                Ok((table, theirs)) => add(table, &theirs, (&mut joined.table, &mut places), faults),
                Err(why) => faults.add(name, why),
            }
        }
    }
    faults.stand_at(places);
}

/// What `include` says; what it says wrongly is said where all keys are read.
fn patterns(table: &Table) -> Vec<String> {
    match table.get(INCLUDE) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(more)) => more.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Puts what another file says to what is there.
fn add(more: Table, theirs: &FilePlaces, into: (&mut Table, &mut FilePlaces), faults: &mut Faults) {
    let (table, places) = into;
    for (key, value) in more {
        let at = theirs.place(&key);
        if key == INCLUDE {
            faults.add_at(at, "must stand in the first file: what is included includes no more");
            continue;
        }
        let Some(known) = table.get_mut(&key) else {
            places.append(theirs, &key, 0);
            table.insert(key, value);
            continue;
        };
        match (known, value) {
            (Value::Array(list), Value::Array(items)) => {
                places.append(theirs, &key, list.len());
                list.extend(items);
            }
            _ => {
                let there = places.place(&key);
                faults.add_at(at, format!("stands at {there} already: only lists are joined"));
            }
        }
    }
}

/// The files that a pattern means. `*` stands for any part of the last name of a path, but for the dot that hides a file.
fn found(folder: &Path, pattern: &str, watch: &mut FileWatch) -> Result<Vec<PathBuf>, String> {
    let pattern = folder.join(pattern);
    let parent = pattern.parent().unwrap_or(Path::new(""));
    let name = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if parent.to_string_lossy().contains('*') {
        return Err("must have `*` in the last part of a path only: \"conf.d/*.toml\"".to_owned());
    }
    if !name.contains('*') {
        watch.add(pattern.clone());
        return Ok(vec![pattern]);
    }
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let unreadable = |why: std::io::Error| format!("cannot read the folder {}: {why}", parent.display());
    let mut matching = Vec::new();
    watch.add(parent.to_owned());
    for entry in fs::read_dir(parent).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let named = path.file_name().and_then(|name| name.to_str());
        if named.is_some_and(|it| !it.starts_with('.') && matches(name, it)) && path.is_file() {
            matching.push(path);
        }
    }
    if matching.len() > MOST_FILES {
        return Err(format!("means {} files, and there may be {MOST_FILES}", matching.len()));
    }
    matching.sort();
    matching.iter().for_each(|path| watch.add(path.clone()));
    Ok(matching)
}

/// Whether `name` has the form of `pattern`.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

fn parsed(text: &str) -> Result<Table, String> {
    toml::from_str(text).map_err(|why| {
        let why = why.to_string();
        format!("{why}{}", hints::about_file(&why))
    })
}

fn text(path: &Path) -> Result<String, String> {
    let bytes = file::read(path, LONGEST)?;
    String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8 text", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_part_of_a_name() {
        for (pattern, name, fits) in [
            ("*.toml", "a.toml", true),
            ("*.toml", ".toml", true),
            ("*.toml", "a.toml.bak", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("*", "anything", true),
            ("plain", "plain", true),
            ("plain", "plainer", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
