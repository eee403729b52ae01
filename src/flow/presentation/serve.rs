//! The browser is bound to the presentation and sent to the wallet (OpenID4VP 1.0 section 14.2).

use serde_json::Value;
use url::Url;

use crate::flow::commit::{NotMade, was_first};
use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::presentation::ask_wallet::{self, NotReached, OutgoingRequest, WalletFault, answer_key};
use crate::flow::receipts;
use vpgate_core::base::id::{Handle, Nonce};
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::{NotNow, Presentation};
use vpgate_core::openid4vp::request::{
    AuthorizationMethod, PresentationFlow, Requester, VpRequest, WalletRoute,
};
use vpgate_core::openid4vp::transaction_data::Details;

/// What the browser does now.
#[derive(Debug)]
pub enum Lead {
    /// It goes to the wallet.
    ToWallet(Url),
    /// It opens an app. Browsers say nothing where there is none, so the person presses a button.
    OpenApp(Url, Url, Outline),
    /// It goes there by POST, with these fields of a form.
    PostToWallet(Url, Vec<(String, String)>),
    /// It shows this request as a QR code, and waits for a wallet on another device.
    Scan(Url, Outline),
    /// It passes this to its Digital Credentials API, an element of `digital.requests`; or, where it has
    /// none, it comes back for the wallet's ordinary way.
    AskByApi(Value, Outline),
}

/// What a page of ours says about a request before a wallet does.
#[derive(Debug)]
pub struct Outline {
    /// The client that asks.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// What the wallet will be asked to show, as dotted claim paths.
    pub claims: Vec<String>,
    /// What is being agreed to, in the order sent.
    pub agreements: Vec<Details>,
    /// When it dies.
    pub expires_at: Timestamp,
}

/// Why a browser is not sent to the wallet.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotServed {
    #[error("there is no such request, or it has expired")]
    Unknown,
    /// Another browser opened it first.
    #[error("this request was opened in another browser")]
    OtherBrowser {
        /// Whether the person may go on here all the same ([`go_on_here`]).
        may_go_on: bool,
    },
    /// The wallet has answered already: show how it stands.
    #[error("this request has been answered")]
    Settled,
    /// The wallet's server does not answer as it must; it may be better in a moment.
    #[error(transparent)]
    Wallet(WalletFault),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotReached> for NotServed {
    fn from(why: NotReached) -> Self {
        match why {
            NotReached::Outdated => Self::Unknown,
            NotReached::Wallet(fault) => Self::Wallet(fault),
            NotReached::Failed(source) => Self::Failed(source),
        }
    }
}

impl From<NotNow> for NotServed {
    fn from(why: NotNow) -> Self {
        match why {
            NotNow::Expired | NotNow::OtherWay | NotNow::ResponseCode => Self::Unknown,
            NotNow::OtherBrowser => Self::OtherBrowser { may_go_on: false },
        }
    }
}

/// Where `browser` goes now. The first browser to come owns the request; it may come again.
///
/// # Errors
/// [`NotServed`]
pub async fn serve(context: &Context, handle: &Handle, browser: &Secret) -> Result<Lead, NotServed> {
    let browser = browser.digest();
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        None => return Err(NotServed::Unknown),
        Some(Presentation::Settled(_) | Presentation::AwaitingReturn(_)) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Served(served)) => {
            let may_go_on = matches!(served.request().requester, Requester::RelyingParty { .. });
            let served = served.in_browser(&browser, context.now).map_err(|why| match why {
                NotNow::OtherBrowser => NotServed::OtherBrowser { may_go_on },
                why => why.into(),
            })?;
            let outgoing = lead(context, served.request()).await?;
            receipts::note_sent(context, &served.request().id, outgoing.sent).await?;
            return Ok(outgoing.request);
        }
        Some(Presentation::Begun(begun)) => begun.serve(browser, context.now)?,
    };
    // Before anything is written: when the wallet does not answer, nothing has happened yet.
    let OutgoingRequest { request: lead, sent } = lead(context, served.request()).await?;
    match context.commit(Change::ServePresentation(served.sending(sent))).await {
        Ok(()) => Ok(lead),
        Err(NotMade::Lost | NotMade::Taken) => Err(NotServed::OtherBrowser { may_go_on: true }),
        Err(NotMade::Failed(source)) => Err(source.into()),
    }
}

