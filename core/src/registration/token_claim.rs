//! What the tokens of a client say besides the registered claims.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::askable::Askable;
use super::claims_path;
use super::fault::Pointer;
use super::names::Names;
use crate::admission::ScopePolicy;
use crate::admission::scopes::Scopes;
use crate::admission::token_claims::{ClaimSource, TokenClaim, TokenClaims, is_registered};

/// Parameters that carry secrets, or that the protocol itself reads: never copied into tokens.
const RESERVED: &str = "
    acr_values assertion authorization_details claims client_assertion client_assertion_type
    client_id client_secret code code_challenge code_challenge_method code_verifier device_code
    display dpop_jkt grant_type id_token_hint login_hint max_age nonce password prompt redirect_uri
    refresh_token registration request request_uri resource response_mode response_type scope state
    token user_code username
";

/// Longest name of a claim or parameter, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// A claim of a client's tokens: of a credential, or a parameter of the request that began the grant.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TokenClaimRegistration {
    /// What it is called in tokens.
    pub name: Option<String>,
    /// The credential that it comes from.
    pub credential: Option<String>,
    /// The claim of the credential: names joined by dots, or a list of names and positions.
    pub field: Option<Value>,
    /// The claim of the credential, as one name, whatever is in it.
    #[serde(rename = "fieldName")]
    pub field_name: Option<String>,
    /// The parameter that it comes from.
    pub request: Option<String>,
}

/// What the claims of `compatibility = "proofspace"` are called.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProofspaceRegistration {
    /// Has the value of `sub`; `subscriberConnectDID` when left out.
    pub subscriber_claim: Option<String>,
    /// Has the identifier of this server; `publicServiceDID` when left out.
    pub service_claim: Option<String>,
}

/// What the claims of `compatibility = "proofspace"` are called, and the identifier of this service
/// (REQ-12.10).
pub(super) struct Proofspace {
    subscriber: String,
    service: String,
    identifier: String,
}

impl Proofspace {
    /// Checks the names.
    pub(super) fn check(
        given: &ProofspaceRegistration,
        names: &Names<'_>,
        identifier: Option<&str>,
        at: &Pointer<'_>,
    ) -> Self {
        let name = |key: &str, given: &Option<String>, otherwise: &str| {
            if let Some(name) = given {
                check_name(name, &at.key(key));
                if !names.has_proofspace {
                    at.add(key, "has no effect: no client has compatibility = \"proofspace\"");
                }
            }
            given.clone().unwrap_or_else(|| otherwise.to_owned())
        };
        let subscriber = name("subscriber_claim", &given.subscriber_claim, "subscriberConnectDID");
        let service = name("service_claim", &given.service_claim, "publicServiceDID");
        if subscriber == service {
            at.add("service_claim", "is the name of the other claim");
        }
        Self { subscriber, service, identifier: identifier.unwrap_or_default().to_owned() }
    }

    /// What the claims are called that this compatibility adds.
    pub(super) fn names(&self, compatibility: Option<&str>) -> Vec<String> {
        if compatibility == Some("proofspace") {
            self.claims().map(|claim| claim.name).into()
        } else {
            Vec::new()
        }
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

/// Checks those of one client, which may ask for `scopes`.
pub(super) fn check(
    given: &[TokenClaimRegistration],
    compatibility: Option<&str>,
    scopes: &Scopes,
    known: &ClaimReferences<'_>,
    at: &Pointer<'_>,
) -> TokenClaims {
    let mut claims: Vec<TokenClaim> = match compatibility {
        None => Vec::new(),
        Some("proofspace") => known.proofspace.claims().into(),
        Some(_) => {
            at.add("compatibility", "must be \"proofspace\"");
            Vec::new()
        }
    };
    for (at, one) in at.key("token_claims").each(given) {
        let name = at.need("name", one.name.clone(), "what the claim is called in tokens");
        if let Some(name) = &name {
            check_name(name, &at.key("name"));
            if claims.iter().any(|other| other.name == *name) {
                at.add("name", "is the name of another claim of this client's tokens");
            }
        }
        if let (Some(source), Some(name)) = (source(one, scopes, known, &at), name) {
            claims.push(TokenClaim { name, source });
        }
    }
    TokenClaims::new(claims)
}

fn source(
    given: &TokenClaimRegistration,
    scopes: &Scopes,
    known: &ClaimReferences<'_>,
    at: &Pointer<'_>,
) -> Option<ClaimSource> {
    let TokenClaimRegistration { credential, field, field_name, request, .. } = given;
    if let Some(parameter) = request {
        if credential.is_some() || field.is_some() || field_name.is_some() {
            at.blame("must come from one place: `credential` and `field`, or `request`");
            return None;
        }
        if parameter.is_empty() || parameter.len() > MAX_NAME_BYTES {
            at.add("request", "must be the name of a parameter, at most 64 bytes");
        } else if RESERVED.split_whitespace().any(|reserved| reserved == parameter) {
            at.add("request", "is a parameter of the protocol, which is not copied into tokens");
        }
        return Some(ClaimSource::Request { parameter: parameter.clone() });
    }
    let field = claims_path::field(field.as_ref(), field_name.as_deref(), at);
    let of_field = at.key(if field_name.is_some() { "fieldName" } else { "field" });
    let what = "the id of a credential above; or say `request`, a parameter";
    let id = at.need("credential", credential.as_deref(), what)?;
    let at = at.key("credential");
    let asked = known.askable.named(id, &at)?;
    if let Some(field) = &field {
        if asked.meta.is_picture(field) {
            of_field.blame("is a picture of the person, which no token carries");
        }
        of_field.keep(asked.meta.takes(field));
    }
    let credential = asked.id.clone();
    // A scope that is not in the policy has a fault of its own.
    let asks = |name: &str| {
        known.policy.named(name).is_none_or(|scope| scope.credentials().contains(&credential.as_str()))
    };
    if !scopes.iter().any(asks) {
        at.blame("is a credential that no scope of this client asks for");
    }
    Some(ClaimSource::Credential { credential, field: field? })
}

fn check_name(name: &str, at: &Pointer<'_>) {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
        at.blame("must be 1 to 64 bytes long, without control characters");
    } else if is_registered(name) {
        at.blame("is a registered claim, which only this server sets");
    }
}
