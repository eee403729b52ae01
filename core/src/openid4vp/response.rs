//! The wallet's answer (OpenID4VP 1.0 section 8): which shape it has, and what it says.

mod handed;
mod opened;
mod posted;

use std::fmt;

use serde_json::{Map, Value};

pub use self::handed::DcApiResponse;
pub use self::posted::{DirectPostResponse, OtherState};
use super::dcql::{CredentialQuery, Query};
use super::request::{Profile, VpRequest};
pub use super::wallet_error::WalletError;
use crate::base::base64url;
use crate::base::json::{self, Bounds};
use crate::base::report::{Findings, Rejection, Rule};
use crate::credential::Presented;
use crate::sdjwt::limits::PresentationLimits;
use crate::sdjwt::parse::HolderBinding;

/// The envelope of presentations: an object of arrays of strings, or of SD-JWTs in JSON serialisation,
/// which is five levels of its own. Whoever reads an answer bounds its length by what is configured, and
/// each presentation has its own bounds; these hold whatever is configured.
const ENVELOPE: Bounds = Bounds { bytes: 32 << 20, depth: 7, members: 20_000 };

const PARAMETERS: Rule = Rule { check: "response_parameters", requirement: "OpenID4VP 8.1, 8.5" };
const ISSUER: Rule = Rule { check: "response_issuer", requirement: "RFC 9207 2.4; OpenID4VP 8.1" };
const SHAPE: Rule = Rule { check: "vp_token_shape", requirement: "OpenID4VP 8.1" };
const ASKED: Rule = Rule { check: "vp_token_only_what_was_asked", requirement: "OpenID4VP 8.1, 8.6" };
const COUNT: Rule = Rule { check: "vp_token_count", requirement: "OpenID4VP 6.1, 8.1" };

/// Most presentations for one credential query that allows several.
const MAX_PRESENTATIONS: usize = 16;
/// Most presentations in one answer: each costs two signatures.
const MAX_ALTOGETHER: usize = 48;
const NOT_A_PRESENTATION: &str = "a presentation is neither a string nor an object";

/// The parameters of an authorization response after the endpoint has read the form: each at most once.
#[derive(Default)]
pub struct ResponseParameters {
    /// The presentations, in one of three shapes.
    pub vp_token: Option<String>,
    /// The wallet's error code.
    pub error: Option<String>,
    /// The wallet's words, which are not kept.
    pub error_description: Option<String>,
    /// The wallet's issuer identifier, where it says so (RFC 9207).
    pub iss: Option<String>,
}

/// What a wallet answered.
#[derive(Debug)]
pub enum WalletAnswer {
    /// It shows something.
    Presented(VpToken),
    /// It does not.
    Refused(WalletError),
}

/// A `vp_token` of one of the three shapes of [`VpTokenShape`]; what it holds is not looked at yet.
pub struct VpToken {
    shape: VpTokenShape,
    content: VpTokenContent,
}

/// How a `vp_token` was written down. Wallets differ; the report says which was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpTokenShape {
    /// The JSON object of OpenID4VP 1.0 section 8.1.
    JsonObject,
    /// The JSON object as base64url (the vendor's SDK).
    EncodedObject,
    /// One SD-JWT (the vendor's document).
    BareSdJwt,
}

enum VpTokenContent {
    Object(Map<String, Value>),
    Bare(String),
}

/// One presentation of the answer, split and bounded, with the credential query id it answers.
#[derive(Debug)]
pub struct PresentedCredential {
    /// The credential query id.
    pub credential: String,
    /// Which of the presentations for it, counted from 1; `None` where only one is allowed.
    pub number: Option<usize>,
    /// What was shown; nothing in it is believed.
    pub presented: Presented,
}

impl ResponseParameters {
    /// The same, if it can be an answer of the wallet that was `asked`. Where its issuer identifier is known, an answer that
    /// names another one is a mix-up, and so is one that names none from a wallet that promises to
    /// (`must_name_itself`; RFC 9207 section 2.4), whatever it says.
    ///
    /// # Errors
    /// [`Rejection`]; also for a `vp_token` of a shape that this wallet's profile does not have.
    pub fn of_wallet(
        self,
        asked: &VpRequest,
        must_name_itself: bool,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        findings.about(None);
        match (&asked.wallet_issuer, &self.iss) {
            (Some(issuer), Some(iss)) if issuer != iss => {
                return Err(findings
                    .fail(&ISSUER, "the response names another issuer than the wallet that was asked"));
            }
            (Some(_), None) if must_name_itself => {
                return Err(findings.fail(
                    &ISSUER,
                    "the response names no issuer, though the wallet's metadata say that its responses do",
                ));
            }
            _ => {}
        }
        self.shaped_for(asked.profile, findings)
    }

