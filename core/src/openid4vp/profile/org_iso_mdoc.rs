//! The same question by the protocol `org-iso-mdoc` (ISO/IEC 18013-7 Annex C), for browsers that know no other. It
//! stands beside the OpenID4VP request in one call of the browser's API; whichever is answered, there is one result.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::dcql::{CredentialQuery, PathElement, Query};
use super::super::request::VpRequest;
use crate::org_iso_mdoc::{DeviceRequest, DocRequest, EncryptionInfo, PROTOCOL};
use crate::trust::CredentialFormat;

/// The question as this protocol has it: what is asked of each document. `None` where it cannot say that (REQ-14.77):
/// it knows neither other formats nor values, alternatives and agreements, and answers name a document by its type
/// alone.
pub fn doc_requests(query: &Query) -> Option<Vec<DocRequest>> {
    let documents = query.credentials();
    let types: Vec<_> = documents.iter().map(|document| &document.meta.types).collect();
    let twice = types.iter().enumerate().any(|(place, one)| types.iter().take(place).any(|it| it == one));
    if twice || !query.credential_sets().is_empty() {
        return None;
    }
    documents.iter().map(doc_request).collect()
}

fn doc_request(asked: &CredentialQuery) -> Option<DocRequest> {
    let CredentialQuery { meta, claims, claim_sets, multiple, .. } = asked;
    let alternatives = !claim_sets.is_empty() || *multiple;
    let [doctype] = meta.types.as_slice() else { return None };
    if meta.format != CredentialFormat::MsoMdoc || alternatives || claims.is_empty() {
        return None;
    }
    let mut elements: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for claim in claims {
        let [PathElement::Name(namespace), PathElement::Name(element)] = claim.path.elements() else {
            return None;
        };
        if !claim.values.is_empty() {
            return None;
        }
        let kept = claim.intent_to_retain.unwrap_or_default();
        elements.entry(namespace).or_default().insert(element, kept);
    }
    Some(DocRequest::new(doctype, &elements))
}

/// What the wallet encrypts its answer by, made of the row alone. `None` where this protocol is not offered.
pub fn encryption_info(asked: &VpRequest) -> Option<EncryptionInfo> {
    let key = asked.answer_key.as_ref().filter(|_| asked.org_iso_mdoc)?;
    EncryptionInfo::new(asked.nonce.as_str().as_bytes(), key)
}

/// The request as the browser's API takes it; `documents` with what the reader signed of each.
pub fn request(info: &EncryptionInfo, documents: &[(DocRequest, Option<Vec<u8>>)]) -> Value {
    let request = DeviceRequest::new(documents);
    json!({
        "protocol": PROTOCOL,
        "data": { "deviceRequest": request.as_text(), "encryptionInfo": info.as_text() },
    })
}
