//! Every path that a file names, and where it leads: through aliases, `self::`, `super::` and what a module
//! exports again.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, is_name};

/// A path, part by part, from the root of the program or from the name of an outside crate.
pub type Path = Vec<String>;

/// What one file names and defines.
pub struct Names {
    /// What each `use` brings in, by the name that it has here; everything else in the value is resolved.
    imports: BTreeMap<String, Path>,
    /// `use x::*`
    globs: Vec<Path>,
    /// Modules that are declared here.
    modules: BTreeSet<String>,
    /// Types, functions, constants and traits that are defined here.
    items: BTreeSet<String>,
    /// Each path that stands anywhere in it, resolved as far as this file tells.
    pub paths: BTreeSet<Path>,
    /// Methods that are called, by name.
    pub calls: BTreeSet<String>,
}

impl Names {
    pub fn of(file: &Source) -> Self {
        let (trees, body) = use_trees(&file.code);
        let mut names = Self {
            imports: BTreeMap::new(),
            globs: Vec::new(),
            modules: after(&file.code, &["mod"]),
            items: after(&file.code, &["struct", "enum", "trait", "type", "fn", "const", "static", "union"]),
            paths: BTreeSet::new(),
            calls: calls(&body),
        };
        let leaves: Vec<Leaf> = trees.iter().flat_map(|tree| leaves(tree)).collect();
        for leaf in &leaves {
            if let Some(name) = leaf.name() {
                names.imports.insert(name.to_owned(), leaf.path.clone());
            }
        }
        // Once more, because an import may begin with the name of another.
        for leaf in leaves {
            let path = names.resolve(file, &leaf.path);
            if let Some(name) = leaf.name() {
                names.imports.insert(name.to_owned(), path.clone());
            } else {
                names.globs.push(path.clone());
            }
            names.paths.insert(path);
        }
        for path in paths(&body) {
            if path.len() > 1 || names.imports.contains_key(&path[0]) {
                let path = names.resolve(file, &path);
                names.paths.insert(path);
            }
        }
        names
    }

    fn resolve(&self, file: &Source, path: &[String]) -> Path {
        let Some(first) = path.first() else { return Path::new() };
        let is_core = file.room() == "core";
        let (mut base, mut at) = match first.as_str() {
            "crate" => (if is_core { vec!["core".to_owned()] } else { Vec::new() }, 1),
            "vpgate_core" => (vec!["core".to_owned()], 1),
            "vpgate" => (Vec::new(), 1),
            "self" | "super" => (file.module(), 0),
            name if self.modules.contains(name) => (file.module(), 0),
            name => match self.imports.get(name) {
                Some(import) if import.first().is_none_or(|first| first != name) => {
                    (self.resolve(file, import), 1)
                }
                Some(import) if import.len() > 1 => (import.clone(), 1),
                _ if self.items.contains(name) => (file.module(), 0),
                _ => (Vec::new(), 0),
            },
        };
        while let Some("self" | "super") = path.get(at).map(String::as_str) {
            if path[at] == "super" {
                base.pop();
            }
            at += 1;
        }
        base.extend_from_slice(&path[at..]);
        base
    }
}

/// All files, and what they name.
pub struct House<'f> {
    files: BTreeMap<Path, (&'f Source, Names)>,
}

impl<'f> House<'f> {
    pub fn of(files: &'f [Source]) -> Self {
        Self { files: files.iter().map(|file| (file.module(), (file, Names::of(file)))).collect() }
    }

    pub fn files(&self) -> impl Iterator<Item = (&'f Source, &Names)> {
        self.files.values().map(|(file, names)| (*file, names))
    }

    /// The path to where something is defined, through what modules on the way export again.
    pub fn definition(&self, path: &[String]) -> Path {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let Some((length, names)) = self.module_of(&path) else { return path };
            let Some(next) = path.get(length) else { return path };
            if names.items.contains(next) {
                return path;
            }
            let rest = path[length + 1..].to_vec();
            let exported = names.imports.get(next).cloned().or_else(|| self.by_glob(names, next));
            match exported {
                Some(elsewhere) if elsewhere != path[..=length] => path = [elsewhere, rest].concat(),
                _ => return path,
            }
        }
        path
    }

    fn by_glob(&self, names: &Names, item: &str) -> Option<Path> {
        let defines = |glob: &&Path| self.files.get(*glob).is_some_and(|(_, it)| it.items.contains(item));
        names.globs.iter().find(defines).map(|glob| [glob.clone(), vec![item.to_owned()]].concat())
    }

    /// The file that a path leads into.
    pub fn file_of(&self, path: &[String]) -> Option<&'f Source> {
        let (length, _) = self.module_of(path)?;
        self.files.get(&path[..length]).map(|(file, _)| *file)
    }

    fn module_of(&self, path: &[String]) -> Option<(usize, &Names)> {
        let known = |length: &usize| self.files.contains_key(&path[..*length]);
        let length = (1..=path.len()).rev().find(known)?;
        Some((length, &self.files[&path[..length]].1))
    }
}

