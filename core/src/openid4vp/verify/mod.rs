//! The verdict: is every presentation authentic, and does the answer satisfy the question?
//! (OpenID4VP 1.0 sections 6.4, 8.6, B.3.)
//!
//! A [`VerifiedPresentation`] is read, never written:
//! ```
//! use vpgate_core::openid4vp::verify::VerifiedPresentation;
//! fn read(proof: &VerifiedPresentation) -> usize {
//!     proof.credentials().len() + proof.transaction_data().len()
//! }
//! ```
//! A genuine presentation must be current before it counts:
//! ```compile_fail,E0308
//! use vpgate_core::base::{report::Findings, time::Timestamp};
//! use vpgate_core::openid4vp::verify::{Expected, Genuine, conclude};
//! fn skip(genuine: Genuine, challenge: &Expected<'_>, now: Timestamp, findings: &mut Findings) {
//!     let _ = conclude(vec![genuine], challenge, now, findings);
//! }
//! ```
//! as in:
//! ```
//! use vpgate_core::base::{report::Findings, time::Timestamp};
//! use vpgate_core::openid4vp::verify::{Expected, Current, conclude};
//! fn go_on(current: Current, challenge: &Expected<'_>, now: Timestamp, findings: &mut Findings) {
//!     let _ = conclude(vec![current], challenge, now, findings);
//! }
//! ```
//! Only [`conclude`] makes a verified presentation:
//! ```compile_fail
//! use vpgate_core::base::time::Timestamp;
//! use vpgate_core::openid4vp::verify::VerifiedPresentation;
//! fn forge(at: Timestamp) -> VerifiedPresentation {
//!     VerifiedPresentation { credentials: Default::default(), transaction_data: Vec::new(), verified_at: at, scopes: None }
//! }
//! ```

mod answer;
mod authorised;
mod complete;
mod current;
mod high_assurance;
mod issuer_certificate;
mod mistaken_hash;
mod sca;
mod shown;
mod told;
mod transcript;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::complete::Survivor;
pub use self::current::{Current, Listed, StatusNeeded};
pub use self::issuer_certificate::IssuerCertificate;
pub use self::sca::ExpectedEvidence;
pub use self::shown::{Commitment, ShownEvidence};
pub use self::told::{ScopeNotGranted, ScopesEarned, one_holder};
pub use self::transcript::{SentRequest, TranscriptFault};
use super::dcql::Query;
use super::request::{PresentationFlow, VpRequest};
use super::response::PresentedCredential;
use super::transaction_data::{TransactionData, TransactionTypes};
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::time::Timestamp;
use crate::credential::Authentic;
use crate::credential::settings::VerificationSettings;
use crate::jose::jwk;
use crate::jose::key_set::KeySet;
use crate::mdoc::SessionTranscript;
use crate::sdjwt::key_binding::{ExpectedBinding, KeyBinding};
use crate::status_list::check::{CredentialStatus, StatusPlace};
use crate::trust::{CredentialFormat, TrustedIssuer};

const ASKED: Rule = Rule { check: "credential_asked_for", requirement: "OpenID4VP 8.1, 8.6" };
const ONE_HOLDER: Rule = Rule { check: "one_holder", requirement: "OpenID4VP 14.4" };

/// What an answer is judged against. Nothing of it comes from the answer.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// What was asked for.
    pub query: &'a Query,
    /// What was to be agreed to, as sent.
    pub transaction_data: &'a [TransactionData],
    /// Our client identifier, exactly as the wallet knows it; or our origin, where the browser said it.
    pub audience: Cow<'a, str>,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// Whether HAIP 1.0 section 6.1 must hold too for every credential and status list.
    pub high_assurance: bool,
    /// What is expected of the holder's signature, where what is agreed to demands evidence.
    pub evidence: ExpectedEvidence<'a>,
    /// What the holder of an mdoc must have signed; `None` where nothing says it, and then no mdoc is accepted.
    pub transcript: Option<SessionTranscript>,
    /// How long an answer may be, and how far clocks may be apart.
    pub settings: VerificationSettings,
}

