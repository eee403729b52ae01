//! Is a genuine presentation's credential still good? What is asked between "it was issued" and "it counts":
//! [`super::conclude`] takes [`Current`] presentations only.

use std::fmt;

use super::{Genuine, high_assurance};
use crate::base::report::{Findings, Rejection};
use crate::base::time::Timestamp;
use crate::status_list::check::{self, CredentialStatus, StatusClaim, StatusPlace, StatusReference};
use crate::status_list::token::{StatusList, StatusListFault};

/// A genuine presentation whose credential its issuer has not taken back, as far as it can be known and
/// the operator wants to know. Only [`Genuine::status`] and [`Listed::judged`] make one.
#[derive(Debug)]
pub struct Current {
    pub(super) genuine: Genuine,
    pub(super) status: CredentialStatus,
    /// When that was looked up.
    pub(super) status_at: Option<Timestamp>,
    /// Where lists said so.
    pub(super) places: Vec<StatusPlace>,
}

/// What a genuine presentation needs to be current.
#[derive(Debug)]
pub enum StatusNeeded {
    /// Nothing more has to be looked up.
    Settled(Current),
    /// A look at a list of its issuer's; there may be another behind it.
    Listed(Listed),
}

/// A genuine presentation whose issuer keeps a status list.
#[derive(Debug)]
pub struct Listed {
    genuine: Genuine,
    reference: StatusReference,
    /// Those that are looked at after it.
    others: Vec<StatusReference>,
    /// Those that agreed.
    places: Vec<StatusPlace>,
}

impl Genuine {
    /// Reads the credential's `status`.
    ///
    /// # Errors
    /// When it is malformed, or missing although it is required; written into `findings`.
    pub fn status(self, findings: &mut Findings) -> Result<StatusNeeded, Rejection> {
        findings.about_presentation(&self.credential, self.number);
        Ok(match self.authentic.status(findings)? {
            StatusClaim::Settled(status) => {
                StatusNeeded::Settled(Current { genuine: self, status, status_at: None, places: Vec::new() })
            }
            StatusClaim::Listed(reference, others) => {
                StatusNeeded::Listed(Listed { genuine: self, reference, others, places: Vec::new() })
            }
        })
    }
}

impl Listed {
    /// Where the list is.
    pub fn reference(&self) -> &StatusReference {
        &self.reference
    }

    /// Judges by the list that [`Self::reference`] led to. Every list that the credential names must say "valid", so
    /// the next one may have to be looked at.
    ///
    /// # Errors
    /// When the list is another one or too old, has no such index, says anything but "valid", or does not
    /// carry its key where high assurance wants it.
    pub fn judged(
        self,
        list: &StatusList,
        now: Timestamp,
        findings: &mut Findings,
    ) -> Result<StatusNeeded, Rejection> {
        let Self { genuine, reference, others, mut places } = self;
        findings.about_presentation(&genuine.credential, genuine.number);
        if genuine.high_assurance {
            high_assurance::check_status_list(list, findings)?;
        }
        let status = check::judge(&reference, genuine.authentic.issuer(), list, now, findings)?;
        places.push(StatusPlace::new(&reference, &genuine.credential, genuine.authentic.issuer()));
        let mut others = others.into_iter();
        Ok(match others.next() {
            Some(reference) => {
                StatusNeeded::Listed(Self { genuine, reference, others: others.collect(), places })
            }
            None => StatusNeeded::Settled(Current { genuine, status, status_at: Some(now), places }),
        })
    }

    /// The list is there and no good.
    pub fn unusable(self, fault: &StatusListFault, findings: &mut Findings) -> Rejection {
        findings.about_presentation(&self.genuine.credential, self.genuine.number);
        check::unusable(fault, findings)
    }

    /// The list cannot be had; `why` is our own words.
    pub fn unavailable(self, why: &dyn fmt::Display, findings: &mut Findings) -> Rejection {
        findings.about_presentation(&self.genuine.credential, self.genuine.number);
        check::unavailable(why, findings)
    }
}
