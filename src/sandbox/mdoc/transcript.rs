//! What a wallet binds its signature to besides the document (OpenID4VP 1.0 Appendix B.2.6; ISO/IEC 18013-7 Annex C).

use vpgate_core::base::secret::Digest;
use vpgate_core::cbor::Writer;

/// How a request reached the wallet, as far as it is a part of the transcript.
#[derive(Clone, Debug)]
pub(in crate::sandbox) enum Handover {
    /// By redirect: where the answer goes.
    Redirect(String),
    /// Through a browser's API: the origin of the page.
    DcApi(String),
    /// The same by `org-iso-mdoc`: `encryptionInfo` as it came, and the origin.
    OrgIsoMdoc(String, String),
}

impl Handover {
    /// `SessionTranscript`. `answer_key` is the thumbprint of the key that the answer is encrypted to, where it is.
    pub(in crate::sandbox) fn transcript(
        &self,
        client_id: &str,
        nonce: &str,
        answer_key: Option<&[u8]>,
    ) -> Vec<u8> {
        let key = |to: Writer| match answer_key {
            Some(thumbprint) => to.bytes(thumbprint),
            None => to.null(),
        };
        let (name, info) = match self {
            Self::Redirect(address) => {
                let info = key(Writer::new().array(4).text(client_id).text(nonce));
                ("OpenID4VPHandover", info.text(address))
            }
            Self::DcApi(origin) => {
                ("OpenID4VPDCAPIHandover", key(Writer::new().array(3).text(origin).text(nonce)))
            }
            Self::OrgIsoMdoc(encryption_info, origin) => {
                ("dcapi", Writer::new().array(2).text(encryption_info).text(origin))
            }
        };
        let hash = Digest::of(&info.into_bytes());
        let handover = Writer::new().array(2).text(name).bytes(hash.as_bytes()).into_bytes();
        Writer::new().array(3).null().null().raw(&handover).into_bytes()
    }
}
