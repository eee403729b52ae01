//! Registered clients and how they prove who they are (RFC 6749 section 2).

use std::fmt;
use std::sync::Arc;

use url::Url;

use super::client_assertion::{AssertionFault, ClientAssertion};
use super::client_token::ClientToken;
use super::device_settings::DeviceSettings;
use super::logout::ClientLogout;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::{ParameterTooLong, RequestParameters, TokenClaims};
use crate::base::public_address::is_loopback;
use crate::base::secret::{Digest, Secret};
use crate::jose::key_set::KeySet;
use crate::openid4vp::request::WalletChoice;
use crate::openid4vp::retention::Retention;
use crate::webhook::WebhookEndpoint;

/// A registered client (`[[clients]]`).
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`
    pub id: String,
    /// What people are shown.
    pub name: String,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// The grants it may use.
    pub grants: Vec<Grant>,
    /// The scopes it may ask for.
    pub scopes: Scopes,
    /// Where browsers may be sent back to; compared as exact strings.
    pub redirect_uris: Vec<Url>,
    /// `danger_any_loopback_redirect_uri`: beside them, every address on the person's own machine.
    pub any_loopback_redirect_uri: bool,
    /// The origins whose pages may read our answers to it, as browsers write them in `Origin`
    /// (RFC 6454 section 6.2): `https://app.example`. Only public clients run in pages.
    pub origins: Vec<String>,
    /// The wallet that its people are sent to, by configured name.
    pub wallet: String,
    /// The wallets that its people may choose instead.
    pub other_wallets: Vec<String>,
    /// What its device grant is like.
    pub device: DeviceSettings,
    /// The clients for whose devices its own pages may speak (`/v1/device/...`).
    pub device_pages_for: Vec<String>,
    /// How it may ask for authorization codes.
    pub code: CodeRules,
    /// What is taken for a proof of who it is, or of its key.
    pub proof: ProofRules,
    /// It may ask wallets on another device than the browser, and accepts that whoever is shown its QR
    /// code elsewhere may answer for the wrong session (REQ-15.3).
    pub cross_device: bool,
    /// Its people may go on with a wallet on another device where they find none on theirs, with the same risk.
    pub offer_cross_device: bool,
    /// What its tokens say besides the registered claims.
    pub token_claims: TokenClaims,
    /// How it takes part in the end of sessions.
    pub logout: ClientLogout,
    /// What is kept of the presentations that it asks for.
    pub retention: Retention,
    /// Where it is told of events.
    pub webhooks: Vec<Arc<WebhookEndpoint>>,
}

impl Client {
    /// The redirect URI that a request names, where it is one of this client's: registered letter by letter (RFC 9700
    /// section 2.1), or on the person's own machine where any such address is good.
    pub fn redirect_uri(&self, named: &str) -> Option<Url> {
        let registered = self.redirect_uris.iter().find(|uri| uri.as_str() == named).cloned();
        registered.or_else(|| on_this_machine(named).filter(|_| self.any_loopback_redirect_uri))
    }

    /// The wallets of its people, its own first.
    pub fn wallets(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.wallet).chain(&self.other_wallets).map(String::as_str)
    }

    /// Who says which wallet its people are sent to, where a request names none.
    pub fn choice(&self) -> WalletChoice {
        if self.other_wallets.is_empty() { WalletChoice::Fixed } else { WalletChoice::Open }
    }

    /// The endpoint of this name that is told of events.
    pub fn webhook(&self, name: &str) -> Option<&Arc<WebhookEndpoint>> {
        self.webhooks.iter().find(|endpoint| endpoint.name == name)
    }

    /// Keeps, of the parameters of a request that begins a grant, those that this client's tokens say
    /// (`token_claims`, `request`), and no others. `sent` is the value of a parameter.
    ///
    /// # Errors
    /// [`ParameterTooLong`]: to be refused as `invalid_request`.
    pub fn kept_parameters<'s>(
        &self,
        sent: impl Fn(&str) -> Option<&'s str>,
    ) -> Result<RequestParameters, ParameterTooLong> {
        self.token_claims.kept(sent)
    }
}

