//! Splitting the compact form (RFC 9901 section 4) within bounds, believing nothing.

use std::fmt;

use serde_json::Value;

use super::jwt;
use super::limits::PresentationLimits;
use crate::base::report::{Findings, Rejection, Rule};
use crate::jose::jws::UnverifiedJws;
use crate::trust::{CredentialFormat, IssuerHint};

const BOUNDS: Rule = Rule { check: "sd_jwt_bounds", requirement: "RFC 8725 3.11; limits of this verifier" };
const FORMAT: Rule = Rule { check: "sd_jwt_format", requirement: "RFC 9901 4, 7.1(1)" };
const KEY_BINDING_PRESENT: Rule = Rule { check: "kb_present", requirement: "RFC 9901 7.3(2); OpenID4VP 8.6" };

/// A presentation that was split and bounded. Nothing in it is believed.
pub struct PresentedSdJwt {
    pub(super) text: Received,
    pub(super) issuer_jwt: UnverifiedJws<'static>,
    pub(super) key_binding_jwt: Option<UnverifiedJws<'static>>,
    pub(super) holder_binding: HolderBinding,
    pub(super) limits: PresentationLimits,
    /// Whether it came in JSON serialisation (RFC 9901 section 8).
    pub(super) json_serialization: bool,
}

/// Whether a presentation must prove that it comes from the holder. Decided by the question, before
/// anything that arrived is looked at (RFC 9901 sections 7.3(1), 9.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderBinding {
    /// A key-binding JWT must be there and hold.
    Required,
    /// It may be absent. One that is there must hold all the same, and proves nothing more.
    NotRequired,
}

impl PresentedSdJwt {
    /// Splits `<issuer-signed JWT>~<Disclosure>~...~<KB-JWT>`, with holder binding.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn parse(
        text: &str,
        limits: &PresentationLimits,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        Self::parse_with(HolderBinding::Required, text, limits, findings)
    }

    /// Parses a presentation with holder binding or, where the request does not ask for it, without. Lengths are
    /// looked at before anything is counted, counts before anything is decoded.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn parse_with(
        holder_binding: HolderBinding,
        text: &str,
        limits: &PresentationLimits,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        if text.len() > limits.bytes {
            return Err(
                findings.fail(&BOUNDS, format!("the presentation is longer than {} bytes", limits.bytes))
            );
        }
        let Some((signed, key_binding_jwt)) = text.rsplit_once('~') else {
            return Err(findings.fail(&FORMAT, "there is no `~`: this is a plain JWT or something else"));
        };
        let mut parts = signed.split('~');
        let issuer_jwt = parts.next().unwrap_or_default();
        if parts.clone().count() > limits.disclosures {
            return Err(findings.fail(&BOUNDS, format!("more than {} Disclosures", limits.disclosures)));
        }
        for disclosure in parts {
            if disclosure.len() > limits.disclosure_bytes {
                let detail = format!("a Disclosure is longer than {} bytes", limits.disclosure_bytes);
                return Err(findings.fail(&BOUNDS, detail));
            }
            if disclosure.is_empty() || !disclosure.bytes().all(is_base64url) {
                return Err(findings.fail(&FORMAT, "a Disclosure is empty or not unpadded base64url"));
            }
        }
        findings.pass(&BOUNDS, "within the limits on length and on the number of Disclosures");
        if !key_binding_jwt.is_empty() && !key_binding_jwt.contains('.') {
            return Err(findings.fail(
                &FORMAT,
                "what follows the last `~` is not a JWT: is the final `~` of an SD-JWT missing?",
            ));
        }
        findings.pass(&FORMAT, "an issuer-signed JWT, Disclosures and a last part, joined by `~`");
        let has_key_binding = is_bound(holder_binding, key_binding_jwt, findings)?;
        let issuer_jwt = jwt::read(issuer_jwt, limits, &jwt::ISSUER, findings)?;
        let key_binding_jwt = has_key_binding
            .then(|| jwt::read(key_binding_jwt, limits, &jwt::KEY_BINDING, findings))
            .transpose()?;
        let text = Received { text: text.to_owned(), signed_length: signed.len() + 1 };
        let (limits, json_serialization) = (*limits, false);
        Ok(Self { text, issuer_jwt, key_binding_jwt, holder_binding, limits, json_serialization })
    }

    /// What the unverified token says about its issuer: good for looking up whether we believe it, for nothing else.
    pub fn issuer_hint(&self) -> IssuerHint<'_> {
        let text = |name| self.issuer_jwt.unverified_claim(name).and_then(Value::as_str);
        IssuerHint {
            format: CredentialFormat::SdJwtVc,
            iss: text("iss"),
            credential_type: text("vct"),
            kid: self.issuer_jwt.kid(),
            x5c: self.issuer_jwt.header().get("x5c"),
            json_serialization: self.json_serialization,
        }
    }

    /// Whether it can have been made for the request of this nonce. Good for turning away what was
    /// made for another one; it becomes a proof only by [`PresentedSdJwt::authenticate`].
    pub fn may_answer(&self, nonce: &str) -> bool {
        let said =
            |jwt: &UnverifiedJws<'_>| jwt.unverified_claim("nonce").and_then(Value::as_str) == Some(nonce);
        self.key_binding_jwt.as_ref().is_none_or(said)
    }
}

impl fmt::Debug for PresentedSdJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedSdJwt(..)")
    }
}

/// The text as received: digests are over it, never over something written anew (REQ-4.11).
pub(crate) struct Received {
    text: String,
    signed_length: usize,
}

impl Received {
    /// All of it.
    pub(crate) fn whole(&self) -> &str {
        &self.text
    }

    /// Everything up to and including the last `~`: what `sd_hash` covers (RFC 9901 section 4.3.1).
    pub(crate) fn signed(&self) -> &str {
        self.text.get(..self.signed_length).unwrap_or_default()
    }

    /// The Disclosures, in the order received.
    pub(super) fn disclosures(&self) -> impl Iterator<Item = &str> {
        self.signed().strip_suffix('~').unwrap_or_default().split('~').skip(1)
    }
}

/// Whether a key-binding JWT is there, which is for the question to demand, not for the text to decide.
fn is_bound(
    demanded: HolderBinding,
    key_binding_jwt: &str,
    findings: &mut Findings,
) -> Result<bool, Rejection> {
    match (demanded, key_binding_jwt.is_empty()) {
        (HolderBinding::Required, true) => Err(findings.fail(
            &KEY_BINDING_PRESENT,
            "the text ends in `~`: the wallet sent no key-binding JWT, but holder binding is demanded",
        )),
        (HolderBinding::NotRequired, true) => {
            findings.not_applicable(&KEY_BINDING_PRESENT, "no key-binding JWT, and the query demands none");
            Ok(false)
        }
        (HolderBinding::Required, false) => {
            findings.pass(&KEY_BINDING_PRESENT, "a key-binding JWT follows the last `~`");
            Ok(true)
        }
        (HolderBinding::NotRequired, false) => {
            findings.not_applicable(
                &KEY_BINDING_PRESENT,
                "a key-binding JWT that the query does not demand: it must hold, and proves nothing more",
            );
            Ok(true)
        }
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
