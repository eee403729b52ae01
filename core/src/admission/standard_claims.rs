//! What the claims of a scope are called where OpenID Connect reads them (Core section 5.1), and which of them a
//! standard scope stands for (section 5.4).

use crate::openid4vp::dcql::ClaimsPath;

/// The scopes of OpenID Connect Core section 5.4, and their claims.
const STANDARD_SCOPES: [(&str, &[&str]); 4] = [
    (
        PROFILE,
        &[
            NAME,
            FAMILY_NAME,
            GIVEN_NAME,
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];
pub(super) const PROFILE: &str = "profile";
pub(super) const NAME: &str = "name";
pub(super) const GIVEN_NAME: &str = "given_name";
pub(super) const FAMILY_NAME: &str = "family_name";

/// Where the value of a claim comes from that the credential calls something else (`standard_claims` of a scope).
#[derive(Clone, Debug, PartialEq)]
pub enum StandardClaim {
    /// A claim of the scope's credential.
    Field(ClaimsPath),
    /// What the operator knows of the issuer: that it verified the email address, for example.
    Fixed(bool),
}

/// The claims that OpenID Connect connects with a scope of this name; none for all other scopes.
pub fn of_scope(name: &str) -> &'static [&'static str] {
    STANDARD_SCOPES.iter().find(|(scope, _)| *scope == name).map_or(&[], |(_, claims)| claims)
}
