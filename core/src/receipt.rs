//! Evidence receipts: what was asked, what was believed and what was decided, as hashes of the very bytes, signed by a
//! key of its own and chained for each client. No claim, and no unsalted hash of one: whoever keeps a receipt can throw
//! the personal data away, and still prove what happened.
//!
//! ```text
//! Settled -> ReceiptDraft (written with the decision) -> WaitingReceipt -> claims -> signed, at the end of its chain
//! ```
//! A decision waits for no other of its client: the chain is made behind.

pub mod chain;
pub mod originals;
pub mod verify;

use serde_json::{Map, Value};

use crate::base::digest::DigestAlgorithm;
use crate::base::id::PresentationId;
use crate::base::time::Timestamp;
use crate::jose::alg::Algorithm;

/// The `typ` of a receipt.
pub const TYP: &str = "vpgate-receipt+jwt";

/// What receipts are signed with.
pub const RECEIPT_ALGORITHM: Algorithm = Algorithm::Es256;

/// What hashes in a receipt are made with, unless it says otherwise.
pub const HASHED_BY: DigestAlgorithm = DigestAlgorithm::Sha256;

/// What a receipt will say, made with the decision that it is about. Not signed, and in no chain yet.
#[derive(Clone, Debug)]
pub struct ReceiptDraft {
    /// What was decided about.
    pub presentation: PresentationId,
    /// The client that asked.
    pub client: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What the receipt says, without what only the chain knows.
    pub claims: Map<String, Value>,
}

/// Base64url of the SHA-256 of these bytes, as they are.
pub fn hash(bytes: impl AsRef<[u8]>) -> String {
    HASHED_BY.digest_bytes(bytes.as_ref())
}
