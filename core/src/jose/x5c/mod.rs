//! Certificate chains in a JOSE header (`x5c`, RFC 7515 section 4.1.6), validated to configured roots
//! (RFC 5280 section 6) by OpenSSL, with the time as an argument.
//!
//! A [`ValidatedChain`] is the proof; only [`Roots::validate`] makes one:
//! ```compile_fail,E0451
//! use vpgate_core::jose::{key_set::KeySet, x5c::ValidatedChain};
//! fn forge(keys: KeySet) -> ValidatedChain {
//!     ValidatedChain { keys, ..todo!() }
//! }
//! ```
//! Reading one is free:
//! ```
//! use vpgate_core::jose::{key_set::KeySet, x5c::ValidatedChain};
//! fn keys(chain: &ValidatedChain) -> &KeySet {
//!     chain.keys()
//! }
//! ```

mod anchor;
mod constraints;
mod facts;
mod leaf;
mod own;
mod path;
mod revocation;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::error::ErrorStack;
use openssl::x509::{X509, X509Ref};
use serde_json::Value;

pub use self::anchor::{Anchor, SentChain};
pub use self::constraints::ExtendedKeyUsage;
pub use self::facts::CertificateFacts;
pub use self::own::{OwnChain, OwnChainFault};
use self::path::Window;
pub use self::revocation::RevocationFile;
use self::revocation::Revocations;
use super::jws::SignatureMemo;
use super::key_set::KeySet;
use crate::base::base64url;
use crate::base::report::excerpt;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// Certificates in one `x5c`: identity credentials in use have two or three.
pub const MOST_CERTIFICATES: usize = 6;
/// One certificate, in bytes of DER: several times one with an RSA key of 4096 bits.
pub const CERTIFICATE_BYTES: usize = 8 << 10;

/// Certificates that are believed, for one issuer: roots, authorities below them, or those of issuers. A trust
/// anchor is a name and a key (RFC 5280 section 6.1.1(d)); it need not be self-signed.
pub struct Roots {
    anchors: Vec<X509>,
    names: Vec<String>,
    revocations: Option<Revocations>,
    one_issuer: bool,
    self_signed: bool,
    /// Found out once: it costs a signature for each root, and is asked of every presentation.
    several: bool,
    memo: Option<Arc<dyn ChainMemo>>,
}

/// Chains that one set of roots has validated before, so that the same answer costs no work. The rules keep nothing
/// between two calls, so the caller keeps it. It must forget: each chain takes a few kilobytes. Only good chains
/// get in, so a stranger cannot fill it with anything.
pub trait ChainMemo: Send + Sync {
    /// The chain that was kept under this digest.
    fn recall(&self, digest: &[u8; 32]) -> Option<Arc<ValidatedChain>>;
    /// Keeps a chain under the digest of its `x5c`.
    fn keep(&self, digest: [u8; 32], chain: &Arc<ValidatedChain>);
    /// A memory for the key of one chain; `None` where every signature is to be verified anew.
    fn signature_memo(&self) -> Option<Arc<dyn SignatureMemo>> {
        None
    }
}

impl Roots {
    /// These roots, where the issuer may stand for itself: a self-signed certificate that is one of them may be
    /// the first of `x5c`. HAIP 1.0 section 6.1.1 forbids it.
    #[must_use]
    pub fn with_self_signed_issuers(self) -> Self {
        Self { self_signed: true, ..self }
    }

    /// From certificates in PEM; `names`, unless empty, are the URI and DNS names of which the first
    /// certificate of a chain must have one (exactly; DNS names in any case). With `revoked`, each
    /// certificate below a root must have a current revocation list there that does not name it.
    ///
    /// # Errors
    /// One [`RootsFault`] per way to be unusable, for the operator.
    pub fn new(
        roots: &[u8],
        revoked: Option<RevocationFile<'_>>,
        names: Vec<String>,
    ) -> Result<Self, RootsFault> {
        let anchors = X509::stack_from_pem(roots).map_err(|_| RootsFault::Pem)?;
        if anchors.is_empty() {
            return Err(RootsFault::Empty);
        }
        // Lists are followed up to a self-signed root, so each anchor must lead to one that is here.
        let ends_early = |one: &X509| !path::is_self_signed(one) && !path::has_issuer_among(one, &anchors);
        if revoked.is_some()
            && let Some(place) = anchors.iter().position(ends_early)
        {
            return Err(RootsFault::NoRootForLists(place + 1));
        }
        let revocations = revoked.map(|file| Revocations::new(&anchors, &file)).transpose()?;
        let several = anchor::are_several(&anchors);
        Ok(Self { anchors, names, revocations, one_issuer: false, self_signed: false, several, memo: None })
    }

