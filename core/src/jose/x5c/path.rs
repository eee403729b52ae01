//! The path from a leaf to a root (RFC 5280 section 6.1), and what the leaf must be.

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::{X509StoreBuilder, X509StoreRef};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509KeyUsage, X509Ref, X509StoreContext};

use super::constraints::is_authority;
use super::{ChainFault, MOST_CERTIFICATES, RefusedChain};
use crate::base::time::Timestamp;

/// OpenSSL's level for 112 bits of security: no SHA-1, no RSA below 2048 bits (NIST SP 800-57 part 1).
const SECURITY_LEVEL: i32 = 2;

/// The certificates as they were sent: a leaf that does not stand for itself, each issued by the next.
/// `alone`: this leaf may.
pub(super) fn check_order(given: &[X509], alone: bool) -> Result<(), RefusedChain> {
    if let Some(leaf) = given.first().filter(|leaf| names_itself(leaf) && !alone) {
        return Err(RefusedChain::about(ChainFault::SelfSigned, leaf));
    }
    for (place, pair) in given.windows(2).enumerate() {
        let [one, next] = pair else { continue };
        if !one.issuer_name().try_cmp(next.subject_name()).is_ok_and(|order| order.is_eq()) {
            return Err(RefusedChain::about(ChainFault::Order(place + 1), one));
        }
    }
    Ok(())
}

/// The path from the first certificate to one of the anchors, both included, as it stands at `now`: to a
/// self-signed one where that can be, so that an authority below it changes nothing; else to any.
pub(super) fn find(anchors: &[X509], given: &[X509], now: Timestamp) -> Result<Vec<X509>, RefusedChain> {
    let mut broken = match walk_to(anchors, given, now, End::Root).map_err(|_| ChainFault::OpenSsl)? {
        Ok(path) => return Ok(path),
        Err(broken) => broken,
    };
    if anchors.iter().any(|anchor| !is_self_signed(anchor)) {
        broken = match walk_to(anchors, given, now, End::Any).map_err(|_| ChainFault::OpenSsl)? {
            Ok(path) => return Ok(path),
            Err(broken) => broken,
        };
    }
    // Of several anchors with one name and no key identifiers, as after a change of the root's key, OpenSSL
    // tries one. Each gets its turn.
    for anchor in anchors.iter().filter(|anchor| is_namesake(anchor, anchors)) {
        let alone = std::slice::from_ref(anchor);
        if let Ok(path) = walk_to(alone, given, now, End::Any).map_err(|_| ChainFault::OpenSsl)? {
            return Ok(path);
        }
    }
    let BrokenPath { at, why, subject } = broken;
    Err(RefusedChain { fault: ChainFault::Path { at, why }, subject })
}

fn is_namesake(anchor: &X509Ref, anchors: &[X509]) -> bool {
    let same =
        |other: &&X509| anchor.subject_name().try_cmp(other.subject_name()).is_ok_and(|order| order.is_eq());
    anchors.iter().filter(same).count() > 1
}

/// Where a path may end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// At an anchor that is self-signed.
    Root,
    /// At any time.
    Any,
}

fn walk_to(
    anchors: &[X509],
    given: &[X509],
    now: Timestamp,
    end: End,
) -> Result<Result<Vec<X509>, BrokenPath>, ErrorStack> {
    let mut terms = X509VerifyParam::new()?;
    if end == End::Any {
        terms.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    }
    terms.set_time(now.unix());
    terms.set_depth(i32::try_from(MOST_CERTIFICATES).unwrap_or(i32::MAX));
    terms.set_auth_level(SECURITY_LEVEL);
    // The time belongs to the store, so each moment has one of its own; certificates are shared.
    let mut store = X509StoreBuilder::new()?;
    for anchor in anchors {
        store.add_cert(anchor.clone())?;
    }
    store.set_param(&terms)?;
    let mut walked = walk(&store.build(), given)?;
    // What was sent beyond an anchor proves nothing and is nobody's anchor.
    if let Ok(path) = &mut walked
        && let Some(place) = path.iter().position(|one| is_one_of(one, anchors))
        && end == End::Any
    {
        path.truncate(place + 1);
    }
    Ok(walked)
}

