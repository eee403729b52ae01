//! The decision: which of the scopes asked for does a verified presentation earn, and for whom?

use serde_json::{Map, Value};

use super::earned::{Admission, EarnedWith};
use super::policy::{AskableCredential, Purpose, ScopePolicy};
use super::rules::{ScopeRule, Unmet};
use super::scope_definition::ScopeDefinition;
use super::scopes::Scopes;
use super::source::ClaimSource;
use super::token_claims::Applicant;
use crate::base::base64url;
use crate::base::secret::DigestKey;
use crate::base::time::Timestamp;
use crate::openid4vp::verify::{VerifiedCredential, VerifiedCredentials, VerifiedPresentation};
use crate::status_list::check::StatusPlace;

/// The longest stable identifier, in bytes.
const MAX_IDENTIFIER_BYTES: usize = 1024;

/// The presentation is genuine, and earns none of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the presentation earns none of the scopes")]
pub struct NothingEarned;

/// What became of one scope that was asked for.
#[derive(Debug)]
pub struct ScopeVerdict<'p> {
    /// The scope that is refused.
    pub scope: &'p ScopeDefinition,
    /// With which credentials it is earned, or why it is not.
    result: Result<Vec<HolderBound<'p>>, Unearned<'p>>,
}

/// Why a scope is not earned. Carries names, never a claim's value.
#[derive(Debug, thiserror::Error)]
pub enum Unearned<'p> {
    /// One of its credentials is not shown, or several times, or bound to no holder: nobody could say
    /// whose it is.
    #[error("the credential {0} is not shown once and bound to a holder")]
    NotShown(&'p str),
    /// Clock skew can let a credential through in its last minute; it earns nothing then.
    #[error("the credential {0} has expired")]
    Over(&'p str),
    /// The claim that should identify the person is neither text nor an integer.
    #[error("the stable identifier of the credential {0} is neither text nor an integer")]
    NoIdentifier(&'p str),
    /// The scope's credentials are not all bound to the holder of the first scope that was earned (REQ-8.14).
    #[error("its credentials belong to another holder key")]
    OtherHolder,
    /// It has no rules and is not open.
    #[error("it has no rules and is not open")]
    NotOpen,
    /// Some rules do not hold.
    #[error("rules do not hold")]
    Rules(Vec<(&'p ScopeRule, Unmet)>),
}

/// A credential that is shown once, bound to a holder, and not over.
#[derive(Clone, Copy)]
struct HolderBound<'p> {
    credential: &'p AskableCredential,
    shown: &'p VerifiedCredential,
    holder: &'p str,
}

impl std::fmt::Debug for HolderBound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bound").field(&self.credential.id).finish()
    }
}

impl<'p> ScopeVerdict<'p> {
    /// Why the scope is not earned; `None` when it is.
    pub fn unearned(&self) -> Option<&Unearned<'p>> {
        self.result.as_ref().err()
    }
}

impl ScopeDefinition {
    /// Each rule, judged on claims by credential query id, at this time.
    pub fn judge_rules<'p, 'v>(
        &'p self,
        claims: impl Fn(&str) -> Option<&'v Map<String, Value>>,
        at: Timestamp,
    ) -> impl Iterator<Item = (&'p ScopeRule, Result<(), Unmet>)> {
        self.rules.iter().map(move |rule| {
            let claims = claims(&rule.credential).ok_or(Unmet::Missing);
            let judged = claims.and_then(|claims| rule.judge(claims, at));
            (rule, judged)
        })
    }

    /// Whether its rules ask for anything at all, or nothing needs to be asked.
    pub fn is_decidable(&self) -> bool {
        self.open || !self.rules.is_empty()
    }
}

