//! Wallet profiles: how one request model is written down for a given kind of wallet.
use super::request::Asked;
use serde::{Deserialize, Serialize};
use url::Url;
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
        todo!()
    }
}
