//! Wallets that are servers: their metadata, and requests that are pushed to them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use super::client::FetchClient;
use super::pushed_request;
use super::wallet_metadata::KeptMetadata;
use crate::flow::ports::{Clock, NotPublished, Wallets};
use vpgate_core::base::secret::Secret;
use vpgate_core::openid4vp::profile::Parameters;
use vpgate_core::openid4vp::request::WalletRoute;
use vpgate_core::openid4vp::wallet_metadata::WalletMetadata;

/// Speaks to wallets under the guard of [`FetchClient`].
pub struct FetchedWallets {
    client: FetchClient,
    secrets: RwLock<HashMap<String, Arc<Secret>>>,
    metadata: KeptMetadata,
}

impl FetchedWallets {
    /// `secrets` are ours, by the name of the wallet that requests are pushed to.
    pub fn new(client: FetchClient, clock: Arc<dyn Clock>, secrets: HashMap<String, Secret>) -> Self {
        let wallets = Self {
            client: client.fetching("pushed_request"),
            secrets: RwLock::default(),
            metadata: KeptMetadata::new(clock),
        };
        wallets.replace_secrets(secrets);
        wallets
    }

    /// From now on these are our secrets.
    pub fn replace_secrets(&self, secrets: HashMap<String, Secret>) {
        let secrets = secrets.into_iter().map(|(wallet, secret)| (wallet, Arc::new(secret))).collect();
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// Nothing is left half done under this lock.
    fn secret_at(&self, wallet: &str) -> Option<Arc<Secret>> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).get(wallet).cloned()
    }
}

#[async_trait]
impl Wallets for FetchedWallets {
    async fn metadata(&self, issuer: &str) -> Result<Arc<WalletMetadata>, NotPublished> {
        self.metadata.of(&self.client, issuer).await
    }

    async fn push(&self, wallet: &WalletRoute, request: &Parameters) -> Result<String, NotPublished> {
        let secret = self.secret_at(&wallet.name);
        let pushed =
            pushed_request::push(&self.client, wallet.pushed_requests.as_ref(), secret.as_deref(), request)
                .await;
        pushed.map_err(|why| {
            if why.is_passing() { NotPublished::passing(&why) } else { NotPublished::mistake(&why) }
        })
    }
}

#[cfg(test)]
mod tests;
