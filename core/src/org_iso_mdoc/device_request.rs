//! What is asked for (ISO/IEC 18013-5 section 8.3.2.1.2.1), and what a reader signs of it (section 9.1.4).

use std::collections::BTreeMap;

use crate::base::base64url;
use crate::cbor::Writer;
use crate::mdoc::SessionTranscript;

/// What is asked of one document: of one type, and these elements of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocRequest {
    /// Its `ItemsRequestBytes`.
    items: Vec<u8>,
}

/// A request for several documents, as base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest(String);

impl DocRequest {
    /// Asks for the elements of a document of this type, at least one: by namespace, each with whether it is kept
    /// longer than it takes to judge it (`IntentToRetain`).
    pub fn new(doctype: &str, elements: &BTreeMap<&str, BTreeMap<&str, bool>>) -> Self {
        let mut namespaces = Writer::new().map(elements.len());
        for (namespace, elements) in elements {
            namespaces = namespaces.text(namespace).map(elements.len());
            for (element, retained) in elements {
                namespaces = namespaces.text(element).bool(*retained);
            }
        }
        let request = Writer::new().map(2).text("docType").text(doctype).text("nameSpaces");
        let request = request.raw(&namespaces.into_bytes()).into_bytes();
        Self { items: Writer::new().embedded(&request).into_bytes() }
    }

    /// What the reader signs, so that the wallet can tell who asks:
    /// `ReaderAuthenticationBytes`, the detached payload of `readerAuth`.
    pub fn to_be_signed(&self, transcript: &SessionTranscript) -> Vec<u8> {
        let signed = Writer::new().array(3).text("ReaderAuthentication").raw(transcript.as_bytes());
        Writer::new().embedded(&signed.raw(&self.items).into_bytes()).into_bytes()
    }
}

impl DeviceRequest {
    /// For these documents, each with the COSE_Sign1 of the reader, where there is one.
    pub fn new(documents: &[(DocRequest, Option<Vec<u8>>)]) -> Self {
        let mut requests = Writer::new().array(documents.len());
        for (document, signature) in documents {
            let members = if signature.is_some() { 2 } else { 1 };
            requests = requests.map(members).text("itemsRequest").raw(&document.items);
            if let Some(signature) = signature {
                requests = requests.text("readerAuth").raw(signature);
            }
        }
        let request = Writer::new().map(2).text("version").text("1.0").text("docRequests");
        Self(base64url::encode(request.raw(&requests.into_bytes()).into_bytes()))
    }

    /// The text of `deviceRequest`.
    pub fn as_text(&self) -> &str {
        &self.0
    }
}
