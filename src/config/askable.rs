//! What scopes, rules and token claims may name: credentials by their ids or the names that other
//! products gave them, and claims by their paths.

use toml::Value;

use super::fault::Faults;
use super::raw;
use vpgate_core::admission::AskableCredential;
use vpgate_core::openid4vp::dcql::{ClaimsPath, Meta, PathElement};

/// Every configured credential id once, also one whose entry has a fault elsewhere, so that it is not
/// called unknown too.
pub(super) struct Askable(Vec<NamedCredential>);

struct NamedCredential {
    aliases: Vec<String>,
    credential: AskableCredential,
}

impl Askable {
    /// Reads the names out of `[[credentials]]`.
    pub(super) fn of(credentials: &[raw::RawCredential], faults: &mut Faults) -> Self {
        let mut named: Vec<NamedCredential> = Vec::new();
        for (index, given) in credentials.iter().enumerate() {
            let Some(id) = &given.id else { continue };
            let at = format!("credentials[{index}].stable_identifier");
            let stable_identifier = given.stable_identifier.as_ref().and_then(|it| path(it, &at, faults));
            if stable_identifier.as_ref().is_some_and(ClaimsPath::is_over_all) {
                faults.add(&at, "must lead to one claim, not to all elements of an array");
            }
            match named.iter_mut().find(|other| other.credential.id == *id) {
                Some(other) => {
                    if other.credential.stable_identifier != stable_identifier {
                        faults.add(at, "differs from that of the same id above: one id is one question");
                    }
                    other.aliases.extend(given.aliases.iter().cloned());
                }
                None => named.push(NamedCredential {
                    aliases: given.aliases.clone(),
                    credential: AskableCredential {
                        id: id.clone(),
                        meta: Meta::sd_jwt_vc(given.vct.clone()),
                        stable_identifier,
                    },
                }),
            }
        }
        let askable = Self(named);
        for (index, given) in credentials.iter().enumerate() {
            for (place, alias) in given.aliases.iter().enumerate() {
                let means =
                    |other: &&NamedCredential| other.credential.id == *alias || other.aliases.contains(alias);
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
        let means =
            |it: &&NamedCredential| it.credential.id == name || it.aliases.iter().any(|alias| alias == name);
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
    let (ours, theirs) = (ours.map(WrittenPath::Path), theirs.map(WrittenPath::Name));
    let (at, given) = either(at, ("field", ours), ("fieldName", theirs), faults);
    match faults.need(&at, given, "the claim: member names joined by dots, or a list of them")? {
        WrittenPath::Path(given) => path(&given, &at, faults),
        WrittenPath::Name(name) => elements(vec![PathElement::Name(name)], &at, faults),
    }
}

/// How a claim is written.
enum WrittenPath {
    Path(Value),
    Name(String),
}

/// `"address.country"`, or `["address", "country"]`; in a list, names may contain dots, and a number is a
/// position in an array. `*` is all elements of an array.
pub(super) fn path(given: &Value, at: &str, faults: &mut Faults) -> Option<ClaimsPath> {
    let read: Result<Vec<PathElement>, &str> = match given {
        Value::String(text) => text.split('.').map(step).collect(),
        Value::Array(elements) => elements.iter().map(element).collect(),
        _ => Err(NO_PATH),
    };
    match read {
        Ok(read) => elements(read, at, faults),
        Err(why) => {
            faults.add(at, why);
            None
        }
    }
}

const NO_PATH: &str =
    "must be member names joined by dots, for example \"address.country\", or a list of them";

fn elements(elements: Vec<PathElement>, at: &str, faults: &mut Faults) -> Option<ClaimsPath> {
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

/// One step as text. What looks like a step of another notation is not taken for a name: it would be the name
/// of a claim that nobody has.
fn step(text: &str) -> Result<PathElement, &'static str> {
    match text {
        "" => Err(NO_PATH),
        "*" => Ok(PathElement::All),
        "$" => Err("begins with the name of a claim, without \"$\""),
        text if text.ends_with(']') && text.contains('[') => Err(
            "has no brackets: all elements of an array are \"nationalities.*\" or [\"nationalities\", \"*\"], one \
             of them is [\"nationalities\", 0]",
        ),
        name => Ok(PathElement::Name(name.to_owned())),
    }
}

fn element(given: &Value) -> Result<PathElement, &'static str> {
    match given {
        Value::String(text) => step(text),
        Value::Integer(position) => usize::try_from(*position).map(PathElement::Index).map_err(|_| NO_PATH),
        _ => Err(NO_PATH),
    }
}
