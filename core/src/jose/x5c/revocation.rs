//! Revocation lists from a file (RFC 5280 sections 5 and 6.3).

use std::path::Path;

use openssl::ssl::SslFiletype;
use openssl::x509::store::{File, X509Lookup, X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509Crl};

use super::path::{self, BrokenPath, Window};
use super::{ChainFault, RefusedChain, RootsFault};
use crate::base::time::Timestamp;

const END: &str = "-----END X509 CRL-----";

/// A file of revocation lists in PEM: its contents, and where they are, because OpenSSL takes lists
/// from a path only. It is read once, here.
pub struct RevocationFile<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What is in it.
    pub pem: &'a [u8],
}

/// The lists of every authority that signs certificates below these roots.
pub(super) struct Revocations {
    store: X509Store,
    window: Window,
}

impl Revocations {
    pub(super) fn new(anchors: &[X509], file: &RevocationFile<'_>) -> Result<Self, RootsFault> {
        let window = window(file.pem).ok_or(RootsFault::NoList)?;
        // The crate asserts that a path is text without NUL.
        if file.path.to_str().is_none_or(|path| path.contains('\0')) {
            return Err(RootsFault::NoList);
        }
        let store = (|| {
            let mut store = X509StoreBuilder::new()?;
            for anchor in anchors {
                store.add_cert(anchor.clone())?;
            }
            store.add_lookup::<File>(X509Lookup::file())?.load_crl_file(file.path, SslFiletype::PEM)?;
            let mut terms = X509VerifyParam::new()?;
            // The leaf alone would leave a revoked authority in office. Dates are looked at apart, because
            // a store has one time for ever: those of certificates on the path, those of lists in `window`.
            terms.set_flags(
                X509VerifyFlags::CRL_CHECK | X509VerifyFlags::CRL_CHECK_ALL | X509VerifyFlags::NO_CHECK_TIME,
            )?;
            store.set_param(&terms)?;
            Ok::<_, openssl::error::ErrorStack>(store.build())
        })();
        Ok(Self { store: store.map_err(|_| RootsFault::NoList)?, window })
    }

    /// Whether every list is: an old one does not know who was revoked since.
    pub(super) fn are_current(&self, now: Timestamp) -> bool {
        self.window.holds(now)
    }

    /// A list of its issuer clears each certificate of the path.
    pub(super) fn check(&self, given: &[X509]) -> Result<(), RefusedChain> {
        match path::walk(&self.store, given).map_err(|_| ChainFault::OpenSsl)? {
            Ok(_) => Ok(()),
            Err(BrokenPath { at, why, subject }) => {
                Err(RefusedChain { fault: ChainFault::Revoked { at, why }, subject })
            }
        }
    }
}

/// When all lists of the file are valid; `None` when there is none, or one cannot be read.
fn window(pem: &[u8]) -> Option<Window> {
    let text = std::str::from_utf8(pem).ok()?;
    let mut lists = text.split_inclusive(END).filter(|part| part.ends_with(END)).peekable();
    lists.peek()?;
    lists.try_fold(Window::ALWAYS, |all, list| {
        let list = X509Crl::from_pem(list.as_bytes()).ok()?;
        Some(all.and(Window::between(list.last_update(), list.next_update())?))
    })
}
