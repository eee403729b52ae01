//! The `status` of a credential: which lists it names (TSL 6.2; ISO/IEC 18013-5, second edition, 12.3.6).

use std::fmt;

use serde_json::{Map, Value};
use url::Url;

use super::kind::{ListKind, StatusEntry};
use super::list::StatusList;
use crate::base::base64url;
use crate::base::secret::Digest;
use crate::jose::x5c::CERTIFICATE_BYTES;
use crate::trust::status_policy::StatusPolicy;

/// The longest identifier, in bytes.
const IDENTIFIER_BYTES: usize = 256;

/// How a credential says where its status is kept: by the rules of its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusNaming {
    /// The claim `status` of an SD-JWT VC (Token Status List 6.2).
    Claim,
    /// `status` of a mobile security object (ISO/IEC 18013-5, second edition, 12.3.6), as JSON: byte strings are
    /// base64url.
    Mso,
}

/// Where the issuer keeps the status of one credential. Made for an authentic credential, and by
/// [`StatusPlace`](super::check::StatusPlace) from what such a one left behind: nothing else leads to a fetch.
pub struct StatusReference {
    pub(super) entry: StatusEntry,
    pub(super) kind: ListKind,
    pub(super) uri: String,
    pub(super) url: Url,
    /// Hash of the certificate under which the list must be signed, where the credential names one.
    pub(super) certificate: Option<String>,
    pub(super) policy: StatusPolicy,
}

impl StatusReference {
    /// The address exactly as the issuer wrote it, to be compared with `sub`.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The address to fetch.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What is fetched there.
    pub fn kind(&self) -> ListKind {
        self.kind
    }

    /// What the operator wants.
    pub fn policy(&self) -> StatusPolicy {
        self.policy
    }
}

impl StatusReference {
    /// Whether `list` is the one of `issuer` at this address.
    pub(super) fn is_answered_by(&self, list: &StatusList, issuer: &str) -> bool {
        list.uri() == self.uri && list.kind() == self.kind && list.issuer() == issuer
    }

    /// Whether the certificate that the credential names, where it does, is that of the signer of `list` or one above it.
    pub(super) fn is_certified_by(&self, list: &StatusList) -> bool {
        let holds = |hash: &String| list.chain().is_some_and(|chain| chain.passes(hash));
        self.certificate.as_ref().is_none_or(holds)
    }
}

/// It tells one holder from another (TSL 12.3).
impl fmt::Debug for StatusReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusReference(..)")
    }
}

/// A list and those beside it.
type References = (StatusReference, Vec<StatusReference>);

/// Every list of a kind that is known here, at least one. Others beside them are passed over (REQ-7.15).
pub(super) fn read(
    naming: StatusNaming,
    status: &Value,
    policy: StatusPolicy,
) -> Result<References, &'static str> {
    let mechanisms = status.as_object().ok_or("`status` is not an object")?;
    match naming {
        StatusNaming::Claim => {
            let list = mechanisms
                .get("status_list")
                .ok_or("`status` names no mechanism that is known here: `status_list` is missing")?;
            let list = list.as_object().ok_or("`status.status_list` is not an object")?;
            Ok((reference(index(list)?, ListKind::StatusList, list, policy)?, Vec::new()))
        }
        StatusNaming::Mso => of_mso(mechanisms, policy),
    }
}

fn of_mso(mechanisms: &Map<String, Value>, policy: StatusPolicy) -> Result<References, &'static str> {
    let mut references = Vec::new();
    for (name, kind) in
        [("status_list", ListKind::StatusListCwt), ("identifier_list", ListKind::IdentifierListCwt)]
    {
        let Some(list) = mechanisms.get(name) else { continue };
        let list = list.as_object().ok_or("a list in `status` is not a map")?;
        let entry = if kind == ListKind::IdentifierListCwt { identifier(list)? } else { index(list)? };
        references.push(reference(entry, kind, list, policy)?);
    }
    let mut references = references.into_iter();
    let first = references.next().ok_or(
        "`status` names no mechanism that is known here: neither `status_list` nor `identifier_list`",
    )?;
    Ok((first, references.collect()))
}

fn index(list: &Map<String, Value>) -> Result<StatusEntry, &'static str> {
    let index = list.get("idx").and_then(Value::as_u64);
    index.map(StatusEntry::Index).ok_or("`idx` of the status list is not a whole number from 0 on")
}