    /// These roots, with a memory of the chains that they validated.
    #[must_use]
    pub fn with_memo(self, memo: Arc<dyn ChainMemo>) -> Self {
        Self { memo: Some(memo), ..self }
    }

    /// Validates the value of an `x5c` header at `now`: one to six certificates, leaf first, each issued
    /// by the next, up to one of these roots. A root at the end of `x5c` is tolerated, and believed only
    /// when it is one of these.
    ///
    /// # Errors
    /// One [`ChainFault`] per way to be wrong, with the subject of the certificate it is about.
    pub fn validate(&self, x5c: &Value, now: Timestamp) -> Result<Arc<ValidatedChain>, RefusedChain> {
        let texts = texts(x5c).ok_or(ChainFault::Shape)?;
        if let Some(revocations) = &self.revocations
            && !revocations.are_current(now)
        {
            return Err(ChainFault::RevocationListDate.into());
        }
        let validate = || quietly(|| self.look_at(&certificates(&texts)?, now)).map(Arc::new);
        let Some(memo) = &self.memo else { return validate() };
        // Over the JSON, which keeps apart what belongs to different certificates.
        let digest = *Digest::of(x5c.to_string().as_bytes()).as_bytes();
        if let Some(chain) = memo.recall(&digest).filter(|chain| chain.window.holds(now)) {
            return Ok(chain);
        }
        let chain = validate()?;
        memo.keep(digest, &chain);
        Ok(chain)
    }

    fn look_at(&self, given: &[X509], now: Timestamp) -> Result<ValidatedChain, RefusedChain> {
        let leaf = given.first().ok_or(ChainFault::Shape)?;
        let alone = self.self_signed && path::is_one_of(leaf, &self.anchors) && path::is_self_signed(leaf);
        path::check_order(given, alone)?;
        let path = path::find(&self.anchors, given, now)?;
        path::check_leaf(leaf, alone)?;
        if let Some(revocations) = &self.revocations {
            revocations.check(given)?;
        }
        if !self.names.is_empty() && !leaf::has_one_name(leaf, &self.names) {
            return Err(RefusedChain::about(ChainFault::Name, leaf));
        }
        let keys = leaf::keys(leaf).ok_or_else(|| RefusedChain::about(ChainFault::Key, leaf))?;
        let keys = match self.memo.as_ref().and_then(|memo| memo.signature_memo()) {
            Some(memo) => keys.with_memo(memo),
            None => keys,
        };
        let window = path
            .iter()
            .try_fold(Window::ALWAYS, |all, one| Some(all.and(Window::of(one)?)))
            .ok_or(ChainFault::OpenSsl)?;
        let authority_key_ids =
            path.iter().filter_map(|one| one.authority_key_id()).map(|id| id.as_slice().to_vec()).collect();
        let root = path.last().ok_or(ChainFault::OpenSsl)?;
        let anchor = Anchor::of(root).ok_or(ChainFault::OpenSsl)?;
        let hashes = path.iter().map(|one| hash(one)).collect::<Option<Vec<_>>>();
        Ok(ValidatedChain {
            keys,
            leaf_hash: hash(leaf).ok_or(ChainFault::OpenSsl)?,
            hashes: hashes.ok_or(ChainFault::OpenSsl)?,
            subject: subject(leaf),
            shown_subject: anchor::shown_name(leaf),
            anchor,
            length: path.len(),
            anchor_was_sent: given
                .iter()
                .any(|one| path::is_self_signed(one) || path::is_one_of(one, &self.anchors)),
            authority_key_ids,
            leaf: CertificateFacts::of(leaf),
            root: CertificateFacts::of(root),
            window,
        })
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({}, ..)", self.anchors.len())
    }
}

