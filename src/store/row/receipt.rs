//! What the columns of a receipt mean.

use std::time::Duration;

use super::{BrokenColumn, digest, from_json, present};
use vpgate_core::base::id::PresentationId;
use vpgate_core::base::time::Timestamp;
use vpgate_core::receipt::ReceiptDraft;
use vpgate_core::receipt::chain::{ChainHead, GrownChain, KeptReceipt, WaitingReceipt};

/// How long a sealed receipt can be fetched.
const RECEIPT_KEPT: Duration = Duration::from_secs(7 * 86_400);

/// The columns of a receipt.
#[derive(Clone, Debug)]
pub(in crate::store) struct ReceiptRow {
    pub presentation: String,
    pub client: String,
    /// Seconds since the epoch.
    pub decided_at: Option<i64>,
    /// Waiting: what it will say, as JSON.
    pub content: Option<String>,
    /// Waiting: hashes, separated by spaces.
    pub sent: Option<String>,
    /// Sealed: the compact JWS.
    pub sealed: Option<String>,
}

/// The columns of the end of a chain.
#[derive(Clone, Debug)]
pub(in crate::store) struct ChainRow {
    pub client: String,
    pub position: Option<i64>,
    pub head: Option<Vec<u8>>,
}

impl ReceiptRow {
    pub(in crate::store) fn restore(self) -> Result<KeptReceipt, BrokenColumn> {
        if let Some(jws) = self.sealed {
            return Ok(KeptReceipt::Sealed { client: self.client, jws });
        }
        let draft = ReceiptDraft {
            presentation: PresentationId::parse(&self.presentation).ok_or(BrokenColumn("presentation"))?,
            client: self.client,
            decided_at: Timestamp::from_unix(present(self.decided_at, "decided_at")?),
            claims: from_json(&present(self.content, "content")?, "content")?,
        };
        let sent = self.sent.unwrap_or_default();
        let sent = sent.split(' ').filter(|hash| !hash.is_empty()).map(str::to_owned).collect();
        Ok(KeptReceipt::Waiting(Box::new(WaitingReceipt { draft, sent })))
    }
}

impl ChainRow {
    pub(in crate::store) fn restore(self) -> Result<GrownChain, BrokenColumn> {
        let position = u64::try_from(present(self.position, "position")?);
        let hash = present(digest(self.head, "head")?, "head")?;
        let head = ChainHead { position: position.map_err(|_| BrokenColumn("position"))?, hash };
        Ok(GrownChain { client: self.client, head })
    }
}

/// When a sealed receipt may be swept.
pub(in crate::store) fn receipt_forgotten_at(sealed_at: Timestamp) -> Timestamp {
    sealed_at.plus(RECEIPT_KEPT)
}