impl<'a> Expected<'a> {
    /// This expectation, with what the operator demands of evidence.
    #[must_use]
    pub fn demanding(self, types: &'a TransactionTypes) -> Self {
        Self { evidence: ExpectedEvidence { types: Some(types), ..self.evidence }, ..self }
    }

    /// This expectation, where devices have signed for `transcript` instead: that of another protocol by which the same
    /// was asked.
    #[must_use]
    pub fn signed_for(self, transcript: Option<SessionTranscript>) -> Self {
        Self { transcript: transcript.or(self.transcript), ..self }
    }

    /// This expectation, judged by what the operator has set.
    #[must_use]
    pub fn by(self, settings: VerificationSettings) -> Self {
        Self { settings, ..self }
    }
}

impl VpRequest {
    /// What the holder of an mdoc signs for this request; `None` where no mdoc was asked for, or the address of the answer
    /// is not known. An answer is encrypted exactly when that was asked for (REQ-2.35), and the thumbprint says so.
    fn transcript(&self) -> Option<SessionTranscript> {
        let formats = self.query.credentials().iter().map(|credential| credential.meta.format);
        if !formats.into_iter().any(CredentialFormat::is_namespaced) {
            return None;
        }
        let key = match (&self.answer_key, self.response_mode.is_encrypted()) {
            (Some(jwk), true) => Some(jwk::thumbprint_of(jwk).ok()?),
            (None, true) => return None,
            (_, false) => None,
        };
        let nonce = self.nonce.as_str();
        Some(match (self.flow, &self.answer_uri) {
            (PresentationFlow::DcApi, _) => SessionTranscript::dc_api(&self.origin, nonce, key.as_ref()),
            (_, Some(uri)) => {
                SessionTranscript::redirect(&self.verifier_id, nonce, key.as_ref(), uri.as_str())
            }
            (_, None) => return None,
        })
    }

    /// What the answer to this request is judged against, by default settings.
    pub fn expected(&self) -> Expected<'_> {
        Expected {
            query: &self.query,
            transaction_data: &self.transaction_data,
            audience: self.audience(),
            nonce: self.nonce.as_str(),
            requested_at: self.created_at,
            high_assurance: self.profile.is_high_assurance(),
            evidence: ExpectedEvidence { response_mode: Some(self.response_mode.name()), types: None },
            transcript: self.transcript(),
            settings: VerificationSettings::default(),
        }
    }
}

/// One presentation that is authentic and answers its credential query. Only [`authenticate`] makes one.
#[derive(Debug)]
pub struct Genuine {
    credential: String,
    number: Option<usize>,
    combination: usize,
    authentic: Authentic,
    high_assurance: bool,
}

impl Genuine {
    /// The credential query id that it answers.
    pub fn credential(&self) -> &str {
        &self.credential
    }

    /// What was shown.
    pub fn authentic(&self) -> &Authentic {
        &self.authentic
    }
}

/// The answer is authentic and satisfies the question. Only [`conclude`] makes one.
#[derive(Clone, PartialEq, Serialize)]
pub struct VerifiedPresentation {
    credentials: BTreeMap<String, VerifiedCredentials>,
    transaction_data: Vec<TransactionData>,
    verified_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<ScopesEarned>,
}

/// What answers one credential query, as the relying party and the row have it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "nearly always the large one, a handful for each answer")]
pub enum VerifiedCredentials {
    /// The query allows one presentation: an object.
    One(VerifiedCredential),
    /// The query says `multiple`: an array, also of one; never empty.
    Several(Vec<VerifiedCredential>),
}

