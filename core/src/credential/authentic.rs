//! An authentic credential as facts, the same for every format.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::base::digest::DigestAlgorithm;
use crate::base::report::{Findings, Rejection};
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;
use crate::jose::time_claims::date;
use crate::jose::x5c::ValidatedChain;
use crate::mdoc::AuthenticMdoc;
#[cfg(any(test, feature = "testing"))]
use crate::plain::PlainFacts;
use crate::sdjwt;
use crate::sdjwt::key_binding::{KeyBinding, TransactionHashes};
use crate::sdjwt::parse::Received;
use crate::status_list::check::{self, StatusClaim, StatusNaming};
use crate::trust::CredentialFormat;
use crate::trust::status_policy::StatusPolicy;

/// Every rule of its format holds. Made only by [`Presented::authenticate`](super::Presented::authenticate).
/// Whether it is revoked, answers the query and covers the transaction is judged by later types.
///
/// ```
/// # use vpgate_core::credential::{Authentic, Presented};
/// fn name(credential: &Authentic) -> Option<&str> {
///     credential.claims().get("given_name")?.as_str()
/// }
/// ```
///
/// What was only presented has no claims:
///
/// ```compile_fail,E0599
/// # use vpgate_core::credential::{Authentic, Presented};
/// fn name(credential: &Presented) -> Option<&str> {
///     credential.claims().get("given_name")?.as_str()
/// }
/// ```
pub struct Authentic {
    format: CredentialFormat,
    issuer: String,
    by_anchor: Option<bool>,
    credential_type: String,
    /// The types that it extends, the nearest first.
    ancestors: Vec<String>,
    claims: Map<String, Value>,
    issued_at: Option<Timestamp>,
    valid_from: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    holder_thumbprint: Option<String>,
    /// What it says about where its status is kept, unjudged.
    status: Option<Value>,
    status_policy: StatusPolicy,
    /// What the holder signed, where a holder did.
    bound: Option<TransactionHashes>,
    chain: Option<Arc<ValidatedChain>>,
    sd_jwt: Option<SdJwtEvidence>,
    /// The text of an mdoc as it was received.
    mdoc: Option<String>,
}

/// What only an SD-JWT leaves behind: for a second library to judge it again.
pub struct SdJwtEvidence {
    text: Received,
    issuer_key: PublicKey,
    digests: DigestAlgorithm,
}

impl SdJwtEvidence {
    /// The presentation as it was received, in the compact form.
    pub fn received(&self) -> &str {
        self.text.whole()
    }

    /// What `sd_hash` of a key-binding JWT is, by the algorithm of the credential (RFC 9901 section 4.3.1).
    pub fn sd_hash(&self) -> (DigestAlgorithm, String) {
        (self.digests, self.digests.digest(self.text.signed()))
    }

    /// The key under which the issuer's signature holds.
    pub fn issuer_key(&self) -> &PublicKey {
        &self.issuer_key
    }
}

impl Authentic {
    /// The format of the credential.
    pub fn format(&self) -> CredentialFormat {
        self.format
    }

    /// The configured name of the issuer: exactly what the credential calls it, when it does.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether only the anchor says whose the credential is, because it does not name its issuer and the roots
    /// were not said to belong to one issuer; and whether there is more than one anchor.
    pub fn is_told_by_anchor(&self) -> Option<bool> {
        self.by_anchor
    }

    /// Exactly its type.
    pub fn credential_type(&self) -> &str {
        &self.credential_type
    }

    /// Whether it is of this type: by its own, or by one that this extends, as the configured type metadata
    /// say (OpenID4VP B.3.5). What extends it does not count: inheritance goes one way.
    pub fn is_of_type(&self, name: &str) -> bool {
        self.credential_type == name || self.ancestors.iter().any(|ancestor| ancestor == name)
    }

