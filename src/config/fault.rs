//! What is wrong with a configuration, all of it at once, in words of the person who must fix it.

use std::fmt;

use super::places::{FilePlace, FilePlaces};

/// One fault: the key's path and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// For example `clients[1].redirect_uris[0]`, as counted in its file; empty for the file as a whole.
    pub path: String,
    /// One sentence that follows the path.
    pub why: String,
    /// The file and the line; `None` for what stands nowhere.
    pub place: Option<FilePlace>,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "{}: {}", self.path, self.why) }
    }
}

/// Every fault that was found, in the order of the file's sections. Never empty as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    found: Vec<ConfigFault>,
    places: FilePlaces,
}

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    /// One fault a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.found.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl Faults {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigFault> {
        self.found.iter()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// One fault a line, each with its file and line: `clients[1].scopes: ... (vpgate.toml:12)`.
    pub fn with_places(&self) -> impl Iterator<Item = String> {
        self.found.iter().map(|fault| match &fault.place {
            Some(place) => format!("{fault} ({place})"),
            None => fault.to_string(),
        })
    }

    /// From now on it is known where values stand.
    pub(super) fn stand_at(&mut self, places: FilePlaces) {
        self.places = places;
    }

    /// Writes one down about what stands at `place`.
    pub(super) fn add_at(&mut self, place: FilePlace, why: impl Into<String>) {
        self.found.push(ConfigFault { path: place.path.clone(), why: why.into(), place: Some(place) });
    }

    /// Writes one down, unless the same key or one around it has a fault already: a value that could
    /// not be read must not be called missing too.
    pub(super) fn add(&mut self, path: impl Into<String>, why: impl Into<String>) {
        let path = path.into();
        if !self.found.iter().any(|fault| fault.place.is_none() && covers(&fault.path, &path)) {
            self.found.push(ConfigFault { path, why: why.into(), place: None });
        }
    }

    /// The value, or the fault written down and nothing.
    pub(super) fn keep<T, E: ToString>(&mut self, path: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|why| self.add(path, why.to_string())).ok()
    }

    /// `value` when nothing was wrong.
    pub(super) fn conclude<T>(mut self, value: Option<T>) -> Result<T, Self> {
        for fault in self.found.iter_mut().filter(|fault| fault.place.is_none()) {
            let place = self.places.place(&fault.path);
            if place.line > 0 {
                fault.path.clone_from(&place.path);
                fault.place = Some(place);
            }
        }
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

fn covers(outer: &str, inner: &str) -> bool {
    let rest = inner.strip_prefix(outer);
    !outer.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_blamed_once_and_its_neighbours_are_not_covered() {
        let mut faults = Faults::default();
        faults.add("clients[1]", "is odd");
        faults.add("clients[1].name", "is missing");
        faults.add("clients[10].name", "is missing");
        assert_eq!(faults.to_string(), "clients[1]: is odd\nclients[10].name: is missing");
    }
}
