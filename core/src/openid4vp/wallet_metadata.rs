//! What a wallet says about itself: published where its issuer identifier leads, or sent as
//! `wallet_metadata` when it fetches a Request Object (OpenID4VP 1.0 sections 5.10 and 10).

use serde_json::{Map, Value};
use url::Url;

use super::client_id::Prefix;
use super::dcql::Query;
use super::request::{RequestMethod, WalletRoute};
use crate::base::json::{self, Bounds};
use crate::base::well_known;
use crate::cose;
use crate::jose::alg::Algorithm;
use crate::jose::jwe::{ContentEncryption, RecipientKey};
use crate::trust::CredentialFormat;

/// What is read: a few dozen members and a handful of keys.
pub const BOUNDS: Bounds = Bounds { bytes: 32 << 10, depth: 8, members: 1024 };
/// The name of its document (RFC 8414 section 3; section 10).
const WELL_KNOWN: &str = "oauth-authorization-server";

/// The members that matter to a verifier; unknown ones are ignored.
#[derive(Debug)]
pub struct WalletMetadata {
    formats: Option<Map<String, Value>>,
    prefixes: Option<Vec<String>>,
    signing: Option<Vec<String>>,
    encrypt_to: Option<(RecipientKey, ContentEncryption)>,
    pushed_requests: Option<Url>,
    names_itself: bool,
}

/// Why metadata cannot be used. Carries nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletMetadataFault {
    /// Not one bounded JSON object without duplicates.
    #[error("the wallet's metadata are not one JSON object of a reasonable size")]
    NotAnObject,
    /// A member has another type than it must have.
    #[error("the member {0} of the wallet's metadata is malformed")]
    Member(&'static str),
    /// RFC 8414 section 3.3.
    #[error("`issuer` in the wallet's metadata is not exactly the issuer they were fetched for")]
    Issuer,
    /// There are keys to encrypt to, and none that we can.
    #[error(
        "the wallet's metadata ask for an encryption that is not offered: ECDH-ES on P-256 with A128GCM or A256GCM"
    )]
    Encryption,
}

/// Why this wallet cannot be asked as configured (REQ-1.16, REQ-1.43).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// It has nothing of what is asked for, or none of our algorithms for it.
    #[error("the wallet supports no format and algorithm that is verified here")]
    Formats,
    /// It does not understand our client identifier.
    #[error("the wallet does not support the prefix of the client identifier")]
    Prefix,
    /// It cannot check our signature.
    #[error("the wallet does not support the algorithm with which requests are signed")]
    SigningAlgorithm,
    /// It takes no pushed requests there.
    #[error("the wallet takes pushed requests elsewhere")]
    PushedRequests,
}

/// Where the metadata of `issuer` are.
pub fn location(issuer: &Url) -> Url {
    well_known::location(issuer, WELL_KNOWN)
}

impl WalletMetadata {
    /// From the parameter `wallet_metadata`.
    ///
    /// # Errors
    /// [`WalletMetadataFault`]
    pub fn sent(text: &str) -> Result<Self, WalletMetadataFault> {
        let members =
            json::parse_object(text.as_bytes(), &BOUNDS).map_err(|_| WalletMetadataFault::NotAnObject)?;
        Self::read(&members)
    }