/// One verified credential: the claims that were asked for, and only those. Results, ID tokens, `/userinfo`, access
/// tokens and introspection are renderings of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedCredential {
    /// The configured name of who says so: its exact `iss`, when it has one. Two issuers can share it
    /// ([`VerifiedCredential::issuer_identity`]).
    pub issuer: String,
    /// The certificates behind it, where its key was found by certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Box<IssuerCertificate>>,
    /// The format of the credential.
    #[serde(default)]
    pub format: CredentialFormat,
    /// Its type. Rows of before call it `vct`.
    #[serde(rename = "type", alias = "vct")]
    pub credential_type: String,
    /// What was asked for, at the place where it was; positions in arrays are kept, with `null` for
    /// elements that were not asked for.
    pub claims: Map<String, Value>,
    /// `iat` of the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// `nbf` of the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// `exp` of the credential.
    pub expires_at: Option<Timestamp>,
    /// RFC 7638 thumbprint of the holder key; `None` when the query demanded no holder binding.
    pub holder: Option<String>,
    /// What the holder's signature says of itself; `None` when the query demanded no holder binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_binding: Option<KeyBinding>,
    /// What is known of its status; never where that is kept (REQ-7.16).
    #[serde(default, alias = "standing")]
    pub status: CredentialStatus,
    /// When that was looked up; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_at: Option<Timestamp>,
    /// Where that is kept, for tokens that must end with the credential. In no row and no result.
    #[serde(skip)]
    pub status_places: Vec<StatusPlace>,
    /// Hashes of what was shown, for the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Box<ShownEvidence>>,
}

