//! What a wallet posts (OpenID4VP 1.0 sections 8.2, 8.3): parameters in the clear, or one JWE that holds
//! them.

use std::fmt;

use serde_json::{Map, Value};

use super::{ENVELOPE, PARAMETERS, ResponseParameters};
use crate::domain::base::id::RequestState;
use crate::domain::base::json;
use crate::domain::base::report::{Findings, Rejection, Rule};
use crate::domain::base::secret::Digest;
use crate::domain::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use crate::domain::openid4vp::request::Asked;

const ENCRYPTED: Rule = Rule { check: "response_encryption", requirement: "OpenID4VP 8.3" };
const STATE: Rule = Rule { check: "response_state", requirement: "OpenID4VP 8.2, 8.3" };

/// The longest JWE that is read, in bytes: what fits into a posted form.
const MOST_JWE_BYTES: usize = 192 * 1024;

/// The parameters of a posted answer, each at most once; nothing is decrypted yet.
#[derive(Default)]
pub struct Posted {
    /// Those in the clear.
    pub parameters: ResponseParameters,
    /// The `state` in the clear.
    pub state: Option<String>,
    /// The JWE.
    pub response: Option<String>,
    /// It came as a JSON object instead of a form. Such a wallet (the vendor's kit) sends no `state`; the
    /// address names the request.
    pub as_json: bool,
}

impl Posted {
    /// From the members of a JSON body. A `vp_token` may be a string or an object; members of another
    /// kind count as left out.
    pub fn from_json(mut members: Map<String, Value>) -> Self {
        Self {
            state: text(&mut members, "state"),
            response: text(&mut members, "response"),
            parameters: parameters(members),
            as_json: true,
        }
    }

    /// Whether what stands in the clear belongs to the request that the address names: a `state` must be
    /// the same (compared in constant time), and a form without an encrypted part must hold one (REQ-2.6).
    pub fn fits(&self, state: &RequestState) -> bool {
        match &self.state {
            Some(shown) => same(shown, state),
            None => self.as_json || self.response.is_some(),
        }
    }

    /// The parameters of the answer to `asked`; `key` is the one made for it. An error may always come in
    /// the clear, a presentation only when no encryption was asked for (REQ-2.35).
    ///
    /// # Errors
    /// [`Rejection`] when the answer is encrypted and was not to be, or the other way round; when it cannot
    /// be decrypted or is no JSON object; when the `state` inside is missing or another request's (REQ-2.36).
    pub fn open(
        self,
        asked: &Asked,
        key: Option<&EncryptionKey>,
        findings: &mut Findings,
    ) -> Result<ResponseParameters, Rejection> {
        findings.about(None);
        if self.parameters.error.is_some() {
            return Ok(self.parameters);
        }
        let (jwe, key) = match (self.response, asked.response_mode.is_encrypted()) {
            (None, false) => return Ok(self.parameters),
            (Some(_), false) => {
                return Err(findings.fail(&PARAMETERS, "an encrypted response was not asked for"));
            }
            (None, true) => {
                return Err(findings.fail(&ENCRYPTED, "the response was to be encrypted, and is not"));
            }
            (Some(jwe), true) => (jwe, key),
        };
        if self.parameters.vp_token.is_some() {
            return Err(
                findings.fail(&ENCRYPTED, "there is a vp_token in the clear beside the encrypted one")
            );
        }
        let Some(key) = key else {
            return Err(findings.fail(&ENCRYPTED, "the key of this request is gone"));
        };
        let content = EncryptedText::parse(&jwe, MOST_JWE_BYTES)
            .and_then(|text| key.decrypt(&text, &ContentEncryption::ALL))
            .map_err(|fault| findings.fail(&ENCRYPTED, format!("the response is unusable: {fault}")))?;
        let mut members = json::parse_object(&content, &ENVELOPE).map_err(|fault| {
            findings.fail(&ENCRYPTED, format!("what was encrypted is no acceptable JSON object: {fault}"))
        })?;
        findings.pass(&ENCRYPTED, "encrypted to the key of this request");
        match text(&mut members, "state") {
            Some(inside) if same(&inside, &asked.state) => {
                findings.pass(&STATE, "the state inside is that of the request");
            }
            Some(_) => return Err(findings.fail(&STATE, "the state inside is another request's")),
            None => return Err(findings.fail(&STATE, "there is no state inside")),
        }
        Ok(parameters(members))
    }
}

impl fmt::Debug for Posted {
    /// Presentations are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posted").field("as_json", &self.as_json).finish_non_exhaustive()
    }
}

fn parameters(mut members: Map<String, Value>) -> ResponseParameters {
    let vp_token = match members.remove("vp_token") {
        Some(Value::String(text)) => Some(text),
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        _ => None,
    };
    ResponseParameters {
        vp_token,
        // An error of another type is an error still.
        error: members.remove("error").map(|error| match error {
            Value::String(code) => code,
            _ => String::new(),
        }),
        error_description: text(&mut members, "error_description"),
        iss: text(&mut members, "iss"),
    }
}

fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn same(shown: &str, state: &RequestState) -> bool {
    Digest::of(shown.as_bytes()) == Digest::of(state.as_str().as_bytes())
}

#[cfg(test)]
mod tests;