/// An address of this machine in its normal form, which names no user.
fn on_this_machine(named: &str) -> Option<Url> {
    let url = Url::parse(named).ok().filter(|url| url.as_str() == named && url.fragment().is_none())?;
    let plain =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (plain && is_loopback(&url)).then_some(url)
}

/// How a client may ask for authorization codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeRules {
    /// Only pushed requests count (RFC 9126 section 6).
    pub pushed_only: bool,
    /// `danger_allow_missing_pkce`; confidential clients only.
    pub pkce_optional: bool,
    /// Every request names its redirect URI (FAPI 2.0 Security Profile section 5.3.2.2).
    pub redirect_uri_required: bool,
    /// A code works once, also for who proves the key that its tokens are for and did not hear the answer.
    pub strictly_once: bool,
}

/// What is taken for a proof of who a client is, or of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofRules {
    /// A secret may come by HTTP Basic and in the form, whichever is registered.
    pub either_secret_method: bool,
    /// Assertions and DPoP proofs may be signed with RS256.
    pub rs256: bool,
}

impl Default for ProofRules {
    fn default() -> Self {
        Self { either_secret_method: false, rs256: true }
    }
}

/// How a client authenticates (RFC 6749 section 2.3). Exactly the registered way is accepted, or both ways of a secret
/// where the client is registered so ([`ProofRules::either_secret_method`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// A public client: named by `client_id`, proven by nothing.
    None,
    /// The client sends its secret by HTTP Basic.
    ClientSecretBasic(SecretDigests),
    /// In the form.
    ClientSecretPost(SecretDigests),
    /// A JWT that the client signs (RFC 7523).
    PrivateKeyJwt(ClientKeys),
}

impl Authentication {
    /// As the registration names it (RFC 7591 section 2).
    pub fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic(_) => "client_secret_basic",
            Self::ClientSecretPost(_) => "client_secret_post",
            Self::PrivateKeyJwt(_) => "private_key_jwt",
        }
    }
}

/// What is known of a client's secret: while it is exchanged for another, both are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretDigests {
    /// Of the secret in use.
    pub current: Digest,
    /// Of the one before it, while it is still good.
    pub previous: Option<Digest>,
}

impl From<Digest> for SecretDigests {
    fn from(current: Digest) -> Self {
        Self { current, previous: None }
    }
}

impl SecretDigests {
    /// Both are compared whatever the first comparison says.
    fn include(&self, secret: &Secret) -> bool {
        let shown = secret.digest();
        (shown == self.current) | self.previous.is_some_and(|previous| shown == previous)
    }
}

/// Where the public keys of a client are found.
#[derive(Clone, Debug)]
pub enum ClientKeys {
    /// In a file that was read at the start.
    Jwks(Arc<KeySet>),
    /// At an address of the client's registration.
    JwksUri(Url),
}

impl PartialEq for ClientKeys {
    /// Key sets are the same when they were read together.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Jwks(ours), Self::Jwks(theirs)) => Arc::ptr_eq(ours, theirs),
            (Self::JwksUri(ours), Self::JwksUri(theirs)) => ours == theirs,
            _ => false,
        }
    }
}

impl Eq for ClientKeys {}

/// A grant a client may be registered for. Being registered for one does not make the server offer it:
/// the metadata says what is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The device grant (RFC 8628).
    DeviceCode,
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.4: for the REST API.
    ClientCredentials,
}

/// What a request says about who sends it, read from the header and the form by the endpoint.
#[derive(Debug)]
pub enum ClientCredentials {
    /// Only a `client_id`.
    Claimed(String),
    /// Identifier and secret by HTTP Basic.
    Basic(String, Secret),
    /// HTTP Basic at the REST API: without a form, it is the way of every secret.
    Api(String, Secret),
    /// `client_id` and `client_secret` in the form.
    Post(String, Secret),
    /// `client_assertion` in the form, perhaps beside a `client_id`.
    Assertion(Option<String>, Secret),
}

