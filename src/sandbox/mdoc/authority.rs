//! The demo issuer of mdocs: an issuing authority (IACA), a document signer below it, and who signs its status list.

use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::cbor::Writer;
use vpgate_core::cose::{self, PayloadPlace};
use vpgate_core::jose::signing::{SigningFault, SigningKey};

use super::documents::Draft;
use super::held::{HeldElement, HeldMdoc};
use crate::sandbox::certified_key::{
    CertifiedSigner, NotCertified, issuing_authority, random_salt, signing_key,
};
use crate::sandbox::issuance::{CREDENTIAL_LIFETIME, NotIssued};

/// Labels of headers and claims (RFC 9360; RFC 9596; RFC 8392; Token Status List 14.3.1).
const X5CHAIN: i64 = 33;
const TYPE: i64 = 16;
const SUBJECT: i64 = 2;
const EXPIRES_AT: i64 = 4;
const ISSUED_AT: i64 = 6;
const STATUS_LIST: i64 = 65_533;
const TTL: i64 = 65_534;

/// The tag of a COSE_Sign1.
const SIGN1: u64 = 18;
/// `tdate`
const DATE_TIME: u64 = 0;

/// The media type of its status list.
pub(in crate::sandbox) const STATUS_LIST_TYPE: &str = "application/statuslist+cwt";

/// Who issues mdocs.
pub(in crate::sandbox) struct MdocAuthority {
    root: Vec<u8>,
    documents: CertifiedSigner,
    lists: CertifiedSigner,
}

/// A status list as it is packed, and how long a copy of it is good for, in seconds.
pub(in crate::sandbox) struct PackedList {
    pub(in crate::sandbox) bits: u64,
    pub(in crate::sandbox) compressed: Vec<u8>,
    pub(in crate::sandbox) lifetime: i64,
    pub(in crate::sandbox) ttl: u64,
}

impl MdocAuthority {
    /// With new keys and certificates.
    pub(in crate::sandbox) fn new(now: Timestamp) -> Result<Self, NotCertified> {
        let (root, documents, lists) = issuing_authority(now)?;
        Ok(Self { root, documents, lists })
    }

    /// The certificate of the issuing authority, in PEM.
    pub(in crate::sandbox) fn root(&self) -> &[u8] {
        &self.root
    }

    /// Issues a document to a new key of the wallet, with this entry in the status list at `lists`.
    pub(in crate::sandbox) fn issue(
        &self,
        draft: &Draft,
        (index, lists): (usize, &str),
        now: Timestamp,
    ) -> Result<HeldMdoc, NotIssued> {
        let key = signing_key()?;
        let mut elements = Vec::with_capacity(draft.elements.len());
        let mut digests = Writer::new().map(draft.elements.len());
        for (element, number) in draft.elements.iter().zip(0..) {
            let item = Writer::new().map(4).text("digestID").unsigned(number).text("random");
            let item = item.bytes(&random_salt()?).text("elementIdentifier").text(element.name);
            let item = item.text("elementValue").raw(&element.value).into_bytes();
            let item = Writer::new().embedded(&item).into_bytes();
            digests = digests.unsigned(number).bytes(Digest::of(&item).as_bytes());
            let shown = element.shown.clone();
            elements.push(HeldElement { name: element.name, item, shown });
        }
        let status = Writer::new().map(1).text("status_list").map(2);
        let status = status.text("idx").unsigned(index as u64).text("uri").text(lists).into_bytes();
        let digests = Writer::new().map(1).text(draft.namespace).raw(&digests.into_bytes()).into_bytes();
        let mso = mobile_security_object(draft.doctype, &digests, &status, &key, now)?;
        let payload = Writer::new().embedded(&mso).into_bytes();
        let x5chain = [(X5CHAIN, Writer::new().bytes(&self.documents.certificate).into_bytes())];
        let signed = cose::sign(&self.documents.key, (&[], &x5chain), &payload, PayloadPlace::Attached)?;
        Ok(HeldMdoc::new(draft, key, signed, elements, index))
    }

    /// The Status List Token as CWT, for `uri`.
    pub(in crate::sandbox) fn status_list(
        &self,
        uri: &str,
        list: &PackedList,
        now: Timestamp,
    ) -> Result<Vec<u8>, SigningFault> {
        let claims = Writer::new().map(5).integer(SUBJECT).text(uri).integer(ISSUED_AT).integer(now.unix());
        let claims = claims.integer(EXPIRES_AT).integer(now.unix() + list.lifetime);
        let claims = claims.integer(TTL).unsigned(list.ttl).integer(STATUS_LIST).map(2);
        let claims = claims.text("bits").unsigned(list.bits).text("lst").bytes(&list.compressed).into_bytes();
        let protected = [
            (TYPE, Writer::new().text(STATUS_LIST_TYPE).into_bytes()),
            (X5CHAIN, Writer::new().bytes(&self.lists.certificate).into_bytes()),
        ];
        let signed = cose::sign(&self.lists.key, (&protected, &[]), &claims, PayloadPlace::Attached)?;
        Ok(Writer::new().tag(SIGN1).raw(&signed).into_bytes())
    }
}

fn mobile_security_object(
    doctype: &str,
    digests: &[u8],
    status: &[u8],
    key: &SigningKey,
    now: Timestamp,
) -> Result<Vec<u8>, NotIssued> {
    let device_key = cose::key::of_jwk(&key.public_key().to_jwk()).ok_or(NotIssued::Payload)?;
    let date = |to: Writer, name: &str, at: Timestamp| to.text(name).tag(DATE_TIME).text(&at.rfc3339());
    let validity = date(Writer::new().map(3), "signed", now);
    let validity = date(date(validity, "validFrom", now), "validUntil", now.plus(CREDENTIAL_LIFETIME));
    let mso = Writer::new().map(7).text("version").text("1.0").text("digestAlgorithm").text("SHA-256");
    let mso =
        mso.text("valueDigests").raw(digests).text("deviceKeyInfo").map(1).text("deviceKey").raw(&device_key);
    let mso = mso.text("docType").text(doctype).text("validityInfo").raw(&validity.into_bytes());
    Ok(mso.text("status").raw(status).into_bytes())
}
