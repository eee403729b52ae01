//! What is asked of a wallet: one model, written down differently by each wallet's profile.

mod choice;
mod wallet;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use self::choice::{AnotherWay, WalletChoice};
pub use self::wallet::{
    AuthorizationMethod, DcApiRequest, DcApiRoute, OnRejection, PresentationFlow, Profile, RequestMethod,
    ResponseMode, TransactionSupport, VerifierIdentity, VerifierInfo, WalletRoute,
};
use super::client_id::Prefix;
use super::dcql::Query;
use super::retention::Retention;
use super::transaction_data::TransactionData;
use crate::base::id::{AuthorizationId, GrantId, Handle, Nonce, PresentationId, RequestState};
use crate::base::time::Timestamp;

/// One request as it was sent, with what its answer is judged by: nothing of it changes after it was made
/// (REQ-1.14), whatever the operator does with the wallet's route meanwhile.
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
    /// The name of the wallet's route. It is looked up when the request is served; what judging needs is here.
    pub wallet: String,
    /// Our client identifier at the wallet, prefix included and complete: the exact expected audience
    /// (REQ-1.2).
    pub verifier_id: String,
    /// How the request is written and its answer read.
    pub profile: Profile,
    /// What people call the client that asks, for wallets that take it from the request ([`WalletRoute::legacy_names`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Our origin: scheme, host and port, without a trailing slash. It comes from the configuration, never
    /// from a browser (REQ-2.55).
    pub origin: String,
    /// What the wallet is told when its posted answer is rejected.
    pub on_rejection: OnRejection,
    /// The wallet's issuer identifier, where it is known: the audience of Request Objects (REQ-1.32), and the
    /// only `iss` of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_issuer: Option<String>,
    /// Which kind of request the browser's API is given; `None` where the wallet is asked otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dc_api: Option<DcApiRequest>,
    /// Whether the browser's API is asked by the protocol `org-iso-mdoc` too, beside that request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub org_iso_mdoc: bool,
    /// The question. The answer is judged against this, also when the wallet was asked by `scope`.
    pub query: Query,
    /// The `scope` that stands for the query; `None` when the query itself is sent (REQ-1.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What is being agreed to, in the order sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transaction_data: Vec<TransactionData>,
    /// Whom the wallet should expect (an email address). Personal data: never logged or shown, and kept apart
    /// from the request, so that it can go before the request does.
    #[serde(skip)]
    pub login_hint: Option<String>,
    /// What is kept of it once it is settled.
    #[serde(default, skip_serializing_if = "Retention::is_standard")]
    pub retention: Retention,
    /// When the request was made.
    pub created_at: Timestamp,
    /// From this second on, no answer counts.
    pub expires_at: Timestamp,
    /// How many rejected answers it takes to settle this as rejected (REQ-2.8); at least 1.
    pub tries_allowed: u32,
    /// Where the person's wallet is, seen from the browser.
    pub flow: PresentationFlow,
    /// Who says which wallet it goes to.
    #[serde(default, skip_serializing_if = "WalletChoice::is_fixed")]
    pub choice: WalletChoice,
    /// How the wallet is to answer: the wallet's own mode, or one of the Digital Credentials API.
    pub response_mode: ResponseMode,
    /// Where the answer goes, as it was sent: our response URI or redirect URI; `None` through the browser's API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_uri: Option<Url>,
    /// The public JWK that the answer must be encrypted to, for `client_metadata.jwks`; there exactly when
    /// the response mode is encrypted. Its `kid` names no other request's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_key: Option<Value>,
}

/// The longest request in a QR code that cameras read well, in bytes: fewer than half of what the largest
/// code holds. Requests by reference have about 200.
pub const MAX_SCANNED_BYTES: usize = 1200;

/// Who asked for the presentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Requester {
    /// A web application through the REST API.
    RelyingParty {
        /// The client that asks: nobody else sees the result.
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
    /// What our client identifier means to the wallet.
    pub fn prefix(&self) -> Prefix {
        Prefix::of(&self.verifier_id)
    }

    /// Who signs the request.
    pub fn identity(&self) -> VerifierIdentity {
        VerifierIdentity { wallet: self.wallet.clone(), verifier_id: self.verifier_id.clone() }
    }

    /// Who signs a multi-signed request on `wallet`, its route: our identifier there first.
    pub fn identities(&self, wallet: &WalletRoute) -> Vec<VerifierIdentity> {
        std::iter::once(self.identity()).chain(wallet.also_as.iter().cloned()).collect()
    }

    /// What the KB-JWT must name as its audience: our client identifier, but through the browser's API our
    /// origin, of signed requests too (Appendix A.4, REQ-2.54).
    pub fn audience(&self) -> Cow<'_, str> {
        match self.flow {
            PresentationFlow::SameDevice | PresentationFlow::CrossDevice => Cow::Borrowed(&self.verifier_id),
            PresentationFlow::DcApi => Cow::Owned(format!("origin:{}", self.origin)),
        }
    }
}

impl fmt::Debug for VpRequest {
    /// The identifier only: requests carry personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VpRequest").field("id", &self.id).finish_non_exhaustive()
    }
}
