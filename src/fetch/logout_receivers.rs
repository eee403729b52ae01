//! Clients that want to be told of logouts (Back-Channel Logout 1.0 section 2.5), under the same guard as every
//! address.

use async_trait::async_trait;
use url::{Url, form_urlencoded};

use super::client::FetchClient;
use crate::flow::ports::{LogoutReceivers, NotPublished};
use vpgate_core::base::secret::Secret;

/// Tells clients at the addresses of their registrations.
#[derive(Debug)]
pub struct PostedLogouts(FetchClient);

impl PostedLogouts {
    /// By `client`.
    pub fn new(client: FetchClient) -> Self {
        Self(client.fetching("logout_notice"))
    }
}

#[async_trait]
impl LogoutReceivers for PostedLogouts {
    async fn tell(&self, uri: &Url, logout_token: &Secret) -> Result<(), NotPublished> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("logout_token", logout_token.expose())
            .finish();
        self.0.tell(uri, form).await.map_err(|fault| match fault.is_passing() {
            true => NotPublished::passing(&fault),
            false => NotPublished::mistake(&fault),
        })
    }
}
