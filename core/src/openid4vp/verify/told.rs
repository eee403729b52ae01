//! What a relying party is told of a verified presentation: which scopes it earned, the claims that were
//! listed, and whether one holder is behind all of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ONE_HOLDER, VerifiedCredential, VerifiedCredentials, VerifiedPresentation};
use crate::base::report::{Findings, Rejection};
use crate::openid4vp::dcql::{ClaimsPath, only_selected};

/// What became of the scopes that were asked for, where it was asked by scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesEarned {
    /// The scopes that were earned.
    pub granted: Vec<String>,
    /// The scopes that were asked for and not earned.
    pub refused: Vec<ScopeNotGranted>,
}

/// A scope that was asked for and not earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeNotGranted {
    /// The name of the scope.
    pub scope: String,
    /// A stable code.
    pub reason: String,
}

impl VerifiedPresentation {
    /// Which scopes it earned; `None` where it was not asked by scope.
    pub fn scopes(&self) -> Option<&ScopesEarned> {
        self.scopes.as_ref()
    }

    /// This result, with what became of the scopes.
    #[must_use]
    pub fn with_scopes(self, scopes: ScopesEarned) -> Self {
        Self { scopes: Some(scopes), ..self }
    }

    /// This result without pictures of the person, for messages that nobody asked for.
    #[must_use]
    pub fn without_pictures(mut self) -> Self {
        for shown in self.credentials.values_mut() {
            match shown {
                VerifiedCredentials::One(one) => one.drop_pictures(),
                VerifiedCredentials::Several(several) => {
                    several.iter_mut().for_each(VerifiedCredential::drop_pictures);
                }
            }
        }
        self
    }

    /// This result with no other claims than those to which `listed` leads, by credential query id.
    #[must_use]
    pub fn showing_only<'p>(mut self, listed: impl Fn(&str) -> Vec<&'p ClaimsPath>) -> Self {
        for (id, shown) in &mut self.credentials {
            let paths = listed(id);
            let narrow = |one: &mut VerifiedCredential| *one = one.only(&paths);
            match shown {
                VerifiedCredentials::One(one) => narrow(one),
                VerifiedCredentials::Several(several) => several.iter_mut().for_each(narrow),
            }
        }
        self
    }
}

impl VerifiedCredential {
    fn drop_pictures(&mut self) {
        let format = self.format;
        for elements in self.claims.values_mut().filter_map(Value::as_object_mut) {
            elements.retain(|name, _| !format.is_picture(name));
        }
        if let Some(evidence) = &mut self.evidence {
            let is_picture =
                |claim: &str| claim.rsplit('.').next().is_some_and(|name| format.is_picture(name));
            evidence.commitments.retain(|one| !is_picture(&one.claim));
        }
    }

    /// This result with no other claims than those to which `paths` lead.
    #[must_use]
    pub fn only(&self, paths: &[&ClaimsPath]) -> Self {
        Self { claims: only_selected(&self.claims, paths), ..self.clone() }
    }
}

/// Are all credentials that are bound to a holder key bound to the same one? If not, nothing proves that
/// they belong to one person (REQ-8.14), and the answer is rejected unless `several` holders were asked for.
/// What was asked for without holder binding does not count, and neither do the keys of mdocs.
///
/// # Errors
/// [`Rejection`], written into `findings`.
pub fn one_holder(
    presentation: &VerifiedPresentation,
    several: bool,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    findings.about(None);
    if presentation.all().nth(1).is_none() {
        findings.not_applicable(&ONE_HOLDER, "one credential");
        return Ok(());
    }
    let mut holders = presentation.all().filter_map(VerifiedCredential::person_key);
    let first = holders.next();
    let same = holders.all(|holder| Some(holder) == first);
    let every = presentation.all().all(|credential| credential.holder.is_some());
    if same && presentation.all().any(|credential| credential.format.changes_keys()) {
        findings.not_applicable(
            &ONE_HOLDER,
            "wallets give each copy of an mdoc a key of its own: nothing proves that the credentials belong to one \
             person",
        );
        return Ok(());
    }
    match (same, every, several) {
        (true, true, _) => findings.pass(&ONE_HOLDER, "all credentials are bound to the same holder key"),
        (true, false, _) => findings.not_applicable(
            &ONE_HOLDER,
            "some credentials were asked for without holder binding: nothing proves whose they are",
        ),
        (false, _, true) => findings.not_applicable(
            &ONE_HOLDER,
            "the credentials are bound to several holder keys, which the request allows: nothing proves that \
             they belong to one person",
        ),
        (false, _, false) => {
            return Err(findings.fail(
                &ONE_HOLDER,
                "the credentials are not all bound to one holder key: nothing proves that they belong to one \
                 person; set `several_holders` where that is no matter",
            ));
        }
    }
    Ok(())
}
