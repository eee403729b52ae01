//! The Status List Token (TSL 5): who signed it, for which address, until when. As JWT here, as CWT in `super::cwt`.

use serde_json::{Map, Value};

use super::cwt::ListCwt;
use super::kind::{ListForm, ListKind};
pub use super::list::{CacheBounds, MOST_BYTES, Receipt, StatusList, StatusListFault};
use super::list::{ListContent, ListDates, SignedList, candidates_of_chain};
use super::statuses::Statuses;
use crate::base::json::Bounds;
use crate::base::media_type::is_typ;
use crate::base::time::Timestamp;
use crate::jose::jws::{JwsFault, UnverifiedJws};
use crate::jose::key_set::KeySet;
use crate::jose::time_claims::date;
use crate::trust::TrustedIssuer;
use crate::trust::issuer_key::{Candidates, of_set};

/// `typ` of the header, and the media type without `application/`.
const TYP: &str = "statuslist+jwt";
/// Few members, one of them long.
const BOUNDS: Bounds = Bounds { bytes: MOST_BYTES, depth: 8, members: 200 };

/// A Status List Token, or an identifier list, whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct StatusListToken(TokenForm);

#[derive(Debug)]
enum TokenForm {
    Jwt(UnverifiedJws<'static>),
    Cwt(ListCwt),
}

impl StatusListToken {
    /// Reads the body of an answer of this media type, where a list of `kind` was asked for.
    ///
    /// # Errors
    /// [`StatusListFault::Typ`] when it is another list, [`StatusListFault::Jws`] and [`StatusListFault::Cwt`] when it
    /// is malformed.
    pub fn read(kind: ListKind, media_type: &str, body: &[u8]) -> Result<Self, StatusListFault> {
        match ListForm::of(kind, media_type).ok_or(StatusListFault::Typ)? {
            ListForm::StatusListJwt => Self::parse(body),
            form => ListCwt::read(kind, form, body).map(TokenForm::Cwt).map(Self),
        }
    }

    /// Reads a Status List Token in JWT form.
    ///
    /// # Errors
    /// [`StatusListFault::Jws`] and [`StatusListFault::Typ`].
    pub fn parse(body: &[u8]) -> Result<Self, StatusListFault> {
        let text = std::str::from_utf8(body).map_err(|_| JwsFault::Parts)?;
        let jws = UnverifiedJws::parse(text, &BOUNDS)?;
        match jws.typ() {
            Some(typ) if is_typ(typ, TYP) => Ok(Self(TokenForm::Jwt(jws.into_owned()))),
            _ => Err(StatusListFault::Typ),
        }
    }

    /// The name of the signing key.
    pub fn kid(&self) -> Option<&str> {
        match &self.0 {
            TokenForm::Jwt(jws) => jws.kid(),
            TokenForm::Cwt(cwt) => cwt.kid(),
        }
    }

    /// The issuer of the list, asked for the key that the header calls for.
    pub fn of(&self, issuer: &TrustedIssuer) -> TrustedIssuer {
        let by_certificates = match &self.0 {
            TokenForm::Jwt(jws) => jws.header().contains_key("x5c"),
            TokenForm::Cwt(cwt) => cwt.has_chain(),
        };
        issuer.of_header(self.kid(), by_certificates)
    }

    /// Everything TSL 5.1 and 8.3(4, 5) ask, whose keys are those of [`Self::of`]. The key is found the way it is found
    /// for the issuer's credentials (TSL 11.3): among `keys`, or by a chain in the token's own `x5c` up to the roots that
    /// the issuer is pinned to, or up to those of its status lists; for any other issuer, an `x5c` changes nothing. `uri`
    /// is the address in the credential.
    ///
    /// # Errors
    /// The first [`StatusListFault`].
    pub fn verify(
        self,
        issuer: &TrustedIssuer,
        keys: &KeySet,
        uri: &str,
        receipt: Receipt,
        bounds: &CacheBounds,
    ) -> Result<StatusList, StatusListFault> {
        let issuer = &self.of(issuer);
        match self.0 {
            TokenForm::Jwt(jws) => verify_jwt(jws, issuer, keys, uri, receipt, bounds),
            TokenForm::Cwt(cwt) => cwt.verify(issuer, keys, uri, receipt, bounds),
        }
    }
}

fn verify_jwt(
    jws: UnverifiedJws<'static>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    uri: &str,
    receipt: Receipt,
    bounds: &CacheBounds,
) -> Result<StatusList, StatusListFault> {
    let Candidates { keys, how, chain, .. } = candidates(&jws, issuer, keys, receipt.at)?;
    let (verified, _key) = jws.verify_by_any(&keys).map_err(|_| StatusListFault::Signature(how))?;
    let payload = verified.payload();
    if payload.get("sub").and_then(Value::as_str) != Some(uri) {
        return Err(StatusListFault::Subject);
    }
    let (issuer, kind, dates) = (issuer.issuer(), ListKind::StatusList, dates(payload)?);
    StatusList::read(SignedList { issuer, kind, uri, chain, dates }, receipt, bounds, || {
        let list = payload.get("status_list").and_then(Value::as_object).ok_or(StatusListFault::NoList)?;
        Ok(ListContent::Statuses(Statuses::from_json(list)?))
    })
}

/// The keys, and which ones they are.
fn candidates(
    jws: &UnverifiedJws<'_>,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    at: Timestamp,
) -> Result<Candidates, StatusListFault> {
    let Some(roots) = issuer.roots_of_lists() else { return Ok(of_set(jws, issuer, keys)?) };
    let x5c = jws.header().get("x5c").ok_or(StatusListFault::NoChain)?;
    candidates_of_chain(roots, x5c, jws.algorithm(), at)
}

fn dates(payload: &Map<String, Value>) -> Result<ListDates, StatusListFault> {
    let read = |name| date(payload, name).map_err(|_| StatusListFault::Date(name));
    Ok(ListDates {
        issued_at: read("iat")?,
        not_before: read("nbf")?,
        expires_at: read("exp")?,
        ttl: read("ttl")?.map(Timestamp::unix),
    })
}

#[cfg(test)]
mod tests;
