//! How transaction data look in the OpenAPI document: the four kinds that are known everywhere, and whatever
//! the operator registered. The rules themselves are the core's: `core/src/openid4vp/transaction_data/mod.rs`.

use std::collections::BTreeMap;

use poem_openapi::{Object, Union};
use serde_json::Value;

/// What the person agrees to by presenting.
#[derive(Debug, Union)]
#[expect(
    clippy::large_enum_variant,
    reason = "a union of the document has no boxes; there are a few in an answer"
)]
#[oai(rename = "TransactionData")]
pub enum TransactionDataSchema {
    /// Of a type that is known everywhere.
    Known(KnownTransactionData),
    /// Of a type that the operator registered.
    Registered(RegisteredTransactionData),
}

/// Of a type that the operator registered with a JSON Schema (`[[transaction_data]]`), which says what its
/// other members are.
#[derive(Debug, Object)]
pub struct RegisteredTransactionData {
    /// The registered type.
    #[oai(rename = "type")]
    kind: String,
    /// Credential query ids that this applies to.
    #[oai(validator(min_items = 1))]
    credential_ids: Vec<String>,
    /// Hash algorithms that the wallet may choose from: `sha-256`, `sha-384`, `sha-512`. When left
    /// out, `sha-256`.
    #[oai(validator(min_items = 1))]
    transaction_data_hashes_alg: Option<Vec<String>>,
    #[oai(flatten)]
    others: BTreeMap<String, Value>,
}

/// Of one of the four types that are known everywhere. Unknown members are refused.
#[derive(Debug, Union)]
#[oai(discriminator_name = "type", one_of)]
pub enum KnownTransactionData {
    /// Session data
    #[oai(mapping = "urn:proof:params:vc:transaction-data:session-data")]
    SessionData(SessionData),
    /// An itemized payment
    #[oai(mapping = "urn:proof:params:vc:transaction-data:payment-itemized:v1")]
    ItemizedPayment(ItemizedPayment),
    /// Wire instructions
    #[oai(mapping = "urn:proof:params:vc:transaction-data:wire-instructions:v1")]
    WireInstructions(WireInstructions),
    /// A payment mandate
    #[oai(mapping = "urn:proof:params:vc:transaction-data:payment-mandate:v1")]
    PaymentMandate(PaymentMandate),
}

macro_rules! transaction {
    ($(#[$doc:meta])* $name:ident, $payload:ident) => {
        $(#[$doc])*
        #[derive(Debug, Object)]
        pub struct $name {
            /// Credential query ids that this applies to.
            #[oai(validator(min_items = 1))]
            pub credential_ids: Vec<String>,
            /// Hash algorithms that the wallet may choose from: `sha-256`, `sha-384`, `sha-512`. When left
            /// out, `sha-256`.
            #[oai(validator(min_items = 1))]
            pub transaction_data_hashes_alg: Option<Vec<String>>,
            /// What is bound.
            pub payload: $payload,
        }
    };
}

transaction! {
    /// Binds the context of a session.
    SessionData, SessionDataPayload
}
transaction! {
    /// Binds a payment with its items.
    ItemizedPayment, ItemizedPaymentPayload
}
transaction! {
    /// Binds instructions for a wire transfer.
    WireInstructions, WireInstructionsPayload
}
transaction! {
    /// Binds a mandate to pay.
    PaymentMandate, PaymentMandatePayload
}

/// Of session data.
#[derive(Debug, Object)]
pub struct SessionDataPayload {
    /// IPv4 or IPv6 address of the person.
    pub ip_address: String,
    /// The device of the person.
    pub device_id: Option<String>,
}

/// Of an itemized payment.
#[derive(Debug, Object)]
pub struct ItemizedPaymentPayload {
    /// Title of the payment.
    pub title: Option<String>,
    /// Description of the payment.
    pub description: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// What is paid for.
    #[oai(validator(min_items = 1))]
    pub items: Vec<PaymentItem>,
}

/// One line of an itemized payment.
#[derive(Debug, Object)]
pub struct PaymentItem {
    /// How many pieces are paid for.
    pub quantity: u64,
    /// For each: an exact decimal number.
    pub unit_cost: f64,
    /// What it is.
    pub label: String,
}

/// Of wire instructions.
#[derive(Debug, Object)]
pub struct WireInstructionsPayload {
    /// Who receives the money.
    pub recipient: WireRecipient,
    /// Who sends the money.
    pub source: WireSource,
    /// An exact decimal number.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// A note for the recipient.
    pub memo: Option<String>,
}

/// Who receives a wire transfer.
#[derive(Debug, Object)]
pub struct WireRecipient {
    /// The person who receives the money.
    pub individual_name: Option<String>,
    /// The bank that receives the money.
    pub institution_name: String,
    /// The bank's routing number.
    pub routing_number: String,
    /// The account that receives the money.
    pub account_number: String,
    /// The recipient's website.
    pub website: Option<String>,
}

/// Who sends a wire transfer.
#[derive(Debug, Object)]
pub struct WireSource {
    /// The person who sends the money.
    pub individual_name: String,
    /// The bank that sends the money.
    pub institution_name: Option<String>,
    /// The account that sends the money.
    pub account_number: String,
    /// The bank's routing number.
    pub routing_number: String,
}

/// Of a payment mandate.
#[derive(Debug, Object)]
pub struct PaymentMandatePayload {
    /// What is paid with.
    pub payment_instrument: PaymentInstrumentSchema,
    /// Who is paid.
    pub payee: PayeeSchema,
    /// What the person reads before consenting.
    pub prompt_summary: String,
    /// An exact decimal number.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What a mandate pays with.
#[derive(Debug, Object)]
#[oai(rename = "PaymentInstrument")]
pub struct PaymentInstrumentSchema {
    /// Kind of instrument.
    #[oai(rename = "type")]
    pub kind: String,
    /// Identifies the instrument.
    pub id: String,
    /// An instruction that goes with it.
    pub instruction: Option<String>,
    /// A description; some wallets know this instead of `instruction`.
    pub description: Option<String>,
}

/// Whom a mandate pays.
#[derive(Debug, Object)]
#[oai(rename = "Payee")]
pub struct PayeeSchema {
    /// Identifies the payee.
    pub id: Option<String>,
    /// The name of the payee.
    pub name: String,
    /// The payee's website.
    pub website: Option<String>,
}
