//! Step 1 of the television's story: the device asks (RFC 8628 section 3.1).

use std::sync::Arc;

use crate::flow::client::{limits, shares};
use crate::flow::commit::NotMade;
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::tokens::issue::{TokenAsk, UnknownResource};
use vpgate_core::admission::claims_request::ClaimsRefused;
use vpgate_core::admission::token_claims::ParameterTooLong;
use vpgate_core::base::client_address::ClientAddress;
use vpgate_core::base::id::GrantId;
use vpgate_core::base::secret::Secret;
use vpgate_core::change::Change;
use vpgate_core::oauth::attempts::{Attempt, Barrier, CountedEvent, Limited};
use vpgate_core::oauth::authorization_request::{AuthorizationParameters, RequestFault, not_honoured};
use vpgate_core::oauth::client::{AuthenticatedClient, Client, Grant};
use vpgate_core::oauth::device_grant::{DeviceGrantTerms, Pending, Precautions};
use vpgate_core::oauth::device_label::{DeviceLabel, LabelFault};
use vpgate_core::oauth::device_settings::{DeviceSettings, VerificationUris};
use vpgate_core::oauth::number_matching::MatchingNumbers;
use vpgate_core::oauth::pkce::{ChallengeFault, CodeChallenge};
use vpgate_core::oauth::polling::Pace;
use vpgate_core::oauth::proximity::{Network, ProximityPolicy};
use vpgate_core::oauth::scope_request::{ScopeRefused, ScopesAsked};
use vpgate_core::oauth::thumbprint::Thumbprint;
use vpgate_core::oauth::user_code::UserCode;

/// How often a taken user code is drawn again. With 34 bits and a million live codes, needing a
/// third draw happens once in hundreds of millions of requests.
const DRAWS: usize = 8;

/// The part of its limit from which on an address or a network is heavy: it gets no more while all devices
/// of its client together have opened too many.
const HEAVY: u32 = 100;

/// What the device receives.
#[derive(Debug)]
pub struct DeviceAuthorization {
    /// What it polls with.
    pub device_code: Secret,
    /// What the person types.
    pub user_code: UserCode,
    /// Seconds both live.
    pub expires_in: u64,
    /// Seconds between polls.
    pub interval: u64,
    /// Where the person types the code, as far as it is not our own page.
    pub verification: VerificationUris,
    /// What the device must show for number matching.
    pub number: Option<u8>,
}