impl ScopePolicy {
    /// What becomes of each of the `requested` scopes, in the order asked.
    pub fn verdicts<'p>(
        &'p self,
        presentation: &'p VerifiedPresentation,
        requested: &Scopes,
        purpose: Purpose,
    ) -> Vec<ScopeVerdict<'p>> {
        let mut first_holder = None;
        let scopes = requested.iter().filter_map(|name| self.named(name));
        let verdicts = scopes.map(|scope| {
            let result = self.judge(scope, presentation, purpose).and_then(|bound| {
                // Of whom a result is, its reader decides; tokens are about one person, or are not made.
                let compared = |it: &&HolderBound<'_>| purpose == Purpose::Tokens || !it.changes_keys();
                let mut holders = bound.iter().filter(compared).map(|bound| bound.holder);
                let holder = first_holder.or_else(|| holders.clone().next());
                if holders.any(|one| Some(one) != holder) {
                    return Err(Unearned::OtherHolder);
                }
                first_holder = holder;
                Ok(bound)
            });
            ScopeVerdict { scope, result }
        });
        verdicts.collect()
    }

    /// What the presentation earns for `applicant`: of the scopes asked for, those it satisfies
    /// (REQ-12.9), the pairwise subject, and the claims of its tokens.
    ///
    /// # Errors
    /// [`NothingEarned`]
    pub fn admit(
        &self,
        presentation: &VerifiedPresentation,
        applicant: &Applicant<'_>,
        subject_key: &DigestKey,
    ) -> Result<Admission, NothingEarned> {
        let mut scopes = Scopes::default();
        let mut behind: Vec<HolderBound<'_>> = Vec::new();
        for ScopeVerdict { scope, result } in
            self.verdicts(presentation, applicant.requested, Purpose::Tokens)
        {
            if let Ok(bound) = result {
                scopes = scopes.with(&scope.name).map_err(|_| NothingEarned)?;
                behind.extend(bound);
            }
        }
        let first = self.subject_credential(&behind).filter(|it| it.can_be_subject()).ok_or(NothingEarned)?;
        let subject = subject(first, applicant.client_id, subject_key);
        let claims = applicant.token_claims.filled(&subject, applicant.parameters, |id| {
            behind.iter().find(|bound| bound.credential.id == id).map(|bound| &bound.shown.claims)
        });
        let mut status_places: Vec<StatusPlace> = Vec::new();
        for place in behind.iter().flat_map(|bound| &bound.shown.status_places) {
            if !status_places.contains(place) {
                status_places.push(place.clone());
            }
        }
        let mut sources: Vec<ClaimSource> = Vec::new();
        for source in behind.iter().map(|bound| ClaimSource::of(&bound.credential.id, bound.shown)) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        Ok(Admission {
            subject,
            verified_at: presentation.verified_at(),
            expires_at: behind.iter().filter_map(|bound| bound.shown.expires_at).min(),
            claims,
            status_places,
            sources,
            credentials: self.told_of(first, &behind, &scopes, applicant),
            requested: applicant.claims.clone(),
            scopes,
        })
    }

    /// The credentials behind an admission, each once, with the claims that tokens may say.
    fn told_of(
        &self,
        first: &HolderBound<'_>,
        behind: &[HolderBound<'_>],
        scopes: &Scopes,
        applicant: &Applicant<'_>,
    ) -> Vec<EarnedWith> {
        let mut told: Vec<EarnedWith> = Vec::new();
        for bound in std::iter::once(first).chain(behind) {
            let id = &bound.credential.id;
            if told.iter().all(|it| it.id != *id) {
                let paths = self.sayable(id, scopes, applicant.token_claims, applicant.claims);
                // One wallet could be told from another by its key, and nobody is told it.
                let credential =
                    VerifiedCredential { holder: None, evidence: None, ..bound.shown.only(&paths) };
                told.push(EarnedWith { id: id.clone(), credential });
            }
        }
        told
    }

    fn judge<'p>(
        &'p self,
        scope: &'p ScopeDefinition,
        presentation: &'p VerifiedPresentation,
        purpose: Purpose,
    ) -> Result<Vec<HolderBound<'p>>, Unearned<'p>> {
        let bound: Vec<HolderBound<'p>> = scope
            .credentials()
            .into_iter()
            .map(|id| self.bound(id, presentation, purpose))
            .collect::<Result<_, _>>()?;
        if !scope.is_decidable() {
            return Err(Unearned::NotOpen);
        }
        let claims = |id: &str| bound.iter().find(|it| it.credential.id == id).map(|it| &it.shown.claims);
        let judged = scope.judge_rules(claims, presentation.verified_at());
        let unmet: Vec<_> = judged.filter_map(|(rule, judged)| Some((rule, judged.err()?))).collect();
        if unmet.is_empty() { Ok(bound) } else { Err(Unearned::Rules(unmet)) }
    }

    /// The credential, if a scope can be earned with it.
    fn bound<'p>(
        &'p self,
        id: &'p str,
        presentation: &'p VerifiedPresentation,
        purpose: Purpose,
    ) -> Result<HolderBound<'p>, Unearned<'p>> {
        let credential = self.credential(id).ok_or(Unearned::NotShown(id))?;
        // A scope's own query asks for one presentation with holder binding.
        let shown = presentation.credentials().get(id).map(VerifiedCredentials::as_slice);
        let Some([shown]) = shown else { return Err(Unearned::NotShown(id)) };
        let holder = shown.holder.as_deref().ok_or(Unearned::NotShown(id))?;
        if shown.expires_at.is_some_and(|end| end <= presentation.verified_at()) {
            return Err(Unearned::Over(id));
        }
        let bound = HolderBound { credential, shown, holder };
        // To fall back to the holder key would turn one person into two.
        let recognised = purpose == Purpose::Tokens && credential.stable_identifier.is_some();
        if recognised && bound.identifier().is_none() {
            return Err(Unearned::NoIdentifier(id));
        }
        Ok(bound)
    }

    /// The credential that the subject is made of: with several, the first in the configuration counts, those with
    /// a stable identifier before all others, and those whose keys change last.
    fn subject_credential<'b, 'p>(&self, behind: &'b [HolderBound<'p>]) -> Option<&'b HolderBound<'p>> {
        let place = |bound: &&HolderBound<'_>| {
            let place = self.credentials().iter().position(|it| it.id == bound.credential.id);
            (bound.credential.stable_identifier.is_none(), bound.changes_keys(), place)
        };
        behind.iter().min_by_key(place)
    }
}

