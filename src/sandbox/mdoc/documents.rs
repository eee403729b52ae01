//! What the demo documents say.

use vpgate_core::base::base64url;
use vpgate_core::base::time::Timestamp;
use vpgate_core::cbor::Writer;

use super::{LICENCE, LICENCE_NAMESPACE, PID};
use crate::sandbox::certified_key::COUNTRY;

use serde_json::{Value, json};

/// A drawing of a person.
pub(in crate::sandbox) const PORTRAIT: &[u8] = include_bytes!("portrait.jpg");
/// How both documents call it.
pub(in crate::sandbox) const PORTRAIT_ELEMENT: &str = "portrait";
/// `full-date` (RFC 8943).
const FULL_DATE: u64 = 1004;

/// A document to be issued.
pub(in crate::sandbox) struct Draft {
    pub(in crate::sandbox) doctype: &'static str,
    pub(in crate::sandbox) namespace: &'static str,
    pub(in crate::sandbox) elements: Vec<Element>,
}

/// One element: its name, its value as CBOR, and as a query compares it.
pub(in crate::sandbox) struct Element {
    pub(in crate::sandbox) name: &'static str,
    pub(in crate::sandbox) value: Vec<u8>,
    pub(in crate::sandbox) shown: Value,
}

fn text(name: &'static str, value: &str) -> Element {
    Element { name, value: Writer::new().text(value).into_bytes(), shown: value.into() }
}

fn date(name: &'static str, value: &str) -> Element {
    let value_bytes = Writer::new().tag(FULL_DATE).text(value).into_bytes();
    Element { name, value: value_bytes, shown: value.into() }
}

fn yes_or_no(name: &'static str, value: bool) -> Element {
    Element { name, value: Writer::new().bool(value).into_bytes(), shown: value.into() }
}

fn portrait() -> Element {
    let value = Writer::new().bytes(PORTRAIT).into_bytes();
    Element { name: PORTRAIT_ELEMENT, value, shown: base64url::encode(PORTRAIT).into() }
}

/// What both say, issued at `now` for a year.
fn person(now: Timestamp, until: Timestamp) -> Vec<Element> {
    vec![
        text("family_name", "Example"),
        text("given_name", "Alice"),
        date("birth_date", "1990-05-17"),
        portrait(),
        yes_or_no("age_over_18", true),
        yes_or_no("age_over_21", true),
        yes_or_no("age_over_65", false),
        date("issue_date", &day(now)),
        date("expiry_date", &day(until)),
        text("issuing_authority", "The demo issuer"),
        text("issuing_country", COUNTRY),
        text("document_number", "UT-7351"),
    ]
}

fn day(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}

/// A mobile driving licence (ISO/IEC 18013-5 section 7.2.1).
pub(in crate::sandbox) fn licence(now: Timestamp, until: Timestamp) -> Draft {
    let mut elements = person(now, until);
    let (from, to) = (day(now), day(until));
    let privilege = Writer::new().array(1).map(3).text("vehicle_category_code").text("B");
    let privilege = privilege.text("issue_date").tag(FULL_DATE).text(&from);
    let value = privilege.text("expiry_date").tag(FULL_DATE).text(&to).into_bytes();
    let shown = json!([{ "vehicle_category_code": "B", "issue_date": from, "expiry_date": to }]);
    elements.push(Element { name: "driving_privileges", value, shown });
    elements.push(text("un_distinguishing_sign", COUNTRY));
    Draft { doctype: LICENCE, namespace: LICENCE_NAMESPACE, elements }
}

/// Personal identification data (the EU's PID Rulebook).
pub(in crate::sandbox) fn pid(now: Timestamp, until: Timestamp) -> Draft {
    let mut elements = person(now, until);
    let value = Writer::new().array(1).text(COUNTRY).into_bytes();
    elements.push(Element { name: "nationality", value, shown: json!([COUNTRY]) });
    Draft { doctype: PID, namespace: PID, elements }
}
