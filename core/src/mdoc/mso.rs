//! The mobile security object: what the issuer signed (ISO/IEC 18013-5 section 9.1.2.4).

use std::time::Duration;

use serde_json::Value;

use super::value;
use crate::base::digest::DigestAlgorithm;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::time::Timestamp;
use crate::cbor::{self, Item, Limits};
use crate::cose::{SignedPayload, key};
use crate::jose::jwk::PublicKey;
use crate::jose::time_claims::is_ahead;
use crate::jose::x5c::CertificateFacts;

const MSO: Rule = Rule { check: "mobile_security_object", requirement: "ISO/IEC 18013-5 9.1.2.4" };
const DOCTYPE: Rule = Rule { check: "mso_doctype", requirement: "ISO/IEC 18013-5 9.1.2.4, 9.3.1" };
const VALIDITY: Rule = Rule { check: "mso_validity", requirement: "ISO/IEC 18013-5 9.1.2.4, 9.3.1" };
const BEGINNING: Rule = Rule { check: "mso_valid_from", requirement: "ISO/IEC 18013-5 9.1.2.4, 9.3.1" };
const END: Rule = Rule { check: "mso_valid_until", requirement: "ISO/IEC 18013-5 9.1.2.4, 9.3.1" };
const DEVICE_KEY: Rule = Rule { check: "device_key", requirement: "ISO/IEC 18013-5 9.1.2.4; RFC 9053 7.1.1" };

/// What the issuer signed of one document.
pub(super) struct SecurityObject<'p> {
    pub(super) digests_by: DigestAlgorithm,
    /// Namespace to number to digest.
    value_digests: Item<'p>,
    pub(super) device_key: PublicKey,
    pub(super) validity: ValidityInfo,
    /// Where the issuer keeps the status, unjudged.
    pub(super) status: Option<Value>,
}

/// When the document was signed, and from when until when it counts.
#[derive(Clone, Copy)]
pub(super) struct ValidityInfo {
    pub(super) signed: Timestamp,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl<'p> SecurityObject<'p> {
    /// Reads what `issuerAuth` signed, for a document that calls itself `doctype`.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`.
    pub(super) fn read(
        payload: SignedPayload<'p>,
        doctype: &str,
        limits: &Limits,
        findings: &mut Findings,
    ) -> Result<Self, Rejection> {
        let map = map(payload, limits).map_err(|why| findings.fail(&MSO, why))?;
        let digests_by = digest_algorithm(&map).map_err(|why| findings.fail(&MSO, why))?;
        let status = status(&map).map_err(|why| findings.fail(&MSO, why))?;
        let Some(value_digests) = map.get("valueDigests").filter(|digests| digests.as_map().is_some()) else {
            return Err(findings.fail(&MSO, "`valueDigests` is no map"));
        };
        findings.pass(&MSO, format!("version 1, digests by {}", digests_by.name()));
        match map.get("docType").and_then(Item::as_text) {
            Some(signed) if signed == doctype => {
                findings.pass(&DOCTYPE, "the issuer signed this document type");
            }
            Some(signed) => {
                let detail = format!(
                    "the document calls itself {}, but the issuer signed {}",
                    excerpt(doctype),
                    excerpt(signed)
                );
                return Err(findings.fail(&DOCTYPE, detail));
            }
            None => return Err(findings.fail(&DOCTYPE, "`docType` of the mobile security object is no text")),
        }
        let validity = ValidityInfo::read(&map).map_err(|why| findings.fail(&VALIDITY, why))?;
        let device_key = device_key(&map).map_err(|why| findings.fail(&DEVICE_KEY, why))?;
        findings.pass(&DEVICE_KEY, "`deviceKey` is a usable public key");
        let value_digests = value_digests.clone();
        Ok(Self { digests_by, value_digests, device_key, validity, status })
    }

    /// The digests of a namespace, by number.
    pub(super) fn digests(&self, namespace: &str) -> Option<&Item<'p>> {
        self.value_digests.get(namespace)
    }
}

impl ValidityInfo {
    fn read(map: &Item<'_>) -> Result<Self, String> {
        let info = map.get("validityInfo").ok_or("`validityInfo` is missing")?;
        let at = |name: &str| {
            let text = info.get(name).and_then(value::date_time);
            let at = text.and_then(|text| Timestamp::from_rfc3339(text).ok());
            at.ok_or_else(|| format!("`{name}` is no date-time under tag 0"))
        };
        Ok(Self { signed: at("signed")?, from: at("validFrom")?, until: at("validUntil")? })
    }

