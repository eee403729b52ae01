//! Authorization requests (RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core 1.0 section
//! 3.1.2.1), checked in the order that keeps browsers safe: first who asks and where the browser may return;
//! only then can a refusal be told to the client through the browser.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{Client, Grant};
use super::pkce::{ChallengeFault, CodeChallenge};
use super::redirect::{
    AuthorizationError, AuthorizationResponseMode, MAX_STATE_BYTES, NotRegistered, ReturnAddress,
};
use super::scope_request::{ScopeRefused, ScopesAsked};
use super::thumbprint::Thumbprint;
use crate::admission::ScopePolicy;
use crate::admission::claimable::Claimable;
use crate::admission::claims_request::{ClaimsRefused, ClaimsRequest};
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::{ParameterTooLong, RequestParameters};
use crate::base::base64url;
use crate::base::json::{self, Bounds};

/// The payload of an ID token.
const HINT: Bounds = Bounds { bytes: 8 << 10, depth: 4, members: 64 };
/// The longest `nonce`, in bytes.
pub const MAX_NONCE_BYTES: usize = 512;
/// The longest `login_hint`, in bytes (the longest email address is 254).
pub const MAX_LOGIN_HINT_BYTES: usize = 320;

/// The parameters of a request as the endpoint read them: each name once.
#[derive(Debug, Default)]
pub struct AuthorizationParameters {
    values: Vec<(String, String)>,
    repeated: Vec<String>,
}

impl AuthorizationParameters {
    /// `values` are those with a value; `repeated` names every parameter that came more than once, and
    /// is not among the values.
    pub fn new(values: impl IntoIterator<Item = (String, String)>, repeated: Vec<String>) -> Self {
        let values = values.into_iter().filter(|(name, _)| !repeated.contains(name)).collect();
        Self { values, repeated }
    }

    /// The value of the parameter `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a parameter came more than once.
    pub fn has_repeats(&self) -> bool {
        !self.repeated.is_empty()
    }

    fn repeats(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }
}

/// A request that may be put to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The client that asks.
    pub client_id: String,
    /// Where the browser returns.
    pub return_to: ReturnAddress,
    /// The scopes that are asked for.
    pub scopes: Scopes,
    /// What the token request must answer; `None` only where the client may go without.
    pub challenge: Option<CodeChallenge>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// Whom the wallet should expect. Personal data: never logged, and gone once the wallet was asked.
    pub login_hint: Option<LoginHint>,
    /// `prompt=none`: the person must not be bothered.
    pub silent: bool,
    /// `openid` was asked for: an ID token.
    pub openid: bool,
    /// The resource that the token is for (RFC 8707 section 2.1).
    pub resource: Option<String>,
    /// The key that the token request must prove (RFC 9449 section 10).
    pub dpop_jkt: Option<Thumbprint>,
    /// What is kept of the request for the token's claims.
    #[serde(default, skip_serializing_if = "RequestParameters::is_empty")]
    pub parameters: RequestParameters,
    /// The subject of `id_token_hint` or `claims`: nobody else is signed in by this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_subject: Option<String>,
    /// What is asked for claim by claim.
    #[serde(default, skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
    /// `prompt` with another value than `none`: the person is asked, whoever was signed in.
    #[serde(default)]
    pub anew: bool,
    /// How many seconds ago the person may have presented at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

/// What a client of ours may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'p> {
    /// The scopes, and what stands behind them.
    pub scopes: &'p ScopePolicy,
    /// The resources that the client's tokens can be for.
    pub audience: &'p [String],
}

/// An email address or the like. It prints as nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginHint(pub String);

impl std::fmt::Debug for LoginHint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginHint(..)")
    }
}

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// The browser must not be sent anywhere.
    #[error(transparent)]
    Nowhere(#[from] NotRegistered),
    /// The client is told through the browser.
    #[error("{why}")]
    Return {
        /// Where the browser goes.
        to: Box<ReturnAddress>,
        /// What it carries.
        why: RequestFault,
    },
}

