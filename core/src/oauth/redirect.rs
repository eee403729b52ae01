//! Where browsers are sent back to, and what they carry (RFC 6749 sections 3.1.2 and 4.1.2, RFC 9207).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::client::{Authentication, Client};
use crate::base::secret::Secret;

/// The longest `state` of a client, in bytes: some pack a small document into it.
pub const MAX_STATE_BYTES: usize = 2048;

/// A registered address of one client, and the `state` that returns with the browser.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnAddress {
    uri: Url,
    /// Whether the request named it: the token request must name it again then (section 4.1.3).
    named: bool,
    state: Option<String>,
    #[serde(default, skip_serializing_if = "AuthorizationResponseMode::is_query")]
    mode: AuthorizationResponseMode,
}

/// How the browser carries the answer to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationResponseMode {
    /// In the query of the address (RFC 6749 section 4.1.2).
    #[default]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode): nothing of it stays in an address.
    FormPost,
}

impl AuthorizationResponseMode {
    /// Every mode, by the name of `response_mode`.
    pub const ALL: [(&'static str, Self); 2] = [("query", Self::Query), ("form_post", Self::FormPost)];

    /// As `response_mode` names it; `None` when there is no such mode here.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)
    }

    fn is_query(&self) -> bool {
        *self == Self::Query
    }
}

/// The address is not registered for this client, or missing where several are. The browser must not be
/// sent there (REQ-11.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRegistered {
    /// None is named, and there is not exactly one to choose, or the client must name one.
    #[error("redirect_uri is missing: say which of this client's registered redirect URIs is meant")]
    Missing,
    /// It is none of them, or named more than once.
    #[error("redirect_uri must be one of this client's registered redirect URIs, exactly")]
    Unknown,
}

/// What the browser carries to the client when there is no code (RFC 6749 section 4.1.2.1; OpenID Connect
/// Core 1.0 section 3.1.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationError {
    /// Malformed, repeated, missing or unsupported parameters.
    InvalidRequest,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The person or the wallet said no, the presentation was rejected, or it earned nothing.
    AccessDenied,
    /// Another response type than `code`.
    UnsupportedResponseType,
    /// The scope is unknown, malformed or not open to this client.
    InvalidScope,
    /// The wallet could not answer such a request.
    ServerError,
    /// The resource is not one that this client's tokens can be for (RFC 8707 section 2).
    InvalidTarget,
    /// A fault of ours that may pass.
    TemporarilyUnavailable,
    /// `prompt=none`, and there is something to do for the person.
    LoginRequired,
    /// The person cannot be recognised as surely as the client demands (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` 1.0).
    UnmetAuthenticationRequirements,
    /// Request objects are not supported.
    RequestNotSupported,
    /// Request URIs are supported where they were pushed.
    RequestUriNotSupported,
    /// Clients are registered by the operator (OpenID Connect Core section 3.1.2.6).
    RegistrationNotSupported,
    /// RFC 9396 section 5.
    InvalidAuthorizationDetails,
}

impl AuthorizationError {
    /// The `error` parameter.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::InvalidTarget => "invalid_target",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
        }
    }
}

impl ReturnAddress {
    /// The address that the request names, which must be registered letter by letter (RFC 9700 section
    /// 2.1); or the only registered one where it names none. On the loopback address of a public client
    /// the port may differ, because a native app takes any that is free (RFC 8252 section 7.3).
    ///
    /// # Errors
    /// [`NotRegistered`]
    pub fn registered(client: &Client, asked: Option<&str>) -> Result<Self, NotRegistered> {
        let known = &client.redirect_uris;
        let uri = match (asked, known.as_slice()) {
            (None, [only]) => only.clone(),
            (None, _) => return Err(NotRegistered::Missing),
            (Some(asked), known) => match client.redirect_uri(asked) {
                Some(uri) => uri,
                None if client.authentication == Authentication::None => {
                    let asked = Url::parse(asked).ok().filter(|uri| uri.as_str() == asked);
                    let asked = asked.ok_or(NotRegistered::Unknown)?;
                    let fits = known.iter().any(|uri| is_same_but_for_the_port(uri, &asked));
                    fits.then_some(asked).ok_or(NotRegistered::Unknown)?
                }
                None => return Err(NotRegistered::Unknown),
            },
        };
        Ok(Self { uri, named: asked.is_some(), state: None, mode: AuthorizationResponseMode::Query })
    }

    /// With the client's `state`.
    #[must_use]
    pub fn with_state(self, state: Option<String>) -> Self {
        Self { state, ..self }
    }

    /// Answered in this mode.
    #[must_use]
    pub fn answered_by(self, mode: AuthorizationResponseMode) -> Self {
        Self { mode, ..self }
    }

    /// Whether a token request names the same address (RFC 6749 section 4.1.3): exactly, or not at all
    /// where the authorization request did not.
    pub fn is_repeated_by(&self, named: Option<&str>) -> bool {
        match named {
            Some(named) => self.uri.as_str() == named,
            None => !self.named,
        }
    }

    /// The host that people know the client by; of a native app, the name of its scheme (RFC 8252 section
    /// 7.1), which is a host turned round.
    pub fn host(&self) -> &str {
        match self.uri.scheme() {
            "http" | "https" => self.uri.host_str().unwrap_or_default(),
            app => app,
        }
    }

    /// The browser's way home with a code.
    pub fn with_code(&self, code: &Secret, issuer: &str) -> ReturnUrl {
        self.with(&[("code", code.expose())], issuer)
    }

    /// The browser's way home without one.
    pub fn with_error(&self, error: AuthorizationError, why: &str, issuer: &str) -> ReturnUrl {
        self.with(&[("error", error.code()), ("error_description", why)], issuer)
    }

    fn with(&self, parameters: &[(&str, &str)], issuer: &str) -> ReturnUrl {
        let mut url = self.uri.clone();
        let state = self.state.as_deref().map(|state| ("state", state));
        let all = parameters.iter().copied().chain(state).chain([("iss", issuer)]);
        match self.mode {
            AuthorizationResponseMode::Query => {
                url.query_pairs_mut().extend_pairs(all);
                ReturnUrl { url, form: None }
            }
            AuthorizationResponseMode::FormPost => {
                let form = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                ReturnUrl { url, form: Some(form) }
            }
        }
    }
}

impl fmt::Debug for ReturnAddress {
    /// Without `state`, which may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReturnAddress").field("host", &self.host()).finish_non_exhaustive()
    }
}

/// A client's redirect URI with what it is told, in the query or in a form. It prints as nothing.
pub struct ReturnUrl {
    url: Url,
    form: Option<Vec<(String, String)>>,
}

impl ReturnUrl {
    /// `url` carries whatever the client is to know.
    pub fn new(url: Url) -> Self {
        Self { url, form: None }
    }

    /// For the `Location` header, or for the form.
    pub fn expose(&self) -> &str {
        self.url.as_str()
    }

    /// What the browser posts there; `None` when it is redirected.
    pub fn form(&self) -> Option<&[(String, String)]> {
        self.form.as_deref()
    }
}

impl fmt::Debug for ReturnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnUrl(..)")
    }
}

/// Only the loopback addresses themselves: a name is resolved by somebody else (RFC 8252 section 8.3).
fn is_same_but_for_the_port(registered: &Url, asked: &Url) -> bool {
    let loopback = match registered.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let without_port = |url: &Url| {
        let mut url = url.clone();
        url.set_port(None).is_ok().then_some(url)
    };
    loopback && registered.scheme() == "http" && without_port(registered) == without_port(asked)
}

#[cfg(test)]
mod tests;
