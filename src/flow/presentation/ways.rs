//! The ways to ask one question: by which wallet, on which device. The person chooses where the client leaves it to
//! them, and before anything is answered chooses again.

use crate::flow::commit::was_first;
use crate::flow::context::Context;
use crate::flow::presentation::ask_wallet::{answer_key, route_of};
use crate::flow::presentation::not_served::NotServed;
use vpgate_core::base::id::{Handle, Nonce, RequestState};
use vpgate_core::base::secret::{Digest, Secret};
use vpgate_core::change::Change;
use vpgate_core::openid4vp::presentation::{Presentation, Served};
use vpgate_core::openid4vp::request::{AnotherWay, PresentationFlow, VpRequest, WalletRoute};

/// A wallet that the person may choose.
#[derive(Debug)]
pub struct OfferedWallet {
    /// Its configured name.
    pub name: String,
    /// What people call it.
    pub title: String,
}

/// What a page before the wallet offers besides.
#[derive(Debug)]
pub struct OtherWays {
    /// There are several wallets to choose among.
    pub wallets: bool,
    /// A QR code for a wallet on another device.
    pub scan: bool,
    /// Back from the QR code to a wallet on this device.
    pub here: bool,
}

/// What the person wishes instead.
#[derive(Debug)]
pub enum WishedWay {
    /// The wallet's ordinary way instead of the browser's API, or of a QR code.
    Redirect,
    /// Another wallet, by its configured name.
    Wallet(String),
    /// A QR code.
    Scan,
}

/// The wallets that the person may choose among; none where there is nothing to choose.
pub(in crate::flow) fn offered(context: &Context, asked: &VpRequest) -> Vec<OfferedWallet> {
    let wallets = choosable(context, asked);
    let offered = |it: &&WalletRoute| OfferedWallet { name: it.name.clone(), title: it.title().to_owned() };
    if wallets.len() > 1 { wallets.iter().map(offered).collect() } else { Vec::new() }
}

/// Those of the client that understand everything that is being agreed to, its own first.
fn choosable<'c>(context: &'c Context, asked: &VpRequest) -> Vec<&'c WalletRoute> {
    let client = context.policy.clients.named(asked.requester.client_id());
    let Some(client) = client.filter(|_| !asked.choice.is_fixed()) else { return Vec::new() };
    let understands = |wallet: &&WalletRoute| {
        asked.transaction_data.iter().all(|one| wallet.transaction_data.include(one.kind()))
    };
    client.wallets().filter_map(|name| context.policy.wallet(name)).filter(understands).collect()
}

/// What else there is for `asked`, which goes to `wallet`.
pub(in crate::flow) fn others(context: &Context, asked: &VpRequest, wallet: &WalletRoute) -> OtherWays {
    let crosses = asked.flow == PresentationFlow::CrossDevice;
    let may_scan = may_scan(context, asked, wallet);
    OtherWays {
        wallets: !crosses && choosable(context, asked).len() > 1,
        scan: may_scan && !crosses,
        here: may_scan && crosses,
    }
}

/// Whether the operator offers the client's people a QR code, and the wallet can be asked by one.
fn may_scan(context: &Context, asked: &VpRequest, wallet: &WalletRoute) -> bool {
    let client = context.policy.clients.named(asked.requester.client_id());
    client.is_some_and(|client| client.offer_cross_device) && wallet.may_cross_devices()
}

/// Whether the time of `browser`'s own request is over: the page about its end says so.
pub(in crate::flow) fn is_over(context: &Context, served: &Served, browser: &Digest) -> bool {
    served.browser() == browser && context.now >= served.request().expires_at
}

/// The request goes as the person wishes. Twice is once, and a wish that is not offered changes nothing.
///
/// # Errors
/// [`NotServed`]
pub async fn ask_otherwise(
    context: &Context,
    handle: &Handle,
    browser: &Secret,
    wish: WishedWay,
) -> Result<(), NotServed> {
    let served = match context.ports.store.presentation_by_handle(handle).await? {
        Some(Presentation::Served(served)) if is_over(context, &served, &browser.digest()) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Served(served)) => served.in_browser(&browser.digest(), context.now)?,
        Some(Presentation::Settled(_) | Presentation::AwaitingReturn(_)) => {
            return Err(NotServed::Settled);
        }
        Some(Presentation::Begun(_)) | None => return Err(NotServed::Unknown),
    };
    let asked = served.request();
    let own = route_of(context, asked)?;
    let same_device = PresentationFlow::SameDevice;
    let (wallet, flow) = match &wish {
        WishedWay::Redirect if asked.flow == same_device => return Ok(()),
        WishedWay::Redirect if asked.flow == PresentationFlow::DcApi || others(context, asked, own).here => {
            (own, same_device)
        }
        WishedWay::Scan if others(context, asked, own).scan => (own, PresentationFlow::CrossDevice),
        WishedWay::Wallet(name) => match choosable(context, asked).into_iter().find(|it| it.name == *name) {
            Some(wallet) => (wallet, same_device),
            None => return Ok(()),
        },
        WishedWay::Redirect | WishedWay::Scan => return Ok(()),
    };
    change(context, served, browser, (wallet, flow, matches!(wish, WishedWay::Wallet(_)))).await
}

async fn change(
    context: &Context,
    served: Served,
    browser: &Secret,
    (wallet, flow, is_chosen): (&WalletRoute, PresentationFlow, bool),
) -> Result<(), NotServed> {
    let asked = served.request();
    let (instead_of, expires_at) = (asked.state.clone(), asked.expires_at);
    let client_name = context.policy.client_name_for(wallet, asked.requester.client_id());
    let way = AnotherWay {
        wallet,
        flow,
        is_chosen,
        client_name,
        state: RequestState::from_entropy(context.random_id()?),
        nonce: Nonce::from_entropy(context.random_id()?),
        answer_key: answer_key(wallet.response_mode, || context.random_bytes())?,
        until: match flow {
            PresentationFlow::CrossDevice => {
                context.now.plus(context.policy.presentation.cross_device_lifetime)
            }
            PresentationFlow::SameDevice | PresentationFlow::DcApi => expires_at,
        },
    };
    let presentation = served.asked_otherwise(&browser.digest(), way, context.now)?;
    // Somebody may be first: with another wish, or with an answer. Whoever asks next sees which.
    was_first(context.commit(Change::AskOtherwise { presentation, instead_of }).await)?;
    Ok(())
}
