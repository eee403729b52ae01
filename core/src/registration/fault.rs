//! What is wrong with registrations: all of it at once, each with its place.

use std::cell::RefCell;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON Pointer (RFC 6901) into the registrations: `/clients/1/redirect_uris/0`.
    pub pointer: String,
    /// One sentence that follows the place.
    pub why: String,
}

/// Every fault found so far.
#[derive(Debug, Default)]
pub(super) struct FaultList(RefCell<Vec<Fault>>);

impl FaultList {
    /// The registrations as a whole.
    pub(super) fn root(&self) -> Pointer<'_> {
        Pointer { faults: self, pointer: String::new() }
    }

    /// `value`, when nothing was wrong.
    pub(super) fn conclude<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        let faults = self.0.into_inner();
        value.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// A place is blamed once, and then nothing inside of it: a value that is wrong must not be called missing too.
    fn add(&self, fault: Fault) {
        let mut faults = self.0.borrow_mut();
        if !faults.iter().any(|known| is_within(&fault.pointer, &known.pointer)) {
            faults.push(fault);
        }
    }
}

fn is_within(inner: &str, outer: &str) -> bool {
    let rest = inner.strip_prefix(outer);
    !outer.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A place in the registrations; what is wrong there is written down.
#[derive(Clone, Debug)]
pub(super) struct Pointer<'f> {
    faults: &'f FaultList,
    pointer: String,
}

impl Pointer<'_> {
    /// A member of the table at this place, or the member of a member: `signing.key`.
    pub(super) fn key(&self, key: &str) -> Self {
        // No key holds `~` or `/`, which a pointer would have to escape.
        Self { pointer: format!("{}/{}", self.pointer, key.replace('.', "/")), ..*self }
    }

    /// An element of the list at this place.
    pub(super) fn item(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer), ..*self }
    }

    /// The elements of `given`, each with its place.
    pub(super) fn each<'g, T>(&self, given: &'g [T]) -> impl Iterator<Item = (Self, &'g T)> {
        given.iter().enumerate().map(|(index, one)| (self.item(index), one))
    }

    /// This place is to blame.
    pub(super) fn blame(&self, why: impl Into<String>) {
        self.faults.add(Fault { pointer: self.pointer.clone(), why: why.into() });
    }

    /// A member is to blame.
    pub(super) fn add(&self, key: &str, why: impl Into<String>) {
        self.key(key).blame(why);
    }

    /// What was read here, or the fault written down and nothing.
    pub(super) fn keep<T, E: ToString>(&self, read: Result<T, E>) -> Option<T> {
        read.map_err(|why| self.blame(why.to_string())).ok()
    }

    /// The member that must be there.
    pub(super) fn need<T>(&self, key: &str, value: Option<T>, what: &str) -> Option<T> {
        if value.is_none() {
            self.add(key, format!("is missing: {what}"));
        }
        value
    }

    /// What one of the `words` at this place means.
    pub(super) fn choice<T: Copy>(&self, word: &str, words: &[(&str, T)], why: &str) -> Option<T> {
        let meant = words.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant);
        self.keep(meant.ok_or(why))
    }

    /// How much is wrong anywhere, to see whether something was added.
    pub(super) fn count(&self) -> usize {
        self.faults.0.borrow().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_blamed_once_and_its_neighbours_are_not_inside_of_it() {
        let faults = FaultList::default();
        let clients = faults.root().key("clients");
        clients.item(1).blame("is odd");
        clients.item(1).add("name", "is missing");
        clients.item(10).add("device.scopes", "is missing");
        let found: Vec<_> = faults.conclude(Some(())).unwrap_err().into_iter().map(|it| it.pointer).collect();
        assert_eq!(found, ["/clients/1", "/clients/10/device/scopes"]);
    }
}
