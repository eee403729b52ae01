//! Tokens, and proofs of keys. Every `UPDATE` and `DELETE` names the state it leaves.

use super::{Rows, Step, delete, insert, may, must, once, text, update};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::id::FamilyId;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::oauth::client_token::ClientToken;
use vpgate_core::oauth::entitlement::Origin;
use vpgate_core::oauth::issuance::{Issuance, IssuedAccess, Reissue, Renewal};

/// A new family and its first access token.
pub(super) fn issue(issuance: &Issuance) -> Result<[Step; 2], BrokenColumn> {
    let family = &issuance.family;
    let (terms, refresh) = (family.terms(), family.refresh());
    let insert = must(
        insert!(
            "token_families (id, origin, terms, admission, refresh_lineage, refresh_current, refresh_until, forget_at,
             session)",
            "$1, $2, $3, $4, $5, $6, $7, $8, $9"
        ),
        [
            text(terms.id.as_str()),
            text(terms.origin.key()),
            row::to_json(terms, "terms")?.into(),
            row::to_json(family.admission(), "admission")?.into(),
            refresh.map(|refresh| &refresh.lineage).into(),
            refresh.map(|refresh| &refresh.current).into(),
            refresh.map(|refresh| refresh.expires_at).into(),
            issuance.forgotten_at().into(),
            terms.session.as_ref().map(|session| session.to_string()).into(),
        ],
    );
    Ok([insert, add(&terms.id, &issuance.access, &issuance.digest)?])
}

/// Tokens in the place of those whose answer was lost: of the first refresh token nothing is left.
pub(super) fn issue_again(
    family: &FamilyId,
    replaced: Option<&Digest>,
    reissue: &Reissue,
) -> Result<[Step; 2], BrokenColumn> {
    let refresh = reissue.refresh.as_ref();
    let replace = must(
        update!(
            "token_families",
            "refresh_lineage = $1, refresh_current = $2, refresh_until = $3,
             forget_at = CASE WHEN forget_at < $4 THEN $4 ELSE forget_at END",
            "id = $5 AND refresh_current IS NOT DISTINCT FROM $6 AND refresh_previous IS NULL"
        ),
        [
            refresh.map(|refresh| &refresh.lineage).into(),
            refresh.map(|refresh| &refresh.current).into(),
            refresh.map(|refresh| refresh.expires_at).into(),
            reissue.forgotten_at().into(),
            text(family.as_str()),
            replaced.into(),
        ],
    );
    Ok([replace, add(family, &reissue.access, &reissue.digest)?])
}

/// Puts the next refresh token in the place of the one that was used. A family never lives shorter than
/// an access token of an earlier refresh.
pub(super) fn refresh(
    family: &FamilyId,
    replaced: &Digest,
    renewal: &Renewal,
) -> Result<[Step; 2], BrokenColumn> {
    let previous = renewal.refresh.previous.as_ref();
    let renew = must(
        update!(
            "token_families",
            "refresh_current = $1, refresh_until = $2,
             forget_at = CASE WHEN forget_at < $3 THEN $3 ELSE forget_at END,
             refresh_previous = $4, refreshed_at = $5",
            "id = $6 AND refresh_current = $7"
        ),
        [
            (&renewal.refresh.current).into(),
            renewal.refresh.expires_at.into(),
            renewal.forgotten_at().into(),
            previous.map(|used| &used.value).into(),
            previous.map(|used| used.at).into(),
            text(family.as_str()),
            replaced.into(),
        ],
    );
    Ok([renew, add(family, &renewal.access, &renewal.digest)?])
}

fn add(family: &FamilyId, access: &IssuedAccess, digest: &Digest) -> Result<Step, BrokenColumn> {
    Ok(must(
        insert!("access_tokens (digest, family, token, forget_at)", "$1, $2, $3, $4"),
        [
            digest.into(),
            text(family.as_str()),
            row::to_json(access, "token")?.into(),
            access.expires_at.into(),
        ],
    ))
}

/// Forgets the family that this led to, with its tokens.
pub(super) fn revoke_origin(origin: &Origin) -> [Step; 2] {
    [
        may(
            delete!("access_tokens", "family = (SELECT id FROM token_families WHERE origin = $1)"),
            [text(origin.key())],
        ),
        must(delete!("token_families", "origin = $1"), [text(origin.key())]),
    ]
}

/// Forgets a family with its tokens.
pub(super) fn revoke_family(family: &FamilyId) -> [Step; 2] {
    [
        must(delete!("token_families", "id = $1"), [text(family.as_str())]),
        may(delete!("access_tokens", "family = $1"), [text(family.as_str())]),
    ]
}

pub(super) fn revoke_access(digest: &Digest) -> Step {
    must(delete!("access_tokens", "digest = $1"), [digest.into()])
}

pub(super) fn issue_to_client(token: &ClientToken, digest: &Digest) -> Result<Step, BrokenColumn> {
    Ok(must(
        insert!("client_tokens (digest, token, forget_at)", "$1, $2, $3"),
        [digest.into(), row::to_json(token, "token")?.into(), token.expires_at.into()],
    ))
}

pub(super) fn revoke_client_token(digest: &Digest) -> Step {
    must(delete!("client_tokens", "digest = $1"), [digest.into()])
}

pub(super) fn spend_proof(id: &Digest, until: Timestamp, by: &Digest) -> Step {
    once(
        insert!(
            Rows::New,
            "dpop_proofs (id, forget_at, used_by)",
            "$1, $2, $3",
            "TRUE",
            "ON CONFLICT DO NOTHING"
        ),
        [id.into(), until.into(), by.into()],
    )
}
