//! Which file leans on which, by what it names and by what it calls, and whether that runs in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::House;
use super::source::{Source, is_name};

/// From each file to those that it leans on.
pub type Graph<'f> = BTreeMap<&'f str, BTreeSet<&'f str>>;

/// A folder's own file may name what is in the folder, and is named by it: that is no arrow.
pub fn graph<'f>(files: &'f [Source]) -> Graph<'f> {
    let house = House::of(files);
    let hung = hung_methods(&house);
    house
        .files()
        .map(|(file, names)| {
            let named = names.paths.iter().filter_map(|path| house.file_of(&house.definition(path)));
            let called = names.calls.iter().filter_map(|method| hung.get(method).copied());
            let leans = named
                .map(|to| to.place.as_str())
                .chain(called)
                .filter(|to| *to != file.place && !is_inside(to, &file.place))
                .collect();
            (file.place.as_str(), leans)
        })
        .collect()
}

fn is_inside(place: &str, folder: &str) -> bool {
    folder == "lib" || place.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The first circle that is found, from a file back to itself; empty when there is none.
pub fn circle(graph: &Graph<'_>) -> Vec<String> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| walk(start, graph, &mut Vec::new(), &mut done)).unwrap_or_default()
}

fn walk<'f>(
    place: &'f str,
    graph: &Graph<'f>,
    path: &mut Vec<&'f str>,
    done: &mut BTreeSet<&'f str>,
) -> Option<Vec<String>> {
    if let Some(begin) = path.iter().position(|seen| *seen == place) {
        return Some(path[begin..].iter().chain([&place]).map(|place| (*place).to_owned()).collect());
    }
    if !done.insert(place) {
        return None;
    }
    path.push(place);
    let found = graph.get(place)?.iter().find_map(|to| walk(to, graph, path, done));
    path.pop();
    found
}

/// Methods that a file gives to a type of another file: who calls one leans on that file without naming it.
/// By name, where only one file has it.
fn hung_methods<'f>(house: &House<'f>) -> BTreeMap<String, &'f str> {
    let mut homes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut foreign = BTreeSet::new();
    for (file, _) in house.files() {
        for (owner, body) in impls(&file.code) {
            let own = ["struct", "enum", "union"].iter().any(|it| declares(&file.code, it, owner));
            for method in methods(body) {
                homes.entry(method.clone()).or_default().push(&file.place);
                if !own {
                    foreign.insert(method);
                }
            }
        }
    }
    homes.retain(|method, homes| homes.len() == 1 && foreign.contains(method));
    homes.into_iter().map(|(method, homes)| (method, homes[0])).collect()
}

/// Each `impl Type { .. }` that is no trait's: the name of the type, and what is inside.
fn impls(code: &str) -> Vec<(&str, &str)> {
    let begins = code.match_indices("\nimpl").map(|(at, _)| &code[at + 5..]);
    let found = begins.filter_map(|text| {
        let (head, _) = text.split_once('{')?;
        let (body, _) = text[head.len()..].split_once("\n}")?;
        let owner = if head.starts_with('<') { head.split_once("> ")?.1 } else { head };
        let owner = owner.trim().split(['<', ' ']).next()?.rsplit("::").next()?;
        (!head.contains(" for ")).then_some((owner, body))
    });
    found.collect()
}

/// Names of functions that take `self`.
fn methods(body: &str) -> Vec<String> {
    let found = body.split("fn ").skip(1).filter_map(|text| {
        let name = text.split(|c| !is_name(c)).next()?;
        let arguments = text.split_once('(')?.1.split([',', ')']).next()?;
        arguments.split(|c| !is_name(c)).any(|word| word == "self").then(|| name.to_owned())
    });
    found.collect()
}

fn declares(code: &str, keyword: &str, name: &str) -> bool {
    let declaration = format!("{keyword} {name}");
    code.match_indices(&declaration).any(|(at, _)| !code[at + declaration.len()..].starts_with(is_name))
}
