//! A right to tokens that was earned and has not been used yet.

use serde::{Deserialize, Serialize};

use super::thumbprint::Thumbprint;
use crate::admission::Admission;
use crate::admission::scopes::{ScopeFault, Scopes};
use crate::base::id::{AuthorizationId, GrantId, SessionId};

/// The scope that asks for an ID token (OpenID Connect Core section 3.1.2.1).
pub const OPENID: &str = "openid";

/// What was redeemed. Whoever shows it again revokes all that it led to (RFC 6749 section 10.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A device code.
    Device(GrantId),
    /// An authorization code.
    Code(AuthorizationId),
}

/// A right to tokens.
#[derive(Debug)]
pub struct Entitlement {
    /// What is being redeemed.
    pub origin: Origin,
    /// What the presentation earned.
    pub admission: Admission,
    /// `openid` was asked for.
    pub openid: bool,
    /// The `nonce` of the authorization request, for the ID token.
    pub nonce: Option<String>,
    /// The resources that were asked for (RFC 8707); none means the client's default audience.
    pub resources: Vec<String>,
    /// The key that the tokens are bound to (RFC 9449 section 6).
    pub dpop: Option<Thumbprint>,
    /// The session that it belongs to.
    pub session: Option<SessionId>,
}

impl Origin {
    /// The identifier of what was redeemed.
    pub fn id(&self) -> &str {
        match self {
            Self::Device(id) => id.as_str(),
            Self::Code(id) => id.as_str(),
        }
    }

    /// One word of two parts, which no other origin has: for a row.
    pub fn key(&self) -> String {
        match self {
            Self::Device(id) => format!("device:{id}"),
            Self::Code(id) => format!("code:{id}"),
        }
    }
}

impl Entitlement {
    /// What is granted: what was earned, and `openid` where it was asked for.
    ///
    /// # Errors
    /// [`ScopeFault`] when the limits of a scope parameter leave no room for `openid`.
    pub fn scopes(&self) -> Result<Scopes, ScopeFault> {
        let scopes = if self.openid { Scopes::default().with(OPENID)? } else { Scopes::default() };
        self.admission.scopes().iter().try_fold(scopes, Scopes::with)
    }
}
