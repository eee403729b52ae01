//! The browser is bound to the presentation and sent to the wallet (OpenID4VP 1.0 section 14.2).

use serde_json::Value;
use url::Url;

use crate::flow::commit::{NotMade, was_first};
use crate::flow::context::Context;
use crate::flow::presentation::ask_wallet::{self, OutgoingRequest};
use crate::flow::presentation::not_served::NotServed;
use crate::flow::presentation::ways::{self, OfferedWallet, OtherWays};
use crate::flow::receipts;
use vpgate_core::base::id::Handle;
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::{NotNow, Presentation};
use vpgate_core::openid4vp::request::{
    AuthorizationMethod, MAX_SCANNED_BYTES, PresentationFlow, Requester, VpRequest, WalletChoice, WalletRoute,
};
use vpgate_core::openid4vp::transaction_data::Details;

/// What the browser does now.
#[derive(Debug)]
pub enum Lead {
    /// It goes to the wallet.
    ToWallet(Url),
    /// It opens an app. Browsers say nothing where there is none, so the person presses a button.
    OpenApp(Url, Option<Url>, Outline),
    /// It goes there by POST, with these fields of a form.
    PostToWallet(Url, Vec<(String, String)>),
    /// It shows this request as a QR code, and waits for a wallet on another device.
    Scan(Url, Outline),
    /// It shows the wallets that the person may choose among.
    Choose(Vec<OfferedWallet>, Outline),
    /// First it is found out whether it keeps cookies, and runs JavaScript where the answer needs it: nobody should
    /// learn that after having shown something.
    Prepare {
        /// The answer comes by a page that needs JavaScript.
        needs_script: bool,
    },
    /// It passes these to its Digital Credentials API, the elements of `digital.requests`; or, where it knows
    /// none of their protocols, it comes back for the wallet's ordinary way.
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
    /// What the page offers besides.
    pub others: OtherWays,
}

/// A browser as it comes.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'b> {
    /// Its secret, which it has from now on at the latest.
    pub browser: &'b Secret,
    /// It has brought that secret, so it keeps cookies.
    pub keeps_cookies: bool,
    /// A person goes there with a browser that says so; other programs are left alone.
    pub navigates: bool,
    /// It has passed [`Lead::Prepare`].
    pub is_prepared: bool,
    /// The person wants to choose again.
    pub chooses: bool,
}

/// Where the browser of `visit` goes now. The first browser to come owns the request; it may come again.
///
/// # Errors
/// [`NotServed`]
pub async fn serve(context: &Context, handle: &Handle, visit: Visit<'_>) -> Result<Lead, NotServed> {
    let browser = visit.browser.digest();
    let found = context.ports.store.presentation_by_handle(handle).await?;
    if let Some(needs_script) = found.as_ref().and_then(|found| to_prepare(context, found, visit)) {
        return Ok(Lead::Prepare { needs_script });
    }
    let served = match found {
        None => return Err(NotServed::Unknown),
        Some(Presentation::Settled(_) | Presentation::AwaitingReturn(_)) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Served(served)) if ways::is_over(context, &served, &browser) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Served(served)) => {
            let may_go_on = matches!(served.request().requester, Requester::RelyingParty { .. });
            let served = served.in_browser(&browser, context.now).map_err(|why| match why {
                NotNow::OtherBrowser => NotServed::OtherBrowser { may_go_on },
                why => why.into(),
            })?;
            let outgoing = lead(context, served.request(), visit).await?;
            receipts::note_sent(context, &served.request().id, outgoing.sent).await?;
            return Ok(outgoing.request);
        }
        Some(Presentation::Begun(begun)) => begun.serve(browser, context.now)?,
    };
    // Before anything is written: when the wallet does not answer, nothing has happened yet.
    let OutgoingRequest { request: lead, sent } = lead(context, served.request(), visit).await?;
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