/// What is wrong with a request of a known client that has a place to return to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RequestFault {
    /// Section 3.1: parameters must not be repeated.
    #[error("a parameter is repeated")]
    Repeated,
    /// The client is not registered for this grant.
    #[error("this client is not registered for the authorization code grant")]
    WrongGrant,
    /// Only pushed requests count (RFC 9126 section 5).
    #[error("this request must be pushed to the pushed authorization request endpoint first")]
    NotPushed,
    #[error("response_type is missing")]
    NoResponseType,
    #[error("the only response_type here is code")]
    ResponseType,
    #[error("the response modes here are query and form_post")]
    ResponseMode,
    /// `request` (RFC 9101).
    #[error("request objects are not supported")]
    RequestObject,
    /// RFC 9101, or a pushed request within a pushed request.
    #[error("request_uri is supported only as the pushed authorization request endpoint gave it")]
    RequestUri,
    /// Unknown, malformed, or not this client's.
    #[error(transparent)]
    Scope(#[from] ScopeRefused),
    /// OpenID Connect Core section 5.5.
    #[error(transparent)]
    Claims(#[from] ClaimsRefused),
    /// `authorization_details` (RFC 9396).
    #[error("authorization_details is not supported: the scopes say what is asked for")]
    AuthorizationDetails,
    /// OpenID Connect Core section 7.2.1.
    #[error("the registration parameter is not supported: clients are registered by the operator")]
    Registration,
    #[error("id_token_hint is not an ID token of this client")]
    IdTokenHint,
    /// None, and the client needs one.
    #[error("code_challenge is missing")]
    NoChallenge,
    #[error(transparent)]
    Challenge(#[from] ChallengeFault),
    #[error("state is longer than {MAX_STATE_BYTES} bytes")]
    State,
    #[error("nonce is longer than {MAX_NONCE_BYTES} bytes")]
    Nonce,
    #[error("login_hint is longer than {MAX_LOGIN_HINT_BYTES} bytes")]
    LoginHint,
    /// Not a list of known values, or `none` beside others.
    #[error("prompt must be none, or some of login, consent and select_account")]
    Prompt,
    /// Not a number of seconds.
    #[error("max_age must be a whole number of seconds")]
    MaxAge,
    /// `prompt=none`, and no session answers.
    #[error("nobody is signed in here who could be this person: the person has to be asked")]
    Silent,
    /// Not a thumbprint, or not that of the key that was proven.
    #[error("dpop_jkt must be the SHA-256 thumbprint of the key that is proven")]
    KeyBinding,
    /// Not one that tokens of this client can be for.
    #[error("tokens of this client are not for this resource")]
    Resource,
    /// One that the client's tokens say is too long.
    #[error(transparent)]
    Parameter(#[from] ParameterTooLong),
}

impl RequestFault {
    /// The error code the client is told.
    pub fn error(&self) -> AuthorizationError {
        match self {
            Self::WrongGrant => AuthorizationError::UnauthorizedClient,
            Self::ResponseType => AuthorizationError::UnsupportedResponseType,
            Self::RequestObject => AuthorizationError::RequestNotSupported,
            Self::RequestUri => AuthorizationError::RequestUriNotSupported,
            Self::Scope(_) => AuthorizationError::InvalidScope,
            Self::AuthorizationDetails => AuthorizationError::InvalidAuthorizationDetails,
            Self::Registration => AuthorizationError::RegistrationNotSupported,
            Self::Resource => AuthorizationError::InvalidTarget,
            Self::Silent => AuthorizationError::LoginRequired,
            Self::Claims(ClaimsRefused::Acr) => AuthorizationError::UnmetAuthenticationRequirements,
            Self::Repeated
            | Self::NotPushed
            | Self::NoResponseType
            | Self::ResponseMode
            | Self::NoChallenge
            | Self::Challenge(_)
            | Self::State
            | Self::Nonce
            | Self::LoginHint
            | Self::Prompt
            | Self::MaxAge
            | Self::Parameter(_)
            | Self::Claims(_)
            | Self::IdTokenHint
            | Self::KeyBinding => AuthorizationError::InvalidRequest,
        }
    }
}

impl AuthorizationRequest {
    /// Reads a request of `client`. Without `scope`, all scopes of the client are meant.
    ///
    /// # Errors
    /// [`NotRead::Nowhere`] before anything else.
    pub fn read(
        parameters: &AuthorizationParameters,
        client: &Client,
        offered: Offered<'_>,
    ) -> Result<Self, NotRead> {
        if parameters.repeats("redirect_uri") || parameters.repeats("client_id") {
            return Err(NotRegistered::Unknown.into());
        }
        let named = parameters.get("redirect_uri");
        if client.code.redirect_uri_required && named.is_none() {
            return Err(NotRegistered::Missing.into());
        }
        let return_to = ReturnAddress::registered(client, named)?;
        let state = parameters.get("state").map(str::to_owned);
        let bounded = state.as_ref().is_none_or(|state| state.len() <= MAX_STATE_BYTES);
        // One that is too long cannot be returned unchanged, so it is not returned.
        let return_to = return_to.with_state(state.filter(|_| bounded));
        // A mode that is not known is refused in the one that every client reads.
        let mode =
            parameters.get("response_mode").and_then(AuthorizationResponseMode::named).unwrap_or_default();
        let return_to = return_to.answered_by(mode);
        let read = if bounded {
            Self::read_for(&return_to, parameters, client, offered)
        } else {
            Err(RequestFault::State)
        };
        read.map_err(|why| NotRead::Return { to: Box::new(return_to), why })
    }

    fn read_for(
        return_to: &ReturnAddress,
        parameters: &AuthorizationParameters,
        client: &Client,
        offered: Offered<'_>,
    ) -> Result<Self, RequestFault> {
        if parameters.has_repeats() {
            return Err(RequestFault::Repeated);
        }
        if !client.grants.contains(&Grant::AuthorizationCode) {
            return Err(RequestFault::WrongGrant);
        }
        answer_is_a_code(parameters)?;
        if let Some(fault) = not_honoured(parameters) {
            return Err(fault);
        }
        let ScopesAsked { scopes, openid } =
            ScopesAsked::read(parameters.get("scope"), &client.scopes, offered.scopes)?;
        let claims = requested_claims(parameters, &scopes, openid, client, offered.scopes)?;
        let resource = parameters.get("resource");
        if resource.is_some_and(|resource| offered.audience.iter().all(|known| known != resource)) {
            return Err(RequestFault::Resource);
        }
        let dpop_jkt = match parameters.get("dpop_jkt") {
            None => None,
            Some(text) => Some(Thumbprint::parse(text).ok_or(RequestFault::KeyBinding)?),
        };
        let bounded = |name: &str, most: usize, fault: RequestFault| match parameters.get(name) {
            Some(value) if value.len() > most => Err(fault),
            value => Ok(value.map(str::to_owned)),
        };
        // Whoever is asked presents a credential now, so any age is young enough: it matters to sessions.
        let max_age =
            parameters.get("max_age").map(str::parse).transpose().map_err(|_| RequestFault::MaxAge)?;
        Ok(Self {
            client_id: client.id.clone(),
            return_to: return_to.clone(),
            scopes,
            challenge: challenge(parameters, client)?,
            nonce: bounded("nonce", MAX_NONCE_BYTES, RequestFault::Nonce)?,
            login_hint: bounded("login_hint", MAX_LOGIN_HINT_BYTES, RequestFault::LoginHint)?.map(LoginHint),
            silent: is_silent(parameters.get("prompt"))?,
            openid,
            resource: resource.map(str::to_owned),
            dpop_jkt,
            parameters: client.kept_parameters(|name| parameters.get(name))?,
            anew: parameters.get("prompt").is_some_and(|values| values != "none"),
            max_age,
            expected_subject: expected_subject(parameters, &claims, client)?,
            claims,
        })
    }

    /// Bound to the key that was proven with it, which must be the one it names, if it names one (RFC 9449
    /// section 10.1).
    ///
    /// # Errors
    /// [`RequestFault::KeyBinding`]
    pub fn bound_to(self, key: Option<Thumbprint>) -> Result<Self, RequestFault> {
        match (&self.dpop_jkt, key) {
            (_, None) => Ok(self),
            (Some(named), Some(proven)) if *named != proven => Err(RequestFault::KeyBinding),
            (_, Some(proven)) => Ok(Self { dpop_jkt: Some(proven), ..self }),
        }
    }
}

/// The one response type, in a mode that is known.
fn answer_is_a_code(parameters: &AuthorizationParameters) -> Result<(), RequestFault> {
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(RequestFault::ResponseType),
        None => return Err(RequestFault::NoResponseType),
    }
    let mode = parameters.get("response_mode").map(AuthorizationResponseMode::named);
    if mode == Some(None) { Err(RequestFault::ResponseMode) } else { Ok(()) }
}

/// What would change the request and is not honoured here. To ignore it would give the client something else
/// than it asked for.
pub fn not_honoured(parameters: &AuthorizationParameters) -> Option<RequestFault> {
    let refused = [
        ("request", RequestFault::RequestObject),
        ("request_uri", RequestFault::RequestUri),
        ("authorization_details", RequestFault::AuthorizationDetails),
        ("registration", RequestFault::Registration),
    ];
    refused.into_iter().find(|(name, _)| parameters.get(name).is_some()).map(|(_, fault)| fault)
}

/// What `claims` asks for; each of it is said, or the request is refused.
fn requested_claims(
    parameters: &AuthorizationParameters,
    scopes: &Scopes,
    openid: bool,
    client: &Client,
    policy: &ScopePolicy,
) -> Result<ClaimsRequest, ClaimsRefused> {
    let Some(text) = parameters.get("claims") else { return Ok(ClaimsRequest::default()) };
    let asked = ClaimsRequest::parse(text)?;
    if !openid {
        return Err(ClaimsRefused::NoIdToken);
    }
    let own = &client.token_claims;
    asked.resolved(&Claimable { policy, asked: scopes, open: &client.scopes, own })
}

/// The one person who may be signed in, where the request names one: in one way, or the same in both.
fn expected_subject(
    parameters: &AuthorizationParameters,
    claims: &ClaimsRequest,
    client: &Client,
) -> Result<Option<String>, RequestFault> {
    let hinted = parameters.get("id_token_hint").map(|hint| hinted(hint, client)).transpose()?;
    match (hinted, claims.subject()?) {
        (Some(hinted), Some(claimed)) if hinted != claimed => Err(RequestFault::IdTokenHint),
        (Some(hinted), _) => Ok(Some(hinted)),
        (None, claimed) => Ok(claimed.map(str::to_owned)),
    }
}

/// Whom an ID token of `client` is about. Its signature is not looked at: a hint demands a person and gives
/// nothing, and subjects are pairwise.
fn hinted(hint: &str, client: &Client) -> Result<String, RequestFault> {
    let read = || {
        let payload = base64url::decode(hint.split('.').nth(1)?).ok()?;
        let payload = json::parse(&payload, &HINT).ok()?;
        let own = match payload.get("aud")? {
            Value::String(one) => *one == client.id,
            Value::Array(many) => many.iter().any(|one| *one == client.id),
            _ => false,
        };
        payload.get("sub").and_then(Value::as_str).filter(|_| own).map(str::to_owned)
    };
    read().ok_or(RequestFault::IdTokenHint)
}

fn challenge(
    parameters: &AuthorizationParameters,
    client: &Client,
) -> Result<Option<CodeChallenge>, RequestFault> {
    let method = parameters.get("code_challenge_method");
    match parameters.get("code_challenge") {
        Some(challenge) => Ok(Some(CodeChallenge::read(challenge, method)?)),
        // A method alone is a slip of the hand, and going on would drop the protection.
        None if client.code.pkce_optional && method.is_none() => Ok(None),
        None => Err(RequestFault::NoChallenge),
    }
}

/// `login`, `consent` and `select_account` ask for what happens anyway: the person presents a credential of
/// their choice, and agrees to it, every time.
fn is_silent(prompt: Option<&str>) -> Result<bool, RequestFault> {
    match prompt {
        None => Ok(false),
        Some("none") => Ok(true),
        Some(values) => {
            let known = |value: &str| ["login", "consent", "select_account"].contains(&value);
            if values.split(' ').all(known) { Ok(false) } else { Err(RequestFault::Prompt) }
        }
    }
}

#[cfg(test)]
mod tests;
