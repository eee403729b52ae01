//! Step 5 of the television's story: the device polls, and takes its token once (RFC 8628 section 3.4, 3.5).

use std::sync::Arc;

use super::polls::StillPending;
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::answer_again::answer_again;
use crate::flow::tokens::issue::{self, TokenAsk, TokenResponse, UnknownResource};
use crate::flow::tokens::revoke;
use crate::flow::tokens::today;
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::oauth::client::{AuthenticatedClient, Client, Grant};
use vpgate_core::oauth::device_grant::{Approved, DeviceGrantTerms, Polled, Redeemed};
use vpgate_core::oauth::entitlement::{Entitlement, OPENID, Origin};
use vpgate_core::oauth::polling::Poll;

/// How often a poll looks again after somebody else changed the grant. Each look finds a later
/// state, and a grant has few; only a storm of parallel polls of one device reaches the end.
const LOOKS: usize = 4;

/// Why there is no token (RFC 8628 section 3.5, RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotRedeemed {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the device grant")]
    WrongGrant,
    #[error("the person has not finished yet")]
    Pending,
    /// Nobody has decided yet, and the device asks too often.
    #[error("polling too fast: wait five seconds longer from now on")]
    SlowDown,
    #[error("the request was refused")]
    Denied,
    /// The codes are past their lifetime.
    #[error("the device code has expired")]
    Expired,
    /// Unknown, another client's, or used before. Not told apart.
    #[error("the device code is not valid")]
    InvalidCode,
    /// The tokens are for clients that prove a key.
    #[error("a DPoP proof is required")]
    KeyRequired,
    /// The grant is bound to another key.
    #[error("the device code is bound to another key")]
    WrongKey,
    /// PKCE: the verifier is missing, or not the one of the challenge; or there was no challenge.
    #[error("code_verifier is missing, or is not what code_challenge was made from")]
    Verifier,
    /// The resource is not one of the client's.
    #[error(transparent)]
    Resource(#[from] UnknownResource),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// What a device shows beside its code.
struct Shown<'s> {
    client: &'s Client,
    verifier: Option<&'s Secret>,
    ask: &'s TokenAsk,
    /// It was shown before anybody had decided, and its answer has waited.
    waited: bool,
}

/// Answers one poll.
///
/// # Errors
/// [`NotRedeemed`]
pub async fn redeem(
    context: &Context,
    client: AuthenticatedClient<'_>,
    device_code: &Secret,
    verifier: Option<&Secret>,
    ask: &TokenAsk,
) -> Result<TokenResponse, NotRedeemed> {
    if !client.may_use(Grant::DeviceCode) {
        return Err(NotRedeemed::WrongGrant);
    }
    let (digest, shown) =
        (device_code.digest(), Shown { client: client.client(), verifier, ask, waited: false });
    if let Some(found) = context.polls.still_pending(&*context.ports.store, &digest, context.now).await? {
        shown.fits(context, &found.terms)?;
        return Err(not_yet(context, &digest, &found));
    }
    // Apart on the heap, so that a poll that waits, as nearly each does, is a small future.
    Box::pin(read_and_answer(context, &digest, shown)).await
}

/// Answers a poll that was told to wait, and has: when somebody has decided.
///
/// # Errors
/// [`NotRedeemed`]
pub async fn redeem_after_waiting(
    context: &Context,
    client: AuthenticatedClient<'_>,
    device_code: &Secret,
    verifier: Option<&Secret>,
    ask: &TokenAsk,
) -> Result<TokenResponse, NotRedeemed> {
    let shown = Shown { client: client.client(), verifier, ask, waited: true };
    read_and_answer(context, &device_code.digest(), shown).await
}

async fn read_and_answer(
    context: &Context,
    device_code: &Digest,
    shown: Shown<'_>,
) -> Result<TokenResponse, NotRedeemed> {
    let Shown { client, ask, .. } = shown;
    for _ in 0..LOOKS {
        let found = context.ports.store.grant_by_device_code(device_code).await?;
        let grant = found.ok_or(NotRedeemed::InvalidCode)?;
        shown.fits(context, grant.terms())?;
        let outcome = match grant.polled(context.now) {
            Polled::Pending(_) if shown.waited => return Err(NotRedeemed::Pending),
            // The device has asked elsewhere meanwhile: a code that was shown before is no copy.
            Polled::Used(_) if shown.waited => return Err(NotRedeemed::InvalidCode),
            Polled::Pending(grant) => {
                let found = StillPending::read(Arc::new(grant.terms().clone()), grant.pace());
                return Err(not_yet(context, device_code, &found));
            }
            Polled::Ready(approved) => take_token(context, client, approved, ask).await,
            Polled::Denied => return Err(NotRedeemed::Denied),
            Polled::Expired => return Err(NotRedeemed::Expired),
            Polled::Used(used) => return shown_again(context, client, &used, ask).await,
        };
        match outcome {
            Err(NoTokenYet::LookAgain) => {}
            Err(NoTokenYet::Refused(refusal)) => return Err(refusal),
            Ok(token) => return Ok(token),
        }
    }
    // Others keep changing the grant under us: whoever polls like that polls too fast.
    Err(NotRedeemed::SlowDown)
}