/// Proof that the chain held: signatures, validity, roles, path length, names, revocation.
#[derive(Debug)]
pub struct ValidatedChain {
    keys: KeySet,
    leaf_hash: String,
    /// Of every certificate from the leaf to the root.
    hashes: Vec<String>,
    subject: String,
    shown_subject: String,
    anchor: Anchor,
    length: usize,
    anchor_was_sent: bool,
    authority_key_ids: Vec<Vec<u8>>,
    leaf: Option<CertificateFacts>,
    root: Option<CertificateFacts>,
    window: Window,
}

impl ValidatedChain {
    /// The key of the first certificate.
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// SHA-256 over the first certificate in DER, base64url: what follows `x509_hash:` (OpenID4VP 1.0
    /// section 5.9.3).
    pub fn leaf_hash(&self) -> &str {
        &self.leaf_hash
    }

    /// What the first certificate says of itself; `None` when it is not laid out as RFC 5280 says.
    pub fn leaf(&self) -> Option<&CertificateFacts> {
        self.leaf.as_ref()
    }

    /// The same of the configured certificate that it reached.
    pub fn root(&self) -> Option<&CertificateFacts> {
        self.root.as_ref()
    }

    /// Whether the certificate of this hash, SHA-256 in base64url, is one of those from the leaf to the root.
    pub fn passes(&self, hash: &str) -> bool {
        self.hashes.iter().any(|known| known == hash)
    }

    /// The subject of the first certificate, clipped, in backticks: for reports.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The subject for results, such as `CN=Issuer,C=DE`, clipped, without control characters.
    pub fn shown_subject(&self) -> &str {
        &self.shown_subject
    }

    /// The configured certificate that it reached.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The KeyIdentifiers of the authorities of its certificates, where they name them (RFC 5280 section
    /// 4.2.1.1), from the leaf up.
    pub fn authority_key_ids(&self) -> &[Vec<u8>] {
        &self.authority_key_ids
    }

    /// How many certificates from the leaf to the root, both counted.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether `x5c` held a trust anchor too, one that is configured or any self-signed certificate, which
    /// HAIP 1.0 section 6.1.1 forbids.
    pub fn anchor_was_sent(&self) -> bool {
        self.anchor_was_sent
    }
}

/// Why a chain is not believed, and which certificate is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedChain {
    /// What is wrong.
    pub fault: ChainFault,
    /// The subject of the certificate it is about, clipped, in backticks.
    pub subject: Option<String>,
}

impl RefusedChain {
    fn about(fault: ChainFault, certificate: &X509Ref) -> Self {
        Self { fault, subject: Some(subject(certificate)) }
    }
}

impl From<ChainFault> for RefusedChain {
    fn from(fault: ChainFault) -> Self {
        Self { fault, subject: None }
    }
}

impl fmt::Display for RefusedChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{} (the certificate of {subject})", self.fault),
            None => self.fault.fmt(f),
        }
    }
}

