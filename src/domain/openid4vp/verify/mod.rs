//! The verdict: is every presentation authentic, and does the answer satisfy the question?
//! (OpenID4VP 1.0 sections 6.4, 8.6, B.3; checklist 6 and 8.)
//!
//! A [`VerifiedPresentation`] is read, never written:
//! ```
//! use vpgate::domain::openid4vp::verify::VerifiedPresentation;
//! fn read(proof: &VerifiedPresentation) -> usize {
//!     proof.credentials().len() + proof.transaction_data().len()
//! }
//! ```
//! Only [`conclude`] makes one:
//! ```compile_fail
//! use vpgate::domain::base::time::Timestamp;
//! use vpgate::domain::openid4vp::verify::VerifiedPresentation;
//! fn forge(at: Timestamp) -> VerifiedPresentation {
//!     VerifiedPresentation { credentials: Default::default(), transaction_data: Vec::new(), verified_at: at }
//! }
//! ```

mod answer;
mod authorised;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dcql::{CredentialQuery, Query};
use super::request::Asked;
use super::response::Shown;
use super::transaction_data::TransactionData;
use crate::domain::base::report::{Findings, Rejection, Rule};
use crate::domain::base::time::Timestamp;
use crate::domain::jose::key_set::KeySet;
use crate::domain::sdjwt::credential::Authentic;
use crate::domain::sdjwt::key_binding::Expected;
use crate::domain::sdjwt::trust::TrustedIssuer;

/// How far a wallet's clock may be from ours (REQ-6.6).
const CLOCK_SKEW: Duration = Duration::from_secs(60);

const COMPLETE: Rule = Rule { check: "every_credential_answered", requirement: "OpenID4VP 6.4.2" };
const ONE_HOLDER: Rule = Rule { check: "one_holder", requirement: "OpenID4VP 14.4" };

/// A presentation with the issuer we believe for it and that issuer's keys.
pub struct Vouched {
    /// What was shown.
    pub shown: Shown,
    /// Whom we believe for it.
    pub issuer: TrustedIssuer,
    /// That issuer's keys.
    pub keys: Arc<KeySet>,
}

/// The answer is authentic and satisfies the question. Only [`conclude`] makes one.
#[derive(Clone, PartialEq, Serialize)]
pub struct VerifiedPresentation {
    credentials: BTreeMap<String, VerifiedCredential>,
    transaction_data: Vec<TransactionData>,
    verified_at: Timestamp,
}

/// One verified credential: the claims that were asked for, and only those.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct VerifiedCredential {
    /// Who says so.
    pub issuer: String,
    /// The type.
    pub vct: String,
    /// What was asked for, at the place where it was; positions in arrays are kept, with `null` for
    /// elements that were not asked for.
    pub claims: Map<String, Value>,
    /// `exp` of the credential.
    pub expires_at: Option<Timestamp>,
    /// RFC 7638 thumbprint of the holder key.
    pub holder: String,
}

