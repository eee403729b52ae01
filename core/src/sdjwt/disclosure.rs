//! Disclosures: by digest over the received text, each used exactly once (RFC 9901 sections 4.2 and 7.1).

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::limits::PresentationLimits;
use crate::base::digest::DigestAlgorithm;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::{base64url, json};
use crate::type_metadata::trace::{Trace, TraceStep};

const ALGORITHM: Rule = Rule { check: "digest_algorithm", requirement: "RFC 9901 4.1.1, 7.1(2.d)" };
const MEMBERS: Rule = Rule { check: "digest_members", requirement: "RFC 9901 4.1, 4.2.4" };
const FORMAT: Rule =
    Rule { check: "disclosure_format", requirement: "RFC 9901 7.1(3.c.ii.1), 7.1(3.c.iii.1)" };
const NAMES: Rule = Rule { check: "disclosure_names", requirement: "RFC 9901 7.1(3.c.ii.2)" };
const COLLISIONS: Rule = Rule { check: "disclosure_collisions", requirement: "RFC 9901 7.1(3.c.ii.3)" };
const REPETITION: Rule = Rule { check: "digest_repetition", requirement: "RFC 9901 7.1(4)" };
const USE: Rule = Rule { check: "disclosures", requirement: "RFC 9901 7.1(5)" };
const DEPTH: Rule = Rule { check: "disclosure_depth", requirement: "RFC 8725 3.11; limits of this verifier" };

/// A payload in which everything that was disclosed stands in its place, and nothing else.
#[derive(Debug)]
pub struct Revealed {
    claims: Map<String, Value>,
    algorithm: DigestAlgorithm,
    roots: Vec<String>,
    trace: Option<Trace>,
}

impl Revealed {
    /// The processed payload: without `_sd`, `...` and `_sd_alg`.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The claims, to keep.
    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }

    /// What the digests were made with; `sd_hash` is made with the same.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// Whether the top-level claim `name`, or anything inside it, comes from a Disclosure.
    pub fn came_from_disclosure(&self, name: &str) -> bool {
        self.roots.iter().any(|root| root == name)
    }

    /// What came from Disclosures and what stayed hidden; `None` when nobody asked for it.
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }
}

/// Puts the Disclosures into the issuer-signed payload (RFC 9901 section 7.1, steps 2.d to 5).
/// `disclosures` are the texts as received. The signature over `payload` is the caller's concern.
///
/// # Errors
/// The first [`DisclosureFault`].
pub fn reveal<'d>(
    payload: Map<String, Value>,
    disclosures: impl Iterator<Item = &'d str>,
    limits: &PresentationLimits,
) -> Result<Revealed, DisclosureFault> {
    walk(payload, disclosures, limits, None)
}

/// Reveals, and keeps [`Revealed::trace`].
///
/// # Errors
/// The first [`DisclosureFault`].
pub fn reveal_and_trace<'d>(
    payload: Map<String, Value>,
    disclosures: impl Iterator<Item = &'d str>,
    limits: &PresentationLimits,
) -> Result<Revealed, DisclosureFault> {
    walk(payload, disclosures, limits, Some(Trace::default()))
}

/// As [`reveal`], or as [`reveal_and_trace`] when `traced`, reported rule by rule.
pub(super) fn check<'d>(
    payload: Map<String, Value>,
    disclosures: impl Iterator<Item = &'d str>,
    limits: &PresentationLimits,
    traced: bool,
    findings: &mut Findings,
) -> Result<Revealed, Rejection> {
    let revealed = walk(payload, disclosures, limits, traced.then(Trace::default))
        .map_err(|fault| findings.fail(fault.rule(), fault.to_string()))?;
    findings.pass(&ALGORITHM, "`_sd_alg` is accepted, or absent and thus sha-256");
    findings.pass(&MEMBERS, "`_sd` and `...` hold digests and nothing else");
    findings.pass(&FORMAT, "every Disclosure has the elements that its place asks for");
    findings.pass(&NAMES, "no Disclosure uses a reserved name");
    findings.pass(&COLLISIONS, "no Disclosure repeats a claim that is already there");
    findings.pass(&REPETITION, "every digest occurs once");
    findings.pass(&USE, "every Disclosure is the opening of exactly one digest");
    findings.pass(&DEPTH, "nesting stays within the limit after the Disclosures are in place");
    Ok(revealed)
}

