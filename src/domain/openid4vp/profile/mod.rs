//! Wallet profiles: how one request model is written down for a given kind of wallet.

mod proof;

use serde::{Deserialize, Serialize};
use url::Url;

use super::request::Asked;

/// How a wallet is asked and how it answers. One file per profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Proof's cloud wallet.
    Proof,
}

impl Profile {
    /// The URL to which the browser is sent.
    pub fn authorization_url(self, asked: &Asked) -> Url {
        match self {
            Self::Proof => proof::authorization_url(asked),
        }
    }
}