/// Looks whether anybody waits for the store, by which new devices are told how often to ask (REQ-21.20), and writes
/// how often devices asked since the last time. To be done every second.
///
/// # Errors
/// When the store is unavailable; it is written the next time.
pub async fn write_paces(context: &Context) -> Result<(), Unavailable> {
    context.polls.see_load(context.ports.store.waiting() > 0);
    context.polls.write(&*context.ports.store).await
}

impl Shown<'_> {
    /// Whether the grant is this client's, for the key that it proved, and the verifier is the one that it
    /// promised. A grant that was bound to a key when the device asked (REQ-15.12) is for that key alone.
    fn fits(&self, context: &Context, terms: &DeviceGrantTerms) -> Result<(), NotRedeemed> {
        if terms.client_id != self.client.id {
            return Err(NotRedeemed::InvalidCode);
        }
        let required = context.policy.tokens.of(&self.client.id).require_dpop;
        match (&terms.dpop, &self.ask.key) {
            (Some(bound), Some(shown)) if bound == shown => {}
            (None, _) if !required => {}
            (_, None) => return Err(NotRedeemed::KeyRequired),
            (_, Some(_)) => return Err(NotRedeemed::WrongKey),
        }
        let met = match (&terms.challenge, self.verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            // A verifier without a challenge: somebody took the challenge out (RFC 9700 section 4.8.2).
            (challenge, verifier) => challenge.is_none() && verifier.is_none(),
        };
        if met { Ok(()) } else { Err(NotRedeemed::Verifier) }
    }
}

/// Nobody has decided; the device may have asked too early.
fn not_yet(context: &Context, device_code: &Digest, found: &StillPending) -> NotRedeemed {
    match context.polls.judge(device_code, found, context.now) {
        Poll::InTime(_) => NotRedeemed::Pending,
        Poll::TooSoon(_) => NotRedeemed::SlowDown,
    }
}

/// Whoever shows a used code has a copy, or the device lost the answer. A device that proves the key that the
/// tokens are for gets the answer again; else it cannot be told who holds the tokens (RFC 6749 section 10.5).
async fn shown_again(
    context: &Context,
    client: &Client,
    used: &Redeemed,
    ask: &TokenAsk,
) -> Result<TokenResponse, NotRedeemed> {
    let (grant, token) = (&used.terms().id, used.token());
    let origin = Origin::Device(grant.clone());
    if let Some(response) = answer_again::<NotRedeemed>(context, client, &origin, None, ask).await? {
        return Ok(response);
    }
    tracing::warn!(client = client.id, %grant, %token, "a used device code was shown again");
    revoke::revoke_origin(context, origin, &client.id, revoke::SHOWN_AGAIN).await?;
    Err(NotRedeemed::InvalidCode)
}

/// Signs first and writes second, so that a code is spent only for a token that exists; and
/// hands the token out only when this poll was the one that spent the code.
async fn take_token(
    context: &Context,
    client: &Client,
    approved: Approved,
    ask: &TokenAsk,
) -> Result<TokenResponse, NoTokenYet> {
    let terms = approved.terms();
    let grant = terms.id.clone();
    let settings = context.policy.tokens.of(&client.id);
    let resources = match (&terms.resource, &ask.resource) {
        (Some(bound), _) => ask.among(std::slice::from_ref(bound)).map_err(NotRedeemed::from)?,
        (None, Some(_)) => ask.among(&settings.audience).map_err(NotRedeemed::from)?,
        (None, None) => Vec::new(),
    };
    let admission =
        today::earned_of_today(context, client, approved.admission()).ok_or(NotRedeemed::Denied)?;
    let entitlement = Entitlement {
        origin: Origin::Device(grant.clone()),
        admission,
        openid: terms.openid && client.scopes.contains(OPENID),
        nonce: None,
        resources,
        dpop: ask.key.clone(),
        session: None,
    };
    let (response, issuance) = issue::issue(context, client, entitlement).await?;
    let redeemed =
        approved.redeem(issuance.access.id.clone(), context.now).map_err(|_| NotRedeemed::Expired)?;
    context.commit(Change::RedeemGrant { grant: redeemed, issuance }).await?;
    tracing::info!(client = client.id, %grant, "the device took its token");
    Ok(response)
}

/// Why one look at the grant did not end in a token.
enum NoTokenYet {
    /// Somebody changed the grant meanwhile.
    LookAgain,
    /// What the device hears.
    Refused(NotRedeemed),
}

impl From<NotRedeemed> for NoTokenYet {
    fn from(refusal: NotRedeemed) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Unavailable> for NoTokenYet {
    fn from(source: Unavailable) -> Self {
        Self::Refused(NotRedeemed::Failed(source))
    }
}

impl From<NotMade> for NoTokenYet {
    fn from(why: NotMade) -> Self {
        match why {
            NotMade::Lost | NotMade::Taken => Self::LookAgain,
            NotMade::Failed(source) => source.into(),
        }
    }
}
