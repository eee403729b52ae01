//! A wire transfer (REQ-13.22).

use serde::Serialize;

use super::fields::{Fields, LONG, SHORT};
use super::{Details, LabelledLine, TransactionFault, said_amount};
use crate::appearance::message::{Message, Said};
use crate::base::money::{Amount, Currency};

pub(super) const TYPE: &str = "urn:proof:params:vc:transaction-data:wire-instructions:v1";

/// A transfer from one account to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WireInstructions {
    /// Who receives the money.
    pub recipient: WireRecipient,
    /// Who sends the money.
    pub source: WireSource,
    /// The amount that is paid.
    pub amount: Amount,
    /// Of the amount.
    pub currency: Currency,
    /// A note that travels with the transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
}

/// The receiving account: an institution's, perhaps for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WireRecipient {
    /// The person who receives the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub individual_name: Option<String>,
    /// The bank that receives the money.
    pub institution_name: String,
    /// The bank's number.
    pub routing_number: String,
    /// The account there.
    pub account_number: String,
    /// An http or https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// The paying account: a person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WireSource {
    /// The person who sends the money.
    pub individual_name: String,
    /// The bank that sends the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_name: Option<String>,
    /// The account that the money comes from.
    pub account_number: String,
    /// The bank's number.
    pub routing_number: String,
}

impl WireInstructions {
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let recipient = WireRecipient::read(fields.object("recipient")?)?;
        let source = WireSource::read(fields.object("source")?)?;
        let amount = fields.amount("amount")?;
        let currency = fields.currency("currency")?;
        let memo = fields.optional_text("memo", LONG)?;
        fields.end()?;
        Ok(Self { recipient, source, amount, currency, memo })
    }

    /// The recipient's numbers in full, because the person must be able to compare them; of the
    /// person's own account only the end, because the page may be seen by others.
    pub(super) fn details(&self) -> Details {
        let amount = || said_amount(self.amount, &self.currency);
        let WireRecipient { individual_name, institution_name, routing_number, account_number, website } =
            &self.recipient;
        let to: Said = match individual_name {
            Some(person) => Message::new("agree-person-at")
                .text("person", person)
                .text("institution", institution_name)
                .into(),
            None => institution_name.into(),
        };
        let title = Message::new("agree-wire").saying("amount", amount()).saying("to", to);
        let title = title.text("end", ending(account_number)).into();
        let mut lines = vec![LabelledLine::new("agree-amount", amount())];
        lines.extend(LabelledLine::given("agree-recipient", individual_name.as_ref()));
        lines.push(LabelledLine::new("agree-recipient-institution", institution_name));
        lines.push(LabelledLine::new("agree-recipient-account", account_number));
        lines.push(LabelledLine::new("agree-recipient-routing", routing_number));
        lines.extend(LabelledLine::given("agree-recipient-website", website.as_ref()));
        lines.push(LabelledLine::new("agree-from", &self.source.individual_name));
        lines.extend(LabelledLine::given("agree-from-institution", self.source.institution_name.as_ref()));
        let account = Message::new("agree-ending").text("end", ending(&self.source.account_number));
        lines.push(LabelledLine::new("agree-from-account", account));
        lines.push(LabelledLine::new("agree-from-routing", &self.source.routing_number));
        lines.extend(LabelledLine::given("agree-memo", self.memo.as_ref()));
        Details { title, lines }
    }
}

impl WireRecipient {
    fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let read = Self {
            individual_name: fields.optional_text("individual_name", SHORT)?,
            institution_name: fields.text("institution_name", SHORT)?,
            routing_number: fields.text("routing_number", SHORT)?,
            account_number: fields.text("account_number", SHORT)?,
            website: fields.optional_website("website")?,
        };
        fields.end()?;
        Ok(read)
    }
}

impl WireSource {
    fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let read = Self {
            individual_name: fields.text("individual_name", SHORT)?,
            institution_name: fields.optional_text("institution_name", SHORT)?,
            account_number: fields.text("account_number", SHORT)?,
            routing_number: fields.text("routing_number", SHORT)?,
        };
        fields.end()?;
        Ok(read)
    }
}

/// The last four characters.
fn ending(number: &str) -> &str {
    number.char_indices().rev().nth(3).and_then(|(start, _)| number.get(start..)).unwrap_or(number)
}
