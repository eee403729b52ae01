//! A user code is entered: counted, found, and taken up. Our own page and services with pages of their
//! own go through here alike.

use crate::flow::client::limits;
use crate::flow::commit::{NotMade, was_first};
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::secret::Digest;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, Limited};
use vpgate_core::oauth::client::Client;
use vpgate_core::oauth::device_grant::{DenialReason, Denied, DeviceGrant, NotClaimable, Pending};
use vpgate_core::oauth::guessing::{GuessLimits, Guesser};
use vpgate_core::oauth::proximity::{Network, Proximity, ProximityPolicy};

/// A code as somebody typed it, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The code as the person typed it.
    pub code: &'a str,
    /// The address of the person's browser.
    pub from: ClientAddress,
}

/// What the person is shown before deciding.
#[derive(Debug)]
pub struct CodeFound {
    /// The code as the device shows it.
    pub user_code: String,
    /// The client that asks.
    pub client_id: String,
    /// The name that people know the client by.
    pub client_name: String,
    /// What the device calls itself; nobody has checked it.
    pub device_label: Option<String>,
    /// The scopes that can be granted.
    pub scopes: Scopes,
    /// The rights in words: the description of each scope, or its name.
    pub rights: Vec<String>,
    /// What the wallet will be asked to show, as dotted claim paths.
    pub claims: Vec<String>,
    /// When the device asked.
    pub created_at: Timestamp,
    /// When the code dies.
    pub expires_at: Timestamp,
    /// How near the device seems; `None` when that is not compared.
    pub proximity: Option<Proximity>,
    /// The numbers of which the device shows one.
    pub numbers: Option<[u8; 3]>,
    /// The wallet's answer comes back in a way that takes JavaScript.
    pub needs_script: bool,
}

/// Why a code leads nowhere.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CodeRefused {
    /// Unknown, malformed, expired, used or denied: one answer, so that guessing teaches nothing (REQ-10.24).
    #[error("this code is not valid")]
    Unknown,
    /// A wrong code was just entered; so many more may be.
    #[error("this code is not valid")]
    Wrong {
        /// How many more wrong codes this address may enter; 0 when the next one is refused.
        tries_left: u32,
    },
    /// Another browser went on with it first (REQ-15.6).
    #[error("this code is in use in another browser")]
    InUse,
    /// Too many wrong codes from this address or the network around it.
    #[error("too many wrong codes; try again in {retry_after} seconds")]
    TooMany {
        /// Seconds until the next one may be entered.
        retry_after: u64,
    },
    /// The person must be on the device's network, and is not as far as anybody can tell (REQ-15.4).
    #[error("this can only be done on the network of the device")]
    Elsewhere,
    #[error("the number that the device shows must be picked")]
    NoNumber,
    /// Another number than the device shows: the grant is denied (REQ-15.14).
    #[error("this is not the number that the device shows")]
    WrongNumber,
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// A grant whose code was entered, with the client that asked and where the person is.
pub(in crate::flow) struct Entered<'c> {
    pub(in crate::flow) shown: String,
    pub(in crate::flow) grant: Pending,
    pub(in crate::flow) client: &'c Client,
    pub(in crate::flow) proximity: Proximity,
}

/// Finds the pending grant behind a code. A wrong code counts for `guesser`; who guessed too often learns
/// nothing, not even that a code is right. A right code takes nothing back (RFC 8628 section 5.1).
pub(in crate::flow) async fn enter<'c>(
    context: &'c Context,
    typed: Typed<'_>,
    guesser: Guesser,
) -> Result<Entered<'c>, CodeRefused> {
    let rule = GuessLimits::new(context.policy.device.limits, context.now);
    let Some(code) = context.policy.device.user_codes.read(typed.code) else {
        let within = rule.of_malformed(&guesser);
        count_entry(context, None, typed.from, &within).await?;
        return Err(wrong(context, typed.from, &rule.of_code(&guesser, false)).await?);
    };
    let digest = code.digest(&context.keys.user_code);
    let within = rule.of_code(&guesser, false);
    let nearness = |grant: &Pending| {
        let person = typed.from.certain().map(|address| Network::of(address, &context.keys.user_code));
        Proximity::between(grant.precautions().network, person)
    };
    if !is_counted(context, Some(digest), typed.from, &within).await? {
        // Whoever is near the device may enter more; what that takes is looked up only where it decides.
        match pending(context, &digest).await? {
            Some(grant) if nearness(&grant) == Proximity::Same => {
                count_entry(context, Some(digest), typed.from, &rule.of_code(&guesser, true)).await?;
            }
            Some(_) => return Err(too_many(context, typed.from, &within).await?),
            None => {
                let refused = too_many(context, typed.from, &within).await?;
                count_attempt(context, rule.refused(&guesser)).await?;
                return Err(refused);
            }
        }
    }
    // Looked at only now: it may be denied, because of the many places it was entered from.
    let Some(grant) = pending(context, &digest).await? else {
        return Err(wrong(context, typed.from, &within).await?);
    };
    let proximity = nearness(&grant);
    let client = context.policy.clients.named(&grant.terms().client_id).ok_or(CodeRefused::Unknown)?;
    Ok(Entered { shown: code.shown(), grant, client, proximity })
}