    /// The claims as JSON.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// When it was issued, where it says so.
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.issued_at
    }

    /// From when on it counts, where it says so.
    pub fn valid_from(&self) -> Option<Timestamp> {
        self.valid_from
    }

    /// When it expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// RFC 7638 thumbprint of the holder key; `None` when holder binding was not demanded.
    pub fn holder_thumbprint(&self) -> Option<&str> {
        self.holder_thumbprint.as_deref()
    }

    /// The chain that gave the issuer's key; `None` when the key was not found by certificates.
    pub fn chain(&self) -> Option<&ValidatedChain> {
        self.chain.as_deref()
    }

    /// Whether the holder signed for this request, and the signature held.
    pub fn has_key_binding(&self) -> bool {
        self.bound.is_some()
    }

    /// What the holder's signature says of itself, where a holder signed.
    pub fn key_binding(&self) -> Option<&KeyBinding> {
        self.bound.as_ref().map(|bound| &bound.evidence)
    }

    /// The KeyIdentifiers of the authorities behind the issuer's key, from the validated chain; `None` when
    /// the key was not found by certificates.
    pub fn authority_key_ids(&self) -> Option<&[Vec<u8>]> {
        self.chain.as_ref().map(|chain| chain.authority_key_ids())
    }

    /// The presentation as it was received; `None` for formats that leave no bytes behind.
    pub fn received(&self) -> Option<&str> {
        self.sd_jwt.as_ref().map(SdJwtEvidence::received).or(self.mdoc.as_deref())
    }

    /// The key under which the issuer's signature holds, where that is remembered.
    pub fn issuer_key(&self) -> Option<&PublicKey> {
        let of_chain = || self.chain.as_ref()?.keys().keys().first();
        self.sd_jwt.as_ref().map(SdJwtEvidence::issuer_key).or_else(of_chain)
    }

    /// What an SD-JWT leaves behind.
    pub fn sd_jwt(&self) -> Option<&SdJwtEvidence> {
        self.sd_jwt.as_ref()
    }

    /// Reads where its status is kept: nothing but an authentic credential leads to a fetch.
    ///
    /// # Errors
    /// When it is malformed, or missing although it is required; written into `findings`.
    pub fn status(&self, findings: &mut Findings) -> Result<StatusClaim, Rejection> {
        let naming = match self.format {
            CredentialFormat::SdJwtVc => StatusNaming::Claim,
            CredentialFormat::MsoMdoc => StatusNaming::Mso,
            #[cfg(any(test, feature = "testing"))]
            CredentialFormat::Plain => StatusNaming::Claim,
        };
        check::named(self.status_policy, naming, self.status.as_ref(), findings)
    }

    /// The hashes of transaction data that the holder signed: `None` when there are none. Shape checked (not
    /// empty), contents not.
    pub fn transaction_data_hashes(&self) -> Option<&[String]> {
        self.bound.as_ref()?.transaction_data_hashes.as_deref()
    }

    /// The name of the algorithm of these hashes.
    pub fn transaction_data_hashes_alg(&self) -> Option<&str> {
        self.bound.as_ref()?.transaction_data_hashes_alg.as_deref()
    }
}

/// Claims are personal: only who vouched and for what kind of credential is printed.
impl fmt::Debug for Authentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authentic({:?} from {:?}, ..)", self.credential_type, self.issuer)
    }
}

impl From<sdjwt::credential::AuthenticSdJwt> for Authentic {
    fn from(credential: sdjwt::credential::AuthenticSdJwt) -> Self {
        // Judged before: what is no date here is not there.
        let at = |name| date(&credential.claims, name).ok().flatten();
        Self {
            issued_at: at("iat"),
            valid_from: at("nbf"),
            format: CredentialFormat::SdJwtVc,
            status: credential.claims.get("status").cloned(),
            issuer: credential.issuer,
            by_anchor: credential.by_anchor,
            credential_type: credential.vct,
            ancestors: credential.ancestors,
            claims: credential.claims,
            expires_at: credential.expires_at,
            holder_thumbprint: credential.holder_thumbprint,
            status_policy: credential.status_policy,
            bound: credential.bound,
            chain: credential.chain,
            sd_jwt: Some(SdJwtEvidence {
                text: credential.text,
                issuer_key: credential.issuer_key,
                digests: credential.digests,
            }),
            mdoc: None,
        }
    }
}

impl Authentic {
    /// An mdoc, whose text was `received`.
    pub(super) fn of_mdoc(document: AuthenticMdoc, received: String) -> Self {
        Self { mdoc: Some(received), ..document.into() }
    }
}

impl From<AuthenticMdoc> for Authentic {
    fn from(document: AuthenticMdoc) -> Self {
        Self {
            format: CredentialFormat::MsoMdoc,
            issuer: document.issuer,
            by_anchor: document.by_anchor,
            credential_type: document.doctype,
            ancestors: Vec::new(),
            claims: document.claims,
            issued_at: Some(document.signed),
            valid_from: Some(document.valid_from),
            expires_at: Some(document.valid_until),
            holder_thumbprint: Some(document.holder_thumbprint),
            status: document.status,
            status_policy: document.status_policy,
            bound: None,
            chain: Some(document.chain),
            sd_jwt: None,
            mdoc: None,
        }
    }
}

#[cfg(any(test, feature = "testing"))]
impl From<PlainFacts> for Authentic {
    fn from(credential: PlainFacts) -> Self {
        Self {
            format: CredentialFormat::Plain,
            issuer: credential.issuer,
            by_anchor: None,
            credential_type: credential.credential_type,
            ancestors: Vec::new(),
            claims: credential.claims,
            issued_at: None,
            valid_from: None,
            expires_at: None,
            holder_thumbprint: credential.holder,
            status: None,
            status_policy: credential.status_policy,
            bound: None,
            chain: None,
            sd_jwt: None,
            mdoc: None,
        }
    }
}
