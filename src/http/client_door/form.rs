//! A form as a payload of the client door: read strictly, and shown in the OpenAPI document.

use std::ops::Deref;

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::ParseFromJSON;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::{Map, Value};

use super::refusal::OAuthRefusal;
use crate::http::body::{self, BodyFault, MAX_FORM_BYTES};
use crate::http::form::{Form, MEDIA_TYPE};

/// The parameters of `T`, which names them all as text. Unknown ones are ignored.
#[derive(Debug)]
pub struct OAuthForm<T>(pub T);

impl<T> Deref for OAuthForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

async fn read<T: ParseFromJSON>(request: &Request, body: &mut RequestBody) -> Result<T, OAuthRefusal> {
    if !body::has_media_type(request, MEDIA_TYPE) {
        return Err(OAuthRefusal::invalid(format!("the Content-Type must be {MEDIA_TYPE}")));
    }
    let body = body.take().map_err(|_| OAuthRefusal::invalid(BodyFault::Unreadable.to_string()))?;
    let bytes = body::read_bounded(body, MAX_FORM_BYTES).await.map_err(|fault| match fault {
        BodyFault::TooLarge(_) => OAuthRefusal::too_large(fault.to_string()),
        BodyFault::Unreadable => OAuthRefusal::invalid(fault.to_string()),
    })?;
    let parameters = Form::parse(&bytes).map_err(|fault| OAuthRefusal::invalid(fault.to_string()))?;
    let members: Map<String, Value> =
        parameters.into_pairs().map(|(name, value)| (name, Value::String(value))).collect();
    // All members are text, so the only thing that can be wrong is that one is missing.
    T::parse_from_json(Some(Value::Object(members)))
        .map_err(|_| OAuthRefusal::invalid("a required parameter is missing"))
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for OAuthForm<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: MEDIA_TYPE, schema: T::schema_ref() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(read(request, body).await?))
    }
}