async fn pending(context: &Context, code: &Digest) -> Result<Option<Pending>, Unavailable> {
    match context.ports.store.grant_by_user_code(code).await? {
        Some(DeviceGrant::Pending(grant)) if context.now < grant.terms().expires_at => Ok(Some(grant)),
        Some(DeviceGrant::Denied(denied)) if denied.reason() == DenialReason::ManyAddresses => {
            tracing::warn!(grant = %denied.terms().id, "a user code was entered from too many addresses");
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Notes that a code was entered, or that it was a wrong one.
async fn count_entry(
    context: &Context,
    user_code: Option<Digest>,
    from: ClientAddress,
    within: &Limited,
) -> Result<(), CodeRefused> {
    if is_counted(context, user_code, from, within).await? {
        Ok(())
    } else {
        Err(too_many(context, from, within).await?)
    }
}

/// The same; whether what was entered before leaves room for it.
async fn is_counted(
    context: &Context,
    user_code: Option<Digest>,
    from: ClientAddress,
    within: &Limited,
) -> Result<bool, Unavailable> {
    let change = Change::EnterCode {
        user_code,
        address: from.counted().map(|_| limits::counted_address(context, from)),
        most: context.policy.device.limits.addresses_per_code,
        at: context.now,
        within: within.clone(),
    };
    was_first(context.commit(change).await)
}

async fn too_many(
    context: &Context,
    from: ClientAddress,
    within: &Limited,
) -> Result<CodeRefused, Unavailable> {
    let retry_after = limits::retry_after(context, within).await?;
    let address = from.counted().map(tracing::field::display);
    tracing::warn!(address, retry_after, reason = "too many wrong user codes", "a user code is refused");
    context.metrics().limits.add(["wrong_user_codes"]);
    Ok(CodeRefused::TooMany { retry_after })
}

async fn count_attempt(context: &Context, attempt: Attempt) -> Result<(), CodeRefused> {
    was_first(context.commit(Change::Count(attempt)).await)?;
    Ok(())
}

/// The one answer to a code that leads nowhere.
async fn wrong(context: &Context, from: ClientAddress, within: &Limited) -> Result<CodeRefused, Unavailable> {
    let tries_left = limits::left(context, within).await?;
    let address = from.counted().map(tracing::field::display);
    tracing::info!(address, tries_left, "a user code leads nowhere");
    Ok(CodeRefused::Wrong { tries_left })
}

/// What a person must know before deciding.
pub(in crate::flow) fn describe(context: &Context, entered: Entered<'_>) -> Result<CodeFound, CodeRefused> {
    let scopes = entered.grantable()?;
    let Entered { shown, grant, client, proximity } = entered;
    let terms = grant.terms();
    let query = context.policy.scopes.query_for(&scopes, &client.token_claims, &ClaimsRequest::default());
    let query = query.map_err(|_| CodeRefused::Unknown)?;
    Ok(CodeFound {
        user_code: shown,
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        device_label: terms.device_label.as_ref().map(|label| label.as_str().to_owned()),
        rights: context.policy.rights(&scopes),
        scopes,
        claims: query.claims(),
        created_at: terms.created_at,
        expires_at: terms.expires_at,
        proximity: (client.device.proximity != ProximityPolicy::Ignore).then_some(proximity),
        numbers: grant.precautions().numbers.map(|numbers| numbers.choices()),
        needs_script: context.policy.needs_script(client),
    })
}

/// `owner` takes the code up, when nothing that stands against phishing is in the way. A wrong
/// number denies the grant.
pub(in crate::flow) async fn take_up(
    context: &Context,
    entered: Entered<'_>,
    picked: Option<&str>,
    owner: Digest,
) -> Result<Pending, CodeRefused> {
    let scopes = entered.grantable()?;
    let numbers = entered.grant.precautions().numbers;
    let grant = entered.grant.claim(owner, context.now).map_err(|why| match why {
        NotClaimable::Expired => CodeRefused::Unknown,
        NotClaimable::InUse => CodeRefused::InUse,
    })?;
    match (numbers, picked) {
        (None, _) => {}
        (Some(_), None) => return Err(CodeRefused::NoNumber),
        (Some(numbers), Some(picked)) if numbers.matches(picked) => {}
        (Some(_), Some(_)) => {
            let id = grant.terms().id.clone();
            let denied =
                grant.deny(DenialReason::WrongNumber, context.now).map_err(|_| CodeRefused::Unknown)?;
            deny(context, denied).await?;
            tracing::warn!(grant = %id, "a person picked a number that the device does not show");
            return Err(CodeRefused::WrongNumber);
        }
    }
    Ok(grant.narrowed_to(scopes))
}

/// Refuses a pending grant for good.
pub(in crate::flow) async fn deny(context: &Context, denied: Denied) -> Result<(), CodeRefused> {
    match context.commit(Change::DenyGrant(denied)).await {
        Ok(()) => Ok(()),
        Err(NotMade::Lost | NotMade::Taken) => Err(CodeRefused::Unknown),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

impl Entered<'_> {
    /// The scopes that can be granted from where the person is; there are some.
    fn grantable(&self) -> Result<Scopes, CodeRefused> {
        let settings = &self.client.device;
        if settings.proximity == ProximityPolicy::Require && self.proximity != Proximity::Same {
            return Err(CodeRefused::Elsewhere);
        }
        let scopes = settings.grantable(&self.grant.terms().scopes, self.proximity);
        if scopes.is_empty() { Err(CodeRefused::Elsewhere) } else { Ok(scopes) }
    }
}
