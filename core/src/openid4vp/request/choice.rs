//! Which wallet a request goes to, and by which way: said by who asks, or by the person.

use serde::{Deserialize, Serialize};

use super::wallet::{PresentationFlow, Profile, WalletRoute};
use super::{Requester, VpRequest};
use crate::base::id::{Nonce, RequestState};
use crate::base::time::Timestamp;
use crate::jose::jwe::EncryptionKey;

/// Who says which wallet a request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletChoice {
    /// Who asks: it named the wallet, or there is no other.
    #[default]
    Fixed,
    /// The person, who has not chosen yet.
    Open,
    /// The person, who has chosen and may choose again.
    Made,
}

impl WalletChoice {
    /// Whether the person has no say.
    pub fn is_fixed(&self) -> bool {
        *self == Self::Fixed
    }
}

/// Another way to ask the same question. It makes another request, which has a state, a nonce and a key of its own:
/// what the wallet that was asked before still sends belongs to nothing.
#[derive(Debug)]
pub struct AnotherWay<'w> {
    /// Where it goes.
    pub wallet: &'w WalletRoute,
    /// By redirect, or by a QR code.
    pub flow: PresentationFlow,
    /// Whether the person chose that wallet.
    pub is_chosen: bool,
    /// What that wallet is told of who asks ([`VpRequest::client_name`]).
    pub client_name: Option<String>,
    /// As the wallet will know it.
    pub state: RequestState,
    /// Bound into the KB-JWT.
    pub nonce: Nonce,
    /// What the answer is to be encrypted to, where it is.
    pub answer_key: Option<EncryptionKey>,
    /// It does not live longer than that.
    pub until: Timestamp,
}

impl VpRequest {
    /// The same question, asked in another way.
    #[must_use]
    pub fn asked_by(self, way: &AnotherWay<'_>) -> Self {
        let AnotherWay { wallet, flow, .. } = way;
        // A scope stands for a query at the wallet that knows it alone.
        let scope = self.scope.filter(|_| wallet.profile == Profile::Proof && wallet.name == self.wallet);
        Self {
            state: way.state.clone(),
            nonce: way.nonce.clone(),
            verifier_id: wallet.verifier_id_for(&way.state, wallet.response_mode),
            answer_uri: wallet.answer_uri(&way.state, wallet.response_mode),
            wallet: wallet.name.clone(),
            profile: wallet.profile,
            client_name: way.client_name.clone(),
            origin: wallet.origin(),
            on_rejection: wallet.on_rejection,
            wallet_issuer: wallet.issuer.clone(),
            dc_api: None,
            org_iso_mdoc: false,
            scope,
            flow: *flow,
            choice: if way.is_chosen { WalletChoice::Made } else { self.choice },
            response_mode: wallet.response_mode,
            answer_key: way.answer_key.as_ref().map(EncryptionKey::to_public_jwk),
            expires_at: self.expires_at.min(way.until),
            ..self
        }
    }

    /// Whether a verified answer that the wallet posts counts only once its browser has come back: on the same device
    /// with the code that the wallet was given, and from another device where the browser carries a code of its own
    /// home.
    pub fn awaits_its_browser(&self) -> bool {
        match self.flow {
            PresentationFlow::SameDevice => true,
            PresentationFlow::CrossDevice => matches!(self.requester, Requester::Code { .. }),
            PresentationFlow::DcApi => false,
        }
    }
}
