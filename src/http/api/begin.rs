//! `POST /v1/presentations`: what a relying party asks, and what it receives.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};
use serde_json::Value;

use super::device::code_to_complete;
use super::error::Problem;
use super::result::PresentationStatus;
use super::strict_json::{JsonBody, JsonRequest};
use super::transaction_data::TransactionDataSchema;
use crate::flow::presentation::begin::{NewPresentation, PresentationBegun};
use crate::flow::presentation::query::QueryRequested;
use crate::http::PublicUrl;
use crate::http::documented::Documented;
use vpgate_core::openid4vp::request;

/// What to ask of the wallet. Unknown members are refused.
#[derive(Debug, Object)]
pub struct BeginPresentation {
    /// The configured name of the wallet; the client's own when left out.
    pub wallet: Option<String>,
    /// Space-separated scopes. Exactly one of this, `dcql_query` and `user_code`. Their rules decide, as they
    /// do for tokens: the result says which were earned (`scopes`), and is `rejected` when none was.
    pub scope: Option<String>,
    /// A query (OpenID4VP 1.0 section 6) over configured credentials.
    pub dcql_query: Option<Documented<DcqlQuery>>,
    /// The code of a device, entered on your own page (`/v1/device/verification`): asks for exactly what
    /// that device can be granted, and takes the code up for you.
    pub user_code: Option<String>,
    /// With `user_code`: the address of the person's browser.
    pub ip_address: Option<String>,
    /// With `user_code`: the number that the person picked, where there are `numbers`. A wrong one
    /// denies the grant.
    pub number: Option<String>,
    /// Credentials of several holder keys are welcome in one answer; `false` when left out. Then an answer
    /// whose credentials are not all bound to one key is rejected, because nothing proves that they belong to
    /// one person. What the query asks for without holder binding does not count.
    pub several_holders: Option<bool>,
    /// What the person agrees to by presenting, in order. Amounts are exact decimal numbers.
    #[oai(validator(max_items = 16))]
    pub transaction_data: Option<Vec<Documented<TransactionDataSchema>>>,
    /// Whom the wallet should expect, for example an email address.
    #[oai(validator(max_length = 320))]
    pub login_hint: Option<String>,
    /// How the request reaches the wallet; `same_device` when left out: the browser that opens `start_url` is
    /// sent to the wallet and comes back. `cross_device`: it shows a QR code for a wallet on another device, and
    /// waits; only for clients with `cross_device`. `dc_api`: it asks a wallet by its Digital Credentials API
    /// (OpenID4VP 1.0 Appendix A), or goes on as with `same_device` where it has none; only with wallets that
    /// have `dc_api`.
    pub flow: Option<FlowSchema>,
    /// Where the browser returns: one of the client's registered redirect URIs, exactly.
    pub redirect_uri: String,
    /// Returned unchanged beside the `response_code`.
    #[oai(validator(max_length = 512))]
    pub state: Option<String>,
}

/// A DCQL query.
#[derive(Debug, Object)]
pub struct DcqlQuery {
    /// Credential queries (section 6.1): `dc+sd-jwt` only, of configured credentials. `claims`,
    /// `claim_sets`, `multiple`, `require_cryptographic_holder_binding` and `trusted_authorities` of type
    /// `aki` are honoured.
    pub credentials: Vec<Value>,
    /// Which of them together are enough (section 6.2); all of them when left out.
    pub credential_sets: Option<Vec<CredentialSetSchema>>,
}

/// Combinations of credential queries of which one is enough.
#[derive(Debug, Object)]
#[oai(rename = "CredentialSet")]
pub struct CredentialSetSchema {
    /// Lists of credential query ids, the most welcome first.
    pub options: Vec<Vec<String>>,
    /// Whether one of them must be complete.
    #[oai(default = "always")]
    pub required: bool,
}

fn always() -> bool {
    true
}

/// How the request reaches the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "Flow", rename_all = "snake_case")]
pub enum FlowSchema {
    /// The browser that opens `start_url` is sent to the wallet and comes back.
    SameDevice,
    /// The browser that opens `start_url` shows a QR code for a wallet on another device, and waits. Only for
    /// clients with `cross_device`: whoever is shown that code elsewhere answers for this session.
    CrossDevice,
    /// The browser that opens `start_url` asks a wallet by its Digital Credentials API (OpenID4VP 1.0 Appendix
    /// A), and comes back. Where it has no such API, or the person wants another wallet, it goes on as with
    /// `same_device`. Only with wallets that have `dc_api`.
    DcApi,
}

impl JsonRequest for BeginPresentation {
    type Read = NewPresentation;

    fn read(members: &mut JsonBody) -> Result<NewPresentation, Problem> {
        let flow = match members.text("flow")?.as_deref() {
            None | Some("same_device") => request::PresentationFlow::SameDevice,
            Some("cross_device") => request::PresentationFlow::CrossDevice,
            Some("dc_api") => request::PresentationFlow::DcApi,
            Some(_) => return Err(Problem::invalid_request("/flow", "there is no such flow")),
        };
        Ok(NewPresentation {
            wallet: members.text("wallet")?,
            question: question_request(members)?,
            for_code: code_to_complete(members)?,
            login_hint: members.text("login_hint")?,
            flow,
            redirect_uri: members.text("redirect_uri")?,
            state: members.text("state")?,
        })
    }
}

/// Reads what is asked; the same on every endpoint of this endpoint.
///
/// # Errors
/// A member that is missing or of another kind.
pub fn question_request(members: &mut JsonBody) -> Result<QueryRequested, Problem> {
    Ok(QueryRequested {
        scope: members.text("scope")?,
        dcql_query: members.object("dcql_query")?,
        transaction_data: members.texts("transaction_data")?,
        several_holders: members.flag("several_holders")?.unwrap_or_default(),
    })
}

/// How the beginning of a presentation is answered.
#[derive(Debug, ApiResponse)]
pub enum BeginResponse {
    /// The presentation was begun.
    #[oai(status = 201)]
    Created(
        Json<BegunPresentation>,
        /// Where its result is found.
        #[oai(header = "Location")]
        String,
    ),
}

/// A presentation that was begun.
#[derive(Debug, Object)]
pub struct BegunPresentation {
    /// Its name on this endpoint. Keep it to yourself: the browser knows the presentation by another one.
    pub id: String,
    /// `pending`
    pub status: PresentationStatus,
    /// Send the browser here.
    pub start_url: String,
    /// The request as the wallet will see it; left out where it is no address: for a wallet to which requests
    /// are pushed or posted, and with `flow: dc_api`. Open `start_url` instead: an answer counts only in the browser that did.
    #[oai(skip_serializing_if_is_none)]
    pub authorization_request_url: Option<String>,
    /// `start_url` as a QR code (SVG).
    pub qr_svg_url: String,
    /// From this second on no answer counts (RFC 3339).
    pub expires_at: String,
}

impl BeginResponse {
    /// What the relying party is told.
    pub fn new(begun: &PresentationBegun, public_url: &PublicUrl) -> Self {
        let start = format!("/start/{}", begun.handle);
        let answer = BegunPresentation {
            id: begun.id.to_string(),
            status: PresentationStatus::Pending,
            start_url: public_url.at(&start),
            authorization_request_url: begun.authorization_request_url.as_ref().map(ToString::to_string),
            qr_svg_url: public_url.at(&format!("{start}/qr.svg")),
            expires_at: begun.expires_at.rfc3339(),
        };
        Self::Created(Json(answer), public_url.at(&format!("/v1/presentations/{}", begun.id)))
    }
}
