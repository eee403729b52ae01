//! What a file must not name or do.

use std::collections::BTreeSet;

use super::paths::{House, Path};
use super::source::{Source, is_name};
use super::{GROUND, HOMES, IMPORTS, IMPURE};

pub fn faults(files: &[Source]) -> Vec<String> {
    let house = House::of(files);
    house
        .files()
        .flat_map(|(file, names)| {
            // As written and where it leads: a room may not be reached through another one's exports.
            let led: BTreeSet<Path> = names.paths.iter().map(|path| house.definition(path)).collect();
            let told: Vec<String> = [
                rooms(file, &names.paths),
                rooms(file, &led),
                homes(file, &names.paths),
                restores(file, &names.paths),
                doors(file),
                impurities(file, &names.paths),
                leave(file),
            ]
            .concat();
            told.into_iter().map(|fault| format!("{}: {fault}", file.place)).collect::<Vec<_>>()
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn rooms(file: &Source, paths: &BTreeSet<Path>) -> Vec<String> {
    let forbidden = paths.iter().filter_map(|path| forbidden(&file.place, path));
    forbidden.map(|room| format!("imports {room}, which is not below it")).collect()
}

/// The part of `target` that `place` must not see.
fn forbidden(place: &str, target: &[String]) -> Option<String> {
    let from: Vec<&str> = place.split('/').collect();
    let (room, to) = (*from.first()?, target.first()?.as_str());
    let part = target.get(1).map(String::as_str);
    if room == "core" && to == "core" {
        let rank = |part: Option<&str>| GROUND.iter().position(|room| Some(*room) == part);
        let (ours, theirs) = (rank(from.get(1).copied())?, rank(part)?);
        return (theirs < ours).then(|| format!("core::{}", GROUND[theirs]));
    }
    let known = IMPORTS.iter().any(|(name, _)| *name == to) || ["core", "app"].contains(&to);
    if room == to || !known || ["app", "main", "lib", "command_line"].contains(&room) {
        return None;
    }
    let allowed = IMPORTS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, allowed)| allowed);
    let whole = part.map_or_else(|| to.to_owned(), |part| format!("{to}::{part}"));
    if allowed.contains(&to) || allowed.contains(&whole.as_str()) {
        return None;
    }
    // What is half allowed is named in full.
    Some(if allowed.iter().any(|name| name.starts_with(to)) { whole } else { to.to_owned() })
}

fn homes(file: &Source, paths: &BTreeSet<Path>) -> Vec<String> {
    let used = crates(file, paths);
    let away = HOMES.iter().filter(|(name, homes, _)| {
        !homes.iter().any(|home| file.place.starts_with(home)) && used.contains(name)
    });
    away.map(|(name, homes, why)| format!("{name} lives elsewhere ({why}): {homes:?}")).collect()
}

/// The first part of each path that leads out of this package: a crate, when it has a home.
pub fn crates<'p>(file: &Source, paths: &'p BTreeSet<Path>) -> BTreeSet<&'p str> {
    let first = paths.iter().filter_map(|path| Some((path.first()?.as_str(), path.len())));
    let outside = first.filter(|(name, length)| *length > 1 || imports_alone(&file.code, name));
    let ours = ["vpgate", "vpgate_core"].into_iter().filter(|name| file.code.contains(&format!("{name}::")));
    outside.map(|(name, _)| name).chain(ours).collect()
}

/// `use name;`, `use name as other;`, `extern crate name`.
fn imports_alone(code: &str, name: &str) -> bool {
    ["use ", "use ::", "extern crate "].iter().any(|keyword| {
        let start = format!("{keyword}{name}");
        code.match_indices(&start).any(|(at, _)| !code[at + start.len()..].starts_with(is_name))
    })
}

/// Rows become states in one file; the files of the states themselves say how.
fn restores(file: &Source, paths: &BTreeSet<Path>) -> Vec<String> {
    let is_state = |path: &&Path| path.first().is_some_and(|room| room == "core");
    let restores = paths.iter().filter(is_state).any(|path| path.iter().any(|part| part == "restore"));
    let may = file.place.starts_with("store/row") || file.place == "main" || file.room() == "core";
    let in_core = file.code.contains("restore::") || file.code.contains("::restore(");
    let fault = if file.room() == "core" { in_core } else { restores && !may };
    if fault { vec!["restores a state; only store/row may".to_owned()] } else { Vec::new() }
}

/// Endpoints call use cases: they neither read nor write by themselves.
fn doors(file: &Source) -> Vec<String> {
    if file.room() != "http" {
        return Vec::new();
    }
    let touches = |part: &&&str| {
        file.code.match_indices(&format!(".{part}")).any(|(at, _)| {
            let after = &file.code[at + 1 + part.len()..];
            !after.starts_with(is_name) && !after.starts_with('(')
        })
    };
    let reaches = ["store", "clock", "entropy", "policy"].iter().filter(touches);
    let mut faults: Vec<String> = reaches.map(|part| format!("reaches for the {part}")).collect();
    if file.code.contains(".commit(") {
        faults.push("writes by itself".to_owned());
    }
    faults
}

/// The rules wait for nothing, keep nothing, and know nothing of the machine.
fn impurities(file: &Source, paths: &BTreeSet<Path>) -> Vec<String> {
    if file.room() != "core" {
        return Vec::new();
    }
    let named = paths.iter().filter(|path| {
        ["std", "getrandom", "rand"].iter().any(|it| path.first().is_some_and(|first| first == it))
    });
    let named = named.map(|path| path.join("::"));
    let words = ["async", "static mut", "thread_local!"].iter().filter(|word| has_word(&file.code, word));
    let told = named.filter(|path| IMPURE.iter().any(|it| path.split("::").any(|part| part == *it)));
    told.chain(words.map(|it| (*it).to_owned())).map(|what| format!("is not pure: {what}")).collect()
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_name) && !code[at + word.len()..].starts_with(is_name))
}

fn leave(file: &Source) -> Vec<String> {
    let allows = ["#[", "#!["].iter().any(|mark| file.text.contains(&format!("{mark}allow(")));
    if allows { vec!["says allow; say expect, with the reason".to_owned()] } else { Vec::new() }
}
