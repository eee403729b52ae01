//! The transcript of a request that somebody else made, of what they say they sent.

use crate::base::base64url;
use crate::mdoc::SessionTranscript;
use crate::openid4vp::dcql::Query;
use crate::trust::CredentialFormat;

/// What the device of an mdoc signed besides the document, as far as whoever asked can say it (OpenID4VP 1.0 Appendix
/// B.2.6; ISO/IEC TS 18013-7 Annex C).
#[derive(Clone, Copy, Debug, Default)]
pub struct SentRequest<'a> {
    /// The client identifier with its prefix; or `origin:` and the origin, where the browser's API was used.
    pub audience: &'a str,
    /// The nonce.
    pub nonce: &'a str,
    /// Where the answer was to go: `response_uri`, or `redirect_uri`. By redirect only.
    pub response_uri: Option<&'a str>,
    /// The RFC 7638 SHA-256 thumbprint of the key that the answer was encrypted to, base64url; `None` where it was not.
    pub jwk_thumbprint: Option<&'a str>,
    /// `encryptionInfo` as it was sent, where the protocol was `org-iso-mdoc`.
    pub encryption_info: Option<&'a str>,
}

/// Why they do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TranscriptFault {
    #[error("is missing: the device of an mdoc signs where its answer goes")]
    NoResponseUri,
    #[error("is for requests by redirect; `audience` says that the browser's API was used")]
    ResponseUri,
    #[error("must be an RFC 7638 SHA-256 thumbprint: 43 characters of base64url")]
    Thumbprint,
    #[error(
        "is for the protocol org-iso-mdoc: `audience` must be `origin:` and the origin then, and there is no thumbprint"
    )]
    EncryptionInfo,
}

impl TranscriptFault {
    /// Which part is to blame.
    pub fn part(self) -> &'static str {
        match self {
            Self::NoResponseUri | Self::ResponseUri => "response_uri",
            Self::Thumbprint => "jwk_thumbprint",
            Self::EncryptionInfo => "encryption_info",
        }
    }
}

impl SentRequest<'_> {
    /// The transcript.
    ///
    /// # Errors
    /// [`TranscriptFault`] where the parts do not make one.
    pub fn transcript(&self) -> Result<SessionTranscript, TranscriptFault> {
        let Self { audience, nonce, response_uri, jwk_thumbprint, encryption_info } = *self;
        let key = jwk_thumbprint.map(thumbprint).transpose()?;
        match (audience.strip_prefix("origin:"), response_uri, encryption_info) {
            (Some(_), Some(_), _) => Err(TranscriptFault::ResponseUri),
            (Some(origin), None, Some(info)) if key.is_none() => {
                Ok(SessionTranscript::org_iso_mdoc(info, origin))
            }
            (_, _, Some(_)) => Err(TranscriptFault::EncryptionInfo),
            (Some(origin), None, None) => Ok(SessionTranscript::dc_api(origin, nonce, key.as_ref())),
            (None, Some(address), None) => {
                Ok(SessionTranscript::redirect(audience, nonce, key.as_ref(), address))
            }
            (None, None, None) => Err(TranscriptFault::NoResponseUri),
        }
    }
}

impl Query {
    /// The transcript of the request that put this query; `None` where it asks for no mdoc.
    ///
    /// # Errors
    /// [`TranscriptFault`] where it asks for one, and the parts of `sent` do not make a transcript.
    pub fn transcript(&self, sent: &SentRequest<'_>) -> Result<Option<SessionTranscript>, TranscriptFault> {
        let asks = self.formats().contains(&CredentialFormat::MsoMdoc);
        asks.then(|| sent.transcript()).transpose()
    }
}

fn thumbprint(text: &str) -> Result<[u8; 32], TranscriptFault> {
    let bytes = base64url::decode(text).map_err(|_| TranscriptFault::Thumbprint)?;
    bytes.try_into().map_err(|_| TranscriptFault::Thumbprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    fn redirect() -> SentRequest<'static> {
        SentRequest {
            audience: "x509_hash:abc",
            nonce: "n",
            response_uri: Some("https://verify.example/answers/1"),
            ..SentRequest::default()
        }
    }

    #[test]
    fn req_14_50_to_14_53_each_protocol_has_its_transcript_and_every_part_counts() {
        let origin =
            SentRequest { audience: "origin:https://verify.example", nonce: "n", ..SentRequest::default() };
        let all = [
            redirect(),
            SentRequest { nonce: "m", ..redirect() },
            SentRequest { audience: "abc", ..redirect() },
            SentRequest { response_uri: Some("https://verify.example/answers/2"), ..redirect() },
            SentRequest { jwk_thumbprint: Some(THUMBPRINT), ..redirect() },
            origin,
            SentRequest { audience: "origin:https://verify.example/", ..origin },
            SentRequest { jwk_thumbprint: Some(THUMBPRINT), ..origin },
            SentRequest { encryption_info: Some("gmVkY2FwaQ"), ..origin },
        ];
        let made = all.map(|sent| sent.transcript().unwrap());
        for (place, one) in made.iter().enumerate() {
            assert!(!made[..place].contains(one), "{place}");
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_named() {
        let origin =
            SentRequest { audience: "origin:https://verify.example", nonce: "n", ..SentRequest::default() };
        for (sent, fault, part) in [
            (
                SentRequest { response_uri: None, ..redirect() },
                TranscriptFault::NoResponseUri,
                "response_uri",
            ),
            (
                SentRequest { response_uri: Some("https://x.example"), ..origin },
                TranscriptFault::ResponseUri,
                "response_uri",
            ),
            (
                SentRequest { jwk_thumbprint: Some("AQID"), ..origin },
                TranscriptFault::Thumbprint,
                "jwk_thumbprint",
            ),
            (
                SentRequest { jwk_thumbprint: Some("="), ..origin },
                TranscriptFault::Thumbprint,
                "jwk_thumbprint",
            ),
            (
                SentRequest { encryption_info: Some("x"), ..redirect() },
                TranscriptFault::EncryptionInfo,
                "encryption_info",
            ),
            (
                SentRequest { encryption_info: Some("x"), jwk_thumbprint: Some(THUMBPRINT), ..origin },
                TranscriptFault::EncryptionInfo,
                "encryption_info",
            ),
        ] {
            assert_eq!(sent.transcript().unwrap_err(), fault);
            assert_eq!(fault.part(), part);
        }
    }
}
