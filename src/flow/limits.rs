//! Who is counted, and how long somebody must wait. Rows hold keyed digests: the key is not in the
//! database, so that nobody reads addresses out of it.

use std::net::IpAddr;

use super::Vpgate;
use super::ports::Unavailable;
use crate::domain::base::secret::Digest;
use crate::domain::oauth::attempts::Attempt;
use crate::domain::oauth::client::Client;

impl Vpgate {
    /// An address; all that are not known are counted as one.
    pub(super) fn counted_address(&self, address: Option<IpAddr>) -> Digest {
        match address {
            Some(address) => self.counted(&format!("address {address}")),
            None => self.counted("no address"),
        }
    }

    /// A client.
    pub(super) fn counted_client(&self, client: &Client) -> Digest {
        self.counted(&format!("client {}", client.id))
    }

    /// Everybody together.
    pub(super) fn counted_everybody(&self) -> Digest {
        self.counted("everybody")
    }

    /// Seconds until all of `attempts` may happen again.
    pub(super) async fn retry_after(&self, attempts: &[Attempt]) -> Result<u64, Unavailable> {
        let mut longest = 1;
        for attempt in attempts {
            longest = attempt.retry_after(&self.store.attempts(attempt).await?).max(longest);
        }
        Ok(longest)
    }

    /// The key of user codes serves: no code holds a space, so nothing here is one.
    fn counted(&self, whom: &str) -> Digest {
        self.user_code_key.digest(whom.as_bytes())
    }
}
