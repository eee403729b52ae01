//! Transaction data (OpenID4VP 1.0 sections 5.1, B.3.3.1; REQ-13.20 and those after it): what is being agreed to, typed,
//! with the exact string that was sent kept and hashed.
//!
//! The string is the truth: it is written once from the typed value, stored, sent and hashed. Everything
//! else here is read from it.

mod device;
mod fields;
mod payment_itemized;
mod payment_mandate;
mod registered;
mod sca;
mod session_data;
mod wire_instructions;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::device::{
    DEVICE_AUTHORIZATION, DEVICE_AUTHORIZATION_SCHEMA, DeviceInSignature, RightInSignature,
};
use self::fields::Fields;
pub use self::payment_itemized::{PaymentItem, PaymentItemized};
pub use self::payment_mandate::{Payee, PaymentInstrument, PaymentMandate};
pub use self::registered::{RegisteredPayload, TransactionTypes, TypeFault};
pub use self::sca::{ScaEvidence, ScaType};
pub use self::session_data::SessionData;
pub use self::wire_instructions::{WireInstructions, WireRecipient, WireSource};
use super::dcql::Query;
use crate::appearance::message::Said;
use crate::base::base64url;
use crate::base::digest::DigestAlgorithm;
use crate::base::exact::ExactNumbers;
use crate::base::json::{self, Bounds};
use crate::base::money::{Amount, Currency};

/// Longest object in bytes of JSON: it travels inside a URL.
pub const MAX_OBJECT_BYTES: usize = 8192;
const BOUNDS: Bounds = Bounds { bytes: MAX_OBJECT_BYTES, depth: 6, members: 1024 };
/// Most credential query ids in one object; a query has no more.
const MAX_CREDENTIAL_IDS: usize = 16;
/// Optional (section B.3.3.1); its absence means `sha-256`.
const HASH_ALGORITHMS: &str = "transaction_data_hashes_alg";
/// Each of the supported ones once.
const MAX_HASH_ALGORITHMS: usize = 3;
/// The members that every type has; the rest is the type's own.
const ENVELOPE: [&str; 3] = ["type", "credential_ids", HASH_ALGORITHMS];
/// Longest credential query id in bytes.
const MAX_ID: usize = 64;

/// One transaction data object, validated against its type, with the exact base64url string that travels.
/// Serialises to that string.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TransactionData {
    encoded: String,
    object: Value,
    parts: TransactionParts,
}

/// What the string says.
#[derive(Clone, PartialEq)]
struct TransactionParts {
    credential_ids: Vec<String>,
    hash_algorithms: Vec<DigestAlgorithm>,
    payload: Payload,
}

/// What is being agreed to, by type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Payload {
    /// The session in which the person acts.
    SessionData(SessionData),
    /// A payment for a list of items.
    PaymentItemized(PaymentItemized),
    /// A wire transfer.
    WireInstructions(WireInstructions),
    /// A mandate to pay on the person's behalf.
    PaymentMandate(PaymentMandate),
    /// A type of the operator's.
    #[serde(skip)]
    Registered(RegisteredPayload),
}

/// What a person reads before agreeing, in their language. What the relying party wrote in it is plain text: escape it
/// for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// One sentence: `Wire transfer: 1,250.00 USD to First Bank, account ending 6789`.
    pub title: Said,
    /// Everything that was given, in order.
    pub lines: Vec<LabelledLine>,
}

/// One labelled line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledLine {
    /// What it is.
    pub label: Said,
    /// What it says.
    pub text: Said,
}

/// Where a transaction is wrong, as a JSON pointer (RFC 6901) into the object, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {why}")]
pub struct TransactionFault {
    /// Into the object.
    pub pointer: String,
    /// In plain words.
    pub why: String,
}

/// The object as it is written: members in the order of the type's document, only those given.
#[derive(Serialize)]
struct WrittenTransaction<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    credential_ids: &'a [String],
    #[serde(rename = "transaction_data_hashes_alg", skip_serializing_if = "Vec::is_empty")]
    hash_algorithms: Vec<&'static str>,
    payload: &'a Payload,
}