impl ClientCredentials {
    /// Whom they name, as far as that can be read without looking into an assertion.
    pub fn claimed_id(&self) -> Option<&str> {
        match self {
            Self::Claimed(id) | Self::Basic(id, _) | Self::Api(id, _) | Self::Post(id, _) => Some(id),
            Self::Assertion(id, _) => id.as_deref(),
        }
    }

    /// The method that they are of, as a registration names it.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Claimed(_) => "none",
            Self::Basic(..) | Self::Api(..) => "client_secret_basic",
            Self::Post(..) => "client_secret_post",
            Self::Assertion(..) => "private_key_jwt",
        }
    }
}

/// A client did not prove who it is. Why is for the operator's log: strangers are told one sentence
/// (REQ-11.5). Only who signed an assertion with the client's own key is told what else is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAuthenticated {
    /// Whom the request names, as far as it is registered: identifier and method.
    registered: Option<(String, &'static str)>,
    why: AuthenticationFault,
}

/// Why a client did not prove who it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum AuthenticationFault {
    /// Nobody is registered under that identifier.
    #[error("no such client is registered")]
    Unknown,
    #[error("it used another method than the registered one")]
    Method,
    #[error("the secret is wrong")]
    Secret,
    /// `client_id` is another than that of the assertion.
    #[error("client_id and client_assertion name different clients")]
    Mismatch,
    /// The keys that it publishes are no keys.
    #[error("the keys that the client publishes cannot be used: {0}")]
    Keys(String),
    #[error("the client assertion does not hold: {0}")]
    Assertion(#[from] AssertionFault),
    /// The assertion was used before.
    #[error("the client assertion was used before")]
    Replay,
}

impl AuthenticationFault {
    /// As the audit log says it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_client",
            Self::Method => "method",
            Self::Secret => "secret",
            Self::Mismatch => "client_mismatch",
            Self::Keys(_) => "keys",
            Self::Assertion(_) => "assertion",
            Self::Replay => "assertion_replay",
        }
    }
}

impl std::error::Error for NotAuthenticated {}

impl fmt::Display for NotAuthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("client authentication failed")?;
        match &self.why {
            AuthenticationFault::Assertion(fault) if fault.is_of_the_signed_claims() => {
                write!(f, ": {fault}")
            }
            _ => Ok(()),
        }
    }
}

impl NotAuthenticated {
    /// About a `client` that is registered, or nobody.
    pub fn new(client: Option<&Client>, why: AuthenticationFault) -> Self {
        Self { registered: client.map(|it| (it.id.clone(), it.authentication.method())), why }
    }

    /// The registered client that the request names.
    pub fn client(&self) -> Option<&str> {
        self.registered.as_ref().map(|(id, _)| id.as_str())
    }

    /// The method that this client is registered for.
    pub fn expected(&self) -> Option<&'static str> {
        self.registered.as_ref().map(|(_, method)| *method)
    }

    /// Why the client is not believed.
    pub fn why(&self) -> &AuthenticationFault {
        &self.why
    }

    /// The client whose secret or key somebody may be after: none where there is nothing to guess, since a
    /// public client has no secret, and an unknown one is nobody.
    pub fn guarded(&self) -> Option<&str> {
        self.registered.as_ref().filter(|(_, method)| *method != "none").map(|(id, _)| id.as_str())
    }
}

/// A client that is who it says it is, or a public one that was named. Only [`Clients::authenticate`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedClient<'a>(&'a Client);

