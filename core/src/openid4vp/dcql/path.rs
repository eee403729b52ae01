//! Claims path pointers (OpenID4VP 1.0 section 7).

use std::fmt;

use serde_json::{Map, Value};

/// Longest path; claims sets nest a few levels deep.
pub(super) const MAX_PATH: usize = 16;
/// Longest member name in a path, in bytes.
const MAX_NAME: usize = 256;

/// A claims path pointer: at least one element.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimsPath(Vec<PathElement>);

/// One step of a claims path pointer.
#[derive(Clone, Debug, PartialEq)]
pub enum PathElement {
    /// The member of this name.
    Name(String),
    /// The array element at this position, from 0.
    Index(usize),
    /// All elements of an array (`null`).
    All,
}

impl ClaimsPath {
    /// From its elements; the error says what is wrong with them.
    ///
    /// # Errors
    /// Empty, too long, or a name that is too long.
    pub fn of(elements: Vec<PathElement>) -> Result<Self, &'static str> {
        if elements.is_empty() {
            return Err("must not be empty");
        }
        if elements.len() > MAX_PATH {
            return Err("must have at most 16 elements");
        }
        if elements.iter().any(|element| matches!(element, PathElement::Name(name) if name.len() > MAX_NAME))
        {
            return Err("must name members of at most 256 bytes");
        }
        Ok(Self(elements))
    }

    /// From the dotted form of configuration: `age_equal_or_over.18`. Every part is a member name.
    pub fn from_dotted(text: &str) -> Option<Self> {
        let names =
            text.split('.').map(|name| (!name.is_empty()).then(|| PathElement::Name(name.to_owned())));
        Self::of(names.collect::<Option<_>>()?).ok()
    }

    /// The elements, at least one.
    pub fn elements(&self) -> &[PathElement] {
        &self.0
    }

    /// This path, on to all elements of the array that it leads to.
    ///
    /// # Errors
    /// It would be too long.
    pub fn all_elements(&self) -> Result<Self, &'static str> {
        Self::of(self.0.iter().cloned().chain([PathElement::All]).collect())
    }

    /// The element of a namespace that it leads to, or into (section 7.2).
    #[must_use]
    pub fn element(&self) -> Self {
        Self(self.0.iter().take(2).cloned().collect())
    }

    /// Whether it can lead to several values.
    pub fn is_over_all(&self) -> bool {
        self.0.contains(&PathElement::All)
    }

    /// Section 7.1.1 on a processed payload. `None` when processing ends in an error or selects nothing.
    pub fn select<'v>(&self, claims: &'v Value) -> Option<Vec<&'v Value>> {
        self.select_in(claims.as_object()?)
    }

    /// What the path selects in the members of a processed payload.
    pub fn select_in<'v>(&self, claims: &'v Map<String, Value>) -> Option<Vec<&'v Value>> {
        let (first, rest) = self.0.split_first()?;
        let PathElement::Name(name) = first else { return None };
        let mut selected = vec![claims.get(name)?];
        for element in rest {
            selected = step(&selected, element)?;
        }
        (!selected.is_empty()).then_some(selected)
    }

    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(Value::from).collect()
    }
}

impl From<&PathElement> for Value {
    /// As it stands in a claims path pointer (section 7).
    fn from(element: &PathElement) -> Self {
        match element {
            PathElement::Name(name) => Self::from(name.as_str()),
            PathElement::Index(index) => Self::from(*index),
            PathElement::All => Self::Null,
        }
    }
}

/// What a set of paths selects, and nothing else (OpenID4VP 1.0 section 6.4, REQ-8.9).
/// An array keeps the positions of what was selected: what was not asked for before it becomes `null`,
/// what was not asked for after it is cut off. So every path selects in the result what it selected before.
pub(in crate::openid4vp) fn only_selected(
    claims: &Map<String, Value>,
    paths: &[&ClaimsPath],
) -> Map<String, Value> {
    let paths: Vec<&[PathElement]> = paths.iter().map(|path| path.elements()).collect();
    reduced_object(claims, &paths)
}

fn step<'v>(selected: &[&'v Value], element: &PathElement) -> Option<Vec<&'v Value>> {
    let mut next = Vec::with_capacity(selected.len());
    for value in selected {
        match (element, value) {
            (PathElement::Name(name), Value::Object(members)) => next.extend(members.get(name)),
            (PathElement::Index(index), Value::Array(items)) => next.extend(items.get(*index)),
            (PathElement::All, Value::Array(items)) => next.extend(items),
            _ => return None,
        }
    }
    Some(next)
}

fn reduced(value: &Value, paths: &[&[PathElement]]) -> Value {
    if paths.iter().any(|path| path.is_empty()) {
        return value.clone();
    }
    match value {
        Value::Object(members) => Value::Object(reduced_object(members, paths)),
        Value::Array(items) => Value::Array(reduced_array(items, paths)),
        // A path that leads into a scalar selects nothing.
        _ => Value::Null,
    }
}

fn reduced_object(members: &Map<String, Value>, paths: &[&[PathElement]]) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, value) in members {
        let into = beyond(paths, |element| matches!(element, PathElement::Name(asked) if asked == name));
        if !into.is_empty() {
            kept.insert(name.clone(), reduced(value, &into));
        }
    }
    kept
}

fn reduced_array(items: &[Value], paths: &[&[PathElement]]) -> Vec<Value> {
    let mut kept = Vec::new();
    let mut length = 0;
    for (position, value) in items.iter().enumerate() {
        let into = beyond(paths, |element| match element {
            PathElement::All => true,
            PathElement::Index(asked) => *asked == position,
            PathElement::Name(_) => false,
        });
        if into.is_empty() {
            kept.push(Value::Null);
        } else {
            kept.push(reduced(value, &into));
            length = kept.len();
        }
    }
    kept.truncate(length);
    kept
}

/// What remains of the paths whose next element leads here.
fn beyond<'p>(
    paths: &[&'p [PathElement]],
    leads_here: impl Fn(&PathElement) -> bool,
) -> Vec<&'p [PathElement]> {
    paths
        .iter()
        .filter_map(|path| path.split_first())
        .filter(|(element, _)| leads_here(element))
        .map(|(_, rest)| rest)
        .collect()
}

impl fmt::Display for ClaimsPath {
    /// Dotted, for people: `age_equal_or_over.18`, `degrees[*].type`, `nationalities[1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, element) in self.0.iter().enumerate() {
            match element {
                PathElement::Name(name) if position == 0 => f.write_str(name)?,
                PathElement::Name(name) => write!(f, ".{name}")?,
                PathElement::Index(index) => write!(f, "[{index}]")?,
                PathElement::All => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}
