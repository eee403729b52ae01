//! What the browser's Digital Credentials API handed to our page (OpenID4VP 1.0 Appendix A.4).

use std::fmt;

use super::opened::{self, Opened, parameters, text};
use super::{ENVELOPE, PARAMETERS, ResponseParameters};
use crate::base::json;
use crate::base::report::{Findings, Rejection, Rule};
use crate::jose::jwe::EncryptionKey;
use crate::openid4vp::request::{DcApiRequest, VpRequest};

const PROTOCOL: Rule = Rule { check: "dc_api_protocol", requirement: "OpenID4VP A.1" };

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

impl fmt::Debug for DcApiResponse {
    /// Presentations are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DcApiResponse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