/// Every registered client.
#[derive(Clone, Debug, Default)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// From checked configuration.
    pub fn new(clients: Vec<Client>) -> Self {
        Self(clients)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }

    /// By identifier, for naming a client to a person. Proves nothing.
    pub fn named(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id == id)
    }

    /// Proves who is asking by a secret, or takes the word of a public client. Assertions take keys:
    /// see [`Self::authenticate_by`].
    ///
    /// # Errors
    /// [`NotAuthenticated`]
    pub fn authenticate(
        &self,
        shown: &ClientCredentials,
    ) -> Result<AuthenticatedClient<'_>, NotAuthenticated> {
        let client = shown.claimed_id().and_then(|id| self.named(id));
        let client = client.ok_or_else(|| NotAuthenticated::new(None, AuthenticationFault::Unknown))?;
        let refused = |why| Err(NotAuthenticated::new(Some(client), why));
        let either = client.proof.either_secret_method;
        match (&client.authentication, shown) {
            (Authentication::None, ClientCredentials::Claimed(_)) => Ok(AuthenticatedClient(client)),
            // An empty secret may be left out (RFC 6749 section 2.3.1), so this is a name alone.
            (Authentication::None, ClientCredentials::Basic(_, secret)) if secret.expose().is_empty() => {
                Ok(AuthenticatedClient(client))
            }
            (
                Authentication::ClientSecretBasic(known) | Authentication::ClientSecretPost(known),
                ClientCredentials::Basic(_, secret)
                | ClientCredentials::Post(_, secret)
                | ClientCredentials::Api(_, secret),
            ) if either || is_registered_way(&client.authentication, shown) => {
                if known.include(secret) {
                    Ok(AuthenticatedClient(client))
                } else {
                    refused(AuthenticationFault::Secret)
                }
            }
            _ => refused(AuthenticationFault::Method),
        }
    }

    /// Proves who is asking by an assertion that was verified with the client's own keys.
    ///
    /// # Errors
    /// [`NotAuthenticated`]
    pub fn authenticate_by(
        &self,
        proof: &ClientAssertion,
    ) -> Result<AuthenticatedClient<'_>, NotAuthenticated> {
        let client = self.named(proof.client_id());
        let client = client.ok_or_else(|| NotAuthenticated::new(None, AuthenticationFault::Unknown))?;
        match client.authentication {
            Authentication::PrivateKeyJwt(_) => Ok(AuthenticatedClient(client)),
            _ => Err(NotAuthenticated::new(Some(client), AuthenticationFault::Method)),
        }
    }

    /// Lets in whom `token` was issued to, which the store has and which is alive; `None` when that client is no
    /// longer registered for such tokens.
    pub fn authenticate_by_token(&self, token: &ClientToken) -> Option<AuthenticatedClient<'_>> {
        let client = self.named(&token.client_id).map(AuthenticatedClient)?;
        (client.is_confidential() && client.may_use(Grant::ClientCredentials)).then_some(client)
    }
}

impl<'a> AuthenticatedClient<'a> {
    /// Who it is.
    pub fn client(self) -> &'a Client {
        self.0
    }

    /// Whether it proved who it is, as the REST API demands.
    pub fn is_confidential(self) -> bool {
        self.0.authentication != Authentication::None
    }

    /// Whether it is registered for `grant`.
    pub fn may_use(self, grant: Grant) -> bool {
        self.0.grants.contains(&grant)
    }
}

/// Whether a secret comes in the way that the client is registered for. The REST API has one way for all.
fn is_registered_way(registered: &Authentication, shown: &ClientCredentials) -> bool {
    matches!(shown, ClientCredentials::Api(..)) || registered.method() == shown.method()
}

/// Clients for the tests of this module and of those above it.
#[cfg(any(test, feature = "testing"))]
pub mod testing {
    use super::{
        Authentication, Client, ClientLogout, CodeRules, DeviceSettings, Grant, ProofRules, Retention,
        Scopes, TokenClaims,
    };

    /// Registered for everything, with no redirect URI.
    pub fn client(id: &str, authentication: Authentication) -> Client {
        Client {
            id: id.to_owned(),
            name: id.to_owned(),
            authentication,
            grants: vec![Grant::DeviceCode, Grant::AuthorizationCode],
            scopes: Scopes::default(),
            redirect_uris: Vec::new(),
            any_loopback_redirect_uri: false,
            origins: Vec::new(),
            wallet: "demo".to_owned(),
            device: DeviceSettings::default(),
            device_pages_for: Vec::new(),
            other_wallets: Vec::new(),
            offer_cross_device: false,
            token_claims: TokenClaims::default(),
            code: CodeRules::default(),
            proof: ProofRules::default(),
            cross_device: false,
            logout: ClientLogout::default(),
            retention: Retention::default(),
            webhooks: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