/// Why a device gets no codes.
#[derive(Debug, thiserror::Error)]
pub enum NotAuthorized {
    /// The client is not registered for this grant.
    #[error("this client is not registered for the device grant")]
    WrongGrant,
    /// The operator demands that clients prove who they are here.
    #[error("this client must authenticate")]
    AuthenticationRequired,
    /// The tokens are for clients that prove a key (REQ-15.12).
    #[error("a DPoP proof is required")]
    KeyRequired,
    /// Unknown, malformed, or not this client's.
    #[error(transparent)]
    Scope(#[from] ScopeRefused),
    /// Not one that tokens of this client can be for.
    #[error(transparent)]
    Resource(#[from] UnknownResource),
    /// A parameter that would change the request, and is not honoured here.
    #[error(transparent)]
    NotHonoured(RequestFault),
    /// A bad challenge (RFC 7636).
    #[error(transparent)]
    Challenge(#[from] ChallengeFault),
    /// What the device calls itself cannot be shown.
    #[error(transparent)]
    Label(#[from] LabelFault),
    /// This client, or this address, has opened too many grants.
    #[error("too many device authorizations; try again in {retry_after} seconds")]
    TooMany {
        /// Seconds until there is room again.
        retry_after: u64,
    },
    /// A parameter that the client's tokens say is too long.
    #[error(transparent)]
    Parameter(#[from] ParameterTooLong),
    /// Our fault.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// Whether public clients may not use this grant.
pub fn must_authenticate(context: &Context) -> bool {
    context.policy.device.require_client_authentication
}

/// Opens a grant for a device that asks `from` an address. Without `scope`,
/// all scopes are meant that the client's devices may ask for.
/// With `key`, which was proven, the tokens are for that key alone (RFC 9449 section 10, for this
/// grant).
/// Of the `other` parameters of the request, those that the client's tokens say are kept.
///
/// # Errors
/// [`NotAuthorized`]; nothing is stored then.
pub async fn authorize(
    context: &Context,
    client: AuthenticatedClient<'_>,
    scope: Option<&str>,
    key: Option<Thumbprint>,
    from: ClientAddress,
    other: &AuthorizationParameters,
) -> Result<DeviceAuthorization, NotAuthorized> {
    check_client(context, &client, other)?;
    let client = client.client();
    let open = client.device.scopes.as_ref().unwrap_or(&client.scopes);
    let ScopesAsked { scopes, openid } = ScopesAsked::read(scope, open, &context.policy.scopes)?;
    let (challenge, device_label) = (challenge(other)?, label(other)?);
    let resource = resource(context, client, other, key.is_some())?;
    let settings = &client.device;
    let precautions = precautions(context, settings, from)?;
    let parameters = client.kept_parameters(|name| other.get(name))?;
    let all_of_client = devices_of(context, client);
    let is_counted = shares::count(context, &all_of_client).await?;
    let within = authorization_limits(context, &all_of_client, is_counted, from);
    let terms = Arc::new(DeviceGrantTerms {
        id: GrantId::from_entropy(context.random_id()?),
        client_id: client.id.clone(),
        scopes,
        parameters,
        openid,
        challenge,
        resource,
        dpop: key,
        device_label,
        created_at: context.now,
        expires_at: context.now.plus(settings.code_lifetime),
    });
    let pace = Pace::new(context.polls.interval(settings.polling_interval));
    for _ in 0..DRAWS {
        let Some(user_code) = draw_user_code(context, settings)? else { continue };
        let device_code = context.random_secret()?;
        let digest = device_code.digest();
        let grant = Pending::begin(DeviceGrantTerms::clone(&terms), pace);
        let change = Change::OpenGrant {
            grant: grant.guarded_by(precautions.clone()),
            device_code: digest,
            user_code: user_code.digest(&context.keys.user_code),
            within: within.clone(),
        };
        match context.commit(change).await {
            Ok(()) => {
                context.polls.remember(&digest, &terms, pace, context.ports.store.mark(&digest));
                return Ok(DeviceAuthorization::new(device_code, user_code, pace, settings, &precautions));
            }
            Err(NotMade::Taken) => {}
            Err(NotMade::Lost) => {
                shares::uncount_if(is_counted, context, &all_of_client);
                return Err(too_many(context, client, from, &within).await?);
            }
            Err(NotMade::Failed(source)) => return Err(source.into()),
        }
    }
    Err(Unavailable::new("the space of user codes", "every code drawn was in use").into())
}

impl DeviceAuthorization {
    fn new(
        device_code: Secret,
        user_code: UserCode,
        pace: Pace,
        settings: &DeviceSettings,
        precautions: &Precautions,
    ) -> Self {
        Self {
            device_code,
            user_code,
            expires_in: settings.code_lifetime.as_secs(),
            interval: pace.interval().as_secs(),
            verification: settings.verification.clone(),
            number: precautions.numbers.map(|numbers| numbers.shown()),
        }
    }
}

/// The resource that the tokens are for, which must be one of the client's; where tokens are for clients that prove a
/// key, one is proven.
fn resource(
    context: &Context,
    client: &Client,
    other: &AuthorizationParameters,
    key_is_proven: bool,
) -> Result<Option<String>, NotAuthorized> {
    let settings = context.policy.tokens.of(&client.id);
    let ask = TokenAsk { resource: other.get("resource").map(str::to_owned), key: None };
    ask.among(&settings.audience)?;
    if settings.require_dpop && !key_is_proven {
        return Err(NotAuthorized::KeyRequired);
    }
    Ok(ask.resource)
}

/// Whether this client may begin the grant at all, and asks for nothing that would be passed over.
fn check_client(
    context: &Context,
    client: &AuthenticatedClient<'_>,
    other: &AuthorizationParameters,
) -> Result<(), NotAuthorized> {
    if !client.may_use(Grant::DeviceCode) {
        return Err(NotAuthorized::WrongGrant);
    }
    if must_authenticate(context) && !client.is_confidential() {
        return Err(NotAuthorized::AuthenticationRequired);
    }
    let claims = other.get("claims").map(|_| ClaimsRefused::NoIdToken.into());
    claims.or_else(|| not_honoured(other)).map_or(Ok(()), |fault| Err(NotAuthorized::NotHonoured(fault)))
}

async fn too_many(
    context: &Context,
    client: &Client,
    from: ClientAddress,
    within: &Limited,
) -> Result<NotAuthorized, Unavailable> {
    let retry_after = limits::retry_after(context, within).await?;
    let address = from.counted().map(tracing::field::display);
    tracing::warn!(client = client.id, address, retry_after, "too many device authorizations");
    context.metrics().limits.add(["device_authorizations"]);
    Ok(NotAuthorized::TooMany { retry_after })
}

fn precautions(
    context: &Context,
    settings: &DeviceSettings,
    from: ClientAddress,
) -> Result<Precautions, Unavailable> {
    let compared = settings.proximity != ProximityPolicy::Ignore || settings.scopes_elsewhere.is_some();
    let network =
        from.certain().filter(|_| compared).map(|address| Network::of(address, &context.keys.user_code));
    let numbers = if settings.number_matching { Some(draw_numbers(context)?) } else { None };
    Ok(Precautions { network, numbers, narrowed_to: None })
}

/// All devices of a client together.
fn devices_of(context: &Context, client: &Client) -> Attempt {
    let (who, limits) = (limits::counted_client(context, client), &context.policy.device.limits);
    let most = limits.authorizations_per_client;
    Attempt::new(CountedEvent::Authorization, who, most, limits.window, context.now)
}

/// An address and the networks around it may open so many. When all devices of a client together have
/// opened too many, those addresses and networks get no more that opened most: anybody can say to be a
/// public client, and its other devices are not to suffer for that. Devices that were counted before (`is_counted`)
/// have not opened too many.
fn authorization_limits(
    context: &Context,
    all_of_client: &Attempt,
    is_counted: bool,
    from: ClientAddress,
) -> Limited {
    let limits = &context.policy.device.limits;
    let attempt =
        |who, most| Attempt::new(CountedEvent::Authorization, who, most, limits.window, context.now);
    let mut limited = Limited::default();
    let around = limits::counted_networks(context, from);
    for (who, times) in std::iter::once((limits::counted_address(context, from), 1)).chain(around) {
        let most = limits.authorizations_per_address.saturating_mul(times);
        let heavy = (most / HEAVY).max(1);
        limited.barriers.push(Barrier::of(attempt(who, most)));
        if !is_counted {
            limited.barriers.push(Barrier::while_reached(*all_of_client, attempt(who, heavy)));
        }
        limited.counted.push(attempt(who, most));
    }
    limited.counted.extend((!is_counted).then_some(*all_of_client));
    limited
}

fn draw_user_code(context: &Context, settings: &DeviceSettings) -> Result<Option<UserCode>, Unavailable> {
    Ok(settings.user_code.draw(&context.random_draw()?))
}

fn draw_numbers(context: &Context) -> Result<MatchingNumbers, Unavailable> {
    for _ in 0..DRAWS {
        if let Some(numbers) = MatchingNumbers::draw(&context.random_draw()?) {
            return Ok(numbers);
        }
    }
    Err(Unavailable::new("randomness", "it gives no three different numbers"))
}

/// What the token request of the device must answer, where it sent a challenge: a device that polls can prove
/// that it is the one that asked (RFC 7636, for this grant).
fn challenge(other: &AuthorizationParameters) -> Result<Option<CodeChallenge>, ChallengeFault> {
    match (other.get("code_challenge"), other.get("code_challenge_method")) {
        (Some(challenge), method) => CodeChallenge::read(challenge, method).map(Some),
        (None, Some(_)) => Err(ChallengeFault::Form),
        (None, None) => Ok(None),
    }
}

fn label(other: &AuthorizationParameters) -> Result<Option<DeviceLabel>, LabelFault> {
    other.get("device_label").map(DeviceLabel::read).transpose()
}
