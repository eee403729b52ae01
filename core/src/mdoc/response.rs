//! A DeviceResponse with one document (ISO/IEC 18013-5 section 8.3.2.1.2.2; OpenID4VP 1.0 Appendix B.2.5), taken apart
//! within bounds. Nothing is believed.

use std::fmt;

use serde_json::Value;

use crate::base::base64url;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::cbor::{self, Item, Limits};
use crate::cose::Sign1;
use crate::trust::{CredentialFormat, IssuerHint};

const FORM: Rule = Rule { check: "mdoc_form", requirement: "OpenID4VP B.2.5; RFC 8949" };
const RESPONSE: Rule = Rule {
    check: "device_response",
    requirement: "ISO/IEC 18013-5 8.3.2.1.2.2; OpenID4VP B.2.5; HAIP 5.3.1",
};
const ISSUER_AUTH: Rule =
    Rule { check: "issuer_auth", requirement: "ISO/IEC 18013-5 9.1.2.4; RFC 9052 3, 4.2; RFC 9360 2" };
const DEVICE_AUTH: Rule =
    Rule { check: "device_auth", requirement: "ISO/IEC 18013-5 9.1.3; OpenID4VP B.2.2; RFC 9052 3, 4.2" };
/// Also for what is wrong inside an item.
pub(super) const ITEM: Rule =
    Rule { check: "issuer_signed_item", requirement: "ISO/IEC 18013-5 8.3.2.1.2.2, 9.1.2.5; RFC 8949 5.6" };

/// One document of a wallet that was read. Nothing in it is believed.
pub struct PresentedMdoc {
    pub(super) doctype: String,
    pub(super) issuer_auth: Sign1,
    /// The certificates of `issuerAuth`, as an `x5c` header has them.
    pub(super) x5c: Value,
    pub(super) items: Vec<NamespaceItems>,
    /// `DeviceNameSpacesBytes` as received, tag included.
    pub(super) device_name_spaces: Vec<u8>,
    pub(super) device_signature: Sign1,
    /// Of what was signed.
    pub(super) limits: Limits,
}

/// The elements that are shown of one namespace.
pub(super) struct NamespaceItems {
    pub(super) namespace: String,
    /// Each `IssuerSignedItemBytes` as received, tag included: its digest is over these.
    pub(super) items: Vec<Vec<u8>>,
}

impl PresentedMdoc {
    /// Reads the text of one presentation: base64url without padding of one DeviceResponse with one document.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn parse(text: &str, limits: &Limits, findings: &mut Findings) -> Result<Self, Rejection> {
        if text.len() > limits.bytes {
            let detail = format!("the presentation is longer than {} bytes", limits.bytes);
            return Err(findings.fail(&FORM, detail));
        }
        let Ok(bytes) = base64url::decode(text) else {
            return Err(findings.fail(&FORM, "the presentation is not base64url without padding"));
        };
        Self::read(&bytes, limits, findings)
    }

    /// Reads the bytes of one DeviceResponse with one document.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub fn read(bytes: &[u8], limits: &Limits, findings: &mut Findings) -> Result<Self, Rejection> {
        // Nobody signed this part.
        let loose = Limits { undefined_as_null: true, ..*limits };
        let response = cbor::read(bytes, &loose)
            .map_err(|why| findings.fail(&FORM, format!("the presentation is no acceptable CBOR: {why}")))?;
        findings.pass(&FORM, "one CBOR item, no key twice");
        let document = only_document(&response, findings)?;
        let doctype = document.get("docType").and_then(Item::as_text);
        let Some(doctype) = doctype else {
            return Err(findings.fail(&RESPONSE, "`docType` of the document is no text"));
        };
        findings.pass(&RESPONSE, "a response of version 1.0 and status 0, with one document");
        let Some(issuer_signed) = document.get("issuerSigned") else {
            return Err(findings.fail(&ISSUER_AUTH, "the document has no `issuerSigned`"));
        };
        let issuer_auth = sign1(issuer_signed.get("issuerAuth"), "issuerAuth", &ISSUER_AUTH, findings)?;
        let Some(x5chain) = issuer_auth.x5chain() else {
            let detail = "`issuerAuth` has no `x5chain`: nothing says who issued the document";
            return Err(findings.fail(&ISSUER_AUTH, detail));
        };
        let x5c = x5chain.to_x5c();
        findings.pass(
            &ISSUER_AUTH,
            "`issuerAuth` is a COSE_Sign1 with `x5chain`, and `alg` in its protected header",
        );
        let items = namespaces(issuer_signed.get("nameSpaces"), findings)?;
        let (device_name_spaces, device_signature) = device_signed(document, findings)?;
        let doctype = doctype.to_owned();
        Ok(Self {
            doctype,
            issuer_auth,
            x5c,
            items,
            device_name_spaces,
            device_signature,
            limits: Limits { undefined_as_null: false, ..*limits },
        })
    }

    /// What it says about its issuer: good for looking up whether we believe it, for nothing else.
    pub fn issuer_hint(&self) -> IssuerHint<'_> {
        IssuerHint {
            format: CredentialFormat::MsoMdoc,
            credential_type: Some(&self.doctype),
            x5c: Some(&self.x5c),
            ..IssuerHint::default()
        }
    }
}

