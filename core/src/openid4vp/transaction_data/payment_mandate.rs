//! A mandate to pay on the person's behalf (REQ-13.23).

use serde::Serialize;

use super::fields::{Fields, LONG, SHORT};
use super::{Details, LabelledLine, TransactionFault, said_amount};
use crate::appearance::message::Message;
use crate::base::money::{Amount, Currency};

pub(super) const TYPE: &str = "urn:proof:params:vc:transaction-data:payment-mandate:v1";

/// Leave to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentMandate {
    /// What is paid with.
    pub payment_instrument: PaymentInstrument,
    /// Who is paid.
    pub payee: Payee,
    /// What the person reads at the wallet.
    pub prompt_summary: String,
    /// The amount that is paid.
    pub amount: Amount,
    /// Of the amount.
    pub currency: Currency,
}

/// A card, an account. The wallet's document names `instruction`, its newer guides `description`:
/// what was given is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentInstrument {
    /// `type`
    #[serde(rename = "type")]
    pub kind: String,
    /// Identifies the instrument.
    pub id: String,
    /// Says which one, in the words of the wallet's document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Says which one, in the words of its newer guides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payee {
    /// Identifies the payee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name of the payee.
    pub name: String,
    /// An http or https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

impl PaymentMandate {
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let payment_instrument = PaymentInstrument::read(fields.object("payment_instrument")?)?;
        let payee = Payee::read(fields.object("payee")?)?;
        let prompt_summary = fields.text("prompt_summary", LONG)?;
        let amount = fields.amount("amount")?;
        let currency = fields.currency("currency")?;
        fields.end()?;
        Ok(Self { payment_instrument, payee, prompt_summary, amount, currency })
    }

    pub(super) fn details(&self) -> Details {
        let amount = || said_amount(self.amount, &self.currency);
        let title = Message::new("agree-mandate").saying("amount", amount());
        let title = title.text("payee", &self.payee.name).into();
        let instrument = &self.payment_instrument;
        let mut lines = vec![
            LabelledLine::new("agree-summary", &self.prompt_summary),
            LabelledLine::new("agree-amount", amount()),
            LabelledLine::new("agree-payee", &self.payee.name),
        ];
        lines.extend(LabelledLine::given("agree-payee-id", self.payee.id.as_ref()));
        lines.extend(LabelledLine::given("agree-payee-website", self.payee.website.as_ref()));
        lines.push(LabelledLine::new("agree-paid-with", format!("{} {}", instrument.kind, instrument.id)));
        lines.extend(LabelledLine::given("agree-instruction", instrument.instruction.as_ref()));
        lines.extend(LabelledLine::given("agree-instrument", instrument.description.as_ref()));
        Details { title, lines }
    }
}

impl PaymentInstrument {
    fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let read = Self {
            kind: fields.text("type", SHORT)?,
            id: fields.text("id", SHORT)?,
            instruction: fields.optional_text("instruction", LONG)?,
            description: fields.optional_text("description", LONG)?,
        };
        fields.end()?;
        Ok(read)
    }
}

impl Payee {
    fn read(mut fields: Fields<'_>) -> Result<Self, TransactionFault> {
        let read = Self {
            id: fields.optional_text("id", SHORT)?,
            name: fields.text("name", SHORT)?,
            website: fields.optional_website("website")?,
        };
        fields.end()?;
        Ok(read)
    }
}
