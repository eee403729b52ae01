//! A user code is entered: counted, found, and taken up. Our own page and services with pages of their
//! own go through here alike.

use std::net::IpAddr;

use super::Vpgate;
use super::ports::{NotCommitted, Unavailable};
use crate::domain::admission::scopes::Scopes;
use crate::domain::base::secret::Digest;
use crate::domain::base::time::Timestamp;
use crate::domain::change::Change;
use crate::domain::oauth::attempts::{Attempt, Counted};
use crate::domain::oauth::client::Client;
use crate::domain::oauth::device_grant::{DenialReason, Denied, DeviceGrant, NotClaimable, Pending};
use crate::domain::oauth::nearness::{Nearness, Network, Proximity};

/// A code as somebody typed it, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// As typed.
    pub code: &'a str,
    /// The address of the person's browser, where it is known.
    pub from: Option<IpAddr>,
}

/// What the person is shown before deciding.
#[derive(Debug)]
pub struct CodeFound {
    /// The code as the device shows it.
    pub user_code: String,
    /// Who asks.
    pub client_id: String,
    /// The same, as people know it.
    pub client_name: String,
    /// The scopes that can be granted.
    pub scopes: Scopes,
    /// The same in words: the description of each scope, or its name.
    pub rights: Vec<String>,
    /// What the wallet will be asked to show, as dotted claim paths.
    pub claims: Vec<String>,
    /// When the device asked.
    pub created_at: Timestamp,
    /// When the code dies.
    pub expires_at: Timestamp,
    /// How near the device seems; `None` when that is not compared.
    pub nearness: Option<Nearness>,
    /// The numbers of which the device shows one.
    pub numbers: Option<[u8; 3]>,
}

/// Why a code leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    /// Unknown, malformed, expired, used or denied: one answer, so that guessing teaches nothing (REQ-10.24).
    #[error("this code is not valid")]
    Unknown,
    /// Another browser went on with it first (REQ-15.6).
    #[error("this code is in use in another browser")]
    InUse,
    /// Too many wrong codes, from this address or altogether.
    #[error("too many wrong codes; try again in {retry_after} seconds")]
    TooMany {
        /// Seconds until the next one may be entered.
        retry_after: u64,
    },
    /// The person must be on the device's network, and is not as far as anybody can tell (REQ-15.4).
    #[error("this can only be done on the network of the device")]
    Elsewhere,
    /// No number was picked.
    #[error("the number that the device shows must be picked")]
    NoNumber,
    /// Another number than the device shows: the grant is denied (REQ-15.14).
    #[error("this is not the number that the device shows")]
    WrongNumber,
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// A grant whose code was entered, with the client that asked and where the person is.
pub(super) struct Entered<'v> {
    pub(super) shown: String,
    pub(super) grant: Pending,
    pub(super) client: &'v Client,
    pub(super) nearness: Nearness,
}

