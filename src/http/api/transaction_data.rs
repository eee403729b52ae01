//! How transaction data look in the OpenAPI document: the four kinds that are known everywhere, and whatever
//! the operator registered. The rules themselves are the core's: `core/src/openid4vp/transaction_data/mod.rs`.

use std::collections::BTreeMap;

use poem_openapi::{Enum, Object, Union};
use serde_json::Value;

use super::texts::{AddressText, CurrencyText, LongText, QueryIdText, ShortText, WebsiteText};

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
    #[oai(validator(min_items = 1, max_items = 16, unique_items))]
    credential_ids: Vec<QueryIdText>,
    /// Hash algorithms that the wallet may choose from. When left out, `sha-256`.
    #[oai(validator(min_items = 1, max_items = 3, unique_items))]
    transaction_data_hashes_alg: Option<Vec<HashAlgorithm>>,
    #[oai(flatten)]
    others: BTreeMap<String, Value>,
}

/// A hash algorithm, by its name in the IANA registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum HashAlgorithm {
    /// SHA-256.
    #[oai(rename = "sha-256")]
    Sha256,
    /// SHA-384.
    #[oai(rename = "sha-384")]
    Sha384,
    /// SHA-512.
    #[oai(rename = "sha-512")]
    Sha512,
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
            #[oai(validator(min_items = 1, max_items = 16, unique_items))]
            pub credential_ids: Vec<QueryIdText>,
            /// Hash algorithms that the wallet may choose from. When left out, `sha-256`.
            #[oai(validator(min_items = 1, max_items = 3, unique_items))]
            pub transaction_data_hashes_alg: Option<Vec<HashAlgorithm>>,
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
    pub ip_address: AddressText,
    /// The device of the person.
    pub device_id: Option<ShortText>,
}

/// Of an itemized payment.
#[derive(Debug, Object)]
pub struct ItemizedPaymentPayload {
    /// Title of the payment.
    pub title: Option<ShortText>,
    /// Description of the payment.
    pub description: Option<LongText>,
    /// ISO 4217 code.
    pub currency: CurrencyText,
    /// What is paid for.
    #[oai(validator(min_items = 1, max_items = 100))]
    pub items: Vec<PaymentItem>,
}

/// One line of an itemized payment.
#[derive(Debug, Object)]
pub struct PaymentItem {
    /// How many pieces are paid for.
    #[oai(validator(minimum(value = "1"), maximum(value = "4294967295")))]
    pub quantity: u64,
    /// For each: an exact decimal number of at most 15 digits, four of them after the point.
    #[oai(validator(minimum(value = "0"), maximum(value = "999999999999999")))]
    pub unit_cost: f64,
    /// What it is.
    pub label: ShortText,
}

/// Of wire instructions.
#[derive(Debug, Object)]
pub struct WireInstructionsPayload {
    /// Who receives the money.
    pub recipient: WireRecipient,
    /// Who sends the money.
    pub source: WireSource,
    /// An exact decimal number of at most 15 digits, four of them after the point.
    #[oai(validator(minimum(value = "0"), maximum(value = "999999999999999")))]
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: CurrencyText,
    /// A note for the recipient.
    pub memo: Option<LongText>,
}

/// Who receives a wire transfer.
#[derive(Debug, Object)]
pub struct WireRecipient {
    /// The person who receives the money.
    pub individual_name: Option<ShortText>,
    /// The bank that receives the money.
    pub institution_name: ShortText,
    /// The bank's routing number.
    pub routing_number: ShortText,
    /// The account that receives the money.
    pub account_number: ShortText,
    /// The recipient's website.
    pub website: Option<WebsiteText>,
}

/// Who sends a wire transfer.
#[derive(Debug, Object)]
pub struct WireSource {
    /// The person who sends the money.
    pub individual_name: ShortText,
    /// The bank that sends the money.
    pub institution_name: Option<ShortText>,
    /// The account that sends the money.
    pub account_number: ShortText,
    /// The bank's routing number.
    pub routing_number: ShortText,
}

/// Of a payment mandate.
#[derive(Debug, Object)]
pub struct PaymentMandatePayload {
    /// What is paid with.
    pub payment_instrument: PaymentInstrumentSchema,
    /// Who is paid.
    pub payee: PayeeSchema,
    /// What the person reads before consenting.
    pub prompt_summary: LongText,
    /// An exact decimal number of at most 15 digits, four of them after the point.
    #[oai(validator(minimum(value = "0"), maximum(value = "999999999999999")))]
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: CurrencyText,
}

/// What a mandate pays with.
#[derive(Debug, Object)]
#[oai(rename = "PaymentInstrument")]
pub struct PaymentInstrumentSchema {
    /// Kind of instrument.
    #[oai(rename = "type")]
    pub kind: ShortText,
    /// Identifies the instrument.
    pub id: ShortText,
    /// An instruction that goes with it.
    pub instruction: Option<LongText>,
    /// A description; some wallets know this instead of `instruction`.
    pub description: Option<LongText>,
}

/// Whom a mandate pays.
#[derive(Debug, Object)]
#[oai(rename = "Payee")]
pub struct PayeeSchema {
    /// Identifies the payee.
    pub id: Option<ShortText>,
    /// The name of the payee.
    pub name: ShortText,
    /// The payee's website.
    pub website: Option<WebsiteText>,
}