    /// It was signed while the signer's certificate was valid, and counts from then on at the earliest.
    ///
    /// # Errors
    /// [`Rejection`], written into `findings`.
    pub(super) fn check_signed(
        &self,
        signer: &CertificateFacts,
        findings: &mut Findings,
    ) -> Result<(), Rejection> {
        let Self { signed, from, .. } = *self;
        if from < signed {
            return Err(findings.fail(&VALIDITY, "`validFrom` lies before `signed`"));
        }
        if signed < signer.not_before || signed > signer.not_after {
            let detail = format!(
                "`signed` is {}, and the certificate of the signer is valid from {} to {}",
                signed.rfc3339(),
                signer.not_before.rfc3339(),
                signer.not_after.rfc3339()
            );
            return Err(findings.fail(&VALIDITY, detail));
        }
        findings.pass(&VALIDITY, "it was signed while the signer's certificate was valid");
        Ok(())
    }

    /// It counts now. A clock that is `skew` slow may see a beginning ahead; the end is the end.
    ///
    /// # Errors
    /// [`Rejection`], written into `findings`.
    pub(super) fn check_now(
        &self,
        (now, skew): (Timestamp, Duration),
        findings: &mut Findings,
    ) -> Result<(), Rejection> {
        let Self { signed, from, until } = *self;
        if is_ahead(signed, now, skew) {
            let detail = format!("`signed` lies ahead: {}; is a clock wrong?", signed.rfc3339());
            return Err(findings.fail(&BEGINNING, detail));
        }
        if is_ahead(from, now, skew) {
            let detail = format!("the document is valid from {} on", from.rfc3339());
            return Err(findings.fail(&BEGINNING, detail));
        }
        findings.pass(&BEGINNING, "`signed` and `validFrom` lie behind");
        if now >= until {
            return Err(findings.fail(&END, format!("the document expired at {}", until.rfc3339())));
        }
        findings.pass(&END, format!("the document is valid until {}", until.rfc3339()));
        Ok(())
    }
}

/// `MobileSecurityObjectBytes`: a map in bytes under tag 24, of version 1.
fn map<'p>(payload: SignedPayload<'p>, limits: &Limits) -> Result<Item<'p>, String> {
    let no_cbor = |why| format!("what `issuerAuth` signed is no acceptable CBOR: {why}");
    let outer = cbor::read(payload.bytes(), limits).map_err(no_cbor)?;
    let bytes = outer.embedded().ok_or("what `issuerAuth` signed is no byte string under tag 24")?;
    let map = cbor::read(bytes, limits).map_err(no_cbor)?;
    match map.get("version").and_then(Item::as_text) {
        Some(version) if version.starts_with("1.") => Ok(map),
        Some(version) => Err(format!("its version is {}, and 1.0 is known", excerpt(version))),
        None => Err("it is no map with a text `version`".to_owned()),
    }
}

fn digest_algorithm(map: &Item<'_>) -> Result<DigestAlgorithm, String> {
    match map.get("digestAlgorithm").and_then(Item::as_text) {
        Some("SHA-256") => Ok(DigestAlgorithm::Sha256),
        Some("SHA-384") => Ok(DigestAlgorithm::Sha384),
        Some("SHA-512") => Ok(DigestAlgorithm::Sha512),
        Some(name) => Err(format!("`digestAlgorithm` is {}, not SHA-256, SHA-384 or SHA-512", excerpt(name))),
        None => Err("`digestAlgorithm` is no text".to_owned()),
    }
}

fn device_key(map: &Item<'_>) -> Result<PublicKey, String> {
    let key = map.get("deviceKeyInfo").and_then(|info| info.get("deviceKey"));
    let key =
        key.ok_or("`deviceKeyInfo` has no `deviceKey`: the document is not bound to a key of its holder")?;
    key::read(key).map_err(|fault| format!("`deviceKey` is unusable: {fault}"))
}

fn status(map: &Item<'_>) -> Result<Option<Value>, String> {
    match map.get("status") {
        None => Ok(None),
        Some(status) => value::json(status).map(Some).ok_or_else(|| "`status` is unusable".to_owned()),
    }
}