/// The pairwise subject (REQ-5.21): it depends on the client, the issuer, and who the issuer says the
/// person is, and tells nobody any of them. Where the credential has no stable identifier the holder
/// key stands in: then a wallet that shows another copy of the credential gets another subject.
fn subject(bound: &HolderBound<'_>, client_id: &str, key: &DigestKey) -> String {
    let issuer = bound.shown.issuer_identity();
    let person = match bound.identifier() {
        Some(identifier) => format!("{client_id}\0{issuer}\0identifier\0{identifier}"),
        None => format!("{client_id}\0{issuer}\0{}", bound.holder),
    };
    base64url::encode(key.digest(person.as_bytes()).as_bytes())
}

impl HolderBound<'_> {
    /// Whether the next copy of the same credential has another key.
    fn changes_keys(&self) -> bool {
        self.shown.format.changes_keys()
    }

    /// Whether it says who the person is, today and the next time.
    fn can_be_subject(&self) -> bool {
        self.credential.stable_identifier.is_some() || !self.changes_keys()
    }

    /// The stable identifier as JSON, so that `"7"` and `7` are two people.
    fn identifier(&self) -> Option<String> {
        let selected = self.credential.stable_identifier.as_ref()?.select_in(&self.shown.claims)?;
        match selected.as_slice() {
            [Value::String(text)] if text.is_empty() => None,
            [value @ Value::String(_)] => Some(value.to_string()),
            [Value::Number(number)] if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
        .filter(|identifier| identifier.len() <= MAX_IDENTIFIER_BYTES)
    }
}
