//! The body of a request as a parameter of an endpoint: one function reads it, one type describes it in the
//! document.

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

/// What [`ReadBody`] makes of a body.
#[derive(Debug)]
pub struct Payload<B>(pub B);

/// A body that can be read.
pub trait ReadBody: Sized + Send {
    /// What stands in the document.
    type Described: Type;
    /// The answer to a body that is no good.
    type Refusal: Into<poem::Error>;

    /// The media type in the document.
    const MEDIA_TYPE: &'static str;
    /// Whether a request without a body is refused.
    const REQUIRED: bool = true;

    /// Reads and bounds it.
    fn read(
        request: &Request,
        body: &mut RequestBody,
    ) -> impl Future<Output = Result<Self, Self::Refusal>> + Send;
}

impl<'a, B: ReadBody> ApiExtractor<'a> for Payload<B> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        B::Described::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: B::MEDIA_TYPE, schema: B::Described::schema_ref() }];
        Some(MetaRequest { description: None, content, required: B::REQUIRED })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        B::read(request, body).await.map(Self).map_err(Into::into)
    }
}
