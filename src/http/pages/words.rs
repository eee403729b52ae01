//! Plain words for what wallets are asked to show.

/// A claim path as people read it: `age_equal_or_over.18` is "Age equal or over 18", `degrees[*].type`
/// "Degrees: type".
pub fn claim(path: &str) -> String {
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
            ("age_equal_or_over.18", "Age equal or over 18"),
            ("address.street_address", "Address street address"),
            ("degrees[*].type", "Degrees: type"),
            ("nationalities[1]", "Nationalities[1]"),
            ("nationalities[*]", "Nationalities"),
            ("straße", "Straße"),
            ("ß", "SS"),
            ("", ""),
        ] {
            assert_eq!(claim(path), words);
        }
    }
}
