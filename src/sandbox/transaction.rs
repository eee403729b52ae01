//! Transaction data as a wallet receives it (OpenID4VP 1.0 section 5.1): the exact string, and what it says.

use serde_json::Value;

use super::transaction_text::TransactionText;
use vpgate_core::base::base64url;
use vpgate_core::base::json::{self, Bounds};

const BOUNDS: Bounds = Bounds { bytes: 16 * 1024, depth: 8, members: 1000 };
/// The hash every wallet must know (section B.3.3.1), and the only one this wallet knows.
pub(super) const HASH: &str = "sha-256";

/// One transaction, understood.
#[derive(Debug)]
pub(super) struct Transaction {
    /// The exact string received: hashes are taken over it.
    pub(super) encoded: String,
    /// The credential queries that may authorise it.
    pub(super) credential_ids: Vec<String>,
    /// The request listed hash algorithms, so the answer must name the one used.
    pub(super) names_hash: bool,
    /// What is agreed to.
    pub(super) agreement: TransactionText,
}

impl Transaction {
    /// Reads the string received. `None` when the wallet does not understand all of it: nobody agrees
    /// to what they cannot read (section 8.5, `invalid_transaction_data`).
    pub(super) fn read(encoded: &str) -> Option<Self> {
        let text = base64url::decode(encoded).ok()?;
        let object = json::parse_object(&text, &BOUNDS).ok().filter(|_| json::numbers_survive(&text))?;
        let known = ["type", "credential_ids", "payload", "transaction_data_hashes_alg"];
        if !object.keys().all(|name| known.contains(&name.as_str())) {
            return None;
        }
        let hashes = object.get("transaction_data_hashes_alg");
        if !hashes
            .is_none_or(|offered| strings(offered).is_some_and(|names| names.iter().any(|it| it == HASH)))
        {
            return None;
        }
        Some(Self {
            encoded: encoded.to_owned(),
            credential_ids: strings(object.get("credential_ids")?).filter(|ids| !ids.is_empty())?,
            names_hash: hashes.is_some(),
            agreement: TransactionText::of(object.get("type")?.as_str()?, object.get("payload")?)?,
        })
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(object: &Value) -> Option<Transaction> {
        Transaction::read(&base64url::encode(object.to_string()))
    }

    #[test]
    fn req_1_80_reads_what_it_knows_and_refuses_neighbours() {
        let good = json!({
            "type": "urn:proof:params:vc:transaction-data:session-data",
            "credential_ids": ["proof_id_default"],
            "payload": {"ip_address": "203.0.113.7"},
        });
        assert!(read(&good).is_some());
        for (pointer, value) in [
            ("/type", json!("urn:proof:params:vc:transaction-data:session-data:v9")),
            ("/credential_ids", json!([])),
            ("/credential_ids", json!([1])),
            ("/credential_ids", json!("proof_id_default")),
            ("/payload", json!("text")),
            ("/payload", json!({})),
        ] {
            let mut wrong = good.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert!(read(&wrong).is_none(), "{wrong}");
        }
        let mut extra = good.clone();
        extra["surprise"] = json!(1);
        assert!(read(&extra).is_none());
        let padded = format!("{}=", base64url::encode(good.to_string()));
        assert!(Transaction::read(&padded).is_none());
        assert!(Transaction::read(&base64url::encode("[]")).is_none());
    }

    #[test]
    fn req_1_82_a_list_of_hashes_must_hold_the_one_it_knows() {
        let with = |list: Value| {
            read(&json!({
                "type": "urn:proof:params:vc:transaction-data:session-data",
                "credential_ids": ["a"],
                "transaction_data_hashes_alg": list,
                "payload": {"ip_address": "203.0.113.7"},
            }))
        };
        assert!(with(json!(["sha-512", "sha-256"])).unwrap().names_hash);
        assert!(with(json!(["SHA-256"])).is_none());
        assert!(with(json!([])).is_none());
    }
}
