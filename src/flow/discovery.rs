//! What this service says of itself: what it offers, and the keys that check its tokens.

use serde_json::Value;
use url::Url;

use super::context::Context;
use vpgate_core::admission::bridge::CLAIM;
use vpgate_core::admission::client_claims::PresentedCredentials;
use vpgate_core::admission::{AskableCredential, ScopeDefinition};
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::client::{Client, Grant};
use vpgate_core::policy::Policy;

/// What ID tokens say whoever asks.
const REGISTERED_CLAIMS: [&str; 9] =
    ["sub", "iss", "aud", "exp", "iat", "auth_time", "amr", "nonce", "at_hash"];

/// What clients can find out before they ask for anything.
#[derive(Debug)]
pub struct ServerOffer<'c> {
    /// Our issuer identifier.
    pub issuer: &'c str,
    /// Every scope that can be earned by a presentation.
    pub scopes: Vec<&'c str>,
    /// Whether some client may ask for ID tokens.
    pub openid: bool,
    /// Whether some client receives refresh tokens.
    pub refresh_tokens: bool,
    /// Whether some client gets tokens for itself.
    pub client_credentials: bool,
    /// Whether people are signed in, and out.
    pub sessions: bool,
    /// Whether some client wants to be told of logouts.
    pub back_channel_logout: bool,
    /// Whether authorization requests must be pushed.
    pub pushed_only: bool,
    /// Every claim that some client can be told.
    pub claims: Vec<&'c str>,
    /// How sure people can be recognised.
    pub acr_values: Vec<&'c str>,
    /// The scopes that some client is told of credential by credential.
    pub presentable: Vec<PresentableScope<'c>>,
    /// Whether some client may sign assertions and proofs with RS256.
    pub rs256_accepted: bool,
    /// What ID tokens are signed with.
    pub id_token_algorithms: Vec<Algorithm>,
    /// The languages of our pages.
    pub languages: Vec<&'static str>,
}

/// What is offered now.
pub fn offer(context: &Context) -> ServerOffer<'_> {
    let policy = &context.policy;
    let some_client_has = |grant| policy.clients.iter().any(|client| client.grants.contains(&grant));
    ServerOffer {
        issuer: &policy.tokens.issuer,
        scopes: policy.scopes.iter().map(|scope| scope.name.as_str()).collect(),
        openid: policy.openid_clients().next().is_some(),
        refresh_tokens: some_client_has(Grant::RefreshToken),
        client_credentials: some_client_has(Grant::ClientCredentials),
        sessions: policy.sessions.is_some(),
        back_channel_logout: policy.clients.iter().any(|client| client.logout.back_channel.is_some()),
        pushed_only: policy.code.pushed_only,
        claims: claims(policy),
        acr_values: policy.scopes.credentials().iter().filter_map(|it| it.acr.as_deref()).collect(),
        presentable: presentable(policy),
        rs256_accepted: policy.clients.iter().any(|client| client.proof.rs256),
        id_token_algorithms: policy.id_token_algorithms(),
        languages: policy.appearance.languages.tags().collect(),
    }
}

/// A scope, and the credential that stands behind it.
#[derive(Debug)]
pub struct PresentableScope<'c> {
    /// What is asked for.
    pub scope: &'c ScopeDefinition,
    /// What must be shown.
    pub credential: &'c AskableCredential,
}

/// What clients that may ask for ID tokens can be told, each once: what tokens say of themselves, the clients' own
/// claims, and what their scopes list.
fn claims(policy: &Policy) -> Vec<&str> {
    let mut names = REGISTERED_CLAIMS.to_vec();
    if policy.scopes.credentials().iter().any(|credential| credential.acr.is_some()) {
        names.push("acr");
    }
    for client in policy.openid_clients() {
        let own = client.token_claims.iter().map(|claim| claim.name.as_str());
        let scopes = client.scopes.iter().filter_map(|name| policy.scopes.named(name));
        let presented = client.token_claims.places().presented != PresentedCredentials::None;
        let listed = scopes.flat_map(ScopeDefinition::claim_names);
        for name in own.chain(listed).chain(presented.then_some(CLAIM)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn presentable(policy: &Policy) -> Vec<PresentableScope<'_>> {
    let told = |client: &&Client| client.token_claims.places().presented != PresentedCredentials::None;
    let clients: Vec<&Client> = policy.openid_clients().filter(told).collect();
    let asked = |scope: &&ScopeDefinition| clients.iter().any(|client| client.scopes.contains(&scope.name));
    let behind = |scope: &'_ ScopeDefinition| policy.scopes.credential(&scope.credential);
    policy
        .scopes
        .iter()
        .filter(asked)
        .filter_map(|scope| Some(PresentableScope { scope, credential: behind(scope)? }))
        .collect()
}

/// The keys that check our tokens (RFC 7517 section 5), and those that sign receipts now.
pub fn jwks(context: &Context) -> Value {
    let mut published = context.ports.signer.jwks(context.now);
    let receipts = context.ports.receipt_signer.jwks_in_use(context.now);
    if let (Some(all), Value::Object(mut receipts)) =
        (published.get_mut("keys").and_then(Value::as_array_mut), receipts)
        && let Some(Value::Array(more)) = receipts.remove("keys")
    {
        all.extend(more);
    }
    published
}

/// The keys that check our receipts, as long as somebody may want to check one.
pub fn receipt_jwks(context: &Context) -> Value {
    context.ports.receipt_signer.jwks(context.now)
}

/// Our issuer identifier.
pub fn issuer(context: &Context) -> &str {
    &context.policy.tokens.issuer
}

/// The identifiers of the clients whose pages have this origin.
pub fn clients_of_origin(context: &Context, origin: &str) -> Vec<String> {
    let clients = context.policy.clients.iter();
    clients
        .filter(|client| client.origins.iter().any(|own| own == origin))
        .map(|client| client.id.clone())
        .collect()
}

/// Where a client's people are sent back to.
fn ways_back(client: &Client) -> impl Iterator<Item = &Url> {
    client.redirect_uris.iter().chain(client.logout.redirect_uris.values())
}

/// Whether some client's people may be sent back to any address on their own machine.
pub fn leads_to_any_loopback(context: &Context) -> bool {
    context.policy.clients.iter().any(|client| client.any_loopback_redirect_uri)
}

/// Every address that people can be sent to: wallets, and clients.
pub fn addresses_of_others(context: &Context) -> impl Iterator<Item = &Url> {
    let wallets = context.policy.wallets.iter().map(|wallet| &wallet.authorization_endpoint);
    wallets.chain(context.policy.clients.iter().flat_map(ways_back))
}
