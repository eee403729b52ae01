//! `token_claims` and `compatibility` of a client: what its tokens say besides the registered claims.

use super::askable::{self, Askable};
use super::fault::Faults;
use super::raw;
use vpgate_core::admission::ScopePolicy;
use vpgate_core::admission::scopes::Scopes;
use vpgate_core::admission::token_claims::{ClaimSource, TokenClaim, TokenClaims, is_registered};

/// Parameters that carry secrets, or that the protocol itself reads: never copied into tokens.
const RESERVED: [&str; 35] = [
    "acr_values",
    "assertion",
    "authorization_details",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "display",
    "dpop_jkt",
    "grant_type",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "password",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "user_code",
    "username",
];

/// Longest name of a claim or parameter, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// What the claims of `compatibility = "proofspace"` are called, and the identifier of this service
/// (REQ-12.10).
pub(super) struct Proofspace {
    subscriber: String,
    service: String,
    identifier: String,
}

impl Proofspace {
    /// Checks `[proofspace]`. `used` says whether any client is compatible.
    pub(super) fn check(
        given: raw::RawProofspace,
        used: bool,
        identifier: &str,
        faults: &mut Faults,
    ) -> Self {
        for (key, name) in
            [("subscriber_claim", &given.subscriber_claim), ("service_claim", &given.service_claim)]
        {
            let at = format!("proofspace.{key}");
            if let Some(name) = name {
                check_name(name, &at, faults);
                if !used {
                    faults.add(at, "has no effect: no client has compatibility = \"proofspace\"");
                }
            }
        }
        let subscriber = given.subscriber_claim.unwrap_or_else(|| "subscriberConnectDID".to_owned());
        let service = given.service_claim.unwrap_or_else(|| "publicServiceDID".to_owned());
        if subscriber == service {
            faults.add("proofspace.service_claim", "is the name of the other claim");
        }
        Self { subscriber, service, identifier: identifier.to_owned() }
    }

    fn claims(&self) -> [TokenClaim; 2] {
        let subscriber = TokenClaim { name: self.subscriber.clone(), source: ClaimSource::Subject };
        let source = ClaimSource::Service(self.identifier.clone());
        [subscriber, TokenClaim { name: self.service.clone(), source }]
    }
}

/// What stands before a client's token claims are read.
pub(super) struct ClaimReferences<'a> {
    pub askable: &'a Askable,
    pub policy: &'a ScopePolicy,
    pub proofspace: &'a Proofspace,
}

/// Checks those of one client, which may ask for `scopes`. `at` is the client's place.
pub(super) fn check(
    given: &[raw::RawTokenClaim],
    compatibility: Option<&str>,
    scopes: &Scopes,
    at: &str,
    known: &ClaimReferences<'_>,
    faults: &mut Faults,
) -> TokenClaims {
    let mut claims: Vec<TokenClaim> = match compatibility {
        None => Vec::new(),
        Some("proofspace") => known.proofspace.claims().into(),
        Some(_) => {
            faults.add(format!("{at}.compatibility"), "must be \"proofspace\"");
            Vec::new()
        }
    };
    for (place, one) in given.iter().enumerate() {
        let at = format!("{at}.token_claims[{place}]");
        let name_at = format!("{at}.name");
        let name = faults.need(&name_at, one.name.clone(), "what the claim is called in tokens");
        if let Some(name) = &name {
            check_name(name, &name_at, faults);
            if claims.iter().any(|other| other.name == *name) {
                faults.add(&name_at, "is the name of another claim of this client's tokens");
            }
        }
        if let (Some(source), Some(name)) = (source(one.clone(), &at, scopes, known, faults), name) {
            claims.push(TokenClaim { name, source });
        }
    }
    TokenClaims::new(claims)
}

fn source(
    given: raw::RawTokenClaim,
    at: &str,
    scopes: &Scopes,
    known: &ClaimReferences<'_>,
    faults: &mut Faults,
) -> Option<ClaimSource> {
    let from_credential = given.credential.is_some()
        || given.credential_id.is_some()
        || given.field.is_some()
        || given.field_name.is_some();
    if let Some(parameter) = given.request {
        if from_credential {
            faults.add(at, "must come from one place: `credential` and `field`, or `request`");
            return None;
        }
        let at = format!("{at}.request");
        if parameter.is_empty() || parameter.len() > MAX_NAME_BYTES {
            faults.add(at, "must be the name of a parameter, at most 64 bytes");
        } else if RESERVED.contains(&parameter.as_str()) {
            faults.add(at, "is a parameter of the protocol, which is not copied into tokens");
        }
        return Some(ClaimSource::Request { parameter });
    }
    let field = askable::field(at, given.field, given.field_name, faults);
    let ids = (("credential", given.credential), ("credentialId", given.credential_id));
    let (key, id) = askable::either(at, ids.0, ids.1, faults);
    let id = faults.need(&key, id, "the id of a credential above; or say `request`, a parameter")?;
    let credential = known.askable.named(&id, &key, faults)?.id.clone();
    // A scope that is not in the policy has a fault of its own.
    let asks = |name: &str| {
        known.policy.named(name).is_none_or(|scope| scope.credentials().contains(&credential.as_str()))
    };
    if !scopes.iter().any(asks) {
        faults.add(key, "is a credential that no scope of this client asks for");
    }
    Some(ClaimSource::Credential { credential, field: field? })
}

fn check_name(name: &str, at: &str, faults: &mut Faults) {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
        faults.add(at, "must be 1 to 64 bytes long, without control characters");
    } else if is_registered(name) {
        faults.add(at, "is a registered claim, which only this server sets");
    }
}