/// The end of one branch of a `use`.
struct Leaf {
    path: Path,
    alias: Option<String>,
    is_glob: bool,
}

impl Leaf {
    /// What it is called here; a glob has no name.
    fn name(&self) -> Option<&str> {
        let own = self.alias.as_deref().or_else(|| self.path.last().map(String::as_str));
        own.filter(|_| !self.is_glob)
    }
}

/// The trees of all `use` and `extern crate`, and the code without them.
fn use_trees(code: &str) -> (Vec<&str>, String) {
    let begins = |at: usize| {
        let before = code[..at].trim_end_matches([' ', '\n']);
        before.is_empty() || before.ends_with([';', '{', '}', ']', ')']) || before.ends_with("pub")
    };
    let keywords = ["use ", "extern crate "];
    let found = keywords.iter().flat_map(|keyword| code.match_indices(keyword));
    let mut starts: Vec<(usize, &str)> = found.filter(|(at, _)| begins(*at)).collect();
    starts.sort_unstable();
    let (mut trees, mut body, mut done) = (Vec::new(), String::new(), 0);
    for (at, keyword) in starts {
        let end = code[at..].find(';').map_or(code.len(), |end| at + end);
        trees.push(code[at + keyword.len()..end].trim());
        body.push_str(&code[done..at]);
        done = end;
    }
    body.push_str(&code[done..]);
    (trees, body)
}

fn leaves(tree: &str) -> Vec<Leaf> {
    let tree = tree.trim().trim_start_matches("::");
    if let Some(inside) = tree.strip_prefix('{') {
        return branches(inside).into_iter().flat_map(leaves).collect();
    }
    let end = tree.find(|c: char| !is_name(c)).unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    if tree.starts_with('*') {
        return vec![Leaf { path: Vec::new(), alias: None, is_glob: true }];
    }
    if name.is_empty() {
        return Vec::new();
    }
    match rest.strip_prefix("::") {
        Some(rest) => {
            let mut below = leaves(rest);
            for leaf in &mut below {
                // `a::{self}` is `a`.
                if leaf.path == ["self"] {
                    leaf.path.clear();
                }
                leaf.path.insert(0, name.to_owned());
            }
            below
        }
        None => {
            let alias = rest.trim().strip_prefix("as ").map(|alias| alias.trim().to_owned());
            vec![Leaf { path: vec![name.to_owned()], alias, is_glob: false }]
        }
    }
}

/// `a, b::{c, d}}` is `a` and `b::{c, d}`.
fn branches(inside: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut begin) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                found.push(&inside[begin..at]);
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// Paths in expressions and types: `a::b::c`, and single names.
fn paths(body: &str) -> BTreeSet<Path> {
    let mut found = BTreeSet::new();
    let mut rest = body;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let fresh = !is_name(before) && !matches!(before, '.' | '\'' | '$');
        if !(fresh && (c.is_alphabetic() || c == '_')) {
            before = c;
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let mut path = Vec::new();
        loop {
            let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            path.push(rest[..end].to_owned());
            rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(further) if further.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                    rest = further;
                }
                _ => break,
            }
        }
        before = '_';
        found.insert(path);
    }
    found
}

/// What stands between a point and the arguments of a call.
fn calls(body: &str) -> BTreeSet<String> {
    let found = body.split('.').skip(1).filter_map(|text| {
        let end = text.find(|c| !is_name(c))?;
        text[end..].starts_with(['(', ':']).then(|| text[..end].to_owned())
    });
    found.collect()
}

/// The names that follow one of these keywords.
fn after(code: &str, keywords: &[&str]) -> BTreeSet<String> {
    let words: Vec<&str> = code.split(|c: char| !is_name(c)).filter(|word| !word.is_empty()).collect();
    let named = words.windows(2).filter(|pair| keywords.contains(&pair[0]));
    named.map(|pair| pair[1].to_owned()).collect()
}
