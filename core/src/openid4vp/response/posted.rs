//! What a wallet posts (OpenID4VP 1.0 sections 8.2, 8.3): parameters in the clear, or one JWE that holds
//! them.

use std::fmt;

use serde_json::{Map, Value};

use super::ResponseParameters;
use super::opened::{self, Opened, parameters, text};
use crate::base::id::RequestState;
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::secret::Digest;
use crate::jose::jwe::EncryptionKey;
use crate::openid4vp::request::VpRequest;

const STATE: Rule = Rule { check: "response_state", requirement: "OpenID4VP 8.2, 8.3" };

/// The parameters of a posted answer, each at most once; nothing is decrypted yet.
#[derive(Default)]
pub struct DirectPostResponse {
    /// Those in the clear.
    pub parameters: ResponseParameters,
    /// The `state` in the clear.
    pub state: Option<String>,
    /// The encrypted answer, a JWE.
    pub response: Option<String>,
    /// It came as a JSON object instead of a form. Such a wallet (the vendor's kit) sends no `state`; the
    /// address names the request.
    pub as_json: bool,
}

/// Why an answer does not belong to the request that its address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OtherState {
    #[error("the `state` is not that of the request at this address")]
    Wrong,
    /// A form in the clear must have one.
    #[error("there is no `state` in the form")]
    Missing,
}

impl DirectPostResponse {
    /// From the members of a JSON body.
    pub fn from_json(mut members: Map<String, Value>) -> Self {
        Self {
            state: text(&mut members, "state"),
            response: text(&mut members, "response"),
            parameters: parameters(members),
            as_json: true,
        }
    }

    /// Stands for the answer: equal for two that say the same, whatever order or encoding they came in.
    pub fn digest(&self) -> Digest {
        let ResponseParameters { vp_token, error, error_description, iss } = &self.parameters;
        let mut text = vec![u8::from(self.as_json)];
        for parameter in [&self.state, &self.response, vp_token, error, error_description, iss] {
            let Some(value) = parameter else {
                text.push(0);
                continue;
            };
            // The length keeps two neighbours apart.
            text.push(1);
            text.extend(value.len().to_be_bytes());
            text.extend(value.as_bytes());
        }
        Digest::of(&text)
    }

    /// Whether what stands in the clear belongs to the request that the address names: a `state` must be
    /// the same (compared in constant time), and a form without an encrypted part must hold one (REQ-2.6).
    ///
    /// # Errors
    /// [`OtherState`]
    pub fn fits(&self, state: &RequestState) -> Result<(), OtherState> {
        match &self.state {
            Some(shown) if same(shown, state) => Ok(()),
            Some(_) => Err(OtherState::Wrong),
            None if self.as_json || self.response.is_some() => Ok(()),
            None => Err(OtherState::Missing),
        }
    }

    /// The parameters of the answer to `asked`; `key` is the one made for it.
    ///
    /// # Errors
    /// [`Rejection`] when the answer is encrypted and was not to be, or the other way round; when it cannot
    /// be decrypted or is no JSON object; when the `state` inside is missing or another request's (REQ-2.36).
    pub fn open(
        self,
        asked: &VpRequest,
        key: Option<&EncryptionKey>,
        findings: &mut Findings,
    ) -> Result<ResponseParameters, Rejection> {
        let mode = asked.response_mode;
        let mut members = match opened::open(self.parameters, self.response, mode, key, findings)? {
            Opened::Plain(parameters) => return Ok(parameters),
            Opened::Decrypted(members) => members,
        };
        match text(&mut members, "state") {
            Some(inside) if same(&inside, &asked.state) => {
                findings.pass(&STATE, "the state inside is that of the request");
            }
            Some(_) => return Err(findings.fail(&STATE, "the state inside is another request's")),
            None => return Err(findings.fail(&STATE, "there is no state inside")),
        }
        opened::native(&members, asked.profile, findings)?;
        Ok(parameters(members))
    }
}

impl fmt::Debug for DirectPostResponse {
    /// Presentations are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectPostResponse").field("as_json", &self.as_json).finish_non_exhaustive()
    }
}

fn same(shown: &str, state: &RequestState) -> bool {
    Digest::of(shown.as_bytes()) == Digest::of(state.as_str().as_bytes())
}

#[cfg(test)]
mod tests;
