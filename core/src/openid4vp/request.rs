//! What is asked of a wallet: one model, written down differently by each wallet's profile.

mod wallet;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use self::wallet::{
    DcApiRequest, DcApiRoute, OnRejection, PresentationFlow, Profile, RequestMethod, ResponseMode,
    TransactionSupport, VerifierIdentity, VerifierInfo, WalletRoute,
};
use super::client_id::Prefix;
use super::dcql::Query;
use super::transaction_data::TransactionData;
use crate::base::id::{AuthorizationId, GrantId, Handle, Nonce, PresentationId, RequestState};
use crate::base::time::Timestamp;

/// Everything about one request that never changes after it was made (REQ-1.14).
#[derive(Clone, Serialize, Deserialize)]
pub struct VpRequest {
    /// As the relying party knows it.
    pub id: PresentationId,
    /// As the browser knows it.
    pub handle: Handle,
    /// As the wallet knows it.
    pub state: RequestState,
    /// Bound into the KB-JWT.
    pub nonce: Nonce,
    /// Who asked, and what follows from the answer.
    pub requester: Requester,
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
    /// Where the person's wallet is, seen from the browser.
    pub flow: PresentationFlow,
    /// How the wallet is to answer: the wallet's own mode, or one of the Digital Credentials API.
    pub response_mode: ResponseMode,
    /// The public JWK that the answer must be encrypted to, for `client_metadata.jwks`; there exactly when
    /// the response mode is encrypted. Its `kid` names no other request's key.
    pub answer_key: Option<Value>,
}

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Requester {
    /// A web application through the REST API.
    RelyingParty {
        /// Its client id: nobody else sees the result.
        client_id: String,
        /// Where the browser returns, with a one-time `response_code`.
        redirect_uri: Url,
        /// Returned unchanged beside it.
        state: Option<String>,
        /// The device grant that the application, with pages of its own, may complete by this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grant: Option<GrantId>,
        /// The scopes whose rules decide, separated by spaces; `None` when it asked by a query.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
        /// Credentials of several holders are welcome in one answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        several_holders: bool,
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

impl Requester {
    /// The OAuth client behind the request.
    pub fn client_id(&self) -> &str {
        match self {
            Self::RelyingParty { client_id, .. }
            | Self::Device { client_id, .. }
            | Self::Code { client_id, .. } => client_id,
        }
    }
}

impl VpRequest {
    /// Completes the client identifier where each request has its own (REQ-1.21): it names the address
    /// to which the answer goes. Through the browser it goes to no address, and such an identifier is not sent.
    #[must_use]
    pub fn identified(mut self) -> Self {
        let has_address = self.flow != PresentationFlow::DcApi;
        if let (true, Ok((Prefix::RedirectUri, ""))) = (has_address, Prefix::split(&self.wallet.client_id)) {
            let address = if self.response_mode.is_posted() {
                self.response_uri()
            } else {
                self.wallet.redirect_uri.clone()
            };
            self.wallet.client_id.push_str(address.as_str());
        }
        self
    }

    /// The same question, asked in the wallet's ordinary way instead of through the browser's API. It is
    /// another request, so it has a nonce and a key of its own.
    #[must_use]
    pub fn in_the_ordinary_way(self, nonce: Nonce, answer_key: Option<Value>) -> Self {
        let (flow, response_mode) = (PresentationFlow::SameDevice, self.wallet.response_mode);
        Self { nonce, flow, response_mode, answer_key, ..self }.identified()
    }

    /// What the KB-JWT must name as its audience: our client identifier, but through the browser's API our
    /// origin, of signed requests too (Appendix A.4, REQ-2.54).
    pub fn audience(&self) -> Cow<'_, str> {
        match self.flow {
            PresentationFlow::SameDevice | PresentationFlow::CrossDevice => {
                Cow::Borrowed(&self.wallet.client_id)
            }
            PresentationFlow::DcApi => Cow::Owned(format!("origin:{}", self.origin())),
        }
    }

    /// Our origin: scheme, host and port, without a trailing slash. It comes from the configuration, never
    /// from a browser (REQ-2.55).
    pub fn origin(&self) -> String {
        self.wallet.redirect_uri.origin().ascii_serialization()
    }

    /// Where the Request Object is, for requests by reference. The `state` is the request-id of
    /// OpenID4VP 14.3.3: it tells the wallet's side nothing that it does not learn anyway.
    pub fn request_uri(&self) -> Url {
        self.at_wallet_endpoint("requests")
    }

    /// Where the wallet posts its answer.
    pub fn response_uri(&self) -> Url {
        self.at_wallet_endpoint("responses")
    }

    fn at_wallet_endpoint(&self, room: &str) -> Url {
        let mut url = self.wallet.wallet_endpoints.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(room).push(self.state.as_str());
        }
        url
    }
}

impl fmt::Debug for VpRequest {
    /// The identifier only: requests carry personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VpRequest").field("id", &self.id).finish_non_exhaustive()
    }
}
