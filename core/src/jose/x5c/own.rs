//! Our own certificate chain: what goes into the `x5c` header of what we sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::x509::X509;
use serde_json::Value;

use super::constraints::{self, ExtendedKeyUsage};
use super::path::{self, Window};
use super::{MOST_CERTIFICATES, leaf};
use crate::base::base64url;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;
use crate::jose::jwk::PublicKey;

/// One to six certificates, leaf first, each certified by the next. Public.
#[derive(Clone, Debug)]
pub struct OwnChain {
    leaf: X509,
    others: Vec<X509>,
    encoded: Vec<String>,
    hash: String,
    window: Window,
}

/// Why certificates cannot stand in `x5c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OwnChainFault {
    #[error("is not readable as PEM certificates")]
    Pem,
    #[error(
        "must hold 1 to {MOST_CERTIFICATES} certificates (`-----BEGIN CERTIFICATE-----`), the leaf first"
    )]
    Count,
    /// RFC 7515 section 4.1.6.
    #[error("certificate {0} is not certified by the one after it: the leaf comes first, then its issuer")]
    Order(usize),
    /// OpenSSL ran out of something.
    #[error("could not be looked at")]
    OpenSsl,
}

impl OwnChain {
    /// From certificates in PEM.
    ///
    /// # Errors
    /// One [`OwnChainFault`] per way to be unusable, for the operator.
    pub fn from_pem(pem: &[u8]) -> Result<Self, OwnChainFault> {
        let given = X509::stack_from_pem(pem).map_err(|_| OwnChainFault::Pem)?;
        if given.len() > MOST_CERTIFICATES {
            return Err(OwnChainFault::Count);
        }
        for (place, pair) in given.windows(2).enumerate() {
            let [one, next] = pair else { continue };
            let named = one.issuer_name().try_cmp(next.subject_name()).is_ok_and(|order| order.is_eq());
            let certified = next.public_key().is_ok_and(|key| one.verify(&key).unwrap_or(false));
            if !(named && certified) {
                return Err(OwnChainFault::Order(place + 1));
            }
        }
        let ders: Vec<Vec<u8>> = given
            .iter()
            .map(|one| one.to_der())
            .collect::<Result<_, _>>()
            .map_err(|_| OwnChainFault::OpenSsl)?;
        let window = given
            .iter()
            .try_fold(Window::ALWAYS, |all, one| Some(all.and(Window::of(one)?)))
            .ok_or(OwnChainFault::OpenSsl)?;
        let hash = ders.first().map(|der| base64url::encode(Digest::of(der).as_bytes()));
        let mut given = given.into_iter();
        Ok(Self {
            leaf: given.next().ok_or(OwnChainFault::Count)?,
            others: given.collect(),
            encoded: ders.iter().map(|der| STANDARD.encode(der)).collect(),
            hash: hash.ok_or(OwnChainFault::Count)?,
            window,
        })
    }

    /// The certificates in DER, the leaf first.
    pub fn to_der(&self) -> Vec<Vec<u8>> {
        let all = std::iter::once(&self.leaf).chain(&self.others);
        // What was written once is written again.
        all.filter_map(|one| one.to_der().ok()).collect()
    }

    /// The header's value (RFC 7515 section 4.1.6).
    pub fn x5c(&self) -> Value {
        self.encoded.as_slice().into()
    }

    /// SHA-256 over the leaf in DER, base64url: what follows `x509_hash:` (OpenID4VP 1.0 section 5.9.3).
    pub fn leaf_hash(&self) -> &str {
        &self.hash
    }

    /// Whether `name` is a dNSName of the leaf, letter by letter but for case; a wildcard names nobody.
    pub fn names(&self, name: &str) -> bool {
        let Some(found) = self.leaf.subject_alt_names() else { return false };
        found.iter().filter_map(|one| one.dnsname()).any(|dns| dns.eq_ignore_ascii_case(name))
    }

    /// Whether the leaf certifies `key`.
    pub fn certifies(&self, key: &PublicKey) -> bool {
        leaf::keys(&self.leaf)
            .is_some_and(|keys| keys.keys().iter().any(|known| known.thumbprint() == key.thumbprint()))
    }

    /// What the leaf is for; `None` where it does not say.
    pub fn extended_key_usage(&self) -> Option<ExtendedKeyUsage> {
        constraints::extended_key_usage(&self.leaf.to_der().ok()?)?
    }

    /// Whether the leaf stands for itself.
    pub fn is_self_signed(&self) -> bool {
        path::is_self_signed(&self.leaf)
    }

    /// Whether a trust anchor is among the certificates after the leaf.
    pub fn holds_an_anchor(&self) -> bool {
        self.others.iter().any(|one| path::is_self_signed(one))
    }

    /// From this second on one of the certificates is not valid any more.
    pub fn until(&self) -> Timestamp {
        self.window.until()
    }

    /// Whether all certificates are valid at `now`.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.window.holds(now)
    }
}
