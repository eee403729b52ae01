//! What the browser's Digital Credentials API handed to our page (OpenID4VP 1.0 Appendix A.4).

use std::fmt;

use serde_json::{Map, Value};

use super::opened::{self, Opened, parameters, text};
use super::{ASKED, ENVELOPE, PARAMETERS, ResponseParameters};
use crate::base::base64url;
use crate::base::json;
use crate::base::report::{Findings, Rejection, Rule};
use crate::jose::jwe::EncryptionKey;
use crate::mdoc::SessionTranscript;
use crate::openid4vp::profile::org_iso_mdoc::encryption_info;
use crate::openid4vp::request::{DcApiRequest, VpRequest};
use crate::org_iso_mdoc::{self, EncryptedResponse, EncryptionInfo};

const PROTOCOL: Rule = Rule { check: "dc_api_protocol", requirement: "OpenID4VP A.1" };
const SEALED: Rule = Rule { check: "response_encryption", requirement: "ISO/IEC 18013-7 Annex C" };

/// The `protocol` and the `data` of a `DigitalCredential`. Where it came from is not in it: what must hold
/// of that comes from the configuration and from the cookie (REQ-2.55).
pub struct DcApiResponse {
    /// As the browser names it.
    pub protocol: String,
    /// The JSON text of an object.
    pub data: String,
}

impl DcApiResponse {
    /// The parameters of the answer to `asked`; `key` is the one made for it. A `state` was not sent, so
    /// none is expected (Appendix A.2).
    ///
    /// # Errors
    /// [`Rejection`] when it is of another protocol than the request, or its data is no JSON object; and as
    /// any answer that is encrypted and was not to be, or the other way round, or cannot be decrypted.
    pub fn open(
        self,
        asked: &VpRequest,
        key: Option<&EncryptionKey>,
        findings: &mut Findings,
    ) -> Result<ResponseParameters, Rejection> {
        findings.about(None);
        if self.protocol == org_iso_mdoc::PROTOCOL
            && let Some(info) = encryption_info(asked)
        {
            findings.pass(&PROTOCOL, "the answer is of a protocol of the request");
            return self.unseal(asked, &info, key, findings);
        }
        let sent = asked.dc_api.map(DcApiRequest::protocol);
        if sent != Some(self.protocol.as_str()) {
            return Err(findings.fail(&PROTOCOL, "the answer is of another protocol than the request"));
        }
        findings.pass(&PROTOCOL, "the answer is of the protocol of the request");
        let mut members = json::parse_object(self.data.as_bytes(), &ENVELOPE).map_err(|fault| {
            findings.fail(&PARAMETERS, format!("the data is no acceptable JSON object: {fault}"))
        })?;
        let response = text(&mut members, "response");
        opened::native(&members, asked.profile, findings)?;
        match opened::open(parameters(members), response, asked.response_mode, key, findings)? {
            Opened::Plain(parameters) => Ok(parameters),
            Opened::Decrypted(members) => {
                opened::native(&members, asked.profile, findings)?;
                Ok(parameters(members))
            }
        }
    }
}

impl DcApiResponse {
    /// What devices have signed for, where the answer to `asked` came by `org-iso-mdoc`: made of the row, like that of
    /// any other protocol.
    pub fn transcript(&self, asked: &VpRequest) -> Option<SessionTranscript> {
        let info = encryption_info(asked).filter(|_| self.protocol == org_iso_mdoc::PROTOCOL)?;
        Some(info.transcript(&asked.origin))
    }

    /// The answer by `org-iso-mdoc`, as the `vp_token` that the same wallet would have sent by the other protocol: each
    /// document by the credential query that asks for its type.
    fn unseal(
        self,
        asked: &VpRequest,
        info: &EncryptionInfo,
        key: Option<&EncryptionKey>,
        findings: &mut Findings,
    ) -> Result<ResponseParameters, Rejection> {
        let mut members = json::parse_object(self.data.as_bytes(), &ENVELOPE).map_err(|fault| {
            findings.fail(&PARAMETERS, format!("the data is no acceptable JSON object: {fault}"))
        })?;
        let Some(response) = text(&mut members, "response") else {
            return Err(findings.fail(&PARAMETERS, "the data has no `response`"));
        };
        let Some(key) = key else {
            return Err(findings.fail(&SEALED, "the key of this request is gone"));
        };
        let transcript = info.transcript(&asked.origin);
        let opened = EncryptedResponse::read(&response).and_then(|sealed| sealed.open(key, &transcript));
        let opened =
            opened.map_err(|fault| findings.fail(&SEALED, format!("the response is unusable: {fault}")))?;
        findings.pass(&SEALED, "encrypted to the key of this request, for the page that asked");
        let vp_token = vp_token(asked, &opened, findings)?;
        Ok(ResponseParameters { vp_token: Some(vp_token), ..ResponseParameters::default() })
    }
}

/// One document is judged as it came. Several are told apart by their types, which differ (REQ-14.77).
fn vp_token(asked: &VpRequest, opened: &[u8], findings: &mut Findings) -> Result<String, Rejection> {
    let mut by_query: Map<String, Value> = Map::new();
    if let [only] = asked.query.credentials() {
        by_query.insert(only.id.clone(), vec![base64url::encode(opened)].into());
        return Ok(Value::Object(by_query).to_string());
    }
    let documents = org_iso_mdoc::by_doctype(opened).map_err(|fault| {
        findings.fail(&SEALED, format!("what was encrypted is no acceptable CBOR: {fault}"))
    })?;
    for (doctype, response) in documents {
        let mut queries = asked.query.credentials().iter();
        let Some(query) = queries.find(|query| query.meta.types.contains(&doctype)) else {
            return Err(
                findings.fail(&ASKED, "the response holds a document of a type that was not asked for")
            );
        };
        let shown = by_query.entry(query.id.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(shown) = shown {
            shown.push(base64url::encode(response).into());
        }
    }
    Ok(Value::Object(by_query).to_string())
}

impl fmt::Debug for DcApiResponse {
    /// Presentations are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DcApiResponse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
