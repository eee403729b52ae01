//! What a relying party may ask: by scope or by query, and what is being agreed to.

use serde_json::Value;

use crate::flow::context::Context;
use vpgate_core::admission::claims_request::ClaimsRequest;
use vpgate_core::admission::scopes::{ScopeFault, Scopes};
use vpgate_core::admission::{NotAskable, ScopePolicy};
use vpgate_core::base::report::excerpt;
use vpgate_core::oauth::client::{AuthenticatedClient, Client};
use vpgate_core::oauth::device_grant::Pending;
use vpgate_core::oauth::entitlement::OPENID;
use vpgate_core::oauth::scope_request::ScopeRefused;
use vpgate_core::openid4vp::dcql::{Query, QueryFault};
use vpgate_core::openid4vp::retention::Retention;
use vpgate_core::openid4vp::transaction_data::{TransactionData, TransactionFault, TransactionTypes};

/// The most transaction data objects in one request.
pub const MAX_TRANSACTIONS: usize = 16;

/// A question as a relying party puts it.
#[derive(Debug, Default)]
pub struct QueryRequested {
    /// Space-separated scopes; exactly one of this and `dcql_query`.
    pub scope: Option<String>,
    /// A DCQL query over configured credentials.
    pub dcql_query: Option<Value>,
    /// The JSON texts of typed transaction data objects, in order: their numbers are sent as they stand there.
    pub transaction_data: Vec<String>,
    /// Credentials of several holders are welcome in one answer.
    pub several_holders: bool,
}

/// Why a question is not put. Each names the member at fault.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotAsked {
    /// Public clients have no REST API.
    #[error("this client has no secret; only confidential clients may use this endpoint")]
    PublicClient,
    /// Both or neither of `scope` and `dcql_query`.
    #[error("exactly one of scope, dcql_query and user_code must be given")]
    OneQuestion,
    /// The scope is unknown, malformed or not open to this client.
    #[error(transparent)]
    Scope(#[from] ScopeRefused),
    #[error("dcql_query{0}")]
    Query(QueryFault),
    /// The query asks for a credential that is not configured, or for types it does not have.
    #[error(
        "dcql_query asks for a credential id, or for a type or format of it, that is not configured here"
    )]
    Credential,
    #[error("transaction_data/{index}{fault}")]
    Transaction {
        /// The place of the object in the list.
        index: usize,
        /// What is wrong.
        fault: TransactionFault,
    },
    #[error("more than {MAX_TRANSACTIONS} transaction data objects")]
    TooManyTransactions,
}

impl From<ScopeFault> for NotAsked {
    fn from(fault: ScopeFault) -> Self {
        Self::Scope(fault.into())
    }
}

impl From<NotAskable> for NotAsked {
    fn from(why: NotAskable) -> Self {
        match why {
            NotAskable::UnknownScope => Self::Scope(ScopeRefused::Gone),
            NotAskable::Nothing => Self::Scope(ScopeRefused::Nothing),
            NotAskable::Query(fault) => Self::Query(fault),
        }
    }
}

/// How one element of `transaction_data` is read.
pub(in crate::flow) type ReadTransaction =
    fn(&TransactionTypes, &str) -> Result<TransactionData, TransactionFault>;

/// What a wallet is asked, however the caller put it.
#[derive(Debug)]
pub(in crate::flow) struct QueryAsked {
    pub(in crate::flow) query: Query,
    pub(in crate::flow) scope: Option<String>,
    /// The scopes that were asked for, whose rules decide.
    pub(in crate::flow) scopes: Option<Scopes>,
    pub(in crate::flow) transaction_data: Vec<TransactionData>,
}

impl QueryAsked {
    /// What `client` asks.
    ///
    /// # Errors
    /// [`NotAsked`]
    pub(in crate::flow) fn of_client(
        context: &Context,
        client: &AuthenticatedClient<'_>,
        request: &QueryRequested,
        read: ReadTransaction,
    ) -> Result<Self, NotAsked> {
        if !client.is_confidential() {
            return Err(NotAsked::PublicClient);
        }
        let question = match (&request.scope, &request.dcql_query) {
            (Some(scope), None) => {
                let scopes = Scopes::parse(scope)?;
                let open = &client.client().scopes;
                // A result has no ID token: there is nothing that `openid` could ask for.
                let unknown = |name: &&str| *name == OPENID || !open.contains(name);
                if let Some(unknown) = scopes.iter().find(unknown) {
                    return Err(ScopeRefused::Unknown(excerpt(unknown)).into());
                }
                let kept = matches!(client.client().retention, Retention::Full { .. });
                Self::of_result(context, &scopes, kept)?
            }
            (None, Some(query)) => Self::of_query(context, query)?,
            _ => return Err(NotAsked::OneQuestion),
        };
        question.agreeing_to(&request.transaction_data, |one| read(&context.policy.transaction_types, one))
    }

