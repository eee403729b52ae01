//! The proof of the holder: a signature of the key that the issuer named, over the session transcript and the document
//! type (ISO/IEC 18013-5 section 9.1.3). No setting turns it off.

use serde_json::{Map, Value};

use super::response::PresentedMdoc;
use super::transcript::SessionTranscript;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::cbor::{self, Limits, Writer};
use crate::cose::CoseFault;
use crate::jose::jwk::PublicKey;

const SIGNATURE: Rule =
    Rule { check: "device_signature", requirement: "ISO/IEC 18013-5 9.1.3.4, 9.1.3.6; OpenID4VP B.2.6" };
const ELEMENTS: Rule =
    Rule { check: "device_signed_elements", requirement: "ISO/IEC 18013-5 9.1.2.4, 9.1.3.4" };

/// Checks the holder's signature under `key`, and that what the device adds takes no issuer's place.
///
/// # Errors
/// [`Rejection`] for the first rule that is broken.
pub(super) fn check(
    presented: &PresentedMdoc,
    key: &PublicKey,
    transcript: Option<&SessionTranscript>,
    issuer_signed: &Map<String, Value>,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    let Some(transcript) = transcript else {
        let detail = "what the holder must have signed is not known here: it is made of the request (client identifier, \
                      nonce, response URI or origin, and the key that the answer was encrypted to)";
        return Err(findings.fail(&SIGNATURE, detail));
    };
    let signed = device_authentication(transcript, &presented.doctype, &presented.device_name_spaces);
    if let Err(fault) = presented.device_signature.verify(key, Some(&signed)) {
        let detail = match fault {
            CoseFault::Signature => "the signature does not hold under `deviceKey`: another key made it, or it was made \
                                     for another request (client identifier with its prefix, nonce, response URI or \
                                     origin, key of the encryption, document type)"
                .to_owned(),
            other => format!("`deviceSignature` is unusable: {other}"),
        };
        return Err(findings.fail(&SIGNATURE, detail));
    }
    findings.pass(&SIGNATURE, "signed with `deviceKey`, for this request");
    let added =
        elements(&presented.device_name_spaces, limits).map_err(|why| findings.fail(&ELEMENTS, why))?;
    let shadow = added.iter().find(|(namespace, name)| {
        issuer_signed.get(namespace).is_some_and(|elements| elements.get(name).is_some())
    });
    if let Some((_, name)) = shadow {
        let detail =
            format!("the device signed {}, which the issuer signed too: which one is meant?", excerpt(name));
        return Err(findings.fail(&ELEMENTS, detail));
    }
    match added.len() {
        0 => findings.not_applicable(&ELEMENTS, "the device signed no elements of its own"),
        count => {
            let detail =
                format!("{count} elements that only the device signed are dropped: no issuer says them");
            findings.not_applicable(&ELEMENTS, detail);
        }
    }
    Ok(())
}

/// `DeviceAuthenticationBytes`: what the holder's key signs. The name spaces stand there as they were received.
pub(super) fn device_authentication(
    transcript: &SessionTranscript,
    doctype: &str,
    name_spaces: &[u8],
) -> Vec<u8> {
    let inner = Writer::new().array(4).text("DeviceAuthentication").raw(transcript.as_bytes());
    let inner = inner.text(doctype).raw(name_spaces).into_bytes();
    Writer::new().embedded(&inner).into_bytes()
}

/// Namespaces and names of what the device signed.
fn elements(name_spaces: &[u8], limits: &Limits) -> Result<Vec<(String, String)>, String> {
    let no_cbor = |why| format!("`nameSpaces` of `deviceSigned` is no acceptable CBOR: {why}");
    let outer = cbor::read(name_spaces, limits).map_err(no_cbor)?;
    let inner = cbor::read(outer.embedded().unwrap_or_default(), limits).map_err(no_cbor)?;
    let mut named = Vec::new();
    for (namespace, elements) in inner.as_map().ok_or("`nameSpaces` of `deviceSigned` holds no map")? {
        let namespace = namespace.as_text().ok_or("a namespace of `deviceSigned` is no text")?;
        for (name, _) in
            elements.as_map().ok_or("the elements of a namespace of `deviceSigned` are no map")?
        {
            let name = name.as_text().ok_or("the name of an element of `deviceSigned` is no text")?;
            named.push((namespace.to_owned(), name.to_owned()));
        }
    }
    Ok(named)
}
