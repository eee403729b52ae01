//! Which parts of a credential a claim's `path` means (SD-JWT VC section 5.6.1). Other than a DCQL path, it
//! counts array elements as they were issued, and knows of parts that stayed hidden.

use std::fmt;

use serde_json::{Map, Value};

use super::trace::Trace;
use crate::base::report::excerpt;

/// The longest path, as deep as a credential may be.
const LONGEST: usize = 16;
/// The longest name of a member in a path, in bytes.
const LONGEST_NAME: usize = 256;

/// From the top of a credential to the claims that one entry of `claims` is about. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeClaimPath(Vec<TypePathElement>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TypePathElement {
    /// The member of this name.
    Name(String),
    /// The element issued at this place, from 0.
    Index(usize),
    /// Every element of an array.
    All,
}

impl TypeClaimPath {
    /// From JSON; the error says what is wrong.
    pub(crate) fn from_json(path: &Value) -> Result<Self, &'static str> {
        let elements = path.as_array().filter(|path| (1..=LONGEST).contains(&path.len()));
        let elements = elements.ok_or("must be an array of 1 to 16 elements")?;
        let read = |element: &Value| match element {
            Value::Null => Ok(TypePathElement::All),
            Value::String(name) if name.len() <= LONGEST_NAME => Ok(TypePathElement::Name(name.clone())),
            Value::String(_) => Err("must name members of at most 256 bytes"),
            other => {
                let place = other.as_u64().and_then(|place| usize::try_from(place).ok());
                let place = place.ok_or("must hold strings, null and whole numbers from 0 on")?;
                Ok(TypePathElement::Index(place))
            }
        };
        elements.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// For a sentence: short and printable.
    pub(crate) fn shown(&self) -> String {
        excerpt(&self.to_string())
    }

    /// What it means in one credential.
    ///
    /// # Errors
    /// A step into something of another kind.
    pub(crate) fn select(&self, claims: &Map<String, Value>, trace: &Trace) -> Result<Selection, WrongKind> {
        let mut here = vec![CredentialPart { content: PartContent::Object(claims), trace: Some(trace) }];
        let (mut absent, mut out_of_sight) = (false, false);
        for element in &self.0 {
            // What was not there on the way may be hidden together with all that is inside it.
            out_of_sight |= absent;
            absent = false;
            let mut next = Vec::new();
            for part in here {
                match (element, part.content) {
                    (_, PartContent::Hidden) => out_of_sight = true,
                    (TypePathElement::Name(name), PartContent::Object(members)) => match members.get(name) {
                        Some(value) => {
                            let trace = part.trace.and_then(|trace| trace.member(name));
                            next.push(CredentialPart { content: PartContent::of(value), trace });
                        }
                        None => absent |= part.trace.is_some_and(Trace::withholds),
                    },
                    (TypePathElement::All, PartContent::Array(elements)) => {
                        next.extend(part.elements(elements));
                    }
                    (TypePathElement::Index(place), PartContent::Array(elements)) => {
                        next.extend(part.elements(elements).nth(*place));
                    }
                    (TypePathElement::Name(_), _) => return Err(WrongKind::NoObject),
                    (TypePathElement::All | TypePathElement::Index(_), _) => return Err(WrongKind::NoArray),
                }
            }
            here = next;
        }
        let disclosable = |part: &CredentialPart<'_>| part.trace.is_some_and(Trace::is_disclosable);
        Ok(Selection {
            disclosable: here.iter().any(disclosable),
            plain: !here.iter().all(disclosable),
            absent,
            out_of_sight,
        })
    }
}

/// With dots into objects and brackets into arrays.
impl fmt::Display for TypeClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, element) in self.0.iter().enumerate() {
            match element {
                TypePathElement::Name(name) if place == 0 => f.write_str(name)?,
                TypePathElement::Name(name) => write!(f, ".{name}")?,
                TypePathElement::Index(index) => write!(f, "[{index}]")?,
                TypePathElement::All => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// What a path means in one credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// One of the claims is selectively disclosable, by itself.
    pub(crate) disclosable: bool,
    /// One of the claims is stated openly, at least by what is around it.
    pub(crate) plain: bool,
    /// One is not there, where its issuer may have hidden it.
    pub(crate) absent: bool,
    /// What it would be in may be hidden.
    pub(crate) out_of_sight: bool,
}

impl Selection {
    /// There is one, shown or hidden.
    pub(crate) fn is_included(self) -> bool {
        self.disclosable || self.plain
    }
}

/// A path goes through something that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WrongKind {
    /// A name, and no object.
    #[error("goes by name into something that is not an object")]
    NoObject,
    /// An index or `null`, and no array.
    #[error("goes by position into something that is not an array")]
    NoArray,
}

/// One part of a credential as it was issued.
#[derive(Clone, Copy)]
struct CredentialPart<'v> {
    content: PartContent<'v>,
    trace: Option<&'v Trace>,
}

impl<'v> CredentialPart<'v> {
    fn elements(self, received: &'v [Value]) -> impl Iterator<Item = CredentialPart<'v>> {
        Trace::as_issued(self.trace, received).map(|(value, trace)| CredentialPart {
            content: value.map_or(PartContent::Hidden, PartContent::of),
            trace,
        })
    }
}

#[derive(Clone, Copy)]
enum PartContent<'v> {
    Object(&'v Map<String, Value>),
    Array(&'v [Value]),
    Scalar,
    /// Only a digest of it came.
    Hidden,
}

impl<'v> PartContent<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Object(members) => Self::Object(members),
            Value::Array(elements) => Self::Array(elements),
            _ => Self::Scalar,
        }
    }
}
