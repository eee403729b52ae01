//! One presentation, of whatever format: the enum that a new format joins.

use serde_json::Value;

use super::Authentic;
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::time::Timestamp;
use crate::cbor::Limits;
use crate::jose::key_set::KeySet;
use crate::mdoc::{PresentedMdoc, SessionTranscript};
#[cfg(any(test, feature = "testing"))]
use crate::plain::PlainText;
use crate::sdjwt;
use crate::sdjwt::key_binding::{ExpectedBinding, NONCE};
use crate::sdjwt::limits::PresentationLimits;
use crate::sdjwt::parse::HolderBinding;
use crate::trust::{CredentialFormat, IssuerHint, TrustedIssuer};

const SHAPE: Rule = Rule { check: "vp_token_count", requirement: "OpenID4VP 6.1, 8.1" };

/// A presentation that was read within bounds. Nothing in it is believed.
#[derive(Debug)]
pub enum Presented {
    /// An SD-JWT VC, parsed.
    SdJwtVc(Box<sdjwt::parse::PresentedSdJwt>),
    /// An mdoc, taken apart, and the text that it was.
    Mdoc(Box<PresentedMdoc>, String),
    /// The trivial format.
    #[cfg(any(test, feature = "testing"))]
    Plain(PlainText),
}

impl Presented {
    /// Reads one element of a `vp_token`: a string, or an object where the format has such a form. The query
    /// says which format it is and whether holder binding is needed, whatever arrived (REQ-4.3).
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn read(
        format: CredentialFormat,
        binding: HolderBinding,
        element: &Value,
        limits: &PresentationLimits,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        match (format, element) {
            (CredentialFormat::SdJwtVc, Value::String(text)) => {
                sdjwt::parse::PresentedSdJwt::parse_with(binding, text, limits, findings).map(Self::from)
            }
            (CredentialFormat::SdJwtVc, Value::Object(object)) => {
                sdjwt::parse::PresentedSdJwt::parse_json(binding, object, limits, findings).map(Self::from)
            }
            (CredentialFormat::MsoMdoc, Value::String(text)) => {
                let limits = Limits { bytes: limits.bytes, depth: limits.depth, ..Limits::default() };
                let presented = PresentedMdoc::parse(text, &limits, findings)?;
                Ok(Self::Mdoc(Box::new(presented), text.clone()))
            }
            (CredentialFormat::MsoMdoc, _) => {
                Err(findings
                    .fail(&SHAPE, "a presentation of an mdoc is a string: base64url of a DeviceResponse"))
            }
            #[cfg(any(test, feature = "testing"))]
            (CredentialFormat::Plain, Value::String(text)) => {
                PlainText::parse(text, findings).map(Self::Plain)
            }
            _ => Err(findings.fail(&SHAPE, "a presentation is neither a string nor an object")),
        }
    }

    /// What it says about its issuer: good for looking up whether we believe it, for nothing else.
    pub fn issuer_hint(&self) -> IssuerHint<'_> {
        match self {
            Self::SdJwtVc(presented) => presented.issuer_hint(),
            Self::Mdoc(presented, _) => presented.issuer_hint(),
            #[cfg(any(test, feature = "testing"))]
            Self::Plain(presented) => presented.issuer_hint(),
        }
    }

    /// Turns away what was made for the request of another nonce, where that can be seen before keys are
    /// asked for. It becomes a proof only by [`Presented::authenticate`].
    ///
    /// # Errors
    /// [`Rejection`], which ends the whole response (REQ-3.8).
    pub fn refuse_other_nonce(&self, nonce: &str, findings: &mut Findings) -> Result<(), Rejection> {
        match self {
            Self::SdJwtVc(presented) if !presented.may_answer(nonce) => Err(findings.fail(
                &NONCE,
                "the nonce of the key-binding JWT is missing or not the one of this request: \
                 a replay, or a mix-up; it ends the whole response",
            )),
            _ => Ok(()),
        }
    }

    /// Every check of its format. `keys` are those of `issuer`, found by its configured mechanism; `transcript` is what
    /// the holder of an mdoc signs.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`; nothing of the credential is handed on then (REQ-4.24).
    pub fn authenticate(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        (expected, transcript): (&ExpectedBinding<'_>, Option<&SessionTranscript>),
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Authentic, Rejection> {
        match self {
            Self::SdJwtVc(presented) => {
                presented.authenticate(issuer, keys, expected, now, findings).map(Authentic::from)
            }
            Self::Mdoc(presented, text) => {
                let document = presented.authenticate(issuer, transcript, (now, expected.skew), findings)?;
                Ok(Authentic::of_mdoc(document, text))
            }
            #[cfg(any(test, feature = "testing"))]
            Self::Plain(presented) => {
                presented.authenticate(issuer, keys, now, findings).map(Authentic::from)
            }
        }
    }
}

impl From<sdjwt::parse::PresentedSdJwt> for Presented {
    fn from(presented: sdjwt::parse::PresentedSdJwt) -> Self {
        Self::SdJwtVc(Box::new(presented))
    }
}
