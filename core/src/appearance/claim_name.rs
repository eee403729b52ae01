//! What people call a claim that a wallet is asked to show.

use super::message::{Message, Said};

/// The message of each claim that the catalogues have words for, with the names that credentials give it: those of
/// OpenID Connect Core 5.1, of the PID (as SD-JWT VC and as mdoc) and of ISO/IEC 18013-5 (table 5).
const KNOWN: &[(&str, &[&str])] = &[
    ("claim-name", &["name"]),
    ("claim-given_name", &["given_name"]),
    ("claim-family_name", &["family_name"]),
    ("claim-birth_given_name", &["birth_given_name", "given_name_birth"]),
    ("claim-birth_family_name", &["birth_family_name", "family_name_birth"]),
    ("claim-birth_date", &["birth_date", "birthdate"]),
    ("claim-birth_year", &["age_birth_year"]),
    ("claim-age", &["age_in_years"]),
    ("claim-sex", &["sex", "gender"]),
    ("claim-nationality", &["nationality", "nationalities", "nationalities[*]"]),
    ("claim-place_of_birth", &["place_of_birth", "place_of_birth.locality", "birth_place", "birth_city"]),
    ("claim-country_of_birth", &["place_of_birth.country", "birth_country"]),
    ("claim-address", &["address", "address.formatted", "resident_address"]),
    ("claim-street", &["address.street_address", "resident_street"]),
    ("claim-house_number", &["address.house_number", "resident_house_number"]),
    ("claim-postal_code", &["address.postal_code", "resident_postal_code"]),
    ("claim-locality", &["address.locality", "resident_city"]),
    ("claim-region", &["address.region", "resident_state"]),
    ("claim-country", &["address.country", "resident_country"]),
    ("claim-email", &["email", "email_address"]),
    ("claim-phone_number", &["phone_number", "mobile_phone_number"]),
    ("claim-portrait", &["portrait", "picture"]),
    ("claim-signature", &["signature_usual_mark"]),
    ("claim-height", &["height"]),
    ("claim-weight", &["weight"]),
    ("claim-eye_colour", &["eye_colour"]),
    ("claim-hair_colour", &["hair_colour"]),
    ("claim-personal_number", &["personal_administrative_number", "administrative_number"]),
    ("claim-document_number", &["document_number"]),
    ("claim-issuing_authority", &["issuing_authority"]),
    ("claim-issuing_country", &["issuing_country"]),
    ("claim-issued_on", &["issue_date", "issuance_date", "date_of_issuance"]),
    ("claim-valid_until", &["expiry_date", "date_of_expiry"]),
    ("claim-driving_privileges", &["driving_privileges"]),
];

/// A claim path, or the name of an element, as people read it: `age_equal_or_over.18` and `age_over_18` are "18 or older"
/// in their language. What nobody has a word for is spelled out.
pub fn claim_name(path: &str) -> Said {
    let years = path.strip_prefix("age_equal_or_over.").or_else(|| path.strip_prefix("age_over_"));
    if let Some(years) = years.filter(|years| years.parse::<u8>().is_ok()) {
        return Message::new("claim-age-over").text("years", years).into();
    }
    match KNOWN.iter().find(|(_, paths)| paths.contains(&path)) {
        Some((id, _)) => Said::message(*id),
        None => Said::Words(spelled_out(path)),
    }
}

/// `degrees[*].type` is "Degrees: type".
fn spelled_out(path: &str) -> String {
    let spaced = path.replace("[*]", "").replace('.', ": ").replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::languages::{CATALOGUES, Catalogue, Languages};

    #[test]
    fn claims_read_like_words() {
        let english = Languages::default().first();
        for (path, words) in [
            ("given_name", "Given name"),
            ("age_equal_or_over.18", "18 or older"),
            ("age_over_21", "21 or older"),
            ("age_equal_or_over.x", "Age equal or over: x"),
            ("age_over_x", "Age over x"),
            ("address.street_address", "Street"),
            ("address.floor", "Address: floor"),
            ("degrees[*].type", "Degrees: type"),
            ("nationalities[1]", "Nationalities[1]"),
            ("nationalities", "Nationality"),
            ("straße", "Straße"),
            ("ß", "SS"),
            ("", ""),
        ] {
            assert_eq!(english.said(&claim_name(path)), words);
        }
    }

    #[test]
    fn a_known_claim_has_a_word_of_its_own_in_every_language() {
        for (id, paths) in KNOWN {
            for path in *paths {
                assert_eq!(claim_name(path), Said::message(*id), "{path} has one message");
            }
        }
        for Catalogue { tag, .. } in CATALOGUES {
            let language = Languages::default().fitting([*tag]).unwrap();
            let all = KNOWN.iter().map(|(id, _)| language.said(&Said::message(*id)));
            let different: std::collections::BTreeSet<_> = all.collect();
            assert_eq!(different.len(), KNOWN.len(), "{tag}: {different:?}");
        }
    }
}
