//! What is agreed to, in plain words, for the four transaction types of the cloud wallet's document, and for a device
//! that asks for access.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::Value;

use vpgate_core::base::money::{Amount, Currency};

pub(super) const SESSION_DATA: &str = "urn:proof:params:vc:transaction-data:session-data";
pub(super) const PAYMENT_ITEMIZED: &str = "urn:proof:params:vc:transaction-data:payment-itemized:v1";
pub(super) const WIRE_INSTRUCTIONS: &str = "urn:proof:params:vc:transaction-data:wire-instructions:v1";
pub(super) const PAYMENT_MANDATE: &str = "urn:proof:params:vc:transaction-data:payment-mandate:v1";
/// Its schema is at `/schemas/device_authorization.json` of the service.
pub(super) const DEVICE_AUTHORIZATION: &str = "urn:vpgate:device_authorization:1";

/// One transaction as a person reads it. Everything is plain text from a stranger: pages escape it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TransactionText {
    /// One sentence that says what will happen.
    pub(super) headline: String,
    /// Labelled details, in order.
    pub(super) lines: Vec<(&'static str, String)>,
    /// The rows of a bill.
    pub(super) items: Vec<BillRow>,
    /// The exact sum of the items.
    pub(super) total: Option<String>,
}

/// A row of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BillRow {
    pub(super) quantity: u32,
    pub(super) label: String,
    pub(super) unit_cost: String,
    pub(super) cost: String,
}

impl TransactionText {
    /// Puts a payload into words; `None` for a type or a payload that is not completely understood.
    pub(super) fn of(kind: &str, payload: &Value) -> Option<Self> {
        match kind {
            SESSION_DATA => read::<DemoSessionData>(payload).map(DemoSessionData::in_words),
            PAYMENT_ITEMIZED => read::<DemoPaymentItemized>(payload)?.in_words(),
            WIRE_INSTRUCTIONS => read::<DemoWireInstructions>(payload).map(DemoWireInstructions::in_words),
            PAYMENT_MANDATE => read::<DemoPaymentMandate>(payload).map(DemoPaymentMandate::in_words),
            DEVICE_AUTHORIZATION => read::<DemoDevice>(payload)?.in_words(),
            _ => None,
        }
    }