impl TransactionData {
    /// Do all `credential_ids` name credential queries of this query that demand holder binding
    /// (sections 5.1, B.3.3)? Without a key-binding JWT nothing could carry the agreement; an mdoc has none
    /// (section B.2.1 leaves to each type how its device signs it, and no type says so).
    ///
    /// # Errors
    /// [`TransactionFault`] for the first that does not.
    pub fn fits(&self, query: &Query) -> Result<(), TransactionFault> {
        for (index, id) in self.parts.credential_ids.iter().enumerate() {
            let why = match query.credential(id) {
                None => "names no credential that this request asks for",
                Some(credential) if !credential.holder_binding => {
                    "names a credential that is asked for without holder binding, which can authorise nothing"
                }
                Some(credential) if !credential.meta.format.carries_agreements() => {
                    "names an mdoc: how its device would sign this type is agreed nowhere, so it can authorise nothing"
                }
                Some(_) => continue,
            };
            return Err(TransactionFault::at(format!("/credential_ids/{index}"), why));
        }
        Ok(())
    }

    /// Can one presentation carry this transaction and `other`? It names one hash algorithm for all of
    /// them (section B.3.3.1).
    ///
    /// # Errors
    /// [`TransactionFault`] when both name a credential and have no algorithm in common.
    pub fn agrees_with(&self, other: &Self) -> Result<(), TransactionFault> {
        let shared = self.credential_ids().iter().any(|id| other.credential_ids().contains(id));
        let algorithms = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        let common = || {
            let both = |named| [self, other].iter().all(|it| it.takes_hash(named));
            both(None) || algorithms.iter().any(|algorithm| both(Some(*algorithm)))
        };
        if shared && !common() {
            let why = "shares no algorithm with another transaction for the same credential (sha-256 alone when none is given)";
            return Err(TransactionFault::at(format!("/{HASH_ALGORITHMS}"), why));
        }
        Ok(())
    }

    /// Is a hash of this transaction good when the answer names this algorithm, or none? One that was
    /// offered must be named; when none was offered it is sha-256, named or not (REQ-6.13).
    pub fn takes_hash(&self, named: Option<DigestAlgorithm>) -> bool {
        match named {
            None => self.parts.hash_algorithms.is_empty(),
            Some(algorithm) if self.parts.hash_algorithms.is_empty() => algorithm == DigestAlgorithm::Sha256,
            Some(algorithm) => self.parts.hash_algorithms.contains(&algorithm),
        }
    }

    /// The exact unpadded base64url string sent to the wallet; hashes are taken over it.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The JSON text that was sent, for the application: the very bytes that are hashed, decoded.
    pub fn text(&self) -> String {
        // It was decoded and read when this was made.
        let bytes = base64url::decode(&self.encoded).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The object as stored, for the application (REQ-13.14).
    pub fn object(&self) -> &Value {
        &self.object
    }

    /// The credential queries of which one must authorise this; at least one.
    pub fn credential_ids(&self) -> &[String] {
        &self.parts.credential_ids
    }

    /// The `type` of the object.
    pub fn kind(&self) -> &str {
        self.parts.payload.kind()
    }

    /// What is being agreed to.
    pub fn payload(&self) -> &Payload {
        &self.parts.payload
    }
}

type ReadPayload = fn(Fields<'_>) -> Result<Payload, TransactionFault>;

impl TransactionParts {
    /// Writes down the string that will be sent: `given`, of the four types in the order of their documents,
    /// with every number as it was written.
    fn written(self, given: &Value, numbers: &ExactNumbers) -> Result<TransactionData, TransactionFault> {
        let envelope = WrittenTransaction {
            kind: self.payload.kind(),
            credential_ids: &self.credential_ids,
            hash_algorithms: self.hash_algorithms.iter().map(|algorithm| algorithm.name()).collect(),
            payload: &self.payload,
        };
        let unwritable = |_| TransactionFault::at("", "cannot be written as JSON");
        let text = match &self.payload {
            Payload::Registered(_) => numbers.write(given),
            _ => numbers.write(&serde_json::to_value(&envelope).map_err(unwritable)?),
        };
        if text.len() > MAX_OBJECT_BYTES {
            return Err(TransactionFault::at("", "must be at most 8192 bytes of JSON"));
        }
        let object = serde_json::from_str(&text).map_err(unwritable)?;
        Ok(TransactionData { encoded: base64url::encode(&text), object, parts: self })
    }
}

impl Payload {
    /// How the payload of one of the four types is read.
    fn reader(kind: &str) -> Option<ReadPayload> {
        Some(match kind {
            session_data::TYPE => |fields| SessionData::read(fields).map(Self::SessionData),
            payment_itemized::TYPE => |fields| PaymentItemized::read(fields).map(Self::PaymentItemized),
            wire_instructions::TYPE => |fields| WireInstructions::read(fields).map(Self::WireInstructions),
            payment_mandate::TYPE => |fields| PaymentMandate::read(fields).map(Self::PaymentMandate),
            _ => return None,
        })
    }

    fn kind(&self) -> &str {
        match self {
            Self::SessionData(_) => session_data::TYPE,
            Self::PaymentItemized(_) => payment_itemized::TYPE,
            Self::WireInstructions(_) => wire_instructions::TYPE,
            Self::PaymentMandate(_) => payment_mandate::TYPE,
            Self::Registered(payload) => payload.kind(),
        }
    }
}

impl LabelledLine {
    /// What the message `label` names.
    fn new(label: &'static str, text: impl Into<Said>) -> Self {
        Self { label: Said::message(label), text: text.into() }
    }

    fn given(label: &'static str, text: Option<&String>) -> Option<Self> {
        text.map(|text| Self::new(label, text))
    }
}

/// An amount for people.
fn said_amount(amount: Amount, currency: &Currency) -> Said {
    Said::Amount { digits: amount.digits(currency), currency: currency.to_string() }
}

impl TransactionFault {
    fn at(pointer: impl Into<String>, why: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), why: why.into() }
    }
}

