//! From single documents to what counts for a type: everything it extends, the ancestor first (SD-JWT VC
//! sections 5.4, 5.6.5 and 5.7). What cannot be processed in full is not used at all.

use super::claim_path::TypeClaimPath;
use super::document::{ClaimEntry, Disclosability, TypeDocument};
use super::integrity::Digests;
use crate::base::report::excerpt;

/// The most documents from a type up to the one that extends nothing.
const LONGEST: usize = 8;

/// What one type demands of its credentials, ancestors included. Made only by [`resolve`].
#[derive(Clone, Debug)]
pub struct TypeMetadata {
    vct: String,
    /// The types that it extends, the nearest first.
    ancestors: Vec<String>,
    /// What is wrong with texts that only people read.
    notes: Vec<String>,
    pub(crate) digests: Digests,
    pub(crate) claims: Vec<ClaimRule>,
}

impl TypeMetadata {
    /// The type that the documents describe.
    pub fn vct(&self) -> &str {
        &self.vct
    }

    /// The types that it extends, the nearest first (section 5.4).
    pub fn ancestors(&self) -> &[String] {
        &self.ancestors
    }

    /// Texts for people that are not as section 5.6 says. They are passed over, here and in the types that it
    /// extends.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// What the metadata says about the claims at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimRule {
    pub(crate) path: TypeClaimPath,
    pub(crate) mandatory: bool,
    pub(crate) sd: Disclosability,
}

/// Why documents do not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct ExtendsFault {
    /// Which document is to blame; `None` when one is missing.
    pub document: Option<usize>,
    /// What is wrong.
    pub why: String,
}

/// The metadata of every type in `accepted`, from `documents`, which must be exactly those that it takes:
/// one for each accepted type, and one for each type that is extended.
///
/// # Errors
/// The first [`ExtendsFault`]: two documents for one type, none for a type, one for no type, a circle, a chain
/// that is too long, an `extends#integrity` that does not hold, a rule that a child may not change.
pub fn resolve(accepted: &[String], documents: &[TypeDocument]) -> Result<Vec<TypeMetadata>, ExtendsFault> {
    for (place, document) in documents.iter().enumerate() {
        if documents.iter().take(place).any(|other| other.vct == document.vct) {
            return Err(blame(place, "describes the same type as a file before it"));
        }
    }
    let mut used = vec![false; documents.len()];
    let mut resolved = Vec::with_capacity(accepted.len());
    for vct in accepted {
        let Some(first) = named(documents, vct) else {
            let why = format!("has no file for the accepted type {}", excerpt(vct));
            return Err(ExtendsFault { document: None, why });
        };
        let chain = chain(first, documents)?;
        let mut claims = Vec::new();
        for (place, document) in chain.iter().rev() {
            if let Some(slot) = used.get_mut(*place) {
                *slot = true;
            }
            extend(&mut claims, &document.claims).map_err(|why| blame(*place, why))?;
        }
        resolved.push(TypeMetadata {
            vct: vct.clone(),
            ancestors: chain.iter().skip(1).map(|(_, document)| document.vct.clone()).collect(),
            notes: chain.iter().flat_map(|(_, document)| document.notes.iter().cloned()).collect(),
            digests: first.1.digests.clone(),
            claims,
        });
    }
    match used.iter().position(|used| !used) {
        Some(place) => Err(blame(place, "describes a type that is neither accepted here nor extended")),
        None => Ok(resolved),
    }
}

/// A document and its place in the list.
type Placed<'d> = (usize, &'d TypeDocument);

fn named<'d>(documents: &'d [TypeDocument], vct: &str) -> Option<Placed<'d>> {
    documents.iter().enumerate().find(|(_, document)| document.vct == vct)
}

/// The document and all its ancestors, in that order.
fn chain<'d>(first: Placed<'d>, documents: &'d [TypeDocument]) -> Result<Vec<Placed<'d>>, ExtendsFault> {
    let mut chain = vec![first];
    let (mut place, mut document) = first;
    while let Some(extended) = &document.extends {
        let shown = excerpt(extended);
        let Some(parent) = named(documents, extended) else {
            return Err(blame(place, format!("extends {shown}, for which there is no file")));
        };
        if chain.iter().any(|(known, _)| *known == parent.0) {
            return Err(blame(place, format!("extends {shown}, which extends it in turn")));
        }
        if chain.len() == LONGEST {
            return Err(blame(place, format!("is the end of a chain of more than {LONGEST} types")));
        }
        if let Some(integrity) = &document.extends_integrity {
            let checked = parent.1.digests.check(integrity);
            checked
                .map_err(|why| blame(place, format!("extends {shown}, but its `extends#integrity` {why}")))?;
        }
        chain.push(parent);
        (place, document) = parent;
    }
    Ok(chain)
}

/// Adds what a child says to what it inherits: a path of its own is new, one that it repeats is changed
/// as far as section 5.6.5 lets it.
fn extend(inherited: &mut Vec<ClaimRule>, own: &[ClaimEntry]) -> Result<(), String> {
    for ClaimEntry { path, mandatory, sd } in own {
        let Some(rule) = inherited.iter_mut().find(|rule| rule.path == *path) else {
            let (mandatory, sd) = (mandatory.unwrap_or_default(), sd.unwrap_or_default());
            inherited.push(ClaimRule { path: path.clone(), mandatory, sd });
            continue;
        };
        if rule.mandatory && *mandatory == Some(false) {
            return Err(format!(
                "makes {} optional, which is mandatory in a type that it extends",
                path.shown()
            ));
        }
        if rule.sd != Disclosability::Allowed && sd.is_some_and(|sd| sd != rule.sd) {
            return Err(format!(
                "changes `sd` of {}, which a type that it extends has decided",
                path.shown()
            ));
        }
        rule.mandatory |= mandatory.unwrap_or_default();
        rule.sd = sd.unwrap_or(rule.sd);
    }
    Ok(())
}

fn blame(document: usize, why: impl Into<String>) -> ExtendsFault {
    ExtendsFault { document: Some(document), why: why.into() }
}
