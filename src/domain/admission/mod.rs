//! From a verified presentation to what it earns.
//!
//! A scope names the credential and claims that must be shown, and the rules that must hold.
//! Only [`ScopePolicy::admit`] makes an [`Admission`], and it needs a [`VerifiedPresentation`].

pub mod rules;
pub mod scopes;

use serde::{Deserialize, Serialize};

use self::rules::Rule;
use self::scopes::Scopes;
use crate::domain::base::base64url;
use crate::domain::base::secret::DigestKey;
use crate::domain::base::time::Timestamp;
use crate::domain::openid4vp::dcql::{ClaimsPath, CredentialQuery, Query, QueryFault};
use crate::domain::openid4vp::verify::{VerifiedCredentials, VerifiedPresentation};
use crate::domain::sdjwt::status::standing::StatusPlace;

/// One scope: what must be shown and what must hold (`[[scopes]]`).
#[derive(Clone, Debug)]
pub struct ScopeDefinition {
    /// Its name, compared exactly.
    pub name: String,
    /// What people are shown instead of the name.
    pub description: Option<String>,
    /// The credential query id.
    pub credential: String,
    /// The accepted types of that credential.
    pub vct: Vec<String>,
    /// The claims to ask for.
    pub claims: Vec<ClaimsPath>,
    /// All of them must hold.
    pub rules: Vec<Rule>,
}

/// Every scope.
#[derive(Clone, Debug, Default)]
pub struct ScopePolicy(Vec<ScopeDefinition>);

/// What a presentation earned. Made only by [`ScopePolicy::admit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Admission {
    scopes: Scopes,
    subject: String,
    verified_at: Timestamp,
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_places: Vec<StatusPlace>,
}

/// Why a set of scopes cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAskable {
    /// Nobody defined one of them.
    #[error("unknown scope")]
    UnknownScope,
    /// No scope at all: nothing to show, nothing to earn.
    #[error("no scope asked for")]
    Nothing,
    /// The scopes together make no valid query.
    #[error("the scopes make no valid query: {0}")]
    Query(#[from] QueryFault),
}

/// The presentation is genuine, and earns none of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the presentation earns none of the scopes")]
pub struct NothingEarned;

impl ScopePolicy {
    /// From checked configuration.
    pub fn new(scopes: Vec<ScopeDefinition>) -> Self {
        Self(scopes)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ScopeDefinition> {
        self.0.iter()
    }

    /// One, by name.
    pub fn named(&self, name: &str) -> Option<&ScopeDefinition> {
        self.0.iter().find(|scope| scope.name == name)
    }

    /// The query that asks for exactly what `scopes` need: one credential query per credential,
    /// the claims of all scopes that share it, each once (OpenID4VP 1.0 section 5.5).
    ///
    /// # Errors
    /// [`NotAskable`]
    pub fn query(&self, scopes: &Scopes) -> Result<Query, NotAskable> {
        let mut wanted: Vec<(&str, &[String], Vec<ClaimsPath>)> = Vec::new();
        for name in scopes.iter() {
            let scope = self.named(name).ok_or(NotAskable::UnknownScope)?;
            let at = wanted.iter().position(|(id, ..)| *id == scope.credential);
            let (_, _, claims) = match at.and_then(|at| wanted.get_mut(at)) {
                Some(entry) => entry,
                None => wanted.push_mut((&scope.credential, &scope.vct, Vec::new())),
            };
            for path in &scope.claims {
                if !claims.contains(path) {
                    claims.push(path.clone());
                }
            }
        }
        if wanted.is_empty() {
            return Err(NotAskable::Nothing);
        }
        let credentials = wanted
            .into_iter()
            .map(|(id, vct, claims)| CredentialQuery::new(id.to_owned(), vct.to_vec(), claims))
            .collect();
        Ok(Query::of(credentials)?)
    }

    /// What `requested` scopes the presentation earns for `client_id`.
    ///
    /// The subject is pairwise: it depends on the client, the issuer and the holder key, and tells
    /// nobody any of them. It stays the same as long as the wallet shows the same credential; a
    /// wallet that holds several copies with different keys gets a new subject with each.
    ///
    /// # Errors
    /// [`NothingEarned`]
    pub fn admit(
        &self,
        presentation: &VerifiedPresentation,
        requested: &Scopes,
        client_id: &str,
        subject_key: &DigestKey,
    ) -> Result<Admission, NothingEarned> {
        let mut earned = Scopes::default();
        let mut expires_at: Option<Timestamp> = None;
        let mut subject = None;
        let mut status_places: Vec<StatusPlace> = Vec::new();
        for name in requested.iter() {
            let Some(scope) = self.named(name) else { continue };
            // A scope's own query asks for one presentation with holder binding; several, or an unbound
            // one, earn nothing: nobody could say whose they are.
            let shown = presentation.credentials().get(&scope.credential).map(VerifiedCredentials::as_slice);
            let Some([shown]) = shown else { continue };
            let Some(bound_to) = &shown.holder else { continue };
            // Clock skew can let a credential through in its last minute; it earns nothing then.
            let over = shown.expires_at.is_some_and(|end| end <= presentation.verified_at());
            if over || !scope.rules.iter().all(|rule| rule.holds(&shown.claims)) {
                continue;
            }
            // Nothing proves that two holder keys belong to one person (REQ-8.14): the first one counts.
            let (_, holder) = *subject.get_or_insert((&shown.issuer, bound_to));
            if holder != bound_to {
                continue;
            }
            earned = earned.with(name).map_err(|_| NothingEarned)?;
            expires_at = expires_at.into_iter().chain(shown.expires_at).min();
            let place = shown.status_place.as_deref().filter(|place| !status_places.contains(place));
            status_places.extend(place.cloned());
        }
        let (issuer, holder) = subject.ok_or(NothingEarned)?;
        let person = format!("{client_id}\0{issuer}\0{holder}");
        Ok(Admission {
            scopes: earned,
            subject: base64url::encode(subject_key.digest(person.as_bytes()).as_bytes()),
            verified_at: presentation.verified_at(),
            expires_at,
            status_places,
        })
    }
}

impl Admission {
    /// The scopes earned: never empty, never more than were asked for.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The pairwise subject, 43 base64url characters.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When the presentation was verified.
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }

    /// When the first of the credentials behind it expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Where the issuers keep the status of the credentials behind it.
    pub fn status_places(&self) -> &[StatusPlace] {
        &self.status_places
    }

    /// The same, without a way to ask again (REQ-7.16).
    #[must_use]
    pub fn without_status_places(self) -> Self {
        Self { status_places: Vec::new(), ..self }
    }
}

/// From rows, which are trusted; for `store/row.rs` only.
pub mod restore {
    use super::{Admission, Deserialize, Scopes, StatusPlace, Timestamp};

    #[derive(Deserialize)]
    struct Row {
        scopes: Scopes,
        subject: String,
        verified_at: Timestamp,
        expires_at: Option<Timestamp>,
        #[serde(default)]
        status_places: Vec<StatusPlace>,
    }

    /// What [`Admission`] serialised to. `None` when it is something else.
    pub fn admission(row: &str) -> Option<Admission> {
        let Row { scopes, subject, verified_at, expires_at, status_places } =
            serde_json::from_str(row).ok()?;
        Some(Admission { scopes, subject, verified_at, expires_at, status_places })
    }
}

#[cfg(test)]
mod tests;
