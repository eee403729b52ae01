//! The credential the wallet holds: which claims it can show, and which disclosures show them.

use serde_json::{Map, Value};

use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;

/// Where a claim is: the names on the way to it.
pub type ClaimNames = Vec<String>;

/// One credential query: its id, and the claims it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialAsked {
    /// The credential query id.
    pub id: String,
    /// The type of the document, where an mdoc is asked for.
    pub doctype: Option<String>,
    /// The claims, in the order of the query.
    pub paths: Vec<ClaimNames>,
}

/// An SD-JWT VC with all its disclosures, taken apart.
pub(super) struct WalletCredential {
    issuer_jwt: String,
    disclosures: Vec<Disclosure>,
    claims: Value,
}

/// One disclosure and the place of its claim.
struct Disclosure {
    text: String,
    path: ClaimNames,
}

impl WalletCredential {
    /// From the issuer's compact form. `None` when it is not one.
    pub(super) fn read(issued: &str) -> Option<Self> {
        let mut parts = issued.split('~');
        let issuer_jwt = parts.next()?.to_owned();
        let texts: Vec<&str> = parts.filter(|text| !text.is_empty()).collect();
        let payload = serde_json::from_slice(&base64url::decode(issuer_jwt.split('.').nth(1)?).ok()?).ok()?;
        let mut disclosures = Vec::new();
        let claims = revealed(&payload, &texts, &Vec::new(), &mut disclosures)?;
        Some(Self { issuer_jwt, disclosures, claims })
    }

    /// The value of a claim; `None` when the credential does not have it.
    pub(super) fn claim(&self, path: &[String]) -> Option<&Value> {
        path.iter().try_fold(&self.claims, |value, name| value.get(name))
    }

    /// The SD-JWT that shows the claims at `paths` and nothing more, ending in `~`: every disclosure on
    /// the way to a claim, and every one inside it.
    pub(super) fn showing(&self, paths: &[ClaimNames]) -> String {
        let needed =
            |place: &ClaimNames| paths.iter().any(|path| path.starts_with(place) || place.starts_with(path));
        let mut sd_jwt = format!("{}~", self.issuer_jwt);
        for disclosure in self.disclosures.iter().filter(|disclosure| needed(&disclosure.path)) {
            sd_jwt.push_str(&disclosure.text);
            sd_jwt.push('~');
        }
        sd_jwt
    }
}

/// The claims with every disclosure in its place (RFC 9901 section 7.1); notes the places on the way.
/// The demo issuer hides members of objects only, so arrays are taken as they are.
fn revealed(value: &Value, texts: &[&str], at: &ClaimNames, found: &mut Vec<Disclosure>) -> Option<Value> {
    let Value::Object(members) = value else { return Some(value.clone()) };
    let mut out = Map::new();
    for (name, inner) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "_sd" | "_sd_alg")) {
        out.insert(name.clone(), revealed(inner, texts, &step(at, name), found)?);
    }
    for digest in members.get("_sd").and_then(Value::as_array).into_iter().flatten() {
        let matching = |text: &&&str| digest == &base64url::encode(Digest::of(text.as_bytes()).as_bytes());
        let Some(text) = texts.iter().find(matching) else { continue };
        let disclosure: Value = serde_json::from_slice(&base64url::decode(text).ok()?).ok()?;
        let (name, inner) = (disclosure.get(1)?.as_str()?, disclosure.get(2)?);
        let path = step(at, name);
        found.push(Disclosure { text: (*text).to_owned(), path: path.clone() });
        out.insert(name.to_owned(), revealed(inner, texts, &path, found)?);
    }
    Some(Value::Object(out))
}

fn step(at: &ClaimNames, name: &str) -> ClaimNames {
    let mut path = at.clone();
    path.push(name.to_owned());
    path
}
