//! A status list or an identifier list as CWT (TSL 5.2; ISO/IEC 18013-5, second edition, 12.3.6): who signed it, for
//! which address, until when.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::kind::{ListForm, ListKind};
use super::list::{
    CacheBounds, ListContent, ListDates, MOST_BYTES, Receipt, SignedList, StatusList, StatusListFault,
    candidates_of_chain,
};
use super::statuses::{Statuses, StatusesFault};
use crate::base::time::Timestamp;
use crate::cbor::{self, Item, ItemKind, Limits};
use crate::cose::Sign1;
use crate::jose::key_set::KeySet;
use crate::trust::TrustedIssuer;
use crate::trust::issuer_key::Candidates;

/// Few items, one of them long; or an identifier and what is said of it for each of a hundred thousand.
const LIMITS: Limits = Limits { bytes: MOST_BYTES, depth: 8, items: 200_000, undefined_as_null: false };

/// The tag of a CWT, where it has one (RFC 8392 section 6).
const CWT: u64 = 61;

/// Claims (RFC 8392 section 3.1; TSL 14.3.1; ISO/IEC 18013-5).
const SUBJECT: i64 = 2;
const EXPIRES_AT: i64 = 4;
const NOT_BEFORE: i64 = 5;
const ISSUED_AT: i64 = 6;
const IDENTIFIER_LIST: i64 = 65_530;
const STATUS_LIST: i64 = 65_533;
const TTL: i64 = 65_534;

/// A list whose signature nobody has looked at yet.
#[derive(Debug)]
pub(super) struct ListCwt {
    kind: ListKind,
    form: ListForm,
    signed: Sign1,
    kid: Option<String>,
}

impl ListCwt {
    /// Reads a list of `form`, which was asked for as `kind`.
    pub(super) fn read(kind: ListKind, form: ListForm, body: &[u8]) -> Result<Self, StatusListFault> {
        let item = cbor::read(body, &LIMITS).map_err(malformed)?;
        let signed = Sign1::read(item.tagged(CWT).unwrap_or(&item)).map_err(malformed)?;
        let typ = signed.media_type();
        if !typ.is_some_and(|typ| typ.eq_ignore_ascii_case(form.media_type())) {
            return Err(StatusListFault::Typ);
        }
        let kid = signed.key_id().map(|kid| String::from_utf8_lossy(kid).into_owned());
        Ok(Self { kind, form, signed, kid })
    }

    /// The name of the signing key.
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether it brings certificates.
    pub(super) fn has_chain(&self) -> bool {
        self.signed.x5chain().is_some()
    }

    /// As [`StatusListToken::verify`](super::token::StatusListToken::verify).
    pub(super) fn verify(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        uri: &str,
        receipt: Receipt,
        bounds: &CacheBounds,
    ) -> Result<StatusList, StatusListFault> {
        let Candidates { keys, how, chain, .. } = self.candidates(issuer, keys, receipt.at)?;
        let holds = keys.iter().find_map(|key| self.signed.verify(key, None).ok());
        let payload = holds.ok_or(StatusListFault::Signature(how))?;
        let claims = cbor::read(payload.bytes(), &LIMITS).map_err(malformed)?;
        if claims.labelled(SUBJECT).and_then(Item::as_text) != Some(uri) {
            return Err(StatusListFault::Subject);
        }
        let (issuer, kind, dates) = (issuer.issuer(), self.kind, dates(&claims)?);
        StatusList::read(SignedList { issuer, kind, uri, chain, dates }, receipt, bounds, || {
            content(self.form, &claims)
        })
    }

    /// The keys, which ones they are, and the certificates that gave them. For mdocs those count only where the
    /// signature covers them.
    fn candidates(
        &self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        at: Timestamp,
    ) -> Result<Candidates, StatusListFault> {
        let algorithm = self.signed.algorithm();
        let Some(roots) = issuer.roots_of_lists() else {
            if self.kind.is_of_mdoc() {
                return Err(StatusListFault::NoChain);
            }
            let keys = keys.candidates(self.kid(), algorithm)?;
            return Ok(Candidates {
                keys,
                how: format!("a key of {}", issuer.keys().name()),
                chain: None,
                memo: None,
            });
        };
        let sent = self.signed.x5chain().filter(|sent| sent.is_protected() || !self.kind.is_of_mdoc());
        let sent = sent.ok_or(StatusListFault::NoChain)?;
        candidates_of_chain(roots, &sent.to_x5c(), algorithm, at)
    }
}

// By value, for `map_err`.
fn malformed(why: impl fmt::Display) -> StatusListFault {
    StatusListFault::Cwt(why.to_string())
}

fn dates(claims: &Item<'_>) -> Result<ListDates, StatusListFault> {
    let seconds = |label, name| match claims.labelled(label).map(seconds) {
        None => Ok(None),
        Some(Some(seconds)) => Ok(Some(seconds)),
        Some(None) => Err(StatusListFault::Date(name)),
    };
    let at = |label, name| seconds(label, name).map(|at| at.map(Timestamp::from_unix));
    Ok(ListDates {
        issued_at: at(ISSUED_AT, "iat")?,
        not_before: at(NOT_BEFORE, "nbf")?,
        expires_at: at(EXPIRES_AT, "exp")?,
        ttl: seconds(TTL, "ttl")?,
    })
}

/// A NumericDate (RFC 8392 section 2): a number, whose fraction is cut off.
fn seconds(item: &Item<'_>) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match item.kind() {
        ItemKind::Float(seconds) if seconds.abs() < EXACT => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            let whole = seconds.floor() as i64;
            Some(whole)
        }
        _ => i64::try_from(item.as_integer()?).ok(),
    }
}

/// The one claim that this form has; with the other beside it, nobody can say which counts.
fn content(form: ListForm, claims: &Item<'_>) -> Result<ListContent, StatusListFault> {
    match (form, claims.labelled(STATUS_LIST), claims.labelled(IDENTIFIER_LIST)) {
        (ListForm::IdentifierListCwt, None, Some(list)) => {
            identifiers(list).map(ListContent::Identifiers).ok_or(StatusListFault::NoList)
        }
        (ListForm::StatusListCwt, Some(list), None) => {
            let bits = list.get("bits").and_then(Item::as_unsigned);
            let compressed = || {
                let lst = list.get("lst").and_then(Item::as_bytes);
                lst.map(Cow::Borrowed).ok_or(StatusesFault::Encoding)
            };
            Ok(ListContent::Statuses(Statuses::unpack(bits, compressed)?))
        }
        _ => Err(StatusListFault::NoList),
    }
}

/// The identifiers of those that were taken back. What is no list of identifiers says of nobody that they are not in it.
fn identifiers(list: &Item<'_>) -> Option<BTreeSet<Box<[u8]>>> {
    let listed = list.get("identifiers").unwrap_or(list).as_map()?;
    listed.iter().map(|(id, _)| id.as_bytes().map(Box::from)).collect()
}

#[cfg(test)]
mod tests;