    /// The question that stands behind `scopes` when `client` asks: with what its tokens say, and the `claims` that it
    /// asks for one by one. A wallet
    /// that knows the scopes by their names is asked by them only where they say all of it.
    pub(in crate::flow) fn of_scopes(
        context: &Context,
        client: &Client,
        scopes: &Scopes,
        claims: &ClaimsRequest,
    ) -> Result<Self, NotAskable> {
        let policy = &context.policy.scopes;
        let query = policy.query_for(scopes, &client.token_claims, claims)?;
        Ok(Self::named(policy, scopes, query))
    }

    /// The question of a relying party that reads its result itself: what `scopes` list, and what their
    /// rules read. `kept`: it stays here after it was read.
    fn of_result(context: &Context, scopes: &Scopes, kept: bool) -> Result<Self, NotAskable> {
        let policy = &context.policy.scopes;
        Ok(Self::named(policy, scopes, policy.query_for_result(scopes, kept)?))
    }

    fn named(policy: &ScopePolicy, scopes: &Scopes, query: Query) -> Self {
        let scope = policy.is_named_by(scopes, &query).then(|| scopes.to_string());
        Self { query, scope, scopes: Some(scopes.clone()), transaction_data: Vec::new() }
    }

    /// The question of a device grant, put by a service with pages of its own: exactly the scopes that
    /// can be granted and what the device's tokens say, whatever that service may ask for itself.
    ///
    /// # Errors
    /// [`NotAsked`]
    pub(in crate::flow) fn of_grant(
        context: &Context,
        request: &QueryRequested,
        grant: &Pending,
    ) -> Result<Self, NotAsked> {
        if request.scope.is_some() || request.dcql_query.is_some() {
            return Err(NotAsked::OneQuestion);
        }
        let client = context.policy.clients.named(&grant.terms().client_id).ok_or(ScopeRefused::Gone)?;
        let question = Self::of_scopes(context, client, grant.grantable(), &ClaimsRequest::default())?;
        let types = &context.policy.transaction_types;
        question.agreeing_to(&request.transaction_data, |one| types.from_text(one))
    }

    fn of_query(context: &Context, query: &Value) -> Result<Self, NotAsked> {
        let query = Query::from_json(query).map_err(NotAsked::Query)?;
        let configured = query
            .credentials()
            .iter()
            .all(|asked| context.policy.trust.covers(&asked.id, asked.meta.format, &asked.meta.types));
        if !configured {
            return Err(NotAsked::Credential);
        }
        Ok(Self { query, scope: None, scopes: None, transaction_data: Vec::new() })
    }

    /// With what is being agreed to.
    fn agreeing_to(
        mut self,
        given: &[String],
        read: impl Fn(&str) -> Result<TransactionData, TransactionFault>,
    ) -> Result<Self, NotAsked> {
        if given.len() > MAX_TRANSACTIONS {
            return Err(NotAsked::TooManyTransactions);
        }
        for (index, one) in given.iter().enumerate() {
            let at = |fault| NotAsked::Transaction { index, fault };
            let transaction = read(one).map_err(at)?;
            transaction.fits(&self.query).map_err(at)?;
            self.transaction_data
                .iter()
                .try_for_each(|earlier| transaction.agrees_with(earlier))
                .map_err(at)?;
            self.transaction_data.push(transaction);
        }
        Ok(self)
    }

    /// With one transaction of our own behind those of the caller, who is told where theirs is in its way.
    pub(in crate::flow) fn agreeing_to_this_too(mut self, ours: TransactionData) -> Result<Self, NotAsked> {
        if self.transaction_data.len() >= MAX_TRANSACTIONS {
            return Err(NotAsked::TooManyTransactions);
        }
        for (index, theirs) in self.transaction_data.iter().enumerate() {
            theirs.agrees_with(&ours).map_err(|fault| NotAsked::Transaction { index, fault })?;
        }
        self.transaction_data.push(ours);
        Ok(self)
    }
}
