//! Where the vectors are, which were read, and which are left out for a reason.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// The folder of official vectors; remembers what was read from it.
pub struct Vectors {
    root: PathBuf,
    read: RefCell<BTreeSet<String>>,
}

impl Vectors {
    /// `None` when the folder is not there: it is not part of the package.
    pub fn locate() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs/vectors");
        root.is_dir().then(|| Self { root, read: RefCell::default() })
    }

    /// One text file, without the line end.
    pub fn text(&self, file: &str) -> String {
        let text = fs::read_to_string(self.root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        self.read.borrow_mut().insert(file.to_owned());
        text.trim_end().to_owned()
    }

    /// One JSON file.
    pub fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    }

    /// Whether the file is there at all: not every example has every part.
    pub fn has(&self, file: &str) -> bool {
        self.root.join(file).is_file()
    }

    /// Every file was read or is listed, never both, and everything listed exists.
    pub fn check_nothing_is_forgotten(&self) {
        let read = self.read.borrow();
        let listed = listed();
        let files = self.files();
        let mut faults = Vec::new();
        for file in &files {
            let reason = listed.iter().find(|entry| entry.covers(file));
            match (read.contains(file), reason) {
                (false, None) => faults.push(format!("{file}: neither run nor listed")),
                (true, Some(_)) => faults.push(format!("{file}: listed as not run, but it is run")),
                _ => {}
            }
        }
        for entry in &listed {
            if !files.iter().any(|file| entry.covers(file)) {
                faults.push(format!("{}: listed, but there is no such vector", entry.file));
            }
            if entry.reason.trim().is_empty() {
                faults.push(format!("{}: listed without a reason", entry.file));
            }
        }
        assert!(faults.is_empty(), "fixtures/spec/vectors.toml:\n{}", faults.join("\n"));
    }

    /// Every vector, as a path with `/`; the explanatory README files are none.
    fn files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|name| name != "README.md") {
                    let relative = path.strip_prefix(&self.root).unwrap();
                    files.insert(relative.to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        files
    }
}

/// One entry of `fixtures/spec/vectors.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotRun {
    file: String,
    reason: String,
}

impl NotRun {
    fn covers(&self, file: &str) -> bool {
        if self.file.ends_with('/') { file.starts_with(&self.file) } else { file == self.file }
    }
}

fn listed() -> Vec<NotRun> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        not_run: Vec<NotRun>,
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/spec/vectors.toml");
    let list: List = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    list.not_run
}
