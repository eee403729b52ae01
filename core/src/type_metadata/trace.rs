//! What a processed payload no longer shows: which of its parts came from a Disclosure, and where something
//! stayed hidden. Kept only for rules that ask for it (SD-JWT VC section 5.6).

use std::collections::HashMap;

use serde_json::Value;

/// One part of a payload and what is inside it, without the parts of which there is nothing to tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// It stood in a Disclosure of its own.
    pub(crate) disclosed: bool,
    /// An array element of which only the digest came.
    pub(crate) hidden: bool,
    /// An object with a digest that nothing opened: a hidden member, or a decoy.
    pub(crate) withholds: bool,
    members: HashMap<String, Trace>,
    elements: HashMap<usize, Trace>,
}

/// One step into an object or an array.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TraceStep<'s> {
    /// To the member of this name.
    Member(&'s str),
    /// To the element at this place of the array as it was issued, hidden elements counted.
    Element(usize),
}

impl Trace {
    /// Whether it stood in a Disclosure of its own, received or not.
    pub fn is_disclosable(&self) -> bool {
        self.disclosed || self.hidden
    }

    /// Whether it may have members that were not received.
    pub fn withholds(&self) -> bool {
        self.withholds
    }

    /// What there is to tell about a member.
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.members.get(name)
    }

    /// The elements of a processed array in the places where they were issued; `None` for hidden ones.
    pub fn as_issued<'t>(
        trace: Option<&'t Self>,
        received: &'t [Value],
    ) -> impl Iterator<Item = (Option<&'t Value>, Option<&'t Self>)> {
        let mut received = received.iter();
        (0..).map_while(move |place| {
            let element = trace.and_then(|trace| trace.elements.get(&place));
            match element {
                Some(hidden) if hidden.hidden => Some((None, element)),
                _ => received.next().map(|value| (Some(value), element)),
            }
        })
    }

    /// The part that one step leads to.
    pub(crate) fn part(&mut self, step: TraceStep<'_>) -> &mut Self {
        match step {
            TraceStep::Member(name) => self.members.entry(name.to_owned()).or_default(),
            TraceStep::Element(place) => self.elements.entry(place).or_default(),
        }
    }
}
