//! What this service says of itself: what it offers, and the keys that check its tokens.

use serde_json::Value;
use url::Url;

use super::context::Context;
use vpgate_core::jose::alg::Algorithm;
use vpgate_core::oauth::client::Grant;

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
    /// Whether authorization requests must be pushed.
    pub pushed_only: bool,
    /// What ID tokens are signed with.
    pub id_token_algorithms: Vec<Algorithm>,
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
        pushed_only: policy.code.pushed_only,
        id_token_algorithms: policy.id_token_algorithms(),
    }
}

/// The keys that check our tokens (RFC 7517 section 5).
pub fn jwks(context: &Context) -> Value {
    context.ports.signer.jwks(context.now)
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

/// Every address that people can be sent to: wallets, and clients.
pub fn addresses_of_others(context: &Context) -> impl Iterator<Item = &Url> {
    let wallets = context.policy.wallets.iter().map(|wallet| &wallet.authorization_endpoint);
    wallets.chain(context.policy.clients.iter().flat_map(|client| &client.redirect_uris))
}
