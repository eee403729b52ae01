//! Receipts: whether decisions leave evidence, and how long it can be checked.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::Pointer;
use super::{claims_path, lifetime};
use crate::base::secret::Digest;
use crate::policy::ReceiptPolicy;

/// A key must outlive the day on which somebody may still fetch a receipt that it signed.
const SHORTEST: Duration = Duration::from_secs(30 * 86_400);

/// Receipts: whether decisions leave evidence, and how long it can be checked.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct ReceiptRegistration {
    /// Every presentation that is decided leaves a signed receipt: hashes, and no claim.
    pub enabled: bool,
    /// How long a key is published after its last receipt: so long receipts can be checked. At least 30 days.
    pub keep: String,
    /// Claims to which receipts commit by salted hashes, so that a dispute can open one; the relying party alone gets
    /// the salts. Each a path: member names joined by dots, or a list of them.
    pub commit: Vec<Value>,
}

impl Default for ReceiptRegistration {
    fn default() -> Self {
        Self { enabled: true, keep: lifetime::write(ReceiptPolicy::SEVEN_YEARS), commit: Vec::new() }
    }
}

/// Checks how receipts are made. `rules` is the version of the rules that decide.
pub(super) fn check(
    given: &ReceiptRegistration,
    rules: Option<Digest>,
    at: &Pointer<'_>,
) -> Option<ReceiptPolicy> {
    let keep = at.key("keep").keep(lifetime::parse(&given.keep));
    if keep.is_some_and(|keep| keep < SHORTEST) {
        at.add("keep", "must be at least \"30d\": a receipt whose key is gone proves nothing");
    }
    let commit = at.key("commit");
    let commit = commit.each(&given.commit).filter_map(|(at, path)| claims_path::read(path, &at)).collect();
    let unknown = ReceiptPolicy::default().rules;
    Some(ReceiptPolicy { enabled: given.enabled, keep: keep?, commit, rules: rules.unwrap_or(unknown) })
}
