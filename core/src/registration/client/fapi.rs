//! `profile = "fapi2"`: one word for everything that the FAPI 2.0 Security Profile (section 5.3) asks of a client.

use super::ClientRegistration;
use crate::oauth::client::{Authentication, Grant};
use crate::registration::fault::Pointer;
use crate::registration::tokens::TokenRegistration;

const FAPI2: &str = "fapi2";
/// What JWTs are signed with where the operator's word for all clients is RS256 (section 5.4).
const INSTEAD_OF_RS256: &str = "ES256";
const RS256: &str = "RS256";
const AGAINST: &str = "contradicts profile = \"fapi2\"";

/// Whether the client has the profile, and nothing in it says otherwise.
pub(super) fn check(
    client: &ClientRegistration,
    authentication: Option<&Authentication>,
    grants: &[Grant],
    at: &Pointer<'_>,
) -> bool {
    match client.profile.as_deref() {
        None => return false,
        Some(FAPI2) => {}
        Some(_) => {
            at.add("profile", "must be \"fapi2\"");
            return false;
        }
    }
    if authentication.is_some_and(|it| !matches!(it, Authentication::PrivateKeyJwt(_))) {
        at.add("authentication", "must be private_key_jwt for profile = \"fapi2\"");
    }
    if !grants.contains(&Grant::AuthorizationCode) {
        at.add("profile", "is for clients with the grant authorization_code");
    }
    let tokens = client.tokens.as_ref();
    let rs256 = |given: Option<&String>| given.is_some_and(|name| name == RS256);
    for (key, against) in [
        ("danger_allow_missing_pkce", client.danger_allow_missing_pkce),
        ("accept_rs256", client.accept_rs256 == Some(true)),
        ("tokens.require_dpop", tokens.is_some_and(|it| it.require_dpop == Some(false))),
        ("tokens.rotate_refresh_tokens", tokens.is_some_and(|it| it.rotate_refresh_tokens == Some(true))),
        ("tokens.signing_alg", rs256(tokens.and_then(|it| it.signing_alg.as_ref()))),
        ("tokens.id_token_signing_alg", rs256(tokens.and_then(|it| it.id_token_signing_alg.as_ref()))),
    ] {
        if against {
            at.add(key, AGAINST);
        }
    }
    true
}

/// The client's own settings of tokens, with those that its profile brings; `common` holds for all clients.
pub(in crate::registration) fn tokens(
    client: &ClientRegistration,
    common: &TokenRegistration,
) -> Option<TokenRegistration> {
    if client.profile.as_deref() != Some(FAPI2) {
        return client.tokens.clone();
    }
    let given = client.tokens.clone().unwrap_or_default();
    let standard = TokenRegistration::standard();
    let instead = |common: &Option<String>, standard: &Option<String>| {
        let inherited = common.as_ref().or(standard.as_ref());
        inherited.filter(|name| *name == RS256).map(|_| INSTEAD_OF_RS256.to_owned())
    };
    let access = instead(&common.signing_alg, &standard.signing_alg);
    let id_token = instead(&common.id_token_signing_alg, &standard.id_token_signing_alg);
    Some(TokenRegistration {
        require_dpop: Some(true),
        rotate_refresh_tokens: Some(false),
        signing_alg: given.signing_alg.clone().or(access),
        id_token_signing_alg: given.id_token_signing_alg.clone().or(id_token),
        ..given
    })
}
