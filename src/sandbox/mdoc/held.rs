//! A document in the wallet, with the key that it is bound to, and what the wallet shows of it.

use serde_json::Value;

use vpgate_core::cbor::Writer;
use vpgate_core::cose::{self, PayloadPlace};
use vpgate_core::jose::signing::{SigningFault, SigningKey};

use super::documents::Draft;
use crate::sandbox::certified_key::signing_key;
use crate::sandbox::wallet::HolderFault;

/// A document and its key.
pub(in crate::sandbox) struct HeldMdoc {
    doctype: &'static str,
    namespace: &'static str,
    key: SigningKey,
    issuer_auth: Vec<u8>,
    elements: Vec<HeldElement>,
    status_index: usize,
}

/// One element, as the issuer wrote it.
pub(in crate::sandbox) struct HeldElement {
    pub(in crate::sandbox) name: &'static str,
    /// `IssuerSignedItemBytes`
    pub(in crate::sandbox) item: Vec<u8>,
    /// Its value as JSON.
    pub(in crate::sandbox) shown: Value,
}

impl HeldMdoc {
    pub(super) fn new(
        draft: &Draft,
        key: SigningKey,
        issuer_auth: Vec<u8>,
        elements: Vec<HeldElement>,
        status_index: usize,
    ) -> Self {
        let (doctype, namespace) = (draft.doctype, draft.namespace);
        Self { doctype, namespace, key, issuer_auth, elements, status_index }
    }

    pub(in crate::sandbox) fn doctype(&self) -> &'static str {
        self.doctype
    }

    /// Which entry of its issuer's status list it has.
    pub(in crate::sandbox) fn status_index(&self) -> usize {
        self.status_index
    }

    /// The value of an element; `None` when the document does not have it.
    pub(in crate::sandbox) fn claim(&self, path: &[String]) -> Option<&Value> {
        let [namespace, name] = path else { return None };
        let mut elements = self.elements.iter().filter(|_| self.namespace == namespace);
        elements.find(|element| element.name == name).map(|element| &element.shown)
    }

    /// A `DeviceResponse` that shows the elements at `paths` for the request of this transcript: right in every respect,
    /// or wrong in the one named, where that can be wrong of an mdoc.
    pub(in crate::sandbox) fn present(
        &self,
        paths: &[Vec<String>],
        transcript: &[u8],
        fault: Option<HolderFault>,
    ) -> Result<Vec<u8>, SigningFault> {
        let document = self.document(paths, transcript, fault)?;
        Ok(response(&[document]))
    }

    /// One `Document` of a response.
    pub(in crate::sandbox) fn document(
        &self,
        paths: &[Vec<String>],
        transcript: &[u8],
        fault: Option<HolderFault>,
    ) -> Result<Vec<u8>, SigningFault> {
        let shown = match (fault, paths.split_last()) {
            (Some(HolderFault::MissingClaim), Some((_, rest))) => rest,
            _ => paths,
        };
        let is_shown = |element: &&HeldElement| {
            shown.iter().any(|path| path.last().is_some_and(|it| it == element.name))
        };
        let mut items: Vec<Vec<u8>> =
            self.elements.iter().filter(is_shown).map(|element| element.item.clone()).collect();
        if fault == Some(HolderFault::TamperedDisclosure)
            && let Some(last) = items.last_mut().and_then(|item| item.last_mut())
        {
            // The last byte is one of the value.
            *last ^= 1;
        }
        let issuer_signed = match items.is_empty() {
            true => Writer::new().map(1),
            false => {
                let listed = items.iter().fold(Writer::new().array(items.len()), |to, item| to.raw(item));
                Writer::new().map(2).text("nameSpaces").map(1).text(self.namespace).raw(&listed.into_bytes())
            }
        };
        let issuer_signed = issuer_signed.text("issuerAuth").raw(&self.issuer_auth).into_bytes();
        let members = if fault == Some(HolderFault::NoKeyBinding) { 2 } else { 3 };
        let document = Writer::new().map(members).text("docType").text(self.doctype);
        let document = document.text("issuerSigned").raw(&issuer_signed);
        if fault == Some(HolderFault::NoKeyBinding) {
            return Ok(document.into_bytes());
        }
        let signed = self.device_signed(transcript, fault)?;
        Ok(document.text("deviceSigned").raw(&signed).into_bytes())
    }

    /// `DeviceSigned`, without elements of the device's own (ISO/IEC 18013-5 section 9.1.3.4).
    fn device_signed(&self, transcript: &[u8], fault: Option<HolderFault>) -> Result<Vec<u8>, SigningFault> {
        let nothing = Writer::new().embedded(&Writer::new().map(0).into_bytes()).into_bytes();
        let bound = Writer::new().array(4).text("DeviceAuthentication").raw(transcript);
        let bound = bound.text(self.doctype).raw(&nothing).into_bytes();
        let bound = Writer::new().embedded(&bound).into_bytes();
        let foreign = match fault {
            Some(HolderFault::ForeignHolderKey) => Some(signing_key()?),
            _ => None,
        };
        let key = foreign.as_ref().unwrap_or(&self.key);
        let signature = cose::sign(key, (&[], &[]), &bound, PayloadPlace::Detached)?;
        let signed = Writer::new().map(2).text("nameSpaces").raw(&nothing);
        Ok(signed.text("deviceAuth").map(1).text("deviceSignature").raw(&signature).into_bytes())
    }
}

/// A response with these documents.
pub(in crate::sandbox) fn response(documents: &[Vec<u8>]) -> Vec<u8> {
    let response = Writer::new().map(3).text("version").text("1.0").text("documents").array(documents.len());
    let response = documents.iter().fold(response, |to, document| to.raw(document));
    response.text("status").unsigned(0).into_bytes()
}