fn walk<'d>(
    mut payload: Map<String, Value>,
    disclosures: impl Iterator<Item = &'d str>,
    limits: &PresentationLimits,
    trace: Option<Trace>,
) -> Result<Revealed, DisclosureFault> {
    let algorithm = match payload.shift_remove("_sd_alg") {
        None => DigestAlgorithm::Sha256,
        Some(Value::String(name)) => {
            DigestAlgorithm::from_name(&name).ok_or_else(|| DisclosureFault::Algorithm(excerpt(&name)))?
        }
        Some(_) => return Err(DisclosureFault::AlgorithmNotText),
    };
    let mut sealed = HashMap::new();
    for text in disclosures {
        if sealed.insert(algorithm.digest(text), text).is_some() {
            return Err(DisclosureFault::SentTwice);
        }
    }
    let mut opening = Opening { limits, sealed, seen: HashSet::new(), roots: Vec::new(), trace };
    opening.object(&mut payload, &DisclosurePlace { depth: 1, root: None, way: None })?;
    match opening.sealed.len() {
        0 => Ok(Revealed { claims: payload, algorithm, roots: opening.roots, trace: opening.trace }),
        unused => Err(DisclosureFault::Unused(unused)),
    }
}

/// Why the Disclosures do not fit the payload. Claim names are shown, clipped; values never.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DisclosureFault {
    #[error("`_sd_alg` is {0}; accepted are sha-256, sha-384 and sha-512")]
    Algorithm(String),
    #[error("`_sd_alg` is not a string")]
    AlgorithmNotText,
    /// `_sd_alg` below the top level.
    #[error("`_sd_alg` occurs below the top level of the payload")]
    AlgorithmNested,
    /// `_sd` is no array of strings.
    #[error("`_sd` is not an array of strings")]
    DigestList,
    /// `...` outside an array element with nothing but a digest.
    #[error("`...` is used for something else than one digest in the place of an array element")]
    Placeholder,
    /// Not base64url, not JSON, or not an array.
    #[error("a Disclosure is not a base64url-encoded JSON array")]
    NotAnArray,
    /// In the place of an object member: not three elements with a string salt and name.
    #[error("a Disclosure for an object member is not [salt, name, value]")]
    NotAMember,
    /// In the place of an array element: not two elements with a string salt.
    #[error("a Disclosure for an array element is not [salt, value]")]
    NotAnElement,
    /// The name `_sd`, `...` or `_sd_alg`.
    #[error("a Disclosure uses the reserved name {0}")]
    Reserved(String),
    /// The name is already there.
    #[error("a Disclosure names {0}, which the object already has")]
    Collision(String),
    /// One digest at two places.
    #[error("the same digest occurs more than once")]
    Repeated,
    #[error("the same Disclosure was sent twice")]
    SentTwice,
    #[error(
        "{0} of the Disclosures are not referenced by any digest: they were altered, added, or belong to another credential"
    )]
    Unused(usize),
    #[error("claims are nested deeper than {0} levels")]
    Depth(usize),
}

impl DisclosureFault {
    fn rule(&self) -> &'static Rule {
        match self {
            Self::Algorithm(_) | Self::AlgorithmNotText | Self::AlgorithmNested => &ALGORITHM,
            Self::DigestList | Self::Placeholder => &MEMBERS,
            Self::NotAnArray | Self::NotAMember | Self::NotAnElement => &FORMAT,
            Self::Reserved(_) => &NAMES,
            Self::Collision(_) => &COLLISIONS,
            Self::Repeated => &REPETITION,
            Self::SentTwice | Self::Unused(_) => &USE,
            Self::Depth(_) => &DEPTH,
        }
    }
}

/// The walk through one payload.
struct Opening<'d, 'l> {
    limits: &'l PresentationLimits,
    /// By digest; what was used is taken out.
    sealed: HashMap<String, &'d str>,
    /// Every digest met so far, decoys included.
    seen: HashSet<String>,
    /// The top-level claim of every Disclosure used.
    roots: Vec<String>,
    /// Where each Disclosure stands, and what stays hidden, if somebody asked for it.
    trace: Option<Trace>,
}

/// Where the walk is: how deep, inside which top-level claim, and how it came there.
struct DisclosurePlace<'r> {
    depth: usize,
    root: Option<&'r str>,
    way: Option<(&'r DisclosurePlace<'r>, TraceStep<'r>)>,
}

impl DisclosurePlace<'_> {
    /// Inside the member `name` of an object here.
    fn member<'r>(&'r self, name: &'r str) -> DisclosurePlace<'r> {
        let root = self.root.or(Some(name));
        DisclosurePlace { depth: self.depth + 1, root, way: Some((self, TraceStep::Member(name))) }
    }

    /// Inside the element of an array here that was issued at `place`.
    fn element(&self, place: usize) -> DisclosurePlace<'_> {
        DisclosurePlace {
            depth: self.depth + 1,
            root: self.root,
            way: Some((self, TraceStep::Element(place))),
        }
    }

    /// What `trace` tells about this place.
    fn find<'t>(&self, trace: &'t mut Trace) -> &'t mut Trace {
        match self.way {
            None => trace,
            Some((around, step)) => around.find(trace).part(step),
        }
    }
}

