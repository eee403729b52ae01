//! The chain of a client's receipts: each names the hash of the one before it, so that none can be left out later
//! without a trace. What stands at the end of a chain is signed every hour.

use serde_json::{Map, Value};

use super::ReceiptDraft;
use crate::base::id::PresentationId;
use crate::base::secret::Digest;
use crate::base::time::Timestamp;

/// The `typ` of a checkpoint.
pub const CHECKPOINT_TYP: &str = "vpgate-receipt-checkpoint+jwt";

/// A receipt that was written with its decision, and is not signed yet.
#[derive(Clone, Debug)]
pub struct WaitingReceipt {
    /// What it will say.
    pub draft: ReceiptDraft,
    /// Hashes of what the wallet was sent, one after the other, each base64url.
    pub sent: Vec<String>,
}

/// A receipt as the store holds it.
#[derive(Clone, Debug)]
pub enum KeptReceipt {
    /// Not signed yet.
    Waiting(Box<WaitingReceipt>),
    /// Signed.
    Sealed {
        /// The client that asked.
        client: String,
        /// The compact form.
        jws: String,
    },
}

/// The last receipt of a client's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// How many there are.
    pub position: u64,
    /// SHA-256 of its compact form.
    pub hash: Digest,
}

/// A signed receipt, at its place in the chain.
#[derive(Clone, Debug)]
pub struct SealedReceipt {
    /// What it is about.
    pub presentation: PresentationId,
    /// Its place in the chain, from 1.
    pub position: u64,
    /// The compact form.
    pub jws: String,
}

/// A chain that has grown since it was last checkpointed.
#[derive(Clone, Debug)]
pub struct GrownChain {
    /// Whose it is.
    pub client: String,
    /// Its end.
    pub head: ChainHead,
}

impl KeptReceipt {
    /// The client that asked.
    pub fn client(&self) -> &str {
        match self {
            Self::Waiting(waiting) => &waiting.draft.client,
            Self::Sealed { client, .. } => client,
        }
    }
}

impl SealedReceipt {
    /// The end of a chain whose last receipt this is.
    pub fn head(&self) -> ChainHead {
        ChainHead { position: self.position, hash: Digest::of(self.jws.as_bytes()) }
    }
}

/// The place behind `head`.
pub fn next_position(head: Option<&ChainHead>) -> u64 {
    head.map_or(0, |head| head.position).saturating_add(1)
}

impl WaitingReceipt {
    /// What the receipt says, at the end of a chain that ends in `head`.
    pub fn claims(&self, head: Option<&ChainHead>, issuer: &str, now: Timestamp) -> Map<String, Value> {
        let mut claims = Map::with_capacity(self.draft.claims.len() + 6);
        claims.insert("iss".to_owned(), issuer.into());
        claims.insert("jti".to_owned(), self.draft.presentation.as_str().into());
        claims.insert("iat".to_owned(), now.unix().into());
        claims.insert("position".to_owned(), next_position(head).into());
        if let Some(head) = head {
            claims.insert("previous".to_owned(), String::from(head.hash).into());
        }
        claims.extend(self.draft.claims.clone());
        claims.insert("request_hashes".to_owned(), self.sent.iter().map(String::as_str).collect());
        claims
    }
}

impl GrownChain {
    /// What a checkpoint says: so many receipts there were, and this was the last.
    pub fn claims(&self, issuer: &str, now: Timestamp) -> Map<String, Value> {
        let members: [(&str, Value); 5] = [
            ("iss", issuer.into()),
            ("iat", now.unix().into()),
            ("client", self.client.as_str().into()),
            ("position", self.head.position.into()),
            ("head", String::from(self.head.hash).into()),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
