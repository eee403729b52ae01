//! How a person reads an object of the four types (TS12 section 3.3.1): whom it is for, how much, and how often.

use serde_json::Value;

use super::{ScaType, in_words};
use crate::base::exact::ExactNumbers;
use crate::base::money::{Currency, signed_in_words};
use crate::openid4vp::transaction_data::{Details, LabelledLine};

impl ScaType {
    /// In words; `object` was found good, and its numbers were written so. `title` is what the operator calls it.
    pub(in super::super) fn details(self, title: &str, object: &Value, numbers: &ExactNumbers) -> Details {
        let payload = PayloadPart { value: &object["payload"], pointer: "/payload".to_owned(), numbers };
        let mut lines = Vec::new();
        let more = match self {
            Self::Payment => Some(payment(&payload, &mut lines)),
            Self::LoginRisk => {
                lines.extend(payload.line("Action", "action"));
                lines.extend(payload.line("Service", "service"));
                payload.text("action").map(str::to_owned)
            }
            Self::AccountAccess => {
                party(&payload, "aisp", "Asked for by", &mut lines);
                lines.extend(payload.line("Description", "description"));
                payload.inner("aisp").text("brand_name").map(|name| format!("for {name}"))
            }
            Self::Mandate => {
                lines.extend(payload.line("Purpose", "purpose"));
                lines.extend(payload.line("From", "start_date"));
                lines.extend(payload.line("Until", "end_date"));
                lines.extend(payload.line("Reference", "reference_number"));
                lines.extend(payload.line("Creditor", "creditor_id"));
                let pays = payload.inner("payment_payload");
                let paid = (!pays.value.is_null()).then(|| payment(&pays, &mut lines));
                paid.or_else(|| payload.text("purpose").map(str::to_owned))
            }
        };
        lines.extend(payload.line("Time", "date_time"));
        lines.extend(payload.line("Transaction", "transaction_id"));
        Details { title: more.map_or_else(|| title.to_owned(), |more| format!("{title}: {more}")), lines }
    }
}

/// The lines of a payment; what it is in one phrase.
fn payment(payload: &PayloadPart<'_>, lines: &mut Vec<LabelledLine>) -> String {
    let currency = payload.text("currency").and_then(Currency::parse);
    let sum = |of: &PayloadPart<'_>, name: &str| Some(signed_in_words(of.number(name)?, currency.as_ref()?));
    let amount = sum(payload, "amount").unwrap_or_default();
    let payee = payload.inner("payee");
    let name = payee.text("name").unwrap_or_default();
    lines.push(LabelledLine::new("Amount", &amount));
    for (flag, words) in [
        ("amount_estimated", "estimated; it may change"),
        ("amount_earmarked", "set aside now, and taken later"),
        ("sct_inst", "transferred at once"),
    ] {
        if payload.value.get(flag) == Some(&Value::Bool(true)) {
            lines.push(LabelledLine::new("The amount is", words));
        }
    }
    lines.push(LabelledLine::new("Payee", name));
    lines.extend(payee.line("Payee's identifier", "id"));
    lines.extend(payee.line("Payee's website", "website"));
    party(payload, "pisp", "By way of", lines);
    lines.extend(payload.line("On", "execution_date"));
    let recurrence = payload.inner("recurrence");
    let how_often = recurrence.text("frequency").and_then(in_words);
    lines.extend(how_often.map(|words| LabelledLine::new("Repeated", words)));
    lines.extend(recurrence.line("From", "start_date"));
    lines.extend(recurrence.line("Until", "end_date"));
    lines.extend(recurrence.number("number").map(|number| LabelledLine::new("How many times", number)));
    let options = recurrence.inner("mit_options");
    for (label, name) in [
        ("At least", "min_amount"),
        ("At most", "max_amount"),
        ("Altogether", "total_amount"),
        ("At first", "initial_amount"),
    ] {
        lines.extend(sum(&options, name).map(|sum| LabelledLine::new(label, sum)));
    }
    if options.value.get("amount_variable") == Some(&Value::Bool(true)) {
        lines.push(LabelledLine::new("The amount", "may differ each time"));
    }
    let first = options.number("initial_amount_number");
    lines.extend(first.map(|number| LabelledLine::new("The first amount is taken so many times", number)));
    lines.extend(options.number("apr").map(|rate| LabelledLine::new("Annual percentage rate", rate)));
    match how_often {
        Some(words) => format!("{amount} to {name}, {words}"),
        None => format!("{amount} to {name}"),
    }
}

fn party(payload: &PayloadPart<'_>, name: &str, label: &str, lines: &mut Vec<LabelledLine>) {
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

    fn line(&self, label: &str, name: &str) -> Option<LabelledLine> {
        self.text(name).map(|text| LabelledLine::new(label, text))
    }
}
