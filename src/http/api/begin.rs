//! `POST /v1/presentations`: what a relying party asks, and what it receives.

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, Union};

use super::dcql::DcqlQuery;
use super::error::Problem;
use super::result::PresentationStatus;
use super::strict_json::JsonRequest;
use super::texts::{AddressText, ScopeText};
use super::transaction_data::TransactionDataSchema;
use crate::flow::presentation::begin::{CodeToComplete, NewPresentation, PresentationBegun};
use crate::flow::presentation::query::QueryRequested;
use crate::http::PublicUrl;
use crate::http::documented::Documented;
use vpgate_core::base::exact;
use vpgate_core::openid4vp::request;

/// What to ask of the wallet: by scope, by a query, or for a device.
#[derive(Debug, Union)]
#[oai(one_of)]
pub enum BeginPresentation {
    /// What scopes list.
    ByScope(BeginByScope),
    /// What a query asks for.
    ByQuery(BeginByQuery),
    /// What a device can be granted.
    ForDevice(BeginForDevice),
}

/// Asks for what scopes list. Unknown members are refused.
#[derive(Debug, Object)]
pub struct BeginByScope {
    /// Space-separated scopes. Their rules decide, as they do for tokens: the result says which were earned
    /// (`scopes`), and is `rejected` when none was.
    pub scope: ScopeText,
    /// How it is asked.
    #[oai(flatten)]
    pub terms: PresentationTerms,
}

/// Asks for what a query asks for. Unknown members are refused.
#[derive(Debug, Object)]
pub struct BeginByQuery {
    /// A query (OpenID4VP 1.0 section 6) over configured credentials.
    pub dcql_query: Documented<DcqlQuery>,
    /// How it is asked.
    #[oai(flatten)]
    pub terms: PresentationTerms,
}

/// Asks for exactly what a device can be granted, and takes its code up for you. Unknown members are refused.
#[derive(Debug, Object)]
pub struct BeginForDevice {
    /// The code of the device, entered on your own page (`/v1/device/verification`).
    pub user_code: String,
    /// The address of the person's browser.
    pub ip_address: Option<AddressText>,
    /// The number that the person picked, where there are `numbers`. A wrong one denies the grant.
    pub number: Option<String>,
    /// How it is asked.
    #[oai(flatten)]
    pub terms: PresentationTerms,
}

/// How a wallet is asked, whatever for.
#[derive(Debug, Object)]
pub struct PresentationTerms {
    /// The configured name of the wallet. When left out: the client's own, or the one that the person chooses where
    /// the client has `other_wallets`.
    pub wallet: Option<String>,
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

    fn read(self, text: &[u8]) -> Result<NewPresentation, Problem> {
        let mut question = QueryRequested { transaction_data: agreed_in(text), ..QueryRequested::default() };
        let mut for_code = None;
        let terms = match self {
            Self::ByScope(asked) => {
                question.scope = Some(asked.scope.0);
                asked.terms
            }
            Self::ByQuery(asked) => {
                question.dcql_query = Some(asked.dcql_query.into_value());
                asked.terms
            }
            Self::ForDevice(asked) => {
                let from = asked.ip_address.as_ref().map(AddressText::address).unwrap_or_default();
                for_code = Some(CodeToComplete { user_code: asked.user_code, from, number: asked.number });
                asked.terms
            }
        };
        question.several_holders = terms.several_holders.unwrap_or_default();
        Ok(NewPresentation {
            wallet: terms.wallet,
            question,
            for_code,
            login_hint: terms.login_hint,
            flow: match terms.flow {
                None | Some(FlowSchema::SameDevice) => request::PresentationFlow::SameDevice,
                Some(FlowSchema::CrossDevice) => request::PresentationFlow::CrossDevice,
                Some(FlowSchema::DcApi) => request::PresentationFlow::DcApi,
            },
            redirect_uri: Some(terms.redirect_uri),
            state: terms.state,
        })
    }
}

/// What the person is to agree to, each as it is written in the body: amounts are not read and written anew.
pub fn agreed_in(text: &[u8]) -> Vec<String> {
    exact::elements(text, "transaction_data")
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
    /// are pushed or posted, with `flow: dc_api`, and where the person chooses the wallet. Open `start_url` instead: an answer counts only in the browser that did.
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
