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

/// What an answer is judged against. Nothing of it comes from the answer.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// The question.
    pub query: &'a Query,
    /// What was to be agreed to, as sent.
    pub transaction_data: &'a [TransactionData],
    /// Our client identifier, exactly as the wallet knows it.
    pub audience: &'a str,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// When it was asked.
    pub requested_at: Timestamp,
}

impl Asked {
    /// What the answer to this request is judged against.
    pub fn challenge(&self) -> Challenge<'_> {
        Challenge {
            query: &self.query,
            transaction_data: &self.transaction_data,
            audience: &self.wallet.client_id,
            nonce: self.nonce.as_str(),
            requested_at: self.created_at,
        }
    }
}

/// One presentation that is authentic and answers its credential query. Only [`authenticate`] makes one.
#[derive(Debug)]
pub struct Genuine {
    credential: String,
    authentic: Authentic,
}

impl Genuine {
    /// The credential query id that it answers.
    pub fn credential(&self) -> &str {
        &self.credential
    }

    /// What was shown.
    pub fn authentic(&self) -> &Authentic {
        &self.authentic
    }
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

/// Is this presentation authentic, made for this challenge, and does it answer its credential query?
///
/// # Errors
/// [`Rejection`] for the first rule that is broken.
pub fn authenticate(
    shown: Shown,
    issuer: &TrustedIssuer,
    keys: &KeySet,
    challenge: &Challenge<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Genuine, Rejection> {
    let Shown { credential, presented } = shown;
    findings.about(Some(&credential));
    let Some(query) = challenge.query.credential(&credential) else {
        return Err(findings.fail(&COMPLETE, "this credential was not asked for"));
    };
    let expected = Expected {
        audience: challenge.audience,
        nonce: challenge.nonce,
        requested_at: challenge.requested_at,
        skew: CLOCK_SKEW,
    };
    let authentic = presented.authenticate(issuer, keys, &expected, now, findings)?;
    answer::satisfies(&authentic, query, findings)?;
    answer::report_status(&authentic, findings);
    Ok(Genuine { credential, authentic })
}

/// Do these presentations together satisfy the challenge: one for each credential asked for, the
/// transaction data covered exactly?
///
/// # Errors
/// [`Rejection`] for the first rule that is broken.
pub fn conclude(
    genuine: Vec<Genuine>,
    challenge: &Challenge<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<VerifiedPresentation, Rejection> {
    let paired = paired(genuine, challenge.query, findings)?;
    authorised::exactly(challenge.transaction_data, &paired, findings)?;
    findings.about(None);
    let credentials = paired.into_iter().map(|(query, credential)| kept(query, &credential)).collect();
    let transaction_data = challenge.transaction_data.to_vec();
    let presentation = VerifiedPresentation { credentials, transaction_data, verified_at: now };
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

/// One presentation for each credential query and none besides: the reader of the response saw to it,
/// and nothing is concluded from a list that someone put together otherwise.
fn paired<'q>(
    mut genuine: Vec<Genuine>,
    query: &'q Query,
    findings: &mut Findings,
) -> Result<Vec<(&'q CredentialQuery, Authentic)>, Rejection> {
    findings.about(None);
    let mut pairs = Vec::with_capacity(genuine.len());
    for credential in query.credentials() {
        let Some(index) = genuine.iter().position(|it| it.credential == credential.id) else {
            return Err(findings.fail(&COMPLETE, "a credential that was asked for is not presented"));
        };
        pairs.push((credential, genuine.swap_remove(index).authentic));
    }
    if !genuine.is_empty() {
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
