//! How a request reaches its wallet: in the browser's address, signed or not, or pushed ahead of it.

use serde_json::Value;
use url::Url;

use crate::flow::context::Context;
use crate::flow::ports::{NotPublished, Unavailable};
use crate::flow::receipts::sent;
use zeroize::Zeroizing;

use vpgate_core::base::report::{Findings, Rejection};
use vpgate_core::jose::jwe::EncryptionKey;
use vpgate_core::openid4vp::profile::{self, dc_api, org_iso_mdoc};
use vpgate_core::openid4vp::request::{DcApiRequest, RequestMethod, ResponseMode, VpRequest, WalletRoute};
use vpgate_core::openid4vp::request_key::NotSigned;
use vpgate_core::openid4vp::response::ResponseParameters;

/// Why the wallet cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::flow) enum NotReached {
    /// The route or the key that the request stands on is gone: begin again.
    #[error("the request cannot be sent any more")]
    Outdated,
    /// The wallet's server does not answer as it must, or supports none of what we offer.
    #[error(transparent)]
    Wallet(WalletFault),
    #[error(transparent)]
    Failed(Unavailable),
}

/// Why a wallet that is a server cannot be asked. It is the wallet's fault, never ours or the person's.
#[derive(Debug, thiserror::Error)]
#[error("{part}: {why}")]
pub struct WalletFault {
    part: &'static str,
    why: NotPublished,
}

impl WalletFault {
    fn of(part: &'static str) -> impl FnOnce(NotPublished) -> NotReached {
        move |why| NotReached::Wallet(Self { part, why })
    }

    /// Whether another try may find it mended; else its operator must.
    pub fn is_passing(&self) -> bool {
        matches!(self.why, NotPublished::Passing(_))
    }
}

impl From<NotSigned> for NotReached {
    fn from(why: NotSigned) -> Self {
        match why {
            NotSigned::OtherIdentity => Self::Outdated,
            NotSigned::NoKey | NotSigned::OutOfDate | NotSigned::Signing(_) => {
                Self::Failed(Unavailable::new("the key that signs requests", why))
            }
        }
    }
}

/// The route on which `asked` is sent.
///
/// # Errors
/// [`NotReached::Outdated`] when the operator has taken it away: the request has ended.
pub(in crate::flow) fn route_of<'c>(
    context: &'c Context,
    asked: &VpRequest,
) -> Result<&'c WalletRoute, NotReached> {
    context.policy.wallet(&asked.wallet).ok_or(NotReached::Outdated)
}

/// A request on its way.
pub(in crate::flow) struct OutgoingRequest<T> {
    /// What the browser is given.
    pub request: T,
    /// Hash of what the wallet is sent by that, for the receipt: the address with everything in it, the Request Object,
    /// the form that was pushed, or what the browser's API is given. `None` where the wallet comes for it.
    pub sent: Option<String>,
}

/// Where the browser goes. A pushed request is pushed by this, anew each time: its `request_uri` may
/// be for one use (RFC 9126 section 4).
///
/// # Errors
/// [`NotReached`]
pub(in crate::flow) async fn wallet_url(
    context: &Context,
    asked: &VpRequest,
    wallet: &WalletRoute,
) -> Result<OutgoingRequest<Url>, NotReached> {
    check_wallet(context, asked, wallet).await?;
    Ok(match wallet.request_method {
        RequestMethod::UrlQuery => {
            let request = profile::plain_url(asked, wallet);
            OutgoingRequest { sent: sent(context, request.as_str()), request }
        }
        RequestMethod::ByValue => {
            let claims = profile::request_object(asked, wallet, None, context.now);
            let signed = context.ports.request_signer.sign(&asked.identity(), &claims, context.now)?;
            OutgoingRequest {
                request: profile::by_value_url(asked, wallet, &signed),
                sent: sent(context, &signed),
            }
        }
        RequestMethod::ByReferenceGet | RequestMethod::ByReferencePost => {
            OutgoingRequest { request: profile::by_reference_url(asked, wallet), sent: None }
        }
        RequestMethod::Pushed => {
            let parameters = profile::parameters(asked, wallet);
            let pushed = context.ports.wallets.push(wallet, &parameters).await;
            let pushed = pushed.map_err(WalletFault::of("the wallet does not take the pushed request"))?;
            let request = profile::pushed_url(asked, wallet, &pushed);
            OutgoingRequest { request, sent: sent(context, &parameters.to_form()) }
        }
    })
}

