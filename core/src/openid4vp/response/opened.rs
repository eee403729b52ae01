//! An answer in the clear, or one JWE that holds it (OpenID4VP 1.0 section 8.3).

use serde_json::{Map, Value};

use super::{ENVELOPE, PARAMETERS, ResponseParameters, SHAPE};
use crate::base::json;
use crate::base::report::{Findings, Rejection, Rule};
use crate::jose::jwe::{ContentEncryption, EncryptedText, EncryptionKey};
use crate::openid4vp::request::{Profile, ResponseMode};

const ENCRYPTED: Rule = Rule { check: "response_encryption", requirement: "OpenID4VP 8.3" };

/// The longest JWE that is read, in bytes, whatever is configured: an envelope, a third longer. Whoever reads
/// an answer bounds it more narrowly.
const MOST_JWE_BYTES: usize = ENVELOPE.bytes / 3 * 4;

/// What an answer says.
pub(super) enum Opened {
    /// In the clear.
    Plain(ResponseParameters),
    /// The members of what was encrypted.
    Decrypted(Map<String, Value>),
}

/// Opens an answer: `parameters` are those in the clear, `response` the JWE, `key` the one made for the
/// request. An error may always come in the clear, a presentation only when no encryption was asked for
/// (REQ-2.35).
///
/// # Errors
/// [`Rejection`] when the answer is encrypted and was not to be, or the other way round; when it cannot be
/// decrypted or is no JSON object.
pub(super) fn open(
    parameters: ResponseParameters,
    response: Option<String>,
    mode: ResponseMode,
    key: Option<&EncryptionKey>,
    findings: &mut Findings,
) -> Result<Opened, Rejection> {
    findings.about(None);
    if parameters.error.is_some() {
        return Ok(Opened::Plain(parameters));
    }
    let jwe = match (response, mode.is_encrypted()) {
        (None, false) => return Ok(Opened::Plain(parameters)),
        (Some(_), false) => {
            return Err(findings.fail(&PARAMETERS, "an encrypted response was not asked for"));
        }
        (None, true) => {
            return Err(findings.fail(&ENCRYPTED, "the response was to be encrypted, and is not"));
        }
        (Some(jwe), true) => jwe,
    };
    if parameters.vp_token.is_some() {
        return Err(findings.fail(&ENCRYPTED, "there is a vp_token in the clear beside the encrypted one"));
    }
    let Some(key) = key else {
        return Err(findings.fail(&ENCRYPTED, "the key of this request is gone"));
    };
    let content = EncryptedText::parse(&jwe, MOST_JWE_BYTES)
        .and_then(|text| key.decrypt(&text, &ContentEncryption::ALL))
        .map_err(|fault| findings.fail(&ENCRYPTED, format!("the response is unusable: {fault}")))?;
    let members = json::parse_object(&content, &ENVELOPE).map_err(|fault| {
        findings.fail(&ENCRYPTED, format!("what was encrypted is no acceptable JSON object: {fault}"))
    })?;
    findings.pass(&ENCRYPTED, "encrypted to the key of this request");
    Ok(Opened::Decrypted(members))
}

/// The parameters of an answer among its members. A `vp_token` may be a string or an object; members of
/// another kind count as left out.
pub(super) fn parameters(mut members: Map<String, Value>) -> ResponseParameters {
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

/// The members of JSON hold a `vp_token` as native JSON (sections 8.3, A.4), not as text; the vendor's wallet
/// may do otherwise.
///
/// # Errors
/// [`Rejection`]
pub(super) fn native(
    members: &Map<String, Value>,
    profile: Profile,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match members.get("vp_token") {
        Some(Value::String(_)) if !profile.takes_vendor_shapes() => {
            Err(findings.fail(&SHAPE, "the vp_token is text where a native JSON object belongs"))
        }
        _ => Ok(()),
    }
}

/// Takes a member that is a text.
pub(super) fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