    /// This answer, if its `vp_token` has a shape that `profile` knows.
    ///
    /// # Errors
    /// [`Rejection`]
    fn shaped_for(self, profile: Profile, findings: &mut Findings) -> Result<Self, Rejection> {
        let is_object = |text: &String| text.trim_ascii_start().starts_with('{');
        if self.vp_token.as_ref().is_none_or(is_object) || profile.takes_vendor_shapes() {
            return Ok(self);
        }
        Err(findings.fail(&SHAPE, "the vp_token is no JSON object, the one shape that OpenID4VP 1.0 has"))
    }
}

impl WalletAnswer {
    /// Reads the answer. An error counts even where a `vp_token` stands beside it (REQ-2.40).
    ///
    /// # Errors
    /// [`Rejection`] when there is neither, or the `vp_token` has none of the three shapes.
    pub fn parse(parameters: ResponseParameters, findings: &mut Findings) -> Result<Self, Rejection> {
        findings.about(None);
        if let Some(code) = parameters.error {
            return Ok(Self::Refused(WalletError::from_code(&code)));
        }
        let Some(text) = parameters.vp_token.filter(|text| !text.is_empty()) else {
            return Err(findings.fail(&PARAMETERS, "the response has neither vp_token nor error"));
        };
        VpToken::read(text, findings).map(Self::Presented)
    }
}

impl VpToken {
    /// How it was written down.
    pub fn shape(&self) -> VpTokenShape {
        self.shape
    }

    /// The presentations within the default limits, in the order of the query; nothing is believed yet. One that is no SD-JWT
    /// within bounds is discarded, and whether what remains is enough is for others to say (section 8.6).
    ///
    /// # Errors
    /// [`Rejection`] when something was not asked for or is shaped otherwise, and when any presentation
    /// was made for another nonce: both end the whole response (REQ-3.8).
    pub fn shown(
        self,
        query: &Query,
        nonce: &str,
        findings: &mut Findings,
    ) -> Result<Vec<PresentedCredential>, Rejection> {
        self.shown_within(&PresentationLimits::default(), query, nonce, findings)
    }

    /// [`Self::shown`], each presentation within `limits`.
    ///
    /// # Errors
    /// As [`Self::shown`].
    pub fn shown_within(
        self,
        limits: &PresentationLimits,
        query: &Query,
        nonce: &str,
        findings: &mut Findings,
    ) -> Result<Vec<PresentedCredential>, Rejection> {
        findings.about(None);
        let elements = match self.content {
            VpTokenContent::Bare(text) => {
                vec![(only_credential(query, findings)?, vec![Value::String(text)])]
            }
            VpTokenContent::Object(object) => elements(object, query, findings)?,
        };
        let mut shown = Vec::with_capacity(elements.len());
        for (credential, elements) in elements {
            for (element, number) in elements.iter().zip(1..) {
                let number = credential.multiple.then_some(number);
                findings.about_presentation(&credential.id, number);
                match presented(element, credential, limits, findings) {
                    Ok(presented) => {
                        presented.refuse_other_nonce(nonce, findings)?;
                        shown.push(PresentedCredential {
                            credential: credential.id.clone(),
                            number,
                            presented,
                        });
                    }
                    Err(rejection) => findings.discard(rejection),
                }
            }
        }
        findings.about(None);
        Ok(shown)
    }

