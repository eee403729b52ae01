//! How a person reads an object of the four types (TS12 section 3.3.1): whom it is for, how much, and how often.

use serde_json::Value;

use super::{ScaType, in_words};
use crate::appearance::message::{Message, Said};
use crate::base::exact::ExactNumbers;
use crate::base::money::{Currency, written_digits};
use crate::openid4vp::transaction_data::{Details, LabelledLine};

impl ScaType {
    /// In words; `object` was found good, and its numbers were written so. `title` is what the operator calls it.
    pub(in super::super) fn details(self, title: Said, object: &Value, numbers: &ExactNumbers) -> Details {
        let payload = PayloadPart { value: &object["payload"], pointer: "/payload".to_owned(), numbers };
        let mut lines = Vec::new();
        let more: Option<Said> = match self {
            Self::Payment => Some(payment(&payload, &mut lines).into()),
            Self::LoginRisk => {
                lines.extend(payload.line("agree-action", "action"));
                lines.extend(payload.line("agree-service", "service"));
                payload.text("action").map(Said::from)
            }
            Self::AccountAccess => {
                party(&payload, "aisp", "agree-asked-by", &mut lines);
                lines.extend(payload.line("agree-description", "description"));
                let name = payload.inner("aisp").text("brand_name");
                name.map(|name| Message::new("agree-for").text("name", name).into())
            }
            Self::Mandate => {
                lines.extend(payload.line("agree-purpose", "purpose"));
                lines.extend(payload.day("agree-start", "start_date"));
                lines.extend(payload.day("agree-until", "end_date"));
                lines.extend(payload.line("agree-reference", "reference_number"));
                lines.extend(payload.line("agree-creditor", "creditor_id"));
                let pays = payload.inner("payment_payload");
                let paid = (!pays.value.is_null()).then(|| payment(&pays, &mut lines).into());
                paid.or_else(|| payload.text("purpose").map(Said::from))
            }
        };
        lines.extend(payload.day("agree-time", "date_time"));
        lines.extend(payload.line("agree-transaction", "transaction_id"));
        let title = match more {
            Some(more) => Message::new("agree-titled").saying("title", title).saying("more", more).into(),
            None => title,
        };
        Details { title, lines }
    }
}

/// The lines of a payment; what it is in one phrase.
fn payment(payload: &PayloadPart<'_>, lines: &mut Vec<LabelledLine>) -> Message {
    let currency = payload.text("currency").and_then(Currency::parse);
    let sum = |of: &PayloadPart<'_>, name: &str| {
        let (written, currency) = (of.number(name)?, currency.as_ref()?);
        Some(Said::Amount { digits: written_digits(written, currency), currency: currency.to_string() })
    };
    let amount = sum(payload, "amount").unwrap_or_else(|| "".into());
    let payee = payload.inner("payee");
    let name = payee.text("name").unwrap_or_default();
    lines.push(LabelledLine::new("agree-amount", amount.clone()));
    for (flag, words) in [
        ("amount_estimated", "agree-estimated"),
        ("amount_earmarked", "agree-earmarked"),
        ("sct_inst", "agree-instant"),
    ] {
        if payload.value.get(flag) == Some(&Value::Bool(true)) {
            lines.push(LabelledLine::new("agree-amount-is", Said::message(words)));
        }
    }
    lines.push(LabelledLine::new("agree-payee", name));
    lines.extend(payee.line("agree-payee-id", "id"));
    lines.extend(payee.line("agree-payee-website", "website"));
    party(payload, "pisp", "agree-by-way-of", lines);
    lines.extend(payload.day("agree-on", "execution_date"));
    let how_often = recurrence(&payload.inner("recurrence"), &sum, lines);
    let phrase = match how_often {
        Some(_) => Message::new("agree-amount-to-often"),
        None => Message::new("agree-amount-to"),
    };
    let phrase = phrase.saying("amount", amount).text("payee", name);
    match how_often {
        Some(often) => phrase.saying("often", Said::message(often)),
        None => phrase,
    }
}

/// The lines of what recurs; how often.
fn recurrence<'o>(
    recurrence: &PayloadPart<'o>,
    sum: &dyn Fn(&PayloadPart<'_>, &str) -> Option<Said>,
    lines: &mut Vec<LabelledLine>,
) -> Option<&'static str> {
    let how_often = recurrence.text("frequency").and_then(in_words);
    lines.extend(how_often.map(|words| LabelledLine::new("agree-repeated", Said::message(words))));
    lines.extend(recurrence.day("agree-start", "start_date"));
    lines.extend(recurrence.day("agree-until", "end_date"));
    lines.extend(recurrence.number("number").map(|number| LabelledLine::new("agree-times", number)));
    let options = recurrence.inner("mit_options");
    for (label, name) in [
        ("agree-at-least", "min_amount"),
        ("agree-at-most", "max_amount"),
        ("agree-altogether", "total_amount"),
        ("agree-at-first", "initial_amount"),
    ] {
        lines.extend(sum(&options, name).map(|sum| LabelledLine::new(label, sum)));
    }
    if options.value.get("amount_variable") == Some(&Value::Bool(true)) {
        lines.push(LabelledLine::new("agree-amount-is", Said::message("agree-variable")));
    }
    let first = options.number("initial_amount_number");
    lines.extend(first.map(|number| LabelledLine::new("agree-first-times", number)));
    lines.extend(options.number("apr").map(|rate| LabelledLine::new("agree-apr", rate)));
    how_often
}

fn party(payload: &PayloadPart<'_>, name: &str, label: &'static str, lines: &mut Vec<LabelledLine>) {
    let party = payload.inner(name);
    let told =
        ["brand_name", "legal_name", "domain_name"].map(|member| party.text(member).unwrap_or_default());
    if !party.value.is_null() {
        lines.push(LabelledLine::new(label, format!("{} ({}, {})", told[0], told[1], told[2])));
    }
}

/// A part of the object that is shown.
struct PayloadPart<'o> {
    value: &'o Value,
    pointer: String,
    numbers: &'o ExactNumbers,
}

impl<'o> PayloadPart<'o> {
    fn inner(&self, name: &str) -> Self {
        let pointer = format!("{}/{name}", self.pointer);
        Self { value: self.value.get(name).unwrap_or(&Value::Null), pointer, numbers: self.numbers }
    }

    fn text(&self, name: &str) -> Option<&'o str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// As it was written.
    fn number(&self, name: &str) -> Option<&'o str> {
        self.numbers.at(&format!("{}/{name}", self.pointer))
    }

    fn line(&self, label: &'static str, name: &str) -> Option<LabelledLine> {
        self.text(name).map(|text| LabelledLine::new(label, text))
    }

    fn day(&self, label: &'static str, name: &str) -> Option<LabelledLine> {
        self.text(name).map(|text| LabelledLine::new(label, Said::date(text)))
    }
}
