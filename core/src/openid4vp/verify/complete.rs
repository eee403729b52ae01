//! Do the presentations that survived answer the whole question? (OpenID4VP 1.0 sections 6.2, 6.4.2, 8.6.)

use super::{Current, Genuine};
use crate::base::report::{Findings, Rejection, Rule};
use crate::base::time::Timestamp;
use crate::credential::Authentic;
use crate::openid4vp::dcql::{CredentialQuery, CredentialSet, Query};
use crate::status_list::check::{CredentialStatus, StatusPlace};

const COMPLETE: Rule = Rule { check: "every_credential_answered", requirement: "OpenID4VP 6.4.2" };
const SET: Rule = Rule { check: "credential_set", requirement: "OpenID4VP 6.2, 6.4.2" };

/// A presentation that was not discarded, and the query that it answers.
pub(super) struct Survivor<'q> {
    pub(super) query: &'q CredentialQuery,
    /// Which of several for that query.
    pub(super) number: Option<usize>,
    /// Which combination of claims it completes.
    pub(super) combination: usize,
    pub(super) authentic: Authentic,
    pub(super) status: CredentialStatus,
    pub(super) status_at: Option<Timestamp>,
    pub(super) places: Vec<StatusPlace>,
}

/// Sorts the survivors by the order of the query, and holds them against its rules: without credential
/// sets every query has one (REQ-8.10), with sets every required set has a complete option (REQ-8.11).
/// The reader of the response saw to it that nothing else is there, and nothing is concluded from a list
/// that someone put together otherwise.
///
/// # Errors
/// What the first presentation that is missed was discarded for; [`COMPLETE`] or [`SET`] when it never came.
pub(super) fn survivors<'q>(
    current: Vec<Current>,
    query: &'q Query,
    findings: &mut Findings,
) -> Result<Vec<Survivor<'q>>, Rejection> {
    findings.about(None);
    let mut survivors = Vec::with_capacity(current.len());
    for Current { genuine, status, status_at, places } in current {
        let Genuine { credential, number, combination, authentic, .. } = genuine;
        let Some(query) = query.credential(&credential) else {
            return Err(findings.fail(&COMPLETE, "more is presented than was asked for"));
        };
        survivors.push(Survivor { query, number, combination, authentic, status, status_at, places });
    }
    let place = |survivor: &Survivor<'_>| query.credentials().iter().position(|it| it == survivor.query);
    survivors.sort_by_key(place);
    let count = |id: &str| survivors.iter().filter(|survivor| survivor.query.id == id).count();
    if query.credentials().iter().any(|credential| !credential.multiple && count(&credential.id) > 1) {
        return Err(findings.fail(&COMPLETE, "more is presented than was asked for"));
    }
    if query.credential_sets().is_empty() {
        all_there(query, |id| count(id) > 0, findings)?;
    } else {
        sets_complete(query.credential_sets(), |id| count(id) > 0, findings)?;
    }
    if survivors.is_empty() {
        // Every set is optional: nothing is owed, and nothing is proven either.
        let every: Vec<&str> = query.credentials().iter().map(|credential| credential.id.as_str()).collect();
        return Err(missing(&every, &COMPLETE, "nothing that was asked for is presented", findings));
    }
    Ok(survivors)
}

fn all_there(query: &Query, there: impl Fn(&str) -> bool, findings: &mut Findings) -> Result<(), Rejection> {
    let ids = query.credentials().iter().map(|credential| credential.id.as_str());
    let missed: Vec<&str> = ids.filter(|id| !there(id)).collect();
    if !missed.is_empty() {
        let detail = "a credential that was asked for is not presented, or its presentation was discarded";
        return Err(missing(&missed, &COMPLETE, detail, findings));
    }
    findings.pass(&COMPLETE, "every credential asked for is presented");
    Ok(())
}

fn sets_complete(
    sets: &[CredentialSet],
    there: impl Fn(&str) -> bool,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    for (set, number) in sets.iter().zip(1..) {
        match set.first_complete(&there) {
            Some(option) => {
                findings.pass(&SET, format!("credential set {number}: option {} is complete", option + 1));
            }
            None if !set.required => {
                let detail = format!("credential set {number} is optional, and no option of it is complete");
                findings.not_applicable(&SET, detail);
            }
            None => {
                let missed: Vec<&str> = set.ids().filter(|id| !there(id)).collect();
                let detail = format!("credential set {number} is required, and no option of it is complete");
                return Err(missing(&missed, &SET, detail, findings));
            }
        }
    }
    Ok(())
}

/// The first decisive failure: what a presentation of these credentials was discarded for, if one was.
fn missing(
    ids: &[&str],
    rule: &Rule,
    detail: impl Into<std::borrow::Cow<'static, str>>,
    findings: &mut Findings,
) -> Rejection {
    let incomplete = findings.fail(rule, detail);
    findings.first_discarded(ids).unwrap_or(incomplete)
}