/// What is wrong with a chain. Certificates are counted from 1, the leaf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ChainFault {
    /// Not a small array of texts.
    #[error("`x5c` must be an array of 1 to {MOST_CERTIFICATES} strings")]
    Shape,
    #[error(
        "certificate {0} of `x5c` is not one DER certificate in padded standard base64, of at most {CERTIFICATE_BYTES} bytes"
    )]
    Encoding(usize),
    /// The leaf stands for itself.
    #[error(
        "the first certificate of `x5c` is self-signed; it must be issued by an authority (or be configured itself, with `x5c_self_signed`)"
    )]
    SelfSigned,
    /// The next certificate is not the issuer of this one.
    #[error(
        "certificate {0} of `x5c` is not issued by the one after it: the leaf comes first, then its issuer, and so on"
    )]
    Order(usize),
    /// OpenSSL finds no path, or one that does not hold.
    #[error("the certificate chain does not reach a configured root: {why}, at certificate {at}")]
    Path {
        /// The place of the certificate in the chain.
        at: usize,
        /// OpenSSL's words.
        why: &'static str,
    },
    #[error(
        "the first certificate of `x5c` is an authority's (`cA` in its basic constraints), not an issuer's"
    )]
    LeafIsAuthority,
    /// The leaf may not sign.
    #[error("the key usage of the first certificate of `x5c` lacks digitalSignature")]
    LeafKeyUsage,
    /// Revoked, or no list says that it is not.
    #[error("the configured revocation lists do not clear the chain: {why}, at certificate {at}")]
    Revoked {
        /// The place of the certificate in the chain.
        at: usize,
        /// OpenSSL's words.
        why: &'static str,
    },
    /// A revocation list has expired, or is not valid yet.
    #[error(
        "a revocation list of the configured `crl` file is out of date: put the current lists there and restart"
    )]
    RevocationListDate,
    /// None of the configured names.
    #[error(
        "none of the configured `x5c_names` is a URI or DNS name (subjectAltName) of the first certificate of `x5c`"
    )]
    Name,
    /// A key that nothing here verifies with.
    #[error(
        "the key of the first certificate of `x5c` is not EC on P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits, or is no valid key of its type"
    )]
    Key,
    /// OpenSSL ran out of something.
    #[error("the certificate chain could not be looked at")]
    OpenSsl,
}

/// Why configured roots or revocation lists cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RootsFault {
    #[error("is not readable as PEM certificates")]
    Pem,
    #[error("holds no certificate (`-----BEGIN CERTIFICATE-----`)")]
    Empty,
    /// Revocation lists cannot be followed up to it.
    #[error(
        "certificate {0} is not self-signed, and its issuer is not in the file; revocation lists (`crl`) are followed up to a self-signed root"
    )]
    NoRootForLists(usize),
    /// No list, or an unreadable one.
    #[error("holds no readable revocation list (`-----BEGIN X509 CRL-----`)")]
    NoList,
}

/// The value of an `x5c` header with these certificates in DER.
pub fn of_der(certificates: &[Vec<u8>]) -> Value {
    certificates.iter().map(|der| STANDARD.encode(der)).collect()
}

/// OpenSSL keeps what it stumbled over for this thread, where a TLS connection would find it, also where all
/// went well in the end.
fn quietly<T>(look: impl FnOnce() -> T) -> T {
    let found = look();
    drop(ErrorStack::get());
    found
}

/// The strings of the array, few and none too long.
fn texts(x5c: &Value) -> Option<Vec<&str>> {
    let given = x5c.as_array().filter(|list| (1..=MOST_CERTIFICATES).contains(&list.len()))?;
    given.iter().map(Value::as_str).collect()
}

fn certificates(texts: &[&str]) -> Result<Vec<X509>, ChainFault> {
    let read = |(place, text): (usize, &&str)| certificate(text).ok_or(ChainFault::Encoding(place + 1));
    texts.iter().enumerate().map(read).collect()
}

fn certificate(text: &str) -> Option<X509> {
    if text.len() > CERTIFICATE_BYTES.div_ceil(3) * 4 {
        return None;
    }
    let der = STANDARD.decode(text).ok()?;
    let certificate = X509::from_der(&der).ok()?;
    // OpenSSL does not mind bytes after the certificate.
    (certificate.to_der().ok()? == der).then_some(certificate)
}

/// SHA-256 over the DER, base64url.
fn hash(certificate: &X509Ref) -> Option<String> {
    Some(base64url::encode(Digest::of(&certificate.to_der().ok()?).as_bytes()))
}

/// `CN=...,O=...`, clipped, in backticks.
fn subject(certificate: &X509Ref) -> String {
    excerpt(&distinguished_name(certificate))
}

/// `CN=...,O=...`
fn distinguished_name(certificate: &X509Ref) -> String {
    let mut shown = String::new();
    for entry in certificate.subject_name().entries() {
        let name = entry.object().nid().short_name().unwrap_or("?");
        let value = entry.data().to_string().unwrap_or_default();
        shown.push_str(if shown.is_empty() { "" } else { "," });
        shown.push_str(&format!("{name}={value}"));
    }
    shown
}

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
