//! Wallet profiles: how one request model is written down for a given kind of wallet. One file each.
//!
//! A profile decides which parameters there are; the request method decides how they travel.

pub(crate) mod client_metadata;
pub mod dc_api;
mod haip;
mod openid4vp;
pub mod org_iso_mdoc;
mod parameters;
mod proof;
mod request_object;

use serde_json::{Map, Value};
use url::Url;

pub use self::parameters::Parameters;
use super::client_id::Prefix;
use super::request::{Profile, RequestMethod, ResponseMode, VpRequest, WalletRoute};
use crate::base::time::Timestamp;

/// The media type of a Request Object, and with its first part left out its `typ` (RFC 9101 section 10.8).
pub const REQUEST_OBJECT: &str = "oauth-authz-req+jwt";
/// The audience of a Request Object for a wallet whose metadata we do not look up (OpenID4VP 1.0
/// section 5.8).
const ANY_WALLET: &str = "https://self-issued.me/v2";

/// The request as this wallet understands it.
pub fn parameters(asked: &VpRequest, wallet: &WalletRoute) -> Parameters {
    match asked.profile {
        Profile::Proof => proof::parameters(asked, wallet),
        Profile::Openid4vp => openid4vp::parameters(asked, wallet),
        Profile::Haip => haip::parameters(asked, wallet),
    }
}

/// The claims of the Request Object. `wallet_nonce` is what the wallet sent when it fetched it.
pub fn request_object(
    asked: &VpRequest,
    wallet: &WalletRoute,
    wallet_nonce: Option<&str>,
    now: Timestamp,
) -> Map<String, Value> {
    request_object::claims(asked, &parameters(asked, wallet), wallet_nonce, now)
}

/// The URL to which the browser is sent, with everything in it, unsigned.
pub fn plain_url(asked: &VpRequest, wallet: &WalletRoute) -> Url {
    parameters(asked, wallet).at(&wallet.authorization_endpoint)
}

/// The address of the wallet with the Request Object `signed` in it.
pub fn by_value_url(asked: &VpRequest, wallet: &WalletRoute, signed: &str) -> Url {
    let outer = Parameters::default().with("client_id", asked.verifier_id.as_str()).with("request", signed);
    outer.at(&wallet.authorization_endpoint)
}

/// The address of the wallet with that of the Request Object in it. Short: it fits into a QR code (REQ-1.11).
pub fn by_reference_url(asked: &VpRequest, wallet: &WalletRoute) -> Url {
    let post = wallet.request_method == RequestMethod::ByReferencePost;
    let outer = Parameters::default()
        .with("client_id", asked.verifier_id.as_str())
        .with("request_uri", wallet.request_uri(&asked.state).as_str())
        .with_some("request_uri_method", post.then_some("post"));
    outer.at(&wallet.authorization_endpoint)
}

/// The address of the wallet with the `request_uri` of the request that was pushed to it (RFC 9126 section 4).
pub fn pushed_url(asked: &VpRequest, wallet: &WalletRoute, request_uri: &str) -> Url {
    let outer =
        Parameters::default().with("client_id", asked.verifier_id.as_str()).with("request_uri", request_uri);
    outer.at(&wallet.authorization_endpoint)
}

/// Whether a request may be made in this way, by the specification and by the profile.
///
/// # Errors
/// [`NotPermitted`] for the first choice that does not fit the others.
pub fn permits(
    profile: Profile,
    prefix: Prefix,
    method: RequestMethod,
    mode: ResponseMode,
) -> Result<(), NotPermitted> {
    match profile {
        Profile::Proof => proof::permits(prefix, method, mode)?,
        Profile::Openid4vp => openid4vp::permits(prefix, method, mode)?,
        Profile::Haip => haip::permits(prefix, method, mode)?,
    }
    if prefix == Prefix::RedirectUri && method != RequestMethod::UrlQuery {
        return Err(NotPermitted::request_method(
            "must be \"url_query\": requests with a `redirect_uri:` identifier are never signed (OpenID4VP 1.0 section 5.9.3)",
        ));
    }
    if prefix.must_sign() && !method.is_signed() {
        return Err(NotPermitted::request_method(
            "must be \"by_value\", \"by_reference\" or \"by_reference_post\": requests with this identifier are signed (OpenID4VP 1.0 section 5.9.3)",
        ));
    }
    if prefix == Prefix::PreRegistered && mode.is_encrypted() {
        return Err(NotPermitted::response_mode(
            "must not be encrypted: a wallet that has us registered is sent no metadata, so it has no key of the request",
        ));
    }
    Ok(())
}

/// A choice that does not go with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotPermitted {
    /// The configuration key of the choice.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

impl NotPermitted {
    fn client_id(why: &'static str) -> Self {
        Self { key: "client_id", why }
    }

    fn request_method(why: &'static str) -> Self {
        Self { key: "request_method", why }
    }

    fn response_mode(why: &'static str) -> Self {
        Self { key: "response_mode", why }
    }

    fn dc_api_request(why: &'static str) -> Self {
        Self { key: "dc_api.request", why }
    }

    fn dc_api_response_mode(why: &'static str) -> Self {
        Self { key: "dc_api.response_mode", why }
    }
}

/// Where the answer goes: exactly one of the two (REQ-1.7).
fn answer_goes_to(asked: &VpRequest, wallet: &WalletRoute) -> (&'static str, Url) {
    if asked.response_mode.is_posted() {
        ("response_uri", wallet.response_uri(&asked.state))
    } else {
        ("redirect_uri", wallet.redirect_uri.clone())
    }
}

#[cfg(test)]
mod tests;