    /// Recognises the shape.
    ///
    /// # Errors
    /// [`Rejection`] when it has none of the three.
    pub fn read(text: String, findings: &mut Findings) -> Result<Self, Rejection> {
        if text.len() > ENVELOPE.bytes {
            return Err(
                findings.fail(&SHAPE, format!("the vp_token is longer than {} bytes", ENVELOPE.bytes))
            );
        }
        if text.starts_with('\u{feff}') {
            return Err(findings.fail(&SHAPE, "the vp_token begins with a byte order mark"));
        }
        let token = if text.trim_ascii_start().starts_with('{') {
            let object = read_object(text.as_bytes(), findings)?;
            Self { shape: VpTokenShape::JsonObject, content: VpTokenContent::Object(object) }
        } else if text.trim_ascii_start().starts_with(['"', '[']) {
            // REQ-3.6: a JSON string that holds an SD-JWT is no shape anybody documented.
            return Err(findings.fail(&SHAPE, "the vp_token is JSON, but not an object"));
        } else if text.contains('~') && text.starts_with(is_base64url) {
            Self { shape: VpTokenShape::BareSdJwt, content: VpTokenContent::Bare(text) }
        } else {
            let Ok(decoded) = base64url::decode(&text) else {
                return Err(findings.fail(
                    &SHAPE,
                    "the vp_token is neither a JSON object, nor an SD-JWT, nor base64url of a JSON object",
                ));
            };
            let object = read_object(&decoded, findings)?;
            Self { shape: VpTokenShape::EncodedObject, content: VpTokenContent::Object(object) }
        };
        findings.pass(
            &SHAPE,
            match token.shape {
                VpTokenShape::JsonObject => "a JSON object, as OpenID4VP 1.0 has it",
                VpTokenShape::EncodedObject => "base64url of a JSON object",
                VpTokenShape::BareSdJwt => "a bare SD-JWT",
            },
        );
        Ok(token)
    }
}

/// What every JWT, and so every bare SD-JWT, begins with.
fn is_base64url(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn read_object(text: &[u8], findings: &mut Findings) -> Result<Map<String, Value>, Rejection> {
    json::parse_object(text, &ENVELOPE)
        .map_err(|fault| findings.fail(&SHAPE, format!("the vp_token is no acceptable JSON object: {fault}")))
}

/// REQ-3.5: a bare SD-JWT does not say which question it answers.
fn only_credential<'q>(query: &'q Query, findings: &mut Findings) -> Result<&'q CredentialQuery, Rejection> {
    match query.credentials() {
        [only] => Ok(only),
        _ => Err(findings.fail(&SHAPE, "a bare SD-JWT cannot answer a query for several credentials")),
    }
}

/// Whether holder binding is needed is for the query to say, whatever arrived (REQ-4.3).
fn presented(
    element: &Value,
    credential: &CredentialQuery,
    limits: &PresentationLimits,
    findings: &mut Findings,
) -> Result<Presented, Rejection> {
    let binding = match credential.holder_binding {
        true => HolderBinding::Required,
        false => HolderBinding::NotRequired,
    };
    Presented::read(credential.meta.format, binding, element, limits, findings)
}

/// REQ-3.1 to 3.4: ids that were asked for, each with an array of as many presentations as the query
/// allows: strings, or objects where they are in JSON serialisation.
fn elements<'q>(
    mut object: Map<String, Value>,
    query: &'q Query,
    findings: &mut Findings,
) -> Result<Vec<(&'q CredentialQuery, Vec<Value>)>, Rejection> {
    if object.keys().any(|id| query.credential(id).is_none()) {
        return Err(findings.fail(&ASKED, "the vp_token holds a credential query id that was not asked for"));
    }
    findings.pass(&ASKED, "every credential query id was asked for");
    let mut elements = Vec::with_capacity(query.credentials().len());
    for credential in query.credentials() {
        let Some(value) = object.remove(&credential.id) else { continue };
        findings.about(Some(&credential.id));
        let several = several(value, credential.multiple);
        elements.push((credential, several.map_err(|detail| findings.fail(&COUNT, detail))?));
    }
    findings.about(None);
    if elements.iter().map(|(_, several)| several.len()).sum::<usize>() > MAX_ALTOGETHER {
        return Err(findings.fail(&COUNT, "more than 48 presentations altogether"));
    }
    findings.pass(&COUNT, "as many presentations as the query allows for each credential");
    Ok(elements)
}

fn several(value: Value, multiple: bool) -> Result<Vec<Value>, &'static str> {
    let Value::Array(items) = value else { return Err("must be an array of presentations") };
    match items.len() {
        0 => return Err("an empty array: a credential that is not shown has no entry"),
        1 => {}
        _ if !multiple => return Err("more than one presentation, but the query does not allow multiple"),
        count if count > MAX_PRESENTATIONS => return Err("more than 16 presentations"),
        _ => {}
    }
    if items.iter().all(|item| item.is_string() || item.is_object()) {
        Ok(items)
    } else {
        Err(NOT_A_PRESENTATION)
    }
}

impl fmt::Debug for VpToken {
    /// The shape only: presentations are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VpToken").field("shape", &self.shape).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