/// Reads an object of any type; whether a type that is not one of the four is registered, and what its
/// schema says, is for [`TransactionTypes`] to know. Rows need neither: they were checked when written.
fn read(object: &Value) -> Result<TransactionParts, TransactionFault> {
    let mut fields = Fields::of(object, "")?;
    let kind = fields.text("type", registered::MAX_TYPE)?;
    let ids = fields.list("credential_ids", MAX_CREDENTIAL_IDS)?;
    let mut credential_ids: Vec<String> = Vec::with_capacity(ids.len());
    for (id, pointer) in ids {
        let id = fields::checked_text(id, &pointer, MAX_ID)?;
        if credential_ids.contains(&id) {
            return Err(TransactionFault::at(pointer, "is named a second time"));
        }
        credential_ids.push(id);
    }
    let hash_algorithms = hash_algorithms(&mut fields)?;
    let payload = match Payload::reader(&kind) {
        Some(read) => {
            let payload = fields.object("payload")?;
            fields.end()?;
            read(payload)?
        }
        None => Payload::Registered(RegisteredPayload::read(kind, object)?),
    };
    Ok(TransactionParts { credential_ids, hash_algorithms, payload })
}

/// REQ-1.82: exact names of the IANA registry, of hashes that can be computed here.
fn hash_algorithms(fields: &mut Fields<'_>) -> Result<Vec<DigestAlgorithm>, TransactionFault> {
    let mut algorithms = Vec::new();
    for (name, pointer) in fields.optional_list(HASH_ALGORITHMS, MAX_HASH_ALGORITHMS)? {
        let Some(algorithm) = name.as_str().and_then(DigestAlgorithm::from_name) else {
            return Err(TransactionFault::at(pointer, "must be sha-256, sha-384 or sha-512"));
        };
        if algorithms.contains(&algorithm) {
            return Err(TransactionFault::at(pointer, "is named a second time"));
        }
        algorithms.push(algorithm);
    }
    Ok(algorithms)
}

impl From<TransactionData> for String {
    fn from(data: TransactionData) -> Self {
        data.encoded
    }
}

impl TryFrom<String> for TransactionData {
    type Error = TransactionFault;

    /// From the string that was sent, which is kept as it is.
    fn try_from(encoded: String) -> Result<Self, TransactionFault> {
        let unreadable = || TransactionFault::at("", "is not base64url of a JSON object");
        let text = base64url::decode(&encoded).map_err(|_| unreadable())?;
        let object = json::parse(&text, &BOUNDS).map_err(|_| unreadable())?;
        if !json::numbers_survive(&text) {
            return Err(TransactionFault::at("", "holds a number with more digits than can be held exactly"));
        }
        let parts = read(&object)?;
        Ok(Self { encoded, object, parts })
    }
}

impl fmt::Debug for TransactionData {
    /// The type only: account numbers and addresses belong in no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionData").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