impl<'d> Opening<'d, '_> {
    fn value(&mut self, value: &mut Value, place: &DisclosurePlace<'_>) -> Result<(), DisclosureFault> {
        match value {
            Value::Object(object) => self.object(object, place),
            Value::Array(array) => self.array(array, place),
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        object: &mut Map<String, Value>,
        place: &DisclosurePlace<'_>,
    ) -> Result<(), DisclosureFault> {
        self.check_depth(place)?;
        if object.contains_key("...") {
            return Err(DisclosureFault::Placeholder);
        }
        // The one at the top was taken out before the walk.
        if object.contains_key("_sd_alg") {
            return Err(DisclosureFault::AlgorithmNested);
        }
        let digests = match object.shift_remove("_sd") {
            None => Vec::new(),
            Some(Value::Array(digests)) => digests,
            Some(_) => return Err(DisclosureFault::DigestList),
        };
        for (name, value) in object.iter_mut() {
            self.value(value, &place.member(name))?;
        }
        for digest in digests {
            let Value::String(digest) = digest else { return Err(DisclosureFault::DigestList) };
            let Some(text) = self.open(digest)? else {
                self.note(place, |here| here.withholds = true);
                continue;
            };
            let (name, mut value) = self.member(text)?;
            if ["_sd", "...", "_sd_alg"].contains(&name.as_str()) {
                return Err(DisclosureFault::Reserved(name));
            }
            if object.contains_key(&name) {
                return Err(DisclosureFault::Collision(excerpt(&name)));
            }
            self.roots.push(place.root.unwrap_or(&name).to_owned());
            let inside = place.member(&name);
            self.note(&inside, |here| here.disclosed = true);
            self.value(&mut value, &inside)?;
            object.insert(name, value);
        }
        Ok(())
    }

    fn array(&mut self, array: &mut Vec<Value>, place: &DisclosurePlace<'_>) -> Result<(), DisclosureFault> {
        self.check_depth(place)?;
        for (issued_at, mut element) in std::mem::take(array).into_iter().enumerate() {
            let inside = place.element(issued_at);
            if let Some(digest) = placeholder(&mut element)? {
                let Some(text) = self.open(digest)? else {
                    self.note(&inside, |here| here.hidden = true);
                    continue;
                };
                element = self.element(text)?;
                self.note(&inside, |here| here.disclosed = true);
                self.roots.extend(place.root.map(str::to_owned));
            }
            self.value(&mut element, &inside)?;
            array.push(element);
        }
        Ok(())
    }

    fn note(&mut self, place: &DisclosurePlace<'_>, note: impl FnOnce(&mut Trace)) {
        if let Some(trace) = &mut self.trace {
            note(place.find(trace));
        }
    }

    /// The Disclosure that a digest stands for; `None` for a decoy or a claim that stays hidden.
    fn open(&mut self, digest: String) -> Result<Option<&'d str>, DisclosureFault> {
        let text = self.sealed.remove(&digest);
        if self.seen.insert(digest) { Ok(text) } else { Err(DisclosureFault::Repeated) }
    }

    fn member(&self, text: &str) -> Result<(String, Value), DisclosureFault> {
        match self.salted(text)?.as_mut_slice() {
            [Value::String(_), Value::String(name), value] => Ok((std::mem::take(name), value.take())),
            _ => Err(DisclosureFault::NotAMember),
        }
    }

    fn element(&self, text: &str) -> Result<Value, DisclosureFault> {
        match self.salted(text)?.as_mut_slice() {
            [Value::String(_), value] => Ok(value.take()),
            _ => Err(DisclosureFault::NotAnElement),
        }
    }

    fn salted(&self, text: &str) -> Result<Vec<Value>, DisclosureFault> {
        let bytes = base64url::decode(text).map_err(|_| DisclosureFault::NotAnArray)?;
        match json::parse(&bytes, &self.limits.json()) {
            Ok(Value::Array(parts)) => Ok(parts),
            Err(json::JsonFault::Depth(depth)) => Err(DisclosureFault::Depth(depth)),
            _ => Err(DisclosureFault::NotAnArray),
        }
    }

    fn check_depth(&self, place: &DisclosurePlace<'_>) -> Result<(), DisclosureFault> {
        let limit = self.limits.depth;
        if place.depth > limit { Err(DisclosureFault::Depth(limit)) } else { Ok(()) }
    }
}

/// The digest of an array element that is `{"...": digest}`; `None` for an ordinary element.
fn placeholder(element: &mut Value) -> Result<Option<String>, DisclosureFault> {
    let Value::Object(object) = element else { return Ok(None) };
    let length = object.len();
    match object.get_mut("...") {
        None => Ok(None),
        Some(Value::String(digest)) if length == 1 => Ok(Some(std::mem::take(digest))),
        Some(_) => Err(DisclosureFault::Placeholder),
    }
}