impl fmt::Debug for PresentedMdoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedMdoc({}, ..)", excerpt(&self.doctype))
    }
}

/// Members that are not known are passed over; `documentErrors` say what is not shown, and so does its absence.
fn only_document<'i, 'a>(response: &'i Item<'a>, findings: &mut Findings) -> Result<&'i Item<'a>, Rejection> {
    if response.get("version").and_then(Item::as_text) != Some("1.0") {
        return Err(findings.fail(&RESPONSE, "`version` of the response is not the text 1.0"));
    }
    match response.get("status").and_then(Item::as_unsigned) {
        Some(0) => {}
        Some(status) => {
            return Err(findings.fail(&RESPONSE, format!("`status` of the response is {status}, not 0")));
        }
        None => return Err(findings.fail(&RESPONSE, "`status` of the response is no number")),
    }
    match response.get("documents").and_then(Item::as_array) {
        Some([document]) => Ok(document),
        Some([]) | None => Err(findings.fail(&RESPONSE, "the response has no document")),
        Some(several) => {
            let detail =
                format!("the response has {} documents; each has a response of its own", several.len());
            Err(findings.fail(&RESPONSE, detail))
        }
    }
}

fn sign1(
    item: Option<&Item<'_>>,
    name: &str,
    rule: &Rule,
    findings: &mut Findings,
) -> Result<Sign1, Rejection> {
    let Some(item) = item else { return Err(findings.fail(rule, format!("`{name}` is missing"))) };
    Sign1::read(item).map_err(|fault| findings.fail(rule, format!("`{name}` is unusable: {fault}")))
}

pub(super) fn namespaces(
    item: Option<&Item<'_>>,
    findings: &mut Findings,
) -> Result<Vec<NamespaceItems>, Rejection> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let Some(pairs) = item.as_map() else {
        return Err(findings.fail(&ITEM, "`nameSpaces` of `issuerSigned` is no map"));
    };
    let read = |(namespace, items): &(Item<'_>, Item<'_>)| {
        let namespace = namespace.as_text().ok_or("a namespace is no text")?.to_owned();
        let items = items.as_array().ok_or("the elements of a namespace are no array")?;
        let bytes = |item: &Item<'_>| item.embedded().map(|_| item.span().to_vec());
        let items = items.iter().map(bytes).collect::<Option<_>>();
        items
            .map(|items| NamespaceItems { namespace, items })
            .ok_or("an element is no byte string under tag 24")
    };
    pairs.iter().map(read).collect::<Result<_, &'static str>>().map_err(|why| findings.fail(&ITEM, why))
}

/// `DeviceNameSpacesBytes`, and the signature of the holder's key: exactly one of signature and MAC is there, and a MAC
/// is nothing that anybody here could verify.
fn device_signed(document: &Item<'_>, findings: &mut Findings) -> Result<(Vec<u8>, Sign1), Rejection> {
    let Some(device_signed) = document.get("deviceSigned") else {
        return Err(
            findings.fail(&DEVICE_AUTH, "the document has no `deviceSigned`: nobody proves to hold it")
        );
    };
    let name_spaces = device_signed.get("nameSpaces").filter(|item| item.embedded().is_some());
    let Some(name_spaces) = name_spaces else {
        return Err(
            findings.fail(&DEVICE_AUTH, "`nameSpaces` of `deviceSigned` is no byte string under tag 24")
        );
    };
    let auth = |name| device_signed.get("deviceAuth").and_then(|auth| auth.get(name));
    let signature = match (auth("deviceSignature"), auth("deviceMac")) {
        (Some(signature), None) => signature,
        (Some(_), Some(_)) => {
            return Err(findings.fail(&DEVICE_AUTH, "`deviceAuth` has both a signature and a MAC"));
        }
        (None, Some(_)) => {
            let detail = "`deviceAuth` has a MAC, which is not accepted: this protocol has no key of the reader to make \
                          it with; the wallet must sign (`deviceauth_alg_values`)";
            return Err(findings.fail(&DEVICE_AUTH, detail));
        }
        (None, None) => return Err(findings.fail(&DEVICE_AUTH, "`deviceAuth` has no `deviceSignature`")),
    };
    let signature = sign1(Some(signature), "deviceSignature", &DEVICE_AUTH, findings)?;
    findings.pass(&DEVICE_AUTH, "`deviceSignature` is a COSE_Sign1, and there is no MAC");
    Ok((name_spaces.span().to_vec(), signature))
}