/// What the page passes to the browser's Digital Credentials API: the same question in each protocol, of which the
/// browser takes the first that it knows. Nobody knows beforehand which wallet that reaches, so no wallet's metadata are
/// looked at.
///
/// # Errors
/// [`NotReached`]
pub(in crate::flow) fn dc_api_requests(
    context: &Context,
    asked: &VpRequest,
    wallet: &WalletRoute,
) -> Result<OutgoingRequest<Value>, NotReached> {
    let requests = std::iter::once(dc_api_request(context, asked, wallet)?);
    let requests: Value = requests.chain(org_iso_mdoc_request(context, asked)?).collect();
    Ok(OutgoingRequest { sent: sent(context, &requests.to_string()), request: requests })
}

/// By `org-iso-mdoc`, where that is offered. Its documents are signed where the key of the request is certified: wallets
/// show other readers as unknown (REQ-14.75).
fn org_iso_mdoc_request(context: &Context, asked: &VpRequest) -> Result<Option<Value>, NotReached> {
    let Some((info, documents)) =
        org_iso_mdoc::encryption_info(asked).zip(org_iso_mdoc::doc_requests(&asked.query))
    else {
        return Ok(None);
    };
    let (transcript, identity) = (info.transcript(&asked.origin), asked.identity());
    let signed = documents.into_iter().map(|document| {
        let bytes = document.to_be_signed(&transcript);
        let signature = context.ports.request_signer.authenticate_reader(&identity, &bytes, context.now)?;
        Ok((document, signature))
    });
    let signed = signed.collect::<Result<Vec<_>, NotSigned>>()?;
    Ok(Some(org_iso_mdoc::request(&info, &signed)))
}

fn dc_api_request(context: &Context, asked: &VpRequest, wallet: &WalletRoute) -> Result<Value, NotReached> {
    Ok(match asked.dc_api.ok_or(NotReached::Outdated)? {
        DcApiRequest::Unsigned => dc_api::unsigned(asked, wallet),
        DcApiRequest::Signed => {
            let claims = dc_api::signed_claims(asked, wallet, context.now);
            dc_api::signed(&context.ports.request_signer.sign(&asked.identity(), &claims, context.now)?)
        }
        DcApiRequest::MultiSigned => {
            let claims = dc_api::multi_signed_claims(asked, wallet, context.now);
            let signed = asked.identities(wallet).into_iter().map(|identity| {
                let header = dc_api::who_asks(asked, wallet, &identity);
                context.ports.request_signer.sign_as(&identity, &header, &claims, context.now)
            });
            dc_api::multi_signed(&signed.collect::<Result<Vec<_>, _>>()?)
        }
    })
}

/// Whether the wallet says of itself that it can be asked like this, where we look (REQ-1.16).
///
/// # Errors
/// [`NotReached::Wallet`]
pub(in crate::flow) async fn check_wallet(
    context: &Context,
    asked: &VpRequest,
    wallet: &WalletRoute,
) -> Result<(), NotReached> {
    let Some(issuer) = &asked.wallet_issuer else { return Ok(()) };
    let metadata = context.ports.wallets.metadata(issuer).await;
    let metadata = metadata.map_err(WalletFault::of("the wallet's metadata cannot be used"))?;
    let signing = context.ports.request_signer.algorithm(&wallet.name);
    metadata
        .suits(wallet, &asked.query, signing)
        .map_err(|why| NotPublished::mistake(&why))
        .map_err(WalletFault::of("the wallet's metadata rule this request out"))
}

/// The parameters of an answer to `asked`, if they can be from the wallet that was asked. Its metadata are
/// looked at only where the answer does not say whose it is.
///
/// # Errors
/// When those metadata cannot be had: nobody knows then whether the answer is complete.
pub(in crate::flow) async fn of_the_wallet(
    context: &Context,
    asked: &VpRequest,
    opened: Result<ResponseParameters, Rejection>,
    findings: &mut Findings,
) -> Result<Result<ResponseParameters, Rejection>, Unavailable> {
    let parameters = match opened {
        Ok(parameters) => parameters,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let must_name_itself = match (&asked.wallet_issuer, &parameters.iss) {
        (Some(issuer), None) => {
            let metadata = context.ports.wallets.metadata(issuer).await;
            metadata.map_err(|why| Unavailable::new("the wallet's metadata", why))?.names_itself()
        }
        _ => false,
    };
    Ok(parameters.of_wallet(asked, must_name_itself, findings))
}

/// A key for one answer, of bytes that are drawn for it, where that is to be encrypted (OpenID4VP 1.0 section
/// 8.3).
///
/// # Errors
/// When none can be made.
pub(in crate::flow) fn answer_key(
    mode: ResponseMode,
    entropy: impl FnOnce() -> Result<[u8; 32], Unavailable>,
) -> Result<Option<EncryptionKey>, Unavailable> {
    if !mode.is_encrypted() {
        return Ok(None);
    }
    let key = EncryptionKey::from_entropy(&Zeroizing::new(entropy()?));
    key.map(Some).map_err(|fault| Unavailable::new("a key for the answer", fault))
}
