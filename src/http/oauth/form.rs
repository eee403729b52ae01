//! A form as a payload of the OAuth endpoints: read strictly, and shown in the OpenAPI document.

use poem::http::header;
use poem::{Request, RequestBody};
use poem_openapi::types::ParseFromJSON;
use serde_json::{Map, Value};

use super::error::OAuthRefusal;
use crate::http::basic::CredentialsFault;
use crate::http::client_authentication::NotLetIn;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault, MAX_FORM_BYTES};
use crate::http::payload::ReadBody;
use vpgate_core::oauth::authorization_request::AuthorizationParameters;

/// The parameters of `T`, which names them all as text. Unknown ones are ignored.
#[derive(Debug)]
pub struct OAuthForm<T>(pub T);

/// All parameters as they came, beside those that `T` names.
#[derive(Debug)]
pub struct WholeForm<T> {
    /// What `T` names.
    pub named: T,
    /// All parameters of the form.
    pub parameters: AuthorizationParameters,
}

async fn pairs(request: &Request, body: &mut RequestBody) -> Result<Vec<(String, String)>, OAuthRefusal> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(OAuthRefusal::invalid(format!("the Content-Type must be {MEDIA_TYPE}")));
    }
    let bytes = body::take_bounded(body, MAX_FORM_BYTES, None).await.map_err(|fault| match fault {
        BodyFault::TooLarge(_) => OAuthRefusal::too_large(fault.to_string()),
        BodyFault::Unreadable => OAuthRefusal::invalid(fault.to_string()),
    })?;
    let parameters = Form::parse(&bytes).map_err(|fault| OAuthRefusal::invalid(fault.to_string()))?;
    Ok(parameters.into_pairs().collect())
}

fn named<T: ParseFromJSON>(
    request: &Request,
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<T, OAuthRefusal> {
    let members: Map<String, Value> = pairs.map(|(name, value)| (name, Value::String(value))).collect();
    let is_anonymous = !request.headers().contains_key(header::AUTHORIZATION)
        && !["client_id", "client_assertion"].iter().any(|name| members.contains_key(*name));
    // All members are text, so the only thing that can be wrong is that one is missing. Whoever says nothing
    // of themselves either hears that first (RFC 7662 section 2.1, RFC 6749 section 5.2).
    T::parse_from_json(Some(Value::Object(members))).map_err(|_| {
        if is_anonymous {
            NotLetIn::Credentials(CredentialsFault::Missing).into()
        } else {
            OAuthRefusal::invalid("a required parameter is missing")
        }
    })
}

impl<T: ParseFromJSON> ReadBody for OAuthForm<T> {
    type Described = T;
    type Refusal = OAuthRefusal;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, OAuthRefusal> {
        Ok(Self(named(request, pairs(request, body).await?.into_iter())?))
    }
}

impl<T: ParseFromJSON> ReadBody for WholeForm<T> {
    type Described = T;
    type Refusal = OAuthRefusal;

    const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, OAuthRefusal> {
        let pairs = pairs(request, body).await?;
        let named = named(request, pairs.iter().cloned())?;
        Ok(Self { named, parameters: AuthorizationParameters::new(pairs, Vec::new()) })
    }
}
