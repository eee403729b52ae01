//! A payment for a list of items (REQ-13.21).

use serde::Serialize;
use serde_json::Value;

use super::fields::{Fields, LONG, SHORT};
use super::{Details, LabelledLine, TransactionFault, said_amount};
use crate::appearance::message::Message;
use crate::base::money::{Amount, Currency};

pub(super) const TYPE: &str = "urn:proof:params:vc:transaction-data:payment-itemized:v1";

/// The object as a whole is bounded too; this keeps the page readable.
const MAX_ITEMS: usize = 100;

/// A payment of one or more items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentItemized {
    /// What the payment is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of every amount below.
    pub currency: Currency,
    /// At least one.
    pub items: Vec<PaymentItem>,
    /// The exact sum of the items; not sent.
    #[serde(skip)]
    pub total: Amount,
}

/// One line of the payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentItem {
    /// How many, at least 1.
    pub quantity: u32,
    /// The price of one.
    pub unit_cost: Amount,
    /// What it is.
    pub label: String,
    /// The exact price of all; not sent.
    #[serde(skip)]
    pub cost: Amount,
}

impl PaymentItemized {
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let title = fields.optional_text("title", SHORT)?;
        let description = fields.optional_text("description", LONG)?;
        let currency = fields.currency("currency")?;
        let items = fields
            .list("items", MAX_ITEMS)?
            .into_iter()
            .map(|(item, pointer)| PaymentItem::read(item, pointer))
            .collect::<Result<Vec<_>, _>>()?;
        let total =
            items.iter().try_fold(Amount::ZERO, |sum, item| sum.plus(item.cost)).ok_or_else(|| {
                TransactionFault::at(fields.pointer("items"), "add up to more than can be paid")
            })?;
        fields.end()?;
        Ok(Self { title, description, currency, items, total })
    }

    pub(super) fn details(&self) -> Details {
        let amount = |amount| said_amount(amount, &self.currency);
        let title = match &self.title {
            Some(title) => Message::new("agree-payment-for").text("title", title),
            None => Message::new("agree-payment"),
        };
        let mut lines = Vec::with_capacity(self.items.len() + 2);
        lines.extend(LabelledLine::given("agree-description", self.description.as_ref()));
        lines.extend(self.items.iter().map(|item| {
            let text = Message::new("agree-item").number("count", item.quantity);
            let text = text.saying("unit", amount(item.unit_cost)).saying("total", amount(item.cost));
            LabelledLine { label: (&item.label).into(), text: text.into() }
        }));
        lines.push(LabelledLine::new("agree-total", amount(self.total)));
        let title = title.saying("amount", amount(self.total)).into();
        Details { title, lines }
    }
}

impl PaymentItem {
    fn read(item: &Value, pointer: String) -> Result<Self, TransactionFault> {
        let mut fields = Fields::of(item, pointer)?;
        let quantity = fields.quantity("quantity")?;
        let unit_cost = fields.amount("unit_cost")?;
        let label = fields.text("label", SHORT)?;
        let cost = unit_cost.times(quantity).ok_or_else(|| {
            TransactionFault::at(fields.pointer("unit_cost"), "times the quantity is more than can be paid")
        })?;
        fields.end()?;
        Ok(Self { quantity, unit_cost, label, cost })
    }
}
