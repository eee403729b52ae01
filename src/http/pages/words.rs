//! Plain words for what wallets are asked to show.

use super::look::Look;
use vpgate_core::appearance::message::Message;

/// Claims that the catalogues have a word for, with the message.
const KNOWN: [(&str, &str); 12] = [
    ("given_name", "claim-given_name"),
    ("family_name", "claim-family_name"),
    ("birth_date", "claim-birth_date"),
    ("birthdate", "claim-birth_date"),
    ("nationality", "claim-nationality"),
    ("nationalities", "claim-nationality"),
    ("address", "claim-address"),
    ("email", "claim-email"),
    ("phone_number", "claim-phone_number"),
    ("place_of_birth", "claim-place_of_birth"),
    ("portrait", "claim-portrait"),
    ("document_number", "claim-document_number"),
];

/// A claim path as people read it, in their language where the claim is a known one: `age_equal_or_over.18` is "18 or
/// older".
pub fn claim(look: &Look, path: &str) -> String {
    let years = path.strip_prefix("age_equal_or_over.").filter(|years| years.parse::<u8>().is_ok());
    if let Some(years) = years {
        return look.told(&Message::new("claim-age-over").text("years", years));
    }
    let known = KNOWN.iter().find(|(name, _)| *name == path);
    known.map_or_else(|| spelled_out(path), |(_, id)| look.say(id))
}

/// `degrees[*].type` is "Degrees: type".
fn spelled_out(path: &str) -> String {
    let spaced = path.replace("[*]", ":").replace(":.", ": ").replace(['_', '.'], " ");
    let mut letters = spaced.trim_end_matches(':').chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_read_like_words() {
        for (path, words) in [
            ("given_name", "Given name"),
            ("age_equal_or_over.18", "18 or older"),
            ("age_equal_or_over.x", "Age equal or over x"),
            ("address.street_address", "Address street address"),
            ("degrees[*].type", "Degrees: type"),
            ("nationalities[1]", "Nationalities[1]"),
            ("nationalities", "Nationality"),
            ("straße", "Straße"),
            ("ß", "SS"),
            ("", ""),
        ] {
            assert_eq!(claim(&Look::default(), path), words);
        }
    }
}