    /// From the document of `issuer`, where prefixes that are not named are not supported (section 10.1).
    ///
    /// # Errors
    /// [`WalletMetadataFault`]
    pub fn published(document: &[u8], issuer: &str) -> Result<Self, WalletMetadataFault> {
        let members = json::parse_object(document, &BOUNDS).map_err(|_| WalletMetadataFault::NotAnObject)?;
        if members.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(WalletMetadataFault::Issuer);
        }
        let mut metadata = Self::read(&members)?;
        metadata.formats.get_or_insert_default();
        metadata.prefixes.get_or_insert_with(|| vec![Prefix::PreRegistered.name().to_owned()]);
        Ok(metadata)
    }

    fn read(members: &Map<String, Value>) -> Result<Self, WalletMetadataFault> {
        let formats = match members.get("vp_formats_supported") {
            None => None,
            Some(Value::Object(formats)) => Some(formats.clone()),
            Some(_) => return Err(WalletMetadataFault::Member("vp_formats_supported")),
        };
        let pushed_requests = match members.get("pushed_authorization_request_endpoint") {
            None => None,
            Some(Value::String(at)) => Some(at.parse::<Url>()),
            Some(_) => Some(Err(url::ParseError::RelativeUrlWithoutBase)),
        };
        Ok(Self {
            formats,
            prefixes: names(members, "client_id_prefixes_supported")?,
            signing: names(members, "request_object_signing_alg_values_supported")?,
            encrypt_to: encrypt_to(members)?,
            // RFC 9207 section 3: false when left out.
            names_itself: match members.get("authorization_response_iss_parameter_supported") {
                None => false,
                Some(Value::Bool(says)) => *says,
                Some(_) => {
                    return Err(WalletMetadataFault::Member(
                        "authorization_response_iss_parameter_supported",
                    ));
                }
            },
            pushed_requests: pushed_requests
                .transpose()
                .map_err(|_| WalletMetadataFault::Member("pushed_authorization_request_endpoint"))?,
        })
    }

    /// The wallet can be asked as configured, with a signature of `signing` where there is one, and can show
    /// something of what `query` asks for.
    ///
    /// # Errors
    /// [`Unsuitable`] for the first thing that is missing.
    pub fn suits(
        &self,
        route: &WalletRoute,
        query: &Query,
        signing: Option<Algorithm>,
    ) -> Result<(), Unsuitable> {
        let shared = |theirs| query.formats().into_iter().any(|format| is_shared(format, theirs));
        if self.formats.as_ref().is_some_and(|theirs| !shared(theirs)) {
            return Err(Unsuitable::Formats);
        }
        let lacks = |list: &Option<Vec<String>>, name: &str| {
            list.as_ref().is_some_and(|list| !list.iter().any(|known| known == name))
        };
        if lacks(&self.prefixes, route.prefix().name()) {
            return Err(Unsuitable::Prefix);
        }
        if route.request_method.is_signed() && signing.is_some_and(|alg| lacks(&self.signing, alg.name())) {
            return Err(Unsuitable::SigningAlgorithm);
        }
        let pushed = route.request_method == RequestMethod::Pushed;
        if pushed && self.pushed_requests.is_some() && self.pushed_requests != route.pushed_requests {
            return Err(Unsuitable::PushedRequests);
        }
        Ok(())
    }

    /// Whether every answer names the wallet's issuer identifier as `iss` (RFC 9207 section 3).
    pub fn names_itself(&self) -> bool {
        self.names_itself
    }

    /// To whom the Request Object is to be encrypted, and how, where the wallet wants that.
    pub fn encrypt_to(&self) -> Option<&(RecipientKey, ContentEncryption)> {
        self.encrypt_to.as_ref()
    }
}

/// Sections B.3.4 and B.2.2: a list that is left out permits everything.
fn is_shared(format: CredentialFormat, formats: &Map<String, Value>) -> bool {
    let Some(theirs) = formats.get(format.identifier()) else { return false };
    let shares = |list: &str, is_ours: &dyn Fn(&Value) -> bool| match theirs.get(list) {
        None => true,
        Some(Value::Array(theirs)) => theirs.iter().any(is_ours),
        Some(_) => false,
    };
    let by_number = |one: &Value| one.as_i64().is_some_and(|one| cose::algorithm(one.into()).is_some());
    let by_name = |one: &Value| Algorithm::ALL.iter().any(|ours| one == ours.name());
    match format {
        CredentialFormat::MsoMdoc => {
            shares("issuerauth_alg_values", &by_number) && shares("deviceauth_alg_values", &by_number)
        }
        _ => shares("sd-jwt_alg_values", &by_name) && shares("kb-jwt_alg_values", &by_name),
    }
}

/// The first key that we can encrypt to; the other algorithm only where theirs is named.
fn encrypt_to(
    members: &Map<String, Value>,
) -> Result<Option<(RecipientKey, ContentEncryption)>, WalletMetadataFault> {
    let Some(jwks) = members.get("jwks") else { return Ok(None) };
    let keys = jwks.get("keys").and_then(Value::as_array).ok_or(WalletMetadataFault::Member("jwks"))?;
    let theirs = names(members, "request_object_encryption_enc_values_supported")?;
    let enc = match &theirs {
        None => Some(ContentEncryption::A128Gcm),
        Some(names) => names.iter().find_map(|name| ContentEncryption::from_name(name)),
    };
    let key = keys.iter().find_map(|jwk| RecipientKey::from_jwk(jwk).ok());
    key.zip(enc).map(Some).ok_or(WalletMetadataFault::Encryption)
}

fn names(
    members: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<String>>, WalletMetadataFault> {
    let Some(value) = members.get(name) else { return Ok(None) };
    let texts = value.as_array().map(|list| list.iter().map(|one| one.as_str().map(str::to_owned)));
    texts.and_then(Iterator::collect).map(Some).ok_or(WalletMetadataFault::Member(name))
}

#[cfg(test)]
mod tests;