/// Whether something has to be found out about the browser before it is bound or led on; with whether the answer needs
/// JavaScript. Pages of ours have done so for devices and for applications that sign people in.
fn to_prepare(context: &Context, found: &Presentation, visit: Visit<'_>) -> Option<bool> {
    let asked = match found {
        Presentation::Begun(_) | Presentation::Served(_) => found.request(),
        Presentation::AwaitingReturn(_) | Presentation::Settled(_) => return None,
    };
    let unseen =
        matches!(asked.requester, Requester::RelyingParty { .. }) || asked.choice == WalletChoice::Made;
    if !unseen || !visit.navigates || visit.is_prepared {
        return None;
    }
    let needs_script = is_led_on(context, asked, visit)
        && context.policy.wallet(&asked.wallet).is_some_and(WalletRoute::needs_script);
    (needs_script || !visit.keeps_cookies).then_some(needs_script)
}

/// Whether the browser goes to a wallet now, and no page of ours comes before.
fn is_led_on(context: &Context, asked: &VpRequest, visit: Visit<'_>) -> bool {
    asked.flow == PresentationFlow::SameDevice && choices(context, asked, visit).is_empty()
}

/// The wallets to choose among, where that is what comes now.
fn choices(context: &Context, asked: &VpRequest, visit: Visit<'_>) -> Vec<OfferedWallet> {
    let chooses = asked.choice == WalletChoice::Open || visit.chooses;
    if chooses && asked.flow == PresentationFlow::SameDevice {
        ways::offered(context, asked)
    } else {
        Vec::new()
    }
}

async fn lead(
    context: &Context,
    asked: &VpRequest,
    visit: Visit<'_>,
) -> Result<OutgoingRequest<Lead>, NotServed> {
    let wallet = ask_wallet::route_of(context, asked)?;
    let choices = choices(context, asked, visit);
    if !choices.is_empty() {
        let request = Lead::Choose(choices, outline(context, asked, wallet));
        return Ok(OutgoingRequest { request, sent: None });
    }
    if asked.flow == PresentationFlow::DcApi {
        let OutgoingRequest { request, sent } = ask_wallet::dc_api_requests(context, asked, wallet)?;
        let request = Lead::AskByApi(request, outline(context, asked, wallet));
        return Ok(OutgoingRequest { request, sent });
    }
    let OutgoingRequest { request: url, sent } = ask_wallet::wallet_url(context, asked, wallet).await?;
    let request = match (asked.flow, wallet.authorization_method) {
        (PresentationFlow::CrossDevice, _) => Lead::Scan(url, outline(context, asked, wallet)),
        (_, AuthorizationMethod::Post) => as_form(&url, wallet),
        // Where no app answers its scheme, a redirect would end in nothing.
        _ if wallet.is_app() && (visit.navigates || wallet.install_url.is_some()) => {
            let mut outline = outline(context, asked, wallet);
            outline.others.scan = outline.others.scan && can_be_scanned(asked, &url);
            Lead::OpenApp(url, wallet.install_url.clone(), outline)
        }
        _ => Lead::ToWallet(url),
    };
    Ok(OutgoingRequest { request, sent })
}

/// Whether a camera would read the request. The operator, who wants a QR code there, is told where not.
fn can_be_scanned(asked: &VpRequest, url: &Url) -> bool {
    let bytes = url.as_str().len();
    if bytes > MAX_SCANNED_BYTES {
        let client = asked.requester.client_id();
        tracing::warn!(
            client,
            wallet = asked.wallet,
            bytes,
            most = MAX_SCANNED_BYTES,
            "the request is too long for a QR code, so none is offered (wallets[].request_method = by_reference)"
        );
    }
    bytes <= MAX_SCANNED_BYTES
}

fn outline(context: &Context, asked: &VpRequest, wallet: &WalletRoute) -> Outline {
    let types = &context.policy.transaction_types;
    Outline {
        client_id: asked.requester.client_id().to_owned(),
        client_name: context.policy.client_name(asked.requester.client_id()),
        claims: asked.query.claims(),
        agreements: asked.transaction_data.iter().map(|one| types.details(one)).collect(),
        expires_at: asked.expires_at,
        others: ways::others(context, asked, wallet),
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
