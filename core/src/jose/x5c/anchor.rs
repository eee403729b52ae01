//! The configured certificate that a chain leads to, and which roots a chain leads to at all.

use openssl::x509::{X509, X509Ref};
use serde_json::Value;

use super::{Roots, certificates, distinguished_name, path, quietly, texts};
use crate::base::base64url;
use crate::base::secret::Digest;

/// The longest name of a certificate that results show, in characters.
const NAME_CHARACTERS: usize = 200;

/// The configured certificate that vouched: a name and a key (RFC 5280 section 6.1.1(d)). The key is what
/// tells two of them apart: anybody can write the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    subject: String,
    key_hash: String,
}

impl Anchor {
    pub(super) fn of(certificate: &X509Ref) -> Option<Self> {
        Some(Self { subject: shown_name(certificate), key_hash: key_hash(certificate)? })
    }

    /// The subject of the anchor, such as `CN=Root,C=DE`, clipped, without control characters.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// SHA-256 over its SubjectPublicKeyInfo in DER, base64url. It stays when the certificate is renewed for
    /// the same key.
    pub fn key_hash(&self) -> &str {
        &self.key_hash
    }
}

/// The certificates of an `x5c` header, read and not believed.
#[derive(Debug)]
pub struct SentChain(Vec<X509>);

impl SentChain {
    /// `None` when it is not a small array of certificates.
    pub fn read(x5c: &Value) -> Option<Self> {
        let texts = texts(x5c)?;
        quietly(|| certificates(&texts)).ok().map(Self)
    }
}

/// See [`Roots::are_several`].
pub(super) fn are_several(anchors: &[X509]) -> bool {
    let ends = |one: &&X509| quietly(|| path::is_self_signed(one) || !path::has_issuer_among(one, anchors));
    let mut keys = anchors.iter().filter(ends).map(|anchor| key_hash(anchor));
    let first = keys.next();
    keys.any(|key| Some(&key) != first.as_ref())
}

impl Roots {
    /// All of them belong to one issuer, who changes from one to the next: a credential without `iss` is
    /// that issuer's, whichever of them vouched.
    #[must_use]
    pub fn of_one_issuer(self) -> Self {
        Self { one_issuer: true, ..self }
    }

    /// See [`Roots::of_one_issuer`].
    pub fn are_one_issuers(&self) -> bool {
        self.one_issuer
    }

    /// Whether paths end at more than one key: authorities below another of them do not count.
    pub fn are_several(&self) -> bool {
        self.several
    }

    /// The KeyIdentifiers by which certificates name them as their authorities (RFC 5280 section 4.2.1.2); `None`
    /// where one of them has none.
    pub fn key_identifiers(&self) -> Option<Vec<Vec<u8>>> {
        self.anchors.iter().map(|anchor| Some(anchor.subject_key_id()?.as_slice().to_vec())).collect()
    }

    /// Whether one of them has the key of this hash ([`Anchor::key_hash`]).
    pub fn have_key(&self, hash: &str) -> bool {
        self.anchors.iter().any(|anchor| key_hash(anchor).as_deref() == Some(hash))
    }

    /// Whether the same certificates are believed here and there.
    pub fn share_one_with(&self, other: &Self) -> bool {
        self.anchors.iter().filter_map(|anchor| key_hash(anchor)).any(|hash| other.have_key(&hash))
    }

    /// Whether only certificates with certain names are believed.
    pub fn ask_for_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether `sent` leads here: one of its certificates is one of these, or signed by one, and the first
    /// has one of the configured names. That chooses whose chain it claims to be, at no particular time;
    /// whether the chain holds, [`Roots::validate`] says.
    pub fn are_named_by(&self, sent: &SentChain) -> bool {
        let SentChain(sent) = sent;
        quietly(|| {
            let named = self.names.is_empty()
                || sent.first().is_some_and(|leaf| super::leaf::has_one_name(leaf, &self.names));
            named && sent.iter().any(|one| self.anchors.iter().any(|anchor| is_or_issued(anchor, one)))
        })
    }
}

fn is_or_issued(anchor: &X509Ref, one: &X509Ref) -> bool {
    if matches!((anchor.to_der(), one.to_der()), (Ok(anchor), Ok(one)) if anchor == one) {
        return true;
    }
    let by_name = one.issuer_name().try_cmp(anchor.subject_name()).is_ok_and(|order| order.is_eq());
    by_name && anchor.public_key().is_ok_and(|key| one.verify(&key).unwrap_or(false))
}

fn key_hash(certificate: &X509Ref) -> Option<String> {
    let key = certificate.public_key().ok()?.public_key_to_der().ok()?;
    Some(base64url::encode(Digest::of(&key).as_bytes()))
}

/// The subject for results: control and direction characters become `?`.
pub(super) fn shown_name(certificate: &X509Ref) -> String {
    let printable = |c: char| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ';
    let name = distinguished_name(certificate);
    name.chars().take(NAME_CHARACTERS).map(|c| if printable(c) { c } else { '?' }).collect()
}