/// Judges everything: each presentation authentic, of an accepted type and with the claims asked for;
/// the transaction data covered exactly. What fails ends the whole response.
///
/// # Errors
/// [`Rejection`] for the first rule that is broken.
pub fn conclude(
    answers: Vec<Vouched>,
    asked: &Asked,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<VerifiedPresentation, Rejection> {
    let expected = Expected {
        audience: &asked.wallet.client_id,
        nonce: asked.nonce.as_str(),
        requested_at: asked.created_at,
        skew: CLOCK_SKEW,
    };
    let mut authentic = Vec::with_capacity(answers.len());
    for (query, Vouched { shown, issuer, keys }) in paired(answers, &asked.query, findings)? {
        findings.about(Some(&query.id));
        let credential = shown.presented.authenticate(&issuer, &keys, &expected, now, findings)?;
        answer::satisfies(&credential, query, findings)?;
        answer::report_status(&credential, findings);
        authentic.push((query, credential));
    }
    authorised::exactly(&asked.transaction_data, &authentic, findings)?;
    findings.about(None);
    let credentials = authentic.into_iter().map(|(query, credential)| kept(query, &credential)).collect();
    let presentation = VerifiedPresentation {
        credentials,
        transaction_data: asked.transaction_data.clone(),
        verified_at: now,
    };
    report_holders(&presentation, findings);
    Ok(presentation)
}

impl VerifiedPresentation {
    /// By credential query id.
    pub fn credentials(&self) -> &BTreeMap<String, VerifiedCredential> {
        &self.credentials
    }

    /// What the holder agreed to, exactly as it was sent.
    pub fn transaction_data(&self) -> &[TransactionData] {
        &self.transaction_data
    }

    /// When this was judged.
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }

    /// Are all credentials bound to one holder key? If not, nothing proves that they belong to one
    /// person (REQ-8.14).
    pub fn one_holder(&self) -> bool {
        let mut holders = self.credentials.values().map(|credential| &credential.holder);
        holders.next().is_none_or(|first| holders.all(|holder| holder == first))
    }

    /// From the row it was stored in; for `store/row.rs` only.
    pub fn restore(row: Value) -> Option<Self> {
        #[derive(Deserialize)]
        struct Row {
            credentials: BTreeMap<String, VerifiedCredential>,
            transaction_data: Vec<TransactionData>,
            verified_at: Timestamp,
        }
        let Row { credentials, transaction_data, verified_at } = serde_json::from_value(row).ok()?;
        Some(Self { credentials, transaction_data, verified_at })
    }

    /// What [`conclude`] would have made; so that rooms above can be tested without signatures.
    #[cfg(test)]
    pub(crate) fn for_tests(
        credentials: BTreeMap<String, VerifiedCredential>,
        transaction_data: Vec<TransactionData>,
        verified_at: Timestamp,
    ) -> Self {
        Self { credentials, transaction_data, verified_at }
    }
}

/// One answer for each credential query and none besides: the reader of the response saw to it, and
/// nothing is concluded from a list that someone put together otherwise.
fn paired<'q>(
    mut answers: Vec<Vouched>,
    query: &'q Query,
    findings: &mut Findings,
) -> Result<Vec<(&'q CredentialQuery, Vouched)>, Rejection> {
    findings.about(None);
    let mut pairs = Vec::with_capacity(answers.len());
    for credential in query.credentials() {
        let Some(index) = answers.iter().position(|answer| answer.shown.credential == credential.id) else {
            return Err(findings.fail(&COMPLETE, "a credential that was asked for is not presented"));
        };
        pairs.push((credential, answers.swap_remove(index)));
    }
    if !answers.is_empty() {
        return Err(findings.fail(&COMPLETE, "more is presented than was asked for"));
    }
    findings.pass(&COMPLETE, "one presentation for each credential asked for");
    Ok(pairs)
}

fn kept(query: &CredentialQuery, credential: &Authentic) -> (String, VerifiedCredential) {
    let verified = VerifiedCredential {
        issuer: credential.issuer().to_owned(),
        vct: credential.vct().to_owned(),
        claims: answer::asked_for(credential.claims(), query),
        expires_at: credential.expires_at(),
        holder: credential.holder_thumbprint().to_owned(),
    };
    (query.id.clone(), verified)
}

/// Not decisive: the application is told, and must not take the claims for one person's.
fn report_holders(presentation: &VerifiedPresentation, findings: &mut Findings) {
    if presentation.credentials.len() < 2 {
        return findings.not_applicable(&ONE_HOLDER, "one credential");
    }
    if presentation.one_holder() {
        return findings.pass(&ONE_HOLDER, "all credentials are bound to the same holder key");
    }
    let _not_decisive = findings.fail(
        &ONE_HOLDER,
        "the credentials are bound to different holder keys: nothing proves that they belong to one person",
    );
}

impl fmt::Debug for VerifiedPresentation {
    /// Claims are personal data: only the ids of what was shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.credentials.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