/// The person says on a page of ours that this browser is the one to go on in: a link preview or a scanner
/// may have opened the link first. Twice is once.
///
/// # Errors
/// [`NotServed`]
pub async fn go_on_here(context: &Context, handle: &Handle, browser: &Secret) -> Result<(), NotServed> {
    let browser = browser.digest();
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        None => return Err(NotServed::Unknown),
        Some(Presentation::Settled(_) | Presentation::AwaitingReturn(_)) => {
            return Err(NotServed::Settled);
        }
        // Nobody has come: this browser is the first.
        Some(Presentation::Begun(_)) => return Ok(()),
        Some(Presentation::Served(served)) if *served.browser() == browser => return Ok(()),
        Some(Presentation::Served(served)) => served,
    };
    let from = *served.browser();
    let presentation = served.taken_over_by(browser, context.now)?;
    let id = presentation.request().id.clone();
    // An answer may be quicker, or a third browser: whoever asks next sees which.
    if was_first(context.commit(Change::TakeOver { presentation, from }).await)? {
        tracing::info!(presentation = %id, "a person goes on in another browser than the first");
    }
    Ok(())
}

/// The person goes to the wallet in its ordinary way, instead of by the Digital Credentials API of
/// `browser`. Twice is once.
///
/// # Errors
/// [`NotServed`]
pub async fn fall_back_to_redirect(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
) -> Result<(), NotServed> {
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Served(served)) => served.in_browser(&browser.digest(), context.now)?,
        Some(Presentation::Settled(_) | Presentation::AwaitingReturn(_)) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Begun(_)) | None => return Err(NotServed::Unknown),
    };
    if served.request().flow != PresentationFlow::DcApi {
        return Ok(());
    }
    let nonce = Nonce::from_entropy(context.random_id()?);
    let wallet = ask_wallet::route_of(context, served.request())?;
    let key = answer_key(wallet.response_mode, || context.random_bytes())?;
    let served = served.by_redirect(&browser.digest(), wallet, nonce, key, context.now)?;
    // Somebody may be first: with the same, or with an answer. Whoever asks next sees which.
    was_first(context.commit(Change::FallBackToRedirect(served)).await)?;
    Ok(())
}

async fn lead(context: &Context, asked: &VpRequest) -> Result<OutgoingRequest<Lead>, NotServed> {
    let wallet = ask_wallet::route_of(context, asked)?;
    Ok(match asked.flow {
        PresentationFlow::SameDevice => {
            let OutgoingRequest { request: url, sent } =
                ask_wallet::wallet_url(context, asked, wallet).await?;
            let request = match wallet.authorization_method {
                AuthorizationMethod::Get => match &wallet.install_url {
                    // Where no app answers its scheme, a redirect would end in nothing.
                    Some(install) if !matches!(url.scheme(), "https" | "http") => {
                        Lead::OpenApp(url, install.clone(), outline(context, asked))
                    }
                    _ => Lead::ToWallet(url),
                },
                AuthorizationMethod::Post => as_form(&url, wallet),
            };
            OutgoingRequest { request, sent }
        }
        PresentationFlow::CrossDevice => {
            let OutgoingRequest { request: url, sent } =
                ask_wallet::wallet_url(context, asked, wallet).await?;
            OutgoingRequest { request: Lead::Scan(url, outline(context, asked)), sent }
        }
        PresentationFlow::DcApi => {
            let OutgoingRequest { request, sent } = ask_wallet::dc_api_request(context, asked, wallet)?;
            OutgoingRequest { request: Lead::AskByApi(request, outline(context, asked)), sent }
        }
    })
}

fn outline(context: &Context, asked: &VpRequest) -> Outline {
    let types = &context.policy.transaction_types;
    Outline {
        client_id: asked.requester.client_id().to_owned(),
        client_name: context.policy.client_name(asked.requester.client_id()),
        claims: asked.query.claims(),
        agreements: asked.transaction_data.iter().map(|one| types.details(one)).collect(),
        expires_at: asked.expires_at,
    }
}

/// The request as a form. What the configured address has in its query stays there, unless the request
/// says it itself.
fn as_form(url: &Url, wallet: &WalletRoute) -> Lead {
    let configured = &wallet.authorization_endpoint;
    let kept: Vec<_> =
        configured.query_pairs().filter(|own| url.query_pairs().any(|it| it == *own)).collect();
    let fields = url.query_pairs().filter(|pair| !kept.contains(pair));
    let fields = fields.map(|(name, value)| (name.into(), value.into())).collect();
    let mut address = configured.clone();
    address.set_query(None);
    if !kept.is_empty() {
        address.query_pairs_mut().extend_pairs(&kept);
    }
    Lead::PostToWallet(address, fields)
}
