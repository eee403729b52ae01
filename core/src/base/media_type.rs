//! Names of media types as headers of tokens spell them.

/// Whether `typ` (RFC 7515 section 4.1.9) names the media type `application/{subtype}`: in any case (RFC 2045
/// section 5.1), with `application/` in front or without.
pub fn is_typ(typ: &str, subtype: &str) -> bool {
    const TREE: &str = "application/";
    let found = match typ.split_at_checked(TREE.len()) {
        Some((tree, found)) if tree.eq_ignore_ascii_case(TREE) => found,
        _ => typ,
    };
    found.eq_ignore_ascii_case(subtype)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_and_the_long_form_do_not_matter() {
        for same in ["dc+sd-jwt", "DC+SD-JWT", "application/dc+sd-jwt", "Application/DC+sd-jwt"] {
            assert!(is_typ(same, "dc+sd-jwt"), "{same}");
        }
        for other in [
            "",
            "JWT",
            "application/",
            "application/application/dc+sd-jwt",
            "text/dc+sd-jwt",
            "dc+sd-jwt ",
            "vc+sd-jwt",
        ] {
            assert!(!is_typ(other, "dc+sd-jwt"), "{other}");
        }
    }
}
