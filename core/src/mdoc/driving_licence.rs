//! What ISO/IEC 18013-5 says of the elements of a mobile driving licence: their types (section 7.2), and whose country
//! they name.

use serde_json::{Map, Value};

use super::value::{self, FULL_DATE};
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::cbor::Item;
use crate::jose::x5c::CertificateFacts;

const COUNTRY: Rule = Rule { check: "issuing_country", requirement: "ISO/IEC 18013-5 7.2.1, 9.3.1" };

const NAMESPACE: &str = "org.iso.18013.5.1";
const ISSUING_COUNTRY: &str = "issuing_country";

/// A type of section 7.2.
#[derive(Clone, Copy)]
enum ElementType {
    Text,
    Number,
    Truth,
    Bytes,
    List,
    /// A day, or a point in time.
    Date,
}

/// The elements of table 5 that have one type everywhere.
const TYPES: [(&str, ElementType); 31] = [
    ("family_name", ElementType::Text),
    ("given_name", ElementType::Text),
    ("birth_date", ElementType::Date),
    ("issue_date", ElementType::Date),
    ("expiry_date", ElementType::Date),
    (ISSUING_COUNTRY, ElementType::Text),
    ("issuing_authority", ElementType::Text),
    ("issuing_jurisdiction", ElementType::Text),
    ("document_number", ElementType::Text),
    ("administrative_number", ElementType::Text),
    ("portrait", ElementType::Bytes),
    ("portrait_capture_date", ElementType::Date),
    ("driving_privileges", ElementType::List),
    ("un_distinguishing_sign", ElementType::Text),
    ("sex", ElementType::Number),
    ("height", ElementType::Number),
    ("weight", ElementType::Number),
    ("eye_colour", ElementType::Text),
    ("hair_colour", ElementType::Text),
    ("age_in_years", ElementType::Number),
    ("age_birth_year", ElementType::Number),
    ("nationality", ElementType::Text),
    ("birth_place", ElementType::Text),
    ("resident_address", ElementType::Text),
    ("resident_city", ElementType::Text),
    ("resident_state", ElementType::Text),
    ("resident_postal_code", ElementType::Text),
    ("resident_country", ElementType::Text),
    ("family_name_national_character", ElementType::Text),
    ("given_name_national_character", ElementType::Text),
    ("signature_usual_mark", ElementType::Bytes),
];

/// Those of which there are several, by how they begin.
const NUMBERED: [(&str, ElementType); 2] =
    [("age_over_", ElementType::Truth), ("biometric_template_", ElementType::Bytes)];

/// Whether the value of an element is of the type that the standard gives it; of elements that it does not know, any is.
pub(super) fn is_of_its_type(namespace: &str, element: &str, value: &Item<'_>) -> bool {
    if namespace != NAMESPACE {
        return true;
    }
    let known = TYPES.iter().find(|(name, _)| *name == element).map(|(_, known)| *known);
    let numbered = NUMBERED.iter().find(|(begin, _)| element.starts_with(begin)).map(|(_, known)| *known);
    match known.or(numbered) {
        None => true,
        Some(ElementType::Text) => value.as_text().is_some(),
        Some(ElementType::Number) => value.as_unsigned().is_some(),
        Some(ElementType::Truth) => value.as_bool().is_some(),
        Some(ElementType::Bytes) => value.as_bytes().is_some(),
        Some(ElementType::List) => value.as_array().is_some(),
        Some(ElementType::Date) => {
            value.tagged(FULL_DATE).and_then(Item::as_text).or(value::date_time(value)).is_some()
        }
    }
}

/// The country that issued it, where that is shown, is the one of the signer's certificate.
///
/// # Errors
/// [`Rejection`] when it is another one.
pub(super) fn check_country(
    elements: &Map<String, Value>,
    signer: &CertificateFacts,
    findings: &mut Findings,
) -> Result<(), Rejection> {
    match elements.get(NAMESPACE).and_then(|shown| shown.get(ISSUING_COUNTRY)) {
        Some(_) if signer.countries.is_empty() => {
            findings.not_applicable(&COUNTRY, "the signer's certificate names no country");
            Ok(())
        }
        Some(Value::String(country)) if signer.countries.iter().all(|certified| certified == country) => {
            findings.pass(&COUNTRY, "`issuing_country` is the country of the signer's certificate");
            Ok(())
        }
        Some(_) => {
            let certified = signer.countries.first().map_or_else(|| "none".to_owned(), |name| excerpt(name));
            let detail =
                format!("`issuing_country` is not the country of the signer's certificate, {certified}");
            Err(findings.fail(&COUNTRY, detail))
        }
        None => {
            findings.not_applicable(&COUNTRY, "`issuing_country` of a driving licence is not shown");
            Ok(())
        }
    }
}