fn identifier(list: &Map<String, Value>) -> Result<StatusEntry, &'static str> {
    let id = list
        .get("id")
        .and_then(Value::as_str)
        .filter(|id| base64url::decode(id).is_ok_and(|bytes| (1..=IDENTIFIER_BYTES).contains(&bytes.len())));
    let id = id.ok_or("`id` of the identifier list is not a byte string of 1 to 256 bytes")?;
    Ok(StatusEntry::Identifier(id.to_owned()))
}

fn reference(
    entry: StatusEntry,
    kind: ListKind,
    list: &Map<String, Value>,
    policy: StatusPolicy,
) -> Result<StatusReference, &'static str> {
    let uri = list.get("uri").and_then(Value::as_str).ok_or("`uri` of a list in `status` is not a string")?;
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or("`uri` of a list in `status` is not a web address")?;
    let certificate = match list.get("certificate").filter(|_| kind.is_of_mdoc()) {
        None => None,
        Some(given) => {
            let der = given.as_str().and_then(|text| base64url::decode(text).ok());
            let der = der.filter(|der| der.len() <= CERTIFICATE_BYTES);
            let der = der.ok_or("`certificate` of a list in `status` is not a certificate")?;
            Some(base64url::encode(Digest::of(&der).as_bytes()))
        }
    };
    Ok(StatusReference { entry, kind, uri: uri.to_owned(), url, certificate, policy })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URI: &str = "https://status.example/1";

    fn of(status: &Value) -> Result<Vec<StatusReference>, &'static str> {
        let (first, others) = read(StatusNaming::Mso, status, StatusPolicy::default())?;
        Ok(std::iter::once(first).chain(others).collect())
    }

    #[test]
    fn req_14_60_an_mdoc_names_a_status_list_or_an_identifier_list_or_both() {
        let (index, id) = (json!({"idx": 13, "uri": URI}), json!({"id": "Cgs", "uri": URI}));
        let kinds =
            |status: &Value| of(status).unwrap().iter().map(StatusReference::kind).collect::<Vec<_>>();
        assert_eq!(kinds(&json!({"status_list": index})), [ListKind::StatusListCwt]);
        assert_eq!(kinds(&json!({"identifier_list": id, "x": 1})), [ListKind::IdentifierListCwt]);
        let both = json!({"identifier_list": id, "status_list": index});
        assert_eq!(kinds(&both), [ListKind::StatusListCwt, ListKind::IdentifierListCwt]);
        // Half of it does not do.
        for half in ["status_list", "identifier_list"] {
            let mut wrong = both.clone();
            wrong[half]["uri"] = "status.example".into();
            assert!(of(&wrong).is_err(), "{half}");
        }
    }

    #[test]
    fn req_14_60_what_is_malformed_or_not_known_is_no_reference() {
        for wrong in [
            json!({}),
            json!({"future_list": {"uri": URI}}),
            json!({"status_list": 7}),
            json!({"status_list": {"idx": -1, "uri": URI}}),
            json!({"status_list": {"uri": URI}}),
            json!({"identifier_list": {"uri": URI}}),
            json!({"identifier_list": {"id": "", "uri": URI}}),
            json!({"identifier_list": {"id": "a+/", "uri": URI}}),
            json!({"identifier_list": {"id": "A".repeat(344), "uri": URI}}),
            json!({"identifier_list": {"id": "Cgs", "uri": "file:///etc/passwd"}}),
            json!({"identifier_list": {"id": "Cgs", "uri": URI, "certificate": 7}}),
            json!({"identifier_list": {"id": "Cgs", "uri": URI, "certificate": "A".repeat(12_000)}}),
            json!("valid"),
        ] {
            assert!(of(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn req_14_60_the_claim_of_an_sd_jwt_names_a_status_list_and_nothing_else() {
        let claim = |status: &Value| read(StatusNaming::Claim, status, StatusPolicy::default());
        let (known, others) = claim(&json!({"status_list": {"idx": 1, "uri": URI}})).unwrap();
        assert_eq!((known.kind(), others.len()), (ListKind::StatusList, 0));
        assert!(claim(&json!({"identifier_list": {"id": "Cgs", "uri": URI}})).is_err());
    }
}
