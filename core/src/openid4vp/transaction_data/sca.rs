//! The four types of strong customer authentication (EUDI wallet technical specification TS12, section 4.3): what
//! their payloads must hold, and how a person reads them.
//!
//! They are types like those that an operator registers: the object is sent as it was given, and its rules are here
//! in the place of a JSON Schema.

mod details;

use serde_json::Value;

use super::fields::{Fields, LONG, SHORT};
use super::{HASH_ALGORITHMS, TransactionFault};
use crate::appearance::message::Said;
use crate::base::exact::ExactNumbers;
use crate::base::money::Currency;
use crate::base::time::Timestamp;

/// One of the four types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaType {
    /// Section 4.3.1.
    Payment,
    /// Section 4.3.2.
    LoginRisk,
    /// Section 4.3.3.
    AccountAccess,
    /// Section 4.3.4.
    Mandate,
}

/// What is demanded of the holder's signature over such an object (section 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaEvidence {
    /// Without `jti`, `response_mode` and two factors in `amr` it does not count.
    Required,
    /// What is missing is said in the report: the specification's own example has no `response_mode`.
    Reported,
}

/// How often a payment recurs (section 4.3.1), and the message that says so.
const FREQUENCIES: [(&str, &str); 12] = [
    ("INDA", "often-INDA"),
    ("DAIL", "often-DAIL"),
    ("WEEK", "often-WEEK"),
    ("TOWK", "often-TOWK"),
    ("TWMN", "often-TWMN"),
    ("MNTH", "often-MNTH"),
    ("TOMN", "often-TOMN"),
    ("QUTR", "often-QUTR"),
    ("FOMN", "often-FOMN"),
    ("SEMI", "often-SEMI"),
    ("YEAR", "often-YEAR"),
    ("TYEA", "often-TYEA"),
];

impl ScaType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Payment, Self::LoginRisk, Self::AccountAccess, Self::Mandate];

    /// The type with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The `type` of its objects.
    pub fn name(self) -> &'static str {
        match self {
            Self::Payment => "urn:eudi:sca:payment:1",
            Self::LoginRisk => "urn:eudi:sca:login_risk_transaction:1",
            Self::AccountAccess => "urn:eudi:sca:account_access:1",
            Self::Mandate => "urn:eudi:sca:emandate:1",
        }
    }

    /// What people read when nothing else is configured.
    pub(super) fn title(self) -> Said {
        Said::message(match self {
            Self::Payment => "sca-payment",
            Self::LoginRisk => "sca-sign-in",
            Self::AccountAccess => "sca-account",
            Self::Mandate => "sca-mandate",
        })
    }

    /// Whether `object` is one of this type, whose numbers were written so.
    ///
    /// # Errors
    /// [`TransactionFault`] for the first thing that is wrong.
    pub(super) fn check(self, object: &Value, numbers: &ExactNumbers) -> Result<(), TransactionFault> {
        if object.get(HASH_ALGORITHMS).is_none() {
            return Err(TransactionFault::at(format!("/{HASH_ALGORITHMS}"), "is required for this type"));
        }
        let payload = Fields::of_payload(object)?;
        match self {
            Self::Payment => payment(payload, numbers),
            Self::LoginRisk => login_risk(payload),
            Self::AccountAccess => account_access(payload),
            Self::Mandate => mandate(payload, numbers),
        }
    }

    /// Whether `object`, which was found good, can be asked for at `now`: nothing is to be done in the past.
    ///
    /// # Errors
    /// [`TransactionFault`]
    pub(super) fn check_time(self, object: &Value, now: Timestamp) -> Result<(), TransactionFault> {
        let at = match self {
            Self::Payment => "/payload/execution_date",
            Self::Mandate => "/payload/payment_payload/execution_date",
            Self::LoginRisk | Self::AccountAccess => return Ok(()),
        };
        let today = now.rfc3339();
        let today = today.get(..10).unwrap_or_default();
        match object.pointer(at).and_then(Value::as_str) {
            Some(date) if date.get(..10).unwrap_or_default() < today => {
                Err(TransactionFault::at(at, "must not be in the past"))
            }
            _ => Ok(()),
        }
    }
}