    fn new(headline: String, lines: Vec<(&'static str, Option<String>)>) -> Self {
        let given = |(label, text): (&'static str, Option<String>)| text.map(|text| (label, text));
        Self {
            headline,
            lines: lines.into_iter().filter_map(given).collect(),
            items: Vec::new(),
            total: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoSessionData {
    ip_address: String,
    device_id: Option<String>,
}

impl DemoSessionData {
    fn in_words(self) -> TransactionText {
        TransactionText::new(
            "Confirm that this session is yours".to_owned(),
            vec![("Internet address", Some(self.ip_address)), ("Device", self.device_id)],
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPaymentItemized {
    title: Option<String>,
    description: Option<String>,
    #[serde(deserialize_with = "currency")]
    currency: Currency,
    items: Vec<LineItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineItem {
    quantity: u32,
    #[serde(deserialize_with = "amount")]
    unit_cost: Amount,
    label: String,
}

impl DemoPaymentItemized {
    /// `None` when the sum is too large to be exact, or there is nothing to pay for.
    fn in_words(self) -> Option<TransactionText> {
        let mut total = Amount::ZERO;
        let mut items = Vec::with_capacity(self.items.len());
        for LineItem { quantity, unit_cost, label } in self.items {
            let cost = unit_cost.times(quantity).filter(|_| quantity > 0)?;
            total = total.plus(cost)?;
            let (unit_cost, cost) = (unit_cost.in_words(&self.currency), cost.in_words(&self.currency));
            items.push(BillRow { quantity, label, unit_cost, cost });
        }
        if items.is_empty() {
            return None;
        }
        let total = total.in_words(&self.currency);
        let lines = vec![("For", self.title), ("Description", self.description)];
        Some(TransactionText {
            items,
            total: Some(total.clone()),
            ..TransactionText::new(format!("Pay {total}"), lines)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoWireInstructions {
    recipient: DemoRecipient,
    source: DemoSource,
    #[serde(deserialize_with = "amount")]
    amount: Amount,
    #[serde(deserialize_with = "currency")]
    currency: Currency,
    memo: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoRecipient {
    individual_name: Option<String>,
    institution_name: String,
    routing_number: String,
    account_number: String,
    website: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoSource {
    individual_name: String,
    institution_name: Option<String>,
    account_number: String,
    routing_number: String,
}

impl DemoWireInstructions {
    fn in_words(self) -> TransactionText {
        let (to, from) = (self.recipient, self.source);
        let payee = to.individual_name.as_ref().unwrap_or(&to.institution_name);
        TransactionText::new(
            format!("Wire {} to {payee}", self.amount.in_words(&self.currency)),
            vec![
                ("Recipient", to.individual_name),
                ("Recipient's bank", Some(to.institution_name)),
                ("Recipient's account", Some(to.account_number)),
                ("Recipient's routing number", Some(to.routing_number)),
                ("Recipient's website", to.website),
                ("From", Some(from.individual_name)),
                ("From bank", from.institution_name),
                ("From account", Some(from.account_number)),
                ("From routing number", Some(from.routing_number)),
                ("Memo", self.memo),
            ],
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPaymentMandate {
    payment_instrument: DemoPaymentInstrument,
    payee: DemoPayee,
    prompt_summary: String,
    #[serde(deserialize_with = "amount")]
    amount: Amount,
    #[serde(deserialize_with = "currency")]
    currency: Currency,
}

/// The document says `instruction`, the vendor's SDK `description`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPaymentInstrument {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    instruction: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPayee {
    id: Option<String>,
    name: String,
    website: Option<String>,
}

impl DemoPaymentMandate {
    fn in_words(self) -> TransactionText {
        let (instrument, payee) = (self.payment_instrument, self.payee);
        TransactionText::new(
            format!("Allow {} to collect {}", payee.name, self.amount.in_words(&self.currency)),
            vec![
                ("In their words", Some(self.prompt_summary)),
                ("Payee's number", payee.id),
                ("Payee's website", payee.website),
                ("Paid with", Some(format!("{} ({})", instrument.kind, instrument.id))),
                ("Instruction", instrument.instruction),
                ("About it", instrument.description),
            ],
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoDevice {
    client_id: String,
    client_name: String,
    device_label: Option<String>,
    user_code: String,
    scopes: Vec<DemoRight>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoRight {
    name: String,
    description: Option<String>,
}

impl DemoDevice {
    /// `None` when it would get nothing.
    fn in_words(self) -> Option<TransactionText> {
        if self.scopes.is_empty() {
            return None;
        }
        let mut lines = vec![
            ("Code on the device", Some(self.user_code)),
            ("It calls itself", self.device_label),
            ("Its client", Some(self.client_id)),
        ];
        let words = |right: DemoRight| right.description.unwrap_or(right.name);
        lines.extend(self.scopes.into_iter().map(|right| ("It will get", Some(words(right)))));
        Some(TransactionText::new(format!("Give access to {}", self.client_name), lines))
    }
}

fn read<T: for<'de> Deserialize<'de>>(payload: &Value) -> Option<T> {
    T::deserialize(payload).ok()
}

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    Amount::from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    let code = String::deserialize(deserializer)?;
    Currency::parse(&code).ok_or_else(|| D::Error::custom("not three upper-case letters"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn req_13_20_a_session_in_words() {
        let agreement =
            TransactionText::of(SESSION_DATA, &json!({"ip_address": "203.0.113.7", "device_id": "tablet-1"}));
        let agreement = agreement.unwrap();
        assert_eq!(agreement.headline, "Confirm that this session is yours");
        assert_eq!(
            agreement.lines,
            [("Internet address", "203.0.113.7".to_owned()), ("Device", "tablet-1".to_owned())]
        );
    }

    #[test]
    fn req_13_21_a_payment_adds_up_exactly() {
        let payment = json!({
            "title": "Order 7",
            "currency": "USD",
            "items": [
                {"quantity": 3, "unit_cost": 0.1, "label": "Bolt"},
                {"quantity": 2, "unit_cost": 1250.35, "label": "Engine <b>"},
            ],
        });
        let agreement = TransactionText::of(PAYMENT_ITEMIZED, &payment).unwrap();
        assert_eq!(agreement.headline, "Pay 2,501.00 USD");
        assert_eq!(agreement.total.as_deref(), Some("2,501.00 USD"));
        assert_eq!(agreement.lines, [("For", "Order 7".to_owned())]);
        assert_eq!(agreement.items[0].cost, "0.30 USD");
        assert_eq!(agreement.items[1].unit_cost, "1,250.35 USD");
        for (pointer, wrong) in [
            ("/items", json!([])),
            ("/items/0/quantity", json!(0)),
            ("/items/0/quantity", json!(1.5)),
            ("/items/0/unit_cost", json!("0.10")),
            ("/items/0/unit_cost", json!(-1)),
            ("/items/0/unit_cost", json!(999_999_999_999_999_u64)),
            ("/currency", json!("usd")),
        ] {
            let mut payment = payment.clone();
            *payment.pointer_mut(pointer).unwrap() = wrong;
            assert_eq!(TransactionText::of(PAYMENT_ITEMIZED, &payment), None, "{payment}");
        }
    }

    #[test]
    fn req_13_22_a_wire_in_words() {
        let wire = json!({
            "recipient": {"institution_name": "First Bank", "routing_number": "021000021", "account_number": "123456789"},
            "source": {"individual_name": "Alice", "account_number": "987654321", "routing_number": "026009593"},
            "amount": 1250.5, "currency": "USD", "memo": "Rent",
        });
        let agreement = TransactionText::of(WIRE_INSTRUCTIONS, &wire).unwrap();
        assert_eq!(agreement.headline, "Wire 1,250.50 USD to First Bank");
        assert!(agreement.lines.contains(&("Recipient's account", "123456789".to_owned())));
        assert!(agreement.lines.contains(&("Memo", "Rent".to_owned())));
        let mut wrong = wire.clone();
        wrong["recipient"]["surprise"] = json!("x");
        assert_eq!(TransactionText::of(WIRE_INSTRUCTIONS, &wrong), None);
        let mut wrong = wire;
        wrong["source"].as_object_mut().unwrap().remove("individual_name");
        assert_eq!(TransactionText::of(WIRE_INSTRUCTIONS, &wrong), None);
    }

    #[test]
    fn req_15_15_a_device_in_words() {
        let device = json!({
            "client_id": "tv", "client_name": "Living-room TV", "device_label": "Kitchen", "user_code": "WDJB-MJHT",
            "scopes": [{"name": "basic", "description": "Your name"}, {"name": "adult"}],
        });
        let agreement = TransactionText::of(DEVICE_AUTHORIZATION, &device).unwrap();
        assert_eq!(agreement.headline, "Give access to Living-room TV");
        let lines: Vec<_> = agreement.lines.iter().map(|(label, text)| (*label, text.as_str())).collect();
        assert_eq!(lines[..2], [("Code on the device", "WDJB-MJHT"), ("It calls itself", "Kitchen")]);
        assert_eq!(lines[3..], [("It will get", "Your name"), ("It will get", "adult")]);
        for (pointer, wrong) in [
            ("/scopes", json!([])),
            ("/scopes/0/more", json!(1)),
            ("/user_code", json!(7)),
            ("/country", json!("DE")),
        ] {
            let mut device = device.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            device.pointer_mut(parent).unwrap()[name] = wrong;
            assert_eq!(TransactionText::of(DEVICE_AUTHORIZATION, &device), None, "{device}");
        }
    }

    #[test]
    fn req_13_23_a_mandate_in_words() {
        let mandate = json!({
            "payment_instrument": {"type": "card", "id": "card-1", "description": "Visa ending 4242"},
            "payee": {"name": "Northwind Energy"},
            "prompt_summary": "Your March bill", "amount": 49, "currency": "EUR",
        });
        let agreement = TransactionText::of(PAYMENT_MANDATE, &mandate).unwrap();
        assert_eq!(agreement.headline, "Allow Northwind Energy to collect 49.00 EUR");
        assert!(agreement.lines.contains(&("In their words", "Your March bill".to_owned())));
        assert!(agreement.lines.contains(&("Paid with", "card (card-1)".to_owned())));
        assert!(agreement.lines.contains(&("About it", "Visa ending 4242".to_owned())));
        let mut wrong = mandate;
        wrong["payee"].as_object_mut().unwrap().remove("name");
        assert_eq!(TransactionText::of(PAYMENT_MANDATE, &wrong), None);
    }
}
