//! Where in which file each value stands.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

/// By the path that a value has in all files together: `clients[3].scopes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FilePlaces(BTreeMap<String, FilePlace>);

/// Where a value stands, or the nearest one around it that stands anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePlace {
    /// The file; empty for a text that is none.
    pub file: Arc<str>,
    /// Counted from 1; 0 where nothing stands.
    pub line: usize,
    /// The path that it has in this file.
    pub path: String,
}

impl fmt::Display for FilePlace {
    /// `vpgate.toml:12`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            write!(f, "line {}", self.line)
        } else {
            write!(f, "{}:{}", self.file, self.line)
        }
    }
}

impl FilePlaces {
    /// Of everything in `text`, which is called `file`. Nothing where it is not TOML.
    pub(super) fn of(text: &str, file: &str) -> Self {
        let mut places = Self::default();
        let Ok(table) = DeTable::parse(text) else { return places };
        let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let file: Arc<str> = file.into();
        let mut note = |path: &str, at: usize| {
            let line = lines.partition_point(|end| *end < at) + 1;
            let place = FilePlace { file: Arc::clone(&file), line, path: path.to_owned() };
            places.0.entry(path.to_owned()).or_insert(place);
        };
        walk_table(table.get_ref(), "", &mut note);
        places
    }

    /// The place of the value at `path`, or of what is around it, with the path that leads on from there.
    pub(super) fn place(&self, path: &str) -> FilePlace {
        let mut known = path;
        loop {
            if let Some(place) = self.0.get(known) {
                return FilePlace {
                    path: format!("{}{}", place.path, &path[known.len()..]),
                    ..place.clone()
                };
            }
            match known.rfind(['.', '[']) {
                Some(end) => known = &known[..end],
                None => return FilePlace { path: path.to_owned(), ..FilePlace::default() },
            }
        }
    }

    /// What stands at `key` in another file, which is put behind `before` elements of a list here.
    pub(super) fn append(&mut self, theirs: &Self, key: &str, before: usize) {
        for (path, place) in &theirs.0 {
            let Some(rest) = path.strip_prefix(key) else { continue };
            let moved = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((index, rest)) => {
                    index.parse().ok().map(|index: usize| format!("{key}[{}]{rest}", before + index))
                }
                None if rest.is_empty() || rest.starts_with('.') => Some(path.clone()),
                None => None,
            };
            if let Some(moved) = moved {
                self.0.entry(moved).or_insert_with(|| place.clone());
            }
        }
    }
}

fn walk_table(table: &DeTable<'_>, path: &str, note: &mut impl FnMut(&str, usize)) {
    for (key, value) in table {
        let name = key.get_ref();
        let inside = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        note(&inside, key.span().start);
        walk(value.get_ref(), &inside, note);
    }
}

fn walk(value: &DeValue<'_>, path: &str, note: &mut impl FnMut(&str, usize)) {
    match value {
        DeValue::Table(table) => walk_table(table, path, note),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let inside = format!("{path}[{index}]");
                note(&inside, item.span().start);
                walk(item.get_ref(), &inside, note);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "listen = \"x\"\n\n[[clients]]\nclient_id = \"a\"\n[clients.device]\nlifetime = 3\n\
                        [[clients]]\nscopes = [\n  \"one\",\n  \"two\",\n]\n[device]\nuser_code_length = 8\n";

    #[test]
    fn everything_has_a_line_and_what_is_missing_that_of_what_is_around_it() {
        let places = FilePlaces::of(TEXT, "vpgate.toml");
        for (path, line) in [
            ("listen", 1),
            ("clients[0]", 3),
            ("clients[0].client_id", 4),
            ("clients[0].device.lifetime", 6),
            ("clients[1]", 7),
            ("clients[1].client_id", 7),
            ("clients[1].scopes[1]", 10),
            ("clients[1].scopes[1].odd", 10),
            ("device", 12),
            ("device.user_code_length", 13),
        ] {
            let place = places.place(path);
            assert_eq!((place.line, &*place.file, place.path.as_str()), (line, "vpgate.toml", path));
        }
        assert_eq!(
            places.place("storage.url"),
            FilePlace { path: "storage.url".to_owned(), ..FilePlace::default() }
        );
    }

    #[test]
    fn what_is_joined_keeps_its_place_and_the_index_of_its_own_file() {
        let mut places = FilePlaces::of(TEXT, "vpgate.toml");
        let more = FilePlaces::of(
            "[[clients]]\nname = 1\n[clients_of_old]\nx = 1\n[branding]\nname = 2\n",
            "more.toml",
        );
        places.append(&more, "clients", 2);
        places.append(&more, "branding", 0);
        let place = places.place("clients[2].name");
        assert_eq!((place.to_string().as_str(), place.path.as_str()), ("more.toml:2", "clients[0].name"));
        assert_eq!(places.place("branding.name").to_string(), "more.toml:6");
        assert_eq!(places.place("clients[1].scopes").to_string(), "vpgate.toml:8");
        assert_eq!(places.place("clients_of_old.x").line, 0);
    }
}
