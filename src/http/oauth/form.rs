//! A form as a payload of the OAuth endpoints: read strictly, and shown in the OpenAPI document.

use std::ops::Deref;

use poem::http::header;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::ParseFromJSON;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::{Map, Value};

use super::error::OAuthRefusal;
use crate::http::basic::CredentialsFault;
use crate::http::client_authentication::NotLetIn;
use crate::http::form::{Form, MEDIA_TYPE};
use crate::http::middleware::body::{self, BodyFault, MAX_FORM_BYTES};
use vpgate_core::oauth::authorization_request::AuthorizationParameters;

/// The parameters of `T`, which names them all as text. Unknown ones are ignored.
#[derive(Debug)]
pub struct OAuthForm<T>(pub T);

impl<T> Deref for OAuthForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The same, with all parameters as they came beside those that `T` names.
#[derive(Debug)]
pub struct WholeForm<T> {
    /// What `T` names.
    pub named: T,
    /// Everything.
    pub parameters: AuthorizationParameters,
}

async fn read(request: &Request, body: &mut RequestBody) -> Result<Vec<(String, String)>, OAuthRefusal> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(OAuthRefusal::invalid(format!("the Content-Type must be {MEDIA_TYPE}")));
    }
    let body = body.take().map_err(|_| OAuthRefusal::invalid(BodyFault::Unreadable.to_string()))?;
    let bytes = body::read_bounded(body, MAX_FORM_BYTES, None).await.map_err(|fault| match fault {
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

fn documented<T: ParseFromJSON>() -> MetaRequest {
    let content = vec![MetaMediaType { content_type: MEDIA_TYPE, schema: T::schema_ref() }];
    MetaRequest { description: None, content, required: true }
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for OAuthForm<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(documented::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(named(request, read(request, body).await?.into_iter())?))
    }
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for WholeForm<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(documented::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let pairs = read(request, body).await?;
        let named = named(request, pairs.iter().cloned())?;
        Ok(Self { named, parameters: AuthorizationParameters::new(pairs, Vec::new()) })
    }
}
