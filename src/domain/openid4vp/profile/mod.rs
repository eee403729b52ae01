//! Wallet profiles: how one request model is written down for a given kind of wallet. One file each.

mod proof;

use url::Url;

use super::request::{Asked, Profile};

/// The URL to which the browser is sent.
pub fn authorization_url(asked: &Asked) -> Url {
    match asked.wallet.profile {
        Profile::Proof => proof::authorization_url(asked),
    }
}
