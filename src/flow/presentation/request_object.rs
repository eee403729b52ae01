//! The wallet fetches its Request Object (OpenID4VP 1.0 section 5.10, RFC 9101 section 5.2.3). Nothing
//! is written down: it may come again until it has answered. What it is given was signed within the last ten
//! seconds ([`crate::flow::presentation::signed_requests`]). Its hash is noted for the receipt, where those are made.

use crate::flow::context::Context;
use crate::flow::ports::Unavailable;
use crate::flow::receipts;
use vpgate_core::base::id::RequestState;
use vpgate_core::openid4vp::presentation::Presentation;
use vpgate_core::openid4vp::profile::{self, REQUEST_OBJECT};
use vpgate_core::openid4vp::request::{PresentationFlow, VpRequest, WalletRoute};
use vpgate_core::openid4vp::request_key::NotSigned;
use vpgate_core::openid4vp::wallet_metadata::{Unsuitable, WalletMetadata, WalletMetadataFault};

/// The longest `wallet_nonce`, in bytes.
pub const MAX_WALLET_NONCE_BYTES: usize = 512;

/// What a wallet says when it fetches by POST; nothing by GET.
#[derive(Debug, Default)]
pub struct WalletSays {
    /// Comes back inside the object.
    pub wallet_nonce: Option<String>,
    /// What the wallet can do, as JSON.
    pub wallet_metadata: Option<String>,
}

/// Why there is no Request Object. Nothing here is personal.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NoRequestObject {
    /// Unknown, answered, expired, or never meant to be fetched: one answer for all.
    #[error("there is no such request, or it has ended")]
    Unknown,
    #[error("wallet_nonce is longer than {MAX_WALLET_NONCE_BYTES} bytes")]
    Nonce,
    /// Each nonce costs a signature.
    #[error("this request was fetched with too many nonces within a few seconds")]
    TooOften,
    #[error(transparent)]
    Metadata(#[from] WalletMetadataFault),
    /// It offers nothing that we can do (REQ-1.43).
    #[error(transparent)]
    Unsuitable(#[from] Unsuitable),
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl From<NotSigned> for NoRequestObject {
    fn from(why: NotSigned) -> Self {
        match why {
            NotSigned::OtherIdentity => Self::Unknown,
            NotSigned::NoKey | NotSigned::OutOfDate | NotSigned::Signing(_) => {
                Self::Failed(Unavailable::new("the key that signs requests", why))
            }
        }
    }
}

/// The Request Object of `id`, signed a moment ago or, with a nonce of the wallet, now; encrypted where
/// the wallet sent a key for that.
///
/// # Errors
/// [`NoRequestObject`]
pub async fn request_object(
    context: &Context,
    id: &RequestState,
    says: WalletSays,
) -> Result<String, NoRequestObject> {
    if says.wallet_nonce.as_ref().is_some_and(|nonce| nonce.len() > MAX_WALLET_NONCE_BYTES) {
        return Err(NoRequestObject::Nonce);
    }
    let metadata = says.wallet_metadata.as_deref().map(WalletMetadata::sent).transpose()?;
    let presentation = match context.ports.store.presentation_by_state(id).await? {
        Some(open @ (Presentation::Begun(_) | Presentation::Served(_))) => open,
        Some(Presentation::AwaitingReturn(_) | Presentation::Settled(_)) | None => {
            return Err(NoRequestObject::Unknown);
        }
    };
    let asked = presentation.request();
    let wallet = context.policy.wallet(&asked.wallet).ok_or(NoRequestObject::Unknown)?;
    let is_fetched = asked.flow != PresentationFlow::DcApi && wallet.request_method.is_by_reference();
    if context.now >= asked.expires_at || !is_fetched {
        return Err(NoRequestObject::Unknown);
    }
    if let Some(metadata) = &metadata {
        let signing = context.ports.request_signer.algorithm(&wallet.name);
        metadata.suits(wallet, &asked.query, signing)?;
    }
    let signed = signed(context, asked, wallet, says.wallet_nonce.as_deref()).await?;
    let Some((key, enc)) = metadata.as_ref().and_then(WalletMetadata::encrypt_to) else {
        return Ok(signed);
    };
    let header = [("typ", REQUEST_OBJECT), ("cty", "JWT")];
    let header = header.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let encrypted = key.encrypt(signed.as_bytes(), *enc, &header);
    encrypted.map_err(|why| Unavailable::new("encryption to the wallet", why).into())
}

async fn signed(
    context: &Context,
    asked: &VpRequest,
    wallet: &WalletRoute,
    wallet_nonce: Option<&str>,
) -> Result<String, NoRequestObject> {
    let sign = || {
        let claims = profile::request_object(asked, wallet, wallet_nonce, context.now);
        context.ports.request_signer.sign(&asked.identity(), &claims, context.now)
    };
    if wallet_nonce.is_some() {
        if !context.signed_requests.one_more_nonce(&asked.state, context.now) {
            return Err(NoRequestObject::TooOften);
        }
        let signed = sign()?;
        receipts::note_sent(context, &asked.id, receipts::sent(context, &signed)).await?;
        return Ok(signed);
    }
    if let Some(recent) = context.signed_requests.recent(&asked.state, &asked.nonce, context.now) {
        return Ok(recent);
    }
    let signed = sign()?;
    receipts::note_sent(context, &asked.id, receipts::sent(context, &signed)).await?;
    context.signed_requests.keep(&asked.state, &asked.nonce, &signed, context.now);
    Ok(signed)
}
