//! From a presentation that was read to the facts of an authentic document.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::mso::SecurityObject;
use super::response::PresentedMdoc;
use super::transcript::SessionTranscript;
use super::{device_auth, driving_licence, elements, profile};
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::base::time::Timestamp;
use crate::cose::{CoseFault, SignedPayload};
use crate::jose::x5c::ValidatedChain;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{self, KeySource, TrustedIssuer};

const CHAIN: Rule = Rule { check: "issuer_chain", requirement: "ISO/IEC 18013-5 9.3.3, B.1; RFC 5280 6" };
const SIGNATURE: Rule =
    Rule { check: "issuer_signature", requirement: "ISO/IEC 18013-5 9.1.2.4; RFC 9052 4.4" };

/// The document type whose elements ISO/IEC 18013-5 itself describes.
const DRIVING_LICENCE: &str = "org.iso.18013.5.1.mDL";

/// Every rule of ISO/IEC 18013-5 holds. Made only by [`PresentedMdoc::authenticate`], and read as
/// [`Authentic`](crate::credential::Authentic).
pub struct AuthenticMdoc {
    pub(crate) issuer: String,
    pub(crate) by_anchor: Option<bool>,
    pub(crate) doctype: String,
    /// By namespace and element.
    pub(crate) claims: Map<String, Value>,
    pub(crate) signed: Timestamp,
    pub(crate) valid_from: Timestamp,
    pub(crate) valid_until: Timestamp,
    pub(crate) holder_thumbprint: String,
    /// Where the issuer keeps the status, unjudged.
    pub(crate) status: Option<Value>,
    pub(crate) status_policy: StatusPolicy,
    pub(crate) chain: Arc<ValidatedChain>,
}

impl AuthenticMdoc {
    /// The values that the issuer signed, by namespace and element.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

/// Claims are personal: only who vouched and for what kind of document is printed.
impl fmt::Debug for AuthenticMdoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthenticMdoc({:?} from {:?}, ..)", self.doctype, self.issuer)
    }
}

impl PresentedMdoc {
    /// All checks but that of the status: chain, certificates, issuer's signature, security object, validity, digests,
    /// and the proof of the holder for `transcript`. `now` comes with how far clocks may be apart.
    ///
    /// # Errors
    /// The first broken rule, written into `findings`; nothing of the document is handed on then.
    pub fn authenticate(
        self,
        issuer: &TrustedIssuer,
        transcript: Option<&SessionTranscript>,
        (now, skew): (Timestamp, Duration),
        findings: &mut Findings,
    ) -> Result<AuthenticMdoc, Rejection> {
        let limits = self.limits;
        let chain = self.chain(issuer, now, findings)?;
        let signer = profile::check(issuer.certificate_profile(), &chain, findings)?;
        let payload = self.signed(&chain, findings)?;
        let mso = SecurityObject::read(payload, &self.doctype, &limits, findings)?;
        // `issuer` may have been vouched for with another presentation's hint.
        if !issuer.accepts_type(&self.doctype) {
            return Err(
                findings.fail(&trust::TYPE, "`docType` is not among the types accepted from this issuer")
            );
        }
        mso.validity.check_signed(signer, findings)?;
        let claims = elements::check(&self.items, &mso, &limits, findings)?;
        if self.doctype == DRIVING_LICENCE {
            driving_licence::check_country(&claims, signer, findings)?;
        }
        device_auth::check(&self, &mso.device_key, transcript, &claims, &limits, findings)?;
        // That a document has run out ends a request; so only who holds it may say so, and for this request.
        mso.validity.check_now((now, skew), findings)?;
        Ok(AuthenticMdoc {
            issuer: issuer.issuer().to_owned(),
            by_anchor: issuer.is_told_by_anchor(),
            claims,
            signed: mso.validity.signed,
            valid_from: mso.validity.from,
            valid_until: mso.validity.until,
            holder_thumbprint: mso.device_key.thumbprint(),
            status: mso.status,
            status_policy: issuer.status_policy(),
            doctype: self.doctype.clone(),
            chain: Arc::clone(&chain),
        })
    }

    fn chain(
        &self,
        issuer: &TrustedIssuer,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<Arc<ValidatedChain>, Rejection> {
        let KeySource::X5c(roots) = issuer.keys() else {
            let detail = format!(
                "the key of this issuer comes from {}; that of an mdoc comes from certificates: configure `iaca_roots`",
                issuer.keys().name()
            );
            return Err(findings.fail(&CHAIN, detail));
        };
        let chain = roots.validate(&self.x5c, now).map_err(|why| findings.fail(&CHAIN, why.to_string()))?;
        let detail = format!(
            "{} certificates, from that of {} to the configured {}",
            chain.length(),
            chain.subject(),
            excerpt(chain.anchor().subject())
        );
        findings.pass(&CHAIN, detail);
        Ok(chain)
    }

    /// What the issuer signed, by the key of the first certificate.
    fn signed(
        &self,
        chain: &ValidatedChain,
        findings: &mut Findings,
    ) -> Result<SignedPayload<'_>, Rejection> {
        let memo = chain.keys().memo();
        let verified = match chain.keys().keys().first() {
            Some(key) => self.issuer_auth.verify_remembering(key, None, memo.as_deref()),
            None => Err(CoseFault::OtherKey(self.issuer_auth.algorithm())),
        };
        match verified {
            Ok(payload) => {
                findings.pass(&SIGNATURE, "the issuer's signature covers the security object");
                Ok(payload)
            }
            Err(fault) => {
                let detail = format!("`issuerAuth` under the key of {}: {fault}", chain.subject());
                Err(findings.fail(&SIGNATURE, detail))
            }
        }
    }
}