fn payment(mut fields: Fields<'_>, numbers: &ExactNumbers) -> Result<(), TransactionFault> {
    fields.text("transaction_id", SHORT)?;
    fields.optional_text("date_time", SHORT)?;
    let mut payee = fields.object("payee")?;
    payee.text("name", SHORT)?;
    payee.text("id", SHORT)?;
    payee.optional_website("logo")?;
    payee.optional_website("website")?;
    payee.end()?;
    party(&mut fields, "pisp")?;
    let currency = fields.currency("currency")?;
    fields.sum("amount", &currency, numbers)?;
    let execution = fields.optional_date("execution_date")?;
    for flag in ["amount_estimated", "amount_earmarked", "sct_inst"] {
        fields.optional_flag(flag)?;
    }
    if let Some(recurrence) = fields.optional_object("recurrence")? {
        if execution {
            return Err(TransactionFault::at(
                fields.pointer("execution_date"),
                "must not stand beside recurrence",
            ));
        }
        self::recurrence(recurrence, &currency, numbers)?;
    }
    fields.end()
}

fn recurrence(
    mut fields: Fields<'_>,
    currency: &Currency,
    numbers: &ExactNumbers,
) -> Result<(), TransactionFault> {
    let frequency = fields.text("frequency", SHORT)?;
    if in_words(&frequency).is_none() {
        let known = FREQUENCIES.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", ");
        return Err(TransactionFault::at(fields.pointer("frequency"), format!("must be one of {known}")));
    }
    fields.optional_date("start_date")?;
    fields.optional_date("end_date")?;
    fields.optional_quantity("number")?;
    if let Some(mut options) = fields.optional_object("mit_options")? {
        options.optional_flag("amount_variable")?;
        for sum in ["min_amount", "max_amount", "total_amount", "initial_amount"] {
            options.optional_sum(sum, currency, numbers)?;
        }
        options.optional_quantity("initial_amount_number")?;
        options.optional_number("apr")?;
        options.end()?;
    }
    fields.end()
}

fn login_risk(mut fields: Fields<'_>) -> Result<(), TransactionFault> {
    fields.text("transaction_id", SHORT)?;
    fields.text("action", LONG)?;
    fields.optional_text("date_time", SHORT)?;
    fields.optional_text("service", SHORT)?;
    fields.end()
}

fn account_access(mut fields: Fields<'_>) -> Result<(), TransactionFault> {
    fields.text("transaction_id", SHORT)?;
    fields.optional_text("date_time", SHORT)?;
    party(&mut fields, "aisp")?;
    fields.optional_text("description", LONG)?;
    fields.end()
}

fn mandate(mut fields: Fields<'_>, numbers: &ExactNumbers) -> Result<(), TransactionFault> {
    fields.text("transaction_id", SHORT)?;
    fields.optional_text("date_time", SHORT)?;
    fields.optional_date("start_date")?;
    fields.optional_date("end_date")?;
    fields.optional_text("reference_number", SHORT)?;
    fields.optional_text("creditor_id", SHORT)?;
    let purpose = fields.optional_text("purpose", LONG)?;
    let pays = fields.optional_object("payment_payload")?;
    if purpose.is_none() && pays.is_none() {
        let why = "is required, unless there is a payment_payload";
        return Err(TransactionFault::at(fields.pointer("purpose"), why));
    }
    if let Some(pays) = pays {
        payment(pays, numbers)?;
    }
    fields.end()
}

/// A provider of payments or of account information, where one is named.
fn party(fields: &mut Fields<'_>, name: &'static str) -> Result<(), TransactionFault> {
    let Some(mut party) = fields.optional_object(name)? else { return Ok(()) };
    for member in ["legal_name", "brand_name", "domain_name"] {
        party.text(member, SHORT)?;
    }
    party.end()
}

/// The message for a frequency.
fn in_words(frequency: &str) -> Option<&'static str> {
    FREQUENCIES.iter().find(|(code, _)| *code == frequency).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests;