impl Vpgate {
    /// Finds the pending grant behind a code. A wrong code counts for `guesser` and for everybody;
    /// who guessed too often learns nothing, not even that a code is right. A right code takes
    /// nothing back (RFC 8628 section 5.1).
    pub(super) async fn enter(
        &self,
        typed: Typed<'_>,
        guesser: Digest,
        now: Timestamp,
    ) -> Result<Entered<'_>, CodeRefused> {
        let limits = &self.policy.device.limits;
        let wrong = |who, most| Attempt::new(Counted::WrongCode, who, most, limits.window, now);
        let within = vec![
            wrong(guesser, limits.wrong_codes_per_address),
            wrong(self.counted_everybody(), limits.wrong_codes_altogether),
        ];
        let code = self.policy.device.user_codes.read(typed.code);
        let digest = code.as_ref().map(|code| code.digest(&self.user_code_key));
        let change = Change::EnterCode {
            user_code: digest,
            address: typed.from.map(|_| self.counted_address(typed.from)),
            most: limits.addresses_per_code,
            at: now,
            within: within.clone(),
        };
        match self.store.commit(change).await {
            Ok(()) => {}
            Err(NotCommitted::Lost | NotCommitted::Taken) => {
                let retry_after = self.retry_after(&within).await?;
                tracing::warn!(retry_after, "too many wrong user codes");
                return Err(CodeRefused::TooMany { retry_after });
            }
            Err(NotCommitted::Unavailable(source)) => return Err(source.into()),
        }
        let (Some(code), Some(digest)) = (code, digest) else { return Err(CodeRefused::Unknown) };
        let grant = match self.store.grant_by_user_code(&digest).await? {
            Some(DeviceGrant::Pending(grant)) if now < grant.terms().expires_at => grant,
            Some(DeviceGrant::Denied(denied)) if denied.reason() == DenialReason::ManyAddresses => {
                tracing::warn!(grant = %denied.terms().id, "a user code was entered from too many addresses");
                return Err(CodeRefused::Unknown);
            }
            _ => return Err(CodeRefused::Unknown),
        };
        let client = self.policy.clients.named(&grant.terms().client_id).ok_or(CodeRefused::Unknown)?;
        let person = typed.from.map(|address| Network::of(address, &self.user_code_key));
        let nearness = Nearness::between(grant.precautions().network, person);
        Ok(Entered { shown: code.shown(), grant, client, nearness })
    }

    /// What a person must know before deciding.
    pub(super) fn describe(&self, entered: Entered<'_>) -> Result<CodeFound, CodeRefused> {
        let scopes = entered.grantable()?;
        let Entered { shown, grant, client, nearness } = entered;
        let terms = grant.terms();
        let query = self.policy.scopes.query_for(&scopes, &client.token_claims);
        let query = query.map_err(|_| CodeRefused::Unknown)?;
        Ok(CodeFound {
            user_code: shown,
            client_id: client.id.clone(),
            client_name: client.name.clone(),
            rights: self.rights(&scopes),
            scopes,
            claims: query.claims(),
            created_at: terms.created_at,
            expires_at: terms.expires_at,
            nearness: (client.device.proximity != Proximity::Ignore).then_some(nearness),
            numbers: grant.precautions().numbers.map(|numbers| numbers.choices()),
        })
    }

    /// `owner` takes the code up, when nothing that stands against phishing is in the way. A wrong
    /// number denies the grant.
    pub(super) async fn take_up(
        &self,
        entered: Entered<'_>,
        picked: Option<&str>,
        owner: Digest,
        now: Timestamp,
    ) -> Result<Pending, CodeRefused> {
        let scopes = entered.grantable()?;
        let numbers = entered.grant.precautions().numbers;
        let grant = entered.grant.claim(owner, now).map_err(|why| match why {
            NotClaimable::Expired => CodeRefused::Unknown,
            NotClaimable::InUse => CodeRefused::InUse,
        })?;
        match (numbers, picked) {
            (None, _) => {}
            (Some(_), None) => return Err(CodeRefused::NoNumber),
            (Some(numbers), Some(picked)) if numbers.matches(picked) => {}
            (Some(_), Some(_)) => {
                let id = grant.terms().id.clone();
                let denied = grant.deny(DenialReason::WrongNumber, now).map_err(|_| CodeRefused::Unknown)?;
                self.deny(denied).await?;
                tracing::warn!(grant = %id, "a person picked a number that the device does not show");
                return Err(CodeRefused::WrongNumber);
            }
        }
        Ok(grant.narrowed_to(scopes))
    }

    /// Refuses a pending grant for good.
    pub(super) async fn deny(&self, denied: Denied) -> Result<(), CodeRefused> {
        match self.store.commit(Change::DenyGrant(denied)).await {
            Ok(()) => Ok(()),
            Err(NotCommitted::Lost | NotCommitted::Taken) => Err(CodeRefused::Unknown),
            Err(NotCommitted::Unavailable(source)) => Err(source.into()),
        }
    }
}

impl Entered<'_> {
    /// The scopes that can be granted from where the person is; there are some.
    fn grantable(&self) -> Result<Scopes, CodeRefused> {
        let settings = &self.client.device;
        if settings.proximity == Proximity::Require && self.nearness != Nearness::Same {
            return Err(CodeRefused::Elsewhere);
        }
        let scopes = settings.grantable(&self.grant.terms().scopes, self.nearness);
        if scopes.is_empty() { Err(CodeRefused::Elsewhere) } else { Ok(scopes) }
    }
}
