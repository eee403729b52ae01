//! Receipts: written with the decision, sealed behind it, each at the end of its client's chain.

use serde_json::{Value, json};

use super::{Cell, Rows, Sql, Step, insert, must, text, update};
use crate::store::row::{self, BrokenColumn};
use vpgate_core::base::time::Timestamp;
use vpgate_core::receipt::ReceiptDraft;
use vpgate_core::receipt::chain::{ChainHead, GrownChain, SealedReceipt};

/// What the wallet was sent is known to the row of the presentation.
pub(super) fn write(draft: &ReceiptDraft) -> Result<Step, BrokenColumn> {
    Ok(must(
        insert!(
            "receipts (presentation, client, decided_at, content, sent)",
            "$1, $2, $3, $4, (SELECT sent FROM presentations WHERE id = $1)"
        ),
        [
            text(draft.presentation.as_str()),
            text(draft.client.as_str()),
            draft.decided_at.into(),
            row::to_json(&draft.claims, "content")?.into(),
        ],
    ))
}

/// One chain grows by these, which have waited. Whoever was quicker has moved the end of the chain.
pub(super) fn seal(
    client: &str,
    after: Option<&ChainHead>,
    sealed: &[SealedReceipt],
    at: Timestamp,
) -> Vec<Step> {
    let Some(head) = sealed.last().map(SealedReceipt::head) else { return Vec::new() };
    let (position, hash): (Cell, Cell) = (place(head.position), (&head.hash).into());
    let grown = match after {
        None => must(
            insert!("receipt_chains (position, head, client)", "$1, $2, $3"),
            [position, hash, text(client)],
        ),
        Some(seen) => must(
            update!("receipt_chains", "position = $1, head = $2", "client = $3 AND position = $4"),
            [position, hash, text(client), place(seen.position)],
        ),
    };
    let receipt = |one: &SealedReceipt| json!({ "id": one.presentation.as_str(), "position": one.position, "jws": one.jws });
    let receipts = Value::Array(sealed.iter().map(receipt).collect()).to_string();
    let forget_at = row::receipt_forgotten_at(at);
    vec![grown, must(SEAL, [forget_at.into(), receipts.into()])]
}

/// The end of a chain was signed.
pub(super) fn checkpoint(chain: &GrownChain, signed: &str, at: Timestamp) -> Step {
    must(
        update!(
            "receipt_chains",
            "checkpointed = $1, checkpoint = $2, checkpoint_at = $3",
            "client = $4 AND position = $1 AND checkpointed < $1"
        ),
        [place(chain.head.position), text(signed), at.into(), text(chain.client.as_str())],
    )
}

/// All at once; the chain is locked before.
const SEAL: Sql = Sql {
    sqlite: "UPDATE receipts SET position = new.value ->> 'position', sealed = new.value ->> 'jws', forget_at = $1,
                    content = NULL, sent = NULL
             FROM json_each($2) AS new
             WHERE receipts.presentation = new.value ->> 'id' AND receipts.sealed IS NULL",
    sqlite_first: None,
    postgres: "UPDATE receipts SET position = new.position, sealed = new.jws, forget_at = $1,
                      content = NULL, sent = NULL
               FROM json_to_recordset($2::json) AS new(id text, position bigint, jws text)
               WHERE receipts.presentation = new.id AND receipts.sealed IS NULL",
    rows: Rows::Found("SELECT 1 FROM receipts WHERE FALSE FOR NO KEY UPDATE"),
};

fn place(position: u64) -> Cell {
    Cell::Integer(i64::try_from(position).unwrap_or(i64::MAX))
}