/// The leaf signs credentials, and only those: it is no authority, and its key usage does not say
/// otherwise. OpenSSL has seen to what authorities must be (RFC 5280 section 6.1.4(k) to (n)).
/// One that stands `alone` is often its own authority on paper.
pub(super) fn check_leaf(leaf: &X509Ref, alone: bool) -> Result<(), RefusedChain> {
    let fault = match leaf.to_der().ok().and_then(|der| is_authority(&der)) {
        None => ChainFault::Encoding(1),
        Some(true) if !alone => ChainFault::LeafIsAuthority,
        // A certificate without key usage is for everything (RFC 5280 section 4.2.1.3).
        Some(_) if leaf.key_usage().is_none_or(|usage| usage.contains(X509KeyUsage::DIGITAL_SIGNATURE)) => {
            return Ok(());
        }
        Some(_) => ChainFault::LeafKeyUsage,
    };
    Err(RefusedChain::about(fault, leaf))
}

/// Whether it is one of the anchors, byte for byte.
pub(super) fn is_one_of(certificate: &X509Ref, anchors: &[X509]) -> bool {
    let Ok(der) = certificate.to_der() else { return false };
    anchors.iter().any(|anchor| anchor.to_der().is_ok_and(|other| other == der))
}

/// Whether another of the anchors issued it.
pub(super) fn has_issuer_among(certificate: &X509Ref, anchors: &[X509]) -> bool {
    anchors.iter().any(|anchor| {
        let named = certificate.issuer_name().try_cmp(anchor.subject_name()).is_ok_and(|order| order.is_eq());
        named && anchor.public_key().is_ok_and(|key| certificate.verify(&key).unwrap_or(false))
    })
}

/// A certificate that names and proves itself.
pub(super) fn is_self_signed(certificate: &X509Ref) -> bool {
    let key = certificate.public_key();
    names_itself(certificate) && key.is_ok_and(|key| certificate.verify(&key).unwrap_or(false))
}

/// Where a path broke.
pub(super) struct BrokenPath {
    /// Which certificate, counted from 1.
    pub(super) at: usize,
    /// OpenSSL's words.
    pub(super) why: &'static str,
    /// Of the certificate, clipped.
    pub(super) subject: Option<String>,
}

/// Asks OpenSSL for a path from the first of `given`, over the others, to the store.
pub(super) fn walk(
    store: &X509StoreRef,
    given: &[X509],
) -> Result<Result<Vec<X509>, BrokenPath>, ErrorStack> {
    let mut between = Stack::new()?;
    for certificate in given.iter().skip(1) {
        between.push(certificate.clone())?;
    }
    let Some(leaf) = given.first() else {
        return Ok(Err(BrokenPath { at: 1, why: "there is no certificate", subject: None }));
    };
    X509StoreContext::new()?.init(store, leaf, &between, |context| {
        if context.verify_cert()? {
            let path = context.chain().map(|path| path.iter().map(ToOwned::to_owned).collect());
            return Ok(Ok(path.unwrap_or_default()));
        }
        let at = usize::try_from(context.error_depth()).unwrap_or_default() + 1;
        let subject = context.current_cert().map(super::subject);
        let why = context.error().error_string();
        Ok(Err(BrokenPath { at, why, subject }))
    })
}

/// From when until before when something is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    from: i64,
    until: i64,
}

impl Window {
    pub(super) const ALWAYS: Self = Self { from: i64::MIN, until: i64::MAX };

    /// The validity of a certificate.
    pub(super) fn of(certificate: &X509Ref) -> Option<Self> {
        Self::between(certificate.not_before(), Some(certificate.not_after()))
    }

    pub(super) fn between(from: &Asn1TimeRef, until: Option<&Asn1TimeRef>) -> Option<Self> {
        let until = until.map_or(Some(i64::MAX), unix)?;
        Some(Self { from: unix(from)?, until })
    }

    /// What both hold.
    pub(super) fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    /// From this second on it holds no more.
    pub(super) fn until(self) -> Timestamp {
        Timestamp::from_unix(self.until)
    }

    pub(super) fn holds(self, now: Timestamp) -> bool {
        (self.from..self.until).contains(&now.unix())
    }
}

pub(super) fn unix(at: &Asn1TimeRef) -> Option<i64> {
    let since = Asn1Time::from_unix(0).ok()?.diff(at).ok()?;
    Some(i64::from(since.days) * 86_400 + i64::from(since.secs))
}

fn names_itself(certificate: &X509Ref) -> bool {
    certificate.issuer_name().try_cmp(certificate.subject_name()).is_ok_and(|order| order.is_eq())
}
