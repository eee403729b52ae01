//! What can be earned, and the question that asks for it.

use super::claims_request::ClaimsRequest;
use super::client_claims::PresentedCredentials;
use super::scope_definition::ScopeDefinition;
use super::scopes::Scopes;
use super::standard_claims;
use super::token_claims::TokenClaims;
use crate::openid4vp::dcql::{ClaimsPath, CredentialQuery, Meta, Query, QueryFault, TrustedAuthority};

/// A credential that scopes, rules and token claims may name (`[[credentials]]`).
#[derive(Clone, Debug)]
pub struct AskableCredential {
    /// The credential query id.
    pub id: String,
    /// Its format, and the accepted types.
    pub meta: Meta,
    /// A claim that its issuer promises never to change for a person and never to give to another one
    /// (OpenID4VP 1.0 section 14.4).
    pub stable_identifier: Option<ClaimsPath>,
    /// How sure whoever shows it is who they say (`acr`, OpenID Connect Core section 2).
    pub acr: Option<String>,
    /// Of an mdoc: elements that are kept, whatever tokens say of them.
    pub retain: Vec<ClaimsPath>,
    /// KeyIdentifiers of the authorities behind its issuers, where wallets are told them; at most 32.
    pub authorities: Vec<Vec<u8>>,
}

impl AskableCredential {
    /// Of which nothing is known but its types.
    pub fn new(id: impl Into<String>, meta: Meta) -> Self {
        let (retain, authorities) = (Vec::new(), Vec::new());
        Self { id: id.into(), meta, stable_identifier: None, acr: None, retain, authorities }
    }
}

/// Every scope, and the credentials they may ask for.
#[derive(Clone, Debug, Default)]
pub struct ScopePolicy {
    credentials: Vec<AskableCredential>,
    scopes: Vec<ScopeDefinition>,
}

/// What a presentation is asked for, which decides whether the person must be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens: their subject is made of the stable identifier.
    Tokens,
    /// A result for a relying party, which has no subject.
    Result,
}

/// Why a set of scopes cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAskable {
    /// Nobody defined one of them.
    #[error("unknown scope")]
    UnknownScope,
    /// No scope at all: nothing to show, nothing to earn.
    #[error("no scope asked for")]
    Nothing,
    /// The scopes together make no valid query.
    #[error("the scopes make no valid query: {0}")]
    Query(#[from] QueryFault),
}

impl ScopePolicy {
    /// From checked configuration.
    pub fn new(credentials: Vec<AskableCredential>, scopes: Vec<ScopeDefinition>) -> Self {
        Self { credentials, scopes }
    }

    /// All scopes that are configured.
    pub fn iter(&self) -> impl Iterator<Item = &ScopeDefinition> {
        self.scopes.iter()
    }

    /// One, by name.
    pub fn named(&self, name: &str) -> Option<&ScopeDefinition> {
        self.scopes.iter().find(|scope| scope.name == name)
    }

    /// One credential, by the id of its query.
    pub fn credential(&self, id: &str) -> Option<&AskableCredential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// Every credential, in the order of the configuration.
    pub fn credentials(&self) -> &[AskableCredential] {
        &self.credentials
    }

    /// The query that asks for exactly what `scopes` need: one credential query per credential, the
    /// claims of all scopes that share it and what their rules read, each once (REQ-12.8; OpenID4VP 1.0
    /// section 5.5), and the stable identifier behind the subject.
    ///
    /// # Errors
    /// [`NotAskable`]
    pub fn query(&self, scopes: &Scopes) -> Result<Query, NotAskable> {
        self.query_for(scopes, &TokenClaims::default(), &ClaimsRequest::default())
    }

    /// The query for a token: what `scopes` need, what tokens say of the same credentials, and what of them the
    /// client asks for claim by claim. A credential that only a token claim names is not asked for.
    ///
    /// # Errors
    /// [`NotAskable`]
    pub fn query_for(
        &self,
        scopes: &Scopes,
        token_claims: &TokenClaims,
        requested: &ClaimsRequest,
    ) -> Result<Query, NotAskable> {
        let mut wanted = self.ruled(scopes)?;
        for asked in &mut wanted {
            let id = asked.credential.id.as_str();
            asked.credential.stable_identifier.iter().for_each(|path| asked.add(path));
            for path in token_claims.fields_of(id) {
                asked.add(path);
                asked.keep(path);
            }
            for (scope, name) in self.listing(requested) {
                if scope.credential == id {
                    scope.paths_behind(name).into_iter().for_each(|path| asked.add(path));
                }
            }
            self.sayable(id, scopes, token_claims, requested).into_iter().for_each(|path| asked.keep(path));
        }
        Ok(compiled(wanted)?)
    }

