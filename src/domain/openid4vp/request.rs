//! What is asked of a wallet: one model, written down differently by each wallet's profile.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::dcql::Query;
use super::transaction_data::TransactionData;
use crate::domain::base::id::{AuthorizationId, GrantId, Handle, Nonce, PresentationId, RequestState};
use crate::domain::base::time::Timestamp;

/// Everything about one request that never changes after it was made (REQ-1.14).
#[derive(Clone, Serialize, Deserialize)]
pub struct Asked {
    /// As the relying party knows it.
    pub id: PresentationId,
    /// As the browser knows it.
    pub handle: Handle,
    /// As the wallet knows it.
    pub state: RequestState,
    /// Bound into the KB-JWT.
    pub nonce: Nonce,
    /// Who asked, and what follows from the answer.
    pub asker: Asker,
    /// Where and how the wallet is asked.
    pub wallet: WalletRoute,
    /// The question. The answer is judged against this, also when the wallet was asked by `scope`.
    pub query: Query,
    /// The `scope` that stands for the query; `None` when the query itself is sent (REQ-1.4).
    pub scope: Option<String>,
    /// What is being agreed to, in the order sent.
    pub transaction_data: Vec<TransactionData>,
    /// Whom the wallet should expect (an email address). Personal data: never logged or shown.
    pub login_hint: Option<String>,
    /// When the request was made.
    pub created_at: Timestamp,
    /// From this second on, no answer counts.
    pub expires_at: Timestamp,
    /// How many rejected answers it takes to settle this as rejected (REQ-2.8); at least 1.
    pub tries_allowed: u32,
}

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Asker {
    /// A web application through the REST door.
    RelyingParty {
        /// Its client id: nobody else sees the result.
        client_id: String,
        /// Where the browser returns, with a one-time `response_code`.
        redirect_uri: Url,
        /// Returned unchanged beside it.
        state: Option<String>,
    },
    /// A device that polls; the presentation decides its grant.
    Device {
        /// The client that the device runs.
        client_id: String,
        /// The grant to approve or deny.
        grant: GrantId,
    },
    /// A web application through the authorization endpoint; the presentation decides whether its
    /// browser carries a code home.
    Code {
        /// The client that asked.
        client_id: String,
        /// The grant to decide.
        authorization: AuthorizationId,
    },
}

impl Asker {
    /// The OAuth client behind the request.
    pub fn client_id(&self) -> &str {
        match self {
            Self::RelyingParty { client_id, .. }
            | Self::Device { client_id, .. }
            | Self::Code { client_id, .. } => client_id,
        }
    }
}

/// Where a wallet is, and how it wants to be spoken to (`[[wallets]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletRoute {
    /// Its configured name.
    pub name: String,
    /// How requests are written and answers read.
    pub profile: Profile,
    /// Where the browser is sent.
    pub authorization_endpoint: Url,
    /// Our client identifier there: also the exact expected audience (REQ-1.2).
    pub client_id: String,
    /// Where the fragment response returns.
    pub redirect_uri: Url,
}

/// How a wallet is asked and how it answers; [`super::profile`] knows how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Proof's cloud wallet.
    Proof,
}

impl fmt::Debug for Asked {
    /// The identifier only: requests carry personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("id", &self.id).finish_non_exhaustive()
    }
}
