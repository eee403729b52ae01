//! What scopes, rules and token claims may name: credentials by their ids or the names that other
//! products gave them, and claims by their paths.

use toml::Value;

use super::fault::Faults;
use super::raw;
use crate::domain::admission::AskableCredential;
use crate::domain::openid4vp::dcql::{ClaimsPath, PathElement};

/// Every configured credential id once, also one whose entry has a fault elsewhere, so that it is not
/// called unknown too.
pub(super) struct Askable(Vec<Named>);

struct Named {
    aliases: Vec<String>,
    credential: AskableCredential,
}

impl Askable {
    /// Reads the names out of `[[credentials]]`.
    pub(super) fn of(credentials: &[raw::Credential], faults: &mut Faults) -> Self {
        let mut named: Vec<Named> = Vec::new();
        for (index, given) in credentials.iter().enumerate() {
            let Some(id) = &given.id else { continue };
            let at = format!("credentials[{index}].stable_identifier");
            let stable_identifier = given.stable_identifier.as_ref().and_then(|it| path(it, &at, faults));
            match named.iter_mut().find(|other| other.credential.id == *id) {
                Some(other) => {
                    if other.credential.stable_identifier != stable_identifier {
                        faults.add(at, "differs from that of the same id above: one id is one question");
                    }
                    other.aliases.extend(given.aliases.iter().cloned());
                }
                None => named.push(Named {
                    aliases: given.aliases.clone(),
                    credential: AskableCredential {
                        id: id.clone(),
                        vct: given.vct.clone(),
                        stable_identifier,
                    },
                }),
            }
        }
        let askable = Self(named);
        for (index, given) in credentials.iter().enumerate() {
            for (place, alias) in given.aliases.iter().enumerate() {
                let means = |other: &&Named| other.credential.id == *alias || other.aliases.contains(alias);
                let another =
                    askable.0.iter().filter(means).any(|it| Some(&it.credential.id) != given.id.as_ref());
                if alias.is_empty() || another {
                    let why = "must not be empty or a name of another credential";
                    faults.add(format!("credentials[{index}].aliases[{place}]"), why);
                }
            }
        }
        askable
    }

    /// By id or alias.
    pub(super) fn find(&self, name: &str) -> Option<&AskableCredential> {
        let means = |it: &&Named| it.credential.id == name || it.aliases.iter().any(|alias| alias == name);
        self.0.iter().find(means).map(|it| &it.credential)
    }

    /// By id or alias, or the fault.
    pub(super) fn named(&self, name: &str, at: &str, faults: &mut Faults) -> Option<&AskableCredential> {
        let found = self.find(name);
        if found.is_none() {
            faults.add(at, "no credential with this id is configured");
        }
        found
    }

    /// All of them, in the order of the file.
    pub(super) fn credentials(&self) -> Vec<AskableCredential> {
        self.0.iter().map(|it| it.credential.clone()).collect()
    }
}

/// One key in one of two spellings: ours, or the one of the source document. Both together are a fault;
/// ours counts then.
pub(super) fn either<T>(
    at: &str,
    ours: (&str, Option<T>),
    theirs: (&str, Option<T>),
    faults: &mut Faults,
) -> (String, Option<T>) {
    let path = |key: &str| format!("{at}.{key}");
    match (ours.1, theirs.1) {
        (Some(value), Some(_)) => {
            faults.add(path(theirs.0), format!("is another word for `{}`: say it once", ours.0));
            (path(ours.0), Some(value))
        }
        (None, Some(value)) => (path(theirs.0), Some(value)),
        (value, None) => (path(ours.0), value),
    }
}

/// A claim: `field`, or `fieldName` of the source document, which is one name whatever is in it
/// (REQ-12.4).
pub(super) fn field(
    at: &str,
    ours: Option<Value>,
    theirs: Option<String>,
    faults: &mut Faults,
) -> Option<ClaimsPath> {
    let theirs = theirs.map(|name| Value::Array(vec![Value::String(name)]));
    let (at, given) = either(at, ("field", ours), ("fieldName", theirs), faults);
    let given = faults.need(&at, given, "the claim: member names joined by dots, or a list of them")?;
    path(&given, &at, faults)
}

/// `"address.country"`, or `["address", "country"]`; in a list, names may contain dots, and a number is a
/// position in an array.
pub(super) fn path(given: &Value, at: &str, faults: &mut Faults) -> Option<ClaimsPath> {
    let elements: Option<Vec<PathElement>> = match given {
        Value::String(text) => text.split('.').map(name).collect(),
        Value::Array(elements) => elements.iter().map(element).collect(),
        _ => None,
    };
    let Some(elements) = elements else {
        faults.add(
            at,
            "must be member names joined by dots, for example \"address.country\", or a list of them",
        );
        return None;
    };
    match elements.first() {
        Some(PathElement::Index(_) | PathElement::All) => {
            faults.add(at, "must begin with a name: a credential is an object");
            return None;
        }
        // It does not stay among the verified claims: it tells one holder from another.
        Some(PathElement::Name(name)) if name == "status" => {
            faults.add(at, "cannot be read: the status is judged, and then it is gone");
            return None;
        }
        _ => {}
    }
    faults.keep(at, ClaimsPath::of(elements))
}

fn name(name: &str) -> Option<PathElement> {
    (!name.is_empty()).then(|| PathElement::Name(name.to_owned()))
}

fn element(given: &Value) -> Option<PathElement> {
    match given {
        Value::String(text) => name(text),
        Value::Integer(position) => usize::try_from(*position).ok().map(PathElement::Index),
        _ => None,
    }
}