    /// Of the credential `id`, what some place says because one of these `scopes` lists it or the client asks for it.
    pub(super) fn sayable<'p>(
        &'p self,
        id: &str,
        scopes: &Scopes,
        token_claims: &'p TokenClaims,
        requested: &'p ClaimsRequest,
    ) -> Vec<&'p ClaimsPath> {
        let places = token_claims.places();
        let scopes: Vec<_> = scopes.iter().filter_map(|name| self.named(name)).collect();
        let said = scopes.iter().copied().flat_map(|scope| {
            let names = scope.claim_names().into_iter().filter(|name| places.says_of(&scope.name, name));
            names.map(move |name| (scope, name))
        });
        let paths = said
            .chain(self.listing(requested))
            .filter(|(scope, _)| scope.credential == id)
            .flat_map(|(scope, name)| scope.paths_behind(name));
        let presented = places.presented != PresentedCredentials::None;
        let whole = scopes.iter().filter(|scope| presented && scope.credential == id);
        let paths = paths.chain(whole.flat_map(|scope| &scope.claims));
        paths.filter(|path| !self.credential(id).is_some_and(|it| it.meta.is_picture(path))).collect()
    }

    /// The claims of a request that scopes list.
    pub(super) fn listing<'p>(
        &'p self,
        requested: &'p ClaimsRequest,
    ) -> impl Iterator<Item = (&'p ScopeDefinition, &'p str)> {
        requested
            .all()
            .filter_map(|(_, claim)| Some((self.named(claim.scope.as_deref()?)?, claim.name.as_str())))
    }

    /// The query behind a relying party's result: what the scopes list, and what their rules read. There is
    /// no subject and no token, so nobody is asked for a stable identifier or for what tokens would say.
    /// `kept`: what they list is kept after it was handed over.
    ///
    /// # Errors
    /// [`NotAskable`]
    pub fn query_for_result(&self, scopes: &Scopes, kept: bool) -> Result<Query, NotAskable> {
        let mut wanted = self.ruled(scopes)?;
        for asked in wanted.iter_mut().filter(|_| kept) {
            let scopes = scopes.iter().filter_map(|name| self.named(name));
            let own = scopes.filter(|scope| scope.credential == asked.credential.id);
            own.flat_map(|scope| &scope.claims).for_each(|path| asked.keep(path));
        }
        Ok(compiled(wanted)?)
    }

    /// Whether `query` asks for no more than the `claims` that `scopes` list: then their names say the
    /// same to a wallet that knows them. What OpenID Connect calls scopes are names between clients and us.
    pub fn is_named_by(&self, scopes: &Scopes, query: &Query) -> bool {
        let of_openid_connect = |name: &str| !standard_claims::of_scope(name).is_empty();
        !scopes.iter().any(of_openid_connect)
            && self.wanted(scopes).is_ok_and(|listed| compiled(listed).as_ref() == Ok(query))
    }

    /// The credentials of these scopes, with the claims that they list and that their rules read.
    fn ruled(&self, scopes: &Scopes) -> Result<Vec<Wanted<'_>>, NotAskable> {
        let mut wanted = self.wanted(scopes)?;
        for asked in &mut wanted {
            for scope in scopes.iter().filter_map(|name| self.named(name)) {
                let own = scope.rules.iter().filter(|rule| rule.credential == asked.credential.id);
                own.for_each(|rule| match asked.credential.meta.format.is_namespaced() {
                    // What is inside of an element cannot be asked for by itself.
                    true => asked.add(&rule.field.element()),
                    false => asked.add(&rule.asks_for()),
                });
            }
        }
        Ok(wanted)
    }

    /// The credentials of these scopes, with the claims that scopes list themselves.
    fn wanted(&self, scopes: &Scopes) -> Result<Vec<Wanted<'_>>, NotAskable> {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for name in scopes.iter() {
            let scope = self.named(name).ok_or(NotAskable::UnknownScope)?;
            for id in scope.credentials() {
                let credential =
                    self.credentials.iter().find(|it| it.id == id).ok_or(NotAskable::UnknownScope)?;
                let at = wanted.iter().position(|it| it.credential.id == id);
                let asked = match at.and_then(|at| wanted.get_mut(at)) {
                    Some(asked) => asked,
                    None => wanted.push_mut(Wanted { credential, claims: Vec::new(), kept: Vec::new() }),
                };
                if id == scope.credential {
                    scope.claims.iter().for_each(|path| asked.add(path));
                }
            }
        }
        if wanted.is_empty() { Err(NotAskable::Nothing) } else { Ok(wanted) }
    }
}

/// One credential query in the making.
struct Wanted<'p> {
    credential: &'p AskableCredential,
    claims: Vec<ClaimsPath>,
    /// Those whose values outlive the request.
    kept: Vec<ClaimsPath>,
}

impl Wanted<'_> {
    fn add(&mut self, path: &ClaimsPath) {
        if !self.claims.contains(path) {
            self.claims.push(path.clone());
        }
    }

    fn keep(&mut self, path: &ClaimsPath) {
        self.kept.push(path.clone());
    }

    fn query(self) -> CredentialQuery {
        let Self { credential, claims, kept } = self;
        let mut query = CredentialQuery::of(credential.id.as_str(), credential.meta.clone(), claims);
        if credential.meta.format.is_namespaced() {
            for claim in &mut query.claims {
                let kept = kept.contains(&claim.path) || credential.retain.contains(&claim.path);
                claim.intent_to_retain = Some(kept);
            }
        }
        if !credential.authorities.is_empty() {
            query.trusted_authorities =
                vec![TrustedAuthority::AuthorityKeyIds(credential.authorities.clone())];
        }
        query
    }
}

fn compiled(wanted: Vec<Wanted<'_>>) -> Result<Query, QueryFault> {
    Query::of(wanted.into_iter().map(Wanted::query).collect())
}