/// Is this presentation authentic, made for this challenge, and does it answer its credential query?
///
/// # Errors
/// [`Rejection`] for the first rule that is broken: this presentation is to be discarded.
pub fn authenticate(
    shown: PresentedCredential,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    challenge: &Expected<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Genuine, Rejection> {
    let PresentedCredential { credential, number, presented } = shown;
    findings.about_presentation(&credential, number);
    let Some(query) = challenge.query.credential(&credential) else {
        return Err(findings.fail(&ASKED, "this credential was not asked for"));
    };
    let expected = ExpectedBinding {
        audience: &challenge.audience,
        nonce: challenge.nonce,
        requested_at: challenge.requested_at,
        skew: challenge.settings.clock_tolerance,
    };
    let high_assurance = challenge.high_assurance;
    if high_assurance {
        high_assurance::check_ways(&presented, issuer, findings)?;
    }
    let authentic =
        presented.authenticate(issuer, keys, (&expected, challenge.transcript.as_ref()), now, findings)?;
    if high_assurance {
        high_assurance::check_credential(&authentic, findings)?;
    }
    let combination = answer::satisfies(&authentic, query, findings)?;
    Ok(Genuine { credential, number, combination, authentic, high_assurance })
}

/// Do these presentations, which are current and were not discarded, together satisfy the challenge: the
/// query's own rules on which credentials are enough, the transaction data covered exactly?
///
/// # Errors
/// [`Rejection`] for the first rule that is broken; it ends the whole response.
pub fn conclude(
    current: Vec<Current>,
    challenge: &Expected<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<VerifiedPresentation, Rejection> {
    let survivors = complete::survivors(current, challenge.query, findings)?;
    authorised::exactly(challenge.transaction_data, &survivors, &challenge.evidence, findings)?;
    let mut credentials: BTreeMap<String, VerifiedCredentials> = BTreeMap::new();
    for survivor in &survivors {
        let verified = verified(survivor);
        match credentials.get_mut(&survivor.query.id) {
            Some(VerifiedCredentials::Several(several)) => several.push(verified),
            _ => {
                let first = match survivor.query.multiple {
                    true => VerifiedCredentials::Several(vec![verified]),
                    false => VerifiedCredentials::One(verified),
                };
                credentials.insert(survivor.query.id.clone(), first);
            }
        }
    }
    let transaction_data = challenge.transaction_data.to_vec();
    Ok(VerifiedPresentation { credentials, transaction_data, verified_at: now, scopes: None })
}

impl VerifiedCredential {
    /// The holder key, where the same person has the same one the next time.
    fn person_key(&self) -> Option<&String> {
        self.holder.as_ref().filter(|_| !self.format.changes_keys())
    }

    /// A name that no other issuer has: the configured name, and the key of the anchor where only that says
    /// whose the credential is (SD-JWT VC section 2.5).
    pub fn issuer_identity(&self) -> String {
        match &self.certificate {
            Some(certificate) if certificate.is_issuer => {
                format!("{}#{}", self.issuer, certificate.anchor_key)
            }
            _ => self.issuer.clone(),
        }
    }

    /// What results call the issuer: its identity, wherever the configured name could be that of several.
    pub fn issuer_told(&self) -> String {
        match &self.certificate {
            Some(certificate) if certificate.one_of_several => self.issuer_identity(),
            _ => self.issuer.clone(),
        }
    }
}

impl VerifiedCredentials {
    /// All of them, at least one.
    pub fn as_slice(&self) -> &[VerifiedCredential] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

impl VerifiedPresentation {
    /// By credential query id.
    pub fn credentials(&self) -> &BTreeMap<String, VerifiedCredentials> {
        &self.credentials
    }

    /// What the holder agreed to, exactly as it was sent.
    pub fn transaction_data(&self) -> &[TransactionData] {
        &self.transaction_data
    }

    /// When this was judged.
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }

    /// Are all credentials bound to one holder key? If not, nothing proves that they belong to one
    /// person (REQ-8.14). A credential alone belongs to one person, bound or not. Wallets give each copy of an
    /// mdoc a key of its own, so of several credentials with one nothing is proven.
    pub fn one_holder(&self) -> bool {
        let mut holders = self.all().map(VerifiedCredential::person_key);
        let Some(first) = holders.next() else { return true };
        let mut others = holders.peekable();
        others.peek().is_none() || (first.is_some() && others.all(|holder| holder == first))
    }

    fn all(&self) -> impl Iterator<Item = &VerifiedCredential> {
        self.credentials.values().flat_map(VerifiedCredentials::as_slice)
    }

    /// That it was verified, and nothing of what: for rows from which nobody collects a result.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self {
            credentials: BTreeMap::new(),
            transaction_data: Vec::new(),
            verified_at: self.verified_at,
            scopes: self.scopes.clone(),
        }
    }

    /// It was made by [`Self::emptied`]: whatever was verified has a credential.
    pub fn is_emptied(&self) -> bool {
        self.credentials.is_empty()
    }

    /// From the row it was stored in; for `store/row.rs` only.
    pub fn restore(row: Value) -> Option<Self> {
        #[derive(Deserialize)]
        struct PresentationRow {
            credentials: BTreeMap<String, VerifiedCredentials>,
            transaction_data: Vec<TransactionData>,
            verified_at: Timestamp,
            #[serde(default)]
            scopes: Option<ScopesEarned>,
        }
        let PresentationRow { credentials, transaction_data, verified_at, scopes } =
            serde_json::from_value(row).ok()?;
        Some(Self { credentials, transaction_data, verified_at, scopes })
    }

    /// What [`conclude`] would have made; so that modules above can be tested without signatures.
    #[cfg(test)]
    pub(crate) fn for_tests(
        credentials: BTreeMap<String, VerifiedCredentials>,
        transaction_data: Vec<TransactionData>,
        verified_at: Timestamp,
    ) -> Self {
        Self { credentials, transaction_data, verified_at, scopes: None }
    }
}

fn verified(survivor: &Survivor<'_>) -> VerifiedCredential {
    let Survivor { query, combination, authentic, status, status_at, places, .. } = survivor;
    let holder = authentic.holder_thumbprint();
    let mut claims = answer::asked_for(authentic.claims(), query, *combination);
    // Where the status is kept tells one holder from another: no claim (TSL 12.3).
    claims.remove("status");
    VerifiedCredential {
        issuer: authentic.issuer().to_owned(),
        certificate: IssuerCertificate::of(authentic).map(Box::new),
        format: authentic.format(),
        credential_type: authentic.credential_type().to_owned(),
        claims,
        issued_at: authentic.issued_at(),
        valid_from: authentic.valid_from(),
        expires_at: authentic.expires_at(),
        holder: holder.map(str::to_owned),
        // REQ-6.11: what was not demanded raises no assurance.
        key_binding: holder.and_then(|_| authentic.key_binding().cloned()),
        status: *status,
        status_at: *status_at,
        status_places: places.clone(),
        evidence: ShownEvidence::of(authentic, places).map(Box::new),
    }
}

impl fmt::Debug for VerifiedPresentation {
    /// Claims are personal data: only the ids of what was shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.credentials.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
